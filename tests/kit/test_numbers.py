"""Numbers without a hole, in order of commit, whoever asks at once."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection, transaction

from jupiter.kit import numbers


class Refused(Exception):
    pass


@transaction.atomic
def take_then_refuse():
    assert numbers.take("orders") == 1
    raise Refused


def test_a_series_begins_where_it_is_told_and_only_once(db):
    numbers.start("orders", 746210)
    with transaction.atomic():
        assert numbers.take("orders") == 746210
    numbers.start("orders", 1)
    with transaction.atomic():
        assert numbers.take("orders") == 746211
        assert numbers.take("police") == 1


@pytest.mark.django_db(transaction=True)
def test_what_is_rolled_back_leaves_no_hole():
    with pytest.raises(Refused):
        take_then_refuse()
    with transaction.atomic():
        assert numbers.take("orders") == 1


@pytest.mark.django_db(transaction=True)
def test_a_number_is_never_taken_outside_the_transaction_that_keeps_it():
    with pytest.raises(RuntimeError, match="in the transaction"):
        numbers.take("orders")


@pytest.mark.django_db(transaction=True)
def test_sixteen_at_once_get_each_number_once():
    def take_some(_):
        taken = []
        for _ in range(10):
            with transaction.atomic():
                taken.append(numbers.take("orders"))
        connection.close()
        return taken

    with ThreadPoolExecutor(8) as pool:
        taken = [number for some in pool.map(take_some, range(16)) for number in some]
    assert sorted(taken) == list(range(1, 161))


@pytest.mark.django_db(transaction=True)
def test_whoever_asks_at_once_a_higher_number_is_of_a_later_instant():
    def take_some(_):
        taken = []
        for _ in range(10):
            with transaction.atomic():
                taken.append(numbers.take_dated("orders"))
        connection.close()
        return taken

    with ThreadPoolExecutor(8) as pool:
        taken = sorted(one for some in pool.map(take_some, range(16)) for one in some)
    instants = [at for _, at in taken]
    assert instants == sorted(instants)
