"""Objects made of rows as Django makes them (ModelIterable, Model.from_db), where what depends on the query alone is found out once.

Django looks at each field of each object, and at each joined table of each query: that took longer than to read the rows.
"""

from collections.abc import Callable, Collection, Mapping
from functools import cache
from typing import Any

from django.db.models import Model
from django.db.models.base import ModelState
from django.db.models.fields.related_descriptors import ForeignKeyDeferredAttribute
from django.db.models.query import ModelIterable
from django.db.models.query_utils import DeferredAttribute
from django.db.models.signals import post_init, pre_init

Make = Callable[[Any], Any]
PLAIN = (DeferredAttribute, ForeignKeyDeferredAttribute)  # what is set through them stands in the object's own dict


def reader(query_set: Any, compiler: Any, converters: Mapping[int, Any]) -> Callable[[Any, Any], Any] | None:
    """Makes an object of a row read through a connection. None where it is not the query's model whose rows they are, or a model of several
    tables: these go Django's way."""
    kind, told = query_set._iterable_class, compiler.klass_info
    finish = getattr(kind, "finish", None)
    if (kind is not ModelIterable and finish is None) or query_set._known_related_objects or not told or _has_parents(told):
        return None
    make, annotations, changed = _maker(told, compiler.select, query_set.db), compiler.annotation_col_map, list(converters.items())

    def read(row: Any, connection: Any) -> Any:
        if changed:
            row = list(row)
            for place, (ways, expression) in changed:
                value = row[place]
                for way in ways:
                    value = way(value, expression, connection)
                row[place] = value
        made = make(row)
        for name, place in annotations.items():
            setattr(made, name, row[place])
        if finish:
            finish(made)
        return made

    return read


def made(model: type[Model], db: str | None, names: Collection[str], values: Collection[Any]) -> Any:
    """`Model.from_db`, for a model that `is_plain`."""
    row = model.__new__(model)
    state = ModelState()
    state.db, state.adding = db, False
    told = row.__dict__
    told["_state"] = state
    told.update(zip(names, values, strict=True))
    return row


@cache
def is_plain(model: type[Model]) -> bool:
    """Whether nothing happens to an object that is made but that its values stand in it."""
    heard = pre_init.has_listeners(model) or post_init.has_listeners(model)
    attributes = (vars(one)[field.attname] for field in model._meta.concrete_fields for one in model.__mro__ if field.attname in vars(one))
    return not heard and model.__init__ is Model.__init__ and all(type(one) in PLAIN for one in attributes)


def _maker(told: Mapping[str, Any], select: Any, db: str) -> Make:
    """Of the row's part that is this model's, with all that is joined to it."""
    model, places = told["model"], told["select_fields"]
    first, end = places[0], places[-1] + 1
    names = [column.target.attname for column, *_ in select[first:end]]
    is_quick = is_plain(model) and model.from_db.__func__ is Model.from_db.__func__  # type: ignore[attr-defined]
    joined = [
        (
            _maker(one, select, db), one["select_fields"][_place_of_key(one, select)], one["local_setter"], one["remote_setter"]
        )
        for one in told.get("related_klass_infos", ())
    ]  # fmt: skip

    def make(row: Any) -> Any:
        values = row[first:end]
        one = made(model, db, names, values) if is_quick else model.from_db(db, names, values)
        for of_other, key, hang_here, hang_there in joined:
            other = None if row[key] is None else of_other(row)
            hang_here(one, other)
            if other is not None:
                hang_there(other, one)
        return one

    return make


def _place_of_key(told: Mapping[str, Any], select: Any) -> int:
    key = told["model"]._meta.pk_fields[0].attname
    return [select[place][0].target.attname for place in told["select_fields"]].index(key)


def _has_parents(told: Mapping[str, Any]) -> bool:
    return bool(told.get("from_parent")) or any(map(_has_parents, told.get("related_klass_infos", ())))
