"""`jupiter hub load_demo`: the tutorial's two groups as the hub knows them. JSON in on stdin, one JSON object out; again does no harm."""

import json
import sys
from typing import Any

from django.core.management.base import BaseCommand
from django.db import transaction
from django.utils import timezone

from jupiter.hub.dealers.actions import Choice, keep_api_client, save_profile
from jupiter.hub.dealers.models import Group, GuarantorAccount, Membership, PointOfSale, Profile
from jupiter.hub.dealers.rules import MANAGER, NETWORK, SELLER
from jupiter.hub.declarations import actions, rules
from jupiter.hub.guarantors.models import GuarantorLink
from jupiter.hub.guarantors.registry import GUARANTORS
from jupiter.kit import numbers
from jupiter.kit.accounts.models import User
from jupiter.kit.clock import business_today
from jupiter.kit.oauth import issue_client

FIRST_NUMBER = 100034312
GROUPS = {"A": "Groupe de démonstration A", "B": "Groupe de démonstration B"}
POINTS = {
    "A": (
        ("953617Z", "FR10350", "DEMO CDDS SPOTICAR", "AVENUE D'ASSAS", "64000", "PAU", "865268J"),
        ("953618A", "FR10351", "CHARTRES", "RUE DE LA DÉMONSTRATION", "28000", "CHARTRES", "865269K"),
        ("953619B", "FR10352", "AXILOG DEMO", "3, Allée Edmé Lheureux", "94340", "Joinville-le-Pont", ""),
    ),
    "B": (("812345B", "FR90001", "GARAGE DE DÉMONSTRATION B", "1, RUE IMAGINAIRE", "69001", "LYON", "712345K"),),
}
PEOPLE = (
    ("hakim", "HAKIM AB", SELLER, ("953617Z", "953618A")),
    ("responsable", "RESPONSABLE VO", MANAGER, ("953617Z", "953618A", "953619B")),
    ("reseau", "ADMINISTRATEUR RÉSEAU", NETWORK, ()),
    ("vendeur-b", "VENDEUR DU GROUPE B", SELLER, ("812345B",)),
    ("responsable-b", "RESPONSABLE DU GROUPE B", MANAGER, ("812345B",)),
)

SALE_OF_B = {
    "consent": "NO", "sale_origin": "OTHER", "seller": "VENDEUR DU GROUPE B", "title": "MRS", "first_name": "GROUPE B",
    "address": "1 RUE IMAGINAIRE", "postcode": "69001", "city": "LYON", "country": "FR", "kind": "VP", "make": "CITROEN", "model": "C3",
    "version": "Essai", "first_registered_on": "2020-01-15", "fuel": "PETROL", "din_power": 83, "mileage": 30000, "price": "9900.00",
    "manufacturer_until": "2022-01-15", "manufacturer_km": 60000,
}  # fmt: skip


class Command(BaseCommand):
    help = "Load the demonstration's dealers, people, links and the second group's sales; reads one JSON object on stdin."

    def handle(self, *args: Any, **options: Any) -> None:
        told = json.load(sys.stdin)
        with transaction.atomic():
            answer = load(told)
        self.stdout.write(json.dumps(answer, ensure_ascii=False))


def load(told: dict[str, Any]) -> dict[str, list[dict[str, Any]]]:
    clients = []
    for key, name in GROUPS.items():
        group, _ = Group.objects.get_or_create(name=name)
        for point in POINTS[key]:
            _point(group, *point)
        clients.append(_client(group, key, told))
    link = told["links"]["hub_insurer"]
    GuarantorLink.objects.update_or_create(
        guarantor="stellantis",
        defaults={"client_id": link["client_id"], "client_secret": link["client_secret"], "notice_secret": link["notice_secret"]},
    )
    logins = [_person(told["passwords"]["hub"], *person) for person in PEOPLE]
    _sales_of_the_second_group()
    return {"logins": logins, "api_clients": clients}


def _point(group: Group, code: str, network_code: str, name: str, address: str, postcode: str, city: str, producer: str) -> None:
    """The network has preset the identifier; the box stays unticked until the point of sale saves its profile."""
    facts = {"group": group, "network_code": network_code, "name": name, "address": address, "postcode": postcode, "city": city}
    point, _ = PointOfSale.objects.get_or_create(code=code, defaults=facts)
    profile, _ = Profile.objects.get_or_create(point_of_sale=point)
    GuarantorAccount.objects.get_or_create(profile=profile, guarantor="stellantis", defaults={"identifier": producer})
    numbers.start(f"sp:{code}", FIRST_NUMBER)


def _sales_of_the_second_group() -> None:
    """One received, one begun and filled in, one declared: begun on the hub's own screen, so that no software is told."""
    point = PointOfSale.objects.get(code="812345B")
    if point.sales.exists():
        return
    who = User.objects.get(username="vendeur-b")
    now, today = timezone.now(), business_today()
    choices = {key: Choice(False) for key in GUARANTORS} | {"stellantis": Choice(True, "712345K")}
    save_profile(point, choices, who="RESPONSABLE DU GROUPE B", now=now)
    for i, marker in enumerate(("MARQUEUR UN", "MARQUEUR DEUX", "MARQUEUR TROIS")):
        sale = actions.start_blank_sale(point, guarantor="", with_warranty=False, by=who, today=today, now=now)
        typed = SALE_OF_B | {"last_name": marker, "plate": f"BB-10{i}-BB", "delivery_on": today, "vin": f"VF3BBBBBBBB00010{i}"}
        reading = rules.read(typed, ordered_on=None, today=today, with_warranty=False)
        actions.complete_sale(sale, reading, seen=sale.sequence, by=who, now=now)
    actions.declare_sale(sale, who=who.full_name, today=today, now=now)


def _client(group: Group, key: str, told: dict[str, Any]) -> dict[str, Any]:
    link = told["links"]["dealer_hub"][key]
    name = f"Jupiter, {group.name}"
    issued = issue_client(name, client_id=link["client_id"], client_secret=link["client_secret"])
    keep_api_client(group, issued, name=name, dealer_url=told["urls"]["dealer"], notice_secret=link["notice_secret"])
    return {"client_id": link["client_id"], "client_secret": link["client_secret"], "scopes": "sales", "group": key}


def _person(password: str, username: str, full_name: str, role: str, codes: tuple[str, ...]) -> dict[str, Any]:
    user = User.objects.filter(username=username).first() or User(username=username, email=f"{username}@example.org")
    user.full_name = full_name
    if not user.pk or not user.check_password(password):
        user.set_password(password)
    user.save()
    points = PointOfSale.objects.in_bulk(codes, field_name="code")
    for code in codes:
        Membership.objects.get_or_create(user=user, point_of_sale=points[code], defaults={"role": role})
    if not codes:
        Membership.objects.get_or_create(user=user, point_of_sale=None, defaults={"role": role})
    site = points[codes[0]].name if codes else "tout le réseau"
    return {"username": username, "password": password, "role": role, "site": site}
