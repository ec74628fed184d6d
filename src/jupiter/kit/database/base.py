"""Django's PostgreSQL, with less asked and less computed for what each request borrows and each row carries."""

import select
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from typing import Any

import psycopg
from django.db import connection
from django.db.backends.postgresql import base
from psycopg.adapt import AdaptersMap
from psycopg.pq import Format
from psycopg_pool import ConnectionPool


class DatabaseWrapper(base.DatabaseWrapper):
    def get_new_connection(self, conn_params: dict[str, Any]) -> Any:
        """From the pool, which is told not to ask the server about each (CONN_HEALTH_CHECKS): a server that went away can be heard."""
        connection = super().get_new_connection(conn_params)
        while self.pool and not is_well(connection):
            self.pool.putconn(connection)  # which sees it closed, and makes another
            connection = super().get_new_connection(conn_params)
        return connection

    def get_connection_params(self) -> dict[str, Any]:
        params: dict[str, Any] = super().get_connection_params()
        params["context"] = _with_quick_instants(params["context"])
        return params

    def create_cursor(self, name: str | None = None) -> Any:
        """Instants are read by psycopg's C, in the connection's time zone, which is UTC; Django reads each by a pattern of its own."""
        if name:
            return self.connection.cursor(name, scrollable=False, withhold=self.connection.autocommit)
        return self.connection.cursor()


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
