"""Accueil: what waits for this person; and the one search of the top bar."""

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as said
from django.views.decorators.http import require_safe

from jupiter.dealer.declarations.models import SaleAtHub
from jupiter.dealer.orders.models import Order, OrderSet
from jupiter.dealer.sites.access import Member, member_may
from jupiter.dealer.vehicles.models import Vehicle, looked_up
from jupiter.kit import searching
from jupiter.kit.clock import business_today, paris
from jupiter.kit.french import printed_date
from jupiter.kit.lookups import first_of
from jupiter.kit.transmissions.carriers import CARRIERS
from jupiter.kit.transmissions.models import Transmission
from jupiter.kit.walls import LookedUp
from jupiter.kit.web.paging import counted, page_of, told
from jupiter.kit.web.screen import screen
from jupiter.kit.web.state import state_page

SHOWN_HERE = 6  # rows of each kind on the home page
PER_PAGE = 25
FOUND = 10  # rows of each kind a search shows
LONGEST = 100


class Waiting(NamedTuple):
    """One kind of work: its rows for a member, and a row as the lists show it. The count is of these same rows."""

    key: str
    ask: Any
    note: Any
    icon: str
    warn: bool
    rows: Callable[[Member], QuerySet[Any]]
    line: Callable[[Any], Mapping[str, Any]]
    is_rare: bool = False  # its tile shows only when something waits


def _buyer(order: Order) -> str:
    return order.buyer.list_name


def _order_line(order: Order) -> Mapping[str, Any]:
    car = order.vehicle
    return {
        "text": _("Clôturer le bon {number}").format(number=order.number),
        "note": " · ".join(filter(None, [_buyer(order), car.description if car else ""])),
        "when": _("livraison le {day}").format(day=printed_date(order.delivery_on)) if order.delivery_on else "",
        "late": bool(order.delivery_on and order.delivery_on <= business_today()),
        "url": reverse("orders:show", args=[order.number]),
        "verb": _("Compléter"),
        "icon": "file-invoice",
    }


def _declare_line(sale: SaleAtHub) -> Mapping[str, Any]:
    order, car = sale.order, sale.order.vehicle
    return {
        "text": _("Garantir {car}").format(car=(car.plate or car.stock_number) if car else order.number),
        "note": " · ".join(filter(None, [_buyer(order), car.description if car else "", _("bon {number}").format(number=order.number)])),
        "when": _("clôturé le {day}").format(day=printed_date(order.closed_on)) if order.closed_on else "",
        "url": reverse("vehicles:show", args=[order.vehicle_id]),
        "verb": _("Garantir"),
        "icon": "shield-check",
    }


def _quote_line(sale: SaleAtHub) -> Mapping[str, Any]:
    return {
        "text": _("Compléter le devis {number}").format(number=sale.quote_number or sale.declaration_number),
        "note": " · ".join(filter(None, [_buyer(sale.order), sale.product])),
        "when": _("expire le {day}").format(day=printed_date(sale.quote_expires_on)) if sale.quote_expires_on else "",
        "late": bool(sale.quote_expires_on and sale.quote_expires_on <= business_today()),
        "url": reverse("orders:show", args=[sale.order.number]),
        "verb": _("Ouvrir"),
        "icon": "file-text",
    }


def _check_line(sale: SaleAtHub) -> Mapping[str, Any]:
    return {
        "text": _("Vérifier le bon {number}").format(number=sale.order.number),
        "note": sale.to_check,
        "when": printed_date(paris(sale.changed_at).date()) if sale.changed_at else "",
        "late": True,
        "url": reverse("orders:show", args=[sale.order.number]),
        "verb": _("Vérifier"),
        "icon": "alert-triangle",
        "tone": "warn",
    }


def _transmission_line(parcel: Transmission) -> Mapping[str, Any]:
    carrier = CARRIERS.get(parcel.kind)
    return {
        "text": _("{what}, envoi n° {number}").format(what=carrier.label if carrier else parcel.kind, number=parcel.pk),
        "note": parcel.trouble,
        "when": printed_date(parcel.created_at.date()),
        "url": reverse("declarations:transmission", args=[parcel.pk]),
        "verb": _("Reprendre"),
        "icon": "alert-triangle",
        "tone": "warn",
    }


def _orders_to_close(member: Member) -> QuerySet[Order]:
    return _orders(member).to_close().for_list().order_by("-number")


def _sales_to_declare(member: Member) -> QuerySet[SaleAtHub]:
    sales = SaleAtHub.objects.to_declare().select_related("order__vehicle", "order__buyer")
    return member.own(sales, "order__site").order_by("order_id")  # as they were numbered


def _quotes_to_complete(member: Member) -> QuerySet[SaleAtHub]:
    sales = SaleAtHub.objects.quotes_to_complete().select_related("order__buyer")
    return member.own(sales, "order__site").order_by("quote_expires_on", "id")


def _sales_to_check(member: Member) -> QuerySet[SaleAtHub]:
    return member.own(SaleAtHub.objects.to_check().select_related("order"), "order__site").order_by("id")


def _transmissions_aside(member: Member) -> QuerySet[Transmission]:
    return Transmission.objects.of(member.site_ids).aside().order_by("id")


# fmt: off
WORK = (
    Waiting("bons-a-cloturer", said("Bons à clôturer"), said("bons en cours"), "file-invoice", False, _orders_to_close, _order_line),
    Waiting(
        "ventes-a-declarer", said("Ventes à déclarer"), said("clôturées, à garantir"), "shield-check", False,
        _sales_to_declare, _declare_line,
    ),
    Waiting(
        "devis-a-completer", said("Devis à compléter"), said("déclarées, devis non acheté"), "file-text", False,
        _quotes_to_complete, _quote_line,
    ),
    Waiting(
        "transmissions-a-reprendre", said("À reprendre"), said("transmissions arrêtées"), "alert-triangle", True,
        _transmissions_aside, _transmission_line,
    ),
    Waiting(
        "ventes-a-verifier", said("À vérifier"), said("déclarées entre-temps"), "alert-triangle", True, _sales_to_check, _check_line,
        is_rare=True,
    ),
)
# fmt: on


@require_safe
@member_may("use_desk")
def home(request: HttpRequest, member: Member) -> HttpResponse:
    tiles, blocks = [], []
    for kind in WORK:
        rows = kind.rows(member)
        count = counted(rows)
        if count or not kind.is_rare:
            tiles.append(
                {
                    "ask": kind.ask, "figure": told(count), "note": kind.note, "icon": kind.icon, "warn": kind.warn and count > 0,
                    "url": reverse("desk:waiting", args=[kind.key]),
                }
            )  # fmt: skip
        if count:
            items = [kind.line(row) for row in first_of(rows, SHOWN_HERE)]
            blocks.append({"kind": kind, "count": told(count), "has_more": count > len(items), "items": items})
    title = _("Bonjour {name}").format(name=member.name)
    return screen(request, "desk/home.html", title=title, here="home", tiles=tiles, blocks=blocks, today=business_today(), member=member)


@require_safe
@member_may("use_desk")
def waiting(request: HttpRequest, member: Member, key: str) -> HttpResponse:
    kind = next((kind for kind in WORK if kind.key == key), None)
    if kind is None:
        raise Http404
    page = page_of(kind.rows(member), request.GET, per_page=PER_PAGE)
    return screen(
        request, "desk/waiting.html", title=str(kind.ask), here="home", crumbs=[(reverse("desk:home"), _("Accueil"))], page=page,
        items=[kind.line(row) for row in page.object_list],
    )  # fmt: skip


@require_safe
@member_may("search")
def search(request: HttpRequest, member: Member) -> HttpResponse:
    """One exact hit goes straight there; else vehicles, orders and customers, each in its group."""
    typed = request.GET.get("q", "")[:LONGEST].strip()
    if len(searching.squeezed(typed)) < searching.SHORTEST:
        return screen(request, "desk/search.html", title=_("Recherche"), typed=typed, too_short=bool(typed))
    cars = member.own(Vehicle.objects.for_list())
    found = looked_up(typed)
    if there := _exact(member, typed, found):
        return redirect(there)
    kinds: dict[str, list[Any]] = {
        "cars": list(cars.matching(typed, found).order_by("-id")[: FOUND + 1]),
        "orders": first_of(_orders(member).matching(typed).for_list().order_by("-number"), FOUND + 1),
        "people": list(member.group.customers.matching(typed).order_by("-id")[: FOUND + 1]),
    }
    counts = {kind: f"{FOUND}+" if len(rows) > FOUND else str(len(rows)) for kind, rows in kinds.items()}
    return screen(
        request, "desk/search.html", title=_("Recherche"), typed=typed, none=not any(kinds.values()), counts=counts,
        has_more=any(len(rows) > FOUND for rows in kinds.values()), cars=kinds["cars"][:FOUND], orders=kinds["orders"][:FOUND], people=kinds["people"][:FOUND],
    )  # fmt: skip


def _orders(member: Member) -> OrderSet:
    """The group is named too: its numbers are an index."""
    return member.own(Order.objects.visible().filter(group=member.group))


def _exact(member: Member, typed: str, found: LookedUp) -> str:
    """Where the only thing that bears exactly this number lives."""
    hits = [reverse("vehicles:show", args=[car.pk]) for car in member.own(Vehicle.objects.numbered(typed, found)).only("pk", "site")[:2]]
    number = searching.squeezed(typed)
    if number.isdecimal() and number.isascii() and len(number) <= 15:
        hits += [reverse("orders:show", args=[order.number]) for order in _orders(member).filter(number=int(number))[:2]]
    sales = member.own(SaleAtHub.objects.matching_policy(number), "order__site").select_related("order")
    hits += [reverse("orders:show", args=[sale.order.number]) for sale in sales[:2]]
    return hits[0] if len(hits) == 1 else ""


@require_safe
@member_may("see_state")
def state(request: HttpRequest, member: Member) -> HttpResponse:
    return state_page(request)
