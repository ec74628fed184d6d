"""What row-level security costs a request: the same pages by a role behind the wall, and past it without entering one. Warm, in turns.

Each way has a connection of its own, so that each keeps its plans; and all else is the same: BEGIN goes with a first question, whose
answer sets nothing there.
"""

import json
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import Any
from unittest import mock

import django
from django.conf import settings
from django.db import connection
from django.test import Client

from . import processor
from .figures import figure, median_of, paired

settings.DATABASES["default"]["OPTIONS"].pop("pool", None)  # one connection for each way
settings.DATABASES["default"]["CONN_MAX_AGE"] = None
django.setup()

from jupiter.dealer.orders.models import Order  # noqa: E402  # once Django is set up
from jupiter.kit import roles, walls  # noqa: E402

TIMES = 40  # in a round, each way
TO_BE_KEPT = 12  # runs, after which a connection keeps its plans
AT_MOST_MS = 0.15


def main(data: Path, rounds: int) -> None:
    client = Client(headers={"host": "127.0.0.1"})
    login = next(one for one in json.loads((data / "demo.json").read_text())["logins"] if one["username"] == "hakim")
    client.post("/connexion/", {"username": login["username"], "password": login["password"]})
    with walls.everywhere():
        number = Order.objects.filter(state="closed", site__name="DEMO CDDS SPOTICAR").latest("number").number
    pages = ("/bons-de-commande/", f"/bons-de-commande/{number}/", "/vehicules/")

    def per_request(line: Any) -> float:
        connection.connection = line
        both = [os.getpid(), line.info.backend_pid]
        begun = processor.seconds_of(both)
        for page in pages:
            if client.get(page).status_code != 200:
                raise SystemExit(f"{page} is not there")
        return (processor.seconds_of(both) - begun) / len(pages) * 1000

    behind_it, past_it = a_line(f'SET ROLE "jupiter_{settings.SERVICE}_{roles.APP}"'), a_line("RESET ROLE")

    def behind() -> float:
        return per_request(behind_it)

    def past() -> float:
        with no_wall():
            return per_request(past_it)

    for _ in range(TO_BE_KEPT):
        behind(), past()
    pairs = paired(behind, past, rounds=rounds * TIMES)
    words = "CPU of row-level security: entered, and asked behind"
    for one in (
        median_of("walls.ms_a_request", [a - b for a, b in pairs], "ms", AT_MOST_MS, words=words),
        figure("walls.request_ms", [a for a, _ in pairs], "ms", words="lists of orders and cars, one order, in the process"),
    ):
        print(json.dumps(asdict(one)))


def a_line(command: str) -> Any:
    connection.connection = None
    connection.ensure_connection()
    with connection.cursor() as cursor:
        cursor.execute(command)
    return connection.connection


@contextmanager
def no_wall() -> Iterator[None]:
    """Nothing is set, and so nothing is to be put back. The kind of plans is chosen all the same: it is no part of the wall."""
    with mock.patch.multiple(walls, _enter=begin_only, _go_back_to=stay):
        yield


def stay(values: list[str]) -> None:
    pass


def begin_only(sites: str, parameters: list[Any], *, for_good: bool = False, plans: str = "", **others: Any) -> list[str]:
    if for_good:
        connection.begin_asking(", ".join(["SELECT %s", *([plans] if plans else [])]), [""])  # type: ignore[attr-defined]  # of our own DatabaseWrapper
    return []


if __name__ == "__main__":
    main(Path(sys.argv[1]), rounds=int(sys.argv[2]))
