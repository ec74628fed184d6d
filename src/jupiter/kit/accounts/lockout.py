"""Too many wrong passwords: five from one address shut one name there for fifteen minutes, thirty from anywhere shut it everywhere."""

from typing import Any

from axes.handlers.database import AxesDatabaseHandler
from axes.models import AccessAttempt
from django.db.models import Sum
from django.http import HttpRequest

NAME_LIMIT = 30  # within the cool-off, over all addresses: slower, so that nobody shuts a colleague out with five tries


class Handler(AxesDatabaseHandler):
    """settings.AXES_HANDLER. Names that do not exist are counted too: the answer says nothing about them."""

    def is_locked(self, request: HttpRequest, credentials: dict[str, Any] | None = None) -> bool:
        if super().is_locked(request, credentials):
            return True
        name = (credentials or {}).get("username")
        tried = AccessAttempt.objects.filter(username=name).aggregate(sum=Sum("failures_since_start"))["sum"] if name else 0
        return (tried or 0) >= NAME_LIMIT
