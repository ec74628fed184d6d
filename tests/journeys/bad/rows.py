"""tests/data/bad_inputs.jsonl: what is tried in a field, and what is expected of it."""

import json
import re
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from decimal import Decimal, InvalidOperation
from pathlib import Path

ACCEPT, NORMALISE, REFUSE, ANY, AS_SAID = "accept", "normalise", "reject", "any", "as said"
FILE = Path(__file__).resolve().parents[2] / "data/bad_inputs.jsonl"
INVISIBLE = re.compile("[\u00ad\u200b\u200c\u200d\u2060\ufeff]")


@dataclass(frozen=True)
class Row:
    """`changes` are other fields that the row needs beside its own; ANY asks only that nothing breaks."""

    id: str
    value: str
    expected: str
    to: str = ""
    scope: str = ""
    changes: dict[str, str] = field(default_factory=dict)

    @property
    def is_blank(self) -> bool:
        return not INVISIBLE.sub("", self.value).strip()


def load() -> dict[str, list[Row]]:
    """By the table's own field names."""
    found: dict[str, list[Row]] = {}
    for line in FILE.read_text("utf-8").splitlines():
        said = json.loads(line)
        row = Row(said["id"], said["value"], said["expected"], said.get("to", ""), said.get("scope", ""))
        found.setdefault(said["field"], []).append(row)
    return found


TABLE = load()
IDS = {row.id for rows in TABLE.values() for row in rows}


def row(id_: str, **changed: object) -> Row:
    """One of the table, perhaps put otherwise: « 20000 on 16450 » is typed as 20000."""
    found = next(row for rows in TABLE.values() for row in rows if row.id == id_)
    return replace(found, **changed)  # type: ignore[arg-type]


def refused_of(name: str) -> list[Row]:
    return [row for row in TABLE[name] if row.expected == REFUSE]


def without(rows: list[Row], *ids: str) -> list[Row]:
    return [row for row in rows if row.id not in ids]


def _line(row: Row) -> Row:
    """A remark in a field of one line: the lines become spaces, as a browser makes them."""
    return replace(row, expected=NORMALISE, to="a b c") if row.id == "B328" else row


LINES = [_line(row) for row in TABLE["comment"]]
DATES = TABLE["first_registration"]
UNREADABLE_NUMBERS = refused_of("mileage")[:4]  # the fifth is about another day's kilometres
AMOUNTS = without(TABLE["price"], "B204", "B213")  # a fee may be 0, and may be left out
NOT_IN_LIST = Row("not in the list", "pas dans la liste", REFUSE)
SIGNS = [
    Row(f"sign {i}", sign, ANY) for i, sign in enumerate(("\x00", "A" * 20_000, "𝔸\u202e", "-1", "9" * 30, "%00%", "١", "'\"<>&{{7*7}}"))
]

KINDS: dict[str, list[Row]] = {
    "plate": TABLE["plate"],
    "vin": TABLE["vin"],
    "first date": DATES,
    "date": DATES,
    "later date": refused_of("first_registration"),  # those that are readable lie before the order
    "delivery": [
        *refused_of("first_registration"),
        row("B091", value="06/12/2021"),  # the order is of the tutorial's day
        row("B076", value=" 21/12/2021", to="2021-12-21"),
    ],
    "birth": [*TABLE["birth_date"], *refused_of("first_registration")],
    "hour": [
        row("B098", value="02:30", changes={"delivery_on": "29/03/2026"}),
        row("B099", value="02:30", to="2 h 30", changes={"delivery_on": "25/10/2026"}),
        row("B102", value="23:59:60"),
    ],
    "phone": TABLE["phone"],
    "email": TABLE["email"],
    "postcode": [
        row("B163", changes={"country": "MC"}),
        *without(TABLE["postal_code"], "B163"),
        row("B180", value="B-1000", expected=NORMALISE, to="1000", changes={"country": "BE"}),
    ],
    "town": [*TABLE["city"], row("B182", value="LYON", changes={"postcode": "75010"})],
    "price": TABLE["price"],
    "amount": AMOUNTS,
    "deposit": [*AMOUNTS, row("B229", value="20000")],
    "kilometres": without(TABLE["mileage"], "B254"),
    "kilometres of the warranty": [*TABLE["warranty_km_limit"], *without(TABLE["mileage"], "B254")],
    "number": UNREADABLE_NUMBERS,
    "din": [*TABLE["power_din"], *UNREADABLE_NUMBERS],
    "kw": [row("B268", value="50", changes={"din_power_hp": "37", "din_power": "37"}), *UNREADABLE_NUMBERS],
    "co2": [*TABLE["co2"], *UNREADABLE_NUMBERS],
    "months": TABLE["duration_months"],
    "free months": [row("B256"), row("B262"), row("B260"), *UNREADABLE_NUMBERS],
    "fuel": [*TABLE["energy"], NOT_IN_LIST],
    "vat": [*TABLE["vat_rate"], NOT_IN_LIST],
    "name": TABLE["name"],
    "line": LINES,
    "short line": [replace(row, expected=REFUSE) if len(row.value) > 20 else row for row in LINES],  # a code of 20 characters
    "siret": TABLE["siret"],
    "rrd1": TABLE["rrd_code"],
    "site code": [row("B031"), row("B332"), row("B304")],  # part of an address
    "stock number": [*(replace(row, expected=REFUSE) for row in LINES), row("B304")],  # a car must bear it
    "reason": [row("B332"), row("B304")],
    "identifier": [row("B332"), row("B304"), row("B035"), row("B031")],
    "list": [NOT_IN_LIST],
    "box": SIGNS[:2],
    "hidden": SIGNS,
    "shown": SIGNS[:1],  # what is typed there is not looked at
    "search in the form": SIGNS,
    "search": [*SIGNS, *(replace(row, expected=ANY) for row in (*TABLE["comment"], *TABLE["plate"], *TABLE["name"]))],
    "username": [replace(row, expected=REFUSE) for row in TABLE["name"] if row.id not in ("B306",)],
    "password": [Row(f"password {i}", row.value, REFUSE) for i, row in enumerate(TABLE["comment"])],
}

# Rows of the table that no field of these forms and of the APIs concerns, and why.
NOT_HERE = {
    "B339": "no form asks for a VAT number yet",
    "B342": "no form asks for an IBAN yet",
    "B392": "nothing is uploaded yet",
    "B394": "nothing is uploaded yet",
    "B396": "nothing is uploaded yet",
    "B397": "nothing is uploaded yet",
}


# As the table writes a value, from what a page shows


def plain(shown: str) -> str:
    return re.sub("[\u00a0\u202f]", " ", shown).replace("\u2212", "-")


def _date(shown: str) -> str:
    return re.sub(r"(\d\d)/(\d\d)/(\d{4})", r"\3-\2-\1", shown)


def _amount(shown: str) -> str:
    try:
        return f"{Decimal(plain(shown).replace(' ', '').replace(',', '.')):.2f}"
    except InvalidOperation:
        return shown


def _whole(shown: str) -> str:
    return plain(shown).replace(" ", "")


def _phone(shown: str) -> str:
    bare = plain(shown).replace(" ", "").replace("-", "")
    return f"+33{bare[1:]}" if bare.startswith("0") else bare


WRITTEN: dict[str, Callable[[str], str]] = {
    **dict.fromkeys(("first date", "date", "later date", "delivery", "birth"), _date),
    **dict.fromkeys(("price", "amount", "deposit"), _amount),
    **dict.fromkeys(("kilometres", "kilometres of the warranty", "number", "din", "kw", "co2", "months", "free months"), _whole),
    "phone": _phone,
    "hour": plain,
}


def written(kind: str, shown: str) -> str:
    return WRITTEN.get(kind, str)(shown)
