"""The policy as a paper: conditions particulières, issued once."""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

from jupiter.insurer.products.models import Parameter
from jupiter.kit import pdf
from jupiter.kit.french import NO_BREAK, grouped, printed_date, printed_phone

from .models import Policy

TEMPLATE = Path(__file__).with_name("policy.typ")
VERSION = "policy-1"
TAX_WORDS = {"insurance": "Taxe sur les conventions d’assurance", "service": "TVA"}
UNKNOWN = "—"
COUNTRIES = {
    "FR": "France",
    "BE": "Belgique",
    "CH": "Suisse",
    "LU": "Luxembourg",
    "MC": "Monaco",
    "DE": "Allemagne",
    "ES": "Espagne",
    "IT": "Italie",
}
EMPTY = Parameter(text="")
# In the order of Code des assurances L112-4; each is a dated parameter.
MENTIONS = ("mention_insurer", "mention_supervisor", "mention_law", "mention_conformity", "mention_claim")


def policy_paper(policy: Policy, *, mentions: Mapping[str, Parameter], kind: str, fuel: str) -> bytes:
    """The same policy, the same bytes."""
    return pdf.printed(TEMPLATE, facts_of(policy, mentions=mentions, kind=kind, fuel=fuel), dated=policy.issued_on)


def facts_of(policy: Policy, *, mentions: Mapping[str, Parameter], kind: str, fuel: str) -> dict[str, Any]:
    account, producer, said = policy.account, policy.producer, policy.facts
    renunciation = mentions.get("renunciation_days", EMPTY)
    texts = [mentions.get(code, EMPTY) for code in MENTIONS]
    renounce = Parameter(
        text=f"Renonciation sans frais\u00a0: {renunciation.number} jours calendaires à compter de la conclusion, si aucun sinistre n’est"
        f" déclaré ({renunciation.article})."
    )
    return {
        "sample": policy.product.is_sample,
        "title": policy.product.policy_title,
        "subtitle": f"Conditions particulières · {policy.product.name} · {policy.product_name}",
        "insurer": mentions.get("mention_insurer", EMPTY).text.partition(",")[0] or "Assureur",
        "number": policy.number,
        "footer": f"Police n° {policy.number} · {policy.product_name} · émise le {printed_date(policy.issued_on)}",
        "holder": _known(
            ("Nom", account.list_name),
            ("Adresse", account.street),
            ("Code postal et ville", account.place),
            ("Pays", COUNTRIES.get(account.country, account.country)),
            ("E-mail", account.email),
            ("Téléphone", printed_phone(account.mobile or account.phone) if account.mobile or account.phone else ""),
        ),
        "producer": _known(
            ("Raison sociale", producer.name),
            ("Code", producer.code),
            ("Adresse", producer.place),
            ("Vendeur", str(said.get("seller", ""))),
        ),
        "car_left": [
            ("Immatriculation", policy.plate),
            ("VIN", policy.vin),
            ("Marque et modèle", f"{policy.make} {policy.model}"),
            ("Type", kind),
            ("Énergie", fuel),
        ],
        "car_right": [
            ("1re immatriculation", _day(said["first_registered_on"])),
            ("Puissance", f"{said['din_power_hp']}{NO_BREAK}ch"),
            ("Kilométrage", f"{grouped(int(said['mileage_km']))}{NO_BREAK}km"),
            ("Garantie constructeur", f"jusqu’au {_day(said['manufacturer_warranty_until'])}"),
            ("Livraison", _day(said["delivery_on"])),
        ],
        "cover": [
            ("Produit", f"{policy.product_name} ({policy.months} mois)"),
            ("Période", f"{printed_date(policy.starts_on)} - {printed_date(policy.ends_on)}, fin exclue, à 0 h"),
            ("Période de carence", f"{policy.waiting_months} mois pour la partie Garantie"),
            ("Édition du tarif", policy.edition.note or policy.edition.code),
            ("Devis", policy.job_number),
            ("Émise", f"le {printed_date(policy.issued_on)} par {producer.name}"),
        ],
        "price": _price_rows(policy.worksheet),
        "total": _euros(policy.gross),
        "risks": mentions.get("mention_risks", EMPTY).text,
        "amount": mentions.get("mention_amount", EMPTY).text,
        "exclusions": mentions.get("mention_exclusions", EMPTY).text,
        "mentions": [{"text": row.text, "verified": row.is_verified} for row in [*texts, renounce] if row.text],
    }


def _price_rows(worksheet: Mapping[str, Any]) -> list[tuple[str, str]]:
    rows = [(f"{line['label']} (HT)", _euros(Decimal(line["net"]))) for line in worksheet["lines"]]
    for tax in worksheet["taxes"]:
        percent = f"{Decimal(tax['percent']).normalize():f}".replace(".", ",")
        words = f"{TAX_WORDS.get(tax['kind'], tax['kind'])} ({percent}{NO_BREAK}% de {_euros(Decimal(tax['base']))})"
        rows.append((words, _euros(Decimal(tax["amount"]))))
    return rows


def _known(*pairs: tuple[str, str]) -> list[tuple[str, str]]:
    return [(name, value or UNKNOWN) for name, value in pairs if value or name in ("Nom", "Adresse")]


def _euros(amount: Decimal) -> str:
    return f"{grouped(amount, 2)}{NO_BREAK}€"


def _day(iso: object) -> str:
    return printed_date(date.fromisoformat(str(iso)))
