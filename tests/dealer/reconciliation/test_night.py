"""The night's comparison: when it begins, and what it begins with."""

import pytest
from procrastinate.contrib.django import app
from procrastinate.contrib.django.models import ProcrastinateJob

from jupiter.dealer.reconciliation.tasks import compare_at_night
from tests.dealer.orders import make

pytestmark = pytest.mark.django_db


def test_it_begins_at_ten_past_two_before_the_hubs_own():
    assert app.periodic_registry.periodic_tasks["compare_at_night", ""].cron == "10 2 * * *"


def test_it_compares_each_group_that_has_a_line_to_the_hub_once_and_by_nobody():
    first, second, without = make.a_group(), make.a_group(), make.a_group()
    for group in (second, first):
        make.a_link(group)
    compare_at_night(timestamp=0)
    jobs = [(job.task_name, job.queue_name, job.lock, job.args) for job in ProcrastinateJob.objects.order_by("id")]
    assert jobs == [
        ("compare_with_hub", "comparison", f"compare_with_hub {group.pk}", {"group_id": group.pk, "by_id": 0}) for group in (first, second)
    ]
    assert without.pk not in [args["group_id"] for *_, args in jobs]
