"""Numbers that the law or the business wants continuous: a counter row, taken in the transaction that keeps the number."""

from datetime import datetime

from django.db import connection


def take(series: str) -> int:
    """The next number of a series, gapless and in order of commit: the row stays locked to the end of the transaction.

    Call it last, just before the row that bears the number.
    """
    return take_dated(series)[0]


def take_dated(series: str) -> tuple[int, datetime]:
    """With the instant of issue, read once the series is held: a time read before would cross that of a number drawn meanwhile."""
    if not connection.in_atomic_block:
        raise RuntimeError(f"a number of {series} must be taken in the transaction that keeps it")
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO numbers_counter (series, last) VALUES (%s, 1)"
            " ON CONFLICT (series) DO UPDATE SET last = numbers_counter.last + 1 RETURNING last, clock_timestamp()",
            [series],
        )
        number, issued_at = cursor.fetchone()
    return int(number), issued_at


def reach(series: str, number: int) -> None:
    """A number given before a restore comes back: what the series gives next is above it."""
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO numbers_counter (series, last) VALUES (%s, %s)"
            " ON CONFLICT (series) DO UPDATE SET last = greatest(numbers_counter.last, excluded.last)",
            [series, number],
        )


def start(series: str, first: int) -> None:
    """Let a series begin at a given number; one that has already begun is left alone."""
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO numbers_counter (series, last) VALUES (%s, %s) ON CONFLICT (series) DO NOTHING",
            [series, first - 1],
        )
