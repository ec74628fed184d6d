"""Carry first, with no transaction open, then record the answer in one short transaction."""

import logging
import time
from functools import partial

from django.db import InterfaceError, OperationalError, connection, transaction
from django.utils import timezone
from django.utils.translation import gettext_noop as _
from procrastinate.contrib.django import app

from jupiter.kit import tracing
from jupiter.kit.compiled import Compiled, Given
from jupiter.kit.jobs import AFTER_ITS_PAUSE, UPKEEP, NotNow
from jupiter.kit.partners import Answer, GiveUp, Trouble, TryAgain
from jupiter.kit.walls import walled

from . import actions
from .carriers import CARRIERS, Call, Carrier
from .models import Outcome, State, Transmission

DATABASE_AWAY = (OperationalError, InterfaceError)
DATABASE_PAUSE_SECONDS = 3

TO_CARRY = Compiled(lambda: Transmission.objects.with_breaker().filter(pk=Given("pk")))

log = logging.getLogger(__name__)


@app.task(name="carry", retry=AFTER_ITS_PAUSE)
def carry(*, transmission_id: int, owner_id: int) -> None:
    """May run twice: a settled row is left alone, and the partner knows the key of an unsettled one."""
    try:
        _carry_or_set_aside(transmission_id, owner_id)
    except DATABASE_AWAY as error:
        connection.close()
        raise NotNow(DATABASE_PAUSE_SECONDS) from error


def _carry_or_set_aside(transmission_id: int, owner_id: int) -> None:
    start = time.monotonic()
    try:
        _carry(transmission_id, owner_id)
    except (NotNow, *DATABASE_AWAY):
        raise
    except Exception as error:  # a bug, wherever it struck: the row says so, the job stays failed
        _set_aside_as_broken(transmission_id, owner_id, error, milliseconds=_since(start))
        raise


def _carry(transmission_id: int, owner_id: int) -> None:
    with walled([owner_id]):
        parcel = TO_CARRY.get(pk=transmission_id)
        if parcel.state != State.SENDING:
            return
        pause = actions.pause_before_next_try(parcel, now=timezone.now())
        if pause is not None and parcel.breaker_is_open and not actions.may_probe(parcel.partner):  # type: ignore[attr-defined]  # annotated
            raise NotNow(pause)  # once its patience is over it is tried a last time, and says so
        carrier = CARRIERS[parcel.kind]
        call = _prepared(carrier, parcel)
    connection.close()  # a slow partner holds a thread, not a database connection
    with tracing.following(parcel.trace):
        _speak(parcel, carrier, call)


def _speak(parcel: Transmission, carrier: Carrier, call: Call) -> None:
    start = time.monotonic()
    try:
        answer = call()
        with walled([parcel.owner_id]):
            recorded = actions.record_delivery(parcel, carrier, answer, milliseconds=_since(start))
    except TryAgain as trouble:
        pause = actions.pause_before_next_try(parcel, now=timezone.now())
        if pause is not None:
            with walled([parcel.owner_id]):
                actions.record_silence(parcel, trouble, milliseconds=_since(start))
            raise NotNow(max(pause, trouble.wait or 0)) from trouble
        with walled([parcel.owner_id]):
            recorded = actions.record_refusal(parcel, carrier, _spent(trouble), milliseconds=_since(start), outcome=Outcome.TRY_AGAIN)
    except GiveUp as trouble:
        with walled([parcel.owner_id]):
            recorded = actions.record_refusal(parcel, carrier, trouble, milliseconds=_since(start))
    if recorded.pk != parcel.pk:
        raise NotNow(0)  # newer words took the place of these while they were on their way


def _set_aside_as_broken(transmission_id: int, owner_id: int, error: Exception, *, milliseconds: int) -> None:
    """What the carrier would do on a refusal may be what breaks: the row says so all the same."""
    trouble = Trouble(_("Erreur interne (%(name)s)") % {"name": type(error).__name__})
    with walled([owner_id]):
        parcel = Transmission.objects.get(pk=transmission_id)
        record = partial(actions.record_refusal, parcel, trouble=trouble, milliseconds=milliseconds, outcome=Outcome.BROKEN)
        try:
            with transaction.atomic():  # if it breaks, the row is written all the same
                record(CARRIERS.get(parcel.kind))
        except DATABASE_AWAY:
            raise
        except Exception:
            log.exception("what follows from a refusal broke too")
            record(None)


def _prepared(carrier: Carrier, parcel: Transmission) -> Call:
    """A refusal of our own is a call that is refused: it is recorded like the partner's."""
    try:
        return carrier.prepare(parcel)
    except GiveUp as trouble:
        return partial(_give_up, trouble)


def _give_up(trouble: GiveUp) -> Answer:
    raise trouble


def _spent(trouble: Trouble) -> Trouble:
    return Trouble(_("%(reason)s, malgré plusieurs essais") % {"reason": trouble.reason}, status=trouble.status, answer=trouble.answer)


@app.periodic(cron="* * * * * */15")
@app.task(name="probe_partners", queue=UPKEEP, queueing_lock="probe_partners")
def probe_partners(timestamp: int) -> None:
    actions.probe_partners()


def _since(start: float) -> int:
    return round((time.monotonic() - start) * 1000)
