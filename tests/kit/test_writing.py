from datetime import date, datetime, time
from decimal import Decimal
from uuid import UUID

import pytest
from django.apps import apps
from django.db import DatabaseError, IntegrityError, connection, transaction

from jupiter.kit.accounts.models import User
from jupiter.kit.journal.models import Entry
from jupiter.kit.writing import _ways, insert, insert_all, insert_unless_there, rewrite, rewrite_while

pytestmark = pytest.mark.django_db


def a_line():
    return Entry(who="HAKIM AB", owner_id=7, thing="order", thing_key="12", what="close", sentence="Bon 12 clôturé", facts={"é": [1, None]})


def columns(row):
    return {field.attname: getattr(row, field.attname) for field in row._meta.concrete_fields}


def test_a_row_stands_as_django_would_have_saved_it():
    ours, djangos = a_line(), a_line()
    insert(ours)
    djangos.save(force_insert=True)
    one, other = Entry.objects.order_by("pk")
    assert columns(ours) == columns(one), "with the key and the instant that the database gave"
    assert columns(one) | {"id": other.pk, "at": other.at} == columns(other)
    assert not ours._state.adding


def test_a_second_row_of_the_same_name_is_refused():
    User.objects.create_user("alice")
    with pytest.raises(IntegrityError), transaction.atomic():
        insert(User(username="alice"))


def test_where_it_must_not_be_refused_its_place_is_left_to_who_has_it():
    assert insert_unless_there(User(username="alice", full_name="FIRST"))
    second = User(username="alice", full_name="SECOND")
    assert not insert_unless_there(second)
    assert second._state.adding
    assert User.objects.get().full_name == "FIRST", "and the transaction goes on"


def test_only_the_named_columns_are_written():
    alice = User.objects.create_user("alice")
    alice.full_name, alice.email = "ALICE A", "alice@example.org"
    rewrite(alice, "full_name")
    kept = User.objects.get()
    assert (kept.full_name, kept.email) == ("ALICE A", "")
    rewrite(alice)
    assert columns(User.objects.get()) == columns(alice)


def test_a_row_that_is_gone_is_not_written():
    alice = User.objects.create_user("alice")
    User.objects.all().delete()
    with pytest.raises(DatabaseError):
        rewrite(alice)


def test_rows_written_together_stand_as_django_would_have_saved_them():
    nasty = {"é": ["\\", '"', "'", "\u2028", "%s", "{}"], "n": 12.5, "none": None, "t": True}
    lines = [a_line() for _ in range(3)]
    for place, line in enumerate(lines):
        line.facts, line.sentence, line.thing_key = nasty, f"Bon {place}\u00a0: \\ % \"'\n\t", str(place)
    insert_all(lines)
    found = list(Entry.objects.order_by("pk"))
    assert [columns(row) for row in found] == [columns(line) for line in lines], "each with its own key and instant, in their order"
    assert [row.thing_key for row in found] == ["0", "1", "2"]
    insert_all([])


def test_all_or_none_of_rows_written_together():
    with pytest.raises(IntegrityError), transaction.atomic():
        insert_all([User(username="bob"), User(username="alice"), User(username="alice")])
    assert not User.objects.exists()


def test_what_json_cannot_say_is_not_guessed():
    line = a_line()
    line.facts = {"a set": {1}}
    with pytest.raises(TypeError):
        insert_all([line])


def test_a_row_is_written_while_it_stands_as_it_should():
    alice = User.objects.create_user("alice", theme="light")
    alice.theme = "dark"
    assert not rewrite_while(alice, "theme", ["dark", "auto"], "theme")
    assert User.objects.get().theme == "light"
    assert rewrite_while(alice, "theme", ["light", "auto"], "theme")
    assert User.objects.get().theme == "dark"


EVERY_MODEL = [model for model in apps.get_models() if model.__module__.startswith("jupiter.") and model._meta.managed]


@pytest.mark.parametrize("model", EVERY_MODEL, ids=lambda model: model._meta.label)
def test_a_value_that_is_handed_on_as_it_is_would_not_be_changed_by_django(model):
    samples = ["", "é\\'\"%s", 0, -1, True, date(2024, 2, 29), time(23, 59), Decimal("12.34"), Decimal(0), UUID(int=7), None]
    for field in model._meta.local_concrete_fields:
        ways = _ways(field)
        for value in samples:
            if type(value) in ways:
                ours, djangos = ways[type(value)](value), field.get_db_prep_save(value, connection)
                assert (type(ours), ours) == (type(djangos), djangos), field
        assert type(User.Theme.DARK) not in ways, "Django makes a word of it"
        assert datetime not in ways, "Django looks at its zone"


def test_a_choice_is_written_as_its_word():
    alice = User(username="alice", theme=User.Theme.DARK)
    insert(alice)
    assert User.objects.get().theme == "dark"
