"""What was noted stays noted."""

from datetime import date
from decimal import Decimal

import pytest
from django.db import DatabaseError, transaction

from jupiter.kit.journal.actions import entries_of, note
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
