"""The API, as the hub and a seller's software call it."""

import json
from datetime import date

import pytest

from jupiter.contracts.insurance_job import CompositeAnswerV1
from jupiter.insurer.policies.models import Policy
from jupiter.insurer.quotes import actions
from jupiter.insurer.quotes.models import Job
from tests.insurer import make

JOBS = "/rest/job/v1/jobs"
PROBLEM = {"HTTP_ACCEPT": "application/problem+json"}


@pytest.fixture
def hub_token(product, producer, hub):
    return make.bearer(hub)


@pytest.fixture
def token(product, producer):
    return make.bearer(make.a_client(producer))


def attributes(answer, place=None):
    said = answer.json()
    return (said["responses"][place]["body"] if place is not None else said)["data"]["attributes"]


# The composite


def test_the_hubs_call_answers_account_job_and_link(client, hub_token):
    answer = make.post(client, make.COMPOSITE, make.a_composite(), key="a", token=hub_token)

    assert answer.status_code == 200
    account, job = attributes(answer, 0), attributes(answer, 1)
    read = CompositeAnswerV1(account_number=account["accountNumber"], job_id=job["id"], job_number=job["jobNumber"], link=job["link"])
    assert read.account_number == make.example("composite_answer")["account_number"]
    assert read.job_number == make.example("composite_answer")["job_number"]
    assert read.link.endswith("/devis/0001006185/")
    assert job["jobStatus"] == {"code": "Draft", "name": "Devis en ébauche"}
    assert job["totalPremium"] is None, "it stops before quote"


def test_a_repeated_key_gives_the_same_bytes(client, hub_token):
    first, again = (make.post(client, make.COMPOSITE, make.a_composite(), key="a", token=hub_token) for _ in range(2))
    assert first.content == again.content
    assert Job.objects.count() == 1


def test_another_key_with_the_same_words_adopts_the_quote(client, hub_token):
    make.post(client, make.COMPOSITE, make.a_composite(), key="a", token=hub_token)
    answer = make.post(client, make.COMPOSITE, make.a_composite(), key="b", token=hub_token)
    assert [part["status"] for part in answer.json()["responses"]] == [200, 200, 200]
    assert attributes(answer, 1)["jobNumber"] == "0001006185"
    assert Job.objects.count() == 1


def test_a_used_key_with_other_words_is_refused(client, hub_token):
    make.post(client, make.COMPOSITE, make.a_composite(), key="a", token=hub_token)
    answer = make.post(client, make.COMPOSITE, make.a_composite(vehicle={"mileage_km": 9}), key="a", token=hub_token)
    assert (answer.status_code, answer.json()["code"]) == (422, "idempotency-key-reused")
    assert Job.objects.get().mileage_km == 4500


def test_corrected_words_change_the_same_quote_until_it_is_bought(client, hub_token):
    make.post(client, make.COMPOSITE, make.a_composite(), key="a", token=hub_token)
    job = actions.price_job(Job.objects.get(), by="essai", today=make.DAY, now=make.NOON)
    answer = make.post(client, make.COMPOSITE, make.a_composite(vehicle={"mileage_km": 9000}), key="b", token=hub_token)
    assert answer.status_code == 200
    job.refresh_from_db()
    assert (job.mileage_km, job.state) == (9000, "draft")

    actions.buy_job(actions.price_job(job, by="essai", today=make.DAY, now=make.NOON), by="essai", today=make.DAY, now=make.NOON)
    late = make.post(client, make.COMPOSITE, make.a_composite(vehicle={"mileage_km": 1}), key="c", token=hub_token)
    assert (late.status_code, late.json()["code"]) == (409, "already-bound")
    same = make.post(client, make.COMPOSITE, make.a_composite(vehicle={"mileage_km": 9000}), key="d", token=hub_token)
    assert attributes(same, 1)["policyNumber"] == Policy.objects.get().number


@pytest.mark.parametrize("key", [None, "", "x" * 256, "é"])
def test_a_key_is_required(client, hub_token, key):
    answer = make.post(client, make.COMPOSITE, make.a_composite(), key=key, token=hub_token)
    assert (answer.status_code, answer.json()["code"]) == (400, "idempotency-key-required")
    assert not Job.objects.exists()


def test_a_key_may_stand_in_quotes(client, hub_token):
    bare = make.post(client, make.COMPOSITE, make.a_composite(), key="a", token=hub_token)
    assert make.post(client, make.COMPOSITE, make.a_composite(), key='"a"', token=hub_token).content == bare.content


@pytest.mark.parametrize(
    ("changes", "pointer"),
    [
        ({"vehicle": {"vin": "1234567890123333I"}}, "/requests/2/body/data/attributes/vin"),
        ({"vehicle": {"vin": "1" * 17}}, "/requests/2/body/data/attributes/vin"),
        ({"vehicle": {"plate": "1234 AB 75"}}, "/requests/2/body/data/attributes/plate"),
        ({"vehicle": {"plate": "AI-123-BB"}}, "/requests/2/body/data/attributes/plate"),
        ({"vehicle": {"din_power_hp": 0}}, "/requests/2/body/data/attributes/din_power_hp"),
        ({"vehicle": {"din_power_hp": "50"}}, "/requests/2/body/data/attributes/din_power_hp"),
        ({"vehicle": {"first_registered_on": "14/09/2018"}}, "/requests/2/body/data/attributes/first_registered_on"),
        ({"vehicle": {"colour": "red"}}, "/requests/2/body/data/attributes/colour"),
        ({"submission": {"external_reference": "SP1"}}, "/requests/1/body/data/attributes/external_reference"),
        ({"submission": {"product": "OTHER"}}, "/requests/1/body/data/attributes/product"),
        ({"submission": {"account_id": "${other}"}}, "/requests/1/body/data/attributes/account_id"),
        ({"account": {"producer_code": "865268"}}, "/requests/0/body/data/attributes/producer_code"),
        ({"holder": {"title": "DOCTOR"}}, "/requests/0/body/data/attributes/holder/title"),
    ],
)
def test_each_refused_word_is_named_where_it_stands(client, hub_token, changes, pointer):
    guidewire = make.post(client, make.COMPOSITE, make.a_composite(**changes), key="a", token=hub_token)
    problem = make.post(client, make.COMPOSITE, make.a_composite(**changes), key="a", token=hub_token, **PROBLEM)

    assert guidewire.status_code == problem.status_code == 422
    assert [detail["properties"]["pointer"] for detail in guidewire.json()["details"]] == [pointer]
    assert guidewire.json()["errorCode"] == "gw.api.rest.exceptions.BadInputException"
    assert problem.headers["Content-Type"] == "application/problem+json"
    assert [error["pointer"] for error in problem.json()["errors"]] == [pointer]
    assert not Job.objects.exists(), "all or nothing"


def test_a_car_registered_after_its_delivery_leaves_neither_account_nor_key(client, hub_token):
    wrong = make.a_composite(vehicle={"first_registered_on": "2021-12-08"})
    answer = make.post(client, make.COMPOSITE, wrong, key="a", token=hub_token)
    assert answer.status_code == 422
    assert answer.json()["details"][0]["properties"]["pointer"] == "/first_registered_on"
    assert make.post(client, make.COMPOSITE, make.a_composite(), key="a", token=hub_token).status_code == 200


def test_the_composite_takes_its_three_requests_and_no_others(client, hub_token):
    two = make.a_composite() | {"requests": make.a_composite()["requests"][:2]}
    turned = make.a_composite() | {"requests": make.a_composite()["requests"][::-1]}
    for words in (two, turned, make.a_composite() | {"selections": [{"uri": "/x"}]}):
        answer = make.post(client, make.COMPOSITE, words, key="a", token=hub_token)
        assert (answer.status_code, answer.json()["code"]) == (422, "composite-not-supported")


@pytest.mark.parametrize(
    ("body", "status"),
    [(b'{"requests": [], "requests": []}', 400), (b"{", 400), (b'{"requests": NaN}', 400), (b"[" * 50, 400), (b'"\\ud800"', 400), (b"[]", 422)],
)  # fmt: skip
def test_json_is_read_strictly(client, hub_token, body, status):
    answer = client.post(make.COMPOSITE, body, content_type="application/json", HTTP_IDEMPOTENCY_KEY="a", **hub_token)
    assert answer.status_code == status


def test_another_type_of_body_is_refused(client, hub_token):
    answer = client.post(make.COMPOSITE, "a=1", content_type="text/plain", HTTP_IDEMPOTENCY_KEY="a", **hub_token)
    assert (answer.status_code, answer.json()["code"]) == (415, "unsupported-media-type")


def test_a_foreign_producer_is_refused_in_the_words_of_an_unknown_one(client, product, producer):
    make.a_producer("712345K", "B")
    token = make.bearer(make.a_client(producer))
    answers = []
    for code in ("712345K", "999999Z"):
        words = make.a_composite(account={"producer_code": code}, submission={"producer_code": code})
        answers.append(make.post(client, make.COMPOSITE, words, key="a", token=token))
    assert [answer.status_code for answer in answers] == [422, 422]
    assert answers[0].content == answers[1].content


# One job


def test_a_seller_s_software_finishes_the_sale_without_a_browser(client, hub_token, token):
    """What a program does after Déclarer et Garantir: find, price, buy, fetch the paper."""
    make.post(client, make.COMPOSITE, make.a_composite(), key="a", token=hub_token)
    found = client.get(f"{JOBS}?filter=externalReference:eq:SP953617Z100034312", **token).json()
    job = found["data"][0]["attributes"]
    quoted = attributes(make.post(client, f"{JOBS}/{job['id']}/quote", token=token))
    assert quoted["totalPremium"] == {"amount": "187.56", "currency": "eur"}
    assert [offer["name"] for offer in quoted["offers"] if offer["declared"]] == ["GVO Premium 7 / 150"]

    bound = attributes(make.post(client, f"{JOBS}/{job['id']}/bind-and-issue", {}, key="buy", token=token))
    number = bound["policyNumber"]
    assert (number, bound["jobStatus"]["code"]) == ("0001003079", "Bound")
    listed = client.get(f"/rest/policy/v1/policies/{number}/documents", **hub_token).json()["data"][0]["attributes"]
    assert listed["name"] == "FR-865268J_Policy_0001003079-20211207.pdf"
    paper = client.get(listed["href"], **hub_token)
    assert paper.content.startswith(b"%PDF-")
    assert len(paper.content) == listed["size"]
    policy = attributes(client.get(f"/rest/policy/v1/policies/{number}", **token))
    assert (policy["status"], policy["periodEnd"]) == ({"code": "InForce", "name": "En vigueur"}, "2022-12-07")


def test_binding_twice_under_two_keys_is_one_policy(client, token, product, producer):
    job = make.a_quote(producer, product)
    first, again, other = (make.post(client, f"{JOBS}/{job.number}/bind-and-issue", {}, key=key, token=token) for key in ("a", "a", "b"))
    assert first.content == again.content
    assert attributes(other)["policyNumber"] == attributes(first)["policyNumber"]
    assert Policy.objects.count() == 1


def test_an_offer_is_chosen_by_patch_with_the_current_checksum(client, token, product, producer):
    job = make.a_quote(producer, product)
    words = {"data": {"attributes": {"offering": "PREMIUM_7_150", "months": 24}, "checksum": "1"}}

    def patch(said):
        return client.patch(f"{JOBS}/{job.public_id}", json.dumps(said), content_type="application/json", **token)

    stale = patch(words)
    assert (stale.status_code, stale.json()["code"]) == (409, "stale-checksum")
    words["data"]["checksum"] = str(job.version)
    assert attributes(patch(words))["totalPremium"]["amount"] == "337.29"
    del words["data"]["checksum"]
    words["data"]["attributes"]["offering"] = "DS_CERTIFIED_7_150"
    refused = patch(words)
    assert (refused.status_code, refused.json()["details"][0]["message"]) == (422, "Marque\u00a0: réservé aux véhicules DS")


def test_what_cannot_be_done_is_said_and_not_done(client, token, product, producer):
    draft = make.a_draft(producer, product)
    answer = make.post(client, f"{JOBS}/{draft.number}/bind-and-issue", {}, key="a", token=token)
    assert (answer.status_code, answer.json()["code"]) == (409, "no-offer-chosen")
    withdrawn = attributes(make.post(client, f"{JOBS}/{draft.number}/withdraw", token=token))
    assert withdrawn["jobStatus"] == {"code": "Withdrawn", "name": "Retiré"}
    again = make.post(client, f"{JOBS}/{draft.number}/quote", token=token)
    assert (again.status_code, again.json()["code"]) == (400, "quote-withdrawn")
    assert not Policy.objects.exists()


def test_an_expired_quote_is_not_sold(client, token, product, producer, settings):
    job = make.a_quote(producer, product)
    settings.BUSINESS_DATE = date(2021, 12, 22)
    answer = make.post(client, f"{JOBS}/{job.number}/bind-and-issue", {}, key="a", token=token, **PROBLEM)
    assert (answer.status_code, answer.json()["title"]) == (409, "quote-expired")
    assert "21/12/2021" in answer.json()["detail"]


def test_a_bound_quote_says_that_it_is_bound(client, token, product, producer):
    job = make.a_bought_quote(producer, product)
    answer = make.post(client, f"{JOBS}/{job.number}/quote", token=token)
    assert (answer.status_code, "Bound" in answer.content.decode()) == (400, True)


def test_links_are_there_while_they_are_allowed(client, token, product, producer):
    def links(job):
        return set(client.get(f"{JOBS}/{job.number}", **token).json()["data"]["links"])

    assert links(make.a_draft(producer, product)) == {"self", "quote", "withdraw"}
    assert links(make.a_quote(producer, product)) == {"self", "quote", "withdraw", "bind-and-issue"}
    assert links(make.a_bought_quote(producer, product)) == {"self", "policy"}


def test_several_filters_must_all_hold(client, token, producer, product):
    draft = make.a_draft(producer, product)
    other = "filter=externalReference:eq:SP953617Z100034399"
    by_number, by_reference = f"filter=jobNumber:eq:{draft.number}", f"filter=externalReference:eq:{draft.external_reference}"
    asked = (f"{by_number}&{by_reference}", f"{by_number}&{by_number}", f"{by_number}&{other}", f"{by_reference}&{other}")
    assert [client.get(f"{JOBS}?{query}", **token).json()["count"] for query in asked] == [1, 1, 0, 0]


@pytest.mark.parametrize("query", ["filter=plate:eq:X", "filter=jobNumber:ne:1", "filter=", "filter=externalReference"])
def test_other_filters_are_refused(client, token, query):
    assert client.get(f"{JOBS}?{query}", **token).status_code == 400


# Doors


def test_the_hub_prepares_and_never_buys(client, hub_token, product, producer):
    job = make.a_quote(producer, product)
    answer = make.post(client, f"{JOBS}/{job.number}/bind-and-issue", {}, key="a", token=hub_token)
    assert answer.status_code == 401
    assert not Policy.objects.exists()


@pytest.mark.parametrize("token", [{}, {"HTTP_AUTHORIZATION": "Bearer x"}, {"HTTP_AUTHORIZATION": "Basic x"}])
def test_without_a_living_token_nothing_opens(client, db, token):
    answer = client.get(f"{JOBS}/0001006185", **token)
    assert answer.status_code == 401
    assert answer.headers["WWW-Authenticate"] == "Bearer"


def test_a_token_without_the_scope_opens_nothing(client, product, producer):
    program = make.a_client(producer)
    job = make.a_quote(producer, product)
    assert client.get(f"{JOBS}/{job.number}", **make.bearer(program, "policies")).status_code == 401
    narrow = make.a_client(producer, scopes="jobs")
    assert make.post(client, f"{JOBS}/{job.number}/bind-and-issue", {}, key="a", token=make.bearer(narrow)).status_code == 401


def test_a_suspended_producer_is_gone_from_its_software(client, product, producer):
    token = make.bearer(make.a_client(producer))
    job = make.a_quote(producer, product)
    producer.is_active = False
    producer.save()
    assert client.get(f"{JOBS}/{job.number}", **token).status_code == 404


def test_a_token_is_given_for_the_clients_secret(client, db):
    program = make.a_client()
    asked = {"grant_type": "client_credentials", "scope": "jobs"}
    told = {"client_id": program.application.client_id, "client_secret": "a secret of a test"}
    answer = client.post("/oauth/token/", asked | told)
    assert (answer.status_code, answer.json()["expires_in"]) == (200, 900)
    assert client.post("/oauth/token/", asked | told | {"client_secret": "wrong"}).status_code == 401


def test_the_contract_is_published(client, db):
    paths = client.get("/api/openapi.json").json()["paths"]
    assert {make.COMPOSITE, f"{JOBS}/{{job_id}}/quote", f"{JOBS}/{{job_id}}/bind-and-issue"} <= set(paths)
    assert client.get("/api/docs").status_code == 200


def test_an_address_of_the_api_that_does_not_exist_answers_as_the_api(client, db):
    answer = client.get("/rest/nothing/v1/here")
    assert (answer.status_code, answer.json()["errorCode"]) == (404, "gw.api.rest.exceptions.NotFoundException")
