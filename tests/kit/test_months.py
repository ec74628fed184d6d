"""Months as contracts count them."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as some

from jupiter.kit.months import full_months_between, months_after

DAYS = some.dates(date(1900, 1, 1), date(2200, 1, 1))


@pytest.mark.parametrize(
    ("start", "months", "end"),
    [
        (date(2021, 12, 7), 12, date(2022, 12, 7)),
        (date(2021, 10, 21), 12, date(2022, 10, 21)),
        (date(2024, 2, 29), 12, date(2025, 2, 28)),
        (date(2021, 12, 31), 2, date(2022, 2, 28)),
        (date(2018, 9, 14), 24, date(2020, 9, 14)),
        (date(2021, 1, 31), -1, date(2020, 12, 31)),
    ],
)
def test_the_same_day_of_a_later_month_or_its_last(start, months, end):
    assert months_after(start, months) == end


@pytest.mark.parametrize(
    ("start", "end", "months"),
    [
        (date(2018, 9, 14), date(2021, 12, 7), 38),
        (date(2018, 9, 14), date(2021, 10, 21), 37),
        (date(2013, 10, 25), date(2021, 12, 10), 97),
        (date(2024, 2, 29), date(2025, 2, 28), 12),
        (date(2021, 12, 7), date(2021, 12, 7), 0),
    ],
)
def test_ages_in_completed_months(start, end, months):
    assert full_months_between(start, end) == months


@given(DAYS, some.integers(0, 600))
def test_what_lies_so_many_months_ahead_is_so_many_months_away(start, months):
    assert full_months_between(start, months_after(start, months)) == months
