"""A first producer where no demonstration was loaded."""

import io
import json

import pytest
from django.core.management import CommandError, call_command

from jupiter.insurer.producers.models import ApiClient, Membership, NoticeSubscriber, Producer
from jupiter.kit.accounts.models import User

TOLD = {"code": "865268J", "name": "DEMO CDDS SPOTICAR", "postcode": "64000", "city": "PAU", "username": "psa-865268J"}
PASSWORD = "une phrase assez longue"


@pytest.fixture(autouse=True)
def password(monkeypatch):
    monkeypatch.setenv("JUPITER_PASSWORD", PASSWORD)


def test_it_makes_the_producer_its_user_and_the_hubs_line(db):
    out = io.StringIO()
    call_command("create_producer", **TOLD, hub_url="https://hub.example/", stdout=out)

    keys = json.loads(out.getvalue().splitlines()[-1])
    assert set(keys) == {"client_id", "client_secret", "notice_secret"}
    assert Membership.objects.get().producer == Producer.objects.get(code="865268J")
    assert User.objects.get(username="psa-865268j").check_password(PASSWORD)
    assert ApiClient.objects.get().is_distributor
    assert NoticeSubscriber.objects.get().url == "https://hub.example/api/v1/notices/insurer"


def test_what_exists_already_is_refused_and_nothing_is_made(db):
    call_command("create_producer", **TOLD, stdout=io.StringIO())
    with pytest.raises(CommandError, match="exists already"):
        call_command("create_producer", **TOLD | {"username": "someone"}, stdout=io.StringIO())
    assert not User.objects.filter(username="someone").exists()
