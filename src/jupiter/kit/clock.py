"""Which day it is, for the law and for contracts; the machine's clock is for everything else."""

from datetime import date, datetime
from zoneinfo import ZoneInfo

from django.conf import settings
from django.utils import timezone

PARIS = ZoneInfo("Europe/Paris")


def business_today() -> date:
    """The legal date in Europe/Paris. A demonstration may fix it (JUPITER_BUSINESS_DATE); a production start refuses that."""
    fixed: date | None = settings.BUSINESS_DATE
    return fixed or timezone.now().astimezone(PARIS).date()


def paris(instant: datetime) -> datetime:
    """An instant as a clock on a French wall shows it."""
    return instant.astimezone(PARIS)
