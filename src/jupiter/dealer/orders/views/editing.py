"""The form of an order: created, saved, closed, searched in and filled."""

from collections.abc import Mapping
from functools import cache
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from jupiter.dealer.customers.models import Customer
from jupiter.dealer.orders.actions import OrderChangedMeanwhile, OrderIncomplete, VehicleTaken, close_as_typed, create_order, save_order
from jupiter.dealer.orders.forms.filling import (
    as_posted,
    as_typed,
    default_fees,
    for_a_new_order,
    taken_from_customer,
    taken_from_trade_in,
    taken_from_vehicle,
    without_deposit,
)
from jupiter.dealer.orders.forms.order import OrderForm
from jupiter.dealer.orders.models import OFFERED, Order, WarrantyChoice
from jupiter.dealer.sites.access import Member, member_may
from jupiter.dealer.vehicles.models import Vehicle
from jupiter.kit.clock import business_today
from jupiter.kit.french import printed_time
from jupiter.kit.web.once import creation_key
from jupiter.kit.web.screen import screen
from jupiter.kit.workflow import MoveRefused

from .finding import (
    customer_typed,
    found,
    key_in,
    own_customer,
    own_vehicle,
    sellers_of,
    sites_of,
    trade_in_typed,
    vehicle_named,
    vehicle_typed,
)
from .showing import closed_page, form_page

FOUND = 8  # lines a search in the form shows
CARS_SOLD, CARS_TAKEN = "sold", "trade_in"
FILL = ("vehicle", "customer", "trade_in", "no_trade_in", "fees", "deposit", "no_deposit")


@require_http_methods(["GET", "HEAD", "POST"])
@member_may("edit_order")
def create(request: HttpRequest, member: Member) -> HttpResponse:
    if request.method == "POST":
        return _act(request, member, None)
    sites = sites_of(member)
    initial = for_a_new_order(sites[0], seller=member.name, today=business_today())
    car = vehicle_named(member, request.GET.get("vehicle", ""))
    if car:
        initial |= taken_from_vehicle(car)
    return form_page(request, member, None, _form(member, None, initial=initial, car=car))


@require_safe
@member_may("read_order")
def show(request: HttpRequest, member: Member, number: int) -> HttpResponse:
    order = found(member, number)
    if order.is_open and member.may("edit_order", order.site_id):
        form = _form(member, order, initial=as_typed(order), car=order.vehicle, customer=order.customer, trade_in=order.trade_in_vehicle)
        return form_page(request, member, order, form)
    return closed_page(request, member, order)


@require_POST
@member_may("edit_order")
def save(request: HttpRequest, member: Member, number: int) -> HttpResponse:
    return _act(request, member, found(member, number))


@require_safe
@member_may("edit_order")
def search_vehicles(request: HttpRequest, member: Member) -> HttpResponse:
    """The lines under N° Police, and under Reprise: each a button of the form."""
    role = CARS_TAKEN if request.GET.get("role") == CARS_TAKEN else CARS_SOLD
    typed = request.GET.get("trade_in_search" if role == CARS_TAKEN else "stock_number", "")[:60]
    cars = member.own(Vehicle.objects.select_related("site")).matching(typed)
    if role == CARS_SOLD:
        cars = cars.for_sale()
    return screen(request, "orders/found.html#vehicles", cars=cars.order_by("-id")[:FOUND], role=role, typed=typed)


@require_safe
@member_may("edit_order")
def search_customers(request: HttpRequest, member: Member) -> HttpResponse:
    typed = request.GET.get("last_name", "")[:60]
    people = member.group.customers.matching(typed).order_by("-id")[:FOUND]
    return screen(request, "orders/found.html#customers", people=people, typed=typed)


def _form(
    member: Member,
    order: Order | None,
    *,
    data: QueryDict | None = None,
    initial: Mapping[str, Any] | None = None,
    car: Vehicle | None = None,
    customer: Customer | None = None,
    trade_in: Vehicle | None = None,
) -> OrderForm:
    sites = sites_of(member)
    if order and order.site_id not in {site.pk for site in sites}:
        sites.append(order.site)

    @cache
    def sellers() -> list[str]:
        return list(dict.fromkeys([*sellers_of(member), *([order.seller] if order and order.seller else [])]))

    def warranties() -> list[WarrantyChoice]:
        offered = OFFERED.rows()
        gone = order.warranty if order and order.warranty not in offered else None
        return [*offered, gone] if gone else offered

    return OrderForm(
        data, initial=dict(initial or {}), sites=sites, warranties=warranties, sellers=sellers, me=member.user.get_full_name(), order=order,
        found_vehicle=car, found_customer=customer, found_trade_in=trade_in, today=business_today(),
    )  # fmt: skip


def _act(request: HttpRequest, member: Member, order: Order | None) -> HttpResponse:
    """Enregistrer, Clôturer, or a button that fills a part of the form and writes nothing."""
    data = request.POST
    verb, _colon, which = data.get("act", "save").partition(":")
    if verb in FILL:
        return _filled(request, member, order, verb, which)
    if order and not order.is_open:
        messages.error(request, _("Le bon {number} n’est plus en cours\u00a0: rien n’a été enregistré").format(number=order.number))
        return redirect("orders:show", order.number)
    car, customer, trade_in = vehicle_typed(member, data, order), customer_typed(member, data), trade_in_typed(member, data)
    initial = as_typed(order) if order else {}
    form = _form(member, order, data=data, initial=initial, car=car, customer=customer, trade_in=trade_in)
    if form.is_valid() and (saved := _done(form, member, order, closes=verb == "close")):
        _tell(request, form, saved)
        return redirect("orders:show", saved.number)
    return form_page(request, member, order, form)


def _done(form: OrderForm, member: Member, order: Order | None, *, closes: bool) -> Order | None:
    """The saved order; None when it is refused, and the form then says why."""
    site, typed, today = form.chosen_site, form.typed(), business_today()
    version, key = form.cleaned_data["version"] or 0, creation_key(form.data, user_id=member.user.pk)  # type: ignore[arg-type]  # of a bound form: the request’s
    if not member.may("close_order" if closes else "edit_order", site.pk):
        raise PermissionDenied(_("Votre rôle sur ce site ne permet pas cet acte."))
    try:
        if closes:
            return close_as_typed(
                order, member.group, site, typed, version=version, by=member.name, today=today, now=timezone.now(), key=key
            )
        if order is None:
            return create_order(member.group, site, typed, by=member.name, today=today, key=key)
        return save_order(order, site, typed, version=version, by=member.name, today=today)
    except OrderIncomplete as refusal:
        form.refuse_closing(refusal.obstacles)
    except VehicleTaken:
        form.refuse_vehicle()
    except OrderChangedMeanwhile as refusal:
        theirs = dict(as_typed(refusal.theirs))
        form.data = form.data.copy()  # type: ignore[attr-defined]
        form.data["version"] = str(theirs.pop("version"))  # type: ignore[index]
        form.show_conflict(by=refusal.theirs.updated_by, at=refusal.theirs.updated_at, theirs=theirs)
    except MoveRefused:
        form.add_error(None, _("Ce bon n’est plus en cours\u00a0: rechargez la page"))
    except Order.DoesNotExist:
        raise Http404 from None
    return None


def _tell(request: HttpRequest, form: OrderForm, saved: Order) -> None:
    said = _("Bon {number} clôturé") if saved.is_closed else _("Bon {number} enregistré")
    messages.success(request, said.format(number=saved.number))
    if form.ambiguous_hour and saved.delivery_at:
        messages.info(
            request,
            _("Cette nuit-là, {hour} existe deux fois\u00a0: la première est retenue (heure d’été, UTC+2)").format(
                hour=printed_time(form.cleaned_data["delivery_time"])
            ),
        )


def _filled(request: HttpRequest, member: Member, order: Order | None, verb: str, which: str) -> HttpResponse:
    data = request.POST
    initial = as_posted(OrderForm, data)
    car, customer, trade_in = vehicle_typed(member, data, order), customer_typed(member, data), trade_in_typed(member, data)
    if verb == "vehicle":
        car = own_vehicle(member, which) if which else car
        initial |= taken_from_vehicle(car) if car else {}
    elif verb == "customer":
        customer = own_customer(member, which)
        initial |= taken_from_customer(customer) if customer else {}
    elif verb == "trade_in":
        trade_in = own_vehicle(member, which)
        initial |= taken_from_trade_in(trade_in) if trade_in else {}
    elif verb == "no_trade_in":
        trade_in = None
        initial |= {"trade_in_vehicle": None, "trade_in_plate": "", "trade_in_model": "", "trade_in_value": ""}
    elif verb == "fees":
        site = car.site if car else next((site for site in sites_of(member) if str(site.pk) == data.get("site")), sites_of(member)[0])
        initial |= default_fees(site)
    elif verb == "no_deposit":
        initial |= without_deposit(initial, key_in(which))
    form = _form(member, order, initial=initial, car=car, customer=customer, trade_in=trade_in)
    if verb == "deposit":
        form.deposits_asked = len(form.more_deposits) + 2
    return form_page(request, member, order, form, unsaved=True)
