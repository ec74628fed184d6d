"""A row that was changed is still there as it was, whoever changed it and however."""

import pytest
from django.db import DatabaseError, transaction

from jupiter.dealer.orders.actions import reopen_order
from jupiter.dealer.orders.models import Order, OrderBuyer
from jupiter.kit.history import changes
from tests import history
from tests.dealer import make

pytestmark = pytest.mark.django_db


def test_every_model_is_kept_or_named_as_written_once():
    assert history.models_without_history() == set()


def test_no_secret_goes_into_the_history():
    assert history.secrets_in_history() == []


def test_an_order_that_was_closed_and_reopened_has_been_both():
    order = make.a_closed_order(make.a_site())
    before = order.former_versions.count()

    reopen_order(order, by=make.WHO, reason="Erreur de prix", today=make.TODAY)

    assert order.former_versions.count() == before + 1
    assert order.former_versions.order_by("pgh_id").last().state == "closed"
    order.refresh_from_db()
    assert ("Statut", "Clôturé", "En cours") in [(change.label, change.before, change.after) for change in changes(order)]


def test_a_change_of_many_rows_at_once_is_seen_too():
    order = make.an_order(make.a_site())

    OrderBuyer.objects.filter(order=order).update(city="PAU")

    order.buyer.refresh_from_db()
    assert [(change.label, change.before, change.after) for change in changes(order.buyer)] == [("Ville", make.BUYER["city"], "PAU")]


def test_a_row_that_stays_as_it_is_leaves_no_version():
    order = make.an_order(make.a_site())
    before = order.former_versions.count()

    Order.objects.filter(pk=order.pk).update(state=order.state)

    assert order.former_versions.count() == before


def test_what_was_kept_cannot_be_rewritten():
    order = make.a_closed_order(make.a_site())

    with pytest.raises(DatabaseError, match="Cannot update or delete"), transaction.atomic():
        order.former_versions.update(state="open")
