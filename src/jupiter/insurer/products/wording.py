"""Why an offering does not fit, in the words of the portal."""

from datetime import date

from django.utils.translation import gettext as _

from jupiter.kit.french import grouped, printed_date

from .rules import Refusal

KINDS = {"VP": "VP", "VU": "VU"}


def years_and_months(months: int) -> str:
    """97 is « 8 ans 1 mois », 84 is « 7 ans »."""
    years, rest = divmod(months, 12)
    said = []
    if years:
        said.append(f"{years}\u00a0an{'s' if years > 1 else ''}")
    if rest or not years:
        said.append(f"{rest}\u00a0mois")
    return " ".join(said)


def sentence(refusal: Refusal) -> str:
    value, limit = refusal.value, refusal.limit
    match refusal.rule:
        case "age":
            return _("Date de 1re immatriculation\u00a0: véhicule non éligible (%(value)s pour %(limit)s)") % {
                "value": years_and_months(int(value)),
                "limit": years_and_months(int(limit)),
            }
        case "mileage":
            return _("Kilométrage\u00a0: véhicule non éligible (%(value)s\u00a0km pour %(limit)s\u00a0km)") % {
                "value": grouped(int(value)),
                "limit": grouped(int(limit)),
            }
        case "power":
            return _(
                "Puissance supérieure à la limite autorisée (%(value)s\u00a0ch pour %(limit)s\u00a0ch). "
                "Véhicule d’une marque du groupe\u00a0: contactez le back-office"
            ) % {"value": value, "limit": limit}
        case "kind":
            return _("Type de véhicule\u00a0: %(value)s non admis (%(limit)s)") % {"value": value, "limit": limit}
        case "make":
            return _("Marque\u00a0: réservé aux véhicules %(limit)s") % {"limit": limit}
        case "fuel":
            return _("Type d’énergie\u00a0: non admis (%(value)s)") % {"value": value}
        case "registered_after_delivery":
            return _("Date de 1re immatriculation\u00a0: le %(value)s est après la livraison du %(limit)s") % {
                "value": printed_date(date.fromisoformat(value)),
                "limit": printed_date(date.fromisoformat(limit)),
            }
        case "delivery_past":
            return _("Date de livraison\u00a0: livré depuis %(value)s jours, %(limit)s au plus pour souscrire") % {
                "value": value,
                "limit": limit,
            }
        case "no_tariff":
            return _("Date de livraison\u00a0: aucun tarif ne couvre cette date")
        case "no_rate":
            return _("Puissance\u00a0: le tarif n’a pas de ligne pour %(value)s\u00a0ch") % {"value": value}
    raise ValueError(refusal.rule)
