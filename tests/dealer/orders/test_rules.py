"""Sums, prices both ways, hours that do not exist, what a label takes: without a database."""

from datetime import UTC, date, datetime, time
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jupiter.dealer.orders import rules
from jupiter.kit.money import Price

AMOUNTS = st.decimals(min_value="0.01", max_value="99999999.99", places=2)
RATES = st.sampled_from([Decimal(20), Decimal("8.5"), Decimal("5.5"), Decimal(0)])


def both(net, gross, master=rules.GROSS, rate=Decimal(20)):
    net, gross = (Decimal(amount) if amount else None for amount in (net, gross))
    return rules.price_as_typed(net, gross, master=master, vat_percent=rate)


def test_the_tutorials_price_is_the_same_from_both_sides():
    price = Price(net=Decimal("13708.33"), tax=Decimal("2741.67"), gross=Decimal("16450.00"))
    assert both(None, "16450.00") == price
    assert both("13708.33", None) == price
    assert both("13708.33", "16450.00") == price


def test_another_pair_that_reconciles_is_kept():
    assert both("13708.34", "16450.01") == Price(net=Decimal("13708.34"), tax=Decimal("2741.67"), gross=Decimal("16450.01"))


def test_of_two_that_disagree_the_one_typed_last_decides():
    assert both("10000", "16450.00", rules.NET).gross == Decimal("12000.00")
    assert both("10000", "16450.00", rules.GROSS).net == Decimal("13708.33")
    assert both(None, None) is None


@given(AMOUNTS, RATES)
def test_net_and_tax_always_make_gross(amount, rate):
    for price in (both(amount, None, rate=rate), both(None, amount, rate=rate)):
        assert price.net + price.tax == price.gross


@given(AMOUNTS, RATES)
def test_a_gross_price_never_drifts(amount, rate):
    """Saved, shown and saved again it is the same, to the cent."""
    first = both(None, amount, rate=rate)
    assert both(first.net, first.gross, rate=rate) == first


@given(AMOUNTS, st.lists(AMOUNTS, max_size=5), AMOUNTS, AMOUNTS)
def test_what_is_left_to_pay_is_total_less_trade_in_and_deposit(agreed, fees, trade_in, deposit):
    sums = rules.sums(agreed, fees=fees, trade_in=trade_in, deposits=[deposit])
    assert sums.total == agreed + sum(fees)
    assert sums.left_to_pay + trade_in + deposit == sums.total


def test_a_supplement_is_no_discount():
    assert rules.discount(Decimal(100), Decimal(90)) == 10
    assert rules.discount(Decimal(90), Decimal(100)) == 0
    assert rules.discount(None, Decimal(100)) is None


def test_the_hour_that_the_clocks_jump_over_does_not_exist():
    with pytest.raises(rules.NoSuchHour):
        rules.delivery_instant(date(2026, 3, 29), time(2, 30))


def test_the_hour_that_comes_twice_is_the_first_and_says_so():
    instant, is_ambiguous = rules.delivery_instant(date(2026, 10, 25), time(2, 30))
    assert instant.isoformat() == "2026-10-25T02:30:00+02:00"
    assert is_ambiguous
    assert instant.astimezone(UTC) == datetime(2026, 10, 25, 0, 30, tzinfo=UTC)


def test_any_other_hour_is_itself():
    instant, is_ambiguous = rules.delivery_instant(date(2021, 12, 7), time(14, 30))
    assert (instant.isoformat(), is_ambiguous) == ("2021-12-07T14:30:00+01:00", False)


@pytest.mark.parametrize(
    ("first", "on", "km", "verdict"),
    [
        (date(2018, 9, 14), date(2021, 12, 7), 4500, [True, True]),  # the tutorial's car C: 38 months
        (date(2013, 10, 25), date(2021, 12, 10), 22051, [False, True]),  # car B: 97 months
        (date(2014, 12, 7), date(2021, 12, 7), 150000, [True, True]),  # to the day
        (date(2014, 11, 6), date(2021, 12, 7), 150001, [False, False]),
        (None, date(2021, 12, 7), 0, [None, None]),
    ],
)
def test_the_label_takes_seven_years_and_150_000_kilometres(first, on, km, verdict):
    checks = rules.eligibility(first_registered_on=first, mileage_km=km, on=on, max_age_months=84, max_mileage_km=150000)
    assert [check.ok for check in checks] == verdict


def test_doubts_name_the_values_so_that_another_value_is_doubted_again():
    first = rules.doubts(postcode="75010", city="LYON", country="FR", mileage_km=4000, known_mileage_km=4500)
    assert [doubt.key for doubt in first] == ["town:75010 LYON", "mileage:4000<4500"]
    assert rules.doubts(postcode="75010", city="PARIS", country="FR", mileage_km=4500, known_mileage_km=4500) == []
    assert rules.doubts(postcode="1000", city="LYON", country="BE", mileage_km=None, known_mileage_km=4500) == []


@pytest.mark.parametrize(
    ("plate", "takes"), [("ER-452-AS", True), ("WW-123-AA", True), ("1234 AB 75", False), ("W-123-AA", False), ("B AB 1234", False)]
)
def test_the_network_takes_the_plates_since_2009(plate, takes):
    assert rules.takes_plate(plate) is takes
