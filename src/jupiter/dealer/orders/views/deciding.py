"""Annuler, Rouvrir, Supprimer, Imprimer."""

from collections.abc import Callable

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from jupiter.dealer.orders.actions import (
    OrderBeingWithdrawn,
    OrderDeclared,
    ReasonMissing,
    VehicleTaken,
    cancel_order,
    delete_order,
    print_order,
    reopen_order,
)
from jupiter.dealer.orders.forms.reason import ReasonForm
from jupiter.dealer.orders.models import Order
from jupiter.dealer.orders.pdf import PAPER
from jupiter.dealer.sites.access import Member, member_may
from jupiter.kit.clock import business_today
from jupiter.kit.web.screen import screen
from jupiter.kit.workflow import MoveRefused

from .finding import found
from .showing import crumbs_of


@require_POST
@member_may("cancel_order")
def cancel(request: HttpRequest, member: Member, number: int) -> HttpResponse:
    return _with_reason(request, member, number, _cancel, _("Annuler le bon"), _("Bon {number} annulé"))


@require_POST
@member_may("reopen_order")
def reopen(request: HttpRequest, member: Member, number: int) -> HttpResponse:
    return _with_reason(request, member, number, _reopen, _("Rouvrir"), _("Bon {number} rouvert"))


@require_POST
@member_may("delete_order")
def delete(request: HttpRequest, member: Member, number: int) -> HttpResponse:
    order = found(member, number)
    try:
        delete_order(order, by=member.name, now=timezone.now())
    except OrderBeingWithdrawn:
        messages.error(request, _("La vente n’est pas encore retirée du Centralisateur\u00a0: annulez le bon, ou attendez le retrait"))
        return redirect("orders:show", number)
    except (MoveRefused, Order.DoesNotExist):
        messages.error(request, _("Seul un bon en cours peut être supprimé"))
        return redirect("orders:show", number)
    messages.success(request, _("Bon {number} supprimé").format(number=number))
    return redirect("orders:index")


@require_POST
@member_may("print_order")
def paper(request: HttpRequest, member: Member, number: int) -> HttpResponse:
    """Imprimer issues the paper the first time after closing: so it is posted."""
    order = member.seen(PAPER.first(group=member.group.pk, sites=member.site_ids, number=number))
    name, content = print_order(order, by=member.name, today=business_today())
    headers = {"content-disposition": f'inline; filename="{name}"', "x-content-type-options": "nosniff"}
    return HttpResponse(content, content_type="application/pdf", headers=headers)


def _with_reason(
    request: HttpRequest, member: Member, number: int, act: Callable[[Order, str, Member], Order], ask: str, done: str
) -> HttpResponse:
    """The dialog's answer; a reason that cannot be taken is asked for again, on a page of its own."""
    order = found(member, number)
    form = ReasonForm(request.POST)
    if not form.is_valid():
        crumbs = [*crumbs_of(), (reverse("orders:show", args=[number]), str(number))]
        title = f"{ask}\u00a0: {number}"
        return screen(request, "orders/reason.html", title=title, here="orders", status=422, crumbs=crumbs, order=order, form=form, ask=ask)
    try:
        act(order, form.cleaned_data["reason"], member)
        messages.success(request, done.format(number=number))
    except OrderDeclared as refusal:
        messages.error(
            request,
            _("La vente est déclarée ({number})\u00a0: le bon ne peut plus être rouvert ni annulé").format(
                number=refusal.declaration_number
            ),
        )
    except ReasonMissing:
        messages.error(request, _("Le champ motif est obligatoire"))
    except (MoveRefused, VehicleTaken):
        messages.error(request, _("Ce n’est plus possible dans l’état du bon"))
    return redirect("orders:show", number)


def _cancel(order: Order, reason: str, member: Member) -> Order:
    return cancel_order(order, reason=reason, by=member.name, today=business_today(), now=timezone.now())


def _reopen(order: Order, reason: str, member: Member) -> Order:
    return reopen_order(order, reason=reason, by=member.name, today=business_today())
