"""What a client reads of the quotes that it made itself; another's are as if they were not."""

import pytest
from django.utils import timezone

from jupiter.contracts.reconciliation import DayDigestV1, JobLineV1
from jupiter.kit.clock import paris
from tests.insurer import make

pytestmark = pytest.mark.django_db
HERE = "/api/v1/reconciliation"
TODAY = {"from": "2026-01-01", "to": "2026-12-31"}


@pytest.fixture
def days():
    """Quotes come at the machine's own clock, whatever day business says it is."""
    today = paris(timezone.now()).date().isoformat()
    return {"from": today, "to": today}


@pytest.fixture
def ours(hub, producer, product):
    return make.a_bought_quote(producer, product, client=hub)


@pytest.fixture
def theirs(producer, product):
    return make.a_quote(producer, product, client=make.a_client(producer, name="Autre logiciel"))


def read(client, path, token, **asked):
    return client.get(f"{HERE}{path}", asked, **token)


def test_a_digest_is_that_of_the_lines_of_its_day(client, hub, ours, theirs, days):
    token = make.bearer(hub, "reconciliation")
    (digest,) = read(client, "", token, **days).json()["days"]
    (line,) = read(client, "/jobs", token, **days).json()["lines"]
    said = JobLineV1.model_validate(line)
    assert (said.external_reference, said.state, said.policy_number) == (ours.external_reference, "bound", ours.policy.number)
    assert said.document_sha256 == ours.policy.documents.get().sha256
    assert DayDigestV1.model_validate(digest) == DayDigestV1.of(digest["day"], "865268J", [said])


def test_each_thing_that_must_be_equal_is_in_the_digest(ours, client, hub, days):
    token = make.bearer(hub, "reconciliation")
    line = JobLineV1.model_validate(read(client, "/jobs", token, **days).json()["lines"][0])
    changes = {
        "state": "quoted", "quote_number": "1", "policy_number": "1", "premium": None, "sequence": 99, "words_sha256": "0" * 64,
        "facts_sha256": "0" * 64, "document_sha256": "", "owner": "999999Z", "external_reference": "SP953617Z000000001",
    }  # fmt: skip
    for name, value in changes.items():
        assert line.model_copy(update={name: value}).text != line.text, name


def test_what_another_made_is_not_there(client, hub, ours, theirs, days):
    token = make.bearer(hub, "reconciliation")
    for path in (f"/jobs/{theirs.external_reference}", "/jobs/SP953617Z999999999", "/jobs/n'importe"):
        answer = read(client, path, token)
        assert (answer.status_code, answer.json()["title"]) == (404, "not-found")
    named = read(client, "/jobs", token, **days, reference=[ours.external_reference, theirs.external_reference]).json()["lines"]
    assert [line["external_reference"] for line in named] == [ours.external_reference]


def test_one_quote_comes_with_its_words_and_its_state(client, hub, ours):
    kept = read(client, f"/jobs/{ours.external_reference}", make.bearer(hub, "reconciliation")).json()
    assert kept["words"] == ours.words
    assert (kept["state"]["policy"]["number"], kept["state"]["sequence"]) == (ours.policy.number, ours.sequence)
    assert kept["state"]["document"]["href"].endswith(f"/{ours.policy.number}/documents/1/content")


@pytest.mark.parametrize("scope", ["jobs", "policies", "jobs policies", ""])
def test_no_other_scope_compares(client, hub, days, scope):
    assert read(client, "", make.bearer(hub, scope), **days).status_code == 401


def test_a_client_that_was_not_given_the_scope_does_not_have_it(client, producer, days):
    narrow = make.a_client(producer, scopes="jobs policies")
    assert read(client, "", make.bearer(narrow, "reconciliation"), **days).status_code == 401


@pytest.mark.parametrize(
    "asked",
    [
        {}, {"from": "2026-11-24"}, {"from": "2026-11-24", "to": "2026-11-23"}, {"from": "2024-01-01", "to": "2026-01-01"},
        {"from": "0001-01-01", "to": "0001-01-02"}, {"from": "9999-12-30", "to": "9999-12-31"}, {"from": "hier", "to": "2026-11-24"},
        {"from": "2026-11-24T00:00:00", "to": "2026-11-24"}, {**TODAY, "owner": "\x00"}, {**TODAY, "cursor": "-1"},
        {**TODAY, "cursor": "9" * 30}, {**TODAY, "reference": "SP"}, {**TODAY, "reference": ["SP953617Z000000001"] * 51},
    ],
)  # fmt: skip
def test_what_cannot_be_asked_is_refused(client, hub, asked):
    answer = read(client, "/jobs", make.bearer(hub, "reconciliation"), **asked)
    assert answer.status_code == 422, answer.content
    assert answer.json()["errors"]
