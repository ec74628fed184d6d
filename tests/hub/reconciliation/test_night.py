"""The night's comparison: when it begins, and what it begins with."""

import pytest
from procrastinate.contrib.django import app
from procrastinate.contrib.django.models import ProcrastinateJob

from jupiter.hub.reconciliation.tasks import compare_at_night

pytestmark = pytest.mark.django_db


def test_it_begins_at_twenty_to_three():
    assert app.periodic_registry.periodic_tasks["compare_at_night", ""].cron == "40 2 * * *"


def test_it_compares_the_whole_network_once_and_by_nobody():
    compare_at_night(timestamp=0)
    (job,) = ProcrastinateJob.objects.all()
    assert (job.task_name, job.queue_name, job.lock, job.args) == ("compare_network", "comparison", "compare_network", {"by_id": 0})
