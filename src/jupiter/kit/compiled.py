"""Queries that are put into SQL once in a process. Django takes longer to write a wide one than PostgreSQL to answer it.

    page = Compiled(lambda: Order.objects.for_page().filter(is_one_of("site_id", Given("sites")), number=Given("number")))
    order = page.first(sites=[1, 2], number=100_005)

What differs from one time to the next is `Given`, by name; everything else is as it was the first time.
"""

from collections.abc import Callable
from functools import cached_property
from typing import Any, Generic, TypeVar

from django.db import connections
from django.db.models import BooleanField, Expression, F, Func, QuerySet
from django.db.transaction import TransactionManagementError

from .database.base import Numbered
from .rows import reader

Row = TypeVar("Row")  # a model's, or what `values_list` makes of it


class Given(Expression):
    """Stands where a value will."""

    def __init__(self, name: str) -> None:
        super().__init__()
        self.name = name

    def as_sql(self, compiler: Any, connection: Any) -> tuple[str, tuple[Any, ...]]:
        return "%s", (self,)


def is_one_of(column: str, array: Expression) -> Func:
    """The column holds one of the array's values."""
    return Func(F(column), array, template="(%(expressions)s))", arg_joiner=" = ANY (", output_field=BooleanField())


class _Asked:
    """As much of a query set as its rows are read by. To clone the whole of it each time took as long as a small query."""

    def __init__(self, query_set: Any, compiler: Any) -> None:
        self.db, self.model, self.query = query_set.db, query_set.model, _Written(query_set.query, compiler)
        self._known_related_objects, self._fields = query_set._known_related_objects, query_set._fields


class _Written:
    def __init__(self, query: Any, compiler: Any) -> None:
        self._query, self._compiler = query, compiler

    def get_compiler(self, *_: Any, **__: Any) -> Any:
        return self._compiler

    def __getattr__(self, name: str) -> Any:
        return getattr(self._query, name)


class Compiled(Generic[Row]):
    """`make` is called once, when the query is first asked: it may name models that are not loaded yet."""

    def __init__(self, make: Callable[[], "QuerySet[Any, Row]"]) -> None:
        self.make = make

    def rows(self, **given: Any) -> list[Row]:
        """All rows, with these values: the list, for nothing can be added to what is asked."""
        query_set, compiler, sql, parameters, read = self._written
        connection: Any = connections[query_set.db]  # each thread has its own
        locks, had_only_read = query_set.query.select_for_update, connection.has_only_read
        if locks and connection.get_autocommit():  # Django's own guard stands where SQL is written
            raise TransactionManagementError("rows are locked inside a transaction only")
        values = tuple(given[one.name] if isinstance(one, Given) else one for one in parameters)
        if read:
            with connection.cursor() as cursor:
                cursor.execute(sql, values)
                found = [read(row, connection) for row in cursor.fetchall()]
        else:
            mine = object.__new__(type(compiler))  # a copy, made quicker
            mine.__dict__ |= compiler.__dict__
            mine.connection, mine.as_sql = connection, lambda *_, **__: (sql, values)
            found = list(query_set._iterable_class(_Asked(query_set, mine)))
        connection.has_only_read = had_only_read and not locks
        return found

    def first(self, **given: Any) -> Row | None:
        """The first row; for a query that finds few."""
        return next(iter(self.rows(**given)), None)

    def get(self, **given: Any) -> Row:
        """The first row; the model's DoesNotExist where there is none."""
        row = self.first(**given)
        if row is None:
            raise self._written[0].model.DoesNotExist
        return row

    @cached_property
    def _written(self) -> tuple[Any, Any, str, tuple[Any, ...], Any]:
        query_set: Any = self.make()
        if query_set._prefetch_related_lookups:
            raise TypeError("a compiled query fetches nothing besides its own rows: with_lines reads them in one")
        compiler = query_set.query.get_compiler(using=query_set.db)
        sql, parameters = compiler.as_sql()
        converters = compiler.get_converters([column for column, *_ in compiler.select[: compiler.col_count]])
        compiler.get_converters = lambda *_: converters  # by its fields, as fixed as the SQL
        has_pairs = compiler.has_composite_fields([column for column, *_ in compiler.select])
        compiler.has_composite_fields = lambda *_: has_pairs
        return query_set, compiler, Numbered(sql), tuple(parameters), reader(query_set, compiler, converters)
