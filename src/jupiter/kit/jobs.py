"""Work to do after the commit. A job exists if and only if the fact it follows from exists."""

import logging
import random
from asyncio import CancelledError
from datetime import datetime, timedelta

from django.db import connection
from django.utils import timezone
from procrastinate import BaseRetryStrategy, RetryDecision
from procrastinate.contrib.django import app
from procrastinate.contrib.django.django_connector import DjangoConnector
from procrastinate.exceptions import ConnectorException, JobAborted
from procrastinate.jobs import Job, Status
from procrastinate.manager import JobManager

UPKEEP = "upkeep"  # a queue with a slot of its own: when all others sleep on a partner, someone must still tidy up
CEILING = 20  # a job that has met its worker's death this often is the cause of it
STALLED_AFTER_SECONDS = 30
JITTER = 0.2  # of each pause, so that what failed together does not come back together
# A run that ended in another try only so late did not end by itself: it was brought back. The number of runs alone says nothing of deaths:
# a message whose partner is away runs often, and lives.
DEATHS = """
    SELECT count(*) AS deaths FROM (
        SELECT type, lag(type) OVER by_id AS before, at - lag(at) OVER by_id AS lasted
        FROM procrastinate_events WHERE job_id = %(job_id)s AND type IN ('started', 'deferred_for_retry') WINDOW by_id AS (ORDER BY id)
    ) AS runs
    WHERE type = 'deferred_for_retry' AND before = 'started' AND lasted >= make_interval(secs => %(seconds)s)
"""

IN_THIS_TRANSACTION = JobManager(DjangoConnector())  # a worker's app has a connector of its own, whose jobs would exist at once

log = logging.getLogger(__name__)


def with_jitter(seconds: float) -> float:
    """Longer, never shorter: who asked for a pause is not asked again before it is over."""
    return seconds * random.uniform(1, 1 + JITTER)  # noqa: S311


class NotNow(Exception):
    """The job is to run again after a pause; whoever raises it has decided how long at least."""

    def __init__(self, seconds: float) -> None:
        self.seconds = with_jitter(seconds)
        super().__init__(f"again in {self.seconds:.1f} s")


class AfterItsPause(BaseRetryStrategy):
    """NotNow is tried again after its pause, and what its worker's end cut short at once. Anything else is a bug, and stays failed."""

    def get_retry_decision(self, *, exception: BaseException, job: Job) -> RetryDecision | None:
        if isinstance(exception, CancelledError | JobAborted):
            return RetryDecision(retry_at=timezone.now())
        if not isinstance(exception, NotNow):
            return None
        return RetryDecision(retry_at=timezone.now() + timedelta(seconds=exception.seconds))


AFTER_ITS_PAUSE = AfterItsPause()


def defer(task: str, *, queue: str | None = None, lock: str | None = None, not_before: datetime | None = None, **ids: int | str) -> None:
    """Call inside the transaction that makes it true. Named, not imported: tasks may import actions.

    `lock` is a strict order: jobs with the same lock run one at a time, oldest first, also while the oldest waits to be tried again.
    `not_before` is by the database's clock, which fetches by it: this machine's may be wrong.
    """
    if not connection.in_atomic_block:
        raise RuntimeError(f"{task} must be deferred in the transaction that makes it true")
    options = {name: value for name, value in (("queue", queue), ("lock", lock), ("schedule_at", not_before)) if value is not None}
    job = app.configure_task(task, allow_unknown=False, **options)
    job.job_manager = IN_THIS_TRANSACTION
    try:
        job.defer(**ids)
    except ConnectorException as trouble:  # Django's own, so that a database that goes away is known as one here, too
        with connection.wrap_database_errors:
            raise trouble.__cause__ or trouble from None


@app.periodic(cron="* * * * * */15")
@app.task(name="bring_back_stalled", queue=UPKEEP, queueing_lock="bring_back_stalled")
async def bring_back_stalled(timestamp: int) -> None:
    """A worker that died holding a job costs less than a minute, not a message."""
    for job in await app.job_manager.get_stalled_jobs(seconds_since_heartbeat=STALLED_AFTER_SECONDS):
        try:
            told = await app.connector.execute_query_one_async(DEATHS, job_id=job.id, seconds=STALLED_AFTER_SECONDS)
            if told["deaths"] < CEILING:
                await app.job_manager.retry_job(job)
            else:
                await app.job_manager.finish_job(job, status=Status.FAILED, delete_job=False)
        except Exception:  # it ended meanwhile; the others still wait to be brought back
            log.exception("stalled job %s could not be brought back", job.id)


@app.periodic(cron="17 3 * * *")
@app.task(name="forget_finished", queue=UPKEEP, queueing_lock="forget_finished")
async def forget_finished(timestamp: int) -> None:
    """Finished jobs say nothing that their rows do not say better."""
    await app.job_manager.delete_old_jobs(nb_hours=72)
