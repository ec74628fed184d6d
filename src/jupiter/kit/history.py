"""Every former version of a row is kept by the database itself, also when many rows are changed at once.

The journal says in a sentence what a person did; this says what a row was. A row as it stands is its own last version, so only what an
UPDATE or a DELETE replaces is written: a row that never changes costs nothing.
"""

from collections.abc import Callable, Iterable
from datetime import datetime
from typing import Any, NamedTuple

import pghistory
from django.db import models

CHANGED, REMOVED = "changed", "removed"
SILENT = frozenset({"search_text", "updated_at", "updated_by", "updated_on", "version"})  # of a version, not a change of it


def kept(*, besides: Iterable[str] = ()) -> Callable[[Any], Any]:
    """A model whose former versions are kept in `<table>event`, without the columns `besides` (secrets, what is derived from others)."""
    tracked: Callable[[Any], Any] = pghistory.track(
        pghistory.UpdateEvent(CHANGED, row=pghistory.Old),
        pghistory.DeleteEvent(REMOVED),
        exclude=list(besides),
        obj_field=pghistory.ObjForeignKey(related_name="former_versions"),
        context_field=None,  # type: ignore[arg-type]  # documented, not typed
        append_only=True,
    )
    return tracked


class Change(NamedTuple):
    """One field of one row, at the instant when its transaction began (UTC); by whom, where the row itself says it."""

    at: datetime
    by: str
    label: str
    before: Any
    after: Any


def changes(row: models.Model) -> list[Change]:
    """What changed on this row, newest first, field by field."""
    versions = [*row.former_versions.order_by("pgh_id"), row]  # type: ignore[attr-defined]
    fields = [field for field in versions[0]._meta.fields if not field.name.startswith("pgh_") and field.name not in SILENT]
    found = [
        Change(
            older.pgh_created_at,
            getattr(newer, "updated_by", ""),
            str(getattr(row._meta.get_field(field.name), "verbose_name", field.name)),
            said(older, field.name),
            said(newer, field.name),
        )
        for older, newer in zip(versions, versions[1:], strict=False)
        for field in fields
        if getattr(older, field.attname) != getattr(newer, field.attname)
    ]
    return found[::-1]


def said(version: models.Model, name: str) -> Any:
    """The value as its field says it: the words of a choice, the key of another row."""
    words = getattr(version, f"get_{name}_display", None)
    return words() if words else getattr(version, version._meta.get_field(name).attname)  # type: ignore[union-attr]
