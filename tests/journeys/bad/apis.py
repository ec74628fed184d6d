"""Every request by which a program writes: what is right in it, and how what was kept is read back."""

import itertools
import json
import time
from collections.abc import Callable
from dataclasses import replace
from uuid import uuid4

from jupiter.contracts.insurance_job import AccountV1, InsuredVehicleV1, SubmissionV1
from tests.journeys.running import CHECKOUT

from . import kinds
from .calls import NOTHING, Call, changed, properties
from .forms import NOBODY
from .place import Line, Place


def example(name: str) -> dict:
    return json.loads((CHECKOUT / f"src/jupiter/contracts/examples/{name}.v1.json").read_text())


def a_sale_by_api(place):
    line = Line(place, "hub", "sales")
    valid = example("sale") | {"consent": "EMAIL", "sale_origin": "TRADE_IN_ON_NEW", "guarantor": "stellantis"}
    valid["buyer"]["city"] = "VILLE D’ESSAI"
    reference = "bad-inputs"
    names = {pointer: name for name, pointer in FIELD_OF.items()}

    def kept(pointer):
        values = place.suite.rows("hub", 'SELECT "values" FROM declarations_sale WHERE reference = %s', reference)[0]["values"]
        return values.get(names[pointer]) if pointer in names else NOTHING

    return Call(
        "PUT sale", lambda words: line.say("PUT", f"/api/v1/sales/{reference}", words), valid,
        list(properties(*line.schema("put", "/api/v1/sales/{reference}"))), kinds.SALE_BY_API, kept,
        exceptions={
            **{id_: {"expected": "reject"} for id_ in ("B009", "B010", "B062")},  # taken by the dealer's service only
            ("/buyer/city", "B182"): {"expected": "accept"},  # an amber
        },
    )  # fmt: skip


FIELD_OF = {
    "seller": "/seller", "last_name": "/buyer/last_name", "first_name": "/buyer/first_name", "email": "/buyer/email", "phone": "/buyer/phone",
    "mobile": "/buyer/mobile", "address": "/buyer/address", "postcode": "/buyer/postcode", "city": "/buyer/city", "born_in": "/buyer/born_in",
    "plate": "/vehicle/plate", "vin": "/vehicle/vin", "model": "/vehicle/model", "version": "/vehicle/version", "price": "/price_gross",
}  # fmt: skip


def a_launch_by_api(place):
    line, sale = Line(place, "hub", "sales"), place.a_sale()
    path = "/api/v1/sales/{reference}/launch"
    return Call(
        "POST launch", lambda words: line.say("POST", path.format(reference=sale.reference), words), {"grant": "jup_grant_none"},
        list(properties(*line.schema("post", path))), kinds.LAUNCH,
    )  # fmt: skip


def a_declaration_by_api(place):
    place.configure()
    line, sale = Line(place, "hub", "sales"), place.a_sale()
    path = "/api/v1/sales/{reference}/declare"
    return Call(
        "POST declare", lambda words: line.say("POST", path.format(reference=sale.reference), words, key=str(uuid4())), {},
        list(properties(*line.schema("post", path))), kinds.DECLARE,
    )  # fmt: skip


def a_grant_by_api(place):
    line = Line(place, "hub", "sales")
    return Call(
        "POST grant", lambda words: line.say("POST", "/api/v1/grants", words), NOBODY | {"username": "personne-d-api"},
        list(properties(*line.schema("post", "/api/v1/grants"))), kinds.GRANT, anonymous=True,
    )  # fmt: skip


def a_profile_by_api(place):
    line = Line(place, "hub", "sales")
    path = "/api/v1/points-of-sale/{network_code}/profile"
    return Call(
        "PUT profile", lambda words: line.say("PUT", path.format(network_code="FR10350"), words),
        {"guarantors": [{"key": "icare", "identifier": "I-1", "handling": "flat_fee"}]}, list(properties(*line.schema("put", path))),
        kinds.PROFILE_BY_API, is_strict=True,
    )  # fmt: skip


def a_composite():
    def request(uri, words, var=""):
        told = {"method": "post", "uri": uri, "body": {"data": {"attributes": words}}}
        return told | ({"vars": [{"name": var, "path": "$.data.attributes.id"}]} if var else {})

    submission = example("submission") | {"account_id": "${accountId}", "notify": False}
    return {
        "requests": [
            request("/account/v1/accounts", example("account"), "accountId"),
            request("/job/v1/submissions", submission, "jobId"),
            request("/job/v1/jobs/${jobId}/lines/GVOLine/vehicles", example("insured_vehicle")),
        ]
    }


ATTRIBUTES = "/requests/{place}/body/data/attributes"


def submitting(place):
    """Each call is another declaration, so that each is judged by itself."""
    line, numbers = Line(place, "insurer", "jobs"), itertools.count(int(time.time()) % 10**8 * 10)
    reference = f"{ATTRIBUTES.format(place=1)}/external_reference"

    def send(words):
        if words["requests"] and isinstance(words["requests"], list):
            told = words["requests"][1]["body"]["data"]["attributes"]
            if told.get("external_reference") == example("submission")["external_reference"]:
                words = changed(words, reference, f"SP953617Z{next(numbers):09d}")
        return line.say("POST", "/rest/composite/v1/composite", words, key=str(uuid4()))

    return line, send


def the_composite(place):
    line, send = submitting(place)
    return Call(
        "composite", send, a_composite(), list(properties(*line.schema("post", "/rest/composite/v1/composite"))), kinds.COMPOSITE,
        is_strict=True,
    )  # fmt: skip


def a_part_of_the_composite(number, contract, of_fields):
    def call(place):
        _, send = submitting(place)
        prefix, schema = ATTRIBUTES.format(place=number), contract.model_json_schema()
        found = [replace(one, pointer=prefix + one.pointer) for one in properties(schema, schema.get("$defs", {}))]
        return Call(
            f"composite, {contract.__name__}", send, a_composite(), found,
            {prefix + pointer: kind for pointer, kind in of_fields.items()}, is_strict=True,
            exceptions={(f"{prefix}/holder/city", "B182"): {"expected": "accept"}},  # the insurer judges no town
        )  # fmt: skip

    return call


def a_choice_by_api(place):
    line, sale = Line(place, "insurer", "jobs"), place.a_quote()
    place.seller.quote(sale.job)
    path = "/rest/job/v1/jobs/{job_id}"
    return Call(
        "PATCH job", lambda words: line.say("PATCH", path.format(job_id=sale.job), words),
        {"data": {"attributes": {"offering": "GVO_PREMIUM_7_150", "months": 12}}}, list(properties(*line.schema("patch", path))), kinds.CHOICE,
    )  # fmt: skip


CALLS: dict[str, Callable[[Place], Call]] = {
    "PUT sale": a_sale_by_api,
    "POST launch": a_launch_by_api,
    "POST declare": a_declaration_by_api,
    "POST grant": a_grant_by_api,
    "PUT profile": a_profile_by_api,
    "composite": the_composite,
    "composite's account": a_part_of_the_composite(0, AccountV1, kinds.ACCOUNT),
    "composite's submission": a_part_of_the_composite(1, SubmissionV1, kinds.SUBMISSION),
    "composite's vehicle": a_part_of_the_composite(2, InsuredVehicleV1, kinds.VEHICLE_BY_API),
    "PATCH job": a_choice_by_api,
}
