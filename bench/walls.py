"""What row-level security costs a request: the same pages by a role behind the wall, and past it without entering one. Warm, in turns."""

import json
import os
import statistics
import sys
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from unittest import mock

import django
from django.conf import settings
from django.db import connection
from django.test import Client

from . import processor
from .figures import figure, paired

settings.DATABASES["default"]["OPTIONS"].pop("pool", None)  # one connection, whose role is changed
settings.DATABASES["default"]["CONN_MAX_AGE"] = None
django.setup()

from jupiter.dealer.orders.models import Order  # noqa: E402  # once Django is set up
from jupiter.kit import roles, walls  # noqa: E402

ROUNDS, TIMES = 20, 40
TO_BE_KEPT = 8  # runs, after which plans are kept again
AT_MOST_MS = 0.15


def main(data: Path) -> None:
    client = Client(headers={"host": "127.0.0.1"})
    login = next(one for one in json.loads((data / "demo.json").read_text())["logins"] if one["username"] == "hakim")
    client.post("/connexion/", {"username": login["username"], "password": login["password"]})
    with walls.everywhere():
        number = Order.objects.filter(state="closed", site__name="DEMO CDDS SPOTICAR").latest("number").number
        connection.ensure_connection()
        both = [os.getpid(), connection.connection.info.backend_pid]
    pages = ("/bons-de-commande/", f"/bons-de-commande/{number}/", "/vehicules/")

    def per_request() -> float:
        begun = processor.seconds_of(both)
        for page in pages:
            if client.get(page).status_code != 200:
                raise SystemExit(f"{page} is not there")
        return (processor.seconds_of(both) - begun) / len(pages) * 1000

    def turn() -> float:
        for _ in range(TO_BE_KEPT):
            per_request()
        return statistics.median(per_request() for _ in range(TIMES))

    def behind() -> float:
        return as_role(f'SET ROLE "jupiter_{settings.SERVICE}_{roles.APP}"', turn)

    def past() -> float:
        with mock.patch.object(walls, "_enter", return_value=[""] * len(walls.NAMES)):
            return as_role("RESET ROLE", turn)

    pairs = paired(behind, past, rounds=ROUNDS)
    for one in (
        figure(
            "walls.ms_a_request", [a - b for a, b in pairs], "ms", AT_MOST_MS, words="CPU of row-level security: entered, and asked behind"
        ),
        figure("walls.request_ms", [a for a, _ in pairs], "ms", words="lists of orders and cars, one order, in the process"),
    ):
        print(json.dumps(asdict(one)))


def as_role(command: str, act: Callable[[], float]) -> float:
    with connection.cursor() as cursor:
        cursor.execute(command)
    return act()


if __name__ == "__main__":
    main(Path(sys.argv[1]))
