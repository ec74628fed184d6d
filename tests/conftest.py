"""The test database is made, migrated and emptied by others; the tests themselves run as the application does. And the worker.

A test's own hands see all rows (EVERYWHERE): walls stand where the product enters them, at its doors and in its tasks.
"""

import fcntl
import os
from pathlib import Path

import psycopg
import pytest
from django.conf import settings
from django.db import connection
from psycopg import sql

from jupiter.kit import postgres, roles
from tests.worker import Worker

EVERYWHERE = "-c jupiter.everywhere=on"


def own_service():
    return f"jupiter_{settings.SERVICE}"


@pytest.fixture(scope="session", autouse=True)
def what_is_shared_stays_as_it_is():
    """Checks of the whole run, where a service runs in it: journeys run theirs in processes of their own."""
    if not settings.configured:
        yield
        return
    from tests import shared  # noqa: PLC0415  # needs the service's settings

    with shared.fields_of_a_class_stay_as_declared(), shared.json_of_a_row_is_replaced_never_changed_in_place():
        yield


@pytest.fixture(scope="session")
def django_db_keepdb():
    """Made below, not by Django: none of the three roles may create a database."""
    return True


@pytest.fixture(scope="session")
def django_db_modify_db_settings(django_db_modify_db_settings_parallel_suffix):
    database = connection.creation._get_test_db_name()
    postgres.start()
    Path(os.environ["JUPITER_DATA"]).mkdir(parents=True, exist_ok=True)
    with open(Path(os.environ["JUPITER_DATA"]) / f"{database}.lock", "w") as door:
        fcntl.flock(door, fcntl.LOCK_EX)  # a second run on this server waits for the first; it does not take its database away
        with psycopg.connect(postgres.server(), autocommit=True) as admin:
            admin.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(database)))
        roles.prepare(own_service(), database)
        go_on_as(roles.OWNER)
        yield


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup, django_db_blocker):
    with django_db_blocker.unblock():
        connection.settings_dict["OPTIONS"]["options"] = EVERYWHERE
        go_on_as(roles.APP)
        connection.ops.execute_sql_flush = empty_the_tables


def empty_the_tables(statements):
    """After a transactional test, as the server's administrator: the application may not, and should not.

    Only what has rows, walls or not; also the job tables, which Django does not manage.
    """
    with psycopg.connect(postgres.server(), dbname=connection.settings_dict["NAME"], autocommit=True) as admin:
        named = "SELECT tablename FROM pg_tables WHERE schemaname = 'public' AND tablename <> 'django_migrations' ORDER BY 1"
        tables = [sql.Identifier(name) for (name,) in admin.execute(named)]
        with_rows = sql.SQL(" UNION ALL ").join(
            sql.SQL("SELECT {} WHERE EXISTS (SELECT 1 FROM {})").format(sql.Literal(table.as_string()), table) for table in tables
        )
        if full := [name for (name,) in admin.execute(with_rows)]:
            admin.execute("SET lock_timeout = '20s'")
            admin.execute("SET session_replication_role = replica")  # not stopped by the triggers of append-only tables
            admin.execute(sql.SQL("TRUNCATE {} CASCADE").format(sql.SQL(", ").join(map(sql.SQL, full))))


def go_on_as(role):
    connection.close()
    connection.close_pool()
    connection.settings_dict |= roles.login(own_service(), role)


@pytest.fixture
def connect_as(transactional_db):
    """A second connection to the test database, as another role."""

    def connect(role, service=None):
        user, password = roles.login(service or own_service(), role).values()
        database = connection.settings_dict["NAME"]
        return psycopg.connect(postgres.server(), dbname=database, user=user, password=password, autocommit=True)

    return connect


@pytest.fixture
def worker(transactional_db):
    return Worker()
