"""The worker's own connections, on the real server."""

import asyncio
from typing import Any

import pytest
from django.db import connection
from procrastinate.exceptions import ConnectorException

from jupiter.kit import queue_connector

pytestmark = pytest.mark.django_db(transaction=True)

HERE = "SELECT array_agg(pid) AS pids FROM pg_stat_activity WHERE datname = current_database()"
CUT = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> ALL (%s)"
OWN = "SELECT pg_backend_pid() AS pid"


def _ask(question: str, *values: object) -> Any:
    try:
        with connection.cursor() as cursor:
            cursor.execute(question, values)
            return cursor.fetchone()[0]
    finally:
        connection.close()


async def _asked(*, before_the_second: float) -> list[int]:
    others = await asyncio.to_thread(_ask, HERE)
    connector = queue_connector.queue_connector()
    await connector.open_async()
    try:
        first = await connector.execute_query_one_async(OWN)
        await asyncio.to_thread(_ask, CUT, others)
        await asyncio.sleep(before_the_second)
        return [first["pid"], (await connector.execute_query_one_async(OWN))["pid"]]
    finally:
        await connector.close_async()


def test_each_statement_is_committed_by_itself():
    async def ask():
        connector = queue_connector.queue_connector()
        await connector.open_async()
        try:
            async with connector.pool.connection() as one:
                return one.autocommit
        finally:
            await connector.close_async()

    assert asyncio.run(ask())


def test_a_connection_that_rested_is_looked_at_before_it_is_asked(monkeypatch):
    monkeypatch.setattr(queue_connector, "UNCHECKED_SECONDS", 0.2)
    first, second = asyncio.run(_asked(before_the_second=0.3))
    assert first != second


def test_one_that_served_a_moment_ago_is_taken_at_its_word(monkeypatch):
    monkeypatch.setattr(queue_connector, "UNCHECKED_SECONDS", 60)
    with pytest.raises(ConnectorException):
        asyncio.run(_asked(before_the_second=0.3))
