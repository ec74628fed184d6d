"""`jupiter hub load_demo`: the tutorial's two groups as the hub knows them. JSON in on stdin, one JSON object out; again does no harm."""

import json
import sys
from typing import Any

from django.core.management.base import BaseCommand
from django.db import transaction
from oauth2_provider.models import get_application_model

from jupiter.hub.dealers.models import ApiClient, Group, GuarantorAccount, Membership, PointOfSale, Profile
from jupiter.hub.dealers.rules import MANAGER, NETWORK, SELLER
from jupiter.hub.guarantors.models import GuarantorLink
from jupiter.kit import numbers
from jupiter.kit.accounts.models import User

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


class Command(BaseCommand):
    help = "Load the demonstration's dealers, people and links; reads one JSON object on stdin."

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
    return {"logins": [_person(told["passwords"]["hub"], *person) for person in PEOPLE], "api_clients": clients}


def _point(group: Group, code: str, network_code: str, name: str, address: str, postcode: str, city: str, producer: str) -> None:
    """The network has preset the identifier; the box stays unticked until the point of sale saves its profile."""
    facts = {"group": group, "network_code": network_code, "name": name, "address": address, "postcode": postcode, "city": city}
    point, _ = PointOfSale.objects.get_or_create(code=code, defaults=facts)
    profile, _ = Profile.objects.get_or_create(point_of_sale=point)
    GuarantorAccount.objects.get_or_create(profile=profile, guarantor="stellantis", defaults={"identifier": producer})
    numbers.start(f"sp:{code}", FIRST_NUMBER)


def _client(group: Group, key: str, told: dict[str, Any]) -> dict[str, Any]:
    link = told["links"]["dealer_hub"][key]
    application, is_new = get_application_model().objects.get_or_create(
        client_id=link["client_id"],
        defaults={
            "client_secret": link["client_secret"],
            "name": f"Jupiter, {group.name}",
            "client_type": "confidential",
            "authorization_grant_type": "client-credentials",
        },
    )
    if not is_new:  # the secret is kept as a digest: given again it is hashed again
        application.client_secret = link["client_secret"]
        application.save()
    ApiClient.objects.update_or_create(
        application=application,
        defaults={
            "group": group,
            "name": application.name,
            "notice_url": f"{told['urls']['dealer'].rstrip('/')}/api/v1/notices/hub/{link['client_id']}",
            "notice_secret": link["notice_secret"],
        },
    )
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
