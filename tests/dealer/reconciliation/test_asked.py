"""The hub asks what we hold by a signed question; and what we say of each difference."""

import json
from uuid import uuid4

import pytest
from django.utils import timezone

from jupiter.contracts.reconciliation import ReconciliationAskedV1
from jupiter.dealer.reconciliation.rules import Verdict, verdict_on
from jupiter.kit.clock import paris
from jupiter.kit.notices import new_secret, signed_headers
from tests.dealer.orders import make

pytestmark = pytest.mark.django_db


@pytest.fixture
def order():
    site = make.a_site(network_code="FR10350")
    make.a_link(site.group)
    return make.a_closed_order(site)


def ask(client, order, what="sales", *, secret=make.SECRET, body=None, **asked):
    today = paris(timezone.now()).date()
    words = ReconciliationAskedV1(**{"from_on": today, "to_on": today, **asked}).model_dump(mode="json")
    body = json.dumps(words).encode() if body is None else body
    headers = signed_headers([secret], notice_id=str(uuid4()), body=body, now=timezone.now())
    address = f"/api/v1/reconciliation/hub/{order.group.hub_link.client_id}/{what}"
    return client.post(address, body, content_type="application/json", headers=headers)


def test_a_signed_question_is_answered_with_the_groups_own_sales(client, order):
    other = make.a_site(network_code="FR90001")
    make.a_link(other.group)
    make.a_closed_order(other)
    (line,) = ask(client, order).json()["lines"]
    assert (line["reference"], line["owner"], line["state"], line["under_way"]) == (str(order.sale_reference), "FR10350", "sending", True)
    assert [(one["owner"], one["count"]) for one in ask(client, order, "days").json()["days"]] == [("FR10350", 1)]
    assert ask(client, order, references=[str(order.sale_reference), "of-other-software"]).json()["lines"] == [line]
    assert ask(client, order, owner="FR10399").json()["lines"] == []


def test_nobody_else_is_answered(client, order):
    assert ask(client, order, secret=new_secret()).status_code == 401
    unsigned = client.post(f"/api/v1/reconciliation/hub/{order.group.hub_link.client_id}/days", b"{}", content_type="application/json")
    unknown = client.post("/api/v1/reconciliation/hub/nobody/days", b"{}", content_type="application/json")
    assert (unsigned.status_code, unsigned.content) == (401, unknown.content)


@pytest.mark.parametrize("body", [b"{", b"{}", b"[]", b'{"from_on": "2026-11-24", "to_on": "2026-11-24", "more": 1}', b'{"a": NaN}'])
def test_an_unreadable_question_is_refused(client, order, body):
    assert ask(client, order, body=body).status_code == 400


class Said:
    def __init__(self, sequence=3, words="a", owner="FR10350", state="declared"):
        self.sequence, self.words_sha256, self.owner, self.state = sequence, words, owner, state


@pytest.mark.parametrize(
    ("ours", "theirs", "verdict"),
    [
        (Said(), None, Verdict.NOT_AT_HUB),
        (None, Said(), Verdict.NOT_HERE),
        (None, None, None),
        (Said(2), Said(3), Verdict.BEHIND),
        (Said(4), Said(3), Verdict.HUB_BEHIND),
        (Said(), Said(words="b"), Verdict.WORDS),
        (Said(), Said(owner="FR10399"), Verdict.WORDS),
        (Said(words=""), Said(words="b"), Verdict.BEHIND),
        (Said(state="sending"), Said(), Verdict.BEHIND),
        (Said(2), Said(3, words="b"), Verdict.BEHIND),
    ],
)
def test_who_is_behind(ours, theirs, verdict):
    assert verdict_on(ours, theirs, has_order=True, was_withdrawn=False) == verdict


def test_without_an_order_or_withdrawn_it_has_another_name():
    assert verdict_on(None, Said(), has_order=False, was_withdrawn=False) == Verdict.NO_ORDER
    assert verdict_on(None, Said(), has_order=True, was_withdrawn=True) == Verdict.NOT_WITHDRAWN
