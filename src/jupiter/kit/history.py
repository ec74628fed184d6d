"""Every former version of a row is kept by the database itself, also when many rows are changed at once.

The journal says in a sentence what a person did; this says what a row was. A row as it stands is its own last version, so only what an
UPDATE or a DELETE replaces is written: a row that never changes costs nothing.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import groupby
from typing import Any

import pghistory
from django.db import models

CHANGED, REMOVED = "changed", "removed"
SILENT = frozenset({"search_text", "updated_at", "updated_by", "updated_on", "version"})  # of a version, not a change of it
NOT_SEEN = "…"  # a row that this person may not read


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


@dataclass(frozen=True)
class Change:
    """One field of one row, at the instant when its transaction began (UTC); by whom, where the row itself says it."""

    at: datetime
    by: str
    line: str  # of which line of the row; empty: of the row itself
    label: str
    before: Any
    after: Any  # None: the whole line was removed


def changes(row: models.Model, *, named: Mapping[str, str] | None = None, lines: Mapping[str, str] | None = None) -> list[Change]:
    """What changed on this row, newest first, field by field: the fields that have a `verbose_name`, and those that `named` names.

    `lines` are the relations whose rows belong to it (fees of an order …) and what to call one of them: removed ones are told too.
    """
    versions = [*row.former_versions.order_by("pgh_id"), row]  # type: ignore[attr-defined]
    found = list(_between(versions, row, named or {}))
    authors = {older.pgh_created_at: newer.updated_by for older, newer in _pairs(versions) if hasattr(newer, "updated_by")}
    for relation, words in (lines or {}).items():
        found += [replace(change, by=authors.get(change.at, ""), line=words) for change in _of_lines(row, relation)]
    return sorted(found[::-1], key=lambda change: change.at, reverse=True)


def _of_lines(row: models.Model, relation: str) -> Iterable[Change]:
    link: Any = row._meta.get_field(relation)
    model, mine = link.related_model, {link.field.attname: row.pk}
    standing = {line.pk: line for line in model._base_manager.filter(**mine)}
    former = model._meta.get_field("former_versions").related_model._base_manager.filter(**mine).order_by("pgh_obj_id", "pgh_id")
    for key, versions in groupby(former, lambda version: version.pgh_obj_id):
        yield from _between([*versions, *([standing[key]] if key in standing else [None])], model, {})


def _between(versions: list[Any], model: Any, named: Mapping[str, str]) -> Iterable[Change]:
    told: dict[str, str] = {}
    for field in model._meta.concrete_fields:
        if field.name not in SILENT and hasattr(versions[0], field.attname) and field.verbose_name != field.name.replace("_", " "):
            told[field.name] = str(field.verbose_name)
    told |= named
    seen = {name: _rows_of(model, name, versions) for name in told if model._meta.get_field(name).is_relation}
    for older, newer in _pairs(versions):
        for name, label in told.items():
            attname = model._meta.get_field(name).attname
            before, after = getattr(older, attname), getattr(newer, attname) if newer else None
            if before != after and (newer or before not in (None, "")):
                said = [_said(version, model, name, seen) if version else None for version in (older, newer)]
                yield Change(older.pgh_created_at, getattr(newer, "updated_by", ""), "", label, *said)


def _pairs(versions: list[Any]) -> Iterable[tuple[Any, Any]]:
    return zip(versions, versions[1:], strict=False)


def _rows_of(model: Any, name: str, versions: list[Any]) -> dict[Any, Any]:
    """The rows that a foreign key has pointed to, as far as the walls let them be seen; none is read where it never changed."""
    field = model._meta.get_field(name)
    keys = {getattr(version, field.attname) for version in versions if version}
    found: dict[Any, Any] = field.related_model._base_manager.in_bulk(keys - {None}) if len(keys) > 1 else {}
    return found


def _said(version: Any, model: Any, name: str, seen: Mapping[str, Mapping[Any, Any]]) -> Any:
    """The value as its field says it: the words of a choice, the name of another row."""
    field = model._meta.get_field(name)
    value = getattr(version, field.attname)
    if value is None:
        return ""
    if name in seen:
        return str(seen[name].get(value, NOT_SEEN))
    return dict(field.flatchoices).get(value, value) if field.flatchoices else value
