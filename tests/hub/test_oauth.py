"""Credentials of a calling software: readable when issued, kept as a digest."""

import base64
import io

import pytest
from django.core.management import CommandError, call_command
from oauth2_provider.models import get_access_token_model, get_application_model

from jupiter.kit.oauth import issue_client


def token_of(client, client_id, client_secret):
    given = base64.b64encode(f"{client_id}:{client_secret}".encode()).decode()
    return client.post("/oauth/token/", {"grant_type": "client_credentials", "scope": "sales"}, HTTP_AUTHORIZATION=f"Basic {given}")


def test_what_is_issued_opens_the_door_and_is_not_kept_in_clear(client, db):
    issued = issue_client("Jupiter")
    assert token_of(client, issued.client_id, issued.client_secret).status_code == 200
    assert token_of(client, issued.client_id, "autre").status_code == 401
    assert issued.client_secret not in str(list(get_application_model().objects.values()))


def test_two_are_never_the_same(db):
    assert len({issue_client("Jupiter").client_id for _ in range(3)}) == 3


def test_issued_again_under_its_id_the_former_secret_is_void(client, db):
    first = issue_client("Jupiter", client_id="jupiter-1", client_secret="s" * 40)
    again = issue_client("Jupiter", client_id="jupiter-1", client_secret="t" * 40)
    assert first.application == again.application
    assert token_of(client, "jupiter-1", "s" * 40).status_code == 401
    assert token_of(client, "jupiter-1", "t" * 40).status_code == 200


def test_a_token_lives_a_quarter_of_an_hour_and_is_kept_as_a_digest(client, db):
    issued = issue_client("Jupiter")
    said = token_of(client, issued.client_id, issued.client_secret).json()
    assert said["expires_in"] == 900
    kept = str(list(get_access_token_model().objects.values()))
    assert issued.client_id not in kept
    assert said["access_token"] not in kept


def test_during_a_rotation_two_secrets_are_live_and_no_more(client, db):
    first = issue_client("Jupiter")

    def tell(*options):
        out = io.StringIO()
        call_command("rotate_client_secret", "--client-id", first.client_id, *options, stdout=out)
        return out.getvalue().strip()

    def live(*given):
        return [token_of(client, first.client_id, secret).status_code == 200 for secret in given]

    second = tell()
    assert live(first.client_secret, second, "autre") == [True, True, False]
    kept = str(list(get_application_model().objects.values()))
    assert first.client_secret not in kept
    assert second not in kept
    third = tell()
    assert live(first.client_secret, second, third) == [False, True, True]
    assert [tell("--drop-former") for _ in range(2)] == ["dropped", "there was no former one"]
    assert live(second, third) == [False, True]
    with pytest.raises(CommandError, match="no client has the id nobody"):
        call_command("rotate_client_secret", client_id="nobody", drop_former=False)
