"""Our orders' sales as lines to compare, and what each verdict is called."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from datetime import date
from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from jupiter.contracts.reconciliation import DayDigestV1, DaysV1, SaleLineV1, sale_words_sha256
from jupiter.dealer.declarations.actions import DOCUMENT_FETCH, SALE_DELETE, SALE_PUT
from jupiter.dealer.declarations.models import CoverState, SaleAtHub, State
from jupiter.kit.clock import paris
from jupiter.kit.differences.rules import AT_ONCE, in_batches
from jupiter.kit.differences.screens import Told
from jupiter.kit.transmissions.models import State as Parcel
from jupiter.kit.transmissions.models import Transmission

from .rules import Verdict

UNDER_WAY = (Parcel.SENDING, Parcel.ASIDE)


def lines_of(sales: QuerySet[SaleAtHub]) -> Iterator[SaleLineV1]:
    """In order of their coming, without what was withdrawn."""
    known = (
        sales.exclude(state=State.WITHDRAWN)
        .select_related("order__site", "document")
        .defer("document__content")
        .order_by("created_at", "pk")
    )
    for some in in_batches(known.iterator(AT_ONCE)):
        subjects = [str(sale.reference) for sale in some]
        parcels = Transmission.objects.filter(subject__in=subjects)
        carried = parcels.filter(kind__in=(SALE_PUT, SALE_DELETE, DOCUMENT_FETCH), state__in=UNDER_WAY)
        under_way = set(carried.values_list("subject", flat=True))
        said = dict(parcels.filter(kind=SALE_PUT, state=Parcel.DELIVERED).order_by("pk").values_list("subject", "words"))  # the last one
        for sale in some:
            words = said.get(str(sale.reference))
            yield SaleLineV1(
                reference=str(sale.reference), owner=sale.order.site.network_code, at=sale.created_at, changed_at=sale.updated_at,
                under_way=str(sale.reference) in under_way, state=str(sale.state), cover=str(sale.cover_state),
                declaration_number=sale.declaration_number, quote_number=sale.quote_number, policy_number=sale.policy_number,
                sequence=sale.sequence, words_sha256=sale_words_sha256(words or {}), document_sha256=_paper(sale),
            )  # fmt: skip


def _paper(sale: SaleAtHub) -> str:
    document = getattr(sale, "document", None)
    return document.sha256 if document else ""


def by_day(lines: Iterable[SaleLineV1]) -> DaysV1:
    found: dict[tuple[date, str], list[SaleLineV1]] = defaultdict(list)
    for line in lines:
        found[paris(line.at).date(), line.owner].append(line)
    return DaysV1(days=[DayDigestV1.of(day, owner, theirs) for (day, owner), theirs in sorted(found.items(), key=lambda one: one[0])])


VERDICTS: dict[str, Told] = {
    Verdict.NOT_AT_HUB: Told(
        _("Absente du Centralisateur"),
        _("Le bon est clôturé et envoyé, le Centralisateur n’a plus trace de la vente."),
        _("Vente renvoyée, mêmes mots, même clé."),
        by_machine=True,
    ),
    Verdict.NOT_HERE: Told(
        _("Suivi perdu"),
        _("Le Centralisateur a cette vente, et Jupiter ne sait plus ce qu’elle est devenue."),
        _("État repris au Centralisateur."),
        by_machine=True,
    ),
    Verdict.NO_ORDER: Told(
        _("Bon absent de Jupiter"),
        _(
            "Le Centralisateur a cette vente, aucun bon ne porte sa référence ici\u00a0: une restauration a pu l’effacer. "
            "Réparer reprend le bon sous son numéro, en cours\u00a0: vous le complétez et le clôturez. Sinon, faites annuler la vente."
        ),
        _("Bon repris d’après le Centralisateur, en cours\u00a0: à compléter et à clôturer."),
    ),
    Verdict.NOT_WITHDRAWN: Told(
        _("Retrait perdu"),
        _("La vente est retirée ici, le Centralisateur l’a toujours."),
        _("Retrait renvoyé au Centralisateur."),
        by_machine=True,
    ),
    Verdict.BEHIND: Told(
        _("Nouvelles perdues"),
        _("Le Centralisateur connaît un état que Jupiter n’a pas reçu."),
        _("État repris au Centralisateur."),
        by_machine=True,
    ),
    Verdict.HUB_BEHIND: Told(
        _("Centralisateur en retard"),
        _("Jupiter connaît un état plus récent que le Centralisateur, qui a donc été restauré. Il rétablit la vente de son côté."),
    ),
    Verdict.WORDS: Told(
        _("Autres mots"),
        _("Le bon et le Centralisateur ne disent pas la même chose\u00a0: une correction s’est perdue, ou l’un des deux a été modifié à la main."),
        _("Bon redit au Centralisateur tel qu’il a été envoyé\u00a0; une vente déclarée n’y change plus."),
    ),
}  # fmt: skip
FIELDS: dict[str, Any] = {
    "reference": _("Référence"), "declaration_number": _("Déclaration"), "owner": _("Code RRD1"), "state": _("État"),
    "cover": _("Garantie"), "quote_number": _("Devis"), "policy_number": _("Police"), "sequence": _("Rang du dernier fait"),
    "words_sha256": _("Empreinte des mots"), "document_sha256": _("Empreinte du document"),
}  # fmt: skip


NAMES: dict[str, Any] = {  # the last step of a pointer into SaleV1
    "network_code": _("Code RRD1"), "order_number": _("N° du bon"), "seller": _("Vendeur"), "title": _("Civilité"), "last_name": _("Nom"),
    "first_name": _("Prénom"), "email": _("E-mail"), "phone": _("Tél. fixe"), "mobile": _("Tél. mobile"), "address": _("Adresse"),
    "address_2": _("Complément 1"), "address_3": _("Complément 2"), "postcode": _("Code postal"), "city": _("Ville"), "country": _("Pays"),
    "born_on": _("Date de naissance"), "born_in": _("Ville de naissance"), "profession": _("Profession"), "kind": _("Genre"),
    "plate": _("Immatriculation"), "make": _("Marque"), "model": _("Modèle"), "version": _("Version"),
    "registration_type": _("Type carte grise"), "first_registered_on": _("1re immatriculation"), "fuel": _("Énergie"),
    "displacement_cm3": _("Cylindrée"), "tax_power_cv": _("Puissance fiscale"), "din_power_hp": _("Puissance DIN"),
    "power_kw": _("Puissance kW"), "vin": _("VIN"), "mileage_km": _("Kms"), "four_wheel_drive": _("4x4"), "market_value": _("Cote"),
    "manufacturer_warranty_until": _("Fin de garantie constructeur"), "manufacturer_warranty_km": _("Km garantie constructeur"),
    "price_gross": _("Prix négocié TTC"), "trade_in_value": _("Valeur de reprise"), "ordered_on": _("Date du bon"),
    "delivery_on": _("Date de livraison"), "level": _("Garantie"), "months": _("Durée (mois)"),
    "without_commercial_warranty": _("Sans garantie commerciale"),
}  # fmt: skip


def name_of(pointer: str) -> str:
    return str(NAMES.get(pointer.rsplit("/", 1)[-1], pointer))


def printed(name: str, value: Any) -> str:
    """A state in the words of our screens."""
    choices = {"state": State, "cover": CoverState}.get(name)
    return str(dict(choices.choices).get(value, value)) if choices else str(value)
