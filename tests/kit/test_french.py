"""What people type, line by line from the shared list of bad inputs, and what becomes of it."""

import json
from collections.abc import Callable
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jupiter.kit import french

ROWS = [json.loads(line) for line in (Path(__file__).parents[1] / "data/bad_inputs.jsonl").read_text("utf-8").splitlines()]
NOT_HERE = {
    "B091": "against the order's date: the order's rules",
    "B095": "against today: the field's bounds",
    "B097": "against the start: the warranty's rules",
    "B103": "adding months: kit.months",
    "B105": "adding months: kit.months",
    "B204": "zero is a number: the order's rules",
    "B254": "against the last reading: the vehicle's rules",
    "B163": "with its country, below",
}
PARSERS: dict[str, Callable[[str], Any]] = {
    "plate": french.parse_plate,
    "vin": lambda typed: french.parse_vin(typed, short=typed == "12345"),
    "first_registration": french.parse_date,
    "birth_date": french.parse_date,
    "delivery_date": french.parse_date,
    "phone": french.parse_phone,
    "email": french.parse_email,
    "postal_code": french.parse_postcode,
    "price": french.parse_amount,
    "mileage": lambda typed: french.parse_whole(typed, unit="km"),
    "name": french.parse_name,
    "city": french.parse_name,
    "comment": french.parse_text,
    "siret": french.parse_siret,
    "rrd_code": french.parse_rrd1,
}


def rows(expected: str) -> list[Any]:
    ours = [row for row in ROWS if row["field"] in PARSERS and row["id"] not in NOT_HERE]
    return [pytest.param(row, id=row["id"]) for row in ours if row["expected"] == expected]


@pytest.mark.parametrize("row", rows("accept"))
def test_it_takes(row: dict[str, str]) -> None:
    assert PARSERS[row["field"]](row["value"]) is not None
    if row["field"] in ("name", "city"):
        assert PARSERS[row["field"]](row["value"]) == row["value"]


@pytest.mark.parametrize("row", rows("normalise"))
def test_it_writes_in_one_way(row: dict[str, str]) -> None:
    assert str(PARSERS[row["field"]](row["value"])) == row["to"]


@pytest.mark.parametrize("row", rows("reject"))
def test_it_refuses_with_a_sentence(row: dict[str, str]) -> None:
    with pytest.raises(french.Unreadable) as refusal:
        PARSERS[row["field"]](row["value"])
    assert refusal.value.sentence
    assert "\x00" not in refusal.value.sentence


@given(st.text(max_size=60))
def test_whatever_is_typed_is_read_or_refused_never_broken(typed: str) -> None:
    for parse in PARSERS.values():
        refused = None
        try:
            parse(typed)
        except french.Unreadable as refusal:
            refused = refusal
        assert refused is None or refused.sentence


@given(st.text(alphabet="\ud800\udfff\x00AB12-", max_size=20))
def test_what_no_database_can_hold_never_comes_through(typed: str) -> None:
    for parse in PARSERS.values():
        try:
            read = str(parse(typed))
        except french.Unreadable:
            continue
        read.encode()
        assert "\x00" not in read


@pytest.mark.parametrize(
    ("typed", "plate", "kind"),
    [
        ("eg702hq", "EG-702-HQ", french.PlateKind.SIV),
        ("ww 123 aa", "WW-123-AA", french.PlateKind.WW),
        ("w-123-aa", "W-123-AA", french.PlateKind.W_GARAGE),
        ("123abc2a", "123 ABC 2A", french.PlateKind.FNI),
        ("1234 AB 971", "1234 AB 971", french.PlateKind.FNI),
    ],
)
def test_a_plate_tells_its_kind(typed: str, plate: str, kind: french.PlateKind) -> None:
    assert french.parse_plate(typed) == plate
    assert french.plate_kind(plate) == kind


def test_a_plate_from_abroad_needs_its_country() -> None:
    assert french.parse_plate("1-abc-234", country="BE") == "1-ABC-234"
    assert french.plate_kind("1-ABC-234") == french.PlateKind.ABROAD
    with pytest.raises(french.PlateRefused):
        french.parse_plate("1-abc-234")


@pytest.mark.parametrize("plate", ["SS-123-AA", "AA-123-SS", "AA-000-AA"])
def test_a_plate_that_was_never_issued_is_refused(plate: str) -> None:
    with pytest.raises(french.PlateRefused):
        french.parse_plate(plate)


@pytest.mark.parametrize("vin", ["12345678901233333", "12345678901234567"])
def test_the_tutorials_vins_are_doubtful_yet_taken(vin: str) -> None:
    assert french.parse_vin(vin) == vin
    assert french.doubtful_vin(vin)


def test_an_ordinary_vin_is_not_doubted() -> None:
    assert not french.doubtful_vin("VF3CUHMZ6HY012345")
    assert not french.doubtful_vin("VR3UPHNSSKT512345")


def test_a_postcode_follows_its_country() -> None:
    assert french.parse_postcode("98000", country="MC") == "98000"
    assert french.parse_postcode("B-1000", country="BE") == "1000"
    with pytest.raises(french.PostcodeRefused):
        french.parse_postcode("1000")


def test_a_known_town_in_the_wrong_department_is_doubted() -> None:
    assert french.doubtful_town("75010", "LYON")
    assert not french.doubtful_town("75010", "Paris")
    assert not french.doubtful_town("75010", "Nulle-Part-sur-Rien")
    assert not french.doubtful_town("42000", "St-Étienne")


def test_a_phone_prints_as_its_country_writes_it() -> None:
    assert french.printed_phone("+33612345678") == "06\u00a012\u00a034\u00a056\u00a078"
    assert french.printed_phone("+32470123456").startswith("+32\u00a0470")


@pytest.mark.parametrize("typed", ["13708,33", "13 708,33", "13\u00a0708,33", "13\u202f708,33 €", "13708.33", "13\u202f708,33\u00a0€"])
def test_an_amount_may_be_typed_in_any_french_way(typed: str) -> None:
    assert french.parse_amount(typed) == Decimal("13708.33")


@pytest.mark.parametrize("typed", ["13,708.33", "13.708,33", "16,450", "1 2 3", "--5", "5-"])
def test_an_english_amount_is_refused_not_guessed(typed: str) -> None:
    with pytest.raises(french.NumberRefused):
        french.parse_amount(typed)


@given(st.decimals(min_value=-(10**9), max_value=10**9, places=2))
def test_an_amount_as_printed_is_read_back(amount: Decimal) -> None:
    assert french.parse_amount(french.grouped(amount, 2)) == amount


@given(st.dates(min_value=date(1900, 1, 1), max_value=date(2199, 12, 31)))
def test_a_date_as_printed_is_read_back(day: date) -> None:
    assert french.parse_date(french.printed_date(day)) == day
    assert french.parse_date(day.isoformat()) == day
