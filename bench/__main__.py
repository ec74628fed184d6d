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
from .figures import ROUNDS, Figure, machine, write

# What is measured, in the order of the list; each has the suite at hand.
PARTS: dict[str, Callable[..., Iterator[Figure]]] = {
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
IN_TURNS = ("order", "sale", "paper", "walls", "scale")  # which take `rounds`


def main() -> int:
    parser = argparse.ArgumentParser(prog="bin/bench", description="What the suite costs, in figures.")
    parser.add_argument("--json", type=Path, help="also write the figures there")
    parser.add_argument(
        "--fill", type=int, default=scale.MOST, metavar="N",
        help=f"at how many sales, beside {scale.SMALL}, the part `scale` looks ({scale.MOST}: an hour; {scale.MIDDLE} is the quick way)",
    )  # fmt: skip
    parser.add_argument("--rounds", type=int, default=ROUNDS, metavar="N", help=f"of what is measured in turns ({ROUNDS})")
    parser.add_argument("--only", nargs="+", choices=PARTS, metavar="NAME", help=f"only these: {', '.join(PARTS)}")
    parser.add_argument("--peers", action="store_true", help="also install and measure Tryton and pretix (bench/peers/README.md)")
    parser.add_argument("--compare", metavar="REF", help="only this checkout against another state of it, in turns")
    asked = parser.parse_args()
    parts = PARTS | {name: partial(PARTS[name], rounds=asked.rounds) for name in IN_TURNS if name in PARTS}
    if "scale" in parts:
        parts["scale"] = partial(parts["scale"], sizes=scale.sizes_up_to(asked.fill))
    names = asked.only or list(PARTS)
    if asked.peers:
        parts, names = parts | {"peers": partial(rivals.rivals, rounds=asked.rounds)}, [*names, "peers"]
    if asked.compare:
        parts, names = {"compare": partial(compare.compared, ref=asked.compare, rounds=asked.rounds)}, ["compare"]
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
