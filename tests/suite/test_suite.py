"""The supervisor, with real processes, a real web server and a real PostgreSQL behind services that do nothing."""

import os
import re
import shutil
import signal
import socket
import stat
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from urllib.parse import quote

import psycopg
import pytest

from jupiter.kit.postgres import Embedded
from jupiter.suite import processes
from jupiter.suite.command import detours_from
from jupiter.suite.folder import Folder
from jupiter.suite.keys import SERVICES
from jupiter.suite.refusal import Refusal
from jupiter.suite.signals import Asked, listen_for_signals
from jupiter.suite.supervisor import Supervisor
from tests.suite.running import Suite, is_gone, soon

AS_ROOT = pytest.mark.skipif(os.geteuid() != 0, reason="only root can become somebody else")


@pytest.fixture(scope="module")
def running():
    """One suite for all tests that leave it running."""
    with TemporaryDirectory(prefix="jupiter-suite-") as place:
        Path(place).chmod(0o711)
        suite = Suite(Path(place).resolve() / "data")
        try:
            yield suite.start()
        finally:
            end_for_sure(suite)


@pytest.fixture
def folder():
    with TemporaryDirectory(prefix="jupiter suite ") as place:  # a space in every path
        Path(place).chmod(0o711)
        yield Path(place).resolve()


@pytest.fixture
def suite(folder):
    suite = Suite(folder / "data")
    yield suite
    end_for_sure(suite)


def end_for_sure(suite):
    if suite.process:
        try:
            suite.end()
        finally:
            suite.process.kill()
            suite.process.wait()
            suite.process.stdout.close()
    Embedded(suite.data / "postgres").stop()


def rows(suite, service="dealer"):
    with psycopg.connect(Embedded(suite.data / "postgres").conninfo, dbname=f"jupiter_{service}") as inside:
        return inside.execute("SELECT count(*) FROM rows").fetchone()[0]


def test_it_starts_tells_and_stops(suite):
    suite.start()
    told = suite.demo()
    assert told["services"]["hub"]["url"] == f"http://127.0.0.1:{suite.base + 2}"
    assert {row["service"] for row in told["logins"]} == {"dealer", "hub", "insurer"}
    assert told["pid"] == suite.process.pid
    assert told["business_date"] is None
    for row in told["logins"]:
        assert row["password"] in suite.screen
    for name in ("demo.json", "secrets.json", "suite.json"):
        assert stat.S_IMODE((suite.data / name).stat().st_mode) == 0o600
    family = suite.family()

    with ThreadPoolExecutor() as elsewhere:
        slow = elsewhere.submit(suite.ask, path="/slow")
        time.sleep(0.5)
        assert suite.end(signal.SIGINT) == 0
        assert slow.result(), "what was being asked was still answered"

    assert all(map(is_gone, family))
    assert Embedded(suite.data / "postgres").pid() is None


def test_the_second_start_keeps_everything_and_prepares_nothing(suite):
    suite.start()
    first = suite.demo()
    suite.end()

    begun = time.monotonic()
    suite.start()

    assert time.monotonic() - begun < 15
    assert "Bringing" not in suite.screen
    assert "Loading" not in suite.screen
    assert suite.demo()["logins"] == first["logins"]
    assert rows(suite) == 1


def test_a_database_that_somebody_else_migrated_is_migrated_again(suite):
    suite.start()
    with psycopg.connect(Embedded(suite.data / "postgres").conninfo, dbname="jupiter_hub") as inside:
        inside.execute("INSERT INTO django_migrations DEFAULT VALUES")
    suite.end()
    suite.start()
    assert re.search(r"Bringing the databases up to date \(.*hub", suite.screen)


@pytest.mark.parametrize("name", ["dealer-web", "hub-worker"])
def test_what_is_killed_is_started_again(running, name):
    before = running.pids()[name]
    os.kill(before, signal.SIGKILL)
    running.await_words(f"{name} was ended by SIGKILL; starting it again")
    assert soon(lambda: running.pids()[name] != before)
    assert soon(running.ask)


def test_what_ends_without_a_fault_is_started_again_too(running):
    before = running.pids()["hub-worker"]
    give_up = running.data / "hub-worker-gives-up"
    give_up.touch()
    running.await_words("hub-worker ended with status 0; starting it again")
    give_up.unlink()
    soon(lambda: running.pids()["hub-worker"] != before)


def test_a_web_servers_child_is_replaced_without_its_server(running):
    before, main = running.ask()["pid"], running.pids()["dealer-web"]
    assert before != main
    time.sleep(6)  # granian takes a death in its first seconds for a crash at start
    os.kill(before, signal.SIGKILL)
    assert soon(lambda: running.ask()["pid"] != before)
    assert running.pids()["dealer-web"] == main


def test_a_killed_database_comes_back(running):
    server = Embedded(running.data / "postgres")
    os.kill(server.pid(), signal.SIGKILL)
    running.await_words("PostgreSQL ended; starting it again")
    assert soon(server.pid)
    assert soon(lambda: rows(running) == 1)


def test_nothing_outlives_a_killed_supervisor_at_its_port(suite):
    suite.start()
    family = suite.family()
    suite.process.kill()
    suite.process.wait()
    soon(lambda: all(map(is_gone, family)))
    assert soon(partial(is_free, suite.base + 1), 5), "the threads of a dead process may hold its port a moment longer than itself"


def is_free(port):
    with socket.socket() as trial:
        trial.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        trial.bind(("127.0.0.1", port))
    return True


def test_after_everything_was_killed_the_next_start_just_works(suite):
    suite.start()
    victims = [*suite.family(), Embedded(suite.data / "postgres").pid()]
    for pid in victims:
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)
    suite.process.wait()

    suite.start()

    assert rows(suite) == 1
    assert suite.ask()


def test_a_taken_port_is_said(suite):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", suite.base + 2))
        taken.listen()
        assert suite.refused() == 1
    assert f"Port {suite.base + 2} is taken" in suite.screen
    assert "Traceback" not in suite.screen


def test_a_second_suite_with_the_same_data_is_refused(running):
    other = Suite(running.data)
    assert other.refused() == 1
    other.process.stdout.close()
    assert f"already runs with the data in {running.data} (process {running.process.pid})" in other.screen


def test_a_folder_keeps_its_day(suite):
    suite.start("--tutorial-day")
    assert suite.ask()["day"] == "2021-12-07"
    assert suite.demo()["business_date"] == "2021-12-07"
    suite.end()
    assert suite.refused() == 2
    assert "was made in the mode “tutorial-day”" in suite.screen


def test_reset_asks_and_starts_over(suite):
    suite.start()
    first = suite.demo()["logins"]
    suite.end()
    kept = suite.data / "somebody-elses.txt"
    kept.touch()

    assert suite.refused("--reset") == 2
    assert "add --yes" in suite.screen
    suite.start("--reset", "--yes", "--tutorial-day")

    assert suite.demo()["logins"] != first
    assert rows(suite) == 1
    assert kept.exists()


def test_a_folder_that_started_empty_stays_empty(suite):
    suite.start("--no-demo")
    assert suite.demo()["logins"] == []
    suite.end()
    suite.start()
    assert rows(suite) == 0


def test_new_addresses_are_told_to_the_services(suite):
    suite.start()
    suite.end()
    suite.base += 5
    suite.start()
    assert "Loading" in suite.screen


def test_detours_lead_from_service_to_service_and_nowhere_else():
    assert detours_from("") == {}
    assert detours_from("hub=http://127.0.0.1:9002,dealer=http://127.0.0.1:9001") == {
        "hub": "http://127.0.0.1:9002",
        "dealer": "http://127.0.0.1:9001",
    }
    for told in ("bank=http://127.0.0.1:1", "hub=https://hub.example", "hub"):
        with pytest.raises(Refusal):
            detours_from(told)


def test_a_service_that_does_not_stay_up_is_named_with_its_last_words(suite):
    suite.data.mkdir(mode=0o711)
    (suite.data / "hub-worker-gives-up").touch()
    assert suite.refused() == 1
    assert "hub-worker does not stay up" in suite.screen
    assert Embedded(suite.data / "postgres").pid() is None


def test_a_path_too_long_for_a_socket_works(folder):
    suite = Suite(folder / ("long" * 30))
    try:
        suite.start()
        assert suite.ask()
        assert suite.end() == 0
    finally:
        end_for_sure(suite)
        shutil.rmtree(Embedded(suite.data / "postgres").sockets, ignore_errors=True)


@AS_ROOT
def test_an_ordinary_user_starts_it_too(folder):
    try:
        subprocess.run([sys.executable, "-c", ""], user="nobody", check=True)
    except OSError:
        pytest.skip("this Python lies in root's closed home")
    folder.chmod(0o777)
    suite = Suite(folder / "data", user="nobody")
    try:
        suite.start()
        assert suite.ask()
        assert suite.data.stat().st_uid != 0
        assert suite.end() == 0
    finally:
        end_for_sure(suite)


@AS_ROOT
def test_roots_closed_home_is_no_obstacle_and_leaves_nothing_after_reset(folder):
    folder.chmod(0o700)
    suite = Suite(folder / "data")
    try:
        suite.start()
        elsewhere = Path((suite.data / "postgres-lies-in").read_text().strip())
        assert elsewhere.is_relative_to("/var/lib/jupiter")
        assert str(elsewhere) in suite.screen
        suite.end()
        begun_over = suite.start("--reset", "--yes").screen
        assert str(elsewhere) in begun_over
        suite.end()
        Embedded(elsewhere, note=suite.data / "postgres-lies-in").erase()
        assert not elsewhere.parent.exists()
    finally:
        end_for_sure(suite)


class LockWithBadTiming:
    """subprocess's own, taken just when somebody presses Ctrl-C."""

    def __init__(self, lock):
        self.lock = lock
        self.release = lock.release

    def acquire(self, blocking):
        taken = self.lock.acquire(blocking)
        os.kill(os.getpid(), signal.SIGINT)
        return taken


def test_a_signal_at_the_worst_moment_is_heard_and_leaves_nothing_locked(folder, monkeypatch):
    monkeypatch.setattr(processes, "PROGRAM", ("sleep",))
    data = Folder(folder)
    data.open()
    sleeper = processes.Process("sleeper", ["60"], dict(os.environ), data.log("sleeper"))
    supervisor = Supervisor(data, dict.fromkeys(SERVICES, {}), dict.fromkeys(SERVICES, 0))
    supervisor.server, supervisor.webs, supervisor.workers = None, [sleeper], []
    before = {sign: signal.getsignal(sign) for sign in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)}
    listen_for_signals()
    try:
        supervisor.look_after()
        lock = sleeper.running._waitpid_lock
        sleeper.running._waitpid_lock = LockWithBadTiming(lock)
        with pytest.raises(Asked):
            supervisor.look_after()
        assert not lock.locked()
        sleeper.running._waitpid_lock = lock
        supervisor.stop()
        assert sleeper.running is None
    finally:
        for sign, handler in before.items():
            signal.signal(sign, handler)
        if sleeper.running:
            os.kill(sleeper.running.pid, signal.SIGKILL)


def test_a_given_server_is_used_with_roles_and_passwords_of_its_own(folder):
    given = Embedded(folder / "given" / "postgres")
    given.start()
    suite = None
    try:
        with psycopg.connect(given.conninfo, autocommit=True) as admin:
            admin.execute("ALTER ROLE postgres PASSWORD 'un secret'")
            (given.data / "pg_hba.conf").write_text("local all all scram-sha-256\n")
            admin.execute("SELECT pg_reload_conf()")
        admin_url = f"postgresql://postgres:un%20secret@/postgres?host={quote(str(given.home), safe='')}&port=5432"
        suite = Suite(folder / "data", DATABASE_URL=admin_url)
        suite.start()
        assert not (suite.data / "postgres").exists()
        assert suite.ask("insurer")
        assert suite.end() == 0
        with psycopg.connect(admin_url, dbname="jupiter_dealer") as inside:
            assert inside.execute("SELECT count(*) FROM rows").fetchone() == (1,)

        suite.start("--reset", "--yes", "--no-demo")
        suite.end()
        with psycopg.connect(admin_url, dbname="jupiter_dealer") as inside:
            assert inside.execute("SELECT count(*) FROM rows").fetchone() == (0,)
    finally:
        if suite:
            end_for_sure(suite)
        given.stop()


def test_a_server_that_refuses_is_quoted(folder):
    suite = Suite(folder / "data", DATABASE_URL="postgresql://nobody@127.0.0.1:9/nothing?connect_timeout=2")
    assert suite.refused() == 1
    assert "The database refuses" in suite.screen
    assert "Traceback" not in suite.screen
    end_for_sure(suite)


def test_an_environment_that_is_a_link_is_refused_and_left_alone(folder):
    clone, elsewhere = folder / "clone", folder / "elsewhere"
    (clone / "bin").mkdir(parents=True)
    elsewhere.mkdir()
    (elsewhere / "kept").touch()
    shutil.copy(Path(__file__).parents[2] / "bin" / "install", clone / "bin")
    (clone / ".venv").symlink_to(elsewhere)
    told = subprocess.run([clone / "bin" / "install"], capture_output=True, text=True, check=False)
    assert told.returncode == 1
    assert "is a link" in told.stderr
    assert (elsewhere / "kept").exists()
