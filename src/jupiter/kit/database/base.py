"""Django's PostgreSQL, with less asked and less computed for what each request borrows and each row carries."""

import hashlib
import re
import select
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import cache, partial
from itertools import count
from typing import Any

import psycopg
from django.db import connection
from django.db.backends.postgresql import base, operations
from psycopg import RawCursor, sql
from psycopg.adapt import AdaptersMap
from psycopg.pq import ConnStatus, ExecStatus, Format, TransactionStatus
from psycopg_pool import ConnectionPool


class Numbered(str):
    """SQL whose values stand at $1, $2 …, as PostgreSQL takes it: of Django's own writing psycopg looks for each %s anew, each time.

    For a statement that is written once in a process. `marked` is how Django wrote it."""

    __slots__ = ("marked",)
    marked: str

    def __new__(cls, marked: str) -> "Numbered":
        places = count(1)
        numbered = super().__new__(cls, re.sub("%[s%]", lambda mark: "%" if mark.group() == "%%" else f"${next(places)}", marked))
        numbered.marked = marked
        return numbered


class Cursor(base.ServerBindingCursor):
    _marked, _numbered = psycopg.Cursor._query_cls, RawCursor._query_cls

    def execute(self, query: Any, *args: Any, **options: Any) -> Any:
        self._query_cls = self._numbered if type(query) is Numbered else self._marked
        return super().execute(query, *args, **options)  # type: ignore[misc]


class Operations(operations.DatabaseOperations):
    def compose_sql(self, sql: str, params: Any) -> Any:
        """With its values in it, as captured and logged statements are shown."""
        return super().compose_sql(getattr(sql, "marked", sql), params)


class DatabaseWrapper(base.DatabaseWrapper):
    ops_class = Operations
    has_only_read = False  # in the transaction that `begin_asking` began, as far as is known: nothing is written, set or locked yet

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self._asked_first: tuple[str, Sequence[object]] = ("", ())
        self._at_the_beginning: set[str] = set()

    def get_new_connection(self, conn_params: dict[str, Any]) -> Any:
        """From the pool, which is told not to ask the server about each (CONN_HEALTH_CHECKS): a server that went away can be heard."""
        connection = super().get_new_connection(conn_params)
        while self.pool and not is_well(connection):
            self.pool.putconn(connection)  # which sees it closed, and makes another
            connection = super().get_new_connection(conn_params)
        return connection

    def get_connection_params(self) -> dict[str, Any]:
        params: dict[str, Any] = super().get_connection_params()
        params["context"], params["cursor_factory"] = _with_quick_instants(params["context"]), Cursor
        return params

    def begin_asking(self, question: str, values: Sequence[object]) -> None:
        """BEGIN and the first statement of a transaction that Django holds begun already: one way there and back, instead of two.

        `question` answers one row, which nobody reads. It is put into SQL once for each connection."""
        self.ensure_connection()
        send = self._begin
        for wrapper in reversed(self.execute_wrappers):
            send = partial(wrapper, send)
        with self.wrap_database_errors:
            send(question, values, False, {"connection": self, "cursor": None})
        self._asked_first, self.has_only_read = (question, values), True

    def _begin(self, question: str, values: Sequence[object], many: bool, context: Mapping[str, Any]) -> None:
        line = self.connection
        name, prepare = _prepared(question)
        begin = f"BEGIN; EXECUTE {name} ({', '.join(sql.Literal(value).as_string(line) for value in values)})"
        try:
            _said(line, begin)
        except (
            psycopg.errors.InvalidSqlStatementName
        ):  # a new line; or psycopg forgot all of them, as it does when something is rolled back
            _said(line, f"ROLLBACK; {prepare}; {begin}")

    def create_cursor(self, name: str | None = None) -> Any:
        """Instants are read by psycopg's C, in the connection's time zone, which is UTC; Django reads each by a pattern of its own."""
        self.has_only_read = False
        if name:
            return self.connection.cursor(name, scrollable=False, withhold=self.connection.autocommit)
        return self.connection.cursor()

    # A savepoint before anything was written is the transaction's beginning: to go back there, it begins anew. An action at a door, which
    # may refuse, takes two statements less.

    def _savepoint(self, sid: str) -> None:
        if self.has_only_read:
            self._at_the_beginning.add(sid)
        else:
            super()._savepoint(sid)  # type: ignore[misc]

    def _savepoint_commit(self, sid: str) -> None:
        if sid not in self._at_the_beginning:
            super()._savepoint_commit(sid)  # type: ignore[misc]
        elif self.connection.pgconn.transaction_status == TransactionStatus.INERROR:
            with self.cursor() as cursor:
                cursor.execute("SELECT 1")  # which is refused, as the savepoint's release would be

    def _savepoint_rollback(self, sid: str) -> None:
        if sid not in self._at_the_beginning:
            super()._savepoint_rollback(sid)  # type: ignore[misc]
            return
        super()._rollback()  # type: ignore[misc]
        self.begin_asking(*self._asked_first)

    def _commit(self) -> None:
        self._end()
        super()._commit()  # type: ignore[misc]

    def _rollback(self) -> None:
        self._end()
        super()._rollback()  # type: ignore[misc]

    def _close(self) -> None:
        self._end()
        super()._close()  # type: ignore[misc]

    def _end(self) -> None:
        self.has_only_read = False
        self._at_the_beginning.clear()


@contextmanager
def planned_anew() -> Iterator[None]:
    """What is asked inside is planned for the very values it is asked with, each time.

    For lists and counts: a plan that is kept does not know its values, so it may use no partial index, and of a row behind the wall
    PostgreSQL guesses too little to see what that costs. One such page cost thirty times more once its plan was kept, among a million sales.
    Not in a wall entered to ask by keys (kit.walls): there plans are made for any values, kept or not.
    """
    connection.ensure_connection()
    line = connection.connection
    before, line.prepare_threshold = line.prepare_threshold, None
    try:
        yield
    finally:
        line.prepare_threshold = before


@cache
def _prepared(question: str) -> tuple[str, str]:
    """The name of its plan, and the statement that makes it."""
    first, *others = question.split("%s")
    name = f"begins_{hashlib.sha256(question.encode()).hexdigest()[:16]}"
    return name, f"PREPARE {name} AS {first}" + "".join(f"${place}{words}" for place, words in enumerate(others, 1))


def _said(line: "psycopg.Connection[Any]", command: str) -> None:
    result = line.pgconn.exec_(command.encode())
    if line.pgconn.status != ConnStatus.OK:
        raise psycopg.OperationalError(line.pgconn.get_error_message())
    if result.status not in (ExecStatus.TUPLES_OK, ExecStatus.COMMAND_OK):
        raise psycopg.errors.error_from_result(result)


def is_well(connection: "psycopg.Connection[Any]") -> bool:
    """Nothing to hear from an idle server is good news, and costs no way there and back; an end of its line is something to hear."""
    heard = select.poll()
    heard.register(connection.fileno(), select.POLLIN)
    if not heard.poll(0):
        return True
    try:
        ConnectionPool.check_connection(connection)  # it may only have been a notice
    except psycopg.OperationalError:
        return False
    return True


@cache
def _with_quick_instants(usual: AdaptersMap) -> AdaptersMap:
    adapters = AdaptersMap(usual)
    if quick := psycopg.adapters.get_loader(psycopg.postgres.types["timestamptz"].oid, Format.TEXT):
        adapters.register_loader("timestamptz", quick)
    return adapters
