"""The days that are compared: as instants, and as refused when there are too many."""

from datetime import date, datetime, time, timedelta

from django.conf import settings
from django.utils.translation import gettext as _

from jupiter.kit.api import Problem
from jupiter.kit.clock import PARIS, paris
from jupiter.kit.openapi import Refusals

MOST_DAYS = 400
FIRST, LAST = date(2000, 1, 1), date(2199, 12, 31)
REFUSED: Refusals = {422: {"window-refused": "The last day is before the first, more than 400 days after it, or not of this age."}}


def between(first: date, last: date) -> tuple[datetime, datetime]:
    """From the first instant of one day in Paris to the first after the other; a Problem for a window that nobody needs."""
    if not FIRST <= first <= last <= LAST or (last - first).days > MOST_DAYS:
        sentence = _("Les jours demandés ne se suivent pas, ou sont plus de 400.")
        raise Problem(422, "window-refused", sentence, errors=[{"pointer": "/to", "code": "window-refused", "message": sentence}])
    return instants(first, last)


def instants(first: date, last: date) -> tuple[datetime, datetime]:
    return datetime.combine(first, time(), PARIS), datetime.combine(last + timedelta(days=1), time(), PARIS)


def usual(now: datetime) -> tuple[date, date]:
    """What a nightly comparison looks at."""
    today = paris(now).date()
    return today - timedelta(days=settings.COMPARED_DAYS), today
