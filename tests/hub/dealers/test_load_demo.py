"""What a first start loads, and that loading it again changes nothing."""

import io
import json

import pytest
from django.core.management import call_command

from jupiter.hub.dealers.models import ApiClient, Membership, PointOfSale, Profile
from jupiter.hub.declarations.models import Sale
from jupiter.hub.guarantors.models import GuarantorLink
from jupiter.kit.accounts.models import User
from jupiter.kit.numbers import take
from tests.hub import make

LINK = {"client_id": "x", "client_secret": "s" * 40, "notice_secret": make.SECRET}
TOLD = {
    "tutorial_day": False,
    "urls": {"dealer": "http://127.0.0.1:8001", "hub": "http://127.0.0.1:8002", "insurer": "http://127.0.0.1:8003"},
    "passwords": {"dealer": "jupiter-aaaaaa", "hub": "jupiter-bbbbbb", "insurer": "jupiter-cccccc"},
    "links": {
        "dealer_hub": {"A": LINK | {"client_id": "a"}, "B": LINK | {"client_id": "b"}},
        "hub_insurer": LINK | {"client_id": "hub"},
        "producers": {"A": LINK, "B": LINK},
    },
}


@pytest.fixture
def load(monkeypatch, db):
    def run():
        out = io.StringIO()
        monkeypatch.setattr("sys.stdin", io.StringIO(json.dumps(TOLD)))
        call_command("load_demo", stdout=out)
        return json.loads(out.getvalue().strip().splitlines()[-1])

    return run


def counts():
    return [model.objects.count() for model in (PointOfSale, Profile, Membership, User, ApiClient, GuarantorLink, Sale)]


def test_the_tutorials_points_of_sale_are_there_and_no_profile_of_group_a_is_saved(load):
    load()
    point = PointOfSale.objects.get(code="953617Z")
    assert (point.network_code, point.name, point.city) == ("FR10350", "DEMO CDDS SPOTICAR", "PAU")
    assert not point.profile.is_saved
    assert point.profile.accounts.get(guarantor="stellantis").identifier == "865268J"
    assert take("sp:953617Z") == 100034312


def test_loading_again_changes_nothing(load):
    first, before = load(), counts()
    assert load() == first
    assert counts() == before


def test_the_log_ins_work_and_the_client_gets_its_token(load, client):
    said = load()
    hakim = next(login for login in said["logins"] if login["username"] == "hakim")
    assert client.post("/connexion/", {"username": "HAKIM", "password": hakim["password"]})["location"] == "/"
    key = said["api_clients"][0]
    token = client.post(
        "/oauth/token/",
        {"grant_type": "client_credentials", "scope": "sales", "client_id": key["client_id"], "client_secret": key["client_secret"]},
    )
    assert token.status_code == 200
    assert token.json()["expires_in"] == 900
    header = {"HTTP_AUTHORIZATION": f"Bearer {token.json()['access_token']}"}
    assert client.put("/api/v1/sales/1", json.dumps(make.words()), "application/json", **header).status_code == 201


def test_the_second_group_has_rows_of_its_own_with_a_marker(load):
    load()
    foreign = Sale.objects.filter(point_of_sale__code="812345B")
    assert foreign.count() >= 3
    assert all("MARQUEUR" in sale.search_text for sale in foreign)
