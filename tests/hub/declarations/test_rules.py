"""What makes a sale true, field by field."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jupiter.hub.declarations import rules
from jupiter.kit.months import months_after
from tests.hub import make


def read(with_warranty=True, ordered_on=None, **changes):
    given_values = rules.from_words(make.full_words()) | changes
    return rules.read(given_values, ordered_on=ordered_on, today=make.DAY, with_warranty=with_warranty)


def test_there_are_43_fields_and_27_are_mandatory():
    assert (len(rules.FIELDS), sum(field.mandatory for field in rules.FIELDS.values())) == (43, 27)


def test_the_tutorials_sale_is_complete_and_its_dates_are_computed():
    reading = read()
    assert reading.refused == {}
    assert rules.missing(reading.values, with_warranty=True) == []
    assert (reading.values["starts_on"], reading.values["ends_on"]) == ("2021-12-07", "2022-12-07")


def test_without_consent_and_origin_exactly_these_two_are_missing():
    reading = read(consent=None, sale_origin=None)
    assert [rules.is_mandatory_sentence(name) for name in rules.missing(reading.values, with_warranty=True)] == [
        "Le champ consentement du client (FOCUS) est obligatoire",
        "Le champ origine de la vente est obligatoire",
    ]


@pytest.mark.parametrize(
    ("name", "sentence"),
    [
        ("kind", "Le champ type véhicule est obligatoire"),
        ("plate", "Le champ immatriculation est obligatoire"),
        ("vin", "Le champ VIN est obligatoire"),
        ("fuel", "Le champ énergie est obligatoire"),
    ],
)
def test_a_missing_field_is_named_with_a_small_letter_and_vin_stays_vin(name, sentence):
    assert rules.is_mandatory_sentence(name) == sentence


def test_a_company_needs_no_first_name():
    assert "first_name" in rules.missing(read(first_name=None).values, with_warranty=True)
    assert "first_name" not in rules.missing(read(first_name=None, title="COMPANY").values, with_warranty=True)


def test_without_commercial_warranty_level_and_dates_are_neither_asked_nor_kept():
    reading = read(with_warranty=False, level=None, months=None)
    assert rules.missing(reading.values, with_warranty=False) == []
    assert not set(rules.WARRANTY) & set(reading.values)


def test_missing_dates_are_not_named_when_their_cause_is():
    names = rules.missing(read(delivery_on=None).values, with_warranty=True)
    assert names == ["delivery_on"]


def test_the_warranty_starts_at_the_end_of_the_makers_if_that_is_later():
    assert read(manufacturer_until="2022-03-01").values["starts_on"] == "2022-03-01"
    assert read(manufacturer_until="2022-03-01").values["ends_on"] == "2023-03-01"


def test_a_cover_from_the_last_day_of_february_ends_on_the_last_day_it_has():
    assert rules.warranty_dates({"delivery_on": "2024-02-29", "months": 12})["ends_on"] == "2025-02-28"


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"plate": "1234 AB 75"}, "plate"),
        ({"plate": "W-123-AA"}, "plate"),
        ({"vin": "12345"}, "vin"),
        ({"vin": "1" * 17}, "vin"),
        ({"din_power": 0}, "din_power"),
        ({"din_power": "0"}, "din_power"),
        ({"din_power": 511}, "din_power"),
        ({"price": "0.00"}, "price"),
        ({"delivery_on": "2018-09-13", "first_registered_on": "2018-09-14"}, "delivery_on"),
        ({"first_registered_on": "2021-12-08"}, "first_registered_on"),
        ({"born_on": "1800-01-01"}, "born_on"),
        ({"born_on": "2030-10-21"}, "born_on"),
        ({"phone": "00112233445"}, "phone"),
        ({"first_registered_on": "14/09/18"}, "first_registered_on"),
        ({"months": 18}, "months"),
        ({"months": 8}, "months"),
        ({"level": "SPOTICAR_ESSENTIAL", "months": 24}, "months"),
        ({"power_kw": 50, "din_power": 37}, "power_kw"),
        ({"email": "jean@localhost"}, "email"),
        ({"postcode": "1000"}, "postcode"),
        ({"fuel": "CHARCOAL"}, "fuel"),
        ({"manufacturer_until": "2018-01-01"}, "manufacturer_until"),
    ],
)
def test_what_cannot_be_is_refused_at_its_field(changes, field):
    reading = read(**changes)
    assert list(reading.refused) == [field]
    assert field not in reading.values


def test_a_delivery_before_the_order_is_refused():
    assert "bon de commande" in read(delivery_on="2021-12-06", ordered_on=make.DAY).refused["delivery_on"]


@pytest.mark.parametrize(
    ("changes", "field", "written"),
    [
        ({"plate": "er452as"}, "plate", "ER-452-AS"),
        ({"plate": "ww123aa"}, "plate", "WW-123-AA"),
        ({"plate": "ER-452-WW"}, "plate", "ER-452-WW"),
        ({"delivery_on": "07122021"}, "delivery_on", "2021-12-07"),
        ({"mileage": "4 500 km"}, "mileage", 4500),
        ({"price": "16 450,00 €"}, "price", "16450.00"),
        ({"fuel": "diesel"}, "fuel", "DIESEL"),
        ({"months": "12 mois"}, "months", 12),
        ({"phone": "01.73.43.87.76"}, "phone", "+33173438776"),
        ({"country": "BE", "postcode": "B-1000"}, "postcode", "1000"),
    ],
)
def test_what_is_typed_in_french_is_written_in_one_way(changes, field, written):
    assert read(**changes).values[field] == written


def test_the_tutorials_ambers_are_told_and_stop_nothing():
    codes = [doubt.code for doubt in rules.doubts(read().values)]
    assert codes == ["fuel_and_engine_disagree", "power_and_version_disagree", "doubtful_vin"]


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"consent": "EMAIL", "email": None}, "consent_without_address"),
        ({"consent": "SMS"}, "consent_without_address"),
        ({"postcode": "75010", "city": "LYON"}, "postcode_and_town_disagree"),
        ({"fuel": "PETROL", "version": "1.5 BlueHDi 50"}, "fuel_and_engine_disagree"),
    ],
)
def test_each_doubt_is_raised_by_its_cause(changes, code):
    assert code in [doubt.code for doubt in rules.doubts(read(**changes).values)]


def test_a_difference_needs_an_order_that_said_something_else():
    order = {"price": "16450.00", "vin": "A"}
    held = {"price": "16000.00", "vin": "A", "consent": "EMAIL"}
    found = rules.differences(order, held, {"vin": "B", "make": "peugeot"})
    assert [(one.name, one.where) for one in found] == [("price", "hub"), ("vin", "insurer")]


def test_capital_letters_make_no_difference():
    assert rules.differences({}, {"make": "PEUGEOT"}, {"make": "Peugeot"}) == []


@given(day=st.dates(date(2000, 1, 1), date(2060, 1, 1)), months=st.sampled_from([6, 8, 12, 24]))
def test_a_cover_always_ends_after_it_starts(day, months):
    dates = rules.warranty_dates({"delivery_on": day.isoformat(), "months": months})
    assert dates["ends_on"] == months_after(day, months).isoformat() > dates["starts_on"]


@given(st.dictionaries(st.sampled_from(sorted(rules.FIELDS)), st.text(max_size=60), max_size=20))
def test_no_typing_breaks_the_reading(typed):
    reading = rules.read(typed, ordered_on=make.DAY, today=make.DAY, with_warranty=True)
    assert not set(reading.refused) & set(reading.values)
    again = rules.read(reading.values, ordered_on=make.DAY, today=make.DAY, with_warranty=True)
    assert rules.read(typed, ordered_on=make.DAY, today=make.DAY, with_warranty=True, written=reading.values) == reading
    assert again.values == reading.values
