"""Months as contracts count them: same day of a later month, or the last day that month has."""

from calendar import monthrange
from datetime import date


def months_after(day: date, months: int) -> date:
    """29/02/2024 + 12 months is 28/02/2025; 07/12/2021 + 12 months is 07/12/2022 (periods are half-open)."""
    years, month = divmod(day.month - 1 + months, 12)
    year, month = day.year + years, month + 1
    return date(year, month, min(day.day, monthrange(year, month)[1]))


def full_months_between(start: date, end: date) -> int:
    """Completed months from start to end; negative when end comes first."""
    months = (end.year - start.year) * 12 + end.month - start.month
    return months if months_after(start, months) <= end else months - 1
