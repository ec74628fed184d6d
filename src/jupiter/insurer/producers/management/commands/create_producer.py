"""`jupiter insurer create_producer`: a first producer and its user, and the hub's line to us, where no demonstration was loaded."""

import base64
import json
import os
import secrets
from getpass import getpass
from typing import Any

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import IntegrityError, transaction
from oauth2_provider.models import get_application_model

from jupiter.insurer.producers.models import ApiClient, Membership, NoticeSubscriber, Producer
from jupiter.insurer.producers.rules import INSURER_ADMIN, JOBS, PRODUCER_USER
from jupiter.kit.accounts.models import User


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
        user = User(username=told["username"].lower(), full_name=told["full_name"], email=told["email"])
        try:
            validate_password(password, user)
            user.set_password(password)
            with transaction.atomic():
                user.save()
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
    said = {
        "client_id": secrets.token_urlsafe(16),
        "client_secret": secrets.token_urlsafe(32),
        "notice_secret": "whsec_" + base64.b64encode(secrets.token_bytes(32)).decode(),
    }
    application = get_application_model().objects.create(
        client_id=said["client_id"],
        client_secret=said["client_secret"],
        name="Centralisateur",
        client_type="confidential",
        authorization_grant_type="client-credentials",
    )
    client = ApiClient.objects.create(application=application, name="Centralisateur", scopes=JOBS, is_distributor=True)
    NoticeSubscriber.objects.create(
        client=client,
        partner="hub",
        label="Centralisateur",
        url=f"{hub_url.rstrip('/')}/api/v1/notices/insurer",
        secret=said["notice_secret"],
    )
    return said
