"""The worker's own connection to its queue, where each question is one way there and back."""

from typing import Any

import psycopg
from procrastinate.contrib.django.utils import connector_params
from procrastinate.exceptions import NoResult
from procrastinate.psycopg_connector import PsycopgConnector
from procrastinate.sync_psycopg_connector import wrap_exceptions
from psycopg.rows import DictRow, dict_row
from psycopg_pool import AsyncNullConnectionPool

from .database.base import is_well

SILENT_MILLISECONDS = 15_000  # of a server that does not even acknowledge: then the line is dead, and the loop goes on


class QueueConnector(PsycopgConnector):
    """The loop asks by itself and waits for the answer, a millisecond: to be woken for it costs it several times what the question does.

    One connection, for the loop asks one thing at a time; only news of jobs are awaited, on a connection of their own.
    """

    def __init__(self, **line: Any) -> None:
        super().__init__(kwargs=line, pool_factory=AsyncNullConnectionPool)  # keeps none: it says where news are to be heard
        self._where = line
        self._line: psycopg.Connection[DictRow] | None = None

    async def execute_query_async(self, query: Any, **arguments: Any) -> None:
        self._asked(query, arguments)

    async def execute_query_one_async(self, query: Any, **arguments: Any) -> dict[str, Any]:
        row = self._asked(query, arguments).fetchone()
        if row is None:
            raise NoResult
        return row

    async def execute_query_all_async(self, query: Any, **arguments: Any) -> list[dict[str, Any]]:
        return self._asked(query, arguments).fetchall()

    async def close_async(self) -> None:
        if self._line is not None:
            self._line.close()
        await super().close_async()

    def _asked(self, query: Any, arguments: dict[str, Any]) -> psycopg.Cursor[DictRow]:
        with wrap_exceptions():
            if self._line is None or self._line.closed or not is_well(self._line):
                self._line = psycopg.connect(**self._where, autocommit=True, row_factory=dict_row)
            return self._line.execute(query, self._wrap_json(arguments))


def queue_connector() -> QueueConnector:
    """Procrastinate's own comes with a check, a BEGIN and a COMMIT around each statement, which cost more than it does."""
    return QueueConnector(**connector_params(), tcp_user_timeout=SILENT_MILLISECONDS)
