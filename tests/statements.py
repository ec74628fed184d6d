"""How many SQL statements something takes, savepoints not counted: as bench/statements.py counts them."""

from contextlib import contextmanager

from django.db import connection
from django.test.utils import CaptureQueriesContext

NOT_COUNTED = (
    "SAVEPOINT",
    "RELEASE SAVEPOINT",
    "ROLLBACK TO",
    "SELECT set_config('jupiter.everywhere'",
)  # the last: a test's transaction goes on around the door


@contextmanager
def at_most(number):
    with CaptureQueriesContext(connection) as captured:
        yield
    said = [query["sql"] for query in captured.captured_queries if not query["sql"].startswith(NOT_COUNTED)]
    assert len(said) <= number, "\n".join([f"{len(said)} statements", *(sql[:200] for sql in said)])
