"""The worker's own connection, on the real server."""

import asyncio
from typing import Any

import pytest
from django.db import connection
from procrastinate.exceptions import ConnectorException

from jupiter.kit.queue_connector import QueueConnector, queue_connector

pytestmark = pytest.mark.django_db(transaction=True)

HERE = "SELECT array_agg(pid) AS pids FROM pg_stat_activity WHERE datname = current_database()"
CUT = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> ALL (%s)"
OWN = "SELECT pg_backend_pid() AS pid"
TRANSACTION = "SELECT pg_current_xact_id()::text AS id"


def _ask(question: str, *values: object) -> Any:
    try:
        with connection.cursor() as cursor:
            cursor.execute(question, values)
            return cursor.fetchone()[0]
    finally:
        connection.close()


def _with_one(act: Any) -> Any:
    async def run() -> Any:
        connector = queue_connector()
        await connector.open_async()
        try:
            return await act(connector)
        finally:
            await connector.close_async()

    return asyncio.run(run())


def test_each_statement_is_committed_by_itself():
    async def ask(connector: QueueConnector) -> list[str]:
        return [(await connector.execute_query_one_async(TRANSACTION))["id"] for _ in range(2)]

    first, second = _with_one(ask)
    assert first != second


def test_all_that_is_asked_goes_over_one_connection_which_ends_with_it():
    others = _ask(HERE)

    async def ask(connector: QueueConnector) -> set[int]:
        asked = await asyncio.gather(*(connector.execute_query_all_async(OWN) for _ in range(5)))
        return {row["pid"] for rows in asked for row in rows}

    (own,) = _with_one(ask)
    assert own not in others
    for _ in range(50):
        if own not in _ask(HERE):
            return
    raise AssertionError("the connection outlived its connector")


def test_a_server_that_went_away_meanwhile_is_called_anew():
    others = _ask(HERE)

    async def ask(connector: QueueConnector) -> list[int]:
        first = await connector.execute_query_one_async(OWN)
        await asyncio.to_thread(_ask, CUT, others)
        await asyncio.sleep(0.1)
        return [first["pid"], (await connector.execute_query_one_async(OWN))["pid"]]

    first, second = _with_one(ask)
    assert first != second


def test_one_that_goes_away_while_it_is_asked_is_the_worker_s_end():
    async def ask(connector: QueueConnector) -> None:
        await connector.execute_query_async("SELECT pg_terminate_backend(pg_backend_pid())")

    with pytest.raises(ConnectorException):
        _with_one(ask)
