"""Grants and launches: single use, short, bound to one person and one sale."""

import json
import re
from datetime import timedelta
from threading import Barrier, Thread

import pytest
from django.db import connection
from django.test import Client
from django.utils import timezone

from jupiter.hub.dealers.models import Grant
from jupiter.hub.declarations.models import Launch
from jupiter.kit.accounts.actions import change_password
from tests.hub import make


def masked(answer):
    return re.sub(rb'(csrfmiddlewaretoken" value="|csrftoken": ")[^"]*', b"", answer.content)


def post(client, path, words, token):
    return client.post(path, json.dumps(words), "application/json", **token)


@pytest.fixture
def token(api_client):
    return make.bearer(api_client)


@pytest.fixture
def sale(api_client):
    return make.a_received_sale(api_client, "746210")


@pytest.fixture
def grant(client, seller, token):
    answer = post(client, "/api/v1/grants", {"username": "Hakim", "password": make.PASSWORD, "network_code": "FR10350"}, token)
    assert answer.status_code == 201
    assert answer.json()["full_name"] == "HAKIM AB"
    return answer.json()["grant"]


def launch(client, token, grant):
    return post(client, "/api/v1/sales/746210/launch", {"grant": grant}, token)


@pytest.fixture
def address(client, token, sale, grant):
    answer = launch(client, token, grant)
    assert answer.status_code == 201
    return answer.json()["url"].removeprefix("http://hub.test")


def test_neither_password_nor_grant_nor_launch_is_kept_in_clear(address, grant):
    assert grant not in str(list(Grant.objects.values()))
    assert address.split("/")[2] not in str(list(Launch.objects.values()))


@pytest.mark.parametrize(("username", "password"), [("hakim", "wrong"), ("nobody", make.PASSWORD), ("b", make.PASSWORD), ("h\x7fk", "x")])
def test_a_wrong_log_in_is_refused_in_one_way(client, seller, token, username, password):
    make.a_person(make.a_point("812345B", group=make.a_group("B"), network_code="FR90001"), username="b")
    answer = post(client, "/api/v1/grants", {"username": username, "password": password}, token)
    assert (answer.status_code, answer.json()["title"]) == (422, "credentials-refused")
    assert not Grant.objects.exists()


def test_a_grant_is_for_a_point_of_sale_where_one_works(client, seller, token, point):
    make.a_point("953618A", network_code="FR10351", name="CHARTRES")
    answer = post(client, "/api/v1/grants", {"username": "hakim", "password": make.PASSWORD, "network_code": "FR10351"}, token)
    assert answer.status_code == 422


def test_the_api_obeys_the_log_in_pages_lock_out(client, seller, token):
    answers = [post(client, "/api/v1/grants", {"username": "hakim", "password": "wrong"}, token).status_code for _ in range(6)]
    assert answers[-1] == 429
    assert post(client, "/api/v1/grants", {"username": "hakim", "password": make.PASSWORD}, token).status_code == 429


def test_looking_consumes_nothing_and_continuer_enters_once(client, address, seller, sale):
    for _ in range(3):
        page = client.get(address)
        assert (page.status_code, "Continuer" in page.content.decode()) == (200, True)
        assert b"data-autosubmit" in page.content
    assert "_auth_user_id" not in client.session
    entered = client.post(address)
    assert entered["location"] == f"/vente/{sale.pk}/"
    assert client.session["_auth_user_id"] == str(seller.pk)
    assert Client().post(address).status_code == 410


def test_used_expired_revoked_and_unknown_are_one_answer(client, address, grant, token):
    unknown = Client().get("/entree/unknown/")
    assert unknown.status_code == 410
    assert "/connexion/" in unknown.content.decode()
    Launch.objects.update(expires_at=timezone.now() - timedelta(seconds=1))
    assert masked(Client().get(address)) == masked(unknown)
    assert Client().post(address).status_code == 410
    Launch.objects.update(expires_at=timezone.now() + timedelta(seconds=60))
    client.delete(f"/api/v1/grants/{grant}", **token)
    assert masked(Client().get(address)) == masked(unknown)
    assert Client().post(address).status_code == 410


def test_a_launch_lives_two_minutes(address):
    row = Launch.objects.get()
    assert timedelta(seconds=118) < row.expires_at - row.created_at < timedelta(seconds=122)


def test_a_revoked_grant_launches_nothing(client, token, sale, grant):
    assert client.delete(f"/api/v1/grants/{grant}", **token).status_code == 204
    assert client.delete(f"/api/v1/grants/{grant}", **token).status_code == 204
    answer = launch(client, token, grant)
    assert (answer.status_code, answer.json()["title"]) == (403, "grant-refused")


def test_a_changed_password_ends_the_grant(client, token, sale, grant, seller):
    change_password(seller, "une autre phrase assez longue", now=timezone.now() + timedelta(seconds=1))
    assert launch(client, token, grant).status_code == 403


def test_a_grant_is_the_callers_own(client, token, sale, grant, point):
    other = make.bearer(make.a_client(point.group, name="Autre logiciel"))
    assert client.delete(f"/api/v1/grants/{grant}", **other).status_code == 404
    assert Grant.objects.get().revoked_at is None


def test_a_grant_opens_only_sales_of_where_its_user_works(client, token, sale, point, api_client):
    elsewhere = make.a_point("953618A", network_code="FR10351", name="CHARTRES")
    stranger = make.a_person(elsewhere)
    assert launch(client, token, make.a_grant(api_client, stranger)).status_code == 403


def test_a_withdrawn_sale_is_not_opened(client, token, sale, grant):
    client.delete("/api/v1/sales/746210", **token)
    assert launch(client, token, grant).status_code == 409


def test_the_launch_of_an_unconfigured_point_leads_to_its_profile_and_back(client, db):
    point = make.a_point(configured=False)
    seller, api_client = make.a_person(point), make.a_client(point.group)
    sale = make.a_received_sale(api_client, "746210")
    answer = launch(client, make.bearer(api_client), make.a_grant(api_client, seller))
    begin = client.post(answer.json()["url"].removeprefix("http://hub.test"))["location"]
    assert client.get(begin)["location"] == "/profil/953617Z/"
    saved = client.post("/profil/953617Z/", {"stellantis_chosen": "on"})
    assert saved["location"] == f"/vente/{sale.pk}/"


@pytest.mark.django_db(transaction=True)
def test_of_many_tries_at_once_one_enters(api_client, seller):
    make.a_received_sale(api_client, "746210")
    answer = launch(Client(), make.bearer(api_client), make.a_grant(api_client, seller))
    address = answer.json()["url"].removeprefix("http://hub.test")
    together, answers = Barrier(6), []

    def enter():
        together.wait()
        answers.append(Client().post(address).status_code)
        connection.close()

    tries = [Thread(target=enter) for _ in range(6)]
    for one in tries:
        one.start()
    for one in tries:
        one.join()
    assert sorted(answers) == [302, 410, 410, 410, 410, 410]


# The way back to the order


def launch_with(client, token, grant, return_url):
    return post(client, "/api/v1/sales/746210/launch", {"grant": grant, "return_url": return_url}, token)


@pytest.fixture
def heard(api_client):
    api_client.notice_url, api_client.notice_secret = "https://jupiter.test/api/v1/notices/hub/x", make.DEALER_SECRET
    api_client.save()


def test_the_page_after_declaring_leads_back_to_the_order(client, token, sale, grant, heard):
    make.a_link()
    assert launch_with(client, token, grant, "https://jupiter.test:443/bons-de-commande/746210/").status_code == 201
    sale = make.a_declared_sale(sale.client, "746210")
    client.force_login(sale.launches.get().user)
    page = client.get(f"/vente/{sale.pk}/resultat/").content.decode()
    assert 'href="https://jupiter.test:443/bons-de-commande/746210/"' in page
    assert "Revenir au bon n° 746210 dans" in page


@pytest.mark.parametrize(
    "address",
    [
        "https://evil.test/", "http://jupiter.test/", "https://jupiter.test:8443/", "https://jupiter.test.evil.test/",
        "https://jupiter.test@evil.test/", "https://evil.test\\@jupiter.test/", "javascript:alert(1)", "//jupiter.test/", "/bons/", "",
        "https://jupiter.test:99999/", "https://jupiter.test/ é", "https://",
    ],
)  # fmt: skip
def test_an_address_of_another_origin_is_refused_and_nothing_is_launched(client, token, sale, grant, heard, address):
    answer = launch_with(client, token, grant, address)
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["pointer"] == "/return_url"
    assert not Launch.objects.exists()


def test_a_software_without_a_registered_address_has_no_way_back(client, token, sale, grant):
    assert launch_with(client, token, grant, "https://jupiter.test/").status_code == 422


def test_without_an_address_the_page_has_no_such_link(client, token, sale, grant):
    make.a_link()
    assert launch(client, token, grant).status_code == 201
    sale = make.a_declared_sale(sale.client, "746210")
    client.force_login(sale.launches.get().user)
    assert "Revenir au bon" not in client.get(f"/vente/{sale.pk}/resultat/").content.decode()
