"""What fits which car, and what it costs: plain values, no database."""

import tomllib
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jupiter.insurer.products import rules
from jupiter.insurer.products.actions import SAMPLE
from jupiter.insurer.products.wording import sentence, years_and_months

DELIVERY = date(2021, 12, 7)
PREMIUM = rules.Limits(max_age_months=84, max_km=150_000, kinds=frozenset({"VP", "VU"}))
PERCENTS = {"insurance": Decimal(18), "service": Decimal(20)}


def a_car(**facts):
    known = {
        "kind": "VP", "make": "PEUGEOT", "fuel": "DIESEL", "first_registered_on": date(2018, 9, 14), "din_power_hp": 50,
        "mileage_km": 4500, "manufacturer_warranty_until": date(2020, 9, 14),
    }  # fmt: skip
    return rules.Car(**(known | facts))


def refused(car, limits=PREMIUM, delivery_on=DELIVERY):
    return {refusal.rule for refusal in rules.refusals(car, limits, delivery_on=delivery_on, max_power_hp=510)}


def lines(guarantee="118.78", assistance="30.00", relation="10.00"):
    return [
        rules.Line("ASSISTANCE", "Assistance", "insurance", Decimal(assistance)),
        rules.Line("RELATION_CLIENT", "Service de relation Client", "service", Decimal(relation)),
        rules.Line("GARANTIE", "Garantie", "insurance", Decimal(guarantee)),
    ]


def test_the_tutorials_price_is_made_of_three_premiums_and_two_taxes():
    made = rules.price(lines(), PERCENTS)

    assert (made.net, made.tax, made.gross) == (Decimal("158.78"), Decimal("28.78"), Decimal("187.56"))
    assert [(tax.kind, tax.base, tax.amount) for tax in made.taxes] == [
        ("insurance", Decimal("148.78"), Decimal("26.78")),
        ("service", Decimal("10.00"), Decimal("2.00")),
    ]


def test_tax_is_rounded_once_a_kind_and_not_once_a_line():
    """Twice 0,25 at 18 % is 0,09; line by line it would be 0,10."""
    halves = [rules.Line(name, name, "insurance", Decimal("0.25")) for name in ("A", "B")]
    assert rules.price(halves, PERCENTS).tax == Decimal("0.09")


def test_a_price_without_its_tax_does_not_exist():
    with pytest.raises(rules.NoTax):
        rules.price(lines(), {"insurance": Decimal(18)})


def test_a_worksheet_whose_costs_do_not_add_up_cannot_exist():
    with pytest.raises(ValueError, match="disagree"):
        rules.Worksheet(tuple(lines()), (), Decimal("158.78"), Decimal(0), Decimal("187.56"))


@pytest.mark.parametrize(
    ("facts", "rule"),
    [
        ({"first_registered_on": date(2014, 12, 7)}, None),  # seven years to the day
        ({"first_registered_on": date(2014, 12, 6)}, "age"),
        ({"first_registered_on": date(2021, 12, 7)}, None),
        ({"first_registered_on": date(2021, 12, 8)}, "registered_after_delivery"),
        ({"mileage_km": 150_000}, None),
        ({"mileage_km": 150_001}, "mileage"),
        ({"din_power_hp": 510}, None),
        ({"din_power_hp": 511}, "power"),
        ({"kind": "VU"}, None),
        ({"kind": "CAMION"}, "kind"),
    ],
)
def test_each_limit_holds_to_its_last_value(facts, rule):
    assert refused(a_car(**facts)) == ({rule} if rule else set())


def test_an_offering_may_name_its_makes_and_energies():
    ds = rules.Limits(max_age_months=84, max_km=150_000, makes=frozenset({"DS"}), fuels=frozenset({"PETROL"}))
    assert refused(a_car(), ds) == {"make", "fuel"}
    assert refused(a_car(make="ds", fuel="PETROL"), ds) == set()


def test_a_leap_day_is_seven_years_old_on_the_28th():
    car = a_car(first_registered_on=date(2016, 2, 29))
    assert refused(car, delivery_on=date(2023, 2, 28)) == set()
    assert refused(car, delivery_on=date(2023, 3, 1)) == {"age"}


def test_the_history_car_is_refused_in_the_words_of_the_portal():
    """Car B: 8 years 1 month at its delivery; Advanced takes it."""
    car = a_car(first_registered_on=date(2013, 10, 25), mileage_km=22_051)
    (age,) = rules.refusals(car, PREMIUM, delivery_on=date(2021, 12, 10), max_power_hp=510)

    assert age == rules.Refusal("age", "97", "84")
    assert sentence(age) == "Date de 1re immatriculation\u00a0: véhicule non éligible (8\u00a0ans 1\u00a0mois pour 7\u00a0ans)"
    assert refused(car, rules.Limits(max_age_months=120, max_km=200_000), date(2021, 12, 10)) == set()


@pytest.mark.parametrize(
    "rule", ["age", "mileage", "power", "kind", "make", "fuel", "registered_after_delivery", "delivery_past", "no_tariff", "no_rate"]
)
def test_every_rule_has_its_sentence(rule):
    value, limit = ("2021-12-08", "2021-12-07") if rule == "registered_after_delivery" else ("90", "84")
    said = sentence(rules.Refusal(rule, value, limit))
    assert said[0].isupper()
    assert "%" not in said


@pytest.mark.parametrize(("months", "said"), [(97, "8 ans 1 mois"), (84, "7 ans"), (12, "1 an"), (3, "3 mois"), (0, "0 mois")])
def test_months_are_said_as_years(months, said):
    assert years_and_months(months).replace("\u00a0", " ") == said


def test_a_car_delivered_more_than_thirty_days_ago_is_not_insured():
    def asked(delivery_on):
        return rules.delivery_refusal(delivery_on, today=DELIVERY, max_days_past=30)

    assert asked(date(2021, 10, 21)) == rules.Refusal("delivery_past", "47", "30")
    assert asked(date(2021, 11, 6)) == rules.Refusal("delivery_past", "31", "30")
    assert asked(date(2021, 11, 7)) is None
    assert asked(date(2022, 1, 31)) is None


def test_cover_begins_at_delivery_or_when_the_makers_warranty_ends():
    assert rules.cover_period(DELIVERY, date(2020, 9, 14), 12) == (DELIVERY, date(2022, 12, 7))
    assert rules.cover_period(DELIVERY, date(2022, 3, 1), 24) == (date(2022, 3, 1), date(2024, 3, 1))
    assert rules.cover_period(date(2024, 2, 29), date(2020, 1, 1), 12) == (date(2024, 2, 29), date(2025, 2, 28))


def test_offers_stand_declared_first_then_what_fits_then_the_rest():
    offers = [(False, False, 0, 24), (False, True, 1, 24), (True, True, 2, 12), (False, True, 1, 12)]
    assert rules.in_order(offers) == [2, 3, 1, 0]


amounts = st.decimals(min_value=0, max_value=5000, places=2)


@given(st.lists(st.tuples(amounts, st.sampled_from(["insurance", "service"])), min_size=1, max_size=8))
def test_costs_add_up_to_the_price_whatever_they_are(premiums):
    made = rules.price([rules.Line(str(i), "", kind, net) for i, (net, kind) in enumerate(premiums)], PERCENTS)

    assert made.gross == made.net + made.tax >= 0
    assert made.net == sum(net for net, _ in premiums)
    for tax in made.taxes:
        assert abs(tax.amount - tax.base * tax.percent / 100) <= Decimal("0.005")


@given(amounts, amounts)
def test_a_dearer_premium_is_never_a_cheaper_price(one, other):
    low, high = sorted((one, other))
    assert rules.price(lines(str(low)), PERCENTS).gross <= rules.price(lines(str(high)), PERCENTS).gross


SAMPLE_ROWS = tomllib.loads(SAMPLE.read_text())


@pytest.mark.parametrize("edition", SAMPLE_ROWS["editions"], ids=lambda edition: edition["code"])
def test_the_sample_tariff_rises_with_duration_and_power(edition):
    by_offering = {}
    for term in edition["terms"]:
        made = [rules.price(lines(net, term["assistance"], term["relation"]), PERCENTS).gross for net in term["guarantee"]]
        assert made == sorted(made)
        by_offering.setdefault(term["offering"], []).append((term["months"], made[0]))
    for prices in by_offering.values():
        assert [price for _, price in sorted(prices)] == sorted(price for _, price in prices)


@pytest.mark.parametrize("edition", SAMPLE_ROWS["editions"], ids=lambda edition: edition["code"])
def test_the_sample_tariff_is_as_wide_as_promised(edition):
    assert len({term["offering"] for term in edition["terms"]}) >= 3
    assert len(edition["bands"]) >= 4
    assert len({term["months"] for term in edition["terms"]}) >= 3
    for (_, high), (low, _) in zip(edition["bands"], edition["bands"][1:], strict=False):
        assert low == high + 1, "no power falls between two bands"
    assert all(len(term["guarantee"]) == len(edition["bands"]) for term in edition["terms"])
