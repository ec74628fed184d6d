"""Pages of a list: numbered while its rows can be counted, and beyond that by place, which an index finds however far it is.

A place is the sort key of a row and its primary key, as the address carries it: `?apres=2026-11-03~4711`.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal
from typing import Any
from urllib.parse import quote, unquote

from django.core.exceptions import FieldDoesNotExist, ValidationError
from django.core.paginator import Page, Paginator
from django.db.models import F, Field, Model, Q, QuerySet
from django.db.models.expressions import OrderBy
from django.utils.functional import cached_property

from jupiter.kit.database.base import planned_anew
from jupiter.kit.lookups import first_of
from jupiter.kit.walls import among_found, holds_common_words

CEILING = 1000  # rows that are counted: counting all that matches would read all that matches
CEILING_OF_COMMON_WORDS = 300  # these are read one by one, among others
AFTER, BEFORE, NUMBER = "apres", "avant", "page"
PLACES = (NUMBER, AFTER, BEFORE)  # what an address says of the page, not of the list

NULL = "!"  # never what a value becomes: `quote` would escape it
BETWEEN = "~"
LONGEST_PLACE = 2000
LARGEST = 40  # digits


class Misplaced(Exception):
    """This is no place of this list: mistyped, or of another order."""


@dataclass(frozen=True)
class Key:
    """One expression of the order, as an alias of the query."""

    name: str
    expression: Any
    descending: bool
    nulls_last: bool
    nullable: bool

    @property
    def backwards(self) -> "Key":
        return replace(self, descending=not self.descending, nulls_last=not self.nulls_last)

    def order(self) -> OrderBy:
        """PostgreSQL puts nulls last going up, first going down; said only where it differs, so that a plain index serves."""
        usual = self.nulls_last is not self.descending
        last, first = self.nulls_last and not usual, not self.nulls_last and not usual
        return OrderBy(self.expression, descending=self.descending, nulls_last=last or None, nulls_first=first or None)

    def same(self, value: Any) -> Q:
        return Q(**{f"{self.name}__isnull": True}) if value is None else Q(**{self.name: value})

    def beyond(self, value: Any) -> Q | None:
        """What this key puts after the value; None: nothing."""
        if value is None:
            return None if self.nulls_last else Q(**{f"{self.name}__isnull": False})
        further = Q(**{f"{self.name}__{'lt' if self.descending else 'gt'}": value})
        return further | self._nulls if self.nullable and self.nulls_last else further

    def not_short_of(self, value: Any) -> Q | None:
        """Where an index on this key may begin; None: anywhere."""
        if value is None:
            return self._nulls if self.nulls_last else None
        there = Q(**{f"{self.name}__{'lte' if self.descending else 'gte'}": value})
        return there | self._nulls if self.nullable and self.nulls_last else there

    @property
    def _nulls(self) -> Q:
        return Q(**{f"{self.name}__isnull": True})


class NumberedPages(Paginator):  # type: ignore[type-arg]  # stubs are generic, the class is not
    """What was counted already is not counted again."""

    def __init__(self, rows: Any, per_page: int, *, counted: int) -> None:
        super().__init__(rows, per_page)
        self.counted = counted

    @cached_property
    def count(self) -> int:
        return self.counted


@dataclass
class PlacedPage:
    """A page of a list that nobody counts. `before` and `after` are places; empty: there is no such page."""

    object_list: Any
    before: str = ""
    after: str = ""
    more_than: int = CEILING  # rows there are

    is_placed = True

    @property
    def is_first(self) -> bool:
        return not self.before


def page_of(rows: Any, query: Mapping[str, str], *, per_page: int, prefix: str = "") -> Page[Any] | PlacedPage:
    """The page that the address asks for; the first one if it asks for nonsense."""
    if not isinstance(rows, QuerySet) or rows.query.is_sliced or rows.query.combinator:
        return NumberedPages(rows, per_page, counted=len(rows)).get_page(query.get(f"{prefix}{NUMBER}"))
    sought = Sought(rows)
    count = counted(rows)
    if count <= (ceiling := _ceiling(rows)):
        numbered = NumberedPages(sought.ordered(), per_page, counted=count).get_page(query.get(f"{prefix}{NUMBER}"))
        with planned_anew():
            numbered.object_list = list(numbered.object_list)
        return numbered
    for name, read in ((f"{prefix}{AFTER}", sought.page_after), (f"{prefix}{BEFORE}", sought.page_before)):
        try:
            if (page := read(query.get(name, ""), per_page)) is not None:
                return replace(page, more_than=ceiling)
        except Misplaced:
            pass
    return replace(sought.first_page(per_page), more_than=ceiling)


def counted(rows: QuerySet[Any]) -> int:
    """Up to one more than the ceiling, which stands for all beyond it."""
    rows = rows.order_by()
    known, most = among_found(rows), _ceiling(rows) + 1
    with planned_anew():
        if known is not None and (found := known[:most].count()) == most:
            return found
        return rows[:most].count()


def _ceiling(rows: QuerySet[Any]) -> int:
    return CEILING_OF_COMMON_WORDS if holds_common_words(rows) else CEILING


def told(count: int) -> int | str:
    """As tiles and heads write what was counted."""
    return "1\u202f000+" if count > CEILING else count


class Sought:
    """A query in its own order, read from any place of it."""

    def __init__(self, rows: QuerySet[Any]) -> None:
        self.rows, self.keys = rows, _keys(rows)

    def ordered(self) -> QuerySet[Any]:
        """With a last word on rows that are otherwise equal: none stands on two pages."""
        return self.rows.order_by(*(key.order() for key in self.keys))

    def first_page(self, per_page: int) -> PlacedPage:
        found = self._read(self.keys, Q(), per_page)
        return PlacedPage(found[:per_page], after=self._place_at_end(found, per_page))

    def page_after(self, place: str, per_page: int) -> PlacedPage | None:
        """None where nothing is left."""
        if not place:
            return None
        found = self._read(self.keys, _beyond(self.keys, self._values(place)), per_page)
        return PlacedPage(found[:per_page], before=self._place_of(found[0]), after=self._place_at_end(found, per_page)) if found else None

    def page_before(self, place: str, per_page: int) -> PlacedPage | None:
        """None at the beginning: there the first page, a whole one, is what one wants."""
        if not place:
            return None
        backwards = [key.backwards for key in self.keys]
        found = self._read(backwards, _beyond(backwards, self._values(place)), per_page)
        if len(found) <= per_page:
            return None
        found = found[:per_page][::-1]
        return PlacedPage(found, before=self._place_of(found[0]), after=self._place_of(found[-1]))

    def _read(self, keys: Sequence[Key], beyond: Q, per_page: int) -> list[Any]:
        """One row more than the page holds tells whether another follows."""
        return first_of(self._told.filter(beyond).order_by(*(key.order() for key in keys)), per_page + 1)

    @cached_property
    def _told(self) -> QuerySet[Any]:
        told: QuerySet[Any] = self.rows.annotate(**{key.name: key.expression for key in self.keys})
        return told

    def _place_at_end(self, found: Sequence[Model], per_page: int) -> str:
        return self._place_of(found[per_page - 1]) if len(found) > per_page else ""

    def _place_of(self, row: Model) -> str:
        return BETWEEN.join(_written(getattr(row, key.name)) for key in self.keys)

    def _values(self, place: str) -> list[Any]:
        words = place.split(BETWEEN)
        if len(words) != len(self.keys) or len(place) > LONGEST_PLACE:
            raise Misplaced
        fields = self._told.query.annotations
        return [_value_in(word, fields[key.name].output_field) for word, key in zip(words, self.keys, strict=True)]


def _beyond(keys: Sequence[Key], values: Sequence[Any]) -> Q:
    """(a, b, c) after (x, y, z), nulls included: row comparison cannot say them. The first key also bounds it alone, for its index."""
    found, equal = Q(pk__in=()), Q()
    for key, value in zip(keys, values, strict=True):
        if (beyond := key.beyond(value)) is not None:
            found |= equal & beyond
        equal &= key.same(value)
    bound = keys[0].not_short_of(values[0])
    return found if bound is None else bound & found


def _keys(rows: QuerySet[Any]) -> list[Key]:
    query = rows.query
    asked = query.order_by or (query.get_meta().ordering if query.default_ordering else ()) or ()
    keys: list[Key] = []
    for one in asked:
        if isinstance(one, OrderBy):
            expression: Any = one.expression
            descending = one.descending
            nulls_last = bool(one.nulls_last) if one.nulls_last or one.nulls_first else not descending
        else:
            descending = isinstance(one, str) and one.startswith("-")
            expression, nulls_last = F(one.lstrip("+-")) if isinstance(one, str) else one, not descending
        keys.append(Key(f"place_{len(keys)}", expression, descending, nulls_last, _may_be_null(rows.model, expression)))
    falls = keys[-1].descending if keys else False
    keys.append(Key(f"place_{len(keys)}", F("pk"), falls, not falls, nullable=False))
    return keys if query.standard_ordering else [key.backwards for key in keys]


def _may_be_null(model: type[Model], expression: Any) -> bool:
    """Only of a plain column of the row itself is it known that it is never null."""
    name: str = getattr(expression, "name", "__") if isinstance(expression, F) else "__"
    if "__" in name:
        return True
    try:
        field = model._meta.get_field(name) if name != "pk" else model._meta.pk
    except FieldDoesNotExist:
        return True
    return not isinstance(field, Field) or field.null


def _written(value: Any) -> str:
    if value is None:
        return NULL
    text = value.isoformat() if hasattr(value, "isoformat") else str(value)
    return quote(text, safe=" /:+").replace(BETWEEN, "%7E")


def _value_in(word: str, field: Any) -> Any:
    if word == NULL:
        return None
    try:
        value = field.to_python(unquote(word, errors="strict"))
        field.run_validators(value)
    except (ValidationError, ValueError, OverflowError, UnicodeError):
        raise Misplaced from None
    if isinstance(value, str) and "\x00" in value:
        raise Misplaced
    if isinstance(value, Decimal) and (not value.is_finite() or abs(value.adjusted()) > LARGEST):
        raise Misplaced
    if isinstance(value, datetime) and value.tzinfo is None:
        raise Misplaced
    return value
