"""What makes a sale true: its 43 fields, how each is read, what is missing, what is doubtful. Screens and API ask the same.

A sale's values are plain JSON: text (dates as YYYY-MM-DD, amounts as 16450.00), whole numbers, true or false; a blank is absent.
"""

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any, NamedTuple

from jupiter.kit import french
from jupiter.kit.french import said, worded
from jupiter.kit.months import months_after

Values = dict[str, Any]

# The words of each list, code by code, in screen order

CONSENTS = worded(
    {
        "EMAIL": "Oui Email",
        "SMS": "Oui SMS",
        "PHONE": "Oui Téléphone",
        "POST": "Oui Courrier",
        "NO": "Non",
    }
)
ORIGINS = worded(
    {
        "TRADE_IN_ON_NEW": "Reprise VO sur VN",
        "TRADE_IN_ON_USED": "Reprise VO sur VO",
        "DIRECT_PURCHASE": "Achat direct",
        "MANUFACTURER": "Constructeur",
        "RENTAL": "Loueur",
        "DEMONSTRATOR": "Véhicule de démonstration",
        "OTHER": "Autre",
    }
)
TITLES = worded({"MR": "Monsieur", "MRS": "Madame", "COMPANY": "Société"})
SHORT_TITLES = {"MR": "M.", "MRS": "Mme", "COMPANY": ""}
KINDS = {"VP": "VP", "VU": "VU"}
FUELS = worded(
    {
        "PETROL": "ESSENCE",
        "DIESEL": "DIESEL",
        "ELECTRIC": "ÉLECTRIQUE",
        "HYBRID": "HYBRIDE",
        "PLUGIN_HYBRID": "HYBRIDE RECHARGEABLE",
        "LPG": "GPL",
        "CNG": "GNV",
    }
)
LEVELS = {
    "SPOTICAR_PREMIUM": "SPOTICAR PREMIUM",
    "SPOTICAR_ADVANCED": "SPOTICAR ADVANCED",
    "SPOTICAR_ESSENTIAL": "SPOTICAR ESSENTIAL",
    "DS_CERTIFIED": "DS CERTIFIED",
}
COUNTRIES = worded({
    "FR": "France", "AD": "Andorre", "AT": "Autriche", "BE": "Belgique", "BG": "Bulgarie", "CH": "Suisse", "CY": "Chypre",
    "CZ": "Tchéquie", "DE": "Allemagne", "DK": "Danemark", "DZ": "Algérie", "EE": "Estonie", "ES": "Espagne", "FI": "Finlande",
    "GB": "Royaume-Uni", "GF": "Guyane française", "GP": "Guadeloupe", "GR": "Grèce", "HR": "Croatie", "HU": "Hongrie", "IE": "Irlande",
    "IT": "Italie", "LT": "Lituanie", "LU": "Luxembourg", "LV": "Lettonie", "MA": "Maroc", "MC": "Monaco", "MQ": "Martinique",
    "MT": "Malte", "NC": "Nouvelle-Calédonie", "NL": "Pays-Bas", "NO": "Norvège", "PF": "Polynésie française", "PL": "Pologne",
    "PT": "Portugal", "RE": "La Réunion", "RO": "Roumanie", "SE": "Suède", "SI": "Slovénie", "SK": "Slovaquie", "TN": "Tunisie",
    "YT": "Mayotte",
})  # fmt: skip


class Term(NamedTuple):
    """A duration that a level is sold for, from a day on and, one day, no longer."""

    level: str
    months: int
    since: date
    until: date | None = None  # the first day it is not sold any more


TERMS = (
    Term("SPOTICAR_PREMIUM", 12, date(2020, 1, 1)),
    Term("SPOTICAR_PREMIUM", 24, date(2020, 1, 1)),
    Term("SPOTICAR_ADVANCED", 8, date(2020, 1, 1)),
    Term("SPOTICAR_ADVANCED", 12, date(2020, 1, 1)),
    Term("SPOTICAR_ESSENTIAL", 6, date(2020, 1, 1)),
    Term("SPOTICAR_ESSENTIAL", 12, date(2020, 1, 1)),
    Term("DS_CERTIFIED", 12, date(2020, 1, 1)),
    Term("DS_CERTIFIED", 24, date(2020, 1, 1)),
)


def months_of(level: str, *, on: date) -> list[int]:
    return [term.months for term in TERMS if term.level == level and term.since <= on and (term.until is None or on < term.until)]


def all_months(*, on: date) -> list[int]:
    return sorted({months for level in LEVELS for months in months_of(level, on=on)})


# Reading one value, typed or sent


class Refused(ValueError):
    """The sentence for whoever typed it."""

    def __init__(self, sentence: str) -> None:
        super().__init__(sentence)
        self.sentence = sentence


def _text(most: int) -> Callable[[Any], Any]:
    return lambda given: french.parse_line(str(given), most=most)


def _name(given: Any) -> str:
    return french.parse_name(str(given))


def _code(words: Mapping[str, str]) -> Callable[[Any], Any]:
    by_word = {word.upper(): code for code, word in words.items()}

    def read(given: Any) -> str:
        bare = str(given).strip().upper()
        if bare in words:
            return bare
        if bare in by_word:
            return by_word[bare]
        raise Refused(said("Choisissez dans la liste"))

    return read


def _date(given: Any) -> str:
    return (given if isinstance(given, date) else french.parse_date(str(given))).isoformat()


def _whole(least: int, most: int, unit: str = "") -> Callable[[Any], Any]:
    def read(given: Any) -> int:
        number = given if isinstance(given, int) else french.parse_whole(str(given), unit=unit)
        if not least <= number <= most:
            raise Refused(said("Saisissez un nombre entre {least} et {most}", least=french.grouped(least), most=french.grouped(most)))
        return number

    return read


def _amount(given: Any) -> str:
    amount = given if isinstance(given, Decimal) else french.parse_amount(str(given))
    if amount <= 0:
        raise Refused(said("Saisissez un montant supérieur à 0"))
    if amount > 10_000_000:
        raise Refused(said("Ce montant est trop grand"))
    return f"{amount:.2f}"


def _amount_or_zero(given: Any) -> str:
    amount = given if isinstance(given, Decimal) else french.parse_amount(str(given))
    if not 0 <= amount <= 10_000_000:
        raise Refused(said("Saisissez un montant entre 0 et 10\u202f000\u202f000"))
    return f"{amount:.2f}"


def _box(given: Any) -> bool:
    return given in (True, "on", "true", "True", "1", "oui")


def _plate(given: Any) -> str:
    plate = french.parse_plate(str(given))
    kind = french.plate_kind(plate)
    if kind not in (french.PlateKind.SIV, french.PlateKind.WW):
        raise Refused(
            said("Le Centralisateur ne prend que les plaques du SIV, par exemple AA-123-BB\u00a0: faites d’abord immatriculer le véhicule")
        )
    return plate


DIN_LIMIT = 510


def _din_power(given: Any) -> int:
    power = given if isinstance(given, int) else french.parse_whole(str(given), unit="ch|cv")
    if power > DIN_LIMIT:
        raise Refused(
            said(
                "Puissance supérieure à la limite autorisée ({limit} ch)\u00a0: vérifiez l’unité, ou contactez le support", limit=DIN_LIMIT
            )
        )
    if power < 1:
        raise Refused(said("Saisissez une puissance entre 1 et {limit} ch", limit=DIN_LIMIT))
    return power


MONTHS_WORD = re.compile(r"\s*mois$", re.IGNORECASE)


def _months(given: Any) -> int:
    return given if isinstance(given, int) else french.parse_whole(MONTHS_WORD.sub("", str(given)))


class Field(NamedTuple):
    """One of the 43. `pointer` is its place in the words received (contracts/sale.py); one without is computed here."""

    name: str
    label: str
    read: Callable[[Any], Any]
    pointer: str = ""
    mandatory: bool = False
    kind: str = "text"  # how it is typed and printed: text, code, date, whole, amount, box, phone, email
    words: Mapping[str, str] | None = None
    unit: str = ""


def _fields() -> tuple[Field, ...]:
    text, yes = _text(200), True
    return (
        Field("consent", "Consentement du client (FOCUS)", _code(CONSENTS), "/consent", yes, "code", CONSENTS),
        Field("sale_origin", "Origine de la vente", _code(ORIGINS), "/sale_origin", yes, "code", ORIGINS),
        Field("seller", "Vendeur véhicule d’occasion", _name, "/seller", yes),
        Field("title", "Civilité", _code(TITLES), "/buyer/title", yes, "code", TITLES),
        Field("last_name", "Nom", _name, "/buyer/last_name", yes),
        Field("first_name", "Prénom", _name, "/buyer/first_name", yes),
        Field("email", "Email", lambda given: french.parse_email(str(given)), "/buyer/email", kind="email"),
        Field("phone", "Tél. fixe", lambda given: given, "/buyer/phone", kind="phone"),
        Field("mobile", "Tél. mobile", lambda given: given, "/buyer/mobile", kind="phone"),
        Field("address", "Adresse", text, "/buyer/address", yes),
        Field("address_2", "Complément adresse 1", text, "/buyer/address_2"),
        Field("address_3", "Complément adresse 2", text, "/buyer/address_3"),
        Field("postcode", "Code postal", lambda given: given, "/buyer/postcode", yes),
        Field("city", "Ville", _name, "/buyer/city", yes),
        Field("country", "Pays", _code(COUNTRIES), "/buyer/country", yes, "code", COUNTRIES),
        Field("born_on", "Date de naissance", _date, "/buyer/born_on", kind="date"),
        Field("born_in", "Ville de naissance", _name, "/buyer/born_in"),
        Field("profession", "Profession", text, "/buyer/profession"),
        Field("kind", "Type véhicule", _code(KINDS), "/vehicle/kind", yes, "code", KINDS),
        Field("plate", "Immatriculation", _plate, "/vehicle/plate", yes),
        Field("make", "Marque", text, "/vehicle/make", yes),
        Field("model", "Modèle véhicule", text, "/vehicle/model", yes),
        Field("version", "Version", text, "/vehicle/version", yes),
        Field("registration_type", "Type carte grise", text, "/vehicle/registration_type"),
        Field("first_registered_on", "Date première immat.", _date, "/vehicle/first_registered_on", yes, "date"),
        Field("fuel", "Énergie", _code(FUELS), "/vehicle/fuel", yes, "code", FUELS),
        Field("displacement", "Cylindrée", _whole(0, 20_000, "cm3|cm³"), "/vehicle/displacement_cm3", kind="whole", unit="cm³"),
        Field("tax_power", "Puissance fiscale", _whole(0, 200, "cv"), "/vehicle/tax_power_cv", kind="whole", unit="CV"),
        Field("din_power", "Puissance DIN", _din_power, "/vehicle/din_power_hp", yes, "whole", unit="ch"),
        Field("power_kw", "Puissance kW", _whole(0, 1_000, "kw"), "/vehicle/power_kw", kind="whole", unit="kW"),
        Field("vin", "VIN", lambda given: french.parse_vin(str(given)), "/vehicle/vin", yes),
        Field("mileage", "Km jour de la vente", _whole(0, 1_000_000, "km"), "/vehicle/mileage_km", yes, "whole", unit="km"),
        Field("price", "Prix de vente", _amount, "/price_gross", kind="amount", unit="€"),
        Field("four_wheel_drive", "4x4", _box, "/vehicle/four_wheel_drive", kind="box"),
        Field("delivery_on", "Date de livraison", _date, "/delivery_on", yes, "date"),
        Field("trade_in_value", "Valeur de reprise", _amount_or_zero, "/trade_in_value", kind="amount", unit="€"),
        Field("market_value", "Cote du véhicule", _amount_or_zero, "/vehicle/market_value", kind="amount", unit="€"),
        Field(
            "manufacturer_until", "Date fin gtie constructeur", _date, "/vehicle/manufacturer_warranty_until", yes, "date"
        ),
        Field(
            "manufacturer_km", "Km gtie constructeur", _whole(0, 9_999_999_999, "km"), "/vehicle/manufacturer_warranty_km", yes,
            "whole", unit="km",
        ),
        Field("level", "Garantie", _code(LEVELS), "/warranty/level", yes, "code", LEVELS),
        Field("months", "Durée", _months, "/warranty/months", yes, "whole", unit="mois"),
        Field("starts_on", "Date début de garantie", _date, "", yes, "date"),
        Field("ends_on", "Date fin de garantie", _date, "", yes, "date"),
    )  # fmt: skip


FIELDS = {field.name: field for field in _fields()}
BY_POINTER = {field.pointer: field.name for field in FIELDS.values() if field.pointer}
WARRANTY = ("level", "months", "starts_on", "ends_on")
COMPUTED = ("starts_on", "ends_on")
TYPED = tuple(name for name in FIELDS if name not in COMPUTED)


def small(label: str) -> str:
    """A label inside a sentence: « le champ type véhicule », « le champ VIN »."""
    first = label.split(" ", 1)[0]
    return label if first.isupper() and len(first) > 1 else label[0].lower() + label[1:]


def is_mandatory_sentence(name: str) -> str:
    return said("Le champ {field} est obligatoire", field=small(FIELDS[name].label))


# The words received


def from_words(words: Mapping[str, Any]) -> Values:
    """The raw values of a SaleV1 as JSON, by field; what is absent is left out."""
    values = {}
    for pointer, name in BY_POINTER.items():
        value: Any = words
        for step in pointer.strip("/").split("/"):
            value = value.get(step) if isinstance(value, Mapping) else None
        if value is not None and value != "":
            values[name] = value
    return values


@dataclass
class Reading:
    """What was understood, and what was refused, field by field in screen order."""

    values: Values
    refused: dict[str, str]


READING_ORDER = (
    "country",
    *(name for name in FIELDS if name != "country" and name not in COMPUTED),
)  # the country says how others are read


def read(given: Mapping[str, Any], *, ordered_on: date | None, today: date, with_warranty: bool, written: Values | None = None) -> Reading:
    """Each value in its written form. A blank is absent; what cannot be read is left out of the values and says why.

    `written`: values read before. A written form reads as itself, so what says the same as one of them is not read again.
    """
    values: Values = {}
    known = written or {}
    refused: dict[str, str] = {}
    country = "FR"
    for name in READING_ORDER:
        value = given.get(name)
        if value is None:
            continue
        if name in known and value == known[name] and type(value) is type(known[name]):
            values[name] = value
            if name == "country":
                country = value
            continue
        if isinstance(value, str) and not french.INVISIBLE.sub("", value).strip():
            continue
        if name == "din_power" and value in (0, "0"):
            refused[name] = said("Saisissez une puissance entre 1 et {limit} ch", limit=DIN_LIMIT)
            continue
        try:
            values[name] = _read_one(name, value, country)
        except (Refused, french.Unreadable) as trouble:
            refused[name] = trouble.sentence
        if name == "country":
            country = values.get("country", "FR")
    if not with_warranty:
        for name in WARRANTY:
            values.pop(name, None)
            refused.pop(name, None)
    refused |= {name: sentence for name, sentence in _contradictions(values, ordered_on, today).items() if name not in refused}
    for name in refused:
        values.pop(name, None)
    if with_warranty:
        values |= warranty_dates(values)
    if "four_wheel_drive" not in values:
        values["four_wheel_drive"] = False
    return Reading(in_order(values), {name: refused[name] for name in FIELDS if name in refused})


def in_order(values: Values) -> Values:
    return {name: values[name] for name in FIELDS if name in values}


def _read_one(name: str, value: Any, country: str) -> Any:
    if name in ("phone", "mobile"):
        return _phone(str(value), country)
    if name == "postcode":
        return french.parse_postcode(str(value), country=country)
    return FIELDS[name].read(value)


def _phone(typed: str, country: str) -> str:
    """As the buyer's country dials it, else as a French number: many who live next door have one."""
    try:
        return french.parse_phone(typed, country=country)
    except french.PhoneRefused:
        return french.parse_phone(typed)


OLDEST_BUYER = 120  # years


def _contradictions(values: Values, ordered_on: date | None, today: date) -> dict[str, str]:
    """What two values cannot both be; the sentence stands at the later one."""
    wrong: dict[str, str] = {}
    first, delivery, born = (_day(values, name) for name in ("first_registered_on", "delivery_on", "born_on"))
    if born and born > today:
        wrong["born_on"] = said("La date de naissance est dans l’avenir")
    elif born and born < months_after(today, -12 * OLDEST_BUYER):
        wrong["born_on"] = said("Cette date de naissance n’est pas plausible\u00a0: vérifiez l’année")
    if first and first > today:
        wrong["first_registered_on"] = said("La première immatriculation est dans l’avenir")
    elif first and delivery and delivery < first:
        wrong["delivery_on"] = said("La livraison précède la première immatriculation ({day})", day=french.printed_date(first))
    if delivery and ordered_on and delivery < ordered_on:
        wrong.setdefault("delivery_on", said("La livraison précède le bon de commande ({day})", day=french.printed_date(ordered_on)))
    until = _day(values, "manufacturer_until")
    if first and until and until < first and "first_registered_on" not in wrong:
        wrong["manufacturer_until"] = said(
            "La garantie constructeur finit avant la première immatriculation ({day})", day=french.printed_date(first)
        )
    din, kw = values.get("din_power"), values.get("power_kw")
    if din and kw and kw > din:
        wrong["power_kw"] = said("Les kW dépassent les ch DIN\u00a0: les deux puissances sont inversées")
    level, months = values.get("level"), values.get("months")
    sold_on = delivery if delivery and "delivery_on" not in wrong else today
    allowed = months_of(level, on=sold_on) if level else all_months(on=sold_on)
    if level and not allowed:
        wrong["level"] = said("{level} n’est pas vendue au {day}", level=LEVELS[level], day=french.printed_date(sold_on))
    elif months is not None and months not in allowed:
        wrong["months"] = (
            said("La durée de {level} est de {months} mois", level=LEVELS[level], months=_either(allowed))
            if level
            else said("La durée de la garantie est de {months} mois", months=_either(allowed))
        )
    return wrong


def _day(values: Values, name: str) -> date | None:
    return date.fromisoformat(values[name]) if name in values else None


def _either(numbers: Iterable[int]) -> str:
    *some, last = [str(number) for number in numbers] or ["0"]
    return said("{some} ou {last}", some=", ".join(some), last=last) if some else last


def warranty_dates(values: Values) -> Values:
    """From delivery, or from the end of the maker's warranty if later; to the same day, so many months on."""
    delivery, until, months = _day(values, "delivery_on"), _day(values, "manufacturer_until"), values.get("months")
    if not delivery:
        return {}
    start = max(delivery, until) if until else delivery
    dates = {"starts_on": start.isoformat()}
    return dates | {"ends_on": months_after(start, months).isoformat()} if months else dates


# What is missing, what is doubtful


def missing(values: Values, *, with_warranty: bool) -> list[str]:
    """The mandatory fields that are blank, in screen order."""
    wanted = [name for name, field in FIELDS.items() if field.mandatory and (with_warranty or name not in WARRANTY)]
    if values.get("title") == "COMPANY":
        wanted.remove("first_name")
    return [name for name in wanted if values.get(name) in (None, "") and not _follows(name, values)]


def _follows(name: str, values: Values) -> bool:
    """A computed date is not missing by itself: what it is computed from is."""
    causes = {"starts_on": ("delivery_on",), "ends_on": ("delivery_on", "months")}.get(name, ())
    return any(values.get(cause) in (None, "") for cause in causes)


PETROL_ENGINES = re.compile(r"\b(PURETECH|VTI|THP|TCE|TSI|TFSI|ECOBOOST)\b", re.IGNORECASE)
DIESEL_ENGINES = re.compile(r"\b(BLUEHDI|HDI|E-HDI|DCI|TDI|CDTI|TDCI)\b", re.IGNORECASE)
POWER_IN_VERSION = re.compile(r"(?<![\d.,])(\d{2,3})(?:\s?(?:ch|cv))?(?![\d.,])", re.IGNORECASE)
CHANNELS = {"EMAIL": ("email",), "SMS": ("mobile",), "PHONE": ("phone", "mobile"), "POST": ("address",)}
WITHOUT_ADDRESS = worded(
    {
        "EMAIL": "Consentement par e-mail sans adresse e-mail",
        "SMS": "Consentement par SMS sans téléphone mobile",
        "PHONE": "Consentement par téléphone sans numéro",
        "POST": "Consentement par courrier sans adresse",
    }
)


class Doubt(NamedTuple):
    """An amber: to be looked at, never in the way. Declaring confirms it, by name, in the journal."""

    code: str
    field: str
    message: str


def doubts(values: Values) -> list[Doubt]:
    found = []
    version, fuel = values.get("version", ""), values.get("fuel")
    if fuel == "DIESEL" and (engine := PETROL_ENGINES.search(version)):
        name = "PureTech" if engine[0].upper() == "PURETECH" else engine[0]
        found.append(
            Doubt("fuel_and_engine_disagree", "fuel", said("{engine} est un moteur essence, l’énergie déclarée est DIESEL", engine=name))
        )
    if fuel == "PETROL" and (engine := DIESEL_ENGINES.search(version)):
        found.append(
            Doubt(
                "fuel_and_engine_disagree", "fuel", said("{engine} est un moteur diesel, l’énergie déclarée est ESSENCE", engine=engine[0])
            )
        )
    power = values.get("din_power")
    powers = {int(number) for number in POWER_IN_VERSION.findall(version)}
    if power and powers and power not in powers:
        known = _either(sorted(powers))
        sentence = said("La version dit {powers} ch, la puissance DIN déclarée est {power} ch", powers=known, power=power)
        found.append(Doubt("power_and_version_disagree", "din_power", sentence))
    if (vin := values.get("vin")) and french.doubtful_vin(vin):
        found.append(
            Doubt("doubtful_vin", "vin", "Ce VIN ressemble à un numéro d’essai\u00a0: recopiez-le du certificat d’immatriculation (E)")
        )
    consent = values.get("consent")
    if consent in CHANNELS and not any(values.get(name) for name in CHANNELS[consent]):
        found.append(Doubt("consent_without_address", "consent", WITHOUT_ADDRESS[consent]))
    postcode, city = values.get("postcode"), values.get("city")
    if postcode and city and values.get("country") == "FR" and french.doubtful_town(postcode, city):
        found.append(
            Doubt(
                "postcode_and_town_disagree",
                "city",
                said("Le code postal {postcode} n’est pas celui de {city}", postcode=postcode, city=city),
            )
        )
    order = list(FIELDS)
    return sorted(found, key=lambda doubt: order.index(doubt.field))  # as on the screen


# As screens print a value


def printed(name: str, value: Any) -> str:
    if value is None or value == "":
        return ""
    field = FIELDS[name]
    if field.words:
        return field.words.get(value, str(value))
    match field.kind:
        case "date":
            return french.printed_date(date.fromisoformat(value))
        case "amount":
            return french.grouped(Decimal(value), 2)
        case "whole":
            return french.grouped(value)
        case "box":
            return said("Oui") if value else said("Non")
        case "phone":
            return french.printed_phone(value)
    return str(value)


def period(values: Values) -> str:
    """07/12/2021 – 07/12/2022"""
    if "starts_on" not in values or "ends_on" not in values:
        return ""
    return f"{printed('starts_on', values['starts_on'])} – {printed('ends_on', values['ends_on'])}"


def buyer_name(values: Values) -> str:
    """As lists say it: M. DUPONT DURANT."""
    parts = (SHORT_TITLES.get(values.get("title", ""), ""), values.get("last_name", ""), values.get("first_name", ""))
    return " ".join(part for part in parts if part)


class Difference(NamedTuple):
    name: str
    order: Any
    theirs: Any
    where: str  # hub, insurer


def differences(order: Values, held: Values, insurer: Values) -> list[Difference]:
    """What the hub, then the insurer, holds otherwise than the order. A blank of the order that was filled is none."""
    found = [Difference(name, order[name], held.get(name), "hub") for name in TYPED if name in order and held.get(name) != order[name]]
    for name in FIELDS:
        if name in insurer and name in held and not _same(insurer[name], held[name]):
            found.append(Difference(name, order.get(name, held[name]), insurer[name], "insurer"))
    return found


def _same(one: Any, other: Any) -> bool:
    return str(one).casefold() == str(other).casefold()
