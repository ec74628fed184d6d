"""The lines of a row (fees of an order, costs of a car …), read in the row's own statement."""

import json
from collections.abc import Iterable, Iterator
from decimal import Decimal
from typing import Any, TypeVar

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import Func, JSONField, Model, OuterRef, QuerySet
from django.db.models.query import ModelIterable

Rows = TypeVar("Rows", bound=QuerySet[Any])
READ = "_lines_of_"


class _Exact(json.JSONDecoder):
    def __init__(self) -> None:
        super().__init__(parse_float=Decimal)


class _WholeRow(Func):
    """All columns of the subquery's own row, as one JSON object: amounts as they are, without a cast to be written for each."""

    output_field = JSONField(decoder=_Exact)

    def as_sql(self, compiler: Any, connection: Any, *_: Any, **__: Any) -> tuple[str, tuple[Any, ...]]:
        return f"to_jsonb({compiler.quote_name_unless_alias(compiler.query.get_initial_alias())})", ()


class _WithLines(ModelIterable):  # type: ignore[type-arg]  # at run time it takes none
    def __iter__(self) -> Iterator[Any]:
        for row in super().__iter__():
            self.finish(row)
            yield row

    @staticmethod
    def finish(row: Any) -> None:
        """Its lines' words become its lines."""
        for name in [name for name in vars(row) if name.startswith(READ)]:
            words = row.__dict__.pop(name)
            relation = row._meta.get_field(name.removeprefix(READ))
            fields = relation.related_model._meta.concrete_fields
            keep_lines(
                row,
                relation.name,
                [
                    relation.related_model.from_db(
                        row._state.db,
                        [field.attname for field in fields],
                        [None if line[field.column] is None else field.to_python(line[field.column]) for field in fields],
                    )
                    for line in words
                ],
            )


def with_lines(rows: Rows, *names: str) -> Rows:
    """Like `prefetch_related` of these reverse foreign keys, without a statement for each. In the order of the lines' Meta."""
    for name in names:
        relation: Any = rows.model._meta.get_field(name)
        lines = relation.related_model
        mine = lines._base_manager.filter(**{relation.field.name: OuterRef("pk")}).order_by(*lines._meta.ordering)
        rows = rows.annotate(**{READ + name: ArraySubquery(mine.values(line=_WholeRow()))})
    rows._iterable_class = _WithLines
    return rows


def keep_lines(row: Model, name: str, lines: Iterable[Model]) -> None:
    """`row.<name>.all()` is these from now on, as after a prefetch."""
    others = {other: kept for other, kept in _known(row).items() if other != name}  # a copy of the row shares no dict with it
    row._prefetched_objects_cache = others  # type: ignore[attr-defined]
    kept = getattr(row, name).get_queryset()  # anew: to copy one would put its filter into words, which hardly ever is asked for
    kept._result_cache, kept._prefetch_done = list(lines), True
    others[name] = kept


def _known(row: Model) -> dict[str, Any]:
    known: dict[str, Any] = getattr(row, "_prefetched_objects_cache", {})
    return known
