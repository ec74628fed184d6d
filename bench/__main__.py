"""bin/bench: the machine, then each figure with its spread and its budget."""

import argparse
import signal
import sys
import tempfile
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

from tests.journeys.running import Suite

from . import actions, compare, inside, rivals, scale, selling, suite
from .figures import Figure, machine, write

# What is measured, in the order of the list; each has the suite at hand.
PARTS: dict[str, Callable[[Suite], Iterator[Figure]]] = {
    "start": suite.second_start,
    "order": selling.order,
    "sale": selling.sale,
    "sustained": selling.sustained,
    "actions": actions.actions,
    "waiting": suite.sales,
    "messages": suite.messages,
    "memory": suite.memory,
    "list": suite.weight,
    "statements": inside.statements,
    "form": inside.form,
    "paper": inside.paper,
    "walls": inside.walls,
    "scale": scale.measure,
}


def main() -> int:
    parser = argparse.ArgumentParser(prog="bin/bench", description="What the suite costs, in figures.")
    parser.add_argument("--json", type=Path, help="also write the figures there")
    parser.add_argument(
        "--fill", type=int, default=100_000, metavar="N", help="how many sales the part `scale` compares with 1 000 (100000)"
    )
    parser.add_argument("--only", nargs="+", choices=PARTS, metavar="NAME", help=f"only these: {', '.join(PARTS)}")
    parser.add_argument("--peers", action="store_true", help="also install and measure Tryton and pretix (bench/peers/README.md)")
    parser.add_argument("--compare", metavar="REF", help="only this checkout against another state of it, in turns")
    asked = parser.parse_args()
    parts = PARTS | {"scale": partial(scale.measure, sizes=sorted({min(100_000, asked.fill), asked.fill}))}
    names = asked.only or list(PARTS)
    if asked.peers:
        parts, names = parts | {"peers": rivals.rivals}, [*names, "peers"]
    if asked.compare:
        parts, names = {"compare": partial(compare.compared, ref=asked.compare)}, ["compare"]
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # and what was started is stopped
    print("  ".join(f"{name}: {value}" for name, value in machine().items()), flush=True)
    found: list[Figure] = []
    with tempfile.TemporaryDirectory(prefix="jupiter-bench-") as folder:
        Path(folder).chmod(0o711)
        running = Suite(Path(folder) / "data", "--tutorial-day").start()
        try:
            for name in names:
                print(f"\n{name}", flush=True)
                for one in parts[name](running):
                    print(one.line(), flush=True)
                    found.append(one)
        finally:
            running.stop()
    if asked.json:
        write(asked.json, found)
    missed = [one for one in found if not one.kept]
    print(f"\n{len(found)} figures, {len(missed)} beside their bound" + "".join(f"\n  {one.line()}" for one in missed))
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())
