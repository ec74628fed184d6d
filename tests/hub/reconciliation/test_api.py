"""What a dealer's software reads of its own sales at the hub."""

import pytest
from django.utils import timezone

from jupiter.contracts.reconciliation import DayDigestV1, SaleLineV1, sale_words_sha256
from jupiter.hub.declarations.models import Sale
from jupiter.kit.clock import paris
from tests.hub import make

pytestmark = pytest.mark.django_db
HERE = "/api/v1/reconciliation"


@pytest.fixture
def days():
    today = paris(timezone.now()).date().isoformat()
    return {"from": today, "to": today}


def read(client, api_client, path="", scope="reconciliation", **asked):
    return client.get(f"{HERE}{path}", asked, **make.bearer(api_client, scope))


def test_a_digest_is_that_of_the_lines_and_a_withdrawn_sale_is_not_there(client, api_client, days):
    sale = make.a_declared_sale(api_client, "746210")
    gone = make.a_received_sale(api_client, "746211")
    Sale.objects.filter(pk=gone.pk).update(state="withdrawn")
    (digest,) = read(client, api_client, **days).json()["days"]
    (line,) = read(client, api_client, "/sales", **days).json()["lines"]
    said = SaleLineV1.model_validate(line)
    assert (said.reference, said.declaration_number, said.owner) == ("746210", sale.declaration_number, "FR10350")
    assert said.words_sha256 == sale_words_sha256(sale.words)
    assert DayDigestV1.model_validate(digest) == DayDigestV1.of(digest["day"], "FR10350", [said])


def test_another_groups_sales_are_not_there(client, api_client, days):
    other = make.a_client(make.a_point("812345B", group=make.a_group("Groupe B"), network_code="FR90001").group)
    make.a_received_sale(other, "theirs", make.words(network_code="FR90001"))
    assert read(client, api_client, **days).json() == {"days": []}
    assert read(client, api_client, "/sales", **days, reference=["theirs"]).json()["lines"] == []
    assert read(client, api_client, "/sales/theirs").content == read(client, api_client, "/sales/nobody").content


def test_the_scope_sales_does_not_compare(client, api_client, days):
    assert read(client, api_client, scope="sales", **days).status_code == 401


def test_what_is_asked_at_the_hub_is_no_other_word():
    words = make.words()
    assert sale_words_sha256(words | {"consent": "EMAIL", "guarantor": "stellantis"}) == sale_words_sha256(words)
    assert sale_words_sha256(words | {"price_gross": "1.00"}) != sale_words_sha256(words)


def test_an_answer_is_not_given_again_for_a_sale_that_is_gone(client, api_client):
    """Restored, or a row lost: the same words under the same key make it anew. Withdrawn it is there, and stays so."""

    def put():
        how = make.bearer(api_client) | {"HTTP_IDEMPOTENCY_KEY": "k1"}
        return client.put("/api/v1/sales/746210", make.words(), content_type="application/json", **how)

    assert put().status_code == 201
    Sale.objects.all().delete()
    assert (put().status_code, Sale.objects.count()) == (201, 1)
    Sale.objects.update(state="withdrawn")
    assert put().status_code == 201
    assert Sale.objects.get().state == "withdrawn", "a late copy does not bring it back"
