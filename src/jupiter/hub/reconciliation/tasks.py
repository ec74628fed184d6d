"""Each night, and when somebody asks for it: compare, and repair what a machine may."""

from django.db import transaction
from django.utils import timezone
from procrastinate.contrib.django import app
from procrastinate.job_context import JobContext

from jupiter.kit import jobs
from jupiter.kit.accounts.models import User
from jupiter.kit.differences.actions import QUEUE, at_night
from jupiter.kit.jobs import AFTER_ITS_PAUSE, UPKEEP, NotNow
from jupiter.kit.partners import TryAgain
from jupiter.kit.walls import everywhere

from . import actions

TRIES, PAUSE_SECONDS = 5, 60


@app.periodic(cron="40 2 * * *")
@app.task(name="compare_at_night", queue=UPKEEP, queueing_lock="compare_at_night")
def compare_at_night(timestamp: int) -> None:
    """The asking takes its time: not in the queue that only one job at a time may use."""
    with transaction.atomic():
        jobs.defer("compare_network", queue=QUEUE, lock="compare_network", by_id=0)


@app.task(name="compare_network")
def compare_network(*, by_id: int) -> None:
    """`by_id`: whoever pressed the button; 0 at night."""
    user = User.objects.filter(pk=by_id).first()
    found = actions.compare(by=user.get_full_name() if user else at_night())
    if user is None:
        with everywhere():
            actions.repair_all(found, by=at_night(), now=timezone.now())


@app.task(name="repair_difference", retry=AFTER_ITS_PAUSE, pass_context=True)
def repair_difference(context: JobContext, *, difference_id: int) -> None:
    try:
        actions.carry_out(difference_id)
    except TryAgain as trouble:
        if context.job.attempts < TRIES:
            raise NotNow(PAUSE_SECONDS) from trouble
        actions.give_up(difference_id, trouble.reason)
