"""What was noted stays noted."""

from datetime import date
from decimal import Decimal

import pytest
from django.db import DatabaseError, transaction

from jupiter.kit.journal.actions import entries_of, note, together
from jupiter.kit.journal.models import Entry


@pytest.fixture
def line(db):
    note(
        "close_order", "order", 746210, who="HAKIM AB", owner_id=7, sentence="Bon clôturé", price=Decimal("16450.00"), on=date(2021, 12, 7)
    )
    return entries_of("order", "746210").get()


def test_a_line_says_who_what_when_and_its_facts_as_text(line):
    assert (line.who, line.what, line.owner_id) == ("HAKIM AB", "close_order", 7)
    assert line.facts == {"price": "16450.00", "on": "2021-12-07"}
    assert line.at is not None


@pytest.mark.parametrize("change", [lambda: Entry.objects.update(who="someone else"), lambda: Entry.objects.all().delete()])
def test_no_line_is_changed_or_removed(line, change):
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
        change()
    assert Entry.objects.get() == line


def two_lines():
    note("reserve", "vehicle", 1, who="HAKIM AB", owner_id=7)
    note("create", "order", 2, who="HAKIM AB", owner_id=7)


def two_lines_and_no_more():
    two_lines()
    raise MemoryError


def test_lines_of_one_act_are_written_together_in_their_order(db, django_assert_num_queries):
    with django_assert_num_queries(1), together(), together():
        two_lines()
    assert [line.what for line in Entry.objects.order_by("id")] == ["reserve", "create"]


def test_an_act_that_fails_leaves_no_line(db):
    with pytest.raises(MemoryError), together():
        two_lines_and_no_more()
    note("save", "order", 2, who="HAKIM AB", owner_id=7)
    assert [line.what for line in Entry.objects.all()] == ["save"]
