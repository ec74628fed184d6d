"""What an order lacks, and what looks doubtful on it, in sentences."""

from typing import Any

from django.utils.translation import gettext as said
from django.utils.translation import gettext_lazy as _

from jupiter.dealer.orders import rules
from jupiter.dealer.sites.models import Site
from jupiter.dealer.vehicles.models import Vehicle
from jupiter.kit import french

# What closing lacks, in the side panel's words: field, words.
TO_CLOSE: dict[str, tuple[str, Any]] = {
    "vehicle": ("stock_number", _("Véhicule vendu")),
    "warranty": ("warranty", _("Garantie, ou sans garantie label")),
    "last_name": ("last_name", _("Nom de l’acheteur")),
    "first_name": ("first_name", _("Prénom de l’acheteur")),
    "delivery_on": ("delivery_on", _("Date de livraison")),
    "delivery_before_order": ("delivery_on", _("Livraison à partir de la date du bon")),
    "agreed_gross": ("agreed_gross", _("Prix négocié")),
    "network_code": ("warranty", _("Code RRD1 du site")),
    "plate": ("stock_number", _("Immatriculation du véhicule")),
    "plate_not_siv": ("stock_number", _("Immatriculation que le Centralisateur prenne")),
    "vin": ("stock_number", _("VIN du véhicule")),
    "vin_not_17": ("stock_number", _("VIN de 17 caractères")),
}

# What the declaration will ask for, and the order could already say.
TO_DECLARE = {
    "title": _("Civilité de l’acheteur"), "address": _("Adresse de l’acheteur"), "postcode": _("Code postal"), "city": _("Ville"),
}  # fmt: skip


def obstacle_sentence(obstacle: str, *, site: Site, vehicle: Vehicle | None) -> str:
    """Why Clôturer is refused, in a sentence that says what to do."""
    plate, vin = (vehicle.plate, vehicle.vin) if vehicle else ("", "")
    no_label = said("sinon, vendez sans garantie label")
    match obstacle:
        case "vehicle":
            return said("Choisissez le véhicule vendu par son n° de police")
        case "warranty":
            return said("Choisissez une garantie, ou «\u00a0Sans garantie label\u00a0»")
        case "delivery_before_order":
            return said("La livraison ne peut pas précéder la date du bon")
        case "network_code":
            return said("Le champ Code RRD1 du site {site} est vide\u00a0: complétez-le dans Paramétrage\u00a0; {no_label}").format(
                site=site.name, no_label=no_label
            )
        case "plate":
            return said("Le véhicule n’a pas d’immatriculation\u00a0: complétez sa fiche\u00a0; {no_label}").format(no_label=no_label)
        case "plate_not_siv":
            return said(
                "Le Centralisateur ne prend que les immatriculations du type AA-123-BB\u00a0: {plate} ne peut pas y être déclarée\u00a0; {no_label}"
            ).format(plate=plate, no_label=no_label)
        case "vin":
            return said("Le véhicule n’a pas de VIN\u00a0: complétez sa fiche\u00a0; {no_label}").format(no_label=no_label)
        case "vin_not_17":
            return said("Le Centralisateur ne prend que les VIN de 17 caractères\u00a0: {vin} en a {count}\u00a0; {no_label}").format(
                vin=vin, count=len(vin), no_label=no_label
            )
    names = {
        "last_name": said("Le champ nom est obligatoire"), "first_name": said("Le champ prénom est obligatoire"),
        "delivery_on": said("Le champ date de livraison est obligatoire"),
        "agreed_gross": said("Le champ prix négocié TTC est obligatoire, et plus grand que zéro"),
    }  # fmt: skip
    return names[obstacle]


def doubt_sentence(doubt: rules.Doubt) -> str:
    if doubt.code == "town":
        return said("{place}\u00a0: le code postal et la ville ne vont pas ensemble").format(place=doubt.seen)
    return said("{now} km après {before} km\u00a0: le compteur recule").format(
        now=french.grouped(int(doubt.seen)), before=french.grouped(int(doubt.expected))
    )
