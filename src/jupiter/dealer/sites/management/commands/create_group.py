"""`jupiter dealer create_group`: a first group, its site and its administrator, where no demonstration was loaded."""

import os
from getpass import getpass
from typing import Any

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import IntegrityError, transaction

from jupiter.dealer.sites.actions import create_group, link_to_hub
from jupiter.kit.accounts.actions import make_person

SECRETS = ("JUPITER_HUB_CLIENT_SECRET", "JUPITER_HUB_NOTICE_SECRET")


class Command(BaseCommand):
    help = (
        "Make a dealer group, its first site and its administrator. The password is asked, or read from JUPITER_PASSWORD. With "
        f"--hub-client-id the group is linked to the hub too, its secrets read from {SECRETS[0]} and {SECRETS[1]}."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        for name in ("name", "site-code", "site-name", "username"):
            parser.add_argument(f"--{name}", required=True)
        parser.add_argument("--full-name", default="")
        parser.add_argument("--email", default="")
        parser.add_argument("--hub-client-id", default="")

    def handle(self, *args: Any, **told: Any) -> None:
        password = os.environ.get("JUPITER_PASSWORD") or getpass("Password: ")
        try:
            with transaction.atomic():
                user = make_person(told["username"], full_name=told["full_name"], email=told["email"], password=password)
                group = create_group(told["name"], site_code=told["site_code"], site_name=told["site_name"], administrator=user)
                if told["hub_client_id"]:
                    client_secret, notice_secret = (self._secret(name) for name in SECRETS)
                    link_to_hub(group, client_id=told["hub_client_id"], client_secret=client_secret, notice_secret=notice_secret)
        except ValidationError as refusal:
            raise CommandError(" ".join(refusal.messages)) from refusal
        except IntegrityError as refusal:
            raise CommandError("this group or this user exists already") from refusal
        self.stdout.write(f"{group.name}: site {told['site_code']}, administrator {user.username}")

    def _secret(self, name: str) -> str:
        if not (secret := os.environ.get(name)):
            raise CommandError(f"set {name}")
        return secret
