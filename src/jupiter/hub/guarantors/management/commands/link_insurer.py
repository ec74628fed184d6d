"""`jupiter hub link_insurer`: the credentials that the insurer's portal gave to this hub."""

import os
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from jupiter.hub.guarantors.models import GuarantorLink

SECRETS = ("JUPITER_INSURER_CLIENT_SECRET", "JUPITER_INSURER_NOTICE_SECRET")


class Command(BaseCommand):
    help = f"Keep, sealed, the insurer's client id and the secrets read from {SECRETS[0]} and {SECRETS[1]} (the former one stays live)."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--client-id", required=True)

    def handle(self, *args: Any, **told: Any) -> None:
        client_secret, notice_secret = (os.environ.get(name, "") for name in SECRETS)
        if not client_secret or not notice_secret:
            raise CommandError(f"set {SECRETS[0]} and {SECRETS[1]}")
        link = GuarantorLink.objects.filter(guarantor="stellantis").first() or GuarantorLink(guarantor="stellantis")
        if link.notice_secret and link.notice_secret != notice_secret:
            link.next_notice_secret = link.notice_secret
        link.client_id, link.client_secret, link.notice_secret = told["client_id"], client_secret, notice_secret
        link.save()
        self.stdout.write("linked")
