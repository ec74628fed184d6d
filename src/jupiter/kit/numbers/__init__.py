"""Numbers that the law or the business wants continuous: a counter row, taken in the transaction that keeps the number."""

from django.db import connection


def take(series: str) -> int:
    """The next number of a series, gapless and in order of commit: the row stays locked to the end of the transaction.

    Call it last, just before the row that bears the number; date that row with the database's clock read afterwards.
    """
    if not connection.in_atomic_block:
        raise RuntimeError(f"a number of {series} must be taken in the transaction that keeps it")
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO numbers_counter (series, last) VALUES (%s, 1)"
            " ON CONFLICT (series) DO UPDATE SET last = numbers_counter.last + 1 RETURNING last",
            [series],
        )
        (number,) = cursor.fetchone()
    return int(number)


def start(series: str, first: int) -> None:
    """Let a series begin at a given number; one that has already begun is left alone."""
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO numbers_counter (series, last) VALUES (%s, %s) ON CONFLICT (series) DO NOTHING",
            [series, first - 1],
        )
