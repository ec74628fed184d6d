"""One row by what names it; the first ones of many."""

from typing import TypeVar

from django.core.exceptions import ObjectDoesNotExist
from django.db.models import Model, QuerySet

from .database.base import planned_anew

Row = TypeVar("Row", bound=Model)


def only(rows: "QuerySet[Row]") -> Row | None:
    """The one row, or None; several are a fault. Where `first()` orders by the key, and hashes each column of a wide row for it,
    this costs as little as `get()`."""
    try:
        return rows.get()
    except ObjectDoesNotExist:
        return None


def first_of(rows: "QuerySet[Row]", count: int) -> list[Row]:
    """In their own order. What they name is joined to these alone: PostgreSQL would join it to all, and sort."""
    with planned_anew():
        return list(rows.filter(pk__in=rows.values("pk")[:count]))
