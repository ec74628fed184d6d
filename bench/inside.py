"""Parts of one service, run in a process of their own with that service's settings and the demonstration's data."""

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import psutil
from psycopg.conninfo import make_conninfo

from tests.journeys.running import SERVICES, Suite

from .figures import ROUNDS, Figure

ROOT = Path(__file__).resolve().parent.parent


def statements(suite: Suite) -> Iterator[Figure]:
    for service in SERVICES:
        yield from ask(suite, service, "bench.statements")


def orders(suite: Suite) -> Iterator[Figure]:
    """Of the statements, an order's alone."""
    yield from ask(suite, "dealer", "bench.statements", "orders")


def form(suite: Suite) -> Iterator[Figure]:
    yield from ask(suite, "dealer", "bench.form")


def paper(suite: Suite, *, rounds: int = ROUNDS) -> Iterator[Figure]:
    sold = suite.sell()  # so that there is a policy
    if sold.returncode:
        raise SystemExit(f"bin/sell failed:\n{sold.stdout}")
    for service in ("dealer", "insurer"):
        yield from ask(suite, service, "bench.paper", str(rounds))


def walls(suite: Suite, *, rounds: int = ROUNDS) -> Iterator[Figure]:
    """By the server's administrator, who may take on the application's role."""
    yield from ask(suite, "dealer", "bench.walls", str(rounds), DATABASE_URL=make_conninfo(suite.server.conninfo, dbname="jupiter_dealer"))


def ask(suite: Suite, service: str, module: str, *arguments: str, **environment: str) -> Iterator[Figure]:
    """The environment is the running service's own, so that keys, addresses and the business day are the same."""
    own = psutil.Process(suite.pid(f"{service}-web")).environ()
    own.pop("JUPITER_SUPERVISOR")
    command = [sys.executable, "-W", "ignore", "-m", module, str(suite.data), *arguments]
    settings = {"DJANGO_SETTINGS_MODULE": f"jupiter.{service}.settings", "PYTHONPATH": str(ROOT)}
    done = subprocess.run(  # noqa: S603
        command, env=own | settings | environment, capture_output=True, text=True, check=False, cwd=ROOT
    )
    if done.returncode:
        raise SystemExit(f"{module} for {service} ended with {done.returncode}:\n{done.stdout[-3000:]}{done.stderr[-3000:]}")
    if done.stderr:
        print(done.stderr.rstrip(), file=sys.stderr)
    for line in done.stdout.splitlines():
        if line.startswith("{"):
            yield Figure(**json.loads(line))
