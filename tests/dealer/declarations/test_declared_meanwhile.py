"""Reopened here, declared there: whichever comes first, the hub's word stands and nothing is lost in silence."""

from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal
from threading import Barrier
from uuid import uuid4

import pytest
from bs4 import BeautifulSoup
from django.db import connection
from httpx import Response

from jupiter.contracts.sale_state import SaleStateV1
from jupiter.dealer.declarations.actions import receive_notice
from jupiter.dealer.declarations.models import SaleAtHub, State
from jupiter.dealer.orders.actions import (
    OrderBeingWithdrawn,
    OrderDeclared,
    Typed,
    cancel_order,
    close_order,
    delete_order,
    print_order,
    reopen_order,
    save_order,
)
from jupiter.dealer.orders.models import Order
from jupiter.dealer.orders.models import State as OrderState
from jupiter.dealer.vehicles.models import State as CarState
from jupiter.dealer.vehicles.models import Vehicle
from jupiter.kit.journal.models import Entry
from jupiter.kit.transmissions.models import State as Parcel
from jupiter.kit.transmissions.models import Transmission
from tests.dealer.orders import make
from tests.dealer.orders.make import NOON, TODAY, WHO

from .conftest import state

pytestmark = pytest.mark.django_db(transaction=True)
NUMBER = "SP953617Z100034312"
ALREADY = Response(409, json={"type": "x", "title": "already-declared", "status": 409, "detail": "Déjà déclarée."})


@pytest.fixture
def order(worker, hub):
    site = make.a_site(network_code="FR10350")
    make.a_link(site.group)
    order = make.a_closed_order(site)
    worker.run()
    hub.delete.mock(return_value=ALREADY)
    return order


def hear_declared(order, sequence=3):
    words = SaleStateV1.model_validate(
        state(order.sale_reference, sequence=sequence, state="declared", cover="sending", declaration_number=NUMBER)
    )
    receive_notice(order.group.hub_link, str(uuid4()), words, today=TODAY, now=NOON)


def reopen(order):
    return reopen_order(order, reason="Erreur de prix", by=WHO, today=TODAY)


def now_of(order):
    return Order.objects.select_related("vehicle").get(pk=order.pk)


def sentences(order):
    return list(Entry.objects.filter(thing="order", thing_key=str(order.pk)).order_by("pk").values_list("sentence", flat=True))


def test_declared_before_reopening_is_refused_and_nothing_is_withdrawn(order, worker, hub):
    hear_declared(order)
    with pytest.raises(OrderDeclared):
        reopen(order)
    worker.run()
    assert now_of(order).is_closed
    assert hub.delete.call_count == 0
    assert SaleAtHub.objects.get().to_check == ""


@pytest.mark.parametrize("answered_first", [True, False])
def test_declared_after_reopening_the_order_is_closed_as_it_was(order, worker, hub, answered_first):
    before, paper = now_of(order), print_order(now_of(order), by=WHO, today=TODAY)
    reopen(order)
    if answered_first:
        worker.run()
        assert SaleAtHub.objects.get().state == State.ASIDE
    hear_declared(order)
    worker.run()

    after, sale = now_of(order), SaleAtHub.objects.get()
    for name in ("state", "closed_on", "closed_at", "closed_by", "closed_frozen", "closings", "agreed_gross"):
        assert getattr(after, name) == getattr(before, name), name
    assert (after.vehicle.state, after.vehicle.delivery_on) == (CarState.AWAITING_DELIVERY, before.delivery_on)
    assert print_order(after, by=WHO, today=TODAY) == paper
    assert (sale.state, sale.trouble, sale.declaration_number) == (State.DECLARED, "", NUMBER)
    assert "de nouveau clôturé, tel qu’il l’était" in sale.to_check
    assert any(NUMBER in sentence and "de nouveau clôturé" in sentence for sentence in sentences(order))
    assert not Transmission.objects.filter(state__in=(Parcel.ASIDE, Parcel.SENDING)).exists()


def test_a_refusal_that_comes_after_the_notice_changes_nothing(order, worker, hub):
    """The worker was on its way to the hub while the notice came in."""
    reopen(order)
    hub.delete.mock(side_effect=lambda request: hear_declared(order) or ALREADY)
    worker.run()
    assert SaleAtHub.objects.get().state == State.DECLARED
    assert now_of(order).is_closed
    assert Transmission.objects.get(kind="sale.delete").state == Parcel.DROPPED


def test_changed_since_reopening_it_is_closed_as_it_stands_and_says_so(order, worker, hub):
    open_again = reopen(order)
    facts = make.FACTS | {"warranty": order.warranty, "agreed_gross": Decimal("15000.00"), "agreed_net": None, "agreed_vat": None}
    typed = Typed(facts=facts, buyer=make.BUYER, vehicle=order.vehicle, customer=open_again.customer)
    save_order(open_again, order.site, typed, version=open_again.version, by=WHO, today=TODAY)
    hear_declared(order)
    worker.run()

    after = now_of(order)
    assert (after.is_closed, after.agreed_gross, after.closings) == (True, Decimal("15000.00"), 2)
    assert after.closed_frozen["price"]["gross"] == "15000.00"
    assert "comparez-le à la déclaration" in SaleAtHub.objects.get().to_check
    assert hub.put.call_count == 1, "what is declared is not said again"


def test_emptied_since_reopening_it_stays_open_and_says_what_to_do(order, worker, hub):
    open_again = reopen(order)
    save_order(open_again, order.site, Typed(facts=make.FACTS, buyer=make.BUYER), version=open_again.version, by=WHO, today=TODAY)
    hear_declared(order)
    assert now_of(order).is_open
    assert "incomplet" in SaleAtHub.objects.get().to_check

    open_again = now_of(order)
    car = Vehicle.objects.get(pk=order.vehicle_id)
    facts = make.FACTS | {"warranty": order.warranty}
    open_again = save_order(
        open_again, order.site, Typed(facts=facts, buyer=make.BUYER, vehicle=car), version=open_again.version, by=WHO, today=TODAY
    )
    close_order(open_again, by=WHO, today=TODAY, now=NOON)
    worker.run()
    assert (SaleAtHub.objects.get().state, hub.put.call_count) == (State.DECLARED, 1)


def test_declared_after_cancelling_the_order_stays_cancelled_and_says_so(order, worker, hub):
    cancel_order(order, reason="Rétractation", by=WHO, today=TODAY, now=NOON)
    hear_declared(order)
    worker.run()
    assert now_of(order).state == OrderState.CANCELLED
    assert "alors que le bon est annulé" in SaleAtHub.objects.get().to_check
    assert not Transmission.objects.aside().exists()


def test_what_the_hub_has_not_let_go_cannot_be_deleted(order, worker, hub):
    open_again = reopen(order)
    with pytest.raises(OrderBeingWithdrawn):
        delete_order(open_again, by=WHO, now=NOON)
    hub.delete.mock(return_value=Response(204))
    worker.run()
    delete_order(open_again, by=WHO, now=NOON)
    assert not Order.objects.visible().exists()


def test_at_the_same_instant_it_ends_closed_and_declared_whoever_was_faster(order, worker, hub):
    for sequence in range(3, 9):
        start = Barrier(2)

        def together(act, start=start):
            start.wait()
            try:
                return act()
            except OrderDeclared as refusal:
                return refusal
            finally:
                connection.close()

        with ThreadPoolExecutor(2) as two:
            both = [two.submit(together, lambda: reopen(order)), two.submit(together, lambda at=sequence: hear_declared(order, at))]
            for one in both:
                one.result(30)
        assert now_of(order).is_closed
        assert SaleAtHub.objects.get().state == State.DECLARED
        SaleAtHub.objects.update(state=State.RECEIVED)  # for the next round


def text(answer):
    return " ".join(BeautifulSoup(answer.content, "html.parser").get_text(" ").split())


def test_accueil_shows_it_until_someone_has_looked(client, order):
    client.force_login(make.a_member(order.site))
    assert "À vérifier" not in text(client.get("/"))
    reopen(order)
    hear_declared(order)

    home = text(client.get("/"))
    assert "À vérifier 1 déclarées entre-temps" in home
    assert f"Vérifier le bon {order.number} Vente déclarée ({NUMBER})" in home
    page = f"/bons-de-commande/{order.number}/"
    shown = text(client.get(page))
    assert "de nouveau clôturé" in shown
    assert ", Centralisateur" in shown, "who wrote the line of the journal"

    client.post(f"{page}verifie/")
    assert "À vérifier" not in text(client.get("/"))
    assert "de nouveau clôturé" not in text(client.get(f"{page}suivi/"))
    assert sentences(order)[-1] == "Vente déclarée entre-temps\u00a0: vérifiée"
