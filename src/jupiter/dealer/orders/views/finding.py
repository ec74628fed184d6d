"""Whose order, car and customer: what a member may reach."""

from django.core.exceptions import PermissionDenied
from django.http import QueryDict
from django.utils.translation import gettext as _

from jupiter.dealer.customers.models import Customer
from jupiter.dealer.orders.models import Order, OrderSet
from jupiter.dealer.sites.access import Member
from jupiter.dealer.sites.models import Site
from jupiter.dealer.vehicles.models import Vehicle
from jupiter.kit import french
from jupiter.kit.accounts.models import User
from jupiter.kit.compiled import Compiled, Given, is_one_of

PAGE = Compiled(
    lambda: Order.objects.visible().for_page().filter(is_one_of("site_id", Given("sites")), group=Given("group"), number=Given("number"))
)
CHOSEN_CAR = Compiled(
    lambda: Vehicle.objects.select_related("site").filter(
        is_one_of("site_id", Given("sites")), pk=Given("pk"), stock_number=Given("stock_number")
    )
)


def orders_of(member: Member) -> OrderSet:
    return member.own(Order.objects.visible().filter(group=member.group))


def found(member: Member, number: int) -> Order:
    return member.seen(PAGE.first(group=member.group.pk, sites=member.site_ids, number=number))


def sellers_of(member: Member) -> list[str]:
    """Asked of the sites, which stand behind the second wall as memberships do not."""
    people = User.objects.filter(memberships__site__in=Site.objects.filter(pk__in=member.site_ids))
    people = people.order_by("full_name", "username").distinct()
    return list(dict.fromkeys([person.get_full_name() for person in people]))


def sites_of(member: Member) -> list[Site]:
    sites = [site for site in member.sites_where("edit_order") if not site.is_blocked]
    if not sites:
        raise PermissionDenied(_("Vos sites sont bloqués\u00a0: aucun bon ne peut y être créé."))
    return sites


def vehicle_typed(member: Member, data: QueryDict, order: Order | None) -> Vehicle | None:
    """The car whose N° Police stands on the form; of two sites with the same number, the chosen one."""
    try:
        number = french.parse_line(data.get("stock_number", ""), most=20)
    except french.Unreadable:
        return None
    if not number:
        return None
    known = order.vehicle if order else None
    if known and (known.pk, known.stock_number) == (key_in(data.get("vehicle")), number) and known.site_id in member.site_ids:
        return known
    if chosen := CHOSEN_CAR.first(sites=member.site_ids, pk=key_in(data.get("vehicle")), stock_number=number):
        return chosen
    cars = member.own(Vehicle.objects.select_related("site"))
    found = list(cars.filter(stock_number__iexact=number)[:2]) or list(cars.numbered(number)[:2])
    return found[0] if len(found) == 1 else None


def vehicle_named(member: Member, word: str) -> Vehicle | None:
    """From a link: the car's own number, its plate or its N° Police."""
    cars = member.own(Vehicle.objects.select_related("site"))
    found = cars.numbered(word[:40]).first() if word and "\x00" not in word else None
    return found or own_vehicle(member, word)


def own_vehicle(member: Member, key: str) -> Vehicle | None:
    return member.own(Vehicle.objects.select_related("site")).filter(pk=key_in(key)).first()


def own_customer(member: Member, key: str) -> Customer | None:
    return member.group.customers.filter(pk=key_in(key)).first()


def customer_typed(member: Member, data: QueryDict) -> Customer | None:
    return own_customer(member, data.get("customer", "")) if data.get("customer") else None


def trade_in_typed(member: Member, data: QueryDict) -> Vehicle | None:
    return own_vehicle(member, data.get("trade_in_vehicle", "")) if data.get("trade_in_vehicle") else None


def key_in(word: str | None) -> int:
    return int(word) if word and word.isascii() and word.isdecimal() and len(word) < 19 else 0
