"""The insurer's news: verified on the raw bytes, once, the newest wins."""

import json
from datetime import timedelta

import pytest
from django.utils import timezone

from jupiter.hub.declarations.models import Cover, Sale
from jupiter.kit.inbox.models import ReceivedNotice
from jupiter.kit.notices import signed_headers
from jupiter.kit.transmissions.models import Transmission
from tests.hub import make

OTHER = "whsec_" + "b3RoZXIgb3RoZXIgb3RoZXIgb3RoZXIgb3RoZXIh"


@pytest.fixture
def link(db):
    return make.a_link()


@pytest.fixture
def sale(link, api_client):
    return make.a_declared_sale(api_client)


def tell(client, said, *, secret=make.SECRET, notice_id="n1", minutes=0, body=None, signed=True):
    raw = body if body is not None else json.dumps(said).encode()
    headers = signed_headers([secret], notice_id=notice_id, body=raw, now=timezone.now() + timedelta(minutes=minutes)) if signed else {}
    meta = {f"HTTP_{name.upper().replace('-', '_')}": value for name, value in headers.items() if name != "content-type"}
    return client.post("/api/v1/notices/insurer", raw, "application/json", **meta)


def test_a_signed_notice_moves_the_sale(client, sale):
    assert tell(client, make.a_job_notice(sale, state="quoted")).status_code == 204
    held = Sale.objects.get()
    assert (held.cover, held.quote_number, held.job_sequence) == (Cover.QUOTED, "0001006185", 1)


def test_the_same_notice_twice_has_one_effect(client, sale):
    for _ in range(2):
        assert tell(client, make.a_job_notice(sale, state="bound")).status_code == 204
    assert Transmission.objects.filter(kind="document.fetch").count() == 1
    assert Sale.objects.get().sequence == sale.sequence + 1


def test_an_older_sequence_is_recorded_and_ignored(client, sale):
    tell(client, make.a_job_notice(sale, sequence=5, state="bound"), notice_id="new")
    tell(client, make.a_job_notice(sale, sequence=3, state="quoted"), notice_id="old")
    assert Sale.objects.get().cover == Cover.ISSUED
    assert ReceivedNotice.objects.count() == 2


@pytest.mark.parametrize(
    ("state", "cover"),
    [("withdrawn", Cover.QUOTE_WITHDRAWN), ("expired", Cover.QUOTE_EXPIRED), ("draft", Cover.QUOTE_DRAFT), ("bound", Cover.ISSUED)],
)
def test_each_state_of_the_quote_is_shown(client, sale, state, cover):
    tell(client, make.a_job_notice(sale, state=state))
    assert Sale.objects.get().cover == cover


def test_a_deleted_quote_says_what_happened(client, sale):
    tell(client, make.a_job_notice(sale, state="withdrawn", happened="Devis supprimé par DEMO"))
    assert Sale.objects.get().happened == "Devis supprimé par DEMO"


@pytest.mark.parametrize(
    "wrong",
    [
        {"signed": False},
        {"secret": OTHER},
        {"minutes": -6},
        {"minutes": 6},
    ],
)
def test_what_nobody_we_know_signed_now_is_401_and_has_no_effect(client, sale, wrong):
    assert tell(client, make.a_job_notice(sale, state="bound"), **wrong).status_code == 401
    assert Sale.objects.get().cover == Cover.SENDING
    assert not ReceivedNotice.objects.exists()


def test_a_signature_of_another_body_is_401(client, sale):
    said = json.dumps(make.a_job_notice(sale)).encode()
    headers = signed_headers([make.SECRET], notice_id="n1", body=said, now=timezone.now())
    meta = {f"HTTP_{name.upper().replace('-', '_')}": value for name, value in headers.items() if name != "content-type"}
    assert client.post("/api/v1/notices/insurer", said + b" ", "application/json", **meta).status_code == 401


@pytest.mark.parametrize("signature", ["", "v1", "v1,é", "v1,***", "none", "v2,abc"])
def test_a_broken_signature_is_401_never_500(client, sale, signature):
    meta = {"HTTP_WEBHOOK_ID": "n1", "HTTP_WEBHOOK_TIMESTAMP": "1", "HTTP_WEBHOOK_SIGNATURE": signature.encode().decode("latin-1")}
    assert client.post("/api/v1/notices/insurer", b"\xff", "application/json", **meta).status_code == 401


@pytest.mark.parametrize("body", [b"{", b"[]", b"null", b'{"type":"job.changed"}', b'{"a":1,"a":2}', b"NaN"])
def test_signed_but_unreadable_is_400(client, sale, body):
    assert tell(client, None, body=body).status_code == 400


def test_old_and_new_secret_are_both_taken_during_a_rotation(client, sale, link):
    link.next_notice_secret = OTHER
    link.save()
    assert tell(client, make.a_job_notice(sale, sequence=1), notice_id="a").status_code == 204
    assert tell(client, make.a_job_notice(sale, sequence=2), notice_id="b", secret=OTHER).status_code == 204


def test_news_of_a_declaration_we_do_not_know_are_recorded_and_change_nothing(client, sale):
    said = make.a_job_notice(sale)
    said["data"]["external_reference"] = "SP953617Z999999999"
    assert tell(client, said).status_code == 204
    assert Sale.objects.get().cover == Cover.SENDING


def test_facts_changed_at_the_insurer_are_differences_for_the_dealer(client, sale, api_client):
    tell(client, make.a_job_notice(sale, state="draft", facts__plate="ER-452-AT", facts__delivery_on="2021-12-10"))
    state = client.get(f"/api/v1/sales/{sale.reference}", **make.bearer(api_client)).json()
    assert {(one["pointer"], one["order"], one["theirs"], one["where"]) for one in state["differences"]} == {
        ("/vehicle/plate", "ER-452-AS", "ER-452-AT", "insurer"),
        ("/delivery_on", "07/12/2021", "10/12/2021", "insurer"),
    }


@pytest.mark.parametrize(
    "wrong",
    [
        {"document__name": "x" * 121}, {"document__href": "/" + "x" * 300}, {"document__size": 2**31}, {"quote__number": "1" * 11},
        {"policy__number": "1" * 11}, {"sequence": 2**31}, {"policy": None}, {"quote__link": "javascript:alert(1)"},
        {"at": "9999-12-31T23:59:59-14:00"},
    ],
    ids=lambda wrong: next(iter(wrong)),
)  # fmt: skip
def test_what_cannot_be_kept_or_read_again_is_refused_by_its_place(client, sale, wrong):
    (name,) = wrong
    answer = tell(client, make.a_job_notice(sale, state="bound", **wrong))
    assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (400, f"/data/{name.replace('__', '/')}")
    assert not ReceivedNotice.objects.exists()
    held = Sale.objects.get()
    assert (held.sequence, held.cover) == (sale.sequence, sale.cover)


def test_an_id_that_cannot_be_kept_signs_nothing(client, sale):
    assert tell(client, make.a_job_notice(sale), notice_id="n" * 256).status_code == 401
    assert tell(client, make.a_job_notice(sale), notice_id="n" * 255).status_code == 204


def test_an_unreadable_place_is_pointed_at(client, sale):
    answer = tell(client, make.a_job_notice(sale, happened="\x00"))
    assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (400, "/data/happened")
