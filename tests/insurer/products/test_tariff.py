"""The tables: each one moved, the next quote follows, and no price already given does."""

from datetime import date
from decimal import Decimal

import pytest
from django.db import IntegrityError, transaction

from jupiter.insurer.products.actions import load_tariff
from jupiter.insurer.products.models import DeclaredLevel, Edition, Offering, Parameter, RateRow, TaxRate, Term
from jupiter.insurer.quotes import actions
from jupiter.insurer.quotes.rules import FactsRefused
from tests.insurer import make


@pytest.fixture
def golden(producer, product):
    return make.a_quote(producer, product)


def premium(job):
    return job.offer.gross if job.offer else None


def again(producer, product, **changes):
    return premium(make.a_quote(producer, product, **changes))


def test_the_tutorials_car_costs_what_it_cost(golden):
    assert premium(golden) == Decimal("187.56")
    assert (golden.offer.name, golden.offer.months, golden.offer.waiting_months) == ("GVO Premium 7 / 150", 12, 0)
    assert golden.edition.code == "2021"


def test_petrol_costs_what_diesel_costs(producer, product):
    assert again(producer, product, fuel="PETROL") == Decimal("187.56")


@pytest.mark.parametrize(
    ("changes", "price"),
    [
        ({"din_power_hp": 90}, "187.56"),
        ({"din_power_hp": 91}, "208.35"),
        ({"din_power_hp": 140}, "300.63"),
        ({"months": 24}, "337.29"),
        ({"level": "SPOTICAR_ADVANCED"}, "161.15"),
        ({"first_registered_on": date(2012, 1, 1), "level": "SPOTICAR_ESSENTIAL"}, "143.33"),
    ],
)
def test_another_power_age_or_duration_costs_something_else(producer, product, changes, price):
    assert again(producer, product, **changes) == Decimal(price)


def test_five_years_later_the_same_car_costs_the_same_with_the_carence_of_its_edition(producer, product):
    today = date(2026, 11, 24)
    job = make.a_quote(
        producer, product, today=today, delivery_on=today, first_registered_on=date(2023, 9, 14),
        manufacturer_warranty_until=date(2025, 9, 14),
    )  # fmt: skip
    assert (job.edition.code, premium(job), job.offer.waiting_months) == ("2023", Decimal("187.56"), 3)
    stronger = {"first_registered_on": date(2023, 9, 14), "manufacturer_warranty_until": date(2025, 9, 14), "din_power_hp": 120}
    assert again(producer, product, today=today, delivery_on=today, **stronger) == Decimal("250.83")
    assert again(producer, product, din_power_hp=120) == Decimal("239.62")


def test_a_delivery_on_either_side_of_the_boundary_changes_the_edition_and_nothing_else(producer, product):
    old, new = (make.a_quote(producer, product, today=date(2023, 1, 2), delivery_on=day) for day in (date(2022, 12, 31), date(2023, 1, 1)))
    assert (old.edition.code, new.edition.code) == ("2021", "2023")
    assert premium(old) == premium(new)


def test_an_edition_is_not_used_before_its_activation(producer, product):
    """A delivery of 2023 sold in November 2022: only the old book is open."""
    job = make.a_quote(producer, product, today=date(2022, 11, 30), delivery_on=date(2023, 1, 5))
    assert job.edition.code == "2021"
    job = make.a_quote(producer, product, today=date(2022, 12, 1), delivery_on=date(2023, 1, 5))
    assert job.edition.code == "2023"


# Each table, moved


def stands(job):
    price, rows = premium(job), [(offer.name, offer.gross, offer.worksheet) for offer in job.offers.all()]
    job.refresh_from_db()
    return (premium(job), [(offer.name, offer.gross, offer.worksheet) for offer in job.offers.all()]) == (price, rows)


def test_rates(golden, producer, product):
    RateRow.objects.filter(edition=golden.edition, coverage__code="GARANTIE", offering__code="PREMIUM_7_150", months=12).update(net=200)
    assert again(producer, product) == Decimal("283.40")
    assert stands(golden)
    assert premium(golden) == Decimal("187.56")


def test_taxes_by_kind_and_by_date(golden, producer, product):
    TaxRate.objects.filter(kind="insurance").update(valid_until=date(2021, 12, 8))
    TaxRate.objects.create(kind="insurance", label="Taxe", percent=9, valid_from=date(2021, 12, 8))
    assert again(producer, product) == Decimal("187.56")
    assert again(producer, product, today=date(2021, 12, 8)) == Decimal("174.17")
    assert stands(golden)


def test_taxes_of_the_other_kind(golden, producer, product):
    TaxRate.objects.filter(kind="service").update(percent=10)
    assert again(producer, product) == Decimal("186.56")
    assert stands(golden)


def test_coverages(golden, producer, product):
    golden.product.coverages.filter(code="RELATION_CLIENT").update(tax_kind="insurance")
    assert again(producer, product) == Decimal("187.36")
    assert stands(golden)


def test_terms(golden, producer, product):
    Term.objects.filter(edition=golden.edition, offering__code="PREMIUM_7_150", months=12).update(waiting_months=6)
    assert make.a_quote(producer, product).offer.waiting_months == 6
    assert stands(golden)
    golden.refresh_from_db()
    assert golden.offer.waiting_months == 0


def test_limits_of_an_offering(golden, producer, product):
    Offering.objects.filter(code="PREMIUM_7_150").update(max_km=4499)
    assert again(producer, product) is None
    assert stands(golden)


def test_the_declared_level(golden, producer, product):
    DeclaredLevel.objects.filter(edition=golden.edition, level="SPOTICAR_PREMIUM", months=12).update(
        offering=Offering.objects.get(code="ADVANCED_10_200")
    )
    assert make.a_quote(producer, product).offer.name == "GVO Advanced 10 / 200"
    assert stands(golden)


def test_editions(golden, producer, product):
    Edition.objects.filter(code="2023").update(effective_from=date(2021, 12, 1), activated_on=date(2021, 12, 1))
    assert make.a_quote(producer, product).edition.code == "2023"
    assert stands(golden)


@pytest.mark.parametrize(
    ("code", "number", "facts"),
    [("max_power_hp", 49, {}), ("delivery_max_days_past", 0, {"delivery_on": date(2021, 12, 6)})],
)
def test_parameters(golden, producer, product, code, number, facts):
    job = make.a_draft(producer, product, **facts)
    assert premium(actions.price_job(job, by="essai", today=make.DAY, now=make.NOON)) == Decimal("187.56")
    Parameter.objects.filter(code=code).update(number=number)

    if facts:
        with pytest.raises(FactsRefused):
            make.a_quote(producer, product, **facts)
    else:
        assert again(producer, product) is None
    assert stands(golden)


def test_the_validity_of_a_quote(golden, producer, product):
    Parameter.objects.filter(code="quote_validity_days").update(number=7)
    assert make.a_draft(producer, product).expires_on == date(2021, 12, 14)
    golden.refresh_from_db()
    assert golden.expires_on == date(2021, 12, 21)


# What the tables refuse


def test_two_bands_of_power_never_overlap(product):
    row = RateRow.objects.filter(coverage__code="GARANTIE", power_from=91).first()
    row.pk, row.power_from = None, 100
    with pytest.raises(IntegrityError), transaction.atomic():
        row.save()


def test_a_kind_has_one_tax_a_day(product):
    with pytest.raises(IntegrityError), transaction.atomic():
        TaxRate.objects.create(kind="insurance", label="Taxe", percent=9, valid_from=date(2021, 1, 1))


def test_loading_again_changes_nothing(product):
    RateRow.objects.update(net=1)
    load_tariff()
    assert set(RateRow.objects.values_list("net", flat=True)) == {Decimal(1)}
    assert Edition.objects.count() == 2
