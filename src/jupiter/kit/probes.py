"""Whether this process lives, whether this service can work, and its figures. A sick partner never makes it unready."""

import hmac
from typing import Any

from django.conf import settings
from django.db import Error, connection, transaction
from django.db.migrations.executor import MigrationExecutor
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from . import state
from .walls import everywhere

LOOPBACK = frozenset({"127.0.0.1", "::1"})
FORWARDED = ("Forwarded", "X-Forwarded-For", "X-Forwarded-Host", "X-Real-Ip")  # a proxy on this machine speaks for somebody else
METRICS_TYPE = "text/plain; version=0.0.4; charset=utf-8"

_migrated = False  # once true for this code it stays so


@require_safe
@never_cache
def livez(request: HttpRequest) -> JsonResponse:
    return JsonResponse({"alive": True})


@require_safe
@never_cache
def readyz(request: HttpRequest) -> JsonResponse:
    checks: dict[str, Any] = {name: False for name in ("database", "migrations", "worker", "jobs", "clock", "disk")}
    try:
        with transaction.atomic():
            with connection.cursor() as cursor:
                cursor.execute("SET LOCAL statement_timeout = '1s'")
            checks["database"] = True
            checks["migrations"] = _migrations_are_applied()
            checks |= state.checks(state.work())
    except Error:
        pass  # the checks say what failed
    ready = all(checks.values())
    return JsonResponse({"ready": ready, "checks": checks}, status=200 if ready else 503)


@require_safe
@never_cache
def metrics(request: HttpRequest) -> HttpResponse:
    """To whoever asks on this machine itself, or holds JUPITER_METRICS_TOKEN where one is set; to others there is nothing here."""
    if not _may_measure(request):
        raise Http404
    with everywhere():
        return HttpResponse(state.exposition(state.read()), content_type=METRICS_TYPE)


def _may_measure(request: HttpRequest) -> bool:
    if settings.METRICS_TOKEN:
        given = request.headers.get("Authorization", "").encode()
        return hmac.compare_digest(given, f"Bearer {settings.METRICS_TOKEN}".encode())
    return request.META.get("REMOTE_ADDR") in LOOPBACK and not any(name in request.headers for name in FORWARDED)


def _migrations_are_applied() -> bool:
    global _migrated  # noqa: PLW0603
    if not _migrated:
        executor = MigrationExecutor(connection)
        _migrated = not executor.migration_plan(executor.loader.graph.leaf_nodes())
    return _migrated


livez.act = readyz.act = metrics.act = "public"  # type: ignore[attr-defined]
