"""The test's own line to its database, and its end as when PostgreSQL goes away."""

from django.db import connection

from tests.crash import outside


def own_pid():
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        return cursor.fetchone()[0]


def as_admin(question, *values):
    with outside() as admin:
        admin.execute(question, values or None)


def end_own_line():
    """Waits for its end, at most five seconds."""
    as_admin("SELECT pg_terminate_backend(%s, 5000)", own_pid())
