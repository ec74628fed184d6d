"""Rows written by statements that are put into SQL once in a process, where Django's `save` puts each of its columns anew.

What fields do to their values is done; signals, which no model of ours has, are not sent.
"""

import json
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from datetime import date, time
from decimal import Decimal
from functools import cache
from typing import Any, NamedTuple, Self
from uuid import UUID

from django.db import DatabaseError, connections, router
from django.db.models import (
    BigAutoField,
    BigIntegerField,
    BooleanField,
    CharField,
    DateField,
    DecimalField,
    EmailField,
    ForeignKey,
    IntegerField,
    JSONField,
    Model,
    OneToOneField,
    PositiveIntegerField,
    PositiveSmallIntegerField,
    SmallIntegerField,
    TextField,
    TimeField,
    URLField,
    UUIDField,
)
from django.db.models.expressions import DatabaseDefault
from psycopg.types.json import Jsonb
from psycopg.types.numeric import Int2, Int4, Int8

from .database.base import Numbered
from .rows import is_plain, made

Names = tuple[str, ...]


def insert(row: Model) -> None:
    """`row.save(force_insert=True)`: what the database gives it, its key and its instants, stands in it afterwards."""
    if not _insert(row):
        raise DatabaseError(f"no row of {type(row)._meta.db_table} was written")


def insert_unless_there(row: Model) -> bool:
    """The same, or False where another has its place: a constraint that would be broken keeps it out. One that is being written is waited for."""
    return _insert(row, or_else=" ON CONFLICT DO NOTHING")


def _insert(row: Model, *, or_else: str = "") -> bool:
    model = type(row)
    alias, (columns, given, sql) = router.db_for_write(model), _inserting(model, _said(row), or_else)
    with connections[alias].cursor() as cursor:
        cursor.execute(sql, _values(row, columns, alias, is_new=True))
        told = cursor.fetchone()
    if told is None:
        return False
    _take(row, given, told, alias)
    return True


def insert_all(rows: Sequence[Model]) -> None:
    """`bulk_create` of rows that say the same columns: all in one JSON text, where Django hands over an array for each column, or a
    value for each column of each row."""
    if not rows:
        return
    model = type(rows[0])
    alias = router.db_for_write(model)
    columns, given, sql = _inserting_all(model, _said(rows[0]), alias)
    names = [column.name for column in columns]
    told = [dict(zip(names, _values(row, columns, alias, is_new=True), strict=True)) for row in rows]
    with connections[alias].cursor() as cursor:
        cursor.execute(sql, [json.dumps(told, default=_in_json)])
        for row, answer in zip(rows, cursor.fetchall(), strict=True):
            _take(row, given, answer, alias)


def _said(row: Model) -> Names:
    """Its columns, besides those whose value the database gives."""
    told = row.__dict__
    return tuple(
        field.attname
        for field in row._meta.local_concrete_fields
        if not (field.primary_key and row.pk is None) and type(told.get(field.attname)) is not DatabaseDefault
    )


def _take(row: Model, names: Names, values: Iterable[Any], alias: str) -> None:
    for name, value in zip(names, values, strict=True):
        setattr(row, name, value)
    row._state.db, row._state.adding = alias, False


def _in_json(value: Any) -> Any:
    """What PostgreSQL reads again as what it was."""
    if isinstance(value, Jsonb):
        return value.obj
    if isinstance(value, Decimal | UUID):
        return str(value)
    if isinstance(value, date):  # an instant too
        return value.isoformat()
    raise TypeError(f"{type(value).__name__} is not written by insert_all")


def rewrite(row: Model, *names: str) -> None:
    """`row.save(update_fields=names)`, or of all its columns. A row that is gone is a fault."""
    model = type(row)
    alias, (columns, sql) = router.db_for_write(model), _rewriting(model, names)
    with connections[alias].cursor() as cursor:
        cursor.execute(sql, [*_values(row, columns, alias, is_new=False), row.pk])
        if cursor.rowcount != 1:
            raise DatabaseError(f"{cursor.rowcount} rows of {model._meta.db_table} were written instead of one")


class RemembersJson(Model):
    """Of each row that is read, what its JSON columns held: `rewrite_changed` leaves out those that hold the same still.

    They are replaced, never changed in place: a change in place would not be seen, nor written (a check of the tests looks for it)."""

    _as_read: Mapping[str, Any] = {}

    class Meta:
        abstract = True

    @classmethod
    def from_db(cls, db: str | None, field_names: Collection[str], values: Collection[Any], **more: Any) -> Self:
        row = made(cls, db, field_names, values) if is_plain(cls) else super().from_db(db, field_names, values, **more)
        row._as_read = {name: row.__dict__[name] for name in _json_of(cls) if name in row.__dict__}
        return row


def rewrite_changed(row: RemembersJson) -> None:
    """`rewrite` of all columns but JSON that is as it was read: to write it again costs more than all the others."""
    rewrite(row, *_besides(type(row), _unchanged(row)))
    row._as_read = {name: row.__dict__[name] for name in _json_of(type(row))}


def _unchanged(row: RemembersJson) -> frozenset[str]:
    return frozenset(name for name, value in row._as_read.items() if row.__dict__[name] == value)


@cache
def _json_of(model: type[Model]) -> Names:
    return tuple(field.attname for field in model._meta.local_concrete_fields if isinstance(field, JSONField))


@cache
def _besides(model: type[Model], left_out: frozenset[str]) -> Names:
    return tuple(field.name for field in model._meta.local_concrete_fields if not field.primary_key and field.attname not in left_out)


def rewrite_while(row: Model, column: str, among: Iterable[str], *names: str) -> bool:
    """`rewrite`, if the row's text column still holds one of these; whether it did. Of two at once, the second is told that it does not."""
    model = type(row)
    alias, (columns, sql) = router.db_for_write(model), _rewriting(model, names, column)
    with connections[alias].cursor() as cursor:
        cursor.execute(sql, [*_values(row, columns, alias, is_new=False), row.pk, [str(one) for one in among]])
        return bool(cursor.rowcount)


class Column(NamedTuple):
    field: Any
    name: str  # of its value in the row
    ways: dict[type, Callable[[Any], Any]]


MISSING = object()


def _values(row: Model, columns: tuple[Column, ...], alias: str, *, is_new: bool) -> list[Any]:
    told, line, values = row.__dict__, connections[alias], []
    for field, name, ways in columns:
        value = told.get(name, MISSING)
        way = ways.get(type(value))
        values.append(way(value) if way else field.get_db_prep_save(field.pre_save(row, is_new), line))
    return values


PLAIN: dict[Any, type] = {
    CharField: str, TextField: str, URLField: str, EmailField: str, BooleanField: bool, DateField: date, TimeField: time,
    DecimalField: Decimal, UUIDField: UUID, ForeignKey: int, OneToOneField: int, BigIntegerField: Int8, IntegerField: Int4,
    PositiveIntegerField: Int4, SmallIntegerField: Int2, PositiveSmallIntegerField: Int2,
}  # fmt: skip


def _ways(field: Any) -> dict[type, Callable[[Any], Any]]:
    """By the type of a value, what Django makes of it for psycopg: nothing, or a number of its column's size. To find it out value by
    value cost more than the rest of a write. What is not listed goes Django's way."""
    plain = PLAIN.get(type(field))
    by_itself = getattr(field, "auto_now", False) or getattr(field, "auto_now_add", False)
    if plain is None or by_itself or (field.is_relation and not isinstance(field.target_field, BigAutoField)):
        return {}
    is_sized = plain in (Int2, Int4, Int8)
    return {int if is_sized else plain: plain if is_sized else _as_it_is, type(None): _as_it_is}


def _as_it_is(value: Any) -> Any:
    return value


@cache
def _inserting(model: type[Model], names: Names, or_else: str) -> tuple[tuple[Column, ...], Names, Numbered]:
    fields, given = _columns(model, names)
    columns, places = _quoted(fields), ", ".join("%s" for _ in fields)
    sql = f'INSERT INTO "{model._meta.db_table}" ({columns}) VALUES ({places}){or_else} RETURNING {_quoted(given)}'  # noqa: S608
    return _written(fields), tuple(field.attname for field in given), Numbered(sql)


@cache
def _inserting_all(model: type[Model], names: Names, alias: str) -> tuple[tuple[Column, ...], Names, Numbered]:
    """In the order in which they are told, and so are their keys given."""
    fields, given = _columns(model, names)
    types = ", ".join(f'"{field.attname}" {field.db_type(connections[alias])}' for field in fields)
    told = ", ".join(f'"{field.attname}"' for field in fields)
    sql = (
        f'INSERT INTO "{model._meta.db_table}" ({_quoted(fields)})'  # noqa: S608
        f" SELECT {told} FROM json_to_recordset(%s::json) AS told ({types}) RETURNING {_quoted(given)}"
    )
    return _written(fields), tuple(field.attname for field in given), Numbered(sql)


def _written(fields: Iterable[Any]) -> tuple[Column, ...]:
    return tuple(Column(field, field.attname, _ways(field)) for field in fields)


def _columns(model: type[Model], names: Names) -> tuple[tuple[Any, ...], list[Any]]:
    """Those that are said, and those that the database gives."""
    known = {field.attname: field for field in model._meta.local_concrete_fields}
    return tuple(known[name] for name in names), [field for name, field in known.items() if field.primary_key or name not in names]


def _quoted(fields: Iterable[Any]) -> str:
    return ", ".join(f'"{field.column}"' for field in fields)


@cache
def _rewriting(model: type[Model], names: Names, standing: str = "") -> tuple[tuple[Column, ...], Numbered]:
    """`standing` names the column that decides whether it is written."""
    own, named = list[Any](model._meta.local_concrete_fields), [model._meta.get_field(name) for name in names]
    fields = tuple(named or [field for field in own if not field.primary_key])
    columns, key = ", ".join(f'"{field.column}" = %s' for field in fields), next(field for field in own if field.primary_key)
    where = f'"{key.column}" = %s' + (f' AND "{standing}" = ANY (%s)' if standing else "")
    return _written(fields), Numbered(f'UPDATE "{model._meta.db_table}" SET {columns} WHERE {where}')  # noqa: S608
