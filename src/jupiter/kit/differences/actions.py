"""Record a comparison; say who repairs what, and who decided to leave it. The only writers of differences."""

from collections import Counter
from collections.abc import Iterable
from datetime import datetime

from django.db import connection, transaction
from django.utils.translation import gettext_noop as _

from jupiter.kit.journal.actions import note

from .models import LIFE, LIVE, Comparison, Difference, State
from .rules import Compared, Found

QUEUE = "comparison"


class ReasonMissing(Exception):
    """A difference is kept with a reason, and none was given."""


def at_night() -> str:
    """Who repairs when no person does."""
    return _("tâche de nuit")


@transaction.atomic
def record_comparison(compared: Compared, *, by: str, now: datetime) -> list[Difference]:
    """What it found is open from now on, what it finds no more is settled. Those that are open."""
    live = {
        one.subject: one
        for one in Difference.objects.filter(neighbour=compared.neighbour, state__in=LIVE, owner_id__in=[0, *compared.owner_ids])
        .select_for_update()
        .order_by("pk")
    }
    for found in compared.found:
        _find(live.pop(found.subject, None), found, compared.neighbour, now)
    for subject, gone in live.items():
        if subject not in compared.undecided:
            _settle(gone, now)
    counted = Counter(found.owner_id for found in compared.found)
    Comparison.objects.bulk_create(
        Comparison(
            owner_id=owner_id, neighbour=compared.neighbour, by=by, from_on=compared.from_on, to_on=compared.to_on,
            sales=compared.sales.get(owner_id, 0), days=compared.days.get(owner_id, 0), found=counted[owner_id],
        )
        for owner_id in compared.owner_ids
    )  # fmt: skip
    subjects = [found.subject for found in compared.found]
    return list(Difference.objects.filter(neighbour=compared.neighbour, state=State.OPEN, subject__in=subjects).order_by("pk"))


def _find(known: Difference | None, found: Found, neighbour: str, now: datetime) -> None:
    facts = {"owner_id": found.owner_id, "label": found.label[:200], "verdict": found.verdict, "sides": dict(found.sides)}
    if known is None:
        Difference.objects.create(
            neighbour=neighbour, subject=found.subject, fingerprint=found.fingerprint, found_at=now, seen_at=now, **facts
        )
        return
    known.seen_at = now
    if not (known.state == State.ACCEPTED and known.fingerprint == found.fingerprint):
        known.state = LIFE.after(known.state, "find_again")
    known.fingerprint = found.fingerprint
    for name, value in facts.items():
        setattr(known, name, value)
    known.save()


def _settle(difference: Difference, now: datetime) -> None:
    difference.state, difference.settled_at = LIFE.after(difference.state, "settle"), now
    difference.save(update_fields=["state", "settled_at"])


@transaction.atomic
def record_unread(compared: Compared, *, by: str, trouble: str) -> None:
    """The neighbour could not be read: nothing is found, and nothing settled."""
    Comparison.objects.bulk_create(
        Comparison(owner_id=owner_id, neighbour=compared.neighbour, by=by, from_on=compared.from_on, to_on=compared.to_on, trouble=trouble)
        for owner_id in compared.owner_ids
    )


@transaction.atomic
def mark_repaired(difference: Difference, repair: str, *, by: str, now: datetime) -> Difference:
    """Called in the transaction that repairs it. The next comparison says whether it helped."""
    difference = _held(difference)
    difference.state, difference.repair = LIFE.after(difference.state, "repair"), repair
    difference.repaired_by, difference.repaired_at = by, now
    difference.save(update_fields=["state", "repair", "repaired_by", "repaired_at"])
    note(
        "repair_difference", "difference", difference.pk, who=by, owner_id=difference.owner_id, sentence=repair, verdict=difference.verdict
    )
    return difference


@transaction.atomic
def record_failure(difference_id: int, reason: str) -> None:
    """What was to repair it did not: it is open again, and says why."""
    difference = Difference.objects.select_for_update().get(pk=difference_id)
    if difference.state != State.REPAIRING:
        return
    difference.state = LIFE.after(difference.state, "find_again")
    difference.repair = _("%(repair)s Sans effet\u00a0: %(reason)s") % {"repair": difference.repair, "reason": reason}
    difference.save(update_fields=["state", "repair"])
    who = difference.repaired_by
    note("repair_failed", "difference", difference.pk, who=who, owner_id=difference.owner_id, sentence=reason, verdict=difference.verdict)


@transaction.atomic
def keep_difference(difference: Difference, *, reason: str, by: str, now: datetime) -> Difference:
    """Garder tel quel: a person has looked. It counts no more, as long as both sides go on saying what they say."""
    if not reason.strip():
        raise ReasonMissing
    difference = _held(difference)
    difference.state, difference.reason = LIFE.after(difference.state, "accept"), reason.strip()
    difference.repaired_by, difference.repaired_at = by, now
    difference.save(update_fields=["state", "reason", "repaired_by", "repaired_at"])
    sentence = _("Écart gardé tel quel\u00a0: %(reason)s") % {"reason": difference.reason}
    note(
        "keep_difference", "difference", difference.pk, who=by, owner_id=difference.owner_id, sentence=sentence, verdict=difference.verdict
    )
    return difference


def _held(difference: Difference) -> Difference:
    return Difference.objects.select_for_update().get(pk=difference.pk)


WAITING = """
    SELECT count(*) FROM procrastinate_jobs WHERE task_name = ANY(%s) AND (status = 'doing' OR status = 'todo' AND attempts = 0)
"""


def is_comparing(tasks: Iterable[str], **ids: int) -> bool:
    """Whether one of these jobs waits or runs; the ids are those of its arguments."""
    where = "".join(f" AND args->>'{name}' = %s" for name in ids)
    with connection.cursor() as cursor:
        cursor.execute(WAITING + where, [list(tasks), *map(str, ids.values())])
        return bool(cursor.fetchone()[0])
