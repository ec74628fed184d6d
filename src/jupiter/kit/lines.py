"""The lines of a row (fees of an order, costs of a car …), read in the row's own statement."""

from collections.abc import Iterable, Iterator
from typing import Any, TypeVar

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import Model, OuterRef, QuerySet, TextField
from django.db.models.functions import Cast, JSONObject
from django.db.models.query import ModelIterable

Rows = TypeVar("Rows", bound=QuerySet[Any])
READ = "_lines_of_"


class _WithLines(ModelIterable):  # type: ignore[type-arg]  # at run time it takes none
    def __iter__(self) -> Iterator[Any]:
        for row in super().__iter__():
            for name in [name for name in vars(row) if name.startswith(READ)]:
                words = row.__dict__.pop(name)
                relation = row._meta.get_field(name.removeprefix(READ))
                columns = {field.attname: field for field in relation.related_model._meta.concrete_fields}
                keep_lines(
                    row,
                    relation.name,
                    [
                        relation.related_model.from_db(
                            row._state.db, list(columns), [None if line[at] is None else columns[at].to_python(line[at]) for at in columns]
                        )
                        for line in words
                    ],
                )
            yield row


def with_lines(rows: Rows, *names: str) -> Rows:
    """Like `prefetch_related` of these reverse foreign keys, without a statement for each. In the order of the lines' Meta."""
    for name in names:
        relation: Any = rows.model._meta.get_field(name)
        lines = relation.related_model
        columns = {field.attname: Cast(field.attname, TextField()) for field in lines._meta.concrete_fields}
        mine = lines._base_manager.filter(**{relation.field.name: OuterRef("pk")}).order_by(*lines._meta.ordering)
        rows = rows.annotate(**{READ + name: ArraySubquery(mine.values(line=JSONObject(**columns)))})
    rows._iterable_class = _WithLines
    return rows


def keep_lines(row: Model, name: str, lines: Iterable[Model]) -> None:
    """`row.<name>.all()` is these from now on, as after a prefetch."""
    kept = getattr(row, name).get_queryset() if name not in _known(row) else _known(row)[name]._chain()
    kept._result_cache, kept._prefetch_done = list(lines), True
    row._prefetched_objects_cache = {**_known(row), name: kept}  # type: ignore[attr-defined]  # a copy of the row shares no dict with it


def _known(row: Model) -> dict[str, Any]:
    known: dict[str, Any] = getattr(row, "_prefetched_objects_cache", {})
    return known
