"""bin/trust [--minutes M] [--seed N] [--sellers N] [--json FILE]."""

import argparse
import json
import random
import sys
from pathlib import Path

from .run import Plan, as_json, run, table


def main() -> int:
    parser = argparse.ArgumentParser(prog="bin/trust", description="Sell under faults, then compare all stores with what was acknowledged.")
    parser.add_argument("--minutes", type=float, default=10)
    parser.add_argument("--seed", type=int, help="the same seed makes the same schedule of faults")
    parser.add_argument("--sellers", type=int, default=Plan.sellers)
    parser.add_argument("--json", type=Path, metavar="FILE", help="also write the verdict there")
    parser.add_argument("--without-faults", action="store_true", help="only sell and compare")
    asked = parser.parse_args()
    seed = asked.seed if asked.seed is not None else random.randrange(10**6)  # noqa: S311
    verdict = run(
        Plan(minutes=asked.minutes, seed=seed, sellers=asked.sellers, with_faults=not asked.without_faults),
        lambda said: print(said, flush=True),
    )
    print(table(verdict))
    if asked.json:
        asked.json.write_text(json.dumps(as_json(verdict), indent=2, ensure_ascii=False) + "\n")
    return 1 if verdict.troubles else 0


if __name__ == "__main__":
    sys.exit(main())
