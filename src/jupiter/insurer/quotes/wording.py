"""A quote in the words of the contracts: what the hub is told, what its answers say."""

from datetime import datetime
from decimal import Decimal

from django.conf import settings
from django.utils.translation import gettext as _

from jupiter.contracts.insurance_job import JobFactsV1
from jupiter.contracts.job_notice import JobNoticeV1, JobStateV1
from jupiter.contracts.sale_state import DocumentV1, PolicyV1, QuoteV1
from jupiter.insurer.policies.models import Document, Policy
from jupiter.insurer.policies.rules import VinAlreadyCovered
from jupiter.insurer.products.wording import sentence
from jupiter.kit.french import printed_date
from jupiter.kit.workflow import MoveRefused

from .models import Job, State
from .rules import (
    EditedMeanwhile,
    FactsRefused,
    NothingChosen,
    OfferRefused,
    ProducerSuspended,
    QuoteClosed,
    QuoteOverdue,
)

Refused = (
    QuoteClosed, QuoteOverdue, EditedMeanwhile, FactsRefused, OfferRefused, NothingChosen, ProducerSuspended,
    VinAlreadyCovered, MoveRefused,
)  # fmt: skip


def said_of(refused: Exception) -> str:
    """The sentence for a person: what stands in the way, and what to do."""
    match refused:
        case QuoteClosed(number=number, state=State.BOUND):
            return _("Le devis %(number)s est déjà souscrit\u00a0: il ne change plus") % {"number": number}
        case QuoteClosed(number=number, state=State.WITHDRAWN):
            return _("Le devis %(number)s est retiré\u00a0: il ne change plus") % {"number": number}
        case QuoteClosed(number=number):
            return _("Devis expiré\u00a0: le devis %(number)s ne change plus. Déclarez la vente à nouveau") % {"number": number}
        case QuoteOverdue(number=number, expired_on=day):
            said = {"number": number, "day": printed_date(day)}
            return _("Devis expiré\u00a0: le devis %(number)s pouvait être acheté jusqu’au %(day)s") % said
        case EditedMeanwhile(number=number, happened=happened):
            said = {"number": number, "happened": happened}
            return _("Le devis %(number)s a changé depuis l’ouverture de cette page (%(happened)s)") % said
        case FactsRefused(refused=facts):
            return ". ".join(sentence(refusal) for refusal in facts.values())
        case OfferRefused(name=name, reasons=reasons):
            why = " ; ".join(sentence(reason) for reason in reasons) or _("absente du tarif de ce devis")
            return _("Offre %(name)s\u00a0: %(why)s") % {"name": name, "why": why}
        case NothingChosen():
            return _("Choisissez d’abord une offre")
        case ProducerSuspended():
            return _("Le point de vente n’est plus actif\u00a0: la souscription est refusée")
        case VinAlreadyCovered(vin=vin):
            return _("Une garantie existe déjà pour ce véhicule (VIN %(vin)s). Demandez d’abord l’annulation du contrat existant") % {
                "vin": vin
            }
        case MoveRefused():
            return _("Le devis est en ébauche\u00a0: établissez d’abord son prix")
    raise TypeError(type(refused))


def link_to(job: Job) -> str:
    """Of the portal's page: opened by a person who logs in there."""
    return f"{settings.PUBLIC_URL.rstrip('/')}/devis/{job.number}/"


def document_path(policy_number: str, sequence: int) -> str:
    return f"/rest/policy/v1/policies/{policy_number}/documents/{sequence}/content"


def notice(job: Job, *, happened: str, at: datetime, document: Document | None) -> JobNoticeV1:
    """The whole state, each time."""
    return JobNoticeV1(timestamp=at, data=state_of(job, happened=happened, at=at, document=document))


def state_of(job: Job, *, happened: str, at: datetime, document: Document | None) -> JobStateV1:
    policy = job.policy
    return JobStateV1(
        external_reference=job.external_reference,
        producer_code=job.producer.code,
        sequence=job.sequence,
        at=at,
        happened=happened,
        quote=QuoteV1(
            number=job.number,
            state=str(job.state),
            expires_on=job.expires_on,
            premium=job.premium,
            product=job.offer.name if job.offer else "",
            link=link_to(job),
        ),
        facts=facts_of(job),
        policy=policy_words(policy) if policy else None,
        document=document_words(policy.number, document) if policy and document else None,
    )


def facts_of(job: Job) -> JobFactsV1:
    return JobFactsV1(
        vin=job.vin, plate=job.plate, delivery_on=job.delivery_on, mileage_km=job.mileage_km,
        din_power_hp=job.din_power_hp, first_registered_on=job.first_registered_on, make=job.make, model=job.model,
        months=job.offer.months if job.offer else None, premium=job.premium,
    )  # fmt: skip


def policy_words(policy: Policy) -> PolicyV1:
    return PolicyV1(
        number=policy.number, product=policy.product_name, months=policy.months, starts_on=policy.starts_on,
        ends_on=policy.ends_on, premium=Decimal(policy.gross), issued_on=policy.issued_on,
    )  # fmt: skip


def document_words(policy_number: str, document: Document) -> DocumentV1:
    return DocumentV1(name=document.name, href=document_path(policy_number, document.sequence), sha256=document.sha256, size=document.size)
