"""Whether this process lives, and whether this service can work. A sick partner never makes it unready."""

from typing import Any

from django.db import Error, connection
from django.db.migrations.executor import MigrationExecutor
from django.http import HttpRequest, JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

HEARTBEAT_SECONDS = 30

_migrated = False  # once true for this code it stays so


@require_safe
@never_cache
def livez(request: HttpRequest) -> JsonResponse:
    return JsonResponse({"alive": True})


@require_safe
@never_cache
def readyz(request: HttpRequest) -> JsonResponse:
    checks: dict[str, Any] = {"database": False, "migrations": False, "worker": False}
    try:
        with connection.cursor() as cursor:
            cursor.execute("SET statement_timeout = '1s'")
            try:
                cursor.execute("SELECT 1")
                checks["database"] = True
                checks["migrations"] = _migrations_are_applied()
                cursor.execute(
                    "SELECT count(*) FROM procrastinate_workers WHERE last_heartbeat > now() - %s * interval '1 second'",
                    [HEARTBEAT_SECONDS],
                )
                checks["worker"] = cursor.fetchone()[0] > 0
            finally:
                cursor.execute("SET statement_timeout TO DEFAULT")
    except Error:
        pass  # the checks say what failed
    ready = all(checks.values())
    return JsonResponse({"ready": ready, "checks": checks}, status=200 if ready else 503)


def _migrations_are_applied() -> bool:
    global _migrated  # noqa: PLW0603
    if not _migrated:
        executor = MigrationExecutor(connection)
        _migrated = not executor.migration_plan(executor.loader.graph.leaf_nodes())
    return _migrated


livez.act = readyz.act = "public"  # type: ignore[attr-defined]
