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
def statements():
    """The list of what was said, filled when the block ends."""
    said = []
    with CaptureQueriesContext(connection) as captured:
        yield said
    said += [query["sql"] for query in captured.captured_queries if not query["sql"].startswith(NOT_COUNTED)]


@contextmanager
def at_most(number):
    with statements() as said:
        yield
    assert len(said) <= number, "\n".join([f"{len(said)} statements", *(sql[:200] for sql in said)])
