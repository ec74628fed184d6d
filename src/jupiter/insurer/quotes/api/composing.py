"""The composite: account, submission and vehicle in one transaction."""

import re
from collections.abc import Callable
from functools import partial
from typing import Annotated, Any, NoReturn, TypeVar

from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext as _
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from jupiter.contracts.base import ShortText, Words
from jupiter.contracts.insurance_job import AccountV1, InsuredVehicleV1, SubmissionV1
from jupiter.insurer import guidewire
from jupiter.insurer.producers.access import CallerMay, caller_of
from jupiter.insurer.producers.models import Caller, Producer
from jupiter.insurer.products.models import Product
from jupiter.insurer.quotes import actions
from jupiter.insurer.quotes.models import Job
from jupiter.kit.api import Problem, field_errors
from jupiter.kit.clock import business_today
from jupiter.kit.compiled import Compiled, Given
from jupiter.kit.french import Unreadable, parse_email, parse_line, parse_name, parse_phone, parse_plate, parse_postcode, parse_vin
from jupiter.kit.inbox.actions import Answer
from jupiter.kit.openapi import KEY_REQUIRED, and_also, told

from .elements import CompositeResponse, account_element, job_element, vehicle_element
from .routing import KEYS, ONE_ANSWER, once, router


class Var(Words):
    """What later requests may say as `${name}`."""

    name: ShortText
    """Of the variable."""
    path: ShortText
    """Always `$.data.attributes.id`."""


class SubRequest(BaseModel):
    """One of the three."""

    model_config = ConfigDict(extra="forbid", strict=True, use_attribute_docstrings=True)
    method: ShortText
    """`post`."""
    uri: Annotated[str, Field(max_length=200)]
    """Its address, as the list above says it."""
    body: dict[str, Any]
    """`{"data": {"attributes": …}}`: AccountV1, SubmissionV1, InsuredVehicleV1."""
    vars: list[Var] = []
    """What of its answer later requests may name."""


class Composite(BaseModel):
    """All or nothing, in one transaction; it stops before `quote`. Each body is {"data": {"attributes": …}}.

    1. POST /account/v1/accounts: AccountV1, vars [{"name": "accountId", "path": "$.data.attributes.id"}]
    2. POST /job/v1/submissions: SubmissionV1 with account_id "${accountId}", vars [{"name": "jobId", "path": "$.data.attributes.id"}]
    3. POST /job/v1/jobs/${jobId}/lines/GVOLine/vehicles: InsuredVehicleV1
    """

    model_config = ConfigDict(extra="forbid", strict=True, use_attribute_docstrings=True)
    requests: Annotated[list[SubRequest], Field(min_length=1, max_length=25)]
    """The three, in this order."""
    selections: list[dict[str, Any]] = []
    """None: it is there because Guidewire has it."""


ACCOUNTS = re.compile(r"(?:/rest)?/account/v1/accounts")

SUBMISSIONS = re.compile(r"(?:/rest)?/job/v1/submissions")

VEHICLES = re.compile(r"(?:/rest)?/job/v1/jobs/\$\{(\w+)\}/lines/GVOLine/vehicles")

REFERENCE = re.compile(r"\$\{(\w+)\}")

ID_PATH = "$.data.attributes.id"

PRODUCER = Compiled(lambda: Producer.objects.filter(code=Given("code")))

PRODUCT = Compiled(lambda: Product.objects.filter(code=Given("code")))

Contract = TypeVar("Contract", bound=Words)


@router.post(
    "/composite/v1/composite",
    auth=CallerMay("create_job"),
    summary="Account, submission and vehicle in one",
    openapi_extra=told(
        headers=KEYS,
        answers={200: CompositeResponse},
        refuses=and_also(
            KEY_REQUIRED,
            ONE_ANSWER,
            {
                409: {
                    "already-bound": "The quote of this reference is bought.",
                    "quote-withdrawn": "It was withdrawn.",
                    "quote-expired": "It has expired.",
                },
                422: {
                    "composite-not-supported": "Exactly account, submission and vehicle, in this order, tied by their variables.",
                    "facts-refused": "The facts contradict each other, or the delivery is too long past.",
                },
            },
        ),
    ),
)
def composite(request: HttpRequest, words: Composite) -> Any:
    """A lasting key beside the header's: the same `external_reference` of the same producer is the same job, changed while it is open."""
    caller = caller_of(request)
    account, submission, vehicle = _three_of(words)
    producer = _producer(caller, submission.producer_code)
    product = PRODUCT.first(code=submission.product)
    if product is None:
        _refuse(1, "product", "unknown", _("product\u00a0: ce produit n’existe pas."))
    asked = actions.Submission(
        external_reference=submission.external_reference,
        holder=_holder(account),
        facts=_facts(submission, vehicle),
        declared_level=submission.declared_level,
        declared_months=submission.declared_months,
        seller=_read(1, "seller", submission.seller, parse_name),
        notify=submission.notify,
        words={
            "account": account.model_dump(mode="json"),
            "submission": submission.model_dump(mode="json", exclude={"account_id"}),
            "vehicle": vehicle.model_dump(mode="json"),
        },
    )

    def act() -> Answer:
        job, is_new = actions.submit_job(
            producer, product, asked, client=caller.client, by=caller.name, today=business_today(), now=timezone.now()
        )
        status = 201 if is_new else 200
        bodies = (account_element(job), job_element(job), vehicle_element(job))
        return 200, {"responses": [{"status": status, "body": body} for body in bodies]}

    def stands() -> bool:
        return Job.objects.filter(producer=producer, external_reference=submission.external_reference).exists()

    return once(request, "composite", words.model_dump(mode="json"), act, stands=stands)


def _three_of(words: Composite) -> tuple[AccountV1, SubmissionV1, InsuredVehicleV1]:
    """Exactly the three requests of the contract, tied by their variables."""
    if words.selections or len(words.requests) != 3:
        raise Problem(422, "composite-not-supported", _("Le composite porte exactement account, submission et vehicle."))
    for place, (request, pattern) in enumerate(zip(words.requests, (ACCOUNTS, SUBMISSIONS, VEHICLES), strict=True)):
        if request.method.lower() != "post" or not pattern.fullmatch(request.uri):
            name = "uri" if request.method.lower() == "post" else "method"
            said = _("%(name)s\u00a0: %(method)s %(uri)s n’est pas la requête attendue à cette place.") % {
                "name": name,
                "method": request.method,
                "uri": request.uri,
            }
            raise Problem(
                422, "composite-not-supported", said,
                errors=[{"pointer": f"/requests/{place}/{name}", "code": "unexpected", "message": said}],
            )  # fmt: skip
    account = _attributes(words, 0, AccountV1)
    submission = _attributes(words, 1, SubmissionV1)
    vehicle = _attributes(words, 2, InsuredVehicleV1)
    tied = REFERENCE.fullmatch(submission.account_id)
    if not tied or not _names(words.requests[0], tied[1]):
        _refuse(1, "account_id", "unknown-variable", _("account_id doit être la variable de la requête account."))
    job_variable = VEHICLES.fullmatch(words.requests[2].uri)
    if not job_variable or not _names(words.requests[1], job_variable[1]):
        raise Problem(422, "composite-not-supported", _("L’adresse du véhicule doit porter la variable de la requête submission."))
    if submission.producer_code != account.producer_code:
        _refuse(1, "producer_code", "differs", _("Le producteur de la demande n’est pas celui du compte."))
    return account, submission, vehicle


def _names(request: SubRequest, variable: str) -> bool:
    return any(var.name == variable and var.path == ID_PATH for var in request.vars)


def _attributes(words: Composite, place: int, contract: type[Contract]) -> Contract:
    data = words.requests[place].body.get("data")
    attributes = data.get("attributes") if isinstance(data, dict) else None
    try:
        return contract.model_validate(attributes)
    except ValidationError as refused:
        errors = field_errors([dict(error) for error in refused.errors()])
        for error in errors:
            error["pointer"] = f"{_pointer(place)}{error['pointer'].rstrip('/')}"
        raise guidewire.words_refused(errors) from None


def _pointer(place: int) -> str:
    return f"/requests/{place}/body/data/attributes"


def _refuse(place: int, name: str, code: str, message: str) -> NoReturn:
    raise guidewire.words_refused([{"pointer": f"{_pointer(place)}/{name}", "code": code, "message": message}])


def _producer(caller: Caller, code: str) -> Producer:
    """Another's producer is refused in the words of one that does not exist."""
    found = PRODUCER.first(code=code)
    if found is None or not (caller.everywhere or found.pk in caller.producer_ids):
        _refuse(1, "producer_code", "unknown", _("Ce point de vente n’est pas rattaché à votre compte."))
    if not found.is_active:
        _refuse(1, "producer_code", "suspended", _("Ce point de vente n’est plus actif."))
    return found


def _holder(account: AccountV1) -> dict[str, str]:
    """What the account keeps of its holder, in its written form: the portal's users read and print it."""
    said = {name: str(value) for name, value in account.holder.model_dump(mode="json").items()}
    country = said["country"]
    readers: dict[str, Callable[[str], str]] = {
        "last_name": parse_name, "first_name": parse_name, "city": parse_name, "email": parse_email,
        "phone": partial(_phone, country=country), "mobile": partial(_phone, country=country),
        "postcode": partial(parse_postcode, country=country),
        **dict.fromkeys(("address", "address_2", "address_3"), parse_line),
    }  # fmt: skip
    mandatory = [name for name, field in type(account.holder).model_fields.items() if field.is_required()]
    return said | {name: _read(0, name, said[name], reader, at="holder/", must=name in mandatory) for name, reader in readers.items()}


def _phone(typed: str, *, country: str) -> str:
    """As the holder's country dials it, else as a French number: the hub reads it so too."""
    try:
        return parse_phone(typed, country=country)
    except Unreadable:
        return parse_phone(typed)


def _read(place: int, name: str, typed: str, reader: Callable[[str], str], *, at: str = "", must: bool = False) -> str:
    if not typed and not must:
        return ""
    try:
        return reader(typed)
    except Unreadable as refused:
        _refuse(place, f"{at}{name}", "refused", f"{name}\u00a0: {refused.sentence}")


def _facts(submission: SubmissionV1, vehicle: InsuredVehicleV1) -> dict[str, Any]:
    try:
        vin = parse_vin(vehicle.vin)
    except Unreadable as refused:
        _refuse(2, "vin", "refused", refused.sentence)
    try:
        plate = parse_plate(vehicle.plate)
    except Unreadable as refused:
        _refuse(2, "plate", "refused", refused.sentence)
    said = {name: getattr(vehicle, name) for name in type(vehicle).model_fields}
    return {
        **said, "vin": vin, "plate": plate, "kind": vehicle.kind.value, "fuel": vehicle.fuel.value,
        "delivery_on": submission.delivery_on,
    }  # fmt: skip
