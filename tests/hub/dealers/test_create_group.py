"""The first group of an empty hub is made by commands."""

import io
import json

import pytest
from django.core.management import CommandError, call_command

from jupiter.hub.dealers.models import ApiClient, PointOfSale
from jupiter.hub.guarantors.models import GuarantorLink
from tests.hub import make

TOLD = {
    "name": "GROUPE FICTIF", "code": "999999Z", "network_code": "FR90009", "point_name": "GARAGE FICTIF", "postcode": "75001",
    "city": "PARIS", "username": "Admin", "dealer_url": "http://dealer.test/", "producer": "865268J",
}  # fmt: skip


def test_a_group_its_manager_and_its_software(client, db, monkeypatch):
    monkeypatch.setenv("JUPITER_PASSWORD", make.PASSWORD)
    out = io.StringIO()
    call_command("create_group", **TOLD, stdout=out)
    keys = json.loads(out.getvalue().splitlines()[-1])
    assert client.post("/connexion/", {"username": "admin", "password": make.PASSWORD})["location"] == "/"
    assert client.get("/")["location"] == "/profil/999999Z/"
    assert ApiClient.objects.get().notice_url == f"http://dealer.test/api/v1/notices/hub/{keys['client_id']}"
    asked = {"grant_type": "client_credentials", "scope": "sales", "client_id": keys["client_id"], "client_secret": keys["client_secret"]}
    assert client.post("/oauth/token/", asked).status_code == 200
    with pytest.raises(CommandError, match="exists already"):
        call_command("create_group", **TOLD, stdout=io.StringIO())


def test_a_weak_password_makes_no_group(db, monkeypatch):
    monkeypatch.setenv("JUPITER_PASSWORD", "court")
    with pytest.raises(CommandError):
        call_command("create_group", **TOLD, stdout=io.StringIO())
    assert not PointOfSale.objects.exists()


def test_the_insurers_line_is_kept_and_its_former_secret_still_taken(db, monkeypatch):
    monkeypatch.setenv("JUPITER_INSURER_CLIENT_SECRET", "s" * 40)
    for secret in (make.SECRET, make.DEALER_SECRET):
        monkeypatch.setenv("JUPITER_INSURER_NOTICE_SECRET", secret)
        call_command("link_insurer", client_id="hub", stdout=io.StringIO())
    assert GuarantorLink.objects.get().notice_secrets == [make.DEALER_SECRET, make.SECRET]
