"""A job is deferred in the transaction that makes it true; what goes wrong there is Django's trouble."""

import psycopg
import pytest
from django.db import DataError, OperationalError, connection, transaction

from jupiter.kit import jobs, postgres

pytestmark = pytest.mark.django_db(transaction=True)


@transaction.atomic
def defer_after(*acts, **ids):
    for act in acts:
        act()
    jobs.defer("carry", **{"transmission_id": 1, "owner_id": 1} | ids)


def end_the_line():
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        (pid,) = cursor.fetchone()
    with psycopg.connect(postgres.server(), dbname=connection.settings_dict["NAME"], autocommit=True) as admin:
        admin.execute("SELECT pg_terminate_backend(%s, 5000)", [pid])


def test_outside_a_transaction_nothing_is_deferred():
    with pytest.raises(RuntimeError):
        jobs.defer("carry", transmission_id=1, owner_id=1)


def test_a_database_that_goes_away_meanwhile_is_known_as_one():
    """A task asks again after such a trouble; any other is a bug, and its message is set aside."""
    with pytest.raises(OperationalError):
        defer_after(end_the_line)
    connection.close()
    defer_after()


def test_what_the_database_refuses_is_told_as_its_refusal():
    with pytest.raises(DataError):
        defer_after(queue="no\x00queue")
