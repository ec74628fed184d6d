"""A partner that answers slowly holds up nobody else: two small real servers, a real worker, real threads."""

import asyncio
import statistics
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import timedelta

import pytest
from django.db import connection, transaction
from django.utils import timezone
from procrastinate.contrib.django import app
from procrastinate.contrib.django.models import ProcrastinateJob

from jupiter.kit.notices import in_one
from jupiter.kit.partners import Line
from jupiter.kit.queue_connector import queue_connector
from jupiter.kit.transmissions import carriers
from jupiter.kit.transmissions.actions import probe_partners, transmit, transmit_latest
from jupiter.kit.transmissions.carriers import Carrier, reads_nothing
from jupiter.kit.transmissions.management.commands.worker import run_together
from jupiter.kit.transmissions.models import OPENS_AFTER, PROBE_SECONDS, PartnerTrouble, State, Transmission
from jupiter.kit.transmissions.slots import FairWorker
from tests.kit.slow_partner import a_partner
from tests.worker import count, sql

SLOTS = 4
LEFT = "SELECT count(*) FROM transmissions_transmission WHERE state = 'sending'"
pytestmark = pytest.mark.django_db(transaction=True)


@contextmanager
def a_worker(*, rest=0.0, polling=1.0):
    """As the command runs it, in a thread, until the test has seen enough."""
    ready, made = threading.Event(), []

    async def work():
        asyncio.get_running_loop().set_default_executor(ThreadPoolExecutor(SLOTS * 4))
        with app.replace_connector(queue_connector()):
            async with app.open_async():
                options = {"fetch_job_polling_interval": polling, "install_signal_handlers": False}
                made.append(FairWorker(app, slots=SLOTS, rest=rest, concurrency=SLOTS * 4, **options))
                ready.set()
                await made[0].run()

    thread = threading.Thread(target=asyncio.run, args=(work(),))
    thread.start()
    assert ready.wait(10)
    try:
        yield
    finally:
        made[0].stop()
        thread.join(30)
        assert not thread.is_alive()


@contextmanager
def speaking_to(monkeypatch, **servers):
    lines = {name: Line(name, f"http://127.0.0.1:{server.server_port}") for name, server in servers.items()}
    carrier = Carrier(
        "test.words", "Essai",
        prepare=reads_nothing(lambda parcel: lines[parcel.partner].ask("POST", "/words", words={})),
        accept=lambda parcel, answer: None,
    )  # fmt: skip
    monkeypatch.setitem(carriers.CARRIERS, carrier.kind, carrier)
    yield
    for line in lines.values():
        line.http.close()


@transaction.atomic
def say(partner, subject):
    return transmit("test.words", partner=partner, subject=subject, owner_id=1)


def median_seconds(partner, rounds, name):
    """One after the other, each from its commit to its answer's record."""
    took = []
    for number in range(rounds):
        start = time.monotonic()
        parcel = say(partner, f"{name}-{number}")
        while Transmission.objects.get(pk=parcel.pk).state != State.DELIVERED:
            assert time.monotonic() - start < 5, f"{partner} waits behind another"
            time.sleep(0.002)
        took.append(time.monotonic() - start)
    return statistics.median(took)


def compare(monkeypatch, *, slow_seconds, rounds):
    """The quick partner's median alone, and while the slow one has ten times more to do than slots."""
    with a_partner(slow_seconds) as slow, a_partner(0) as quick, speaking_to(monkeypatch, slow=slow, quick=quick), a_worker():
        median_seconds("quick", 5, "warm")
        alone = median_seconds("quick", rounds, "alone")
        for number in range(SLOTS * 10):
            say("slow", f"slow-{number}")
        for _ in range(SLOTS):
            assert slow.asked.acquire(timeout=5)
        beside = median_seconds("quick", rounds, "beside")
        assert slow.most == SLOTS, "all of its slots and no more"
        Transmission.objects.filter(state=State.SENDING).update(state=State.DROPPED, settled_at="2021-12-07T00:00Z")
        slow.closing.set()
    connection.close()
    return alone, beside


def test_news_leave_after_their_rest_though_nobody_polls(monkeypatch, settings):
    settings.NEWS_REST_SECONDS = 0.3
    with a_partner(0) as quick, speaking_to(monkeypatch, quick=quick), a_worker(rest=0.3, polling=60):
        time.sleep(0.5)
        for number in range(2):  # the second comes while the first rests
            with transaction.atomic():
                transmit_latest("test.words", partner="quick", subject=f"sale-{number}", owner_id=1, words={}, together=in_one)
            time.sleep(0.2)
        assert quick.asked.acquire(timeout=3)
        assert quick.asked.acquire(timeout=3)
    connection.close()


def test_a_partner_that_answers_in_eight_seconds_holds_up_nobody_else(monkeypatch):
    alone, beside = compare(monkeypatch, slow_seconds=8, rounds=30)
    assert beside < 1.2 * alone + 0.05, f"{alone * 1000:.0f} ms alone, {beside * 1000:.0f} ms beside the slow one"


@pytest.mark.whole
@pytest.mark.parametrize("slow_seconds", [8, 30])
def test_its_median_stays_within_a_fifth(monkeypatch, slow_seconds):
    alone, beside = compare(monkeypatch, slow_seconds=slow_seconds, rounds=300)
    assert beside < 1.2 * alone, f"{alone * 1000:.0f} ms alone, {beside * 1000:.0f} ms beside the slow one"


@pytest.mark.parametrize(("outage_seconds", "patience_seconds"), [(12, 10), pytest.param(600, 600 / 5, marks=pytest.mark.whole)])
def test_what_an_outage_held_back_goes_out_five_times_faster_than_it_came(monkeypatch, outage_seconds, patience_seconds):
    """Five sales a second came meanwhile; each waits for its own next try, up to an hour away. The slice is given time: it may not be alone."""
    PartnerTrouble.objects.create(partner="back", failures=OPENS_AFTER, probed_at=timezone.now() - timedelta(seconds=PROBE_SECONDS))
    waiting = [say("back", f"sale-{number}").pk for number in range(outage_seconds * 5)]
    sql("UPDATE procrastinate_jobs SET scheduled_at = now() + random() * interval '1 hour'")
    with a_partner(0) as back, speaking_to(monkeypatch, back=back), a_worker():
        start = time.monotonic()
        probe_partners()
        while Transmission.objects.filter(pk__in=waiting, state=State.SENDING).exists():
            assert time.monotonic() - start < patience_seconds, f"{count(LEFT)} of {len(waiting)} still wait"
            time.sleep(0.1)
        took = time.monotonic() - start
    connection.close()
    print(f"{len(waiting)} in {took:.1f} s: {outage_seconds / took:.0f} times faster than they came")


def test_a_freed_slot_is_taken_at_once(monkeypatch):
    with a_partner(0.1) as slow:
        for number in range(SLOTS * 5):
            say("slow", f"slow-{number}")
        start = time.monotonic()
        with speaking_to(monkeypatch, slow=slow), a_worker():
            while Transmission.objects.filter(state=State.SENDING).exists():
                assert time.monotonic() - start < 4, "it waits for the next poll"
                time.sleep(0.02)
        assert slow.most == SLOTS


def test_what_a_workers_end_cuts_short_is_carried_again(monkeypatch):
    with a_partner(8) as slow, speaking_to(monkeypatch, slow=slow):
        say("slow", "sale")

        async def work():
            asyncio.get_running_loop().set_default_executor(ThreadPoolExecutor(SLOTS))
            with app.replace_connector(queue_connector()):
                async with app.open_async():
                    worker = FairWorker(app, slots=SLOTS, concurrency=SLOTS, install_signal_handlers=False)
                    running = asyncio.create_task(worker.run())
                    assert await asyncio.to_thread(slow.asked.acquire, timeout=5)
                    (job,) = (job for job, context in worker._running_jobs.items() if context.job.task_name == "carry")  # beside a clock's
                    worker.stop()
                    job.cancel()
                    await running
                    slow.closing.set()

        asyncio.run(work())
    assert ProcrastinateJob.objects.get(task_name="carry").status == "todo"


class Stub:
    """Of a worker: it ends by a fault, or takes a moment to end once it is told to."""

    def __init__(self, fault=None):
        self.fault, self.told, self.ended_well = fault, asyncio.Event(), False

    def stop(self):
        self.told.set()

    async def run(self):
        if self.fault:
            raise self.fault
        await self.told.wait()
        await asyncio.sleep(0.1)
        self.ended_well = True


def test_a_worker_that_ends_by_a_fault_lets_the_other_end_its_jobs():
    async def work():
        broken, other = Stub(RuntimeError("the database went away")), Stub()
        with pytest.raises(RuntimeError):
            await run_together([broken, other])
        return other.ended_well

    assert asyncio.run(work())
