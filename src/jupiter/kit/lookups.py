"""One row by what names it."""

from typing import TypeVar

from django.core.exceptions import ObjectDoesNotExist
from django.db.models import Model, QuerySet

Row = TypeVar("Row", bound=Model)


def only(rows: "QuerySet[Row]") -> Row | None:
    """The one row, or None; several are a fault. Where `first()` orders by the key, and hashes each column of a wide row for it,
    this costs as little as `get()`."""
    try:
        return rows.get()
    except ObjectDoesNotExist:
        return None
