"""Garantir: the seller's log-in is asked once and never kept; the sale is there before its form is opened."""

import json

import pytest
from bs4 import BeautifulSoup
from django.db import connection
from httpx import ConnectError, Response
from psycopg import sql

from jupiter.dealer.declarations.models import HubGrant, SaleAtHub, State
from jupiter.kit.transmissions.models import State as Parcel
from jupiter.kit.transmissions.models import Transmission
from tests.dealer.orders import make

from .conftest import DOWN, state

pytestmark = pytest.mark.django_db(transaction=True)
PASSWORD = "mot-de-passe-du-centralisateur"
LOG_IN = {"guarantor": "stellantis", "username": "hakim", "password": PASSWORD}
SCRIPT = {"Accept": "application/json"}


@pytest.fixture
def order(client):
    site = make.a_site(network_code="FR10350")
    make.a_link(site.group)
    client.force_login(make.a_member(site))
    return make.a_closed_order(site)


def press(client, order, data=LOG_IN, **headers):
    return client.post(f"/bons-de-commande/{order.number}/garantir/", data, headers=headers or None)


def text(answer):
    return " ".join(BeautifulSoup(answer.content, "html.parser").get_text(" ").split())


def everything_stored():
    """Every text of every table."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")
        tables = [name for (name,) in cursor.fetchall()]
        found = ""
        for table in tables:
            cursor.execute(sql.SQL("SELECT coalesce(string_agg(t::text, ' '), '') FROM {} t").format(sql.Identifier(table)))
            found += cursor.fetchone()[0]
    return found


def test_the_first_time_the_log_in_becomes_a_grant_and_the_browser_is_led_to_the_hub(client, order, hub):
    answer = press(client, order)

    assert (answer.status_code, answer.headers["location"]) == (303, "http://hub.test/entree/abc/")
    assert hub.said(hub.grant) == [{"username": "hakim", "password": PASSWORD, "network_code": "FR10350"}]
    assert hub.said(hub.launch) == [{"grant": "g-123", "return_url": f"http://dealer.test/bons-de-commande/{order.number}/"}]
    grant = HubGrant.objects.get()
    assert (grant.grant, grant.full_name) == ("g-123", "HAKIM AB")
    stored = everything_stored()
    assert PASSWORD not in stored
    assert "g-123" not in stored, "the grant is sealed"


def test_the_second_time_nothing_is_asked(client, order, hub):
    press(client, order)
    page = client.get(f"/bons-de-commande/{order.number}/garantir/")
    assert 'name="password"' not in page.content.decode()
    assert press(client, order, {"guarantor": "stellantis"}).status_code == 303
    assert hub.grant.call_count == 1


def test_the_pages_script_is_given_the_address(client, order, hub):
    answer = press(client, order, **SCRIPT)
    assert answer.json() == {"location": "http://hub.test/entree/abc/"}
    assert answer.headers["cache-control"] == "no-store"


def test_the_sale_is_carried_first_when_the_worker_was_not_there_yet(client, order, hub, worker):
    press(client, order)
    assert hub.put.call_count == 1
    assert SaleAtHub.objects.get().state == State.RECEIVED
    worker.run()
    assert hub.put.call_count == 1, "it arrived: the worker has nothing left to carry"


@pytest.mark.parametrize("status", [422, 403])
def test_a_wrong_log_in_is_one_sentence_and_nothing_is_kept(client, order, hub, status):
    hub.grant.mock(return_value=Response(status, json={"type": "x", "title": "credentials-refused", "status": status, "detail": "Non."}))
    answer = press(client, order)

    assert answer.status_code == 422
    assert "Le Centralisateur ne reconnaît pas cet identifiant ou ce mot de passe." in text(answer)
    assert 'value="hakim"' in answer.content.decode()
    assert PASSWORD not in answer.content.decode()
    assert not HubGrant.objects.exists()
    assert hub.launch.call_count == 0
    assert PASSWORD not in everything_stored()


def test_our_own_credentials_refused_are_not_the_sellers_fault(client, order, hub):
    press(client, order, LOG_IN | {"act": "configure"})
    hub.launch.mock(return_value=Response(401, json={"type": "x", "title": "not-authenticated", "status": 401, "detail": "Jeton absent."}))
    assert press(client, order, {"guarantor": "stellantis"}).status_code == 422
    assert HubGrant.objects.live().count() == 1


def test_blank_fields_are_named(client, order, hub):
    answer = press(client, order, {"guarantor": "stellantis", "username": "", "password": ""})
    assert "Le champ identifiant est obligatoire" in text(answer)
    assert hub.grant.call_count == 0


def test_a_silent_hub_says_that_the_sale_has_not_arrived(client, order, hub):
    press(client, order, LOG_IN | {"act": "configure"})
    hub.put.mock(side_effect=ConnectError("no"))
    answer = press(client, order, {"guarantor": "stellantis"})
    assert answer.status_code == 422
    assert "la vente n’est pas encore arrivée au Centralisateur" in text(answer)
    assert Transmission.objects.get(kind="sale.put").state == Parcel.SENDING, "it goes on by itself"


def test_a_silent_hub_checks_no_log_in_and_keeps_none(client, order, hub):
    hub.grant.mock(return_value=DOWN)
    answer = press(client, order)
    assert "Le Centralisateur ne répond pas" in text(answer)
    assert not HubGrant.objects.exists()


def test_configurer_only_keeps_the_access(client, order, hub):
    answer = press(client, order, LOG_IN | {"act": "configure"})
    assert answer.headers["location"] == f"/vehicules/{order.vehicle_id}/"
    assert HubGrant.objects.count() == 1
    assert hub.launch.call_count == 0


def test_a_grant_that_the_hub_no_longer_knows_is_forgotten_and_asked_again(client, order, hub):
    press(client, order)
    hub.launch.mock(return_value=Response(403, json={"type": "x", "title": "grant-not-valid", "status": 403, "detail": "Accès révoqué."}))
    answer = press(client, order, {"guarantor": "stellantis"})
    assert answer.status_code == 422
    assert 'name="password"' in answer.content.decode()
    assert not HubGrant.objects.live().exists()


def test_an_address_that_is_not_the_hubs_is_not_followed(client, order, hub):
    hub.launch.mock(return_value=Response(200, json={"url": "http://hub.test.evil.example/x", "expires_at": "2021-12-07T10:33:04Z"}))
    answer = press(client, order)
    assert answer.status_code == 422
    assert "evil" not in answer.content.decode()


def test_the_seller_sees_and_revokes_the_access_and_the_hub_is_told(client, order, hub, worker):
    press(client, order)
    grant = HubGrant.objects.get()
    assert "DEMO CDDS SPOTICAR" in text(client.get("/mes-acces/"))
    client.post(f"/mes-acces/{grant.pk}/revoquer/")
    assert "Aucun accès enregistré" in text(client.get("/mes-acces/"))
    worker.run()
    assert str(hub.revoke.calls[0].request.url).endswith("/api/v1/grants/g-123")
    assert "g-123" not in json.dumps(list(Transmission.objects.values_list("words", flat=True)))


def test_a_colleague_neither_sees_nor_revokes_it(client, order, hub):
    press(client, order)
    grant = HubGrant.objects.get()
    client.force_login(make.a_member(order.site, role="admin"))
    assert client.post(f"/mes-acces/{grant.pk}/revoquer/").status_code == 404
    assert "Aucun accès enregistré" in text(client.get("/mes-acces/"))


def reasons(site):
    """Each way in which Garantir cannot be pressed, and the words that say so."""
    yield make.an_order(site), "Clôturez d’abord le bon"
    yield make.a_closed_order(site, warranty=None, without_label=True), "Vendu sans garantie label"
    declared = make.a_closed_order(site)
    SaleAtHub.objects.filter(order=declared).update(state="declared", declaration_number="SP953617Z100034312")
    yield declared, "La vente est déjà déclarée : SP953617Z100034312"
    aside = make.a_closed_order(site)
    SaleAtHub.objects.filter(order=aside).update(state="aside", trouble="Point de vente inconnu")
    yield aside, "La transmission est à reprendre : Point de vente inconnu"


def test_where_it_cannot_be_used_it_says_why_on_the_car_too(client, order, hub):
    for other, words in reasons(order.site):
        answer = press(client, other)
        assert answer.status_code == 422
        assert words in text(answer).replace("\u00a0", " ")
        assert words in text(client.get(f"/vehicules/{other.vehicle_id}/")).replace("\u00a0", " ")
    assert hub.grant.call_count == hub.launch.call_count == 0


def test_a_site_without_its_code_is_named(client, order, hub):
    order.site.network_code = ""
    order.site.save()
    assert "Code RRD1 du site DEMO CDDS SPOTICAR" in text(press(client, order))


def test_a_sale_declared_by_another_means_is_not_launched(client, order, hub):
    hub.put.mock(return_value=Response(200, json=state(order.sale_reference, state="declared", cover="none", declaration_number="SP1")))
    press(client, order)
    assert press(client, order).status_code == 422
