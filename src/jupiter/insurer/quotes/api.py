"""Quotes by API: the hub's composite, then what a seller does on screens. A subset of Guidewire's job API."""

import re
from collections.abc import Callable
from typing import Annotated, Any, NoReturn, TypeVar, cast

from django.http import HttpRequest
from django.utils import timezone
from ninja import Path, Query, Router, Status
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from jupiter.contracts.base import Months, ShortText, Words
from jupiter.contracts.insurance_job import AccountV1, InsuredVehicleV1, SubmissionV1
from jupiter.insurer import guidewire
from jupiter.insurer.policies.rules import VinAlreadyCovered
from jupiter.insurer.producers.access import CallerMay
from jupiter.insurer.producers.models import Caller, Producer
from jupiter.insurer.products.models import Product
from jupiter.insurer.products.wording import sentence
from jupiter.kit.api import Problem, field_errors, idempotency_key, not_found
from jupiter.kit.clock import business_today
from jupiter.kit.french import Unreadable, parse_plate, parse_vin
from jupiter.kit.inbox.actions import KeyUsedForOtherWords, StillRunning, answer_once
from jupiter.kit.workflow import MoveRefused

from . import actions, wording
from .models import GUIDEWIRE_STATES, Job, Offer
from .rules import (
    DRAFT,
    EditedMeanwhile,
    FactsRefused,
    NothingChosen,
    OfferRefused,
    ProducerSuspended,
    QuoteClosed,
    QuoteOverdue,
)

router = Router(tags=["jobs"])
JOBS = "/rest/job/v1/jobs"
JobId = Annotated[str, Path(description="`pc:…` as the composite answered it, or the ten digits of the devis")]


# The composite: account, submission, vehicle


class Var(Words):
    name: ShortText
    path: ShortText


class SubRequest(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)
    method: ShortText
    uri: Annotated[str, Field(max_length=200)]
    body: dict[str, Any]
    vars: list[Var] = []


class Composite(BaseModel):
    """All or nothing, in one transaction; it stops before `quote`. Each body is {"data": {"attributes": …}}.

    1. POST /account/v1/accounts: AccountV1, vars [{"name": "accountId", "path": "$.data.attributes.id"}]
    2. POST /job/v1/submissions: SubmissionV1 with account_id "${accountId}", vars [{"name": "jobId", "path": "$.data.attributes.id"}]
    3. POST /job/v1/jobs/${jobId}/lines/GVOLine/vehicles: InsuredVehicleV1
    """

    model_config = ConfigDict(extra="forbid", strict=True)
    requests: Annotated[list[SubRequest], Field(min_length=1, max_length=25)]
    selections: list[dict[str, Any]] = []


ACCOUNTS = re.compile(r"(?:/rest)?/account/v1/accounts")
SUBMISSIONS = re.compile(r"(?:/rest)?/job/v1/submissions")
VEHICLES = re.compile(r"(?:/rest)?/job/v1/jobs/\$\{(\w+)\}/lines/GVOLine/vehicles")
REFERENCE = re.compile(r"\$\{(\w+)\}")
ID_PATH = "$.data.attributes.id"
Contract = TypeVar("Contract", bound=Words)


@router.post("/composite/v1/composite", auth=CallerMay("create_job"), summary="Account, submission and vehicle in one")
def composite(request: HttpRequest, words: Composite) -> Any:
    caller = caller_of(request)
    key = idempotency_key(request)
    account, submission, vehicle = _three_of(words)
    producer = _producer(caller, submission.producer_code)
    product = Product.objects.filter(code=submission.product).first()
    if product is None:
        _refuse(1, "product", "unknown", "Ce produit n’existe pas.")
    asked = actions.Submission(
        external_reference=submission.external_reference,
        holder={name: str(value) for name, value in account.holder.model_dump(mode="json").items()},
        facts=_facts(submission, vehicle),
        declared_level=submission.declared_level,
        declared_months=submission.declared_months,
        seller=submission.seller,
        notify=submission.notify,
        words={
            "account": account.model_dump(mode="json"),
            "submission": submission.model_dump(mode="json", exclude={"account_id"}),
            "vehicle": vehicle.model_dump(mode="json"),
        },
    )

    def act() -> tuple[int, dict[str, Any]]:
        job, is_new = actions.submit_job(
            producer, product, asked, client=caller.client, by=caller.name, today=business_today(), now=timezone.now()
        )
        status = 201 if is_new else 200
        bodies = (_account_element(job), job_element(job), _vehicle_element(job))
        return 200, {"responses": [{"status": status, "body": body} for body in bodies]}

    return once(caller, key, "composite", words.model_dump(mode="json"), act)


def _three_of(words: Composite) -> tuple[AccountV1, SubmissionV1, InsuredVehicleV1]:
    """Exactly the three requests of the contract, tied by their variables."""
    if words.selections or len(words.requests) != 3:
        raise Problem(422, "composite-not-supported", "Le composite porte exactement account, submission et vehicle.")
    for place, (request, pattern) in enumerate(zip(words.requests, (ACCOUNTS, SUBMISSIONS, VEHICLES), strict=True)):
        if request.method.lower() != "post" or not pattern.fullmatch(request.uri):
            said = f"{request.method} {request.uri} n’est pas la requête attendue à cette place."
            raise Problem(
                422, "composite-not-supported", said,
                errors=[{"pointer": f"/requests/{place}/uri", "code": "unexpected", "message": said}],
            )  # fmt: skip
    account = _attributes(words, 0, AccountV1)
    submission = _attributes(words, 1, SubmissionV1)
    vehicle = _attributes(words, 2, InsuredVehicleV1)
    tied = REFERENCE.fullmatch(submission.account_id)
    if not tied or not _names(words.requests[0], tied[1]):
        _refuse(1, "account_id", "unknown-variable", "account_id doit être la variable de la requête account.")
    job_variable = VEHICLES.fullmatch(words.requests[2].uri)
    if not job_variable or not _names(words.requests[1], job_variable[1]):
        raise Problem(422, "composite-not-supported", "L’adresse du véhicule doit porter la variable de la requête submission.")
    if submission.producer_code != account.producer_code:
        _refuse(1, "producer_code", "differs", "Le producteur de la demande n’est pas celui du compte.")
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
    found = Producer.objects.filter(code=code).first()
    if found is None or not (caller.everywhere or found.pk in caller.producer_ids):
        _refuse(1, "producer_code", "unknown", "Ce point de vente n’est pas rattaché à votre compte.")
    if not found.is_active:
        _refuse(1, "producer_code", "suspended", "Ce point de vente n’est plus actif.")
    return found


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


# One job


class Choice(Words):
    offering: ShortText
    months: Months


class ChoiceData(Words):
    attributes: Choice
    checksum: ShortText | None = None


class ChoiceBody(Words):
    data: ChoiceData


@router.get("/job/v1/jobs", auth=CallerMay("read_job"), summary="Jobs by externalReference or jobNumber")
def find_jobs(request: HttpRequest, filter: Annotated[list[str], Query(description="externalReference:eq:SP…")]) -> Any:  # noqa: A002
    found = Job.within(caller_of(request)).with_names()
    columns = {"externalReference": "external_reference", "jobNumber": "number"}
    for condition in filter:
        name, _, rest = condition.partition(":")
        operator, _, value = rest.partition(":")
        if name not in columns or operator != "eq":
            raise Problem(400, "filter-not-supported", "Filtres\u00a0: externalReference:eq:… ou jobNumber:eq:…")
        found = found.filter(**{columns[name]: value.replace("\x00", "")})
    return guidewire.collection([job_element(job) for job in found.order_by("-pk")[:100]], path=request.get_full_path())


@router.get("/job/v1/jobs/{job_id}", auth=CallerMay("read_job"), summary="One job, with its offers")
def read_job(request: HttpRequest, job_id: JobId) -> Any:
    return job_element(_job(request, job_id), with_offers=True)


@router.post("/job/v1/jobs/{job_id}/quote", auth=CallerMay("quote_job"), summary="Price it: offers, eligibility, reasons")
def quote_job(request: HttpRequest, job_id: JobId) -> Any:
    job = _job(request, job_id)
    _refuse_stale(request, job)
    try:
        job = actions.price_job(job, by=caller_of(request).name, today=business_today(), now=timezone.now())
    except QuoteClosed as refused:  # as Guidewire says it: the action is bad input in this state
        status = GUIDEWIRE_STATES[refused.state]
        said = f"status is '{status}' but must be in one of the following statuses: Draft, Quoted."
        error = {"pointer": "/jobStatus", "code": refused.state, "message": said}
        raise Problem(400, problem_of(refused).code, wording.said_of(refused), errors=[error]) from None
    return job_element(job, with_offers=True)


@router.patch("/job/v1/jobs/{job_id}", auth=CallerMay("choose_offer"), summary="Choose one of its offers")
def choose_offer(request: HttpRequest, job_id: JobId, words: ChoiceBody) -> Any:
    job, choice = _job(request, job_id), words.data.attributes
    _refuse_stale(request, job, words.data.checksum)
    job = actions.choose_offer(
        job, offering=choice.offering, months=choice.months, by=caller_of(request).name, today=business_today(),
        now=timezone.now(),
    )  # fmt: skip
    return job_element(job, with_offers=True)


@router.post("/job/v1/jobs/{job_id}/bind-and-issue", auth=CallerMay("bind_job"), summary="Buy it: one policy, whatever is repeated")
def bind_and_issue(request: HttpRequest, job_id: JobId) -> Any:
    caller, job = caller_of(request), _job(request, job_id)
    key = idempotency_key(request)
    _refuse_stale(request, job)

    def act() -> tuple[int, dict[str, Any]]:
        actions.buy_job(job, by=caller.name, today=business_today(), now=timezone.now())
        return 200, job_element(_job(request, job_id), with_offers=True)

    return once(caller, key, "bind-and-issue", {"job": job.number}, act)


@router.post("/job/v1/jobs/{job_id}/withdraw", auth=CallerMay("withdraw_job"), summary="Supprimer le devis")
def withdraw(request: HttpRequest, job_id: JobId) -> Any:
    job = _job(request, job_id)
    _refuse_stale(request, job)
    return job_element(actions.withdraw_job(job, by=caller_of(request).client.name, now=timezone.now()))


def caller_of(request: HttpRequest) -> Caller:
    return cast(Caller, request.auth)  # type: ignore[attr-defined]


def once(caller: Caller, key: str, route: str, words: object, act: Callable[[], tuple[int, dict[str, Any]]]) -> Any:
    try:
        status, body = answer_once(caller.key, key, route, words, act)
    except KeyUsedForOtherWords:
        raise Problem(422, "idempotency-key-reused", "Cette Idempotency-Key a déjà servi pour autre chose.") from None
    except StillRunning:
        raise Problem(
            409, "still-running", "La même demande est en cours\u00a0: réessayez dans un instant.", headers={"Retry-After": "1"}
        ) from None
    return Status(status, body)


def _job(request: HttpRequest, job_id: str) -> Job:
    """By its id or its number; another's is as unknown as one that never was."""
    jobs = Job.within(caller_of(request)).with_names()
    if re.fullmatch(r"pc:[0-9a-f]{32}", job_id):
        job = jobs.filter(uid=job_id.removeprefix("pc:")).first()
    elif re.fullmatch(r"[0-9]{10}", job_id):
        job = jobs.filter(number=job_id).first()
    else:
        job = None
    if job is None:
        raise not_found()
    return job


def _refuse_stale(request: HttpRequest, job: Job, given: str | None = None) -> None:
    """A checksum is optional; given, in the body or as GW-Checksum or If-Match, it must be the current one."""
    said = given or request.headers.get("GW-Checksum") or request.headers.get("If-Match", "").strip('"')
    if said and said != str(job.version):
        raise Problem(409, "stale-checksum", f"La version fournie ({said}) n’est pas la version actuelle ({job.version}).")


# Words


def job_element(job: Job, *, with_offers: bool = False) -> dict[str, Any]:
    here = f"{JOBS}/{job.public_id}"
    attributes: dict[str, Any] = {
        "id": job.public_id,
        "jobNumber": job.number,
        "jobType": guidewire.typekey("Submission", "Souscription"),
        "jobStatus": guidewire.typekey(GUIDEWIRE_STATES[job.state], job.get_state_display()),
        "externalReference": job.external_reference,
        "producerCode": job.producer.code,
        "product": {"id": job.product.code, "displayName": job.product.name},
        "account": {"id": job.account.public_id, "displayName": job.account.list_name, "accountNumber": job.account.number},
        "createdDate": job.created_on.isoformat(),
        "expirationDate": job.expires_on.isoformat(),
        "jobEffectiveDate": job.delivery_on.isoformat(),
        "selectedOffer": _offer_words(job.offer) if job.offer else None,
        "totalPremium": guidewire.euros(job.premium),
        "policy": {"id": job.policy.number, "policyNumber": job.policy.number} if job.policy else None,
        "policyNumber": job.policy.number if job.policy else None,
        "link": wording.link_to(job),
    }
    if with_offers:
        attributes["offers"] = [_offer_words(offer) for offer in job.offers.select_related("offering")]
    links = {"self": (here, "get")}
    links |= {name: (f"{here}/{name}", "post") for name, move in (("quote", "quote"), ("withdraw", "withdraw")) if job.allows(move)}
    if job.allows("bind") and job.offer_id:
        links["bind-and-issue"] = (f"{here}/bind-and-issue", "post")
    if job.policy:
        links["policy"] = (f"/rest/policy/v1/policies/{job.policy.number}", "get")
    return guidewire.element(attributes, checksum=str(job.version), links=links)


def _offer_words(offer: Offer) -> dict[str, Any]:
    return {
        "offering": offer.offering.code,
        "name": offer.name,
        "months": offer.months,
        "waitingMonths": offer.waiting_months,
        "declared": offer.is_declared,
        "eligible": offer.is_eligible,
        "price": guidewire.euros(offer.gross),
        "net": guidewire.euros(offer.net),
        "tax": guidewire.euros(offer.tax),
        "worksheet": offer.worksheet,
        "startsOn": offer.starts_on.isoformat(),
        "endsOn": offer.ends_on.isoformat(),
        "reasons": [{"code": reason.rule, "message": sentence(reason)} for reason in actions.refusals_of(offer)],
    }


def _account_element(job: Job) -> dict[str, Any]:
    account = job.account
    holder = {"displayName": account.list_name}
    return guidewire.element({"id": account.public_id, "accountNumber": account.number, "accountHolder": holder}, checksum="1")


def _vehicle_element(job: Job) -> dict[str, Any]:
    return guidewire.element({"id": f"{job.public_id}:1", "vin": job.vin, "licensePlate": job.plate}, checksum=str(job.version))


# Refusals


def problem_of(refused: Exception) -> Problem:
    said = wording.said_of(refused)
    match refused:
        case QuoteClosed(state="bound"):
            return Problem(409, "already-bound", said)
        case QuoteClosed(state=state):
            return Problem(409, f"quote-{state}", said)
        case QuoteOverdue():
            return Problem(409, "quote-expired", said)
        case EditedMeanwhile():
            return Problem(409, "stale-checksum", said)
        case FactsRefused(refused=facts):
            errors = [{"pointer": f"/{name}", "code": refusal.rule, "message": sentence(refusal)} for name, refusal in facts.items()]
            return Problem(422, "facts-refused", said, errors=errors)
        case OfferRefused(reasons=reasons):
            errors = [{"pointer": "/offering", "code": reason.rule, "message": sentence(reason)} for reason in reasons]
            return Problem(422, "offer-refused", said, errors=errors)
        case NothingChosen():
            return Problem(409, "no-offer-chosen", said)
        case ProducerSuspended():
            return Problem(409, "producer-suspended", said)
        case VinAlreadyCovered():
            return Problem(409, "vin-already-covered", said)
        case MoveRefused(state=state):
            return Problem(409, "not-quoted" if state == DRAFT else "quote-closed", said)
    raise TypeError(type(refused))
