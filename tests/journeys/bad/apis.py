"""Every request by which a program writes: what is right in it, and how what was kept is read back."""

import itertools
import json
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from decimal import Decimal
from uuid import uuid4

from jupiter.contracts.insurance_job import AccountV1, InsuredVehicleV1, SubmissionV1
from jupiter.contracts.job_notice import JobNoticeV1
from jupiter.contracts.reconciliation import ReconciliationAskedV1
from jupiter.contracts.sale_state import SaleNoticeV1
from tests.journeys.running import CHECKOUT

from . import kinds
from .calls import NOTHING, Call, changed, properties
from .forms import NOBODY
from .place import Line, Place, signed_bytes


def example(name: str) -> dict:
    return json.loads((CHECKOUT / f"src/jupiter/contracts/examples/{name}.v1.json").read_text())


# Plates before 2009 and a VIN before 1981: the table takes them at the dealer's service only
OLD_VEHICLES = {id_: {"expected": "reject"} for id_ in ("B009", "B010", "B062")}


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
            **OLD_VEHICLES,
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
            exceptions={**OLD_VEHICLES, (f"{prefix}/holder/city", "B182"): {"expected": "accept"}},  # the insurer judges no town
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


# Signed by the service that says it


def signed_line(place, service, path):
    """Whatever the words are, they are signed by whom they come from."""
    http = place.window(service).http

    def send(words):
        body = json.dumps(words).encode()
        headers = {"content-type": "application/json"} | signed_bytes(body, place.notice_secret(service), id_=str(uuid4()))
        return http.post(path, content=body, headers=headers)

    return send


def each_newer(send, valid):
    """Each notice is newer than the one before, so that each is taken; unless its number is what is tried."""
    newer = itertools.count(1_000)

    def say(words):
        said = words.get("data")
        if isinstance(said, dict) and said.get("sequence") == valid["data"]["sequence"]:
            words = changed(words, "/data/sequence", next(newer))
        return send(words)

    return say


def properties_of(contract):
    schema = contract.model_json_schema()
    return list(properties(schema, schema.get("$defs", {})))


def text_of(kept):
    if isinstance(kept, Decimal):
        return f"{kept:.2f}"
    return kept.isoformat() if isinstance(kept, date) else kept


KEPT_BY_THE_DEALER = {
    "/data/state": "state", "/data/cover": "cover_state", "/data/declaration_number": "declaration_number", "/data/guarantor": "guarantor",
    "/data/quote/number": "quote_number", "/data/quote/link": "quote_link", "/data/quote/expires_on": "quote_expires_on",
    "/data/policy/product": "product", "/data/policy/premium": "premium", "/data/policy/number": "policy_number",
    "/data/policy/starts_on": "policy_starts_on", "/data/policy/ends_on": "policy_ends_on", "/data/policy/issued_on": "policy_issued_on",
    "/data/trouble": "cover_trouble",
}  # fmt: skip
LISTS_KEPT_BY_THE_DEALER = ("messages", "missing", "warnings", "differences")


def a_notice_to_the_dealer(place):
    sale = place.a_policy()
    kept_at = {"reference": sale.reference}
    valid = example("sale_notice")
    valid["data"] |= kept_at | {
        "missing": [{"pointer": "/vehicle/plate", "message": "Le champ immatriculation est obligatoire"}],
        "differences": [
            {
                "pointer": "/delivery_on", "label": "Date de livraison", "order": "07/12/2021", "theirs": "08/12/2021", "where": "hub",
                "at": "2021-12-07T10:31:04Z",
            }
        ],
    }  # fmt: skip
    held = place.rows("dealer", "SELECT * FROM declarations_saleathub WHERE reference = %s", sale.reference)[0]
    valid["data"]["document"] |= {"name": held["document_name"], "sha256": held["document_sha256"], "size": held["document_size"]}
    send = each_newer(signed_line(place, "dealer", f"/api/v1/notices/hub/{place.links['dealer_hub']['A']['client_id']}"), valid)
    row = "SELECT to_jsonb(s) - '{updated_at}'::text[] AS row FROM declarations_saleathub s WHERE reference = %s"

    def picture():
        """All rows that a notice may write."""
        return [
            place.rows("dealer", row, sale.reference),
            place.rows("dealer", "SELECT count(*) FROM inbox_receivednotice"),
            place.rows("dealer", "SELECT count(*) FROM journal_entry WHERE what = 'notice'"),
            place.rows("dealer", "SELECT count(*) FROM transmissions_transmission WHERE subject = %s", sale.reference),
        ]

    def kept(pointer):
        there = place.rows("dealer", "SELECT * FROM declarations_saleathub WHERE reference = %s", sale.reference)[0]
        name, *way = pointer.removeprefix("/data").strip("/").split("/")
        if name in LISTS_KEPT_BY_THE_DEALER:
            return there[name][0][way[-1]]
        return text_of(there[KEPT_BY_THE_DEALER[pointer]]) if pointer in KEPT_BY_THE_DEALER else NOTHING

    return Call(
        "notice of a sale", send, valid, properties_of(SaleNoticeV1), kinds.SALE_NOTICE, kept, told_by_a_service=True, picture=picture
    )


FACTS_AT_THE_HUB = {
    "vin": "vin", "plate": "plate", "delivery_on": "delivery_on", "first_registered_on": "first_registered_on", "make": "make",
    "model": "model",
}  # fmt: skip


def a_notice_to_the_hub(place):
    sale = place.a_policy()
    question = "SELECT * FROM declarations_sale WHERE declaration_number = %s"
    held = place.rows("hub", question, sale.declaration_number)[0]
    paper = place.rows("hub", "SELECT name, sha256, size FROM declarations_policydocument WHERE sale_id = %s", held["id"])[0]
    valid = example("job_notice")
    valid["data"] |= {"external_reference": sale.declaration_number}
    valid["data"]["document"] |= paper
    send = each_newer(signed_line(place, "hub", "/api/v1/notices/insurer"), valid)

    def picture():
        return [
            place.rows("hub", "SELECT to_jsonb(s) AS row FROM declarations_sale s WHERE id = %s", held["id"]),
            place.rows("hub", "SELECT count(*) FROM inbox_receivednotice"),
            place.rows("hub", "SELECT count(*) FROM journal_entry WHERE what = 'receive_notice'"),
        ]

    def kept(pointer):
        there = place.rows("hub", question, sale.declaration_number)[0]
        name, *way = pointer.removeprefix("/data").strip("/").split("/")
        if name in ("quote", "policy"):
            return there[name][way[-1]]
        if name == "facts" and way[-1] in FACTS_AT_THE_HUB:
            return there["insurer_facts"].get(FACTS_AT_THE_HUB[way[-1]], "")  # what it leaves blank it does not say
        return NOTHING

    return Call(
        "notice of a quote", send, valid, properties_of(JobNoticeV1), kinds.JOB_NOTICE, kept, told_by_a_service=True, picture=picture
    )


def a_question_to_the_dealer(of):
    def call(place):
        path = f"/api/v1/reconciliation/hub/{place.links['dealer_hub']['A']['client_id']}/{of}"
        return Call(
            f"question of {of}", signed_line(place, "dealer", path), example("reconciliation_asked") | {"cursor": None},
            properties_of(ReconciliationAskedV1), kinds.QUESTION,
        )  # fmt: skip

    return call


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
    "notice to the dealer": a_notice_to_the_dealer,
    "notice to the hub": a_notice_to_the_hub,
    "question of days": a_question_to_the_dealer("days"),
    "question of sales": a_question_to_the_dealer("sales"),
}
