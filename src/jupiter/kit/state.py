"""How this service is: counted in its database, for a probe, for Prometheus, and in words for an administrator."""

import os
import shutil
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db import connection
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy

HEARTBEAT_SECONDS = 30
LATE_SECONDS = 300  # a due job that no worker has taken
CLOCK_SECONDS = 60
FULL_SHARE, FULL_BYTES = 0.05, 1_000_000_000  # both: five hundredths of a large disk are room enough

JOBS = """
    SELECT
      (SELECT count(*) FROM procrastinate_workers WHERE last_heartbeat > now() - %(heartbeat)s * interval '1 second'),
      extract(epoch FROM clock_timestamp()),
      coalesce((SELECT extract(epoch FROM now() - min(due)) FROM waiting WHERE task_name <> 'carry'), 0),
      coalesce((SELECT extract(epoch FROM now() - min(due)) FROM waiting), 0),
      (SELECT count(*) FROM procrastinate_jobs AS job LEFT JOIN procrastinate_workers AS worker ON worker.id = job.worker_id
        WHERE job.status = 'doing' AND coalesce(worker.last_heartbeat < now() - %(heartbeat)s * interval '1 second', true)),
      (SELECT count(*) FROM procrastinate_jobs WHERE status = 'failed'),
      (SELECT count(*) FROM procrastinate_jobs WHERE status = 'todo' AND scheduled_at > now() + interval '24 hours')
"""
WAITING = """
    WITH waiting AS MATERIALIZED (
      SELECT job.task_name, coalesce(job.scheduled_at, (SELECT max(at) FROM procrastinate_events WHERE job_id = job.id)) AS due
      FROM procrastinate_jobs AS job
      WHERE job.status = 'todo' AND (job.scheduled_at IS NULL OR job.scheduled_at <= now())
        AND NOT EXISTS (SELECT 1 FROM procrastinate_jobs AS before
          WHERE before.lock = job.lock AND before.status IN ('todo', 'doing') AND before.id < job.id)
      ORDER BY job.id LIMIT 1000
    )
"""
SENDING = """
    SELECT
      count(*) FILTER (WHERE state = 'sending'),
      count(*) FILTER (WHERE state = 'aside'),
      count(*) FILTER (WHERE state = 'sending' AND NOT EXISTS (
        SELECT 1 FROM procrastinate_jobs AS job WHERE job.status IN ('todo', 'doing') AND job.task_name = 'carry'
          AND job.args->>'transmission_id' = parcel.id::text))
    FROM transmissions_transmission AS parcel WHERE state IN ('sending', 'aside')
"""


@dataclass(frozen=True)
class Work:
    """The worker's side, which no wall hides."""

    workers: int
    clock_seconds: float  # by which this machine is ahead of its database
    oldest_own_seconds: float  # of due jobs that need no partner
    oldest_due_seconds: float
    stalled: int
    failed: int
    far_ahead: int  # set for more than a day from now: a worker's clock was wrong

    @property
    def clock_is_right(self) -> bool:
        """Within a minute of the database's: by a wrong one no day may end."""
        return abs(self.clock_seconds) < CLOCK_SECONDS


@dataclass(frozen=True)
class Sending:
    """Transmissions. Asked inside `walls.everywhere` or `walls.asking_all`, of everybody's; else only of one's own."""

    sending: int
    aside: int
    without_job: int


@dataclass(frozen=True)
class Breaker:
    partner: str
    since: datetime
    failures: int


@dataclass(frozen=True)
class State:
    work: Work
    parcels: Sending
    breakers: list[Breaker]
    free_share: float
    free_bytes: int
    others: list[tuple["Gauge", float]] = field(default_factory=list)


@dataclass(frozen=True)
class Gauge:
    """Another number that a noun wants to be seen from outside, without names."""

    name: str  # differences
    label: str | Promise  # Écarts entre services
    count: Callable[[], float]
    is_well: Callable[[float], bool] = lambda value: value == 0


GAUGES: dict[str, Gauge] = {}


def register(gauge: Gauge) -> None:
    GAUGES[gauge.name] = gauge


def read() -> State:
    with connection.cursor() as cursor:
        cursor.execute(SENDING)
        parcels = Sending(*cursor.fetchone())
        cursor.execute("SELECT partner, since, failures FROM transmissions_partnertrouble ORDER BY partner")
        breakers = [Breaker(*row) for row in cursor.fetchall()]
    share, free = disk()
    return State(work(), parcels, breakers, share, free, [(gauge, gauge.count()) for gauge in GAUGES.values()])


def work() -> Work:
    with connection.cursor() as cursor:
        cursor.execute(WAITING + JOBS, {"heartbeat": HEARTBEAT_SECONDS})
        workers, clock, own, due, stalled, failed, ahead = cursor.fetchone()
    return Work(workers, time.time() - float(clock), max(0.0, float(own)), max(0.0, float(due)), stalled, failed, ahead)


def disk() -> tuple[float, int]:
    """What is free where the data folder is, as a share and in bytes."""
    folder = os.environ.get("JUPITER_DATA") or "/"
    usage = shutil.disk_usage(folder if os.path.exists(folder) else "/")
    return usage.free / usage.total, usage.free


def is_full(share: float, free: int) -> bool:
    return share < FULL_SHARE and free < FULL_BYTES


def checks(found: Work) -> dict[str, bool]:
    """What must hold for the service to do its work. What a partner does or does not is not among it."""
    return {
        "worker": found.workers > 0,
        "jobs": found.oldest_own_seconds < LATE_SECONDS,
        "clock": found.clock_is_right,
        "disk": not is_full(*disk()),
    }


# For Prometheus


def exposition(found: State) -> str:
    """The text format 0.0.4. Labels name partners and nobody else."""
    work, parcels = found.work, found.parcels
    single: list[tuple[str, str, float]] = [
        ("workers", "Workers with a living heartbeat", work.workers),
        ("oldest_due_job_seconds", "Age of the oldest job that is due and not taken", work.oldest_due_seconds),
        ("oldest_due_own_job_seconds", "The same, of jobs that need no partner", work.oldest_own_seconds),
        ("stalled_jobs", "Jobs held by a worker without heartbeat", work.stalled),
        ("failed_jobs", "Jobs that ended in an error of ours", work.failed),
        ("far_ahead_jobs", "Jobs set for more than 24 hours ahead", work.far_ahead),
        ("sending_transmissions", "Transmissions under way", parcels.sending),
        ("aside_transmissions", "Transmissions that a person must look at", parcels.aside),
        ("sending_without_job", "Transmissions under way that no job carries", parcels.without_job),
        ("clock_ahead_seconds", "This machine's clock before the database's", work.clock_seconds),
        ("disk_free_ratio", "Free share of the disk with the data folder", found.free_share),
        *((gauge.name, gauge.name, value) for gauge, value in found.others),
    ]
    lines: list[str] = []
    for name, help_text, value in single:
        lines += [f"# HELP jupiter_{name} {help_text}", f"# TYPE jupiter_{name} gauge", f"jupiter_{name} {float(value):.6g}"]
    lines += ["# HELP jupiter_partner_failures Failures in a row of a partner in trouble", "# TYPE jupiter_partner_failures gauge"]
    lines += [f'jupiter_partner_failures{{partner="{_escaped(breaker.partner)}"}} {breaker.failures}' for breaker in found.breakers]
    return "\n".join(lines) + "\n"


def _escaped(label: str) -> str:
    return label.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")


# For an administrator


@dataclass(frozen=True)
class Line:
    name: str | Promise
    text: str
    is_well: bool


WELL, ILL = lazy("Le service travaille normalement"), lazy("Le service demande votre attention")


def in_words(found: State) -> list[Line]:
    work, parcels = found.work, found.parcels
    lines = [
        Line(_("Travail en arrière-plan"), _("En marche") if work.workers else _("Arrêté\u00a0: rien ne part"), work.workers > 0),
        Line(
            _("Plus ancien travail en attente"),
            _duration(work.oldest_due_seconds) if work.oldest_due_seconds >= 1 else _("Aucun"),
            work.oldest_own_seconds < LATE_SECONDS,
        ),
        Line(_("Travaux bloqués"), _number(work.stalled), work.stalled == 0),
        Line(_("Travaux en échec"), _number(work.failed), work.failed == 0),
        Line(_("Travaux fixés à plus d’un jour"), _number(work.far_ahead), True),
        Line(_("Transmissions en cours"), _number(parcels.sending), True),
        Line(_("Transmissions à reprendre"), _number(parcels.aside), parcels.aside == 0),
        Line(_("Transmissions en cours que personne ne porte"), _number(parcels.without_job), parcels.without_job == 0),
        Line(_("Horloge"), _clock(work.clock_seconds), work.clock_is_right),
        Line(_("Place libre sur le disque"), f"{found.free_share * 100:.0f}\u00a0%", not is_full(found.free_share, found.free_bytes)),
    ]
    lines += [Line(gauge.label, _number(value), gauge.is_well(value)) for gauge, value in found.others]
    return lines + [_of_partner(breaker) for breaker in found.breakers]


def _of_partner(breaker: Breaker) -> Line:
    text = _("Ne répond pas\u00a0: %(failures)s essais sans réponse utile") % {"failures": breaker.failures}
    return Line(_("Partenaire %(name)s") % {"name": breaker.partner}, text, False)


def _number(value: Any) -> str:
    return f"{value:.0f}" if value else _("Aucun")


def _clock(ahead: float) -> str:
    if abs(ahead) < 2:
        return _("À l’heure")
    return (_("En avance de %(time)s") if ahead > 0 else _("En retard de %(time)s")) % {"time": _duration(abs(ahead))}


def _duration(seconds: float) -> str:
    if seconds < 120:
        return f"{seconds:.0f}\u00a0s"
    return f"{seconds / 60:.0f}\u00a0min" if seconds < 7200 else f"{seconds / 3600:.0f}\u00a0h"
