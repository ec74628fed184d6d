"""What Django's PostgreSQL is told to leave out, on the real server."""

import select
from contextlib import suppress
from datetime import UTC, datetime

import pytest
from django.db import DataError, IntegrityError, InternalError, OperationalError, connection, transaction
from django.test.utils import CaptureQueriesContext
from psycopg.pq import TransactionStatus

from jupiter.kit import walls
from jupiter.kit.accounts.models import User
from jupiter.kit.compiled import Compiled
from jupiter.kit.database.base import Numbered, is_well, planned_anew
from tests.kit.own_line import as_admin, end_own_line, own_pid

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def one_connection():
    connection.close()
    connection.close_pool()


def ask(question, *values):
    with connection.cursor() as cursor:
        cursor.execute(question, values)
        return cursor.fetchone()


def test_borrowed_connections_whose_server_went_away_are_replaced():
    before = own_pid()
    connection.close()  # back to the pool
    as_admin("SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()")
    assert own_pid() != before


def test_an_end_of_the_line_is_heard_and_a_notice_is_no_end():
    own_pid()
    connection.connection.execute("LISTEN news")
    as_admin("NOTIFY news")
    select.select([connection.connection], [], [], 5)
    assert is_well(connection.connection)
    end_own_line()
    select.select([connection.connection], [], [], 5)
    assert not is_well(connection.connection)
    connection.close()


def test_borrowing_asks_the_server_nothing(monkeypatch):
    asked = []
    monkeypatch.setattr("psycopg_pool.ConnectionPool.check_connection", asked.append)
    own_pid()
    connection.close()
    own_pid()
    assert asked == []


@pytest.mark.parametrize(
    "instant",
    [datetime(2021, 12, 7, 23, 59, 59, 999999, UTC), datetime(1, 1, 1, tzinfo=UTC), datetime(1900, 1, 1, 0, 9, 21, tzinfo=UTC)],
)
def test_instants_are_read_in_utc(instant):
    (read,) = ask("SELECT %s::timestamptz", instant)
    assert read == instant
    assert read.isoformat() == instant.isoformat()


def test_a_cursor_on_the_server_reads_them_the_same():
    with connection.chunked_cursor() as cursor:
        cursor.execute("SELECT '2021-12-07 10:00:00+01'::timestamptz")
        assert cursor.fetchone()[0].isoformat() == "2021-12-07T09:00:00+00:00"


def plans_kept_of(question):
    for at in range(4):
        assert ask(question, at) == (at + 4711,)
    return ask("SELECT count(*) FROM pg_prepared_statements WHERE statement LIKE '%%+ 4711%%'")[0]


def test_lists_are_planned_for_what_is_asked_of_them_and_the_rest_is_kept():
    with planned_anew():
        assert plans_kept_of("SELECT %s::int + 4711 AS of_a_list") == 0
    assert plans_kept_of("SELECT %s::int + 4711 AS of_a_row") == 1


def test_tasks_and_programs_ask_by_kept_plans_and_who_asks_for_many_rows_does_not():
    for door in (walls.walled([1]), walls.walled_for_group(1, asks_by_key=True), walls.everywhere(asks_by_key=True)):
        with door:
            assert ask("SHOW plan_cache_mode") == ("force_generic_plan",)
    for door in (walls.walled_for_user(1), walls.walled_for_group(1), walls.everywhere(), walls.walled([1], asks_by_key=False)):
        with door:
            assert ask("SHOW plan_cache_mode") == ("auto",)
            with walls.walled([1]):
                assert ask("SHOW plan_cache_mode") == ("auto",), "a transaction keeps what it began with"
    assert ask("SHOW plan_cache_mode") == ("auto",), "and nothing outlives its transaction"


ASKING = "SELECT set_config('jupiter.client', %s, true), %s + 1"


def begin(client, number):
    """A transaction of Django's whose first statement goes out with BEGIN."""
    connection.begin_asking(ASKING, [client, number])
    return ask("SELECT current_setting('jupiter.client', true)")[0]


def test_a_transaction_begins_with_its_first_question():
    with transaction.atomic():
        assert begin("dealer: \\ ' %s é", 1) == "dealer: \\ ' %s é"
        assert connection.connection.info.transaction_status == TransactionStatus.INTRANS
    assert ask("SELECT current_setting('jupiter.client', true)")[0] == "", "it ended with the transaction"
    with transaction.atomic():
        assert begin("b", 2) == "b"
    names = connection.connection.execute("SELECT name FROM pg_prepared_statements WHERE name LIKE 'begins_%'").fetchall()
    assert len(names) == 1, "its plan is kept"


def test_it_begins_again_after_its_plan_was_forgotten():
    with transaction.atomic():
        begin("a", 1)
    with transaction.atomic():
        begin("a", 1)
        transaction.set_rollback(True)  # psycopg forgets its plans then
    with transaction.atomic():
        assert begin("b", 2) == "b"
    connection.connection.execute("DEALLOCATE ALL")
    connection.connection.commit()
    with transaction.atomic():
        assert begin("c", 3) == "c"
    with transaction.atomic():
        assert begin("d", 4) == "d"


def test_what_it_asks_in_vain_is_django_s_trouble():
    with pytest.raises(DataError), transaction.atomic():
        begin("a", 2**31 - 1)
    with transaction.atomic():
        assert begin("a", 1) == "a", "and the connection goes on"
    end_own_line()
    with pytest.raises(OperationalError), transaction.atomic():
        begin("a", 1)


def test_it_is_counted_with_all_others():
    said = []

    def note(execute, sql, params, many, context):
        said.append(sql)
        return execute(sql, params, many, context)

    with connection.execute_wrapper(note), transaction.atomic():
        connection.begin_asking(ASKING, ["a", 1])
    assert said == [ASKING]


# Savepoints at a transaction's beginning

PEOPLE = Compiled(lambda: User.objects.order_by("username"))
LOCKED = Compiled(lambda: User.objects.select_for_update().order_by("username"))


@pytest.fixture
def said():
    """The statements that went out, but those of BEGIN and COMMIT."""
    statements = []

    def note(execute, sql, params, many, context):
        statements.append(sql)
        return execute(sql, params, many, context)

    with connection.execute_wrapper(note):
        yield statements


def set_points(statements):
    return [sql for sql in statements if "SAVEPOINT" in sql]


class Refused(Exception):
    pass


def names():
    return [person.username for person in User.objects.order_by("username")]


@transaction.atomic
def refuse_after(*acts):
    for act in acts:
        act()
    raise Refused


@transaction.atomic
def make(*names):
    for name in names:
        User.objects.create_user(name)


@transaction.atomic
def make_and_swallow_a_trouble(name):
    make(name)
    with suppress(DataError):
        ask("SELECT 1 / %s", 0)


def test_what_is_refused_leaves_nothing_and_its_door_goes_on_behind_the_same_wall(said):
    with walls.walled([4711]):
        PEOPLE.rows()
        with pytest.raises(Refused):
            refuse_after(lambda: User.objects.create_user("lost"), lambda: make("lost, too"))
        assert len(set_points(said)) == 2, "set and released: the inner one, which stands after a row was written"
        assert ask("SELECT current_setting('jupiter.sites')") == ("{4711}",)
        User.objects.create_user("kept")
    assert names() == ["kept"]


def test_a_broken_statement_inside_is_taken_back_too(said):
    with walls.walled([4711]):
        with pytest.raises(IntegrityError):
            make("twice", "twice")
        assert names() == []
        User.objects.create_user("once")
    assert set_points(said) == []
    assert names() == ["once"]


def test_a_trouble_that_was_swallowed_is_told_at_the_end_as_by_a_savepoint():
    with walls.walled([4711]):
        with pytest.raises(InternalError):
            make_and_swallow_a_trouble("lost")
        User.objects.create_user("kept")
    assert names() == ["kept"]


def test_of_two_within_each_other_each_can_be_taken_back():
    with walls.walled([4711]):
        with transaction.atomic():
            with pytest.raises(Refused):
                refuse_after(lambda: make("lost"))
            make("kept")
        with pytest.raises(Refused):
            refuse_after(lambda: make("lost, too"))
    assert names() == ["kept"]


def test_a_database_that_goes_away_before_the_refusal_does_not_hide_it():
    with pytest.raises(Refused), walls.walled([4711]):
        refuse_after(end_own_line)
    connection.close()
    make("kept")
    assert names() == ["kept"]


def test_nothing_of_them_is_remembered_after_their_transaction():
    with walls.walled([4711]):
        make("kept")
        assert len(connection._at_the_beginning) == 1
    assert connection._at_the_beginning == set()


@pytest.mark.parametrize(
    "before",
    [lambda: User.objects.create_user("first"), LOCKED.rows, lambda: ask("SELECT 1"), lambda: list(User.objects.all())],
    ids=["written", "locked", "asked by hand", "asked through Django"],
)
def test_after_anything_but_a_compiled_question_a_savepoint_is_set(said, before):
    with walls.walled([4711]):
        before()
        with transaction.atomic():
            User.objects.create_user("second")
    assert len(set_points(said)) == 2


def test_without_a_wall_and_in_the_next_transaction_a_savepoint_is_set(said):
    with walls.walled([4711]):
        pass
    with transaction.atomic(), transaction.atomic():
        PEOPLE.rows()
    assert len(set_points(said)) == 2


# SQL that is written once


def test_places_are_numbered_and_what_django_doubled_is_single():
    numbered = Numbered("SELECT 7 %% %s, %s::text LIKE '%%z%%', %s")
    assert numbered == "SELECT 7 % $1, $2::text LIKE '%z%', $3"
    assert ask(numbered, 4, "azb", 5) == (3, True, 5)
    assert ask(numbered.marked, 4, "azb", 5) == (3, True, 5)


def test_one_cursor_takes_both():
    with connection.cursor() as cursor:
        for sql in (Numbered("SELECT %s + 1"), "SELECT %s + 1", Numbered("SELECT %s + 1")):
            cursor.execute(sql, [1])
            assert cursor.fetchone() == (2,)


def test_it_is_shown_with_its_values():
    with CaptureQueriesContext(connection) as captured:
        ask(Numbered("SELECT %s::text"), "here")
    assert "'here'" in captured.captured_queries[0]["sql"]
