"""The demonstration: loaded twice it is the same, and its first sale bears the tutorial's numbers."""

import io
import json
import sys

import pytest
from django.core.management import call_command

from jupiter.insurer.producers.models import ApiClient, Membership, NoticeSubscriber, Producer
from jupiter.insurer.quotes.models import Job
from tests.insurer import make

TOLD = {
    "tutorial_day": True,
    "urls": {"dealer": "http://dealer.test", "hub": "http://hub.test/", "insurer": "http://insurer.test"},
    "passwords": {"dealer": "x", "hub": "x", "insurer": "jupiter-abcdef"},
    "links": {
        "dealer_hub": {},
        "hub_insurer": {"client_id": "hub", "client_secret": "secret of the hub", "notice_secret": make.SECRET},
        "producers": {key: {"client_id": key, "client_secret": f"secret of {key}"} for key in "AB"},
    },
}


@pytest.fixture
def load(db, monkeypatch):
    def load():
        monkeypatch.setattr(sys, "stdin", io.StringIO(json.dumps(TOLD)))
        said = io.StringIO()
        call_command("load_demo", stdout=said)
        return json.loads(said.getvalue().splitlines()[-1])

    return load


def rows():
    return [model.objects.count() for model in (Producer, Membership, ApiClient, NoticeSubscriber, Job)]


def test_loading_again_changes_nothing(load):
    first, held = load(), rows()
    assert (load(), rows()) == (first, held)
    assert {login["username"] for login in first["logins"]} == {"psa-865268J", "psa-865269K", "psa-712345K", "assureur"}
    assert [client["client_id"] for client in first["api_clients"]] == ["A", "B"]
    assert NoticeSubscriber.objects.get().url == make.NOTICES


def test_the_first_sale_bears_the_tutorials_numbers(load, client):
    load()
    token = client.post("/oauth/token/", {"grant_type": "client_credentials", "client_id": "hub", "client_secret": "secret of the hub",
                                          "scope": "jobs"}).json()["access_token"]  # fmt: skip
    bearer = {"HTTP_AUTHORIZATION": f"Bearer {token}"}
    account, job = make.post(client, make.COMPOSITE, make.a_composite(), key="a", token=bearer).json()["responses"][:2]
    assert account["body"]["data"]["attributes"]["accountNumber"] == "0000500001"
    assert job["body"]["data"]["attributes"]["jobNumber"] == "0001006185"
    seller = client.post("/connexion/", {"username": "psa-865268J", "password": "jupiter-abcdef"})
    assert seller.status_code == 302


def test_what_is_planted_for_the_other_group_is_theirs_alone(load, client):
    load()
    assert set(Job.objects.values_list("state", flat=True)) == {"draft", "quoted", "bound"}
    client.force_login(make.User.objects.get(username="psa-865268j"))
    for page in ("/", "/devis/", "/comptes/", "/polices/", "/recherche/?q=zzplanteb"):
        assert "ZZPLANTEB" not in client.get(page).content.decode()
    client.force_login(make.User.objects.get(username="psa-712345k"))
    assert "ZZPLANTEB" in client.get("/comptes/").content.decode()
