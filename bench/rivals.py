"""Tryton and pretix, installed from PyPI beside us, and the nearest thing that each does to an order created and closed; in turns."""

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any

from tests.journeys.running import CHECKOUT, Suite

from . import processor
from .figures import ROUNDS, Figure, figure
from .selling import CLIENTS, ORDERS, cost, standing
from .till import together

NAMES = ("tryton", "pretix")
UNITS = 12  # of each rival in a round


def rivals(suite: Suite, *, rounds: int = ROUNDS) -> Iterator[Figure]:
    with started() as kit, standing(suite) as (counter, floor_of):
        counter.put_cars(ORDERS * (rounds + 1))
        works = {name: [kit[name].factory(client) for client in range(CLIENTS)] for name in NAMES}
        costs: dict[str, Callable[[], float]] = {
            "order": lambda: cost(suite, [suite.pid("dealer-web")], ORDERS, lambda: counter.orders(ORDERS)).both,
            "floor": lambda: floor_of(ORDERS).both,
            **{name: partial(cpu_of, kit, name, works[name]) for name in NAMES},
        }
        found = [each_in_turn(costs, at) for at in range(rounds + 1)]
    yield from figures_of(found[1:])  # all are warm now


def each_in_turn(costs: dict[str, Callable[[], float]], at: int) -> dict[str, float]:
    """Each round begins with another."""
    names = list(costs)
    first = at % len(names)
    return {name: costs[name]() for name in names[first:] + names[:first]}


def figures_of(rounds: list[dict[str, float]]) -> Iterator[Figure]:
    for name in NAMES:
        yield figure(f"peers.{name}.cpu_ms", [one[name] for one in rounds], "ms")
        yield figure(f"peers.{name}.cpu_over_floor", [one[name] / one["floor"] for one in rounds], "×")
        yield figure(f"peers.{name}.cpu_over_order", [one[name] / one["order"] for one in rounds], "×", words="theirs over ours")


def cpu_of(kit: dict[str, Any], name: str, works: list[Callable[[], None]]) -> float:
    """Milliseconds for a unit, its server's and PostgreSQL's."""
    pids = [kit["processes"].require(one).pid for one in (name, "postgres")]
    spent = processor.seconds_of(pids)
    together([partial(repeated, work) for work in works])
    return (processor.seconds_of(pids) - spent) / UNITS * 1000


def repeated(work: Callable[[], None]) -> None:
    for _ in range(UNITS // CLIENTS):
        work()


@contextmanager
def started() -> Iterator[dict[str, Any]]:
    """Set up once, in the folder `peers` of the data folder; started, and stopped at the end."""
    os.environ.setdefault("PEERS_DIR", str(Path(os.environ.get("JUPITER_DATA") or CHECKOUT / "var") / "peers"))
    command = [sys.executable, "-m", "bench.peers"]
    subprocess.run([*command, "setup", *NAMES], cwd=CHECKOUT, check=True)
    try:
        subprocess.run([*command, "start", *NAMES], cwd=CHECKOUT, check=True)
        from .peers.kit import processes  # noqa: PLC0415  # it reads PEERS_DIR when it is loaded
        from .peers.systems import pretix, tryton  # noqa: PLC0415

        yield {"processes": processes, "pretix": pretix, "tryton": tryton}
    finally:
        subprocess.run([*command, "stop"], cwd=CHECKOUT, check=False)
