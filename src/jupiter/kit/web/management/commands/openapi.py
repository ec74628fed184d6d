"""`jupiter hub openapi > docs/api/hub.v1.json`: the document of this service's API, as its code says it."""

import json
from typing import Any

from django.core.management.base import BaseCommand
from django.urls import resolve

ADDRESS = "/api/openapi.json"


class Command(BaseCommand):
    help = "Write the OpenAPI document of this service."

    def handle(self, *args: Any, **options: Any) -> None:
        """What the address answers, without a server."""
        api = resolve(ADDRESS).func.keywords["api"]  # type: ignore[attr-defined]  # ninja binds its view to its API
        self.stdout.write(json.dumps(api.get_openapi_schema(), indent=2, ensure_ascii=False))
