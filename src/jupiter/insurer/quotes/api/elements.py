"""A job in Guidewire’s words."""

from typing import Any

from jupiter.insurer import guidewire
from jupiter.insurer.products.wording import sentence
from jupiter.insurer.quotes import actions, wording
from jupiter.insurer.quotes.models import GUIDEWIRE_STATES, Job, Offer

from .routing import JOBS


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


def account_element(job: Job) -> dict[str, Any]:
    account = job.account
    holder = {"displayName": account.list_name}
    return guidewire.element({"id": account.public_id, "accountNumber": account.number, "accountHolder": holder}, checksum="1")


def vehicle_element(job: Job) -> dict[str, Any]:
    return guidewire.element({"id": f"{job.public_id}:1", "vin": job.vin, "licensePlate": job.plate}, checksum=str(job.version))
