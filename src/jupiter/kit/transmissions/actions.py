"""Say it, carry it, settle it. The only writers of transmissions."""

from collections.abc import Callable, Mapping
from copy import copy
from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

from django.conf import settings
from django.db import connection, transaction
from django.utils import timezone

from jupiter.kit import jobs, tracing
from jupiter.kit.compiled import Compiled, Given
from jupiter.kit.jobs import JITTER
from jupiter.kit.lookups import only
from jupiter.kit.partners import Answer, Trouble
from jupiter.kit.writing import insert, rewrite

from .carriers import Carrier
from .models import LIFE, OPENS_AFTER, PROBE_SECONDS, SOONEST_PROBE_SECONDS, Attempt, Outcome, PartnerTrouble, State, Transmission

Together = Callable[[Mapping[str, Any], Mapping[str, Any]], Mapping[str, Any]]  # earlier words, latest words
SOON_SECONDS = 15.0  # the longest pause of a message whose partner answers others
TRIED_SOON = 20  # runs; then it is the message that is ill, and it keeps to its ladder


PROBED = """
    UPDATE transmissions_partnertrouble SET probed_at = statement_timestamp()
    WHERE partner = %s AND probed_at <= statement_timestamp()
        - least(make_interval(secs => %s), greatest(make_interval(secs => %s), (statement_timestamp() - since) / 2))
"""
HELD = Compiled(lambda: Transmission.objects.select_for_update().filter(pk=Given("pk")))
UNSAID = Compiled(
    lambda: (
        Transmission.objects.select_for_update()
        .filter(**{name: Given(name) for name in ("kind", "partner", "subject", "owner_id")}, state=State.SENDING, tries=0)
        .order_by("-pk")
    )
)
AS_SAID = f"""
    WITH settled AS (
        UPDATE transmissions_transmission SET tries = tries + 1, state = '{LIFE.after(State.SENDING, "deliver")}', trouble = '', settled_at = %s
        WHERE id = %s AND key = %s AND state = '{State.SENDING}' RETURNING id, tries
    ), noted AS (
        INSERT INTO transmissions_attempt (transmission_id, milliseconds, outcome, status, answer) SELECT id, %s, %s, %s, %s FROM settled
    ), cured AS (
        DELETE FROM transmissions_partnertrouble WHERE partner = %s AND EXISTS (SELECT 1 FROM settled) RETURNING failures
    )
    SELECT (SELECT tries FROM settled), (SELECT failures FROM cured)
"""  # noqa: S608


def transmit(kind: str, *, partner: str, subject: object, owner_id: int, words: Mapping[str, Any] | None = None) -> Transmission:
    """Call in the transaction that makes it true. Messages about one subject to one partner arrive in this order."""
    return _say(kind=kind, partner=partner, subject=str(subject), owner_id=owner_id, words=words or {})


def transmit_latest(kind: str, *, partner: str, subject: object, owner_id: int, words: Mapping[str, Any], together: Together) -> None:
    """For a message that says how things stand. One that waits unsaid says the newest instead of being followed by another:
    `together` makes one of its words and ours. It rests a moment before it leaves, so that what happens in one go is told in one go.

    It may be on its way meanwhile: then what it said becomes a message of its own (`_as_said`) and it leaves again.
    """
    facts = {"kind": kind, "partner": partner, "subject": str(subject), "owner_id": owner_id}
    waiting = UNSAID.first(**facts)
    if waiting is None:
        _say(**facts, words=words, rest_seconds=settings.NEWS_REST_SECONDS)
        return
    waiting.words, waiting.key, waiting.trace = together(waiting.words, words), uuid4(), tracing.current()
    rewrite(waiting, "words", "key", "trace")


@transaction.atomic
def send_again(parcel: Transmission, *, words: Mapping[str, Any] | None = None) -> Transmission:
    """Renvoyer: the same words keep their key; other words are another message and get another."""
    parcel = HELD.get(pk=parcel.pk)
    parcel.state, parcel.trouble, parcel.settled_at = LIFE.after(parcel.state, "send_again"), "", None
    parcel.sending_since = timezone.now()
    if words is not None and words != parcel.words:
        parcel.words, parcel.key = dict(words), uuid4()
    rewrite(parcel, "state", "trouble", "settled_at", "sending_since", "words", "key")
    _defer(parcel)
    return parcel


@transaction.atomic
def say_again(parcel: Transmission) -> Transmission:
    """The partner answered once and holds nothing of it any more: the same words under the same key."""
    parcel = HELD.get(pk=parcel.pk)
    parcel.state, parcel.trouble, parcel.settled_at = LIFE.after(parcel.state, "say_again"), "", None
    parcel.sending_since = timezone.now()
    rewrite(parcel, "state", "trouble", "settled_at", "sending_since")
    _defer(parcel)
    return parcel


@transaction.atomic
def send_all_again(
    parcel: Transmission, *, words_of: Callable[[Transmission], Mapping[str, Any] | None] = lambda parcel: None
) -> list[Transmission]:
    """Renvoyer: it, and with it all that is aside about the same subject for the same partner, oldest first.

    `words_of` says what each is to say now; None leaves its words. Nothing is left to send when someone was faster: an empty list.
    """
    aside = Transmission.objects.aside().filter(partner=parcel.partner, subject=parcel.subject, owner_id=parcel.owner_id)
    return [send_again(one, words=words_of(one)) for one in aside.select_for_update().order_by("pk")]


@transaction.atomic
def drop_pending(subject: object, *, kind: str) -> None:
    """What has not been said yet need not be said any more."""
    Transmission.objects.filter(subject=str(subject), kind=kind, state__in=LIFE.moves["drop"][0]).update(
        state=State.DROPPED, settled_at=timezone.now()
    )


@transaction.atomic(savepoint=False)  # of the wall's transaction, which ends with it
def record_delivery(said: Transmission, carrier: Carrier, answer: Answer, *, milliseconds: int) -> Transmission:
    settled, failures = _settle_as_said(said, answer, milliseconds)
    if settled:
        carrier.accept(settled, answer)
        _go_on(settled.partner, after=failures)
        return settled
    parcel = _as_said(said)
    _note(parcel, Outcome.ANSWERED, milliseconds, answer.status, answer.shown)
    if parcel.state in (State.DROPPED, State.DELIVERED):  # nobody waits for it any more, or who carried it too was faster
        rewrite(parcel, "tries")
        return parcel
    parcel.state, parcel.trouble, parcel.settled_at = LIFE.after(parcel.state, "deliver"), "", timezone.now()
    rewrite(parcel, "tries", "state", "trouble", "settled_at")
    carrier.accept(parcel, answer)
    partner_answers(parcel.partner)
    return parcel


@transaction.atomic(savepoint=False)  # of the wall's transaction, which ends with it
def record_refusal(
    said: Transmission, carrier: Carrier | None, trouble: Trouble, *, milliseconds: int, outcome: Outcome = Outcome.REFUSED
) -> Transmission:
    """The partner said no, or patience is over, or we broke: a person must look. Without a carrier nothing else follows from it."""
    parcel = _as_said(said)
    _note(parcel, outcome, milliseconds, trouble.status, trouble.answer or trouble.reason)
    if parcel.state != State.SENDING:
        rewrite(parcel, "tries")
        return parcel
    parcel.state, parcel.trouble, parcel.settled_at = LIFE.after(parcel.state, "set_aside"), trouble.reason, timezone.now()
    rewrite(parcel, "tries", "state", "trouble", "settled_at")
    if carrier and carrier.refuse:
        carrier.refuse(parcel, trouble.reason)
    if outcome == Outcome.REFUSED and trouble.status is not None:  # who says no is there
        partner_answers(parcel.partner)
    return parcel


@transaction.atomic(savepoint=False)  # of the wall's transaction, which ends with it
def record_silence(said: Transmission, trouble: Trouble, *, milliseconds: int) -> None:
    """No useful answer: the words wait for their next try, or for those that took their place."""
    parcel = _as_said(said)
    _note(parcel, Outcome.TRY_AGAIN, milliseconds, trouble.status, trouble.answer or trouble.reason)
    if parcel.state == State.SENDING:
        parcel.trouble = trouble.reason
    if parcel.pk != said.pk:
        parcel.state, parcel.settled_at = LIFE.after(parcel.state, "drop"), timezone.now()
    rewrite(parcel, "tries", "trouble", "state", "settled_at")
    _note_failure(parcel.partner, trouble.reason)


def partner_answers(partner: str) -> None:
    """It is well again. If its breaker was open, what waits for it goes out now, not at the end of its pause.

    One that failed now and then has its messages tried soon, not each time it succeeds: some may always fail.
    """
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM transmissions_partnertrouble WHERE partner = %s RETURNING failures", [partner])
        cured = cursor.fetchone()
    _go_on(partner, after=cured[0] if cured else 0)


def may_probe(partner: str) -> bool:
    """Behind an open breaker one at a time may call, as the probe: whoever is first. True too if it was closed meanwhile.

    The pause between two is half of how long the partner has been away, within its bounds.
    """
    with connection.cursor() as cursor:
        cursor.execute(PROBED, [partner, PROBE_SECONDS, SOONEST_PROBE_SECONDS])
        return bool(cursor.rowcount) or not PartnerTrouble.objects.filter(partner=partner).with_open_breaker().exists()


@transaction.atomic
def probe_partners() -> None:
    """For each partner that did not answer last, its breaker open or not yet, the oldest waiting message goes out as the probe."""
    for trouble in PartnerTrouble.objects.select_for_update(skip_locked=True):
        if not _pull_forward(trouble.partner, limit=1):
            trouble.delete()  # nothing waits for it any more


def pause_before_next_try(parcel: Transmission, *, now: datetime) -> float | None:
    """Seconds to the next step of the ladder; None when patience is over.

    Counted in time, not in tries: probes and rescues cost no patience.
    """
    waited, step = parcel.seconds_sending(now), 0.0
    for pause in settings.TRANSMISSION_PAUSES:
        step += float(pause)
        if step > waited:
            return max(1.0, step - waited)
    return None


def _note_failure(partner: str, reason: str) -> None:
    """In one statement: between looking for the row and making it, others make it, and tear it up."""
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO transmissions_partnertrouble AS known (partner, failures, reason) VALUES (%s, 1, %s)"
            " ON CONFLICT (partner) DO UPDATE SET failures = known.failures + 1, reason = excluded.reason",
            [partner, reason],
        )


def _pull_forward(partner: str, *, within: float = 0.0, runs: int | None = None, limit: int | None = None) -> int:
    """What waits for this partner, oldest first, is tried in so many seconds, each with a jitter of its own; only what would be later,
    and ran less often than `runs`. Without a pause its slots alone keep it from coming all at once."""
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE procrastinate_jobs SET scheduled_at = now() + make_interval(secs => %(within)s * (1 + %(jitter)s * random()))"
            " WHERE id IN ("
            " SELECT id FROM procrastinate_jobs WHERE status = 'todo' AND queue_name = %(partner)s AND task_name = 'carry'"
            " AND (%(within)s = 0 OR scheduled_at > now() + make_interval(secs => %(within)s * (1 + %(jitter)s)))"
            " AND (%(runs)s::int IS NULL OR attempts < %(runs)s)"
            " ORDER BY id LIMIT %(limit)s FOR UPDATE SKIP LOCKED)",
            {"partner": partner, "within": within, "jitter": JITTER, "runs": runs, "limit": limit},
        )
        return int(cursor.rowcount)


def _go_on(partner: str, *, after: int) -> None:
    """After so many failures in a row."""
    if after >= OPENS_AFTER:
        _pull_forward(partner)
    elif after:
        _pull_forward(partner, within=SOON_SECONDS, runs=TRIED_SOON)


def _say(*, rest_seconds: float = 0.0, **facts: Any) -> Transmission:
    parcel = Transmission(**facts, trace=tracing.current())
    insert(parcel)
    _defer(parcel, rest_seconds=rest_seconds)
    return parcel


def _defer(parcel: Transmission, *, rest_seconds: float = 0.0) -> None:
    jobs.defer(
        "carry",
        queue=parcel.partner,
        lock=f"{parcel.partner} {parcel.subject}",
        not_before=parcel.created_at + timedelta(seconds=rest_seconds) if rest_seconds else None,
        transmission_id=parcel.pk,
        owner_id=parcel.owner_id,
    )


def _as_said(said: Transmission) -> Transmission:
    """The row, held. If newer words took the place of those that were said, these get a row of their own: each says what its attempts said."""
    parcel = HELD.get(pk=said.pk)
    if parcel.key == said.key or parcel.state != State.SENDING:
        return parcel
    return only(Transmission.objects.select_for_update().filter(key=said.key)) or Transmission.objects.create(
        kind=said.kind, partner=said.partner, subject=said.subject, owner_id=said.owner_id, words=said.words, key=said.key,
        trace=said.trace, created_at=said.created_at, sending_since=said.sending_since,
    )  # fmt: skip


def _settle_as_said(said: Transmission, answer: Answer, milliseconds: int) -> tuple[Transmission | None, int]:
    """What nearly always happens, in one statement: it waits as it was said, and is delivered; its partner is well. Its row as it is now,
    and how often the partner had failed before. Nothing is written where it does not wait like that any more."""
    now, shown = timezone.now(), _kept(answer.shown)
    with connection.cursor() as cursor:
        cursor.execute(AS_SAID, [now, said.pk, said.key, milliseconds, Outcome.ANSWERED, answer.status, shown, said.partner])
        tries, failures = cursor.fetchone()
    if tries is None:
        return None, 0
    settled = copy(said)
    settled.tries, settled.state, settled.trouble, settled.settled_at = tries, State.DELIVERED, "", now
    return settled, failures or 0


def _kept(answer: str) -> str:
    return answer.replace("\x00", "\ufffd")


def _note(parcel: Transmission, outcome: Outcome, milliseconds: int, status: int | None, answer: str) -> None:
    """The caller, who holds the row, saves its `tries` with what else it changes."""
    parcel.tries += 1
    insert(Attempt(transmission=parcel, outcome=outcome, milliseconds=milliseconds, status=status, answer=_kept(answer)))
