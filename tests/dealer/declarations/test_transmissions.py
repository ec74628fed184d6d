"""A closed order reaches the hub once, whatever happens on the way; what comes back is recorded once."""

import pytest
from httpx import ConnectError, Response

from jupiter.dealer.declarations.actions import send_again
from jupiter.dealer.declarations.models import KeptDocument, SaleAtHub, State
from jupiter.dealer.orders.actions import OrderDeclared, cancel_order, close_order, reopen_order
from jupiter.dealer.orders.models import Order
from jupiter.dealer.orders.models import State as OrderState
from jupiter.kit.transmissions.models import Attempt, Transmission
from jupiter.kit.transmissions.models import State as Parcel
from tests.dealer.orders import make
from tests.dealer.orders.make import NOON, TODAY, WHO

from .conftest import DOWN, PAPER, state

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def order():
    site = make.a_site(network_code="FR10350")
    make.a_link(site.group)
    return make.a_closed_order(site)


def sale_of(order):
    return SaleAtHub.objects.get(order=order)


def test_a_closed_order_arrives_in_the_hubs_words(order, worker, hub):
    worker.run()

    (words,) = hub.said(hub.put)
    assert words == {
        "network_code": "FR10350", "order_number": "746210", "seller": "M. PIERRE",
        "buyer": {
            "title": "MR", "last_name": "DUPONT", "first_name": "DURANT", "email": "durant.dupont@example.org", "phone": "+33199001234",
            "address": "RUE SPOTICAR", "postcode": "75010", "city": "PARIS", "country": "FR",
        },
        "vehicle": {
            "kind": "VP", "plate": "ER-452-AS", "make": "PEUGEOT", "model": "2008", "version": "1.2 PureTech 110",
            "first_registered_on": "2018-09-14", "fuel": "DIESEL", "din_power_hp": 50, "vin": "12345678901233333", "mileage_km": 4500,
            "four_wheel_drive": False, "manufacturer_warranty_until": "2020-09-14", "manufacturer_warranty_km": 100000,
        },
        "price_gross": "16450.00", "ordered_on": "2021-12-07", "delivery_on": "2021-12-07",
        "warranty": {"level": "SPOTICAR_PREMIUM", "months": 12}, "without_commercial_warranty": False,
    }  # fmt: skip
    assert str(order.sale_reference) in str(hub.put.calls[0].request.url)
    assert sale_of(order).state == State.RECEIVED


def test_a_sick_hub_is_tried_again_with_the_same_key(order, worker, hub):
    hub.put.mock(side_effect=[DOWN, ConnectError("no"), Response(201, json=state(order.sale_reference))])
    worker.run()
    assert sale_of(order).state == State.SENDING

    for _ in range(2):
        worker.wait_for_the_next_try()
        worker.run()

    assert sale_of(order).state == State.RECEIVED
    assert len({call.request.headers["Idempotency-Key"] for call in hub.put.calls}) == 1
    assert Attempt.objects.count() == 3


def test_an_answer_that_is_no_state_is_no_answer(order, worker, hub):
    hub.put.mock(side_effect=[Response(200, html="<p>maintenance</p>"), Response(200, json={"hello": 1})])
    worker.run()
    worker.wait_for_the_next_try()
    worker.run()
    assert sale_of(order).state == State.SENDING


def test_a_refusal_is_to_be_taken_up_and_renvoyer_says_the_corrected_words_under_a_new_key(order, worker, hub):
    problem = {"type": "x", "title": "words-refused", "status": 422, "detail": "Le point de vente FR10350 est inconnu."}
    hub.put.mock(side_effect=[Response(422, json=problem), Response(201, json=state(order.sale_reference))])
    worker.run()

    sale = sale_of(order)
    assert sale.state == State.ASIDE
    assert "Le point de vente FR10350 est inconnu." in sale.trouble

    order.site.network_code = "FR10351"
    order.site.save()
    send_again(Transmission.objects.get(), by=WHO)
    worker.run()

    assert sale_of(order).state == State.RECEIVED
    first, second = hub.put.calls
    assert first.request.headers["Idempotency-Key"] != second.request.headers["Idempotency-Key"]
    assert hub.said(hub.put)[1]["network_code"] == "FR10351"


def test_reopening_withdraws_and_closing_again_sends_again(order, worker, hub):
    worker.run()
    reopened = reopen_order(order, reason="Erreur", by=WHO, today=TODAY)
    worker.run()
    assert hub.delete.call_count == 1
    assert sale_of(order).state == State.WITHDRAWN

    hub.put.mock(return_value=Response(200, json=state(order.sale_reference, sequence=3)))
    close_order(reopened, by=WHO, today=TODAY, now=NOON)
    worker.run()
    assert hub.put.call_count == 2
    assert sale_of(order).state == State.RECEIVED


def test_what_never_left_is_dropped_and_a_hub_that_knows_nothing_is_content(order, worker, hub):
    hub.delete.mock(return_value=Response(404, json={"type": "x", "title": "not-found", "status": 404}))
    cancel_order(order, reason="Erreur", by=WHO, today=TODAY, now=NOON)
    worker.run()

    assert hub.put.call_count == 0
    assert sale_of(order).state == State.WITHDRAWN


def test_a_declared_order_can_be_neither_reopened_nor_cancelled(order, worker, hub):
    declared = state(order.sale_reference, state="declared", cover="sending", declaration_number="SP953617Z100034312")
    hub.put.mock(return_value=Response(200, json=declared))
    worker.run()

    with pytest.raises(OrderDeclared):
        reopen_order(order, reason="Erreur", by=WHO, today=TODAY)
    with pytest.raises(OrderDeclared):
        cancel_order(order, reason="Erreur", by=WHO, today=TODAY, now=NOON)
    assert Order.objects.get().state == OrderState.CLOSED
    assert hub.delete.call_count == 0


def test_declared_meanwhile_the_withdrawal_is_to_be_taken_up(order, worker, hub):
    worker.run()
    hub.delete.mock(return_value=Response(409, json={"type": "x", "title": "already-declared", "status": 409, "detail": "Déjà déclarée."}))
    reopen_order(order, reason="Erreur", by=WHO, today=TODAY)
    worker.run()

    assert sale_of(order).state == State.ASIDE
    assert "Déjà déclarée." in sale_of(order).trouble


def issued(order, sha256, href=None):
    return state(
        order.sale_reference, sequence=4, state="declared", cover="issued", declaration_number="SP953617Z100034312",
        policy={
            "number": "0001003079", "product": "GVO Premium 7 / 150", "months": 12, "starts_on": "2021-12-07", "ends_on": "2022-12-07",
            "premium": "187.56", "issued_on": "2021-12-07",
        },
        document={
            "name": "FR-865268J_Policy_0001003079-20211207.pdf", "sha256": sha256, "size": len(PAPER),
            "href": href or f"/api/v1/sales/{order.sale_reference}/documents/policy",
        },
    )  # fmt: skip


def test_the_policys_paper_is_fetched_and_kept(order, worker, hub, sha256_of_paper):
    hub.put.mock(return_value=Response(200, json=issued(order, sha256_of_paper)))
    worker.run()
    worker.run()

    kept = KeptDocument.objects.get()
    assert bytes(kept.content) == PAPER
    assert sale_of(order).is_settled


@pytest.mark.parametrize(("sha256", "href"), [("0" * 64, None), (None, "http://elsewhere.test/api/v1/sales/x/documents/policy")])
def test_another_paper_than_the_announced_one_is_not_kept(order, worker, hub, sha256_of_paper, sha256, href):
    hub.put.mock(return_value=Response(200, json=issued(order, sha256 or sha256_of_paper, href)))
    worker.run()
    worker.run()

    assert not KeptDocument.objects.exists()
    assert Transmission.objects.get(kind="document.fetch").state == Parcel.ASIDE


def test_a_group_without_a_line_to_the_hub_says_so(worker, hub):
    order = make.a_closed_order()
    worker.run()
    assert "n’est pas configuré" in sale_of(order).trouble


def test_renvoyer_on_one_sends_all_that_wait_about_the_order_in_order(order, worker, hub, client):
    refusal = Response(422, json={"type": "x", "title": "words-refused", "status": 422, "detail": "Non."})
    hub.delete.mock(side_effect=[refusal, Response(204)])
    worker.run()
    reopened = reopen_order(order, reason="Erreur", by=WHO, today=TODAY)
    worker.run()
    hub.put.mock(side_effect=[refusal, Response(201, json=state(order.sale_reference, sequence=3))])
    close_order(reopened, by=WHO, today=TODAY, now=NOON)
    worker.run()
    other = make.a_closed_order(order.site)
    Transmission.objects.filter(subject=str(other.sale_reference)).update(state=Parcel.ASIDE, settled_at=NOON)
    aside = list(Transmission.objects.about(order.sale_reference).aside())
    assert [parcel.kind for parcel in aside] == ["sale.put", "sale.delete"]

    client.force_login(make.a_member(order.site))
    page = f"/transmissions/{aside[0].pk}/"
    assert "Renvoyer les 2" in client.get(page).content.decode()
    assert "Renvoyer les 2" in client.get(f"/bons-de-commande/{order.number}/suivi/").content.decode()
    assert "2 transmissions renvoyées" in client.post(f"{page}renvoyer/", follow=True).content.decode()
    worker.run()

    methods = [call.request.method for call in hub.router.calls if "/sales/" in str(call.request.url)]
    assert methods[-2:] == ["DELETE", "PUT"]
    assert sale_of(order).state == State.RECEIVED
    assert list(Transmission.objects.aside().values_list("subject", flat=True)) == [str(other.sale_reference)]
