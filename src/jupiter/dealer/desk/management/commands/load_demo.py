"""`jupiter dealer load_demo`: the tutorial’s group and a fictitious second one. JSON in, one JSON object out; again does no harm."""

import json
import sys
from collections.abc import Mapping
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any, NamedTuple

from django.core.management.base import BaseCommand
from django.db import transaction

from jupiter.dealer.orders.actions import Typed, close_order, create_order, order_series
from jupiter.dealer.orders.models import Order, WarrantyChoice
from jupiter.dealer.sites.models import Group, HubLink, Membership, Site, SiteFee
from jupiter.dealer.sites.rules import ADMIN, MANAGER, SELLER
from jupiter.dealer.vehicles import rules
from jupiter.dealer.vehicles.actions import stock_series
from jupiter.dealer.vehicles.models import Fuel, Origin, VatRegime, Vehicle, VehicleCost
from jupiter.kit import numbers
from jupiter.kit.accounts.models import User
from jupiter.kit.clock import PARIS, business_today
from jupiter.kit.journal.actions import note
from jupiter.kit.money import Price
from jupiter.kit.numbers.models import Counter

GROUP_A, GROUP_B = "GROUPE DEMO CDDS", "GROUPE DE DÉMONSTRATION B"
MARK = "MARQUEUR-B"  # nothing of the second group may ever show in the first: tests look for this
SITES = (  # ID, Code, Libellé, as the tutorial's table shows them
    (20939, "10", "DS CERTIFIED TEST"), (20522, "100", "GARAGE PEUGEOT"), (20926, "10V", "MB Shiva 7"), (20940, "11V", "MB7"),
    (20530, "300", "Filiale Amiens"), (20532, "380", "Olivet"), (33284, "381", "Olivet VD"), (106044, "41V", "LES ULIS"),
    (17864, "500", "mayenne"), (20529, "520", "Amiens"), (20561, "540", "Mulhouse"), (20514, "74V", "MB BORDEAUX"),
    (20537, "930", "Saint Denis"), (20545, "950", "Reims"), (20546, "960", "cornontreuil"), (20512, "FO07", "PRIVAS"),
    (20513, "FO13", "LYON"), (20515, "FO28", "CHARTRES"), (20523, "PE64", "DEMO CDDS SPOTICAR"),
)  # fmt: skip
PAU: dict[str, Any] = {
    "bic_code": "111", "legal_name": "DEMO CDDS SPOTICAR", "address": "AVENUE D'ASSAS", "postcode": "64000", "city": "PAU",
    "phone": "+33300000000", "network_code": "FR10350", "fixed_fees": Decimal("250.00"), "trade_fixed_fees": Decimal("80.00"),
    "dms_code": "442880F", "manufacturer_code": "442880F", "brands": "CITROEN, PEUGEOT, OPEL, DS",
}  # fmt: skip
CHARTRES: dict[str, Any] = {
    "legal_name": "CHARTRES", "address": "RUE DE LA DÉMONSTRATION", "postcode": "28000", "city": "CHARTRES", "network_code": "FR10351",
    "fixed_fees": Decimal("250.00"), "trade_fixed_fees": Decimal("80.00"), "brands": "PEUGEOT",
}  # fmt: skip
FIRST_ORDER, FIRST_STOCK = 746210, 60228
TUTORIAL_YEAR = 2021


class Person(NamedTuple):
    username: str
    full_name: str
    role: str
    codes: tuple[str, ...]  # of sites, the first is the main one; empty for all


PEOPLE_A = (
    Person("hakim", "HAKIM AB", SELLER, ("PE64", "FO28")),
    Person("pierre", "M. PIERRE", SELLER, ("PE64",)),
    Person("responsable", "RESPONSABLE VO", MANAGER, ("PE64", "FO28")),
    Person("administrateur", "ADMINISTRATEUR", ADMIN, ()),
)
PEOPLE_B = (
    Person("b-vendeur", f"{MARK} VENDEUR", SELLER, ("B01", "B02")),
    Person("b-pierre", f"{MARK} SECOND VENDEUR", SELLER, ("B01",)),
    Person("b-responsable", f"{MARK} RESPONSABLE", MANAGER, ("B01", "B02")),
    Person("b-administrateur", f"{MARK} ADMINISTRATEUR", ADMIN, ()),
)


class Sale(NamedTuple):
    """An order of the past, and how far it came."""

    number: int
    ordered_on: date
    delivery_on: date
    gross: str
    buyer: Mapping[str, Any]
    label: str  # of the warranty; empty: without
    is_closed: bool = True


class Command(BaseCommand):
    help = "Load the demonstration's sites, people, cars and orders; reads one JSON object on stdin."

    def handle(self, *args: Any, **options: Any) -> None:
        told = json.load(sys.stdin)
        with transaction.atomic():
            answer = load(told, today=business_today())
        self.stdout.write(json.dumps(answer, ensure_ascii=False))


def load(told: dict[str, Any], *, today: date) -> dict[str, list[dict[str, Any]]]:
    password, links = told["passwords"]["dealer"], told["links"]["dealer_hub"]
    logins = []
    for name, key, people, fill in ((GROUP_A, "A", PEOPLE_A, fill_a), (GROUP_B, "B", PEOPLE_B, fill_b)):
        group, is_new = Group.objects.get_or_create(name=name)
        link = links[key]
        HubLink.objects.update_or_create(
            group=group,
            defaults={"client_id": link["client_id"], "client_secret": link["client_secret"], "notice_secret": link["notice_secret"]},
        )
        if is_new:
            fill(group, today=today, tutorial_day=bool(told.get("tutorial_day")))
        logins += [_person(group, person, password) for person in people]
    return {"logins": logins, "api_clients": []}


def _person(group: Group, person: Person, password: str) -> dict[str, Any]:
    user = User.objects.filter(username=person.username).first()
    if user is None:
        user = User(username=person.username, full_name=person.full_name, email=f"{person.username}@example.org")
    if not user.pk or not user.check_password(password):
        user.set_password(password)
        user.save()
    sites = {site.code: site for site in group.sites.order_by("-code")}  # PE64 before the others
    for code in person.codes or sites:
        Membership.objects.get_or_create(user=user, site=sites[code], defaults={"role": person.role})
    main = sites[person.codes[0] if person.codes else next(iter(sites))]
    return {"service": "dealer", "username": person.username, "password": password, "role": person.role, "site": main.name}


# The tutorial's group


def fill_a(group: Group, *, today: date, tutorial_day: bool) -> None:
    own = {"PE64": PAU, "FO28": CHARTRES}
    sites = {code: Site.objects.create(group=group, legacy_id=at, code=code, name=name, **own.get(code, {})) for at, code, name in SITES}
    pau, chartres = sites["PE64"], sites["FO28"]
    for site in (pau, chartres):
        SiteFee.objects.create(site=site, position=1, label="Frais fixes", amount=site.fixed_fees)
    numbers.start(order_series(group.pk), FIRST_ORDER)
    numbers.start(stock_series(pau), FIRST_STOCK)

    years = today.year - TUTORIAL_YEAR  # car C stays two to three years old, whatever the year
    _car(
        pau, "60226", "EG-702-HQ", "VF3CCHNZTGW070226", "PEUGEOT", "208", "1.2 PureTech 110ch Allure S&S 5p", fuel=Fuel.PETROL,
        first_registered_on=date(2017, 1, 12), mileage_km=24784, din_power_hp=110, power_kw=81, tax_power_cv=5, displacement_cm3=1199,
        asking_gross=Decimal("16450.00"), purchase_net=Decimal("11250.00"), origin=Origin.MANUFACTURER, supplier="PEUGEOT",
        entered_on=today - timedelta(days=34), purchased_on=today - timedelta(days=37), manufacturer_warranty_until=date(2019, 1, 12),
        manufacturer_warranty_km=100000,
    )  # fmt: skip
    _car(
        pau, "60227", "ER-452-AS", "12345678901233333", "PEUGEOT", "2008", "1.2 PureTech 110", fuel=Fuel.DIESEL,
        first_registered_on=date(2018 + years, 9, 14), mileage_km=4500, din_power_hp=50, asking_gross=Decimal("16450.00"),
        purchase_net=Decimal("11890.00"), supplier="Reprise client",
        entered_on=today - timedelta(days=20), purchased_on=today - timedelta(days=22),
        manufacturer_warranty_until=date(2020 + years, 9, 14), manufacturer_warranty_km=100000,
    )  # fmt: skip
    car_b = _car(
        pau, "001003972", "CZ-105-XR", "VF3CC8HR0DT105972", "PEUGEOT", "208", "1.4 HDI FAP Active 5p", fuel=Fuel.DIESEL, dms_number="3972",
        first_registered_on=date(2013, 10, 25), registered_on=date(2013, 10, 25), mileage_km=22051, din_power_hp=68, power_kw=50,
        tax_power_cv=4, displacement_cm3=1398, asking_gross=Decimal("43000.00"), purchase_net=Decimal("8626.67"),
        vat_regime=VatRegime.MARGIN, purchase_evidence="Achat à un particulier, sans TVA", purchased_on=date(2015, 12, 8),
        entered_on=date(2015, 12, 15), supplier="Reprise client", manufacturer_warranty_until=date(2015, 10, 25),
        manufacturer_warranty_km=100000, costs=[("Remise en état", Decimal("120.83"))],
    )  # fmt: skip
    ds = _car(
        pau, "VINCE03", "FH-318-KD", "VR1J45GBUKY031803", "DS", "7 CROSSBACK", "BlueHDi 180 Grand Chic", fuel=Fuel.DIESEL,
        first_registered_on=date(2019, 9, 20), mileage_km=48210, din_power_hp=177, power_kw=130, tax_power_cv=9, displacement_cm3=1997,
        asking_gross=Decimal("18900.00"), purchase_net=Decimal("13600.00"), origin=Origin.DIRECT, purchased_on=date(2021, 10, 4),
        entered_on=date(2021, 10, 6), supplier="Achat direct",
    )  # fmt: skip
    two = _car(
        chartres, "VINCE02", "FT-318-LP", "VF3CUHNZTLY020202", "PEUGEOT", "2008", "1.2 PureTech 130 GT", fuel=Fuel.PETROL,
        first_registered_on=date(2020, 11, 5), mileage_km=12650, din_power_hp=130, power_kw=96, tax_power_cv=7, displacement_cm3=1199,
        asking_gross=Decimal("30500.00"), purchase_net=Decimal("21400.00"), origin=Origin.MANUFACTURER, purchased_on=date(2021, 9, 14),
        entered_on=date(2021, 9, 16), supplier="PEUGEOT", manufacturer_warranty_until=date(2022, 11, 5), manufacturer_warranty_km=100000,
    )  # fmt: skip
    five = _car(
        pau, "59716", "FB-716-SW", "VR3FHEHYRJY059716", "PEUGEOT", "508", "2.0 BlueHDi 160 Allure", fuel=Fuel.DIESEL,
        first_registered_on=date(2018, 12, 11), mileage_km=61940, din_power_hp=163, power_kw=120, tax_power_cv=8, displacement_cm3=1997,
        asking_gross=Decimal("23500.00"), purchase_net=Decimal("16800.00"), origin=Origin.MANUFACTURER, purchased_on=date(2021, 8, 30),
        entered_on=date(2021, 9, 1), supplier="PEUGEOT",
    )  # fmt: skip

    on_6, on_5 = (date(2021, 12, 6), date(2021, 12, 5)) if tutorial_day else (date(2021, 12, 10), date(2021, 12, 9))
    delivery = date(2021, 12, 10)
    home: dict[str, Any] = {"address": "RUE DE LA DÉMONSTRATION", "country": "FR"}
    stephane = home | {"title": "MRS", "last_name": "DUPONT", "first_name": "Stephane", "postcode": "68460", "city": "LUTTERBACH"}
    marc = home | {"title": "MR", "last_name": "douant", "first_name": "Marc", "postcode": "64000", "city": "PAU"}
    elise = home | {"title": "MRS", "last_name": "DUPONT", "first_name": "Élise", "postcode": "28000", "city": "CHARTRES"}
    jean = home | {"title": "MR", "last_name": "DUPONT", "first_name": "Jean", "postcode": "64000", "city": "PAU"}
    _sell(five, Sale(745991, on_5, delivery, "22950.00", jean, ""), seller="HAKIM AB")
    _sell(two, Sale(746207, on_6, delivery, "30000.00", elise, "Spoticar Premium 12 mois", is_closed=False), seller="HAKIM AB")
    _sell(car_b, Sale(746208, on_6, delivery, "43000.00", stephane, "Spoticar Premium 24 mois"), seller="HAKIM AB")
    _sell(ds, Sale(746209, on_6, delivery, "18500.00", marc, ""), seller="HAKIM AB")


# The second group: as many rows of every kind, and a mark in every name


def fill_b(group: Group, *, today: date, tutorial_day: bool) -> None:
    sites = []
    for at in range(1, len(SITES) + 1):
        known = {"network_code": "FR90001", "fixed_fees": Decimal("90.00")} if at == 1 else {}
        sites.append(
            Site.objects.create(
                group=group, legacy_id=90000 + at, code=f"B{at:02}", name=f"{MARK} SITE {at}", legal_name=f"{MARK} SOCIÉTÉ",
                address=f"{at}, RUE {MARK}", postcode="69001", city="LYON", **known,
            )
        )  # fmt: skip
    first = sites[0]
    for site in sites[:2]:
        SiteFee.objects.create(site=site, position=1, label=f"{MARK} FRAIS", amount=Decimal("90.00"))
    numbers.start(order_series(group.pk), 900105)
    numbers.start(stock_series(first), 90007)
    cars = [
        _car(
            first, f"9000{at}", f"BB-10{at}-BB", f"VR3BMARKERB00000{at}", "PEUGEOT", f"{MARK} 308", f"{MARK} VERSION {at}",
            fuel=Fuel.PETROL, first_registered_on=date(2019, 3, at), mileage_km=30000 + at, din_power_hp=130, tax_power_cv=7,
            asking_gross=Decimal("15900.00"), purchase_net=Decimal("10400.00"), origin=Origin.DIRECT, supplier=f"{MARK} FOURNISSEUR",
            intermediary=f"{MARK} INTERMÉDIAIRE", purchased_on=date(2021, 9, 1), entered_on=date(2021, 9, 2),
            manufacturer_warranty_until=date(2021, 3, at), manufacturer_warranty_km=100000,
            costs=[(f"{MARK} REMISE EN ÉTAT", Decimal("99.00"))],
        )
        for at in range(1, 7)
    ]  # fmt: skip
    day = date(2021, 12, 6)
    for at, car in enumerate(cars[:4], start=1):
        buyer = {
            "title": "MR", "last_name": f"{MARK} ACHETEUR {at}", "first_name": "B", "address": f"{at}, RUE {MARK}", "postcode": "69001",
            "city": "LYON", "country": "FR", "email": f"marqueur-b{at}@example.org",
        }  # fmt: skip
        label = "Spoticar Premium 12 mois" if at == 2 else ""
        _sell(car, Sale(900100 + at, day, date(2021, 12, 10), "15500.00", buyer, label, is_closed=at != 1), seller=f"{MARK} VENDEUR")


# Both


def _car(
    site: Site,
    stock_number: str,
    plate: str,
    vin: str,
    make: str,
    model: str,
    trim: str,
    *,
    costs: list[tuple[str, Decimal]] | None = None,
    **facts: Any,
) -> Vehicle:
    """With the number that the tutorial gives it, so outside the site's series."""
    car = Vehicle(
        site=site, stock_number=stock_number, plate=plate, vin=vin, make=make, model=model, trim=trim, updated_by="DÉMONSTRATION", **facts
    )
    car.search_text = rules.search_text(car)
    car.save()
    VehicleCost.objects.bulk_create(VehicleCost(vehicle=car, label=label, amount_net=amount) for label, amount in costs or [])
    note("create", "vehicle", car.pk, who="DÉMONSTRATION", owner_id=site.pk, sentence=f"Véhicule {stock_number} entré au stock")
    return car


def _sell(car: Vehicle, sale: Sale, *, seller: str) -> Order:
    """By the same verbs as a person's, on the day it was."""
    site, series = car.site, order_series(car.site.group_id)
    after = Counter.objects.get(series=series).last
    Counter.objects.filter(series=series).update(last=sale.number - 1)
    price = Price.from_gross(Decimal(sale.gross), car.vat_percent)
    asked = Price.from_gross(car.asking_gross or price.gross, car.vat_percent)
    shows_vat = car.vat_regime == VatRegime.STANDARD
    facts = {
        "seller": seller, "print_name": site.print_name, "mileage_km": car.mileage_km, "vat_regime": car.vat_regime,
        "vat_percent": car.vat_percent, "asking_gross": asked.gross, "agreed_gross": price.gross, "delivery_on": sale.delivery_on,
        "edited_on": sale.ordered_on, "warranty": WarrantyChoice.objects.get(label=sale.label) if sale.label else None,
        "without_label": not sale.label,
    }  # fmt: skip
    if shows_vat:
        facts |= {"asking_net": asked.net, "asking_vat": asked.tax, "agreed_net": price.net, "agreed_vat": price.tax}
    order = create_order(site.group, site, Typed(facts=facts, buyer=sale.buyer, vehicle=car), by=seller, today=sale.ordered_on)
    Counter.objects.filter(series=series).update(last=after)
    if sale.is_closed:
        at = datetime.combine(sale.ordered_on, time(11, 2), PARIS)
        order = close_order(order, by=seller, today=sale.ordered_on, now=at)
    return order
