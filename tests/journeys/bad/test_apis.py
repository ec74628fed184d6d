"""Each property of each schema, tried over HTTP on the running services: refused by its pointer, in French, or kept as the table says."""

from uuid import uuid4

import pytest

from .apis import CALLS
from .calls import BODIES, problem
from .place import Line


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
