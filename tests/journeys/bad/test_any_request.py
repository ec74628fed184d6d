"""Whatever an API's own document allows, and what it forbids, made up by schemathesis: no address of any service fails."""

from collections import Counter
from uuid import uuid4

import pytest
import requests
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis import GenerationMode

from .calls import PROBLEM
from .place import NAMED, signed_bytes

sizes = pytest.mark.parametrize("size", [pytest.param(300, id="slice"), pytest.param(5_000, id="full", marks=pytest.mark.whole)])


@pytest.fixture(scope="module")
def known(place):
    """What is there, so that not every request ends at an unknown name."""
    sale = place.a_quote()
    place.seller.quote(sale.job)
    policy = place.seller.buy(sale.job)
    names = {"reference": sale.reference, "job_id": sale.job, "policy_id": policy, "external_reference": sale.declaration_number}
    return NAMED | names | {"client_id": place.links["dealer_hub"]["A"]["client_id"]}


@sizes
@pytest.mark.parametrize("service", ["dealer", "hub", "insurer"])
def test_no_request_makes_a_service_fail(place, known, service, size):
    schema = schemathesis.openapi.from_dict(place.suite_document(service))
    operations = [found.ok() for found in schema.get_all_operations()]
    line = requests.Session()
    line.trust_env = False
    troubles, statuses = [], Counter()
    kinds = list(kinds_of(operations, known))
    share = -(-size // sum(is_rich for *_, is_rich in kinds))
    for operation, mode, named, is_rich in kinds:
        said = operation.definition.raw
        token = place.token(service, said["security"][0]["OAuth2"][0]) if said.get("security") else ""

        def send(case, said=said, token=token):
            answer = line.send(prepared(place, service, said, token, case), timeout=30)
            statuses[answer.status_code] += 1
            if answer.status_code >= 500 or (answer.status_code >= 400 and answer.headers["content-type"] != PROBLEM):
                troubles.append(f"{answer.status_code} {answer.text[:200]}: {case.as_curl_command()[:600]}")

        try_many(operation.as_strategy(generation_mode=mode, path_parameters=named), send, share if is_rich else 5)
    print(f"\n{service}: {sum(statuses.values())} requests: {dict(sorted(statuses.items()))}")
    assert troubles == []
    assert sum(statuses.values()) >= size
    assert any(status < 300 for status in statuses), "some were in order"
    assert any(status in (400, 422) for status in statuses), "some were not"


def kinds_of(operations, known):
    """Of each operation what is in order and what is not, at made-up names and at those that are there; whether there is much to say."""
    for operation in operations:
        names = {parameter.name: known[parameter.name] for parameter in operation.path_parameters}
        says = bool(operation.body or operation.query)
        for named in [None, names] if names else [None]:
            yield operation, GenerationMode.POSITIVE, named, says or (names and named is None)
            if says:
                yield operation, GenerationMode.NEGATIVE, named, True


def try_many(strategy, send, count):
    @settings(
        max_examples=count, database=None, deadline=None, derandomize=True, phases=[Phase.generate], suppress_health_check=list(HealthCheck)
    )
    @given(strategy)
    def each(case):
        send(case)

    each()


def prepared(place, service, said, token, case):
    """As the caller that may: with a token of its scope, or signed."""
    told = case.as_transport_kwargs(base_url=place.suite.url(service))
    request = requests.Request(**{name: value for name, value in told.items() if name != "cookies"}).prepare()
    request.headers["accept"] = PROBLEM
    body = request.body.encode() if isinstance(request.body, str) else request.body or b""
    if any(parameter["name"] == "webhook-signature" for parameter in said.get("parameters", [])):
        request.headers.update(signed_bytes(body, place.notice_secret(service), id_=str(uuid4())))
    elif token:
        request.headers["authorization"] = f"Bearer {token}"
    return request
