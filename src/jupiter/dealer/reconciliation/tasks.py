"""Each night, and when somebody asks for it: compare, and repair what a machine may."""

from django.db import transaction
from django.utils import timezone
from procrastinate.contrib.django import app
from procrastinate.job_context import JobContext

from jupiter.dealer.sites.models import HubLink
from jupiter.kit import jobs
from jupiter.kit.accounts.models import User
from jupiter.kit.differences.actions import QUEUE, at_night
from jupiter.kit.jobs import AFTER_ITS_PAUSE, UPKEEP, NotNow
from jupiter.kit.partners import TryAgain
from jupiter.kit.walls import walled_for_group

from . import actions

TRIES, PAUSE_SECONDS = 5, 60


@app.periodic(cron="10 2 * * *")
@app.task(name="compare_at_night", queue=UPKEEP, queueing_lock="compare_at_night")
def compare_at_night(timestamp: int) -> None:
    """Before the hub's own: what is sent again here is there when it compares."""
    with transaction.atomic():
        for group_id in HubLink.objects.order_by("group").values_list("group", flat=True):
            jobs.defer("compare_with_hub", queue=QUEUE, lock=f"compare_with_hub {group_id}", group_id=group_id, by_id=0)


@app.task(name="compare_with_hub")
def compare_with_hub(*, group_id: int, by_id: int) -> None:
    """`by_id`: whoever pressed the button; 0 at night."""
    link = HubLink.objects.filter(group=group_id).first()
    if link is None:
        return
    user = User.objects.filter(pk=by_id).first()
    found = actions.compare(link, by=user.get_full_name() if user else at_night())
    if user is None:
        with walled_for_group(group_id):
            actions.repair_all(found, by=at_night(), now=timezone.now())


@app.task(name="repair_difference", retry=AFTER_ITS_PAUSE, pass_context=True)
def repair_difference(context: JobContext, *, difference_id: int, owner_id: int) -> None:
    try:
        actions.carry_out(difference_id, owner_id)
    except TryAgain as trouble:
        if context.job.attempts < TRIES:
            raise NotNow(PAUSE_SECONDS) from trouble
        actions.give_up(difference_id, owner_id, trouble.reason)
