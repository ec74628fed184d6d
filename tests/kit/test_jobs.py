"""A job is deferred in the transaction that makes it true; what goes wrong there is Django's trouble."""

import pytest
from django.db import DataError, OperationalError, connection, transaction

from jupiter.kit import jobs
from tests.kit.own_line import end_own_line

pytestmark = pytest.mark.django_db(transaction=True)


@transaction.atomic
def defer_after(*acts, **ids):
    for act in acts:
        act()
    jobs.defer("carry", **{"transmission_id": 1, "owner_id": 1} | ids)


def test_outside_a_transaction_nothing_is_deferred():
    with pytest.raises(RuntimeError):
        jobs.defer("carry", transmission_id=1, owner_id=1)


def test_a_database_that_goes_away_meanwhile_is_known_as_one():
    """A task asks again after such a trouble; any other is a bug, and its message is set aside."""
    with pytest.raises(OperationalError):
        defer_after(end_own_line)
    connection.close()
    defer_after()


def test_what_the_database_refuses_is_told_as_its_refusal():
    with pytest.raises(DataError):
        defer_after(queue="no\x00queue")
