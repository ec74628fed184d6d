"""The tutorial's sale, built through the actions: its site, its people, car C, its buyer, its order."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from itertools import count

from jupiter.dealer.customers.models import Title
from jupiter.dealer.orders.actions import Deposit, Fee, Typed, close_order, create_order
from jupiter.dealer.orders.models import Level, WarrantyChoice
from jupiter.dealer.sites.models import Group, HubLink, Membership, Site
from jupiter.dealer.vehicles.actions import create_vehicle
from jupiter.dealer.vehicles.models import Vehicle
from jupiter.kit import numbers
from jupiter.kit.accounts.models import User

TODAY = date(2021, 12, 7)
NOON = datetime(2021, 12, 7, 11, tzinfo=UTC)
WHO = "HAKIM AB"
SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
_next = count(1)

BUYER = {
    "title": Title.MR, "last_name": "DUPONT", "first_name": "DURANT", "address": "RUE SPOTICAR", "postcode": "75010", "city": "PARIS",
    "country": "FR", "email": "durant.dupont@example.org", "phone": "+33199001234",
}  # fmt: skip
CAR = {
    "plate": "ER-452-AS", "vin": "12345678901233333", "make": "PEUGEOT", "model": "2008", "trim": "1.2 PureTech 110", "kind": "VP",
    "fuel": "DIESEL", "first_registered_on": date(2018, 9, 14), "din_power_hp": 50, "mileage_km": 4500,
    "manufacturer_warranty_until": date(2020, 9, 14), "manufacturer_warranty_km": 100000, "asking_gross": Decimal("16450.00"),
    "purchase_net": Decimal("11000.00"),
}  # fmt: skip
FACTS = {
    "seller": "M. PIERRE", "print_name": "DEMO CDDS SPOTICAR", "mileage_km": 4500, "delivery_on": TODAY, "edited_on": TODAY,
    "asking_net": Decimal("13708.33"), "asking_vat": Decimal("2741.67"), "asking_gross": Decimal("16450.00"),
    "agreed_net": Decimal("13708.33"), "agreed_vat": Decimal("2741.67"), "agreed_gross": Decimal("16450.00"),
}  # fmt: skip


def a_group(name: str = "") -> Group:
    group = Group.objects.create(name=name or f"Groupe {next(_next)}")
    numbers.start(f"orders:{group.pk}", 746210)
    return group


def a_site(group: Group | None = None, **facts: object) -> Site:
    group = group or a_group()
    at = next(_next)
    told = {
        "legacy_id": at, "code": f"S{at}", "name": "DEMO CDDS SPOTICAR", "legal_name": "DEMO CDDS SPOTICAR", "address": "AVENUE D’ASSAS",
        "postcode": "64000", "city": "PAU", "phone": "+33559000000", "network_code": f"FR{10000 + at}", "fixed_fees": Decimal(250),
    } | facts  # fmt: skip
    site = Site.objects.create(group=group, **told)
    numbers.start(f"stock:{site.pk}", 60227)
    return site


def a_link(group: Group) -> HubLink:
    return HubLink.objects.create(
        group=group, client_id=f"client-{group.pk}", client_secret=f"secret-{group.pk}-{next(_next)}", notice_secret=SECRET
    )


def a_member(site: Site, role: str = "seller", name: str = WHO) -> User:
    user = User.objects.create_user(f"user{next(_next)}", password="a-long-password-1", full_name=name)
    Membership.objects.create(user=user, site=site, role=role)
    return user


def a_vehicle(site: Site, **facts: object) -> Vehicle:
    return create_vehicle(site, CAR | facts, by=WHO)


def a_warranty(months: int = 12, level: str = Level.SPOTICAR_PREMIUM) -> WarrantyChoice:
    label = f"{level.replace('_', ' ').title()} {months} mois"
    limits = {"label": label, "max_age_months": 84, "max_mileage_km": 150000}
    return WarrantyChoice.objects.get_or_create(level=level, months=months, defaults=limits)[0]


def typed(
    site: Site, *, vehicle: Vehicle | None = None, buyer: dict | None = None, fees=(), deposits=(), customer=None, **facts: object
) -> Typed:
    told = FACTS | {"warranty": a_warranty()} | facts
    return Typed(
        facts=told, buyer=BUYER | (buyer or {}), vehicle=vehicle, customer=customer,
        fees=[Fee(*fee) for fee in fees], deposits=[Deposit(*deposit) for deposit in deposits],
    )  # fmt: skip


def an_order(site: Site | None = None, *, vehicle: Vehicle | None = None, without_vehicle: bool = False, **told: object):
    site = site or a_site()
    car = None if without_vehicle else vehicle or a_vehicle(site)
    return create_order(site.group, site, typed(site, vehicle=car, **told), by=WHO, today=TODAY)


def a_closed_order(site: Site | None = None, **told: object):
    return close_order(an_order(site, **told), by=WHO, today=TODAY, now=NOON)


LATER = NOON + timedelta(hours=1)
