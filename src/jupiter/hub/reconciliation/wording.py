"""The hub's sales as lines to compare: with the dealers' software, and with the insurer. And what each verdict is called."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as lazy

from jupiter.contracts.reconciliation import (
    FACTS,
    DayDigestV1,
    DaysV1,
    JobLineV1,
    KeptSaleV1,
    SaleLineV1,
    facts_sha256,
    sale_words_sha256,
    sha256_of,
)
from jupiter.hub.declarations import rules
from jupiter.hub.declarations import wording as declarations
from jupiter.hub.declarations.actions import COVER, FETCH, NOTICE
from jupiter.hub.declarations.models import Cover, DeclarationVersion, Sale, State
from jupiter.hub.guarantors.registry import GUARANTORS
from jupiter.kit.clock import paris
from jupiter.kit.differences.rules import AT_ONCE, in_batches
from jupiter.kit.differences.screens import Told
from jupiter.kit.transmissions.models import State as Parcel
from jupiter.kit.transmissions.models import Transmission
from jupiter.kit.web.templatetags.kit import euros

from .rules import Verdict

JOB_STATES = {
    Cover.QUOTE_DRAFT: "draft",
    Cover.QUOTED: "quoted",
    Cover.QUOTE_WITHDRAWN: "withdrawn",
    Cover.QUOTE_EXPIRED: "expired",
    Cover.ISSUED: "bound",
}
UNDER_WAY = (Parcel.SENDING, Parcel.ASIDE)


def sale_lines(sales: QuerySet[Sale]) -> Iterator[SaleLineV1]:
    """In order of their coming, without what was withdrawn."""
    known = (
        sales.exclude(state=State.WITHDRAWN)
        .select_related("point_of_sale", "document")
        .defer("document__content")
        .order_by("received_at", "pk")
    )
    for some in in_batches(known.iterator(AT_ONCE)):
        told = Transmission.objects.filter(kind=NOTICE, state=Parcel.SENDING, subject__in=[sale.transmission_subject for sale in some])
        telling = set(told.values_list("subject", flat=True))
        for sale in some:
            yield SaleLineV1(
                reference=sale.reference, owner=sale.point_of_sale.network_code, at=sale.received_at, changed_at=sale.changed_at,
                under_way=sale.transmission_subject in telling, state=str(sale.state), cover=str(sale.cover),
                declaration_number=sale.declaration_number or "", quote_number=sale.quote_number, policy_number=sale.policy_number,
                sequence=sale.sequence, words_sha256=sale_words_sha256(sale.words), document_sha256=_paper(sale),
            )  # fmt: skip


def job_lines(sales: QuerySet[Sale]) -> Iterator[JobLineV1]:
    """What was declared to a guarantor, in order of coming."""
    known = sales.filter(state=State.DECLARED).exclude(cover__in=(Cover.NONE, Cover.NOT_WANTED))
    for some in in_batches(known.select_related("document").defer("document__content").order_by("declared_at", "pk").iterator(AT_ONCE)):
        numbers = [sale.declaration_number for sale in some]
        carried = Transmission.objects.filter(kind__in=(COVER, FETCH), state__in=UNDER_WAY, subject__in=numbers)
        under_way = set(carried.values_list("subject", flat=True))
        versions = {one.sale_id: one for one in DeclarationVersion.objects.filter(sale__in=some).order_by("number")}
        for sale in some:
            if sale.pk in versions:
                yield _job_line(sale, versions[sale.pk], under_way=sale.declaration_number in under_way)


def _job_line(sale: Sale, version: DeclarationVersion, *, under_way: bool) -> JobLineV1:
    said = GUARANTORS[sale.guarantor].as_kept(version.words)
    premium = (sale.quote or {}).get("premium")
    return JobLineV1(
        external_reference=sale.declaration_number or "", owner=said["account"]["producer_code"], at=sale.declared_at or sale.received_at,
        changed_at=sale.changed_at, under_way=under_way, state=JOB_STATES.get(Cover(sale.cover), str(sale.cover)),
        quote_number=sale.quote_number, policy_number=sale.policy_number, premium=Decimal(premium) if premium else None,
        sequence=sale.job_sequence, words_sha256=sha256_of(said), facts_sha256=facts_sha256(_facts(sale, said)),
        document_sha256=_paper(sale),
    )  # fmt: skip


def _facts(sale: Sale, said: dict[str, Any]) -> dict[str, Any]:
    """As the insurer last told them; before it told any, as we declared them."""
    if not sale.job_sequence:
        return {**said["vehicle"], "delivery_on": said["submission"]["delivery_on"]}
    return {theirs: sale.insurer_facts.get(ours) for theirs, ours in declarations.INSURER_FIELDS.items()}


def words_and_facts(number: str) -> dict[str, Any]:
    """What we declared, and what we were told of the car since: to be laid beside the insurer's."""
    sale = Sale.objects.filter(declaration_number=number).first()
    version = DeclarationVersion.objects.filter(sale=sale).order_by("-number").first() if sale else None
    if sale is None or version is None:
        return {}
    said = GUARANTORS[sale.guarantor].as_kept(version.words)
    return said | {"now": as_text(_facts(sale, said))}


def as_text(facts: Mapping[str, Any]) -> dict[str, str]:
    return {name: str(facts.get(name) or "") for name in FACTS}


def _paper(sale: Sale) -> str:
    document = getattr(sale, "document", None)
    return document.sha256 if document and document.is_kept else ""


def by_day(lines: Iterable[SaleLineV1 | JobLineV1]) -> DaysV1:
    found: dict[tuple[date, str], list[SaleLineV1 | JobLineV1]] = defaultdict(list)
    for line in lines:
        found[paris(line.at).date(), line.owner].append(line)
    return DaysV1(days=[DayDigestV1.of(day, owner, theirs) for (day, owner), theirs in sorted(found.items(), key=lambda one: one[0])])


def kept(sale: Sale) -> KeptSaleV1 | None:
    lines = list(sale_lines(Sale.objects.filter(pk=sale.pk)))
    return KeptSaleV1(line=lines[0], words=sale.words, state=declarations.state_of(sale)) if lines else None


VERDICTS: dict[str, Told] = {
    Verdict.NOT_HERE: Told(
        lazy("Absente du Centralisateur"),
        lazy("Le point de vente a cette vente, le Centralisateur n’en a pas trace. Son logiciel la renvoie à son propre rapprochement."),
    ),
    Verdict.NOT_AT_DEALER: Told(
        lazy("Absente du point de vente"),
        lazy("Le Centralisateur a cette vente, le logiciel du point de vente n’en a plus trace. Il la reprend à son propre rapprochement."),
    ),
    Verdict.DEALER_BEHIND: Told(
        lazy("Nouvelles perdues"),
        lazy("Le logiciel du point de vente connaît un état plus ancien que le Centralisateur."),
        lazy("Nouvelles envoyées une fois de plus au point de vente."),
        by_machine=True,
    ),
    Verdict.HUB_BEHIND: Told(
        lazy("Centralisateur en retard"),
        lazy("Le point de vente connaît un état plus récent que le Centralisateur, qui a donc été restauré."),
        lazy("Déclaration rétablie sous son numéro, avec ce que l’assureur en a."),
        by_machine=True,
    ),
    Verdict.DEALER_WORDS: Told(
        lazy("Autres mots"),
        lazy("Le bon de commande et le Centralisateur ne disent pas la même chose\u00a0: une correction s’est perdue, ou l’un des deux a été modifié à la main."),
    ),
    Verdict.NOT_AT_INSURER: Told(
        lazy("Absente chez l’assureur"),
        lazy("La vente est déclarée, l’assureur n’en a pas trace."),
        lazy("Demande de devis renvoyée, sous la même clé."),
        by_machine=True,
    ),
    Verdict.POLICY_LOST: Told(
        lazy("Police absente chez l’assureur"),
        lazy("Le Centralisateur a cette police et son attestation, l’assureur ne l’a plus. Seul l’assureur peut la rétablir, sous le même numéro."),
    ),
    Verdict.LOST_HERE: Told(
        lazy("Perdue au Centralisateur"),
        lazy("Le point de vente et l’assureur ont cette vente, le Centralisateur ne l’a plus. Elle est rétablie dès que le point de vente l’a renvoyée."),
    ),
    Verdict.PHANTOM: Told(
        lazy("Devis que personne n’a demandé"),
        lazy("L’assureur a un devis qui ne suit aucune déclaration connue."),
        lazy("Devis retiré chez l’assureur."),
    ),
    Verdict.NEWS_LOST: Told(
        lazy("Nouvelles de l’assureur perdues"),
        lazy("L’assureur connaît un état plus récent que le Centralisateur."),
        lazy("État repris chez l’assureur."),
        by_machine=True,
    ),
    Verdict.INSURER_BEHIND: Told(
        lazy("Assureur en retard"),
        lazy("L’assureur a un état plus ancien que celui qu’il avait annoncé\u00a0: il a été restauré."),
        lazy("État repris chez l’assureur, tel qu’il est maintenant."),
    ),
    Verdict.INSURER_WORDS: Told(
        lazy("Autres mots chez l’assureur"),
        lazy("L’assureur n’a pas la déclaration telle qu’elle a été faite\u00a0: une correction s’est perdue, ou l’un des deux a été modifié à la main."),
        lazy("Dernière déclaration redite à l’assureur."),
    ),
    Verdict.INSURER_FACTS: Told(
        lazy("Véhicule ou date modifiés sans nouvelles"),
        lazy("L’assureur a d’autres données du véhicule que celles qu’il a annoncées. Voyez avec lui."),
    ),
}  # fmt: skip
FIELDS = {
    "reference": lazy("Référence"), "declaration_number": lazy("Déclaration"), "external_reference": lazy("Déclaration"),
    "owner": lazy("Point de vente"), "state": lazy("État"), "cover": lazy("Garantie"), "quote_number": lazy("Devis"),
    "policy_number": lazy("Police"), "premium": lazy("Prime"), "sequence": lazy("Rang du dernier fait"),
    "words_sha256": lazy("Empreinte des mots"), "facts_sha256": lazy("Empreinte du véhicule"),
    "document_sha256": lazy("Empreinte du document"),
}  # fmt: skip
NAMES = {field.pointer.rsplit("/", 1)[-1]: field.label for field in rules.FIELDS.values() if field.pointer}
JOB_WORDS = {state: cover.label for cover, state in JOB_STATES.items()}


def name_of(pointer: str) -> str:
    return NAMES.get(pointer.rsplit("/", 1)[-1], pointer)


def printed(name: str, value: Any) -> str:
    """A state in the words of our screens: of a sale, or of a quote."""
    if name == "premium":
        return euros(Decimal(value))
    if name == "state":
        return str(dict(State.choices).get(value) or JOB_WORDS.get(value, value))
    return str(dict(Cover.choices).get(value, value)) if name == "cover" else str(value)
