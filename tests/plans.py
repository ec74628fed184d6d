"""How PostgreSQL means to answer a page's questions: the plan is asserted, not the clock."""

import re
from contextlib import contextmanager

from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests.crash import outside

READS = re.compile(r"\s*(SELECT|WITH)\b")


def many_like(row, count, **changed):
    """So many copies of a row, with these columns as SQL of `n`; the rows' own keys are new."""
    table, key = row._meta.db_table, row._meta.pk.column
    columns = [field.column for field in row._meta.concrete_fields if not field.primary_key or field.column in changed]
    values = ", ".join(changed.get(column, f'"{column}"') for column in columns)
    named = ", ".join(f'"{column}"' for column in columns)
    copies = f'INSERT INTO "{table}" ({named}) SELECT {values} FROM "{table}", generate_series(1, {count}) AS n WHERE "{key}" = {row.pk}'  # noqa: S608
    with connection.cursor() as cursor:
        cursor.execute(f'{copies} RETURNING "{key}"')
        return [key for (key,) in cursor.fetchall()]


def analyze():
    """As autovacuum would in the end: what was written and committed is known to the planner, and sorted into the indexes on text."""
    with outside() as admin:
        admin.execute("VACUUM ANALYZE")


@contextmanager
def planned(*, as_cursor=False):
    """A list of (question, plan) of all that was read inside, filled when the block ends.

    `as_cursor`: as it is planned for one that is read from little by little.
    """
    plans = []
    with CaptureQueriesContext(connection) as asked:
        yield plans
    with connection.cursor() as cursor:
        for query in asked.captured_queries:
            if READS.match(query["sql"]) and " FROM " in query["sql"] and "FOR UPDATE" not in query["sql"]:
                cursor.execute(f"EXPLAIN {'DECLARE asked CURSOR FOR ' if as_cursor else ''}{query['sql']}")
                plans.append((query["sql"], "\n".join(line for (line,) in cursor.fetchall())))


def assert_served(plans, *tables):
    """None of these tables is read whole, and none of its rows sorted before the page is cut from them.

    Left out are the count up to a ceiling, which ends where the ceiling is reached, and the look at words (kit.walls), whose plan names
    more than is run.
    """
    concerned = [
        (sql, plan)
        for sql, plan in plans
        if any(f'FROM "{table}"' in sql for table in tables) and not sql.endswith(" subquery") and "TABLESAMPLE" not in sql
    ]
    assert concerned, f"nothing was asked of {tables}"
    for sql, plan in concerned:
        assert not any(f"Seq Scan on {table}" in plan for table in tables), f"{sql}\n{plan}"
        if "ORDER BY" in sql and "LIMIT" in sql:
            cut = plan[plan.index("Limit  (cost") :]  # a page that was cut may be sorted
            assert not re.search(r"^(\s*->)?\s*Sort  \(cost", cut, re.M), f"{sql}\n{plan}"
