"""What a change did: this checkout and another state of it (a commit, a branch), each with its own environment, measured in turns."""

import re
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path

from tests.journeys.running import CHECKOUT, Suite

from .figures import ROUNDS, Figure, figure, paired
from .selling import CLIENTS, ORDERS, SALES, WEBS, WORKERS, cost, whole
from .suite import memory
from .till import Counter

ONCE, COUNTED = 4, 5  # so many at once while statements are counted, so often


def compared(suite: Suite, ref: str, *, rounds: int = ROUNDS) -> Iterator[Figure]:
    """Below 1 this checkout takes less than REF. Uncommitted changes are on this side."""
    with checkout_of(ref) as folder, tempfile.TemporaryDirectory(prefix="jupiter-bench-then-") as data:
        Path(data).chmod(0o711)
        then = Suite(Path(data) / "data", *suite.options)
        then.python = str(folder / ".venv/bin/python")
        then.start()
        try:
            now, before = ((one, Counter(one, CLIENTS)) for one in (suite, then))
            for _, counter in (now, before):
                counter.put_cars((ORDERS + SALES) * (rounds + 1) + ONCE * 2 * (COUNTED + 1))
            for name, cost_of in (("order", order), ("sale", sale)):
                yield from ratios(name, paired(partial(cost_of, *now), partial(cost_of, *before), rounds=rounds), ref)
            for name, work in (("order", one_order), ("sale", one_sale)):
                counts = paired(partial(statements, *now, work), partial(statements, *before, work), rounds=COUNTED)
                yield figure(
                    f"compare.{name}.sql", [mine - theirs for mine, theirs in counts], "SQL", words=f"more than {ref}, all servers"
                )
                yield figure(f"compare.{name}.sql_now", [mine for mine, _ in counts], "SQL")
                yield figure(f"compare.{name}.sql_then", [theirs for _, theirs in counts], "SQL")
            mine, theirs = (list(memory(one))[-1].value for one in (suite, then))
            yield figure("compare.memory", [mine / theirs], "×", words=f"MiB: {mine:.0f} now, {theirs:.0f} at {ref}")
        finally:
            then.stop()


def order(suite: Suite, counter: Counter) -> float:
    return cost(suite, [suite.pid("dealer-web")], ORDERS, partial(counter.orders, ORDERS)).both


def sale(suite: Suite, counter: Counter) -> float:
    return cost(suite, [suite.pid(name) for name in (*WEBS, *WORKERS)], SALES, partial(whole, counter)).both


def ratios(name: str, rounds: list[tuple[float, float]], ref: str) -> Iterator[Figure]:
    yield figure(f"compare.{name}.cpu", [now / then for now, then in rounds], "×", words=f"this checkout over {ref}")
    yield figure(f"compare.{name}.cpu_ms_now", [now for now, _ in rounds], "ms")
    yield figure(f"compare.{name}.cpu_ms_then", [then for _, then in rounds], "ms")


def one_order(counter: Counter) -> None:
    counter.orders(ONCE)


def one_sale(counter: Counter) -> None:
    whole(counter, ONCE)


def statements(suite: Suite, counter: Counter, work: Callable[[Counter], None]) -> float:
    """Of one unit, as PostgreSQL heard them, web servers' and workers'; a worker's looking into its queue too, while they are at work."""
    for setting in ("log_statement = 'all'", "log_line_prefix = '%d '"):
        suite.do("dealer", f"ALTER SYSTEM SET {setting}")
    reload(suite)
    heard = suite.server.log.stat().st_size
    try:
        work(counter)
    finally:
        for setting in ("log_statement", "log_line_prefix"):
            suite.do("dealer", f"ALTER SYSTEM RESET {setting}")
        reload(suite)
    with suite.server.log.open("rb") as log:
        log.seek(heard)
        return count_of(log.read().decode(errors="replace").splitlines()) / ONCE


def reload(suite: Suite) -> None:
    suite.do("dealer", "SELECT pg_reload_conf()")
    time.sleep(0.5)  # until each server process has read it


SAID = re.compile(r"jupiter_(?:dealer|hub|insurer) LOG:  (?:statement|execute [^:]+): (.*)")
NOT_COUNTED = ("COMMIT", "ROLLBACK", "SAVEPOINT", "RELEASE SAVEPOINT", "SELECT pg_reload_conf", "ALTER SYSTEM")


def count_of(lines: Iterable[str]) -> int:
    """BEGIN with its first question is one; savepoints, as in bench.statements, are none."""
    said = (found[1] for line in lines if (found := SAID.match(line)))
    return sum(not one.startswith(NOT_COUNTED) and one.rstrip(";") != "BEGIN" for one in said)


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
