"""A process that dies at a chosen point: after any of its statements, or just before or after any of its commits.

A story is a generator. It builds, yields what is to die, and goes on afterwards by the product's own means to the end that it asserts.
What a death leaves behind is compared with what an undisturbed run had written by that point: all of it or none, in every table.
"""

import json
import os
import signal
import sys
import traceback
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from multiprocessing import get_context
from multiprocessing.connection import Connection
from pathlib import Path
from unittest import mock

import psycopg
from django.db import connection
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.backends.signals import connection_created
from psycopg import sql

from jupiter.kit import jobs, pdf, postgres
from tests.conftest import empty_the_tables

Act = Callable[[], object]
Story = Callable[[], Iterator[Act]]
Shape = dict[str, list[int]]  # table → rows gone, rows new

DIED, LONGEST = 9, 60  # exit status; seconds
# Of the jobs only that they exist: neither who runs them, nor what the clock drives
NOT_COMPARED = ("django_migrations", "procrastinate_events", "procrastinate_workers", "procrastinate_periodic_defers", "procrastinate_jobs")
JOBS = sql.SQL("SELECT 'procrastinate_jobs', concat(id, task_name, args) FROM procrastinate_jobs WHERE queue_name <> {}").format(
    jobs.UPKEEP
)


@dataclass(frozen=True)
class Point:
    what: str
    written: Shape  # since the beginning, as others see it


def points_of(story: Story) -> list[Point]:
    """What the story's act does when nobody disturbs it, point by point; then the story goes on."""
    told = iter(story())
    status, points = _in_a_child(next(told), dies_at=None)
    assert status == 0, f"undisturbed, it ended with {status}"
    _go_on(told)
    return points


def troubles_of(story: Story, *, only: Callable[[list[Point]], set[int]] | None = None) -> list[str]:
    """Every point of it in turn, or those that `only` picks: what was found half done, and what did not go on."""
    empty_the_tables([])
    points = points_of(story)
    troubles = [f"half done {points[at].what}: {points[at].written} of {points[-1].written}" for at in _between(points)]
    chosen = sorted(only(points)) if only else list(range(len(points)))
    print(f"{len(chosen)} of {len(points)} points")
    for number in chosen:
        empty_the_tables([])
        if trouble := _trouble_at(story, number, points[number]):
            troubles.append(f"{number + 1} of {len(points)}, dead {points[number].what}: {trouble}")
    return troubles


def a_few(points: list[Point], *, statements: int = 3) -> set[int]:
    """A slice: around each commit that writes something, and some of the statements, the first and the last among them."""
    around = {at for at, point in enumerate(points) if at and point.written != points[at - 1].written}
    ends = {len(points) - 1} | around | {at - 1 for at in around}
    step = max(1, len(points) // statements)
    return ends | set(range(0, len(points), step))


def _between(points: list[Point]) -> list[int]:
    return [at for at, point in enumerate(points) if point.written not in ({}, points[-1].written)]


def _trouble_at(story: Story, number: int, point: Point) -> str:
    told = iter(story())
    act = next(told)
    before = rows()
    status, _ = _in_a_child(act, dies_at=number)
    try:
        assert status == DIED, f"it was to die, and ended with {status}"
        left = difference(before, rows())
        assert left == point.written, f"left {left}, and not {point.written}"
        _go_on(told)
    except Exception as error:  # the other points are tried all the same
        return f"{type(error).__name__}: {error}"
    return ""


def _go_on(told: Iterator[Act]) -> None:
    for _ in told:
        raise AssertionError("a story has one act")


def _in_a_child(act: Act, *, dies_at: int | None) -> tuple[int, list[Point]]:
    connection.close()
    connection.close_pool()  # its threads would not live on in the child
    hears, tells = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(hears)
        _live(act, dies_at, tells)
    os.close(tells)
    with open(hears, encoding="utf-8") as said:
        points = [Point(*json.loads(line)) for line in said]
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), points


def _live(act: Act, dies_at: int | None, tells: int) -> None:
    status = 1
    try:
        signal.alarm(LONGEST)
        with Watch(dies_at, tells):
            act()
        status = 0
    except BaseException:
        traceback.print_exc()
        sys.stderr.flush()
    finally:
        os._exit(status)


class Watch:
    """Counts what the process does to the database, on any of its connections, and ends it at its point."""

    def __init__(self, dies_at: int | None, tells: int) -> None:
        self.dies_at, self.tells, self.number = dies_at, tells, -1
        self.before = rows() if dies_at is None else Counter()

    def __enter__(self) -> None:
        connection_created.connect(self._joins)
        commit = BaseDatabaseWrapper._commit

        def watched(wrapper: BaseDatabaseWrapper) -> None:
            self._happened("before commit")
            commit(wrapper)
            self._happened("after commit")

        mock.patch.object(BaseDatabaseWrapper, "_commit", watched).start()

    def __exit__(self, *_: object) -> None:
        """The process ends with it."""

    def _joins(self, connection: BaseDatabaseWrapper, **_: object) -> None:
        if self._executes not in connection.execute_wrappers:
            connection.execute_wrappers.append(self._executes)

    def _executes(self, execute, statement, params, many, context):
        result = execute(statement, params, many, context)
        self._happened(f"after {' '.join(str(statement).split())[:70]}")
        return result

    def _happened(self, what: str) -> None:
        self.number += 1
        if self.number == self.dies_at:
            os._exit(DIED)
        if self.dies_at is None:
            line = json.dumps([what, difference(self.before, rows())])
            os.write(self.tells, f"{line}\n".encode())


def _print_for_others(pipe: Connection) -> None:
    while True:
        try:
            template, told, dated, for_ever = pipe.recv()
            pipe.send(pdf._compiled(template, told, dated, for_ever=for_ever))
        except EOFError:
            return


@contextmanager
def papers_printed_elsewhere() -> Iterator[None]:
    """By a process that is never forked: a compiler's threads would not live on in the child."""
    ours, theirs = get_context("spawn").Pipe()
    printer = get_context("spawn").Process(target=_print_for_others, args=(theirs,), daemon=True)
    printer.start()
    theirs.close()

    def printed(template: Path, told: str, dated: date, *, for_ever: bool) -> bytes:
        ours.send((template, told, dated, for_ever))
        return ours.recv()

    with mock.patch.object(pdf, "_compiled", printed):
        yield
    ours.close()
    printer.join(10)


def rows() -> Counter[tuple[str, str]]:
    """All that is committed, seen from outside: table and digest of each row."""
    with outside() as observer:
        named = "SELECT tablename FROM pg_tables WHERE schemaname = 'public' AND NOT tablename = ANY (%s)"
        parts = [
            sql.SQL("SELECT {}, md5(t::text) FROM {} AS t").format(sql.Literal(table), sql.Identifier(table))
            for (table,) in observer.execute(named, [list(NOT_COMPARED)]).fetchall()
        ]
        return Counter(observer.execute(sql.SQL(" UNION ALL ").join([JOBS, *parts])).fetchall())


def outside() -> psycopg.Connection:
    """A connection of its own, past the walls."""
    return psycopg.connect(postgres.server(), dbname=connection.settings_dict["NAME"], autocommit=True)


def difference(before: Counter[tuple[str, str]], after: Counter[tuple[str, str]]) -> Shape:
    gone, new = Counter(table for table, _ in (before - after).elements()), Counter(table for table, _ in (after - before).elements())
    return {table: [gone[table], new[table]] for table in sorted({*gone, *new})}
