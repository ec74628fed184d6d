import pytest
from django.db import DatabaseError, IntegrityError, transaction

from jupiter.kit.accounts.models import User
from jupiter.kit.journal.models import Entry
from jupiter.kit.writing import insert, insert_unless_there, rewrite

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
