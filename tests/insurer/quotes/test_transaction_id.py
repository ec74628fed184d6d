"""Guidewire's replay header: the same transaction id is given the first answer, on each call that writes."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection
from django.test import Client
from pydantic import TypeAdapter

from jupiter.insurer.policies.api import DocumentsResponse, PolicyResponse
from jupiter.insurer.policies.models import Policy
from jupiter.insurer.quotes import actions
from jupiter.insurer.quotes.api.elements import CompositeResponse, JobResponse, JobsResponse
from jupiter.insurer.quotes.models import Job
from tests.insurer import make

JOBS = "/rest/job/v1/jobs"
ID = "HTTP_GW_DBTRANSACTION_ID"


@pytest.fixture
def token(product, producer):
    return make.bearer(make.a_client(producer))


def test_the_composite_asked_for_again_is_answered_the_same_bytes(client, token):
    first, again = (make.post(client, make.COMPOSITE, make.a_composite(), token=token, **{ID: "tx-1"}) for _ in range(2))
    assert (first.status_code, first.content) == (200, again.content)
    assert Job.objects.count() == 1


def test_an_id_with_other_words_is_refused_as_guidewire_does(client, token):
    make.post(client, make.COMPOSITE, make.a_composite(), token=token, **{ID: "tx-1"})
    answer = make.post(client, make.COMPOSITE, make.a_composite(vehicle={"mileage_km": 9}), token=token, **{ID: "tx-1"})
    assert (answer.status_code, answer.json()["code"]) == (400, "transaction-id-reused")
    assert answer.json()["errorCode"].endswith("AlreadyExecutedException")
    assert Job.objects.get().mileage_km == 4500


def test_a_quote_repeated_under_its_id_is_not_priced_anew(client, token, product, producer):
    job = make.a_draft(producer, product)
    first = make.post(client, f"{JOBS}/{job.number}/quote", token=token, **{ID: "tx-1"})
    actions.edit_job(job, {"mileage_km": 99_000}, by="essai", today=make.DAY, now=make.NOON)
    again = make.post(client, f"{JOBS}/{job.number}/quote", token=token, **{ID: "tx-1"})
    assert (first.status_code, first.content) == (200, again.content)
    job.refresh_from_db()
    assert job.state == "draft", "the repeat has priced nothing"
    assert make.post(client, f"{JOBS}/{job.number}/quote", token=token).json() != first.json(), "without an id it does"


def test_an_id_of_one_job_does_not_quote_another(client, token, product, producer):
    one, other = make.a_draft(producer, product), make.a_draft(producer, product)
    make.post(client, f"{JOBS}/{one.number}/quote", token=token, **{ID: "tx-1"})
    answer = make.post(client, f"{JOBS}/{other.number}/quote", token=token, **{ID: "tx-1"})
    assert (answer.status_code, answer.json()["code"]) == (400, "transaction-id-reused")
    other.refresh_from_db()
    assert other.state == "draft"


def test_a_purchase_repeated_under_its_id_or_its_key_is_the_same_answer(client, token, product, producer):
    job = make.a_quote(producer, product)
    buy = f"{JOBS}/{job.number}/bind-and-issue"
    checksum = {"HTTP_GW_CHECKSUM": str(job.version)}
    first = make.post(client, buy, {}, key="k-1", token=token, **{ID: "tx-1"}, **checksum)
    by_id = make.post(client, buy, {}, key="k-2", token=token, **{ID: "tx-1"}, **checksum)
    by_key = make.post(client, buy, {}, key="k-1", token=token, **checksum)
    assert first.status_code == 200
    assert first.content == by_id.content == by_key.content, "though the job's checksum is another by now"
    assert Policy.objects.count() == 1


def test_an_id_is_its_callers_own(client, token, product, producer):
    other = make.bearer(make.a_client(producer, name="Autre"))
    job = make.a_quote(producer, product)
    make.post(client, f"{JOBS}/{job.number}/bind-and-issue", {}, token=token, **{ID: "tx-1"})
    assert make.post(client, f"{JOBS}/{job.number}/withdraw", token=other, **{ID: "tx-1"}).status_code == 409


@pytest.mark.parametrize("bad", ["é", "x" * 129, "a\tb"])
def test_an_unusable_id_is_refused(client, token, product, producer, bad):
    job = make.a_draft(producer, product)
    answer = make.post(client, f"{JOBS}/{job.number}/quote", token=token, **{ID: bad})
    assert (answer.status_code, answer.json()["code"]) == (400, "transaction-id-unusable")


@pytest.mark.parametrize("call", ["quote", "bind-and-issue"])
@pytest.mark.django_db(transaction=True)
def test_the_same_id_at_the_same_moment_has_one_effect(call):
    producer, product = make.a_producer(), make.a_tariff()
    token = make.bearer(make.a_client(producer))
    job = (make.a_draft if call == "quote" else make.a_quote)(producer, product)

    def ask(_):
        try:
            return make.post(Client(), f"{JOBS}/{job.number}/{call}", {}, token=token, **{ID: "tx-1"})
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as pool:
        answers = list(pool.map(ask, range(4)))
    done = {answer.content for answer in answers if answer.status_code == 200}
    assert len(done) == 1, [answer.content for answer in answers]
    assert {(answer.status_code, answer.json()["code"]) for answer in answers if answer.status_code != 200} <= {(409, "still-running")}
    version = job.version
    job.refresh_from_db()
    assert job.version == version + 1
    assert Policy.objects.count() == (call != "quote")


def test_answers_are_what_the_document_says(client, token, product, producer):
    """Nothing more, nothing less: unknown names are refused by these types."""

    def read(kind, answer):
        return TypeAdapter(kind).validate_python(answer.json(), strict=True)

    read(CompositeResponse, make.post(client, make.COMPOSITE, make.a_composite(), key="a", token=token))
    job = Job.objects.get()
    quoted = read(JobResponse, make.post(client, f"{JOBS}/{job.number}/quote", token=token))["data"]
    assert {offer["eligible"] for offer in quoted["attributes"]["offers"]} == {True, False}
    bound = read(JobResponse, make.post(client, f"{JOBS}/{job.number}/bind-and-issue", {}, key="b", token=token))["data"]["attributes"]
    read(JobResponse, client.get(f"{JOBS}/{job.number}", **token))
    read(JobsResponse, client.get(f"{JOBS}?filter=jobNumber:eq:{job.number}", **token))
    read(PolicyResponse, client.get(f"/rest/policy/v1/policies/{bound['policyNumber']}", **token))
    read(DocumentsResponse, client.get(f"/rest/policy/v1/policies/{bound['policyNumber']}/documents", **token))
