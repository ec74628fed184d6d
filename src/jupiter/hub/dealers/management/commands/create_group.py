"""`jupiter hub create_group`: a first group, its point of sale, its manager and its software, where no demonstration was loaded."""

import json
import os
from getpass import getpass
from typing import Any

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import IntegrityError, transaction

from jupiter.hub.dealers.actions import create_api_client, create_group
from jupiter.kit.accounts.actions import make_person


class Command(BaseCommand):
    help = (
        "Make a dealer group, its first point of sale and its manager. The password is asked, or read from JUPITER_PASSWORD. With "
        "--dealer-url an API client is made too; its secrets are printed once, as one line of JSON."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        for name in ("name", "code", "network-code", "point-name", "postcode", "city", "username"):
            parser.add_argument(f"--{name}", required=True)
        for name in ("address", "producer", "full-name", "email", "dealer-url"):
            parser.add_argument(f"--{name}", default="")

    def handle(self, *args: Any, **told: Any) -> None:
        password = os.environ.get("JUPITER_PASSWORD") or getpass("Password: ")
        try:
            with transaction.atomic():
                user = make_person(told["username"], full_name=told["full_name"], email=told["email"], password=password)
                point = create_group(
                    told["name"], code=told["code"], network_code=told["network_code"], point_name=told["point_name"],
                    address=told["address"], postcode=told["postcode"], city=told["city"], manager=user, producer=told["producer"],
                )  # fmt: skip
                dealer_url = told["dealer_url"]
                keys = create_api_client(point.group, name=f"Jupiter, {told['name']}", dealer_url=dealer_url) if dealer_url else None
        except ValidationError as refusal:
            raise CommandError(" ".join(refusal.messages)) from refusal
        except IntegrityError as refusal:
            raise CommandError(f"exists already, or a code of another shape ({refusal})") from refusal
        self.stdout.write(f"{told['name']}: point of sale {point.code}, manager {user.username}")
        if keys:
            self.stdout.write(json.dumps(keys))
