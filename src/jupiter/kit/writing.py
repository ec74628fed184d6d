"""One row written by a statement that is put into SQL once in a process, where Django's `save` puts each of its columns anew.

What fields do to their values is done; signals, which no model of ours has, are not sent.
"""

from functools import cache
from typing import Any

from django.db import DatabaseError, connections, router
from django.db.models import Model
from django.db.models.expressions import DatabaseDefault

Columns = tuple[str, ...]


def insert(row: Model) -> None:
    """`row.save(force_insert=True)`: what the database gives it, its key and its instants, stands in it afterwards."""
    if not _insert(row):
        raise DatabaseError(f"no row of {type(row)._meta.db_table} was written")


def insert_unless_there(row: Model) -> bool:
    """The same, or False where another has its place: a constraint that would be broken keeps it out. One that is being written is waited for."""
    return _insert(row, or_else=" ON CONFLICT DO NOTHING")


def _insert(row: Model, *, or_else: str = "") -> bool:
    model = type(row)
    names = tuple(
        field.attname
        for field in model._meta.local_concrete_fields
        if not (field.primary_key and row.pk is None) and not isinstance(getattr(row, field.attname), DatabaseDefault)
    )
    alias, (fields, given, sql) = router.db_for_write(model), _inserting(model, names, or_else)
    with connections[alias].cursor() as cursor:
        cursor.execute(sql, _values(row, fields, alias, is_new=True))
        told = cursor.fetchone()
    if told is None:
        return False
    for name, value in zip(given, told, strict=True):
        setattr(row, name, value)
    row._state.db, row._state.adding = alias, False
    return True


def rewrite(row: Model, *names: str) -> None:
    """`row.save(update_fields=names)`, or of all its columns. A row that is gone is a fault."""
    model = type(row)
    alias, (fields, sql) = router.db_for_write(model), _rewriting(model, names)
    with connections[alias].cursor() as cursor:
        cursor.execute(sql, [*_values(row, fields, alias, is_new=False), row.pk])
        if cursor.rowcount != 1:
            raise DatabaseError(f"{cursor.rowcount} rows of {model._meta.db_table} were written instead of one")


def _values(row: Model, fields: tuple[Any, ...], alias: str, *, is_new: bool) -> list[Any]:
    return [field.get_db_prep_save(field.pre_save(row, is_new), connections[alias]) for field in fields]


@cache
def _inserting(model: type[Model], names: Columns, or_else: str) -> tuple[tuple[Any, ...], Columns, str]:
    known = {field.attname: field for field in model._meta.local_concrete_fields}
    fields, given = tuple(known[name] for name in names), [field for name, field in known.items() if field.primary_key or name not in names]
    columns, places = ", ".join(f'"{field.column}"' for field in fields), ", ".join("%s" for _ in fields)
    told = ", ".join(f'"{field.column}"' for field in given)
    sql = f'INSERT INTO "{model._meta.db_table}" ({columns}) VALUES ({places}){or_else} RETURNING {told}'  # noqa: S608
    return fields, tuple(field.attname for field in given), sql


@cache
def _rewriting(model: type[Model], names: Columns) -> tuple[tuple[Any, ...], str]:
    own, named = list[Any](model._meta.local_concrete_fields), [model._meta.get_field(name) for name in names]
    fields = tuple(named or [field for field in own if not field.primary_key])
    columns, key = ", ".join(f'"{field.column}" = %s' for field in fields), next(field for field in own if field.primary_key)
    return fields, f'UPDATE "{model._meta.db_table}" SET {columns} WHERE "{key.column}" = %s'  # noqa: S608
