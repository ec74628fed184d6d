"""Credentials of a calling software: readable when issued, kept as a digest."""

import base64

from oauth2_provider.models import get_application_model

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
