"""Margin, days in stock and doubts: the tutorial's figures, and what must hold for any."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jupiter.dealer.vehicles import rules

euros = st.decimals(min_value=0, max_value=999999, places=2)


def test_the_tutorials_margin_comes_out_of_its_data():
    margin = rules.margin_under_margin_scheme(Decimal("43000.00"), Decimal("8626.67"), Decimal("120.83"), Decimal(20))
    assert (margin.amount, margin.percent_of_gross, margin.percent_of_net) == (Decimal("28543.75"), Decimal("66.38"), Decimal("79.66"))
    assert (margin.vat_base, margin.vat) == (Decimal("28644.44"), Decimal("5728.89"))


def test_under_the_margin_scheme_costs_lower_the_margin_and_not_its_tax():
    without = rules.margin_under_margin_scheme(Decimal(12000), Decimal(6000), Decimal(0), Decimal(20))
    with_costs = rules.margin_under_margin_scheme(Decimal(12000), Decimal(6000), Decimal(600), Decimal(20))
    assert (without.amount, with_costs.amount) == (Decimal(5000), Decimal(4500))
    assert without.vat == with_costs.vat == Decimal(1000)


def test_a_sale_at_a_loss_bears_no_tax_on_its_margin():
    margin = rules.margin_under_margin_scheme(Decimal(5000), Decimal(6000), Decimal(0), Decimal(20))
    assert (margin.vat_base, margin.vat) == (0, 0)
    assert margin.amount == Decimal("-833.33")


def test_under_the_standard_regime_the_margin_is_net_less_net_less_costs():
    margin = rules.margin_under_standard_vat(Decimal("16450.00"), Decimal("11890.00"), Decimal("100.00"), Decimal(20))
    assert (margin.sale_net, margin.vat) == (Decimal("13708.33"), Decimal("2741.67"))
    assert margin.amount == Decimal("1718.33")


@given(gross=euros, purchase=euros, costs=euros)
def test_a_margin_is_in_whole_cents_and_its_tax_is_never_negative(gross, purchase, costs):
    for reckon in (rules.margin_under_margin_scheme, rules.margin_under_standard_vat):
        margin = reckon(gross, purchase, costs, Decimal(20))
        assert margin.amount == margin.amount.quantize(Decimal("0.01"))
        assert margin.vat >= 0


@pytest.mark.parametrize(
    ("delivery_on", "today", "days"),
    [(date(2021, 12, 10), date(2026, 11, 24), 2187), (None, date(2015, 12, 25), 10), (None, date(2015, 12, 1), 0)],
)
def test_days_in_stock_run_to_the_delivery_else_to_today(delivery_on, today, days):
    assert rules.days_in_stock(date(2015, 12, 15), delivery_on=delivery_on, today=today) == days


def test_a_car_without_entry_date_has_no_days_in_stock():
    assert rules.days_in_stock(None, delivery_on=None, today=date(2021, 12, 7)) is None


@dataclass
class Car:
    vin: str = "VF3CUHMZ6HY012345"
    model: str = "2008"
    trim: str = "1.2 PureTech 110"
    fuel: str = "PETROL"
    din_power_hp: int = 110
    power_kw: int = 81
    first_registered_on: date | None = date(2018, 9, 14)
    registered_on: date | None = None


@pytest.mark.parametrize(
    ("car", "fields"),
    [
        (Car(), set()),
        (Car(fuel="DIESEL"), {"fuel"}),
        (Car(trim="1.5 BlueHDi 130"), {"fuel"}),
        (Car(vin="12345678901233333"), {"vin"}),
        (Car(vin="12345"), {"vin"}),
        (Car(power_kw=95), {"power_kw"}),
        (Car(registered_on=date(2017, 1, 1)), {"registered_on"}),
    ],
)
def test_what_is_more_often_a_slip_is_doubted(car, fields):
    assert set(rules.doubts(car)) == fields


def test_kilowatts_above_horsepower_are_swapped():
    assert rules.swapped_powers(37, 50)
    assert not rules.swapped_powers(50, 37)
    assert not rules.swapped_powers(0, 37)


def test_the_manufacturers_warranty_is_proposed_for_two_years():
    assert rules.proposed_end_of_manufacturer_warranty(date(2018, 9, 14)) == date(2020, 9, 14)
