"""The least that Django can take for an order, beside our own: same environment, same web server, same PostgreSQL, a database of its own."""

import json
import os
import secrets
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path

from psycopg.conninfo import conninfo_to_dict

from bench.peers.kit import web
from tests.journeys.running import Suite, free_port_base, wait_for

SITE = Path(__file__).parent / "site"
VEHICLES = 20_000
DATABASE = "floor"
ORDER_FIELDS = {
    "civility": "M", "warranty": "12", "name": "Dupont Jean", "street": "12 rue de la Paix", "postal_code": "75002", "city": "Paris",
    "email": "buyer@example.org", "phone": "", "price_ht": "10000", "vat_rate": "20", "fee_ht": "208.33", "trade_in": "200",
    "deposit": "500",
}  # fmt: skip


class Floor:
    def __init__(self, address: str, password: str, process: subprocess.Popen[bytes]) -> None:
        self.address, self.password, self.process = address, password, process
        self.vehicles = count(1)

    def seller(self) -> "Seller":
        return Seller(self)


class Seller:
    """One client, logged in. Two posts make an order and close it."""

    def __init__(self, floor: Floor) -> None:
        self.floor, self.session = floor, web.BrowserSession(floor.address)
        self.session.get("/login")
        web.expect(*self.session.post("/login", {"username": "seller", "password": floor.password}), 302)

    def order(self) -> None:
        vehicle = next(self.floor.vehicles) % VEHICLES + 1
        response, content = self.session.post("/orders", {**ORDER_FIELDS, "vehicle": str(vehicle)})
        web.expect(response, content, 201)
        web.expect(*self.session.post(f"/orders/{json.loads(content)['id']}/close", {}), 200)


@contextmanager
def standing(suite: Suite, *, threads: int) -> Iterator[Floor]:
    """Served as the suite serves its own: granian, one worker, so many threads."""
    folder, password = suite.data / "floor", secrets.token_hex(12)
    shutil.copytree(SITE, folder, dirs_exist_ok=True)
    there = conninfo_to_dict(suite.server.conninfo)
    suite.do("dealer", f"DROP DATABASE IF EXISTS {DATABASE}")
    suite.do("dealer", f"CREATE DATABASE {DATABASE} TEMPLATE template0")
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("JUPITER_", "DJANGO_", "DATABASE_"))} | {
        "DJANGO_SETTINGS_MODULE": "settings", "FLOOR_DATABASE_NAME": DATABASE, "FLOOR_DATABASE_USER": str(there["user"]),
        "FLOOR_DATABASE_PASSWORD": "", "FLOOR_DATABASE_HOST": str(there["host"]), "FLOOR_DATABASE_PORT": str(there["port"]),
        "FLOOR_PASSWORD": password, "PYTHONPATH": str(folder),
    }  # fmt: skip
    subprocess.run([sys.executable, "fill_database.py", str(VEHICLES)], env=environment, cwd=folder, check=True)
    address = f"127.0.0.1:{free_port_base() + 9}"
    command = [sys.executable, "-m", "granian", "wsgi:application", "--interface", "wsgi", "--workers", "1"]
    command += ["--blocking-threads", str(threads), "--host", "127.0.0.1", "--port", address.rpartition(":")[2], "--no-access-log"]
    with open(suite.data / "log/floor.log", "ab") as log:
        process = subprocess.Popen(command, env=environment, cwd=folder, stdout=log, stderr=log)
    try:
        wait_for(lambda: web.answers(address, "/login", 200), 30, "the floor does not answer: see floor.log")
        yield Floor(address, password, process)
    finally:
        process.terminate()
        process.wait(20)
        suite.do("dealer", f"DROP DATABASE IF EXISTS {DATABASE} WITH (FORCE)")
