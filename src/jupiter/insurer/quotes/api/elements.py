"""A job in Guidewire’s words."""

from typing import Any, NotRequired

from typing_extensions import TypedDict

from jupiter.insurer import guidewire
from jupiter.insurer.guidewire import DOCUMENTED, Amount, Collected, Link, Named, Typekey
from jupiter.insurer.products.wording import sentence
from jupiter.insurer.quotes import actions, wording
from jupiter.insurer.quotes.models import GUIDEWIRE_STATES, Job, Offer, State

from .routing import JOBS


@DOCUMENTED
class JobAccount(TypedDict):
    """The buyer at the insurer."""

    id: str
    """Opaque."""
    displayName: str
    """As lists say it: `M. DUPONT DURANT`."""
    accountNumber: str
    """Numéro de compte."""


@DOCUMENTED
class Reason(TypedDict):
    """Why an offer does not fit this car."""

    code: str
    """The rule: `age`, `mileage`, `power`, `kind`, `make`, `fuel`, `no_rate`."""
    message: str
    """A French sentence."""


@DOCUMENTED
class WorksheetLine(TypedDict):
    """The net premium of one part of the cover."""

    coverage: str
    """`GARANTIE`, `ASSISTANCE`, `RELATION_CLIENT`."""
    label: str
    """In French."""
    tax_kind: str
    """Which tax it bears: `insurance` or `service`."""
    net: str
    """Euros before tax: `158.95`."""


@DOCUMENTED
class WorksheetTax(TypedDict):
    """One tax, on the sum of the lines that bear it."""

    kind: str
    """`insurance` or `service`."""
    percent: str
    """Its rate on the day of pricing."""
    base: str
    """Euros it was taken of."""
    amount: str
    """Euros, rounded half up, once."""


@DOCUMENTED
class Worksheet(TypedDict):
    """How the price came about; frozen with it."""

    lines: list[WorksheetLine]
    """Part by part."""
    taxes: list[WorksheetTax]
    """Kind by kind."""
    net: str
    """Euros before tax."""
    tax: str
    """Euros."""
    gross: str
    """Euros TTC: net + tax."""


@DOCUMENTED
class OfferWords(TypedDict):
    """A product and a duration, priced for this car, or refused with its reasons."""

    offering: str
    """Its code, for PATCH."""
    name: str
    """As screens say it: `GVO Premium 7 / 150`."""
    months: int
    """Duration."""
    waitingMonths: int
    """Période de carence, in months."""
    declared: bool
    """The level and duration that the declaration asked for."""
    eligible: bool
    """Whether it may be bought for this car."""
    price: Amount | None
    """TTC; null when it does not fit."""
    net: Amount | None
    """Before tax."""
    tax: Amount | None
    """The taxes."""
    worksheet: Worksheet | None
    """How the price came about; null when it does not fit."""
    startsOn: str
    """First covered day, YYYY-MM-DD."""
    endsOn: str
    """Half-open: cover ends as this day begins."""
    reasons: list[Reason]
    """Why it does not fit; empty when it does."""


@DOCUMENTED
class JobPolicy(TypedDict):
    """The policy a job became."""

    id: str
    """For the addresses of the policy."""
    policyNumber: str
    """Numéro de police: ten digits."""


@DOCUMENTED
class JobAttributes(TypedDict):
    """A job (« devis »)."""

    id: str
    """`pc:…`, opaque."""
    jobNumber: str
    """Numéro de devis: ten digits."""
    jobType: Typekey
    """Always `Submission`."""
    jobStatus: Typekey
    """`Draft`, `Quoted`, `Bound`, `Withdrawn` or `Expired`."""
    externalReference: str
    """The hub's declaration number, `SP…`."""
    producerCode: str
    """Of the point of sale: six digits and a letter."""
    product: Named
    """GVO France."""
    account: JobAccount
    """The buyer."""
    createdDate: str
    """YYYY-MM-DD."""
    expirationDate: str
    """The last day on which it can be bought, YYYY-MM-DD."""
    jobEffectiveDate: str
    """Date of delivery, YYYY-MM-DD."""
    selectedOffer: OfferWords | None
    """The declared offer once priced, where it fits, or the one chosen by PATCH."""
    totalPremium: Amount | None
    """Prime TTC of the selected offer."""
    policy: JobPolicy | None
    """Once bought."""
    policyNumber: str | None
    """Once bought: ten digits."""
    link: str
    """Of the quote's screen; a person logs in there."""
    offers: NotRequired[list[OfferWords]]
    """All of the tariff, the declared first; where one job is asked for."""


@DOCUMENTED
class JobData(TypedDict):
    """The element."""

    attributes: JobAttributes
    """What it is."""
    checksum: str
    """Of this version: may be sent back to be refused when it has changed meanwhile."""
    links: dict[str, Link]
    """`self`, and while they are allowed `quote`, `withdraw`, `bind-and-issue`; `policy` once bought."""


@DOCUMENTED
class JobResponse(TypedDict):
    """One job."""

    data: JobData
    """The job."""


@DOCUMENTED
class JobsResponse(TypedDict):
    """Jobs, newest first, 100 at most."""

    count: int
    """How many are in `data`."""
    data: list[JobData]
    """The jobs, without their offers."""
    links: Collected
    """The address of this answer."""


@DOCUMENTED
class SubResponse(TypedDict):
    """The answer to one request of the composite."""

    status: int
    """201 the first time, 200 when the reference was known."""
    body: dict[str, Any]
    """`{"data": {"attributes": …}}`: of the account `id`, `accountNumber`; of the submission a job; of the vehicle `vin`, `licensePlate`."""


@DOCUMENTED
class CompositeResponse(TypedDict):
    """Answers in the order of the requests: account, submission, vehicle."""

    responses: list[SubResponse]
    """The three."""


def job_element(job: Job, *, with_offers: bool = False) -> dict[str, Any]:
    here = f"{JOBS}/{job.public_id}"
    attributes: JobAttributes = {
        "id": job.public_id,
        "jobNumber": job.number,
        "jobType": guidewire.typekey("Submission", "Souscription"),
        "jobStatus": guidewire.typekey(GUIDEWIRE_STATES[job.state], State(job.state).label),
        "externalReference": job.external_reference,
        "producerCode": job.producer.code,
        "product": {"id": job.product.code, "displayName": job.product.name},
        "account": {"id": job.account.public_id, "displayName": job.account.list_name, "accountNumber": job.account.number},
        "createdDate": job.created_on.isoformat(),
        "expirationDate": job.expires_on.isoformat(),
        "jobEffectiveDate": job.delivery_on.isoformat(),
        "selectedOffer": _offer_words(job.offer) if job.offer else None,
        "totalPremium": guidewire.euros_if_any(job.premium),
        "policy": {"id": job.policy.number, "policyNumber": job.policy.number} if job.policy else None,
        "policyNumber": job.policy.number if job.policy else None,
        "link": wording.link_to(job),
    }
    if with_offers:
        attributes["offers"] = [_offer_words(offer) for offer in job.all_offers]
    links = {"self": (here, "get")}
    links |= {name: (f"{here}/{name}", "post") for name, move in (("quote", "quote"), ("withdraw", "withdraw")) if job.allows(move)}
    if job.allows("bind") and job.offer_id:
        links["bind-and-issue"] = (f"{here}/bind-and-issue", "post")
    if job.policy:
        links["policy"] = (f"/rest/policy/v1/policies/{job.policy.number}", "get")
    return guidewire.element(attributes, checksum=str(job.version), links=links)


def _offer_words(offer: Offer) -> OfferWords:
    return {
        "offering": offer.offering.code,
        "name": offer.name,
        "months": offer.months,
        "waitingMonths": offer.waiting_months,
        "declared": offer.is_declared,
        "eligible": offer.is_eligible,
        "price": guidewire.euros_if_any(offer.gross),
        "net": guidewire.euros_if_any(offer.net),
        "tax": guidewire.euros_if_any(offer.tax),
        "worksheet": offer.worksheet,
        "startsOn": offer.starts_on.isoformat(),
        "endsOn": offer.ends_on.isoformat(),
        "reasons": [{"code": reason.rule, "message": sentence(reason)} for reason in actions.refusals_of(offer)],
    }


def account_element(job: Job) -> dict[str, Any]:
    account = job.account
    holder = {"displayName": account.list_name}
    return guidewire.element({"id": account.public_id, "accountNumber": account.number, "accountHolder": holder}, checksum="1")


def vehicle_element(job: Job) -> dict[str, Any]:
    return guidewire.element({"id": f"{job.public_id}:1", "vin": job.vin, "licensePlate": job.plate}, checksum=str(job.version))
