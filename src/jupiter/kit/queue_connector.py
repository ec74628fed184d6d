"""The worker's own connections to its queue, where each question is one way there and back."""

import time
from typing import Any

from procrastinate.contrib.django.utils import connector_params
from procrastinate.psycopg_connector import PsycopgConnector
from psycopg import AsyncConnection
from psycopg_pool import AsyncConnectionPool

UNCHECKED_SECONDS = 1.0  # a connection that served so lately is taken at its word; if it did die, the job is brought back


def queue_connector() -> PsycopgConnector:
    """Procrastinate asks one statement at a time. By default each comes with a check, a BEGIN and a COMMIT, which cost more than it does."""
    return PsycopgConnector(kwargs=connector_params(), configure=_commit_each_statement, pool_factory=_pool)


async def _commit_each_statement(connection: AsyncConnection[Any]) -> None:
    await connection.set_autocommit(True)


def _pool(**options: Any) -> AsyncConnectionPool[Any]:
    return AsyncConnectionPool(**{**options, "check": _check_if_idle})


async def _check_if_idle(connection: Any) -> None:
    now = time.monotonic()
    if now - getattr(connection, "asked_at", 0.0) > UNCHECKED_SECONDS:
        await AsyncConnectionPool.check_connection(connection)
    connection.asked_at = now
