"""A sale in the words of contracts: the whole state that GET, PUT, declare and each notice give."""

from datetime import datetime
from typing import Any

from django.utils.translation import gettext_lazy as lazy

from jupiter.contracts.job_notice import JobStateV1
from jupiter.contracts.sale_state import (
    CoverState,
    DifferenceV1,
    DocumentV1,
    MessageV1,
    MissingV1,
    PolicyV1,
    QuoteV1,
    SaleNoticeV1,
    SaleState,
    SaleStateV1,
    WarningV1,
)
from jupiter.hub.guarantors.registry import GUARANTORS
from jupiter.kit import french
from jupiter.kit.compiled import Compiled, Given
from jupiter.kit.searching import plain, squeezed

from . import rules
from .models import Cover, PolicyDocument, Sale

HUB = "Centralisateur"
SAVED = lazy("La sauvegarde dans le centralisateur a été effectuée avec succès")
CREATED = lazy("La création a été effectuée avec succès (numéro devis\u00a0: {number})")
ON_ITS_WAY = lazy("création du devis en cours")
TO_TAKE_UP = lazy("La création du devis est à reprendre\u00a0: {trouble}")


PAPER = Compiled(lambda: PolicyDocument.objects.filter(sale=Given("sale"), kept_at__isnull=False).defer("content"))


def state_of(sale: Sale) -> SaleStateV1:
    document = document_of(sale)
    return SaleStateV1(
        reference=sale.reference,
        sequence=sale.sequence,
        at=sale.changed_at,
        state=SaleState(sale.state),
        cover=CoverState(sale.cover),
        declaration_number=sale.declaration_number or "",
        guarantor=sale.guarantor,
        point_of_sale=sale.point_of_sale.code,
        messages=messages_of(sale),
        missing=missing_of(sale),
        warnings=[WarningV1(code=doubt.code, message=doubt.message) for doubt in rules.doubts(sale.values)],
        differences=differences_of(sale),
        quote=QuoteV1.model_validate(sale.quote) if sale.quote else None,
        policy=PolicyV1.model_validate(sale.policy) if sale.policy else None,
        document=DocumentV1(
            name=document.name,
            href=f"/api/v1/sales/{sale.reference}/documents/policy",
            sha256=document.sha256,
            size=document.size,
        )
        if document
        else None,
        trouble=sale.trouble,
        happened=sale.happened,
    )


def notice_of(sale: Sale) -> dict[str, Any]:
    return SaleNoticeV1(timestamp=sale.changed_at, data=state_of(sale)).model_dump(mode="json")


def document_of(sale: Sale) -> PolicyDocument | None:
    """Without its bytes; only once they are here. Before there is a policy there is none to ask for."""
    if not sale.policy_number:
        return None
    return PAPER.first(sale=sale.pk)


def messages_of(sale: Sale) -> list[MessageV1]:
    """The two independent messages of a declaration; the second speaks for the guarantor."""
    if not sale.is_declared:
        return []
    messages = [MessageV1(source=HUB, tone="ok", text=str(SAVED))]
    if sale.cover == Cover.NOT_WANTED:
        return messages
    source = GUARANTORS[sale.guarantor].source
    if sale.quote_number:
        return [*messages, MessageV1(source=source, tone="ok", text=str(CREATED).format(number=sale.quote_number))]
    if sale.cover == Cover.ASIDE:
        return [*messages, MessageV1(source=source, tone="warn", text=str(TO_TAKE_UP).format(trouble=sale.trouble))]
    return [*messages, MessageV1(source=source, tone="wait", text=str(ON_ITS_WAY))]


def missing_of(sale: Sale) -> list[MissingV1]:
    if not sale.is_received:
        return []
    names = rules.missing(sale.values, with_warranty=sale.with_warranty)
    return [MissingV1(pointer=pointer_of(name), message=rules.is_mandatory_sentence(name)) for name in names]


def pointer_of(name: str) -> str:
    return rules.FIELDS[name].pointer or f"/warranty/{name}"


def order_values(sale: Sale) -> rules.Values:
    """What the order says, in its written form."""
    if not sale.words:
        return {}
    said = rules.from_words(sale.words)
    with_warranty = not sale.words.get("without_commercial_warranty")
    reading = rules.read(said, ordered_on=None, today=sale.received_on, with_warranty=with_warranty, written=sale.values)
    return {name: value for name, value in reading.values.items() if name in said}


def differences_of(sale: Sale) -> list[DifferenceV1]:
    """Nothing is overwritten silently: order, hub and insurer side by side."""
    order = order_values(sale)
    if not order and not sale.insurer_facts:
        return []
    found = rules.differences(order, sale.values, sale.insurer_facts)
    if not found:
        return []
    changed_at = dict(sale.corrections.order_by("id").values_list("field", "at"))
    return [
        DifferenceV1(
            pointer=pointer_of(difference.name),
            label=rules.FIELDS[difference.name].label,
            order=rules.printed(difference.name, difference.order) or "—",
            theirs=rules.printed(difference.name, difference.theirs) or "—",
            where=difference.where,
            at=_at(sale, difference, changed_at),
        )
        for difference in found
    ]


def _at(sale: Sale, difference: rules.Difference, changed_at: dict[str, datetime]) -> datetime:
    if difference.where == "insurer" and sale.insurer_facts_at:
        return sale.insurer_facts_at
    return changed_at.get(difference.name, sale.changed_at)


INSURER_FIELDS = {
    "vin": "vin",
    "plate": "plate",
    "delivery_on": "delivery_on",
    "mileage_km": "mileage",
    "din_power_hp": "din_power",
    "first_registered_on": "first_registered_on",
    "make": "make",
    "model": "model",
    "months": "months",
}


def insurer_values(job: JobStateV1) -> rules.Values:
    """What the insurer holds, by our field names; what it leaves blank says nothing."""
    facts = job.facts.model_dump(mode="json")
    return {ours: facts[theirs] for theirs, ours in INSURER_FIELDS.items() if facts.get(theirs) not in (None, "")}


def search_text(sale: Sale) -> str:
    values = sale.values
    words = (sale.buyer, sale.vehicle, sale.order_number, sale.reference, sale.declaration_number, sale.quote_number, sale.policy_number)
    numbers = (sale.plate, values.get("vin", ""), sale.reference)
    return " ".join([plain(str(word)) for word in words if word] + [squeezed(str(number)) for number in numbers if number])[:2000]


def warranty_line(values: rules.Values) -> str:
    """SPOTICAR PREMIUM, 12 mois"""
    level, months = values.get("level"), values.get("months")
    return f"{rules.LEVELS[level]}, {months}{french.NO_BREAK}mois" if level and months else ""
