"""`jupiter dealer link_hub`: the credentials that the hub gave to a group, the first ones or those of a rotation."""

import os
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from jupiter.dealer.sites.actions import link_to_hub
from jupiter.dealer.sites.models import Group

from .create_group import SECRETS


class Command(BaseCommand):
    help = f"Keep, sealed, a group's client id at the hub and the secrets read from {SECRETS[0]} and {SECRETS[1]}."

    def add_arguments(self, parser: CommandParser) -> None:
        for name in ("group", "client-id"):
            parser.add_argument(f"--{name}", required=True)

    def handle(self, *args: Any, **told: Any) -> None:
        client_secret, notice_secret = (os.environ.get(name, "") for name in SECRETS)
        if not client_secret or not notice_secret:
            raise CommandError(f"set {SECRETS[0]} and {SECRETS[1]}")
        group = Group.objects.filter(name=told["group"]).first()
        if group is None:
            raise CommandError(f"there is no group {told['group']}")
        link_to_hub(group, client_id=told["client_id"], client_secret=client_secret, notice_secret=notice_secret)
        self.stdout.write("linked")
