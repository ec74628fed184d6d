"""The worker is the real one, on the real job table; only the partner's answers are scripted."""

import json
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from functools import partial

import httpx
import pytest
import respx
from django.db import IntegrityError, OperationalError, connection, transaction
from django.utils import timezone
from procrastinate.contrib.django.models import ProcrastinateJob

from jupiter.kit.jobs import CEILING, JITTER
from jupiter.kit.partners import Answer, Line, TryAgain
from jupiter.kit.transmissions import actions, carriers, tasks
from jupiter.kit.transmissions.actions import (
    SOON_SECONDS,
    TRIED_SOON,
    may_probe,
    partner_answers,
    probe_partners,
    record_delivery,
    record_silence,
    send_again,
    send_all_again,
    transmit,
    transmit_latest,
)
from jupiter.kit.transmissions.carriers import Carrier, reads_nothing
from jupiter.kit.transmissions.models import OPENS_AFTER, PROBE_SECONDS, Outcome, PartnerTrouble, State, Transmission
from tests.races import HANDS, hands
from tests.worker import sql

PARTNER = "http://partner.test"
YES = httpx.Response(200, json={"number": "0001006185"})
DOWN = httpx.Response(503)
REFUSED = httpx.Response(422, json={"detail": "VIN inconnu"}, headers={"content-type": "application/problem+json"})

pytestmark = pytest.mark.django_db(transaction=True)


class PowerCut(Exception):
    pass


@pytest.fixture
def partner():
    with respx.mock:
        yield respx.post(f"{PARTNER}/words")


@pytest.fixture
def heard(monkeypatch):
    """What the noun would record: (what, detail) pairs."""
    heard = []
    line = Line("Le partenaire", PARTNER)
    carrier = Carrier(
        "test.words",
        "Essai",
        prepare=reads_nothing(lambda parcel: line.ask("POST", "/words", words=parcel.words, headers={"Idempotency-Key": str(parcel.key)})),
        accept=lambda parcel, answer: heard.append(("accepted", answer.words)),
        refuse=lambda parcel, reason: heard.append(("refused", reason)),
    )
    monkeypatch.setitem(carriers.CARRIERS, carrier.kind, carrier)
    return heard


@transaction.atomic
def say(words=None, subject="sale-1", partner="partner"):
    return transmit("test.words", partner=partner, subject=subject, owner_id=1, words=words or {"vin": "1"})


@transaction.atomic
def say_then_lose_power():
    say()
    assert ProcrastinateJob.objects.exists()
    raise PowerCut


def now(parcel):
    parcel.refresh_from_db()
    return parcel


def test_the_answer_comes_home_and_the_attempt_can_be_read(worker, partner, heard):
    partner.mock(return_value=YES)
    parcel = say()
    assert now(parcel).state == State.SENDING

    worker.run()

    assert now(parcel).state == State.DELIVERED
    assert heard == [("accepted", {"number": "0001006185"})]
    attempt = parcel.attempts.get()
    assert (attempt.outcome, attempt.status) == (Outcome.ANSWERED, 200)
    assert "0001006185" in attempt.answer


def test_what_is_rolled_back_is_never_sent(heard):
    with pytest.raises(PowerCut):
        say_then_lose_power()
    assert not Transmission.objects.exists()
    assert not ProcrastinateJob.objects.exists()


def test_what_a_worker_says_and_takes_back_is_never_sent(worker, partner, heard, monkeypatch):
    """In a worker too a job belongs to the transaction that makes it true, though the worker's own connection is another."""

    def say_more_then_lose_power(parcel, answer):
        say(subject="sale-2")
        assert ProcrastinateJob.objects.filter(task_name="carry").count() == 2
        raise PowerCut

    monkeypatch.setitem(carriers.CARRIERS, "test.words", replace(carriers.CARRIERS["test.words"], accept=say_more_then_lose_power))
    partner.mock(return_value=YES)
    first = say()
    worker.run()
    assert [parcel.pk for parcel in Transmission.objects.all()] == [first.pk]
    assert ProcrastinateJob.objects.filter(task_name="carry").count() == 1  # beside what a clock drives


def test_nothing_is_said_outside_a_transaction(heard):
    with pytest.raises(RuntimeError, match="in the transaction"):
        transmit("test.words", partner="partner", subject="sale-1", owner_id=1)


def test_a_sick_partner_is_tried_again_after_a_pause_with_the_same_key(worker, partner, heard):
    partner.mock(side_effect=[DOWN, YES])
    parcel = say()

    worker.run()
    worker.run()
    assert (now(parcel).state, partner.call_count) == (State.SENDING, 1), "not before its pause is over"
    assert PartnerTrouble.objects.get().partner == "partner"

    worker.wait_for_the_next_try()
    worker.run()
    assert now(parcel).state == State.DELIVERED
    assert {call.request.headers["Idempotency-Key"] for call in partner.calls} == {str(parcel.key)}
    assert not PartnerTrouble.objects.exists()
    assert [attempt.outcome for attempt in parcel.attempts.order_by("id")] == [Outcome.TRY_AGAIN, Outcome.ANSWERED]


@pytest.mark.parametrize(
    "answer",
    [
        httpx.Response(200, text="<html>Bienvenue</html>", headers={"content-type": "text/html"}),
        httpx.Response(200, text='{"number": "000', headers={"content-type": "application/json"}),
        httpx.Response(200, text='{"a": 1, "a": 2}', headers={"content-type": "application/json"}),
        httpx.Response(429, headers={"retry-after": "7"}),
        httpx.Response(500),
        httpx.ConnectError("refused"),
        httpx.ReadTimeout("slow"),
        httpx.RemoteProtocolError("cut"),
    ],
    ids=["html", "half", "twins", "429", "500", "refused", "slow", "cut"],
)
def test_no_useful_answer_is_no_answer(worker, partner, heard, answer):
    partner.mock(side_effect=[answer, YES])
    parcel = say()

    worker.run()
    assert (now(parcel).state, heard) == (State.SENDING, [])
    assert parcel.trouble

    worker.wait_for_the_next_try()
    worker.run()
    assert now(parcel).state == State.DELIVERED


def test_a_refusal_is_not_tried_again_and_says_why(worker, partner, heard):
    partner.mock(return_value=REFUSED)
    parcel = say()

    worker.run()
    worker.wait_for_the_next_try()
    worker.run()

    assert (now(parcel).state, partner.call_count) == (State.ASIDE, 1)
    assert parcel.trouble == "Refusé par Le partenaire (422) : VIN inconnu"
    assert heard == [("refused", parcel.trouble)]


def test_sent_again_the_same_words_keep_their_key_and_others_get_a_new_one(worker, partner, heard):
    partner.mock(side_effect=[REFUSED, REFUSED, YES])
    parcel = say()
    first = parcel.key
    worker.run()

    send_again(now(parcel))
    worker.run()
    assert now(parcel).key == first

    send_again(parcel, words={"vin": "corrected"})
    worker.run()
    assert (now(parcel).state, parcel.words) == (State.DELIVERED, {"vin": "corrected"})
    assert parcel.key != first
    assert partner.call_count == 3


def test_sent_again_with_it_goes_all_that_is_aside_about_the_same_subject_in_order(worker, partner, heard):
    partner.mock(side_effect=[REFUSED] * 4 + [YES] * 3)
    first, second, third, other = say({"n": 1}), say({"n": 2}), say({"n": 3}), say({"n": 4}, subject="sale-2")
    worker.run()

    assert [parcel.pk for parcel in send_all_again(now(second))] == [first.pk, second.pk, third.pk]
    assert send_all_again(second) == [], "someone was faster"
    worker.run()

    assert [call.request.content for call in partner.calls][4:] == [b'{"n": 1}', b'{"n": 2}', b'{"n": 3}']
    assert now(other).state == State.ASIDE


def test_sent_again_each_says_what_it_is_told_to(worker, partner, heard):
    partner.mock(side_effect=[REFUSED, REFUSED, YES, YES])
    first, second = say({"n": 1}), say({"n": 2})
    worker.run()

    send_all_again(now(first), words_of=lambda parcel: {"n": 9} if parcel.pk == second.pk else None)
    worker.run()

    assert [call.request.content for call in partner.calls][2:] == [b'{"n": 1}', b'{"n": 9}']


def test_patience_spent_sets_it_aside(worker, partner, heard, settings):
    settings.TRANSMISSION_PAUSES = [0.0]
    partner.mock(return_value=DOWN)
    parcel = say()

    worker.run()

    assert now(parcel).state == State.ASIDE
    assert "malgré plusieurs essais" in parcel.trouble
    assert parcel.attempts.count() == 1


def test_a_bug_in_the_recording_is_visible_to_a_person(worker, partner, heard, monkeypatch):
    partner.mock(return_value=YES)
    broken = carriers.CARRIERS["test.words"]
    monkeypatch.setitem(
        carriers.CARRIERS, "test.words", Carrier("test.words", "Essai", broken.prepare, accept=lambda parcel, answer: 1 / 0)
    )
    parcel = say()

    worker.run()

    assert now(parcel).state == State.ASIDE
    assert parcel.trouble == "Erreur interne (ZeroDivisionError)"
    assert parcel.attempts.get().outcome == Outcome.BROKEN


@pytest.mark.parametrize(
    ("answer", "breaks"), [(YES, "prepare"), (DOWN, "record_silence"), (REFUSED, "refuse")], ids=["preparing", "a silence", "a refusal"]
)
def test_a_bug_on_any_way_never_leaves_it_sending_without_a_job(worker, partner, heard, monkeypatch, answer, breaks):
    def break_down(*_, **__):
        raise IntegrityError("planted")

    if breaks == "record_silence":
        monkeypatch.setattr(actions, breaks, break_down)
    else:
        monkeypatch.setitem(carriers.CARRIERS, "test.words", replace(carriers.CARRIERS["test.words"], **{breaks: break_down}))
    partner.mock(return_value=answer)
    parcel = say()

    worker.run()

    assert now(parcel).state == State.ASIDE
    assert parcel.trouble == "Erreur interne (IntegrityError)"
    assert parcel.attempts.get().outcome == Outcome.BROKEN


def test_a_run_after_the_answer_says_nothing_twice(worker, partner, heard):
    partner.mock(return_value=YES)
    say()
    worker.run()

    worker.do_again()
    worker.run()

    assert partner.call_count == 1
    assert len(heard) == 1


def test_a_dead_workers_message_is_brought_back(worker, partner, heard):
    partner.mock(return_value=YES)
    parcel = say()
    worker.die_holding_it()

    worker.run()
    assert now(parcel).state == State.SENDING

    worker.bring_back_stalled()
    worker.run()
    assert now(parcel).state == State.DELIVERED


def test_a_job_that_always_kills_its_worker_is_not_brought_back_for_ever(worker, partner, heard):
    partner.mock(return_value=YES)
    say()
    worker.die_holding_it(attempts=CEILING, deaths=CEILING)

    worker.bring_back_stalled()

    assert ProcrastinateJob.objects.get(task_name="carry").status == "failed"
    assert partner.call_count == 0


def test_a_job_that_ran_often_is_brought_back_when_its_worker_dies_once(worker, partner, heard):
    partner.mock(return_value=YES)
    parcel = say()
    worker.die_holding_it(attempts=CEILING * 5, deaths=CEILING - 1)

    worker.bring_back_stalled()
    worker.run()

    assert now(parcel).state == State.DELIVERED


def a_probe_is_due():
    PartnerTrouble.objects.update(probed_at=timezone.now() - timedelta(seconds=PROBE_SECONDS))


def test_after_five_failures_in_a_row_a_partner_is_not_called(worker, partner, heard):
    partner.mock(return_value=DOWN)
    parcels = [say(subject=f"sale-{i}") for i in range(9)]
    worker.run()
    assert PartnerTrouble.objects.get().is_open
    called = partner.call_count
    assert OPENS_AFTER <= called < OPENS_AFTER + 4, "those that were under way when it opened"
    assert now(parcels[-1]).tries == 0

    worker.wait_for_the_next_try()
    worker.run()
    assert partner.call_count == called


def test_behind_an_open_breaker_one_at_a_time_is_the_probe(worker, partner, heard):
    partner.mock(return_value=DOWN)
    for i in range(9):
        say(subject=f"sale-{i}")
    worker.run()
    called = partner.call_count

    a_probe_is_due()
    worker.wait_for_the_next_try()
    worker.run()
    assert partner.call_count == called + 1


def test_when_a_partner_returns_all_that_waits_for_it_goes_out(worker, partner, heard):
    partner.mock(return_value=DOWN)
    parcels = [say(subject=f"sale-{i}") for i in range(30)]
    worker.run()
    called = partner.call_count

    partner.mock(return_value=YES)
    a_probe_is_due()
    probe_partners()  # brings one forward; its answer brings the others
    worker.run()

    assert partner.call_count == called + 30
    assert {now(parcel).state for parcel in parcels} == {State.DELIVERED}
    assert not PartnerTrouble.objects.exists()


def test_a_refusal_never_opens_the_breaker_and_closes_it(worker, partner, heard):
    partner.mock(return_value=REFUSED)
    for i in range(OPENS_AFTER + 2):
        say(subject=f"no-{i}")
    worker.run()
    assert not PartnerTrouble.objects.exists()

    PartnerTrouble.objects.create(partner="partner", failures=OPENS_AFTER)
    a_probe_is_due()
    say(subject="probe")
    worker.run()
    assert not PartnerTrouble.objects.exists()


def test_what_always_fails_is_not_tried_again_with_each_success_of_others(worker, partner, heard):
    partner.mock(side_effect=lambda request: DOWN if b"poison" in request.content else YES)
    poison = say({"vin": "poison"}, subject="poison")
    worker.run()
    for i in range(5):
        say(subject=f"sale-{i}")
        worker.run()
    assert now(poison).tries == 1


def seconds_to_its_next_try(parcel):
    job = ProcrastinateJob.objects.get(task_name="carry", status="todo", args__transmission_id=parcel.pk)
    return (job.scheduled_at - timezone.now()).total_seconds()


def seconds_to_their_next_tries(parcels):
    """Each since it was said."""
    at = dict(ProcrastinateJob.objects.filter(task_name="carry", status="todo").values_list("args__transmission_id", "scheduled_at"))
    return [(at[parcel.pk] - now(parcel).sending_since).total_seconds() for parcel in parcels]


def differ_by_their_jitter(seconds, pause):
    """None before its pause is over, and not all soon after; the runs themselves take their time, too."""
    first, last = min(seconds), max(seconds)
    return pause <= first and pause * JITTER / 2 < last - first and last < pause * (1 + JITTER) + 10 and len(set(seconds)) == len(seconds)


@pytest.mark.parametrize(
    ("answer", "pause"),
    [
        (DOWN, 5), (httpx.Response(429, headers={"retry-after": "2"}), 5), (httpx.Response(429, headers={"retry-after": "40"}), 40),
        (httpx.Response(503, headers={"retry-after": "86400"}), 900),
    ],
    ids=["the ladder's", "a shorter one asked for", "a longer one asked for", "an absurd one asked for"],
)  # fmt: skip
def test_what_failed_together_does_not_come_back_together(worker, partner, heard, answer, pause):
    partner.mock(return_value=answer)
    parcels = [say(subject=f"sale-{i}", partner=f"partner-{i}") for i in range(30)]
    worker.run()
    assert differ_by_their_jitter(seconds_to_their_next_tries(parcels), pause)


def test_what_met_a_database_that_was_away_does_not_come_back_together(worker, heard, monkeypatch):
    def go_away(*_):
        raise OperationalError("planted")

    monkeypatch.setattr(tasks, "_carry", go_away)
    monkeypatch.setattr(tasks, "DATABASE_PAUSE_SECONDS", 60)
    parcels = [say(subject=f"sale-{i}") for i in range(30)]
    worker.run()
    assert differ_by_their_jitter(seconds_to_their_next_tries(parcels), tasks.DATABASE_PAUSE_SECONDS)


def test_what_is_pulled_forward_does_not_come_back_together(worker, partner, heard):
    partner.mock(return_value=YES)
    parcels = [say(subject=f"sale-{i}") for i in range(30)]
    sql("UPDATE procrastinate_jobs SET scheduled_at = now() + interval '1 hour'")
    PartnerTrouble.objects.create(partner="partner")
    said_at = timezone.now()
    Transmission.objects.update(sending_since=said_at)

    say(subject="another")
    worker.run()

    assert differ_by_their_jitter(seconds_to_their_next_tries(parcels), SOON_SECONDS)
    first = seconds_to_their_next_tries(parcels)
    PartnerTrouble.objects.create(partner="partner")
    partner_answers("partner")
    assert seconds_to_their_next_tries(parcels) == first, "who would come soon anyway is not put off"


@pytest.mark.parametrize(("runs", "longest"), [(TRIED_SOON - 1, SOON_SECONDS * (1 + JITTER)), (TRIED_SOON, 300 * (1 + JITTER))])
def test_a_message_high_on_its_ladder_is_tried_soon_once_others_succeed(worker, partner, heard, runs, longest):
    partner.mock(side_effect=[DOWN, YES])
    unlucky = say(subject="unlucky")
    Transmission.objects.update(sending_since=timezone.now() - timedelta(seconds=85))
    with connection.cursor() as cursor:
        cursor.execute("UPDATE procrastinate_jobs SET attempts = %s WHERE task_name = 'carry'", [runs - 1])
    worker.run()
    assert seconds_to_its_next_try(unlucky) > 290

    say(subject="another")
    worker.run()

    assert longest / 1.3 < seconds_to_its_next_try(unlucky) <= longest


def test_patience_ends_behind_an_open_breaker_too(worker, partner, heard, settings):
    settings.TRANSMISSION_PAUSES = [0.0]
    PartnerTrouble.objects.create(partner="partner", failures=99)
    partner.mock(return_value=DOWN)
    parcel = say()
    worker.run()
    assert now(parcel).state == State.ASIDE


@pytest.mark.parametrize(("away", "pause"), [(1, 2), (10, 5), (600, 12)], ids=["just gone", "some seconds", "long"])
def test_a_partner_is_probed_the_more_seldom_the_longer_it_is_away(away, pause):
    PartnerTrouble.objects.create(partner="partner", failures=OPENS_AFTER, since=timezone.now() - timedelta(seconds=away))
    for since_last, may in ((pause - 0.9, False), (pause + 0.9, True)):
        PartnerTrouble.objects.update(probed_at=timezone.now() - timedelta(seconds=since_last))
        assert may_probe("partner") is may, since_last
    assert not may_probe("partner"), "another has just gone"


def test_two_workers_make_one_probe():
    PartnerTrouble.objects.create(partner="partner", failures=OPENS_AFTER)
    a_probe_is_due()

    def ask(_):
        try:
            return may_probe("partner")
        finally:
            connection.close()

    with ThreadPoolExecutor(8) as threads:
        assert sum(threads.map(ask, range(8))) == 1


@pytest.mark.parametrize("rounds", [pytest.param(30, id="slice"), pytest.param(3_000, id="full", marks=pytest.mark.whole)])
def test_a_partner_that_fails_one_and_answers_another_at_once_is_noted_without_a_fault(heard, rounds):
    """Whoever notes a failure may find the note of another, and that one torn up a moment later by a third who had an answer."""
    parcels = [say(subject=f"sale-{number}") for number in range(HANDS)]
    silence = TryAgain("ne répond pas")

    def fail_or_answer(hand):
        if hand % 2:
            return record_silence(parcels[hand], silence, milliseconds=1)
        return partner_answers("partner")

    with hands() as at_once:
        for _ in range(rounds):
            assert at_once(fail_or_answer) == [None] * HANDS


def test_another_partners_messages_are_left_where_they_are(worker, partner, heard):
    partner.mock(return_value=DOWN)
    for i in range(OPENS_AFTER):
        say(subject=f"a{i}", partner="one")
    probed, waiting = (say(subject=subject, partner="two") for subject in "bc")
    worker.run()
    called = partner.call_count

    partner.mock(return_value=YES)
    a_probe_is_due()
    probe_partners()
    worker.run()

    assert partner.call_count == called + OPENS_AFTER + 1
    assert (now(probed).state, now(waiting).state) == (State.DELIVERED, State.SENDING)


def test_a_single_message_need_not_wait_for_its_pause_once_its_partner_is_back(worker, partner, heard):
    partner.mock(return_value=DOWN)
    parcel = say()
    worker.run()
    assert PartnerTrouble.objects.get().failures < OPENS_AFTER

    partner.mock(return_value=YES)
    probe_partners()
    worker.run()
    assert now(parcel).state == State.DELIVERED


def test_messages_about_one_sale_arrive_in_order(worker, partner, heard):
    partner.mock(side_effect=[DOWN, YES, YES])
    say({"n": 1})
    say({"n": 2})

    worker.run()
    assert [call.request.content for call in partner.calls] == [b'{"n": 1}'], "the second waits for the first"
    worker.wait_for_the_next_try()
    worker.run()
    worker.run()
    assert [call.request.content for call in partner.calls][1:] == [b'{"n": 1}', b'{"n": 2}']


# Messages that say how things stand


@transaction.atomic
def tell(state):
    transmit_latest(
        "test.words", partner="partner", subject="sale-1", owner_id=1, words={"told": [state]},
        together=lambda earlier, latest: {"told": earlier["told"] + latest["told"]},
    )  # fmt: skip


def told(partner):
    return [json.loads(call.request.content)["told"] for call in partner.calls]


def test_what_happens_before_anyone_was_told_is_told_in_one(worker, partner, heard):
    partner.mock(return_value=YES)
    tell("declared")
    tell("quoted")
    worker.run()
    assert told(partner) == [["declared", "quoted"]]
    tell("issued")
    worker.run()
    assert told(partner) == [["declared", "quoted"], ["issued"]]
    assert [parcel.state for parcel in Transmission.objects.all()] == [State.DELIVERED] * 2


@pytest.mark.parametrize(("first", "after"), [(YES, State.DELIVERED), (DOWN, State.DROPPED), (REFUSED, State.ASIDE)])
def test_what_changes_on_the_way_is_told_next_and_each_row_says_what_was_said(worker, partner, heard, first, after):
    def answer(request):
        if partner.call_count == 0:
            in_another_thread(partial(tell, "quoted"))
            return first
        return YES

    partner.mock(side_effect=answer)
    tell("declared")
    worker.run()
    worker.wait_for_the_next_try()
    worker.run()
    assert told(partner) == [["declared"], ["declared", "quoted"]]
    keys = [call.request.headers["Idempotency-Key"] for call in partner.calls]
    said = {str(parcel.key): (parcel.words["told"], parcel.state, parcel.attempts.count()) for parcel in Transmission.objects.all()}
    assert said == {keys[0]: (["declared"], after, 1), keys[1]: (["declared", "quoted"], State.DELIVERED, 1)}


def test_what_was_tried_keeps_its_words_and_the_next_follows_it(worker, partner, heard):
    partner.mock(side_effect=[DOWN, YES, YES])
    tell("declared")
    worker.run()
    tell("quoted")
    worker.wait_for_the_next_try()
    worker.run()
    assert told(partner) == [["declared"], ["declared"], ["quoted"]]


def test_carried_by_two_at_once_it_is_recorded_as_delivered_once(worker, partner, heard):
    """As when a seller does not wait for the worker: whoever comes second notes its attempt and no more."""
    parcel = say()

    def answer(request):
        in_another_thread(lambda: record_delivery(parcel, carriers.CARRIERS["test.words"], Answer(200, {"number": "1"}), milliseconds=1))
        return YES

    partner.mock(side_effect=answer)
    worker.run()
    assert (now(parcel).state, parcel.attempts.count(), len(heard)) == (State.DELIVERED, 2, 1)
    assert not ProcrastinateJob.objects.filter(task_name="carry", status="failed").exists()


def in_another_thread(act):
    def acted():
        try:
            act()
        finally:
            connection.close()

    with ThreadPoolExecutor(1) as thread:
        thread.submit(acted).result()
