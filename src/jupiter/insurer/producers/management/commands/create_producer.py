"""`jupiter insurer create_producer`: a first producer and its user, and the hub's line to us, where no demonstration was loaded."""

import json
import os
from getpass import getpass
from typing import Any

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import IntegrityError, transaction

from jupiter.insurer.producers.models import ApiClient, Membership, NoticeSubscriber, Producer
from jupiter.insurer.producers.rules import INSURER_ADMIN, JOBS, PRODUCER_USER, RECONCILIATION
from jupiter.kit.accounts.actions import make_person
from jupiter.kit.notices import new_secret
from jupiter.kit.oauth import issue_client


class Command(BaseCommand):
    help = (
        "Make a producer and its user, or with --administrator a user of the insurer. The password is asked, or read from JUPITER_PASSWORD. "
        "With --hub-url the hub's API client is made too; its secrets are printed once, as one line of JSON."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        for name in ("code", "name", "postcode", "city", "username"):
            parser.add_argument(f"--{name}", required=True)
        for name in ("address", "full-name", "email", "hub-url"):
            parser.add_argument(f"--{name}", default="")
        parser.add_argument("--administrator", action="store_true")

    def handle(self, *args: Any, **told: Any) -> None:
        password = os.environ.get("JUPITER_PASSWORD") or getpass("Password: ")
        try:
            with transaction.atomic():
                user = make_person(told["username"], full_name=told["full_name"], email=told["email"], password=password)
                facts = {name: told[name] for name in ("name", "address", "postcode", "city")}
                producer = Producer.objects.create(code=told["code"], **facts)
                if told["administrator"]:
                    Membership.objects.create(user=user, producer=None, role=INSURER_ADMIN)
                else:
                    Membership.objects.create(user=user, producer=producer, role=PRODUCER_USER)
                keys = hub_client(told["hub_url"]) if told["hub_url"] else None
        except ValidationError as refusal:
            raise CommandError(" ".join(refusal.messages)) from refusal
        except IntegrityError as refusal:
            raise CommandError(f"exists already, or a code of another shape ({refusal})") from refusal
        self.stdout.write(f"{producer.name}: producer {producer.code}, user {user.username}")
        if keys:
            self.stdout.write(json.dumps(keys))


def hub_client(hub_url: str) -> dict[str, str]:
    """The hub's secrets, shown this once: for `jupiter hub link_insurer`."""
    issued, notice_secret = issue_client("Centralisateur"), new_secret()
    client = ApiClient.objects.create(
        application=issued.application, name="Centralisateur", scopes=f"{JOBS} {RECONCILIATION}", is_distributor=True
    )
    NoticeSubscriber.objects.create(
        client=client,
        partner="hub",
        label="Centralisateur",
        url=f"{hub_url.rstrip('/')}/api/v1/notices/insurer",
        secret=notice_secret,
    )
    return {"client_id": issued.client_id, "client_secret": issued.client_secret, "notice_secret": notice_secret}
