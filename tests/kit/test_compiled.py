import pytest
from django.db import transaction
from django.db.models.sql.compiler import SQLCompiler
from django.db.transaction import TransactionManagementError

from jupiter.kit.accounts.models import User
from jupiter.kit.compiled import Compiled, Given, is_one_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def people():
    return [User.objects.create_user(name) for name in ("alice", "bob", "charlie")]


def test_it_finds_what_the_query_set_finds(people):
    asked = Compiled(lambda: User.objects.filter(is_one_of("id", Given("keys"))).order_by("-username"))
    keys = [people[0].pk, people[2].pk]
    assert asked.rows(keys=keys) == list(User.objects.filter(pk__in=keys).order_by("-username"))


def test_it_is_written_once_and_asked_with_other_values(people, monkeypatch):
    asked = Compiled(lambda: User.objects.filter(username=Given("name")))
    assert asked.first(name="alice") == people[0]
    monkeypatch.setattr(SQLCompiler, "as_sql", lambda *_, **__: pytest.fail("written again"))
    assert asked.first(name="bob") == people[1]
    assert asked.first(name="nobody") is None


@pytest.mark.django_db(transaction=True)
def test_rows_are_locked_inside_a_transaction_only(people):
    asked = Compiled(lambda: User.objects.select_for_update().filter(username=Given("name")))
    with transaction.atomic():
        assert asked.first(name="alice") == people[0]
    with pytest.raises(TransactionManagementError):
        asked.first(name="alice")


def test_a_value_that_is_not_given_is_an_error(people):
    asked = Compiled(lambda: User.objects.filter(username=Given("name")))
    with pytest.raises(KeyError):
        asked.rows(nam="alice")


def test_an_empty_list_holds_nobody(people):
    assert Compiled(lambda: User.objects.filter(is_one_of("id", Given("keys")))).rows(keys=[]) == []
