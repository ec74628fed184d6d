"""What the hub announces: signed, once, the newest only."""

import json
from copy import deepcopy
from datetime import UTC, datetime
from pathlib import Path
from uuid import uuid4

import pytest
from django.utils import timezone

import jupiter.contracts
from jupiter.dealer.declarations.models import CoverState, SaleAtHub, State
from jupiter.dealer.sites.actions import link_to_hub
from jupiter.kit.inbox.models import ReceivedNotice
from jupiter.kit.journal.models import Entry
from jupiter.kit.notices import signed_headers
from jupiter.kit.transmissions.models import Transmission
from tests.dealer.orders import make

from .conftest import state

pytestmark = pytest.mark.django_db
EXAMPLE = json.loads((Path(jupiter.contracts.__file__).parent / "examples/sale_notice.v1.json").read_text("utf-8"))


@pytest.fixture
def order():
    site = make.a_site()
    make.a_link(site.group)
    return make.a_closed_order(site)


@pytest.fixture
def link(order):
    return order.group.hub_link


def notice(order, **more):
    return {"type": "sale.changed", "timestamp": "2021-12-07T10:31:04Z", "data": state(order.sale_reference, **more)}


def post(client, link, words, *, secret=make.SECRET, key=None, at=None, body=None, client_id=None):
    content = body if body is not None else json.dumps(words).encode()
    headers = signed_headers([secret], notice_id=str(key or uuid4()), body=content, now=at or timezone.now())
    headers.pop("content-type")
    return client.post(f"/api/v1/notices/hub/{client_id or link.client_id}", content, content_type="application/json", headers=headers)


def test_the_contracts_own_example_is_understood(client, link, order):
    words = EXAMPLE | {"data": EXAMPLE["data"] | {"reference": str(order.sale_reference)}}
    assert post(client, link, words).status_code == 204

    sale = SaleAtHub.objects.get()
    assert (sale.state, sale.cover_state, sale.declaration_number) == (State.DECLARED, CoverState.ISSUED, "SP953617Z100034312")
    assert (sale.quote_number, sale.policy_number, str(sale.premium)) == ("0001006185", "0001003079", "187.56")
    assert sale.messages[1]["text"] == "La création a été effectuée avec succès (numéro devis\u00a0: 0001006185)".replace("\u00a0", " ")
    assert Transmission.objects.filter(kind="document.fetch").count() == 1
    assert Entry.objects.filter(thing="order", thing_key=str(order.pk), what="notice", sentence="Police 0001003079 souscrite").exists()


def test_a_replayed_notice_has_no_second_effect(client, link, order):
    for _ in range(2):
        assert post(client, link, notice(order, sequence=2, happened="Reçue"), key="n-1").status_code == 204
    assert Entry.objects.filter(what="notice").count() == 1
    assert ReceivedNotice.objects.count() == 1


def test_an_older_state_is_recorded_and_ignored(client, link, order):
    post(client, link, notice(order, sequence=5, state="declared", cover="sending", declaration_number="SP953617Z100034312"))
    assert post(client, link, notice(order, sequence=4)).status_code == 204
    assert SaleAtHub.objects.get().state == State.DECLARED
    assert ReceivedNotice.objects.count() == 2


@pytest.mark.parametrize(
    "how",
    [
        {"secret": "whsec_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="},
        {"at": datetime(2020, 1, 1, tzinfo=UTC)},
        {"client_id": "unknown"},
        {"at": datetime(2100, 1, 1, tzinfo=UTC)},
    ],
    ids=["other secret", "old", "unknown address", "from the future"],
)
def test_what_is_not_signed_for_us_is_one_refusal(client, link, order, how):
    answer = post(client, link, notice(order, sequence=9), **how)
    assert answer.status_code == 401
    assert answer.headers["content-type"] == "application/problem+json"
    assert SaleAtHub.objects.get().sequence == 0


def test_a_changed_body_is_refused(client, link, order):
    headers = signed_headers([make.SECRET], notice_id="n", body=b"{}", now=timezone.now())
    headers.pop("content-type")
    answer = client.post(
        f"/api/v1/notices/hub/{link.client_id}", json.dumps(notice(order)).encode(), content_type="application/json", headers=headers
    )
    assert answer.status_code == 401


@pytest.mark.parametrize("body", [b"{", b'{"a": 1, "a": 2}', b"[]", b'{"type": "sale.changed"}', b"\xff", b'{"type": NaN}'])
def test_signed_but_unreadable_is_400(client, link, body):
    if body == b"\xff":  # the signature is of text
        return
    assert post(client, link, None, body=body).status_code == 400


def test_another_groups_sale_and_an_unknown_one_are_the_same_404(client, link, order):
    foreign = make.a_closed_order()
    answers = [post(client, link, notice(foreign)), post(client, link, {**notice(order), "data": state(uuid4())})]
    answers.append(post(client, link, {**notice(order), "data": state("not-a-uuid")}))
    assert [answer.status_code for answer in answers] == [404, 404, 404]
    assert len({answer.content for answer in answers}) == 1
    assert SaleAtHub.objects.get(order=foreign).sequence == 0
    assert not ReceivedNotice.objects.exists(), "a refused notice may come again"


def test_during_a_rotation_both_secrets_sign(client, link, order):
    link.notice_secret, link.former_notice_secret = "whsec_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=", make.SECRET
    link.save()
    assert post(client, link, notice(order, sequence=2)).status_code == 204


def test_a_secret_of_two_rotations_ago_signs_no_more(client, link, order):
    for number in range(2):
        secret = f"whsec_{'AB'[number] * 43}="
        link_to_hub(order.group, client_id=link.client_id, client_secret="s", notice_secret=secret)
    assert post(client, link, notice(order, sequence=9)).status_code == 401
    assert post(client, link, notice(order, sequence=2), secret=secret).status_code == 204
    assert SaleAtHub.objects.get().sequence == 2


def test_the_api_is_described_and_readable(client):
    assert "/api/v1/notices/hub/{client_id}" in client.get("/api/openapi.json").json()["paths"]
    assert client.get("/api/docs").status_code == 200


@pytest.mark.parametrize(
    ("place", "wrong"),
    [
        ("document/name", "x" * 121), ("document/size", 2**31), ("quote/number", "1" * 11), ("quote/product", "x" * 121),
        ("quote/premium", "100000000.00"), ("policy/number", "1" * 11), ("policy", None), ("declaration_number", ""), ("guarantor", "x" * 41),
        ("sequence", 2**31), ("at", "0001-01-01T00:00:00+14:00"),
    ],
    ids=lambda value: value if isinstance(value, str) and "/" in value else "",
)  # fmt: skip
def test_what_cannot_be_kept_or_read_again_is_refused_by_its_place(client, link, order, place, wrong):
    words = deepcopy(EXAMPLE)
    words["data"]["reference"] = str(order.sale_reference)
    *way, last = place.split("/")
    part = words["data"]
    for step in way:
        part = part[step]
    part[last] = wrong
    before = SaleAtHub.objects.get().sequence

    answer = post(client, link, words)

    assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (400, f"/data/{place}")
    assert not ReceivedNotice.objects.exists()
    assert SaleAtHub.objects.get().sequence == before
