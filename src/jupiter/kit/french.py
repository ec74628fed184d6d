"""What people in France type, read into one written form: plate, VIN, name, phone, postcode, date, amount. What cannot be read says why."""

import re
import unicodedata
from datetime import date, time
from decimal import Decimal
from enum import StrEnum

import phonenumbers
from email_validator import EmailNotValidError, validate_email

NO_BREAK, THIN, MINUS = "\u00a0", "\u202f", "\u2212"


class Sentence(str):
    """French, and what it was made of: whoever shows it may say it in the reader’s language (kit.words.spoken)."""

    __slots__ = ("pattern", "values")
    pattern: str
    values: dict[str, object]


def said(pattern: str, **values: object) -> Sentence:
    """A message of code that knows no gettext; a value may be a sentence itself."""
    sentence = Sentence(pattern.format(**values))
    sentence.pattern, sentence.values = pattern, values
    return sentence


def worded(words: dict[str, str]) -> dict[str, str]:
    """A list of codes whose words are messages."""
    return {code: said(word) for code, word in words.items()}


class Unreadable(ValueError):
    """Carries the sentence for the person who typed it."""

    def __init__(self, sentence: str) -> None:
        super().__init__(sentence)
        self.sentence = sentence


class TextRefused(Unreadable): ...


class PlateRefused(Unreadable): ...


class VinRefused(Unreadable): ...


class NameRefused(Unreadable): ...


class PhoneRefused(Unreadable): ...


class EmailRefused(Unreadable): ...


class PostcodeRefused(Unreadable): ...


class DateRefused(Unreadable): ...


class TimeRefused(Unreadable): ...


class NumberRefused(Unreadable): ...


class CodeRefused(Unreadable): ...


# Text of any kind

INVISIBLE = re.compile("[\u00ad\u180e\u200b\u200c\u200d\u2060\ufeff]")
FULL_WIDTH = {0xFF01 + i: 0x21 + i for i in range(94)} | {0x3000: 0x20}
DASHES = {ord(dash): "-" for dash in "\u2010\u2011\u2012\u2013\u2014\u2212"}
DIRECTION = re.compile("[\u200e\u200f\u202a-\u202e\u2066-\u2069]")
UNSTORABLE = re.compile("[\x00\ud800-\udfff]")
CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]")


def parse_text(typed: str, *, most: int = 2000) -> str:
    """A remark: kept as typed, lines too; only what no database or page can hold is refused."""
    text = typed.replace("\r\n", "\n").replace("\r", "\n").strip()
    if UNSTORABLE.search(text) or CONTROL.search(text):
        raise TextRefused(said("Ce texte contient un caractère illisible\u00a0: effacez-le et saisissez-le à nouveau"))
    if len(text) > most:
        raise TextRefused(said("Ce texte a {n} caractères, {most} au plus", n=grouped(len(text)), most=grouped(most)))
    return text


def parse_line(typed: str, *, most: int = 200) -> str:
    """One line of free words: an address, a version. Spaces are put in order, nothing else."""
    if len(typed) > 4 * most + 100:
        raise TextRefused(said("{most} caractères au plus", most=grouped(most)))
    line = " ".join(INVISIBLE.sub("", unicodedata.normalize("NFC", typed)).split())
    if UNSTORABLE.search(line) or CONTROL.search(line) or DIRECTION.search(line):
        raise TextRefused(said("Ce texte contient un caractère illisible\u00a0: effacez-le et saisissez-le à nouveau"))
    if len(line) > most:
        raise TextRefused(said("{most} caractères au plus", most=grouped(most)))
    return line


def _squeezed(typed: str, most: int = 60) -> str:
    """Without spaces and invisible characters at all; one line only."""
    if len(typed) > most or "\n" in typed.strip() or "\r" in typed.strip():
        return "?"
    return INVISIBLE.sub("", re.sub(r"\s", "", typed))


# Plates

LETTER = "[A-HJ-NP-TV-Z]"
SIV = re.compile(rf"(?!SS|WW)({LETTER}{{2}})(?!000)([0-9]{{3}})(?!SS)({LETTER}{{2}})")
WW = re.compile(rf"(WW)(?!000)([0-9]{{3}})({LETTER}{{2}})")
W_GARAGE = re.compile(rf"(W)(?!000)([0-9]{{3}})({LETTER}{{2}})")
FNI = re.compile(rf"([0-9]{{1,4}})({LETTER}{{1,3}})(0[1-9]|[1-8][0-9]|9[0-5]|2[AB]|97[1-6])")
ABROAD = re.compile(r"(?=.*[0-9])[A-Z0-9]+(?:[- ][A-Z0-9]+)*")


class PlateKind(StrEnum):
    SIV = "siv"  # AA-123-BB, since 2009
    WW = "ww"  # provisional
    W_GARAGE = "w_garage"  # a professional's
    FNI = "fni"  # 1234 AB 75, before 2009, with its department
    ABROAD = "abroad"


def parse_plate(typed: str, *, country: str = "FR") -> str:
    """AA-123-BB, WW-123-AA, W-123-AA, 1234 AB 75; abroad what the country writes."""
    if country != "FR":
        plate = " ".join(INVISIBLE.sub("", typed[:60]).translate(DASHES).upper().split())
        if not ABROAD.fullmatch(plate) or len(plate) > 12:
            raise PlateRefused(said("Saisissez l’immatriculation étrangère\u00a0: lettres et chiffres, 12 caractères au plus"))
        return plate
    bare = _squeezed(typed).translate(DASHES).replace("-", "").replace(".", "").upper()
    for pattern, between in ((SIV, "-"), (WW, "-"), (W_GARAGE, "-"), (FNI, " ")):
        if found := pattern.fullmatch(bare):
            return between.join(found.groups())
    if re.fullmatch(r"[A-Z]{2}[0-9A-Z]{3}[A-Z]{2}", bare) and re.search("[IOU]", bare):
        raise PlateRefused(said("Une immatriculation n’a ni I, ni O, ni U\u00a0: vérifiez les lettres, par exemple AA-123-BB"))
    raise PlateRefused(said("Saisissez une immatriculation du type AA-123-BB"))


def plate_kind(plate: str) -> PlateKind:
    """Of a plate as parse_plate wrote it."""
    for kind, pattern, between in (
        (PlateKind.SIV, SIV, "-"),
        (PlateKind.WW, WW, "-"),
        (PlateKind.W_GARAGE, W_GARAGE, "-"),
        (PlateKind.FNI, FNI, " "),
    ):
        if pattern.fullmatch(plate.replace(between, "")) and plate.count(between) == 2:
            return kind
    return PlateKind.ABROAD


# VIN

VIN = re.compile(r"[A-HJ-NPR-Z0-9]{17}")
CHASSIS = re.compile(r"[A-Z0-9]{3,16}")
RISING = "01234567890123456789"


def parse_vin(typed: str, *, short: bool = False) -> str:
    """17 characters without I, O, Q. `short` also takes the chassis number of a car older than 1981.

    Look-alikes from other alphabets are refused, not guessed: the VIN is the vehicle's identity. European VINs have no check digit."""
    vin = _squeezed(typed).translate(DASHES).replace("-", "").upper()
    if short and CHASSIS.fullmatch(vin):
        return vin
    if VIN.fullmatch(vin):
        if len(set(vin)) == 1:
            raise VinRefused(said("Ce VIN n’est pas celui d’un véhicule\u00a0: recopiez-le du certificat d’immatriculation (E)"))
        return vin
    if not vin.isascii():
        raise VinRefused(said("Le VIN contient un caractère d’un autre alphabet\u00a0: saisissez-le au clavier"))
    if re.fullmatch(r"[A-Z0-9]{17}", vin):
        raise VinRefused(said("Un VIN n’a ni I, ni O, ni Q\u00a0: vérifiez les 1 et les 0"))
    if re.fullmatch(r"[A-Z0-9]+", vin):
        raise VinRefused(said("Le VIN a 17 caractères\u00a0: il y en a {n}", n=len(vin)))
    raise VinRefused(said("Le VIN a 17 caractères, lettres sauf I, O, Q, et chiffres"))


def doubtful_vin(vin: str) -> bool:
    """A run (1234567) or a repetition (33333): more often a placeholder than a number. To be looked at, never refused."""
    if re.search(r"(.)\1{4}", vin):
        return True
    return any(RISING[i : i + 7] in vin for i in range(10))


# People

NAME_SIGNS = " '’ʼ‘.,-–·&/()+°#:!?ʻ՚"
NAME_CATEGORIES = ("L", "M", "N")


def parse_name(typed: str, *, most: int = 80) -> str:
    """A person's or a company's name, as written: no case is changed, nothing is swapped by guess."""
    if len(typed) > 4 * most + 100:
        raise NameRefused(said("Ce nom est trop long\u00a0: {most} caractères au plus", most=most))
    if DIRECTION.search(typed) or UNSTORABLE.search(typed) or CONTROL.search(typed):
        raise NameRefused(said("Ce nom contient un caractère caché\u00a0: effacez-le et saisissez-le au clavier"))
    name = " ".join(INVISIBLE.sub("", unicodedata.normalize("NFKC", typed)).split())
    if wrong := [sign for sign in name if not (unicodedata.category(sign)[0] in NAME_CATEGORIES or sign in NAME_SIGNS)]:
        raise NameRefused(said("Un nom ne contient pas «\u00a0{sign}\u00a0»", sign=wrong[0]))
    if not any(unicodedata.category(sign)[0] in "LN" for sign in name):
        raise NameRefused(said("Saisissez un nom"))
    if len(name) > most:
        raise NameRefused(said("Ce nom est trop long\u00a0: {most} caractères au plus", most=most))
    return name


def parse_phone(typed: str, *, country: str = "FR") -> str:
    """+33612345678 (E.164), whatever the spaces and dots."""
    number = " ".join(INVISIBLE.sub("", typed[:60]).translate(FULL_WIDTH).translate(DASHES).split())
    refused = PhoneRefused(
        said("Saisissez un numéro de téléphone, par exemple 06\u00a012\u00a034\u00a056\u00a078 ou +32\u00a0470\u00a012\u00a034\u00a056")
    )
    if len(number) > 30 or len(typed) > 60 or not re.fullmatch(r"\+?[0-9 ().\-/]+", number):
        raise refused
    try:
        parsed = phonenumbers.parse(number, country)
    except phonenumbers.NumberParseException:
        raise refused from None
    if not phonenumbers.is_valid_number(parsed):
        raise refused
    return phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.E164)


def printed_phone(number: str) -> str:
    """06 12 34 56 78 for a French number, +32 470 12 34 56 for another; what is no number is left as it is."""
    try:
        parsed = phonenumbers.parse(number, None)
    except phonenumbers.NumberParseException:
        return number
    home = parsed.country_code == 33
    style = phonenumbers.PhoneNumberFormat.NATIONAL if home else phonenumbers.PhoneNumberFormat.INTERNATIONAL
    return phonenumbers.format_number(parsed, style).replace(" ", NO_BREAK)


def parse_email(typed: str) -> str:
    """One address. The part before the @ keeps its case; an accented domain is written as mail servers know it."""
    bare = INVISIBLE.sub("", typed[:400]).strip()
    refused = EmailRefused(said("Saisissez une seule adresse e-mail, par exemple nom@exemple.fr"))
    if len(typed) > 400 or "\n" in bare or "\r" in bare:
        raise refused
    try:
        found = validate_email(bare, check_deliverability=False, allow_display_name=True, allow_smtputf8=True)
    except EmailNotValidError:
        raise refused from None
    address = f"{found.local_part}@{found.ascii_domain}"
    if len(found.local_part) > 64 or len(address) > 254:
        raise refused
    return address


# Places

POSTCODES = {
    "FR": (
        r"(?:0[1-9]|[1-8][0-9]|9[0-5])[0-9]{3}|97[1-8][0-9]{2}|98[4678][0-9]{2}|00[1-9][0-9]{2}",
        said("cinq chiffres, par exemple 75010"),
    ),
    "MC": (r"980[0-9]{2}", said("cinq chiffres, par exemple 98000")),
    "BE": (r"[1-9][0-9]{3}", said("quatre chiffres, par exemple 1000")),
    "CH": (r"[1-9][0-9]{3}", said("quatre chiffres, par exemple 1200")),
    "LU": (r"[1-9][0-9]{3}", said("quatre chiffres, par exemple 1009")),
    "AT": (r"[1-9][0-9]{3}", said("quatre chiffres")),
    "DE": (r"[0-9]{5}", said("cinq chiffres, par exemple 10115")),
    "ES": (r"(?:0[1-9]|[1-4][0-9]|5[0-2])[0-9]{3}", said("cinq chiffres, par exemple 28001")),
    "IT": (r"[0-9]{5}", said("cinq chiffres, par exemple 00118")),
    "NL": (r"[1-9][0-9]{3}[A-Z]{2}", said("quatre chiffres et deux lettres, par exemple 1012AB")),
    "PT": (r"[0-9]{4}-[0-9]{3}", said("par exemple 1000-001")),
}
ELSEWHERE = (r"[A-Z0-9](?:[A-Z0-9 -]{0,8}[A-Z0-9])?", said("10 caractères au plus"))
ROAD_SIGNS = {
    "FR": "F",
    "BE": "B",
    "LU": "L",
    "DE": "D",
    "CH": "CH",
    "ES": "E",
    "IT": "I",
    "AT": "A",
    "PT": "P",
    "NL": "NL",
    "MC": "MC",
}


def parse_postcode(typed: str, *, country: str = "FR") -> str:
    """As the country writes it: F-75010 is 75010, and Belgium has four figures."""
    pattern, example = POSTCODES.get(country, ELSEWHERE)
    code = _squeezed(typed, most=20).translate(FULL_WIDTH).translate(DASHES).upper()
    for sign in {ROAD_SIGNS.get(country, country), country}:
        code = code.removeprefix(f"{sign}-")
    if not re.fullmatch(pattern, code):
        raise PostcodeRefused(said("Saisissez le code postal\u00a0: {example}", example=example))
    return code


DEPARTMENT_OF_TOWN = {
    "PARIS": "75", "MARSEILLE": "13", "LYON": "69", "TOULOUSE": "31", "NICE": "06", "NANTES": "44", "MONTPELLIER": "34",
    "STRASBOURG": "67", "BORDEAUX": "33", "LILLE": "59", "RENNES": "35", "REIMS": "51", "TOULON": "83", "SAINT ETIENNE": "42",
    "LE HAVRE": "76", "GRENOBLE": "38", "DIJON": "21", "ANGERS": "49", "VILLEURBANNE": "69", "NIMES": "30",
    "CLERMONT FERRAND": "63", "LE MANS": "72", "AIX EN PROVENCE": "13", "BREST": "29", "TOURS": "37", "AMIENS": "80",
    "LIMOGES": "87", "ANNECY": "74", "PERPIGNAN": "66", "METZ": "57", "BESANCON": "25", "ORLEANS": "45", "ROUEN": "76",
    "MULHOUSE": "68", "CAEN": "14", "NANCY": "54", "POITIERS": "86", "PAU": "64", "LA ROCHELLE": "17", "CALAIS": "62",
    "DUNKERQUE": "59", "AVIGNON": "84", "CANNES": "06", "ANTIBES": "06", "COLMAR": "68", "QUIMPER": "29", "LORIENT": "56",
    "VANNES": "56", "TROYES": "10", "CHAMBERY": "73", "VALENCE": "26", "BAYONNE": "64", "BIARRITZ": "64", "CHARTRES": "28",
    "NIORT": "79", "LAVAL": "53", "EVREUX": "27", "CHERBOURG EN COTENTIN": "50", "AJACCIO": "20", "BASTIA": "20",
    "LUTTERBACH": "68", "JOINVILLE LE PONT": "94", "LES ULIS": "91", "OLIVET": "45", "PRIVAS": "07", "MAYENNE": "53",
}  # fmt: skip


def doubtful_town(postcode: str, town: str) -> bool:
    """75010 LYON: a known town of another department. To be looked at, never refused; an unknown town is never doubted."""
    plain = "".join(sign for sign in unicodedata.normalize("NFKD", town.upper()) if not unicodedata.combining(sign))
    words = re.sub(r"\bST\b", "SAINT", " ".join(re.sub(r"[^A-Z ]", " ", plain).removesuffix(" CEDEX").split()))
    department = DEPARTMENT_OF_TOWN.get(words)
    return department is not None and not postcode.startswith(department)


COUNTRIES = worded({
    "FR": "France", "BE": "Belgique", "CH": "Suisse", "LU": "Luxembourg", "MC": "Monaco", "DE": "Allemagne", "AD": "Andorre",
    "AT": "Autriche", "BG": "Bulgarie", "CY": "Chypre", "HR": "Croatie", "DK": "Danemark", "ES": "Espagne", "EE": "Estonie",
    "FI": "Finlande", "GR": "Grèce", "HU": "Hongrie", "IE": "Irlande", "IT": "Italie", "LV": "Lettonie", "LT": "Lituanie",
    "MT": "Malte", "NO": "Norvège", "NL": "Pays-Bas", "PL": "Pologne", "PT": "Portugal", "CZ": "République tchèque",
    "RO": "Roumanie", "GB": "Royaume-Uni", "SK": "Slovaquie", "SI": "Slovénie", "SE": "Suède",
})  # fmt: skip


# Dates and numbers

DATE_FORMS = (
    re.compile(r"(?P<d>[0-9]{1,2})[/.\- ](?P<m>[0-9]{1,2})[/.\- ](?P<y>[0-9]{4})"),
    re.compile(r"(?P<d>[0-9]{2})(?P<m>[0-9]{2})(?P<y>[0-9]{4})"),
    re.compile(r"(?P<y>[0-9]{4})-(?P<m>[0-9]{2})-(?P<d>[0-9]{2})"),
)
SHORT_YEAR = re.compile(r"[0-9]{1,2}[/.\- ][0-9]{1,2}[/.\- ][0-9]{2}|[0-9]{6}")


def parse_date(typed: str) -> date:
    """Day first, four figures for the year; the ISO form is taken too."""
    bare = INVISIBLE.sub("", typed[:40]).translate(DASHES).strip()
    bare = re.sub(r"\s*([/.\-])\s*", r"\1", bare)
    for form in DATE_FORMS:
        if found := form.fullmatch(bare):
            try:
                day = date(int(found["y"]), int(found["m"]), int(found["d"]))
            except ValueError:
                raise DateRefused(said("Le {day} n’existe pas\u00a0: saisissez une date du calendrier", day=bare)) from None
            if not 1900 <= day.year < 2200:
                raise DateRefused(said("Saisissez une année entre 1900 et 2199"))
            return day
    if SHORT_YEAR.fullmatch(bare):
        raise DateRefused(said("Saisissez l’année en quatre chiffres, par exemple 14/09/2018"))
    raise DateRefused(said("Saisissez une date, par exemple 14/09/2018"))


def printed_date(day: date) -> str:
    return f"{day:%d/%m/%Y}"


TIME = re.compile(r"(?P<h>[01]?[0-9]|2[0-3]) ?(?:h|H|:|\.)? ?(?P<m>[0-5][0-9])?(?: ?mn| ?min)?")


def parse_time(typed: str) -> time:
    """14 h 30, 14h30, 14:30, 1430, 14 h."""
    bare = " ".join(INVISIBLE.sub("", typed[:40]).split())
    if not (found := TIME.fullmatch(bare)):
        raise TimeRefused(said("Saisissez une heure, par exemple 14\u00a0h\u00a030"))
    return time(int(found["h"]), int(found["m"] or 0))


def printed_time(hour: time) -> str:
    return f"{hour.hour}{NO_BREAK}h{NO_BREAK}{hour.minute:02}"


GROUPED = re.compile(r"[+-]?(?:[0-9]+|[0-9]{1,3}(?: [0-9]{3})+)")


def _number(typed: str, unit: str) -> str:
    """The bare number, or an empty text where there is none to see: no exponent, no underscore, no foreign figures."""
    if len(typed) > 40:
        return ""
    number = " ".join(INVISIBLE.sub("", typed).translate(FULL_WIDTH).replace(MINUS, "-").split())
    return re.sub(rf" ?(?:{unit})$", "", number, flags=re.IGNORECASE) if unit else number


def parse_amount(typed: str, *, places: int = 2, unit: str = "€|euros?|EUR") -> Decimal:
    """13 708,33 € with any kind of space. 16.450 is refused: nobody can tell 16,45 from 16 450."""
    number = _number(typed, unit)
    whole, mark, rest = number.partition("," if "," in number else ".")
    if not GROUPED.fullmatch(whole) or (mark and not re.fullmatch(r"[0-9]+", rest)):
        raise NumberRefused(said("Saisissez un montant, par exemple 13\u00a0708,33"))
    if mark == "." and len(rest) == 3:
        one, other = f"{whole}{rest}", f"{whole},{rest}"
        raise NumberRefused(
            said("«\u00a0{number}\u00a0» se lit de deux façons\u00a0: saisissez {one} ou {other}", number=number, one=one, other=other)
        )
    if len(rest) > places:
        raise NumberRefused(said("{places} chiffres au plus après la virgule", places=places))
    digits = whole.replace(" ", "")
    if len(digits.lstrip("+-0")) > 12:
        raise NumberRefused(said("Ce nombre est trop grand"))
    return Decimal(f"{digits}.{rest or 0}").quantize(Decimal(1).scaleb(-places))


def parse_whole(typed: str, *, unit: str = "") -> int:
    """4 500 km, without decimals."""
    number = _number(typed, unit)
    if not GROUPED.fullmatch(number):
        raise NumberRefused(said("Saisissez un nombre entier, par exemple 4\u00a0500"))
    digits = number.replace(" ", "")
    if len(digits.lstrip("+-0")) > 12:
        raise NumberRefused(said("Ce nombre est trop grand"))
    return int(digits)


def grouped(value: Decimal | int, places: int = 0) -> str:
    """16 450,00 as French typography wants it."""
    return f"{value:,.{places}f}".replace(",", THIN).replace(".", ",").replace("-", MINUS)


# Codes of the administration and of the network

RRD1 = re.compile(r"FR[0-9]{5}")


def parse_rrd1(typed: str) -> str:
    code = _squeezed(typed).upper()
    if not RRD1.fullmatch(code):
        raise CodeRefused(said("Le code RRD1 est FR suivi de cinq chiffres, par exemple FR10350"))
    return code


LA_POSTE = "356000000"


def parse_siret(typed: str) -> str:
    """14 figures and their check; La Poste's offices follow a rule of their own."""
    number = _squeezed(typed).translate(FULL_WIDTH).replace(".", "")
    if not re.fullmatch(r"[0-9]{14}", number):
        raise CodeRefused(said("Le SIRET a 14 chiffres"))
    if not (_luhn(number) or (number.startswith(LA_POSTE) and sum(map(int, number)) % 5 == 0)):
        raise CodeRefused(said("Ce SIRET n’existe pas\u00a0: vérifiez ses chiffres"))
    return number


def _luhn(number: str) -> bool:
    doubled = (int(figure) * (2 if i % 2 else 1) for i, figure in enumerate(reversed(number)))
    return sum(value - 9 if value > 9 else value for value in doubled) % 10 == 0
