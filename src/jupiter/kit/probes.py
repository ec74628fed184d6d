"""Whether this process lives, whether this service can work, and its figures. A sick partner never makes it unready."""

import hmac
from concurrent.futures import Future, ThreadPoolExecutor
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

CHECKS = ("database", "migrations", "worker", "jobs", "clock", "disk")
ANSWERS_WITHIN_SECONDS = 1.5  # above the time that one statement may take: a server that is frozen enforces no limit of its own

_migrated = False  # once true for this code it stays so
_looking = ThreadPoolExecutor(1, thread_name_prefix="readyz")  # one look at a time, however often it is asked


@require_safe
@never_cache
def livez(request: HttpRequest) -> JsonResponse:
    return JsonResponse({"alive": True})


@require_safe
@never_cache
def readyz(request: HttpRequest) -> JsonResponse:
    """A database that does not answer in time is one that fails; whoever asks is answered all the same."""
    look: Future[dict[str, Any]] = _looking.submit(_look)
    try:
        checks = look.result(timeout=ANSWERS_WITHIN_SECONDS)
    except TimeoutError:
        look.cancel()  # if it waits behind one that hangs
        checks = dict.fromkeys(CHECKS, False)
    ready = all(checks.values())
    return JsonResponse({"ready": ready, "checks": checks}, status=200 if ready else 503)


def _look() -> dict[str, Any]:
    checks: dict[str, Any] = dict.fromkeys(CHECKS, False)
    try:
        with transaction.atomic():
            with connection.cursor() as cursor:
                cursor.execute("SET LOCAL statement_timeout = '1s'")
            checks["database"] = True
            checks["migrations"] = _migrations_are_applied()
            checks |= state.checks(state.work())
    except Error:
        pass  # the checks say what failed
    finally:
        connection.close()  # this thread's own, back to the pool
    return checks


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
