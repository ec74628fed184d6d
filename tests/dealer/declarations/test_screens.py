"""What became of a sale, on the order and on the car; and Envoyer / Recevoir."""

import pytest
from bs4 import BeautifulSoup
from django.db import connection
from django.test.utils import CaptureQueriesContext
from httpx import Response

from jupiter.contracts.sale_state import SaleStateV1
from jupiter.dealer.declarations.actions import record_state
from jupiter.dealer.declarations.models import KeptDocument, SaleAtHub
from jupiter.dealer.orders.actions import reopen_order
from jupiter.kit.transmissions.models import Transmission
from tests.dealer.orders import make

from .conftest import PAPER, state

pytestmark = pytest.mark.django_db(transaction=True)
DECLARED = {"state": "declared", "declaration_number": "SP953617Z100034312"}
QUOTE = {"number": "0001006185", "state": "draft", "link": "http://insurer.test/devis/0001006185/"}
POLICY = {
    "number": "0001003079", "product": "GVO Premium 7 / 150", "months": 12, "starts_on": "2021-12-07", "ends_on": "2022-12-07",
    "premium": "187.56", "issued_on": "2021-12-07",
}  # fmt: skip


@pytest.fixture
def order(client):
    site = make.a_site()
    make.a_link(site.group)
    client.force_login(make.a_member(site))
    return make.a_closed_order(site)


def told(order, **more):
    sale = SaleAtHub.objects.select_related("order").get(order=order)
    record_state(sale, SaleStateV1.model_validate(state(order.sale_reference, sequence=sale.sequence + 1) | more))


def panel(answer):
    return BeautifulSoup(answer.content, "html.parser").find(id="sale-at-hub")


def words(tag):
    return " ".join(tag.get_text(" ").split()).replace("\u00a0", " ")


def paper_kept(order):
    sale = SaleAtHub.objects.get(order=order)
    sale.document_name = "FR-865268J_Policy_0001003079-20211207.pdf"
    sale.save()
    KeptDocument.objects.create(sale=sale, name=sale.document_name, content=PAPER, sha256="0" * 64, size=len(PAPER))


STORY = [
    ({}, "Transmise", False),
    (DECLARED | {"cover": "sending"}, "Création du devis en cours", False),
    (DECLARED | {"cover": "quote_draft", "quote": QUOTE}, "0001006185", False),
    (DECLARED | {"cover": "aside", "trouble": "L’assureur refuse le véhicule"}, "L’assureur refuse le véhicule", True),
    (DECLARED | {"cover": "not_wanted"}, "Sans garantie commerciale", True),
    (DECLARED | {"cover": "quote_expired", "quote": QUOTE}, "Devis expiré", True),
    (DECLARED | {"cover": "issued", "quote": QUOTE, "policy": POLICY}, "0001003079", True),
]


@pytest.mark.parametrize(("said", "shown", "settled"), STORY)
def test_what_is_swapped_in_is_what_a_reload_shows(client, order, said, shown, settled):
    told(order, **said)
    swapped = client.get(f"/bons-de-commande/{order.number}/suivi/", headers={"HX-Request": "true"})
    reloaded = client.get(f"/bons-de-commande/{order.number}/")
    on_the_car = client.get(f"/vehicules/{order.vehicle_id}/")

    assert swapped.status_code == (286 if settled else 200)
    assert shown in words(panel(swapped))
    assert panel(swapped) == panel(reloaded) == panel(on_the_car)
    assert ("hx-get" in panel(swapped).attrs) is not settled


def test_differences_messages_and_warnings_are_shown(client, order):
    told(
        order, **DECLARED, cover="quoted", happened="Date de livraison changée chez l’assureur",
        messages=[{"source": "Centralisateur", "tone": "ok", "text": "La sauvegarde dans le centralisateur a été effectuée avec succès"}],
        warnings=[{"code": "fuel", "message": "PureTech est un moteur essence"}],
        differences=[{"pointer": "/vehicle/vin", "label": "VIN", "order": "A1", "theirs": "B2", "where": "insurer", "at": "2021-12-07T10:31:04Z"}],
    )  # fmt: skip
    seen = words(panel(client.get(f"/bons-de-commande/{order.number}/")))
    for sentence in (
        "[Centralisateur] La sauvegarde dans le centralisateur a été effectuée avec succès", "PureTech est un moteur essence",
        "VIN : A1 B2 chez l’assureur", "Date de livraison changée chez l’assureur",
    ):  # fmt: skip
        assert sentence in seen


def test_the_policys_paper_opens_from_order_and_car_for_those_who_may(client, order):
    address = f"/bons-de-commande/{order.number}/police.pdf"
    assert client.get(address).status_code == 404
    told(order, **DECLARED, cover="issued", policy=POLICY)
    paper_kept(order)
    answer = client.get(address)
    assert answer.content == PAPER
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert "FR-865268J_Policy_0001003079-20211207.pdf" in answer.headers["content-disposition"]
    for page in (f"/bons-de-commande/{order.number}/", f"/vehicules/{order.vehicle_id}/"):
        assert address in client.get(page).content.decode()
    client.force_login(make.a_member(make.a_site()))
    assert client.get(address).status_code == 404


def test_once_declared_reopening_and_cancelling_say_why_not(client, order):
    told(order, **DECLARED, cover="none")
    page = client.get(f"/bons-de-commande/{order.number}/").content.decode()
    assert "La vente est déclarée (SP953617Z100034312)." in page
    answer = client.post(f"/bons-de-commande/{order.number}/annuler/", {"reason": "x"}, follow=True)
    assert "ne peut plus être rouvert ni annulé" in answer.content.decode()


def test_a_withdrawal_that_the_hub_refuses_is_shown_on_the_open_order(client, order, hub, worker):
    worker.run()
    hub.delete.mock(return_value=Response(409, json={"type": "x", "title": "already-declared", "status": 409, "detail": "Déjà déclarée."}))
    reopen_order(order, reason="Erreur", by=make.WHO, today=make.TODAY)
    worker.run()
    assert "Déjà déclarée." in words(panel(client.get(f"/bons-de-commande/{order.number}/")))


def test_what_is_to_be_taken_up_stands_first_opens_its_tries_and_is_sent_again(client, order, hub, worker):
    problem = {"type": "x", "title": "words-refused", "status": 422, "detail": "Point de vente inconnu."}
    hub.put.mock(return_value=Response(422, json=problem))
    worker.run()
    make.a_closed_order(order.site)
    parcel = Transmission.objects.get(state="aside")

    listed = BeautifulSoup(client.get("/transmissions/").content, "html.parser")
    assert [cell.get_text(strip=True) for cell in listed.select("td.lead")][0] == str(parcel.pk)
    assert "Transmissions : 1 à 2 sur 2" in words(listed)
    shown = words(BeautifulSoup(client.get(f"/transmissions/{parcel.pk}/").content, "html.parser"))
    for sentence in ("Point de vente inconnu.", "HTTP 422", '"network_code"', "Renvoyer"):
        assert sentence in shown
    assert "Renvoyer" in words(panel(client.get(f"/bons-de-commande/{order.number}/")))

    hub.put.mock(side_effect=hub.receive)
    client.post(f"/transmissions/{parcel.pk}/renvoyer/")
    worker.run()
    parcel.refresh_from_db()
    assert parcel.state == "delivered"
    assert "n’est plus à reprendre" in client.post(f"/transmissions/{parcel.pk}/renvoyer/", follow=True).content.decode()


@pytest.mark.parametrize(
    ("asked", "count"),
    [("state=aside", 0), ("state=sending", 2), ("kind=sale.put", 2), ("number=746210", 1), ("site=x", 2), ("state=%00", 2)],
)
def test_the_transmissions_are_filtered(client, order, asked, count):
    make.a_closed_order(order.site)
    listed = BeautifulSoup(client.get(f"/transmissions/?{asked}").content, "html.parser")
    assert len(listed.select("td.lead")) == count


PAGES = [
    "/transmissions/", "/transmissions/{parcel}/", "/bons-de-commande/{number}/suivi/", "/bons-de-commande/{number}/garantir/",
    "/bons-de-commande/{number}/", "/vehicules/{car}/", "/mes-acces/",
]  # fmt: skip


@pytest.mark.parametrize("page", PAGES)
def test_no_page_takes_more_than_fifteen_statements(client, order, page):
    told(order, **DECLARED, cover="issued", policy=POLICY)
    paper_kept(order)
    parcel = Transmission.objects.first()
    with CaptureQueriesContext(connection) as said:
        assert client.get(page.format(parcel=parcel.pk, number=order.number, car=order.vehicle_id)).status_code in (200, 286)
    assert len(said) <= 16, [one["sql"][:90] for one in said]
