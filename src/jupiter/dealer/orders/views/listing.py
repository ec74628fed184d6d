"""The list of orders, its export, and what is done to the picked rows."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseBase, QueryDict
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe

from jupiter.dealer.orders.actions import OrderBeingWithdrawn, delete_order
from jupiter.dealer.orders.filters import OrderFilter
from jupiter.dealer.orders.models import Order
from jupiter.dealer.orders.tables import OrderTable
from jupiter.dealer.sites.access import Member, member_may
from jupiter.kit.web.export import list_as_file
from jupiter.kit.web.paging import PLACES
from jupiter.kit.web.screen import screen
from jupiter.kit.web.tables import paged
from jupiter.kit.workflow import MoveRefused

from .finding import orders_of, sellers_of

PER_PAGE = 25


@require_safe
@member_may("read_order")
def index(request: HttpRequest, member: Member) -> HttpResponse:
    found = _filtered(request, member)
    table = paged(OrderTable(found.qs), request, per_page=PER_PAGE)
    return screen(
        request, "orders/index.html", title=_("Liste des Bons de commande"), here="orders", table=table, filter=found,
        active=_active(found),
    )  # fmt: skip


@require_POST
@member_may("delete_order")
def picked(request: HttpRequest, member: Member) -> HttpResponse:
    """Modifier and Supprimer on the picked rows."""
    numbers = [int(word) for word in request.POST.getlist("pick")[:100] if word.isascii() and word.isdecimal() and len(word) < 16]
    orders = list(orders_of(member).filter(number__in=numbers).order_by("number"))
    if not orders:
        messages.error(request, _("Choisissez d’abord un bon dans la liste"))
        return redirect("orders:index")
    if request.POST.get("act") == "edit":
        return redirect("orders:show", orders[0].number)
    gone, kept = [], []
    for order in orders:
        try:
            if not member.may("delete_order", order.site_id):
                raise PermissionDenied
            delete_order(order, by=member.name, now=timezone.now())
            gone.append(str(order.number))
        except (MoveRefused, OrderBeingWithdrawn, Order.DoesNotExist):
            kept.append(str(order.number))
    if gone:
        said = ngettext("Bon {numbers} supprimé", "Bons {numbers} supprimés", len(gone))
        messages.success(request, said.format(numbers=", ".join(gone)))
    if kept:
        messages.error(request, _("Seul un bon en cours peut être supprimé\u00a0: {numbers}").format(numbers=", ".join(kept)))
    return redirect("orders:index")


@require_safe
@member_may("export_orders")
def export(request: HttpRequest, member: Member) -> HttpResponseBase:
    """The filtered rows, all of them, in the order of the screen."""
    return list_as_file(OrderTable(_filtered(request, member).qs), request, name="bons-de-commande")


def _filtered(request: HttpRequest, member: Member) -> OrderFilter:
    """At first a seller's list is their own; any question asked replaces that. Who looks after sellers begins with all of them."""
    sellers = sellers_of(member)
    asked = request.GET.copy()
    if not set(asked) - {*PLACES, "sort", "_export"}:
        asked["seller"] = member.name if member.only_sells and member.name in sellers else ""
    return OrderFilter(asked, queryset=orders_of(member).for_list(), sellers=sellers)


def _active(found: OrderFilter) -> list[tuple[str, str, str]]:
    """The filters in use: label, value, and the query without that one."""
    asked = {name: value for name, value in found.data.items() if name in found.filters and value}
    shown = []
    for name, value in asked.items():
        choices = dict(found.filters[name].extra.get("choices", ()))
        rest = QueryDict(mutable=True)
        rest.update({other: kept for other, kept in asked.items() if other != name} or {"seller": ""})
        shown.append((str(found.filters[name].label or _("Véhicule")), str(choices.get(value, value)), rest.urlencode()))
    return shown
