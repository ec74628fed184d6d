"""What a change did: this checkout and another state of it (a commit, a branch), each with its own environment, measured in turns."""

import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path

from tests.journeys.running import CHECKOUT, Suite

from .figures import Figure, figure
from .selling import CLIENTS, ORDERS, ROUNDS, SALES, WEBS, WORKERS, cost, whole
from .suite import memory
from .till import Counter


def compared(suite: Suite, ref: str) -> Iterator[Figure]:
    """Below 1 this checkout takes less than REF. Uncommitted changes are on this side."""
    with checkout_of(ref) as folder, tempfile.TemporaryDirectory(prefix="jupiter-bench-then-") as data:
        Path(data).chmod(0o711)
        then = Suite(Path(data) / "data", *suite.options)
        then.python = str(folder / ".venv/bin/python")
        then.start()
        try:
            both = [(one, Counter(one, CLIENTS)) for one in (suite, then)]
            for _, counter in both:
                counter.put_cars((ORDERS + SALES) * (ROUNDS + 1))
            yield from ratios("order", [[order(*one) for one in both] for _ in range(ROUNDS + 1)], ref)
            yield from ratios("sale", [[sale(*one) for one in both] for _ in range(ROUNDS + 1)], ref)
            now, before = (list(memory(one))[-1].value for one, _ in both)
            yield figure("compare.memory", [now / before], "×", words=f"MiB: {now:.0f} now, {before:.0f} at {ref}")
        finally:
            then.stop()


def order(suite: Suite, counter: Counter) -> float:
    return cost(suite, [suite.pid("dealer-web")], ORDERS, partial(counter.orders, ORDERS)).both


def sale(suite: Suite, counter: Counter) -> float:
    return cost(suite, [suite.pid(name) for name in (*WEBS, *WORKERS)], SALES, partial(whole, counter)).both


def ratios(name: str, rounds: list[list[float]], ref: str) -> Iterator[Figure]:
    warm = rounds[1:]
    yield figure(f"compare.{name}.cpu", [now / then for now, then in warm], "×", words=f"this checkout over {ref}")
    yield figure(f"compare.{name}.cpu_ms_now", [now for now, _ in warm], "ms")
    yield figure(f"compare.{name}.cpu_ms_then", [then for _, then in warm], "ms")


@contextmanager
def checkout_of(ref: str) -> Iterator[Path]:
    with tempfile.TemporaryDirectory(prefix="jupiter-bench-ref-") as aside:
        Path(aside).chmod(0o711)
        folder = Path(aside) / "checkout"
        subprocess.run(["git", "-C", CHECKOUT, "worktree", "add", "--detach", "--quiet", folder, ref], check=True)
        try:
            subprocess.run([folder / "bin/install"], check=True, stdout=subprocess.DEVNULL)
            yield folder
        finally:
            subprocess.run(["git", "-C", CHECKOUT, "worktree", "remove", "--force", folder], check=False)
