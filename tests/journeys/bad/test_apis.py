"""Each property of each schema, tried over HTTP on the running services: refused by its pointer, in French, or kept as the table says."""

import re
from uuid import uuid4

import pytest

from .apis import CALLS
from .calls import BODIES, PROBLEM, problem
from .place import NAMED, SCOPES, Line, signed_bytes


@pytest.mark.parametrize("call", CALLS)
def test_each_property_of_an_api_is_refused_by_its_pointer_or_kept_as_the_table_says(place, call):
    assert CALLS[call](place).run() == []


@pytest.mark.parametrize(
    ("service", "method", "path"),
    [
        ("hub", "PUT", "/api/v1/sales/bad-bodies"),
        ("hub", "POST", "/api/v1/sales/bad-bodies/declare"),
        ("hub", "POST", "/api/v1/sales/bad-bodies/launch"),
        ("hub", "POST", "/api/v1/grants"),
        ("hub", "PUT", "/api/v1/points-of-sale/FR10350/profile"),
        ("insurer", "POST", "/rest/composite/v1/composite"),
        ("insurer", "PATCH", "/rest/job/v1/jobs/0001006185"),
    ],
)
def test_a_body_that_is_not_the_json_of_the_contract_is_refused(place, service, method, path):
    line = Line(place, service, "sales" if service == "hub" else "jobs")
    troubles = []
    for name, body in BODIES.items():
        answer = line.http.request(method, path, content=body, headers=line.headers(str(uuid4())))
        if path.endswith("/declare") and name in ("B360", "nothing") and answer.status_code == 404:
            continue  # it has nothing to say: what is unknown here is the sale
        if answer.status_code not in (400, 413, 422):
            troubles.append(f"{name}: {answer.status_code} {answer.text[:120]}")
        else:
            troubles += [f"{name}: {trouble}" for trouble in problem(answer)]
    assert troubles == []


SERVICES = ("dealer", "hub", "insurer")
HERE = {"hub": "insurer", "insurer": "hub"}


def operations(place, service):
    """Method, address with something in the place of each name, and what the document says of it."""
    for path, told in place.suite_document(service)["paths"].items():
        for method, operation in told.items():
            names = NAMED | {"client_id": place.links["dealer_hub"]["A"]["client_id"]}
            yield method.upper(), re.sub(r"{(\w+)}", lambda found: names[found[1]], path), operation  # noqa: B023


@pytest.mark.parametrize("service", SERVICES)
def test_no_body_whatsoever_makes_any_address_fail(place, service):
    """Each in good company: a token of its scope, or a signature of this very body. What needs no body may take no notice of it."""
    troubles, tried = [], 0
    for method, path, operation in operations(place, service):
        is_signed = any(parameter["name"] == "webhook-signature" for parameter in operation["parameters"])
        token = "" if is_signed else place.token(service, scope_of(operation))
        for name, body in BODIES.items():
            told = {"accept": PROBLEM, "content-type": "application/json", "idempotency-key": str(uuid4())}
            told |= {"authorization": f"Bearer {token}"} if token else {}
            if is_signed:
                told |= signed_bytes(body, place.notice_secret(service), id_=str(uuid4()))
            answer = place.window(service).http.request(method, path, content=body, headers=told)
            refused = {400, 401, 404, 413, 422} if is_signed else {400, 404, 413, 422}
            if answer.status_code not in refused and (answer.status_code >= 500 or "requestBody" in operation):
                troubles.append(f"{method} {path} {name}: {answer.status_code} {answer.text[:120]}")
            elif answer.status_code >= 400:
                troubles += [f"{method} {path} {name}: {trouble}" for trouble in problem(answer)]
            tried += 1
    assert troubles == []
    assert tried >= 3 * len(BODIES)


@pytest.mark.parametrize("service", ["hub", "insurer"])
def test_a_token_of_another_service_or_scope_opens_no_address(place, service):
    """As if there were none: one answer, everywhere."""
    other = HERE[service]
    strangers = [place.token(other, scope) for scope in SCOPES[other]]
    answers = set()
    for method, path, operation in operations(place, service):
        if not operation.get("security"):
            continue
        wanted = {scope for door in operation["security"] for scope in door["OAuth2"]}
        tokens = strangers + [place.token(service, scope) for scope in SCOPES[service] if scope not in wanted]
        for token in tokens:
            headers = {"authorization": f"Bearer {token}", "accept": PROBLEM}
            answer = place.window(service).http.request(method, path, content=b"{}", headers=headers)
            answers.add((answer.status_code, answer.json()["title"]))
            assert problem(answer) == [], path
    assert answers == {(401, "not-authenticated")}


def test_a_token_opens_nothing_where_only_signatures_do(place):
    for method, path, _ in operations(place, "dealer"):
        headers = {"authorization": f"Bearer {place.token('hub', 'sales')}"}
        answer = place.window("dealer").http.request(method, path, content=b"{}", headers=headers)
        assert (answer.status_code, answer.json()["title"]) == (401, "not-signed")


def scope_of(operation):
    return operation["security"][0]["OAuth2"][0]
