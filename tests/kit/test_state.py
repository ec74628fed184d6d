"""What a probe, Prometheus and an administrator are told about a service. Counted in the real tables."""

import json
from threading import Event

import pytest
from django.db import transaction
from django.test import Client

from jupiter.kit import probes, state
from jupiter.kit.transmissions.actions import transmit
from jupiter.kit.transmissions.models import PartnerTrouble
from jupiter.kit.walls import asking_all, walled
from tests.crash import outside
from tests.worker import sql

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def alive():
    sql("INSERT INTO procrastinate_workers (last_heartbeat) VALUES (now())")


@pytest.fixture
def browser():
    return Client(raise_request_exception=False)


def ready(browser):
    answer = browser.get("/readyz")
    said = json.loads(answer.content)
    assert (answer.status_code == 200) is said["ready"] is all(said["checks"].values())
    return {name for name, holds in said["checks"].items() if not holds}


def figures(browser):
    lines = [line for line in browser.get("/metrics").content.decode().splitlines() if not line.startswith("#")]
    return {name: float(value) for name, value in (line.rsplit(" ", 1) for line in lines)}


@transaction.atomic
def say(subject="sale-1", owner_id=1):
    return transmit("test.words", partner="partner", subject=subject, owner_id=owner_id)


def test_without_a_worker_nothing_is_ready(browser):
    assert ready(browser) == {"worker"}
    sql("INSERT INTO procrastinate_workers (last_heartbeat) VALUES (now() - interval '31 seconds')")
    assert ready(browser) == {"worker"}


def test_a_server_that_does_not_answer_is_said_to_fail_while_it_is_silent(browser, alive, monkeypatch):
    answers, work = Event(), state.work
    monkeypatch.setattr(state, "work", lambda: answers.wait(60) and work())
    try:
        for _ in range(2):  # the second waits behind the first, which hangs
            assert ready(browser) == set(probes.CHECKS)
        assert not answers.is_set()
    finally:
        answers.set()
    assert ready(browser) == set()


def test_a_statement_that_takes_too_long_is_given_up_by_the_server(browser, alive):
    with outside() as admin, admin.transaction():
        admin.execute("LOCK procrastinate_workers")
        assert ready(browser) == {"worker", "jobs", "clock", "disk"}
    assert ready(browser) == set()


def test_a_database_behind_its_code_is_not_ready(browser, alive, monkeypatch):
    monkeypatch.setattr(probes, "_migrated", False)
    taken = "SELECT app, name, applied FROM django_migrations WHERE app = 'transmissions' ORDER BY id DESC LIMIT 1"
    with outside() as admin:
        row = admin.execute(taken).fetchone()
        admin.execute("DELETE FROM django_migrations WHERE app = %s AND name = %s", row[:2])
        try:
            assert ready(browser) == {"migrations"}
        finally:
            admin.execute("INSERT INTO django_migrations (app, name, applied) VALUES (%s, %s, %s)", row)
    assert ready(browser) == set()


def test_a_living_process_says_so_without_its_database(browser, django_assert_num_queries):
    with django_assert_num_queries(0):
        assert browser.get("/livez").json() == {"alive": True}


def test_a_sick_partner_and_what_waits_for_it_make_nothing_unready(browser, alive):
    say()
    sql("UPDATE procrastinate_jobs SET scheduled_at = now() - interval '1 hour'")
    PartnerTrouble.objects.create(partner="partner", failures=99, reason="silent")
    assert ready(browser) == set()
    assert figures(browser)["jupiter_oldest_due_job_seconds"] >= 3600
    assert figures(browser)['jupiter_partner_failures{partner="partner"}'] == 99


def test_work_of_our_own_that_nobody_takes_does(browser, alive):
    sql(
        "INSERT INTO procrastinate_jobs (task_name, queue_name, status, scheduled_at) VALUES ('x', 'letters', 'todo', now() - interval '6 min')"
    )
    assert ready(browser) == {"jobs"}


def test_a_wrong_clock_and_a_full_disk_do(browser, alive, monkeypatch):
    monkeypatch.setattr(state, "disk", lambda: (0.04, 900_000_000))
    real = state.time.time
    monkeypatch.setattr(state.time, "time", lambda: real() + 400 * 86400)
    assert ready(browser) == {"clock", "disk"}


def test_five_hundredths_of_a_large_disk_are_room_enough():
    assert not state.is_full(0.04, 40_000_000_000)
    assert state.is_full(0.04, 900_000_000)


def test_each_kind_of_trouble_is_counted(browser, alive):
    for number in range(4):
        say(subject=f"sale-{number}")
    job = "UPDATE procrastinate_jobs SET {} WHERE args->>'transmission_id' = (SELECT id::text FROM transmissions_transmission WHERE subject = %s)"
    sql(job.format("status = 'failed'"), "sale-0")
    sql(job.format("scheduled_at = now() + interval '400 days'"), "sale-1")
    sql("INSERT INTO procrastinate_workers (last_heartbeat) VALUES (now() - interval '1 hour')")
    sql(job.format("status = 'doing', worker_id = (SELECT max(id) FROM procrastinate_workers)"), "sale-2")
    said = figures(browser)
    found = {name: said[f"jupiter_{name}"] for name in ("failed_jobs", "far_ahead_jobs", "stalled_jobs", "sending_without_job", "workers")}
    assert found == {"failed_jobs": 1, "far_ahead_jobs": 1, "stalled_jobs": 1, "sending_without_job": 1, "workers": 1}
    assert said["jupiter_sending_transmissions"] == 4


def test_the_figures_are_everybodys_and_name_nobody(browser, alive):
    say(subject="VIN 12345678901233333", owner_id=1)
    say(subject="ER-452-AS", owner_id=2)
    said = browser.get("/metrics").content.decode()
    assert "jupiter_sending_transmissions 2\n" in said
    assert "12345678901233333" not in said
    assert "ER-452-AS" not in said
    with walled([1]), asking_all():
        assert state.read().parcels.sending == 2


@pytest.mark.parametrize("headers", [{"x-forwarded-for": "127.0.0.1"}, {"forwarded": "for=1.2.3.4"}, {"x-real-ip": "127.0.0.1"}])
def test_a_proxy_on_this_machine_is_not_this_machine(browser, headers):
    assert browser.get("/metrics", headers=headers).status_code == 404


def test_elsewhere_only_the_token_opens(browser, settings):
    assert browser.get("/metrics", REMOTE_ADDR="10.0.0.9").status_code == 404
    settings.METRICS_TOKEN = "long-and-random"
    assert browser.get("/metrics").status_code == 404, "then on this machine too"
    assert browser.get("/metrics", headers={"authorization": "Bearer wrong"}).status_code == 404
    assert browser.get("/metrics", REMOTE_ADDR="10.0.0.9", headers={"authorization": "Bearer long-and-random"}).status_code == 200


def test_a_gauge_of_a_noun_is_told_in_both_ways(browser, alive, monkeypatch):
    monkeypatch.setitem(state.GAUGES, "differences", state.Gauge("differences", "Écarts entre services", lambda: 3))
    assert figures(browser)["jupiter_differences"] == 3
    line = next(line for line in state.in_words(state.read()) if line.name == "Écarts entre services")
    assert (line.text, line.is_well) == ("3", False)


def test_in_words_all_is_well_until_something_is_not(alive):
    assert all(line.is_well for line in state.in_words(state.read()))
    PartnerTrouble.objects.create(partner="partner", failures=7, reason="silent")
    ill = [line for line in state.in_words(state.read()) if not line.is_well]
    assert [(line.name, line.text) for line in ill] == [("Partenaire partner", "Ne répond pas\u00a0: 7 essais sans réponse utile")]
