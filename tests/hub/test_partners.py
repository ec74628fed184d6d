"""One guarantor that answers slowly holds up no sale of another: two stand-ins in the hub's own register, small real servers, declared sales, and
the hub's own worker with its own slots."""

import asyncio
import os
import signal
import statistics
import threading
import time

import pytest
from django.db import connection

from jupiter.hub.declarations.models import Cover, Sale
from jupiter.hub.guarantors.port import AccountRules, CannotTransmit, Quote
from jupiter.hub.guarantors.registry import GUARANTORS
from jupiter.kit.partners import Line
from jupiter.kit.transmissions.management.commands.worker import work
from tests.hub import make
from tests.kit.slow_partner import a_partner

SLOTS = 4
QUICK, SLOW = "autogarantie", "cirano"
pytestmark = pytest.mark.django_db(transaction=True)


class StandIn(CannotTransmit):
    """Takes declarations; in the place of one of the register that cannot yet."""

    transmits, account = True, AccountRules()

    def __init__(self, key, server, partner=""):
        self.key = self.label = self.source = key
        self.partner = partner or key
        self.line = Line(key, f"http://127.0.0.1:{server.server_port}")

    def words(self, sale):
        return {"reference": sale.declaration_number, "guarantor": self.key}

    def ask(self, words, *, key):
        line = GUARANTORS[words["guarantor"]].line  # the hub goes by the partner's name, which a test lets both share
        return line.ask("POST", "/quotes", words=words, headers={"Idempotency-Key": key})

    def quote_in(self, answer):
        return Quote(number="0000000001", link="")


@pytest.fixture
def network(monkeypatch, settings):
    """Both guarantors, chosen by a point of sale; what its sales are told of."""
    settings.BUSINESS_DATE = make.DAY

    def between(slow, quick, **options):
        monkeypatch.setitem(GUARANTORS, SLOW, StandIn(SLOW, slow, **options))
        monkeypatch.setitem(GUARANTORS, QUICK, StandIn(QUICK, quick, **options))
        point = make.a_point(configured=False)
        make.configure(point, **{key: make.Choice(True) for key in (SLOW, QUICK)})
        return make.a_client(point.group)

    yield between
    for key in (SLOW, QUICK):
        GUARANTORS[key].line.http.close()


def declare(client, guarantor):
    return make.a_declared_sale(client, said=make.full_words(guarantor=guarantor))


def median_seconds(client, rounds=0, seconds=0.0):
    """Of the quick guarantor's sales, one after the other, each from its declaration to its recorded quote."""
    took, begun = [], time.monotonic()
    while len(took) < rounds or time.monotonic() - begun < seconds:
        start = time.monotonic()
        sale = declare(client, QUICK)
        while Sale.objects.get(pk=sale.pk).cover == Cover.SENDING:
            assert time.monotonic() - start < 7, "it waits behind the slow one"
            time.sleep(0.002)
        took.append(time.monotonic() - start)
    return statistics.median(took)


def compare(network, *, slow_seconds, rounds, seconds=0.0, **options):
    """The quick one's median alone, and while the slow one has ten times more to do than slots."""
    found, troubles = [], []

    def sell(client, slow):
        try:
            median_seconds(client, 5)
            found.append(median_seconds(client, rounds, seconds))
            for _ in range(SLOTS * 10):
                declare(client, SLOW)
            for _ in range(SLOTS):
                assert slow.asked.acquire(timeout=5)
            found.append(median_seconds(client, rounds, seconds))
            assert slow.most == SLOTS, "all of its slots and no more"
        except BaseException as trouble:  # noqa: BLE001
            troubles.append(trouble)
        finally:
            slow.closing.set()
            connection.close()
            os.kill(os.getpid(), signal.SIGTERM)  # the worker's own way to its end

    with a_partner(slow_seconds) as slow, a_partner(0) as quick:
        client = network(slow, quick, **options)
        selling = threading.Thread(target=sell, args=(client, slow))
        selling.start()
        asyncio.run(work(SLOTS))
        selling.join()
    if troubles:
        raise troubles[0]
    return found


def test_a_guarantor_that_answers_in_eight_seconds_holds_up_no_sale_of_another(network):
    alone, beside = compare(network, slow_seconds=8, rounds=15)
    assert beside < 1.2 * alone + 0.1, f"{alone * 1000:.0f} ms alone, {beside * 1000:.0f} ms beside the slow one"


@pytest.mark.whole
@pytest.mark.parametrize("slow_seconds", [8, 30])
def test_its_median_stays_within_a_fifth(network, slow_seconds):
    """Long enough for the time-outs of one that answers in 30 s, its breaker and its probes."""
    alone, beside = compare(network, slow_seconds=slow_seconds, rounds=100, seconds=25)
    assert beside < 1.2 * alone, f"{alone * 1000:.0f} ms alone, {beside * 1000:.0f} ms beside the slow one"


def test_one_queue_for_both_would_be_seen(network):
    with pytest.raises(AssertionError, match="behind the slow one"):
        compare(network, slow_seconds=8, rounds=5, partner="both")
