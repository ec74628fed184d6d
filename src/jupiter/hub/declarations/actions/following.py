"""What the guarantor answers and tells: called by tasks in the transaction that settles the transmission, and by its notices."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_noop as _

from jupiter.contracts.job_notice import JobNoticeV1, JobStateV1
from jupiter.contracts.sale_state import QuoteV1
from jupiter.hub.declarations import wording
from jupiter.hub.declarations.models import Cover, PolicyDocument, Sale, State
from jupiter.hub.guarantors.registry import GUARANTORS
from jupiter.kit.compiled import Compiled, Given
from jupiter.kit.inbox.actions import is_new_notice
from jupiter.kit.journal.actions import note
from jupiter.kit.partners import Answer
from jupiter.kit.transmissions.actions import drop_pending, transmit
from jupiter.kit.transmissions.models import State as Parcel
from jupiter.kit.transmissions.models import Transmission
from jupiter.kit.writing import insert, rewrite

from .covering import COVER
from .keeping import held, keep_change, locked

FETCH = "document.fetch"
ANNOUNCED = Compiled(lambda: PolicyDocument.objects.filter(sale=Given("sale")).defer("content"))
DOCUMENT = Compiled(lambda: PolicyDocument.objects.select_for_update().filter(pk=Given("pk")))
NUMBERED = Compiled(lambda: locked().filter(declaration_number=Given("number")))
DECLARED = Compiled(lambda: locked().filter(declaration_number=Given("number"), state=State.DECLARED))


def record_quote(parcel: Transmission, answer: Answer) -> None:
    sale = NUMBERED.get(number=parcel.subject)
    quote = GUARANTORS[sale.guarantor].quote_in(answer)
    if sale.quote_number:
        return  # the guarantor's notice was faster
    sale.quote_number, sale.trouble, sale.refused_fields = quote.number, "", {}
    sale.quote = QuoteV1(number=quote.number, state="draft", link=quote.link, expires_on=quote.expires_on).model_dump(mode="json")
    sale.cover = Cover.QUOTE_DRAFT
    who = GUARANTORS[sale.guarantor].source
    keep_change(sale, _("Devis %(number)s créé") % {"number": quote.number}, who=who, now=timezone.now())
    note(
        "record_quote",
        "sale",
        sale.pk,
        who=f"service:{parcel.partner}",
        owner_id=sale.point_of_sale_id,
        sentence=_("Devis %(number)s créé") % {"number": quote.number},
    )


def record_cover_refusal(parcel: Transmission, reason: str) -> None:
    """Refused, or silent past patience: a person must look. The fields it names are shown on the form."""
    sale = NUMBERED.get(number=parcel.subject)
    if sale.cover != Cover.SENDING:
        return
    last = parcel.attempts.order_by("-id").first()
    sale.refused_fields = GUARANTORS[sale.guarantor].refused_fields(last.answer) if last else {}
    sale.cover, sale.trouble = Cover.ASIDE, reason
    keep_change(
        sale, _("Devis à reprendre\u00a0: %(reason)s") % {"reason": reason}, who=GUARANTORS[sale.guarantor].source, now=timezone.now()
    )


def keep_document(parcel: Transmission, answer: Answer) -> None:
    """The bytes, whose digest the carrier has checked."""
    document = DOCUMENT.get(pk=parcel.words["document_id"])
    if document.is_kept:
        return
    sale = held(document.sale_id)
    document.content, document.kept_at = answer.body, timezone.now()
    rewrite(document, "content", "kept_at")
    sale.trouble = ""
    keep_change(
        sale,
        _("Police %(policy_number)s reçue (%(document)s)") % {"policy_number": sale.policy_number, "document": document.name},
        who=GUARANTORS[sale.guarantor].source,
        now=timezone.now(),
    )


def record_document_trouble(parcel: Transmission, reason: str) -> None:
    document = PolicyDocument.objects.get(pk=parcel.words["document_id"])
    sale = held(document.sale_id)
    sale.trouble = _("Le document de la police est à reprendre\u00a0: %(reason)s") % {"reason": reason}
    keep_change(sale, sale.trouble, who=GUARANTORS[sale.guarantor].source, now=timezone.now())


COVER_OF = {
    "draft": Cover.QUOTE_DRAFT,
    "quoted": Cover.QUOTED,
    "withdrawn": Cover.QUOTE_WITHDRAWN,
    "expired": Cover.QUOTE_EXPIRED,
    "bound": Cover.ISSUED,
    "cancelled": Cover.CANCELLED,
}


@transaction.atomic(savepoint=False)  # of the wall's transaction, which ends with it
def receive_job_notice(sender: str, notice_id: str, notice: JobNoticeV1, *, now: datetime) -> bool:
    """The insurer's state, whole. One that came before has no second effect; an older one is recorded and ignored."""
    if not is_new_notice(sender, notice_id):
        return False
    job = notice.data
    sale = DECLARED.first(number=job.external_reference)
    if sale is None or job.sequence <= sale.job_sequence:
        return False
    _take(sale, job, sender=sender, now=now)
    return True


@transaction.atomic
def take_job_state(job: JobStateV1, *, sender: str, now: datetime) -> None:
    """The same state, asked for instead of told: a notice was lost, or we were restored. It is taken whatever we think we know."""
    sale = DECLARED.first(number=job.external_reference)
    if sale is None:
        return
    _take(sale, job, sender=sender, now=now)
    document = PolicyDocument.objects.filter(sale=sale, kept_at=None).first()
    under_way = Transmission.objects.about(sale.declaration_number).filter(kind=FETCH, state__in=(Parcel.SENDING, Parcel.ASIDE))
    if document and not under_way.exists():
        _fetch(sale, document)


def _take(sale: Sale, job: JobStateV1, *, sender: str, now: datetime) -> None:
    if sale.cover == Cover.ASIDE:  # it did hear us: nothing is to be said again
        drop_pending(sale.declaration_number, kind=COVER)
    facts = wording.insurer_values(job)
    if facts != sale.insurer_facts:
        sale.insurer_facts, sale.insurer_facts_at = facts, job.at
    sale.job_sequence = job.sequence
    sale.quote, sale.quote_number = job.quote.model_dump(mode="json"), job.quote.number
    sale.cover = COVER_OF.get(job.quote.state, Cover(sale.cover))
    sale.trouble, sale.refused_fields = "", {}
    if job.policy:
        sale.policy, sale.policy_number = job.policy.model_dump(mode="json"), job.policy.number
    if job.policy and job.document:
        _announce(sale, job.document.model_dump())
    who = GUARANTORS[sale.guarantor].source
    keep_change(sale, job.happened or f"Devis {job.quote.number}\u00a0: {job.quote.state}", who=who, now=now)
    note(
        "receive_notice", "sale", sale.pk, who=f"service:{sender}", owner_id=sale.point_of_sale_id, sentence=job.happened,
        job_sequence=job.sequence, quote=job.quote.number, quote_state=job.quote.state,
    )  # fmt: skip


def _announce(sale: Sale, said: Mapping[str, Any]) -> None:
    facts = {name: said[name] for name in ("name", "href", "sha256", "size")}
    document = ANNOUNCED.first(sale=sale.pk)
    if document is None:  # nobody else makes one meanwhile: the sale is held
        document = PolicyDocument(sale=sale, **facts)
        insert(document)
    else:
        if document.is_kept or document.sha256 == said["sha256"]:
            return
        PolicyDocument.objects.filter(pk=document.pk).update(**facts)
        document.refresh_from_db(fields=list(facts))
    _fetch(sale, document)


def _fetch(sale: Sale, document: PolicyDocument) -> None:
    transmit(
        FETCH, partner=GUARANTORS[sale.guarantor].partner, subject=sale.declaration_number or "", owner_id=sale.point_of_sale_id,
        words={"document_id": document.pk, "href": document.href, "sha256": document.sha256, "size": document.size},
    )  # fmt: skip
