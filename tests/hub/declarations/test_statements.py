"""What a sale costs the hub's database: nothing is read twice."""

import json

import pytest

from tests.hub import make
from tests.hub.declarations.test_form import TYPED, posted
from tests.statements import at_most


@pytest.fixture
def software(point):
    make.a_link()
    return make.a_client(point.group, notices=True)


def test_a_sale_said_and_declared_by_api(client, software):
    token = make.bearer(software)
    with at_most(9):
        client.put("/api/v1/sales/746210", json.dumps(make.full_words()), "application/json", HTTP_IDEMPOTENCY_KEY="a", **token)
    with at_most(16):
        answer = client.post("/api/v1/sales/746210/declare", "{}", "application/json", HTTP_IDEMPOTENCY_KEY="b", **token)
    assert answer.json()["cover"] == "sending"


def test_a_sale_declared_on_the_form(inside, seller, software):
    sale = make.a_begun_sale(software, seller)
    words = posted(sale, **TYPED)
    with at_most(16):
        answer = inside.post(f"/vente/{sale.pk}/formulaire/", words)
    assert answer["location"] == f"/vente/{sale.pk}/resultat/"
