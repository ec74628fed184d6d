"""`jupiter insurer load_demo`: producers, people, software, the tariff. JSON in on stdin, one JSON object out; again does no harm."""

import json
import sys
from datetime import date, timedelta
from typing import Any

from django.core.management.base import BaseCommand
from django.db import transaction
from django.utils import timezone

from jupiter.insurer.producers.models import ApiClient, Membership, NoticeSubscriber, Producer
from jupiter.insurer.producers.rules import INSURER_ADMIN, JOBS, POLICIES, PRODUCER_USER, RECONCILIATION
from jupiter.insurer.products.actions import load_tariff
from jupiter.insurer.products.models import Product
from jupiter.insurer.quotes import actions as quotes
from jupiter.insurer.quotes.models import Job
from jupiter.kit import numbers
from jupiter.kit.accounts.models import User
from jupiter.kit.clock import business_today
from jupiter.kit.months import months_after
from jupiter.kit.oauth import issue_client

FIRST_QUOTE, FIRST_POLICY, FIRST_ACCOUNT = 1_006_185, 1_003_079, 500_001  # of the demonstration's sale
PRODUCERS = {
    "A": (
        ("865268J", "DEMO CDDS SPOTICAR", "AVENUE D'ASSAS", "64000", "PAU"),
        ("865269K", "CHARTRES", "RUE DE LA DÉMONSTRATION", "28000", "CHARTRES"),
    ),
    "B": (("712345K", "GARAGE DE DÉMONSTRATION B", "1, RUE IMAGINAIRE", "69001", "LYON"),),
}
PEOPLE = (
    ("psa-865268J", "DEMO CDDS SPOTICAR", PRODUCER_USER, ("865268J",)),
    ("psa-865269K", "CHARTRES", PRODUCER_USER, ("865269K",)),
    ("psa-712345K", "GARAGE B", PRODUCER_USER, ("712345K",)),
    ("assureur", "ADMINISTRATEUR ASSUREUR", INSURER_ADMIN, ()),
)
# The second group's rows, planted so that a leak shows: their names appear nowhere else.
PLANTED = (
    ("ZZPLANTEB UN", "VF3PLANTB00000001", "BB-101-BB", "draft"),
    ("ZZPLANTEB DEUX", "VF3PLANTB00000002", "BB-102-BB", "quoted"),
    ("ZZPLANTEB TROIS", "VF3PLANTB00000003", "BB-103-BB", "bound"),
)
BY = "service:démonstration"


class Command(BaseCommand):
    help = "Load the demonstration's producers, people, links and tariff; reads one JSON object on stdin."

    def handle(self, *args: Any, **options: Any) -> None:
        told = json.load(sys.stdin)
        with transaction.atomic():
            answer = load(told)
        self.stdout.write(json.dumps(answer, ensure_ascii=False))


def load(told: dict[str, Any]) -> dict[str, list[dict[str, Any]]]:
    product = load_tariff()
    _start_numbers()
    producers = {key: [_producer(*row) for row in rows] for key, rows in PRODUCERS.items()}
    links = told["links"]
    hub = _client(links["hub_insurer"], "Centralisateur", f"{JOBS} {RECONCILIATION}", [])
    NoticeSubscriber.objects.update_or_create(
        client=hub,
        defaults={
            "partner": "hub",
            "label": "Centralisateur",
            "url": f"{told['urls']['hub'].rstrip('/')}/api/v1/notices/insurer",
            "secret": links["hub_insurer"]["notice_secret"],
        },
    )
    clients = []
    for key, rows in producers.items():
        link = links["producers"][key]
        _client(link, f"Logiciel du groupe {key}", f"{JOBS} {POLICIES}", rows)
        secret = link["client_secret"]
        clients.append({"client_id": link["client_id"], "client_secret": secret, "scopes": f"{JOBS} {POLICIES}", "group": key})
    _plant(producers["B"][0], product)
    return {"logins": [_person(told["passwords"]["insurer"], *person) for person in PEOPLE], "api_clients": clients}


def _start_numbers() -> None:
    """What is planted comes before, so that the first sale bears the tutorial's numbers."""
    bought = sum(state == "bound" for *_, state in PLANTED)
    numbers.start("quotes", FIRST_QUOTE - len(PLANTED))
    numbers.start("policies", FIRST_POLICY - bought)
    numbers.start("accounts", FIRST_ACCOUNT - len(PLANTED))


def _producer(code: str, name: str, address: str, postcode: str, city: str) -> Producer:
    facts = {"name": name, "address": address, "postcode": postcode, "city": city}
    producer, _ = Producer.objects.get_or_create(code=code, defaults=facts)
    return producer


def _client(link: dict[str, str], name: str, scopes: str, producers: list[Producer]) -> ApiClient:
    application = issue_client(name, client_id=link["client_id"], client_secret=link["client_secret"]).application
    facts = {"name": name, "scopes": scopes, "is_distributor": not producers}
    client, _ = ApiClient.objects.update_or_create(application=application, defaults=facts)
    client.producers.set(producers)
    return client


def _person(password: str, username: str, full_name: str, role: str, codes: tuple[str, ...]) -> dict[str, Any]:
    user = User.objects.filter(username=username.lower()).first() or User(username=username.lower())
    user.full_name, user.email = full_name, f"{username.lower()}@example.org"
    if not user.pk or not user.check_password(password):
        user.set_password(password)
    user.save()
    producers = list(Producer.objects.filter(code__in=codes))
    everywhere: list[Producer | None] = [None]
    for producer in producers or everywhere:
        Membership.objects.get_or_create(user=user, producer=producer, role=role)
    site = ", ".join(producer.name for producer in producers) or "assureur"
    return {"username": username, "password": password, "role": role, "site": site}


def _plant(producer: Producer, product: Product) -> None:
    today, now = business_today(), timezone.now()
    for place, (name, vin, plate, wanted) in enumerate(PLANTED, start=1):
        reference = f"SP812345B{place:09d}"
        if Job.objects.filter(producer=producer, external_reference=reference).exists():
            continue
        job, _ = quotes.submit_job(
            producer, product, _submission(name, vin, plate, reference, today), client=None, by=BY, today=today, now=now
        )
        if wanted != "draft":
            job = quotes.price_job(job, by=BY, today=today, now=now)
        if wanted == "bound":
            quotes.buy_job(job, by=BY, today=today, now=now)


def _submission(name: str, vin: str, plate: str, reference: str, today: date) -> quotes.Submission:
    registered = months_after(today, -40)
    holder = {
        "title": "MR", "last_name": name, "first_name": "FICTIF", "email": "planteb@example.org", "phone": "", "mobile": "",
        "address": "2 RUE IMAGINAIRE", "address_2": "", "address_3": "", "postcode": "69001", "city": "LYON", "country": "FR",
    }  # fmt: skip
    facts = {
        "delivery_on": today, "vin": vin, "plate": plate, "kind": "VP", "first_registered_on": registered, "make": "CITROEN",
        "model": "C3", "fuel": "PETROL", "din_power_hp": 82, "mileage_km": 31_000,
        "manufacturer_warranty_until": today - timedelta(days=400), "manufacturer_warranty_km": 100_000,
        "four_wheel_drive": False,
    }  # fmt: skip
    return quotes.Submission(
        external_reference=reference, holder=holder, facts=facts, declared_level="SPOTICAR_PREMIUM", declared_months=12,
        seller="VENDEUR FICTIF B", notify=False, words={"planted": reference},
    )  # fmt: skip
