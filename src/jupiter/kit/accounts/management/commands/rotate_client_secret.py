"""`jupiter hub rotate_client_secret`, `jupiter insurer …`: a caller changes its secret while it goes on calling."""

from typing import Any

from django.apps import apps
from django.core.management.base import BaseCommand, CommandError, CommandParser


class Command(BaseCommand):
    help = (
        "Print, once, a new secret of an API client; the present one stays live beside it until the caller has moved. "
        "With --drop-former only the newest one is live."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--client-id", required=True)
        parser.add_argument("--drop-former", action="store_true")

    def handle(self, *args: Any, **told: Any) -> None:
        if not apps.is_installed("oauth2_provider"):
            raise CommandError("this service has no API clients")
        from jupiter.kit import oauth  # noqa: PLC0415  # it needs the application that some services do without

        try:
            if told["drop_former"]:
                self.stdout.write("dropped" if oauth.drop_former_secret(told["client_id"]) else "there was no former one")
            else:
                self.stdout.write(oauth.rotate_secret(told["client_id"]))
        except oauth.UnknownClient as unknown:
            raise CommandError(f"no client has the id {unknown}") from None
