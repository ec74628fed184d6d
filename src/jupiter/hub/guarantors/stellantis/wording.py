"""A declared sale in the insurer's words: account, submission, vehicle, in one composite that stops before the quote."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from pydantic import ValidationError

from jupiter.contracts.insurance_job import AccountHolderV1, AccountV1, CompositeAnswerV1, InsuredVehicleV1, SubmissionV1
from jupiter.hub.guarantors.port import Sale
from jupiter.kit import strict_json

ACCOUNT, JOB = "${accountId}", "${jobId}"
FIELDS = {  # the insurer's name of a field → ours, for the refusals it sends back
    "title": "title", "last_name": "last_name", "first_name": "first_name", "email": "email", "phone": "phone", "mobile": "mobile",
    "address": "address", "address_2": "address_2", "address_3": "address_3", "postcode": "postcode", "city": "city",
    "country": "country", "delivery_on": "delivery_on", "seller": "seller", "declared_level": "level", "declared_months": "months",
    "vin": "vin", "plate": "plate", "kind": "kind", "first_registered_on": "first_registered_on", "make": "make", "model": "model",
    "fuel": "fuel", "din_power_hp": "din_power", "mileage_km": "mileage", "manufacturer_warranty_until": "manufacturer_until",
    "manufacturer_warranty_km": "manufacturer_km", "four_wheel_drive": "four_wheel_drive", "months": "months",
}  # fmt: skip


def composite(sale: Sale) -> dict[str, Any]:
    """The body of POST /rest/composite/v1/composite, as it stands for ever."""
    return _tied(_account(sale), _submission(sale), _vehicle(sale))


def _tied(account: AccountV1, submission: SubmissionV1, vehicle: InsuredVehicleV1) -> dict[str, Any]:
    return {
        "requests": [
            {
                "method": "post",
                "uri": "/account/v1/accounts",
                "body": _data(account),
                "vars": [{"name": "accountId", "path": "$.data.attributes.id"}],
            },
            {
                "method": "post",
                "uri": "/job/v1/submissions",
                "body": _data(submission),
                "vars": [{"name": "jobId", "path": "$.data.attributes.id"}],
            },
            {"method": "post", "uri": f"/job/v1/jobs/{JOB}/lines/GVOLine/vehicles", "body": _data(vehicle)},
        ]
    }


def as_kept(words: Mapping[str, Any]) -> dict[str, Any]:
    """The three bodies; the variable that ties them is not kept."""
    account, submission, vehicle = (request["body"]["data"]["attributes"] for request in words["requests"])
    return {"account": account, "submission": {name: said for name, said in submission.items() if name != "account_id"}, "vehicle": vehicle}


def as_sent(kept: Mapping[str, Any]) -> dict[str, Any]:
    account = AccountV1.model_validate(kept["account"])
    submission = SubmissionV1.model_validate({"account_id": ACCOUNT, **kept["submission"]})
    return _tied(account, submission, InsuredVehicleV1.model_validate(kept["vehicle"]))


def _data(attributes: AccountV1 | SubmissionV1 | InsuredVehicleV1) -> dict[str, Any]:
    return {"data": {"attributes": attributes.model_dump(mode="json")}}


def _account(sale: Sale) -> AccountV1:
    holder = (
        "title",
        "last_name",
        "first_name",
        "email",
        "phone",
        "mobile",
        "address",
        "address_2",
        "address_3",
        "postcode",
        "city",
        "country",
    )
    known = {name: sale.values[name] for name in holder if name in sale.values}
    return AccountV1(producer_code=sale.account_identifier, holder=AccountHolderV1.model_validate(known))


def _submission(sale: Sale) -> SubmissionV1:
    return SubmissionV1.model_validate(
        {
            "account_id": ACCOUNT,
            "producer_code": sale.account_identifier,
            "external_reference": sale.declaration_number,
            "delivery_on": sale.values["delivery_on"],
            "seller": sale.values["seller"],
            "declared_level": sale.values["level"],
            "declared_months": sale.values["months"],
        }
    )


def _vehicle(sale: Sale) -> InsuredVehicleV1:
    ours = (
        "vin", "plate", "kind", "first_registered_on", "make", "model", "fuel", "din_power_hp", "mileage_km",
        "manufacturer_warranty_until", "manufacturer_warranty_km", "four_wheel_drive",
    )  # fmt: skip
    return InsuredVehicleV1.model_validate({name: sale.values[FIELDS[name]] for name in ours if FIELDS[name] in sale.values})


class NotACompositeAnswer(ValueError):
    """Not what a composite answers: no quote number to keep."""


def composite_answer(said: Any) -> CompositeAnswerV1:
    """What we keep of {"responses": [{"status", "body": {"data": {"attributes"}}}, …]}: the first two are account and job."""
    try:
        account, job = (response["body"]["data"]["attributes"] for response in said["responses"][:2])
        return CompositeAnswerV1.model_validate(
            {
                "account_number": account["accountNumber"],
                "job_id": job["id"],
                "job_number": job["jobNumber"],
                "link": job.get("link") or "",
            }
        )
    except (TypeError, KeyError, IndexError, ValueError, AttributeError, ValidationError) as error:
        raise NotACompositeAnswer(type(error).__name__) from error


def expiry_in(said: Any) -> date | None:
    """The day until which the quote may be bought, where the answer says it."""
    try:
        return date.fromisoformat(said["responses"][1]["body"]["data"]["attributes"]["expirationDate"])
    except (KeyError, TypeError, ValueError):
        return None


def refused_fields(body: str) -> dict[str, str]:
    """Of the Guidewire envelope (details with properties.pointer or .field) or of problem+json (errors with pointer)."""
    try:
        said = strict_json.loads(body.encode())
        details = said.get("details") or said.get("errors") or []
        found: dict[str, str] = {}
        for detail in details:
            where = (
                detail.get("pointer") or (detail.get("properties") or {}).get("pointer") or (detail.get("properties") or {}).get("field")
            )
            name = FIELDS.get(str(where or "").rsplit("/", 1)[-1])
            if name and detail.get("message"):
                found.setdefault(name, str(detail["message"]))
    except (strict_json.Unreadable, AttributeError, TypeError):
        return {}
    return found
