"""Rapprochement: what the hub holds otherwise, Comparer maintenant, Réparer, Garder tel quel."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from jupiter.dealer.orders.models import Order
from jupiter.dealer.sites.access import Member, member_may
from jupiter.kit import jobs
from jupiter.kit.differences.actions import QUEUE, is_comparing, keep_difference
from jupiter.kit.differences.models import Difference
from jupiter.kit.differences.screens import ReasonForm, difference_page, list_page
from jupiter.kit.workflow import MoveRefused

from . import actions
from .access import comparisons_of, differences_of, find
from .wording import FIELDS, VERDICTS, name_of, printed

TASK = "compare_with_hub"


@require_safe
@member_may("see_differences")
def index(request: HttpRequest, member: Member) -> HttpResponse:
    return list_page(
        request, here="reconciliation", space="reconciliation", told=VERDICTS, rows=differences_of(member),
        comparisons=comparisons_of(member), owners={site.pk: site.name for site in member.sites}, names={"hub": _("Centralisateur")},
        comparing=is_comparing([TASK], group_id=member.group.pk), may_repair=member.may("repair_difference"),
    )  # fmt: skip


@require_POST
@member_may("repair_difference")
def compare(request: HttpRequest, member: Member) -> HttpResponse:
    """One at a time: who asks while one is under way sees its end."""
    group_id = member.group.pk
    if not is_comparing([TASK], group_id=group_id):
        jobs.defer("compare_with_hub", queue=QUEUE, lock=f"compare_with_hub {group_id}", group_id=group_id, by_id=member.user.pk)
    return redirect("reconciliation:index")


def _page(request: HttpRequest, member: Member, difference: Difference, form: ReasonForm, **more: Any) -> HttpResponse:
    known = actions.references([difference.subject])
    order = member.own(Order.objects.visible()).filter(sale_reference__in=known).first()
    links = [(reverse("orders:show", args=[order.number]), _("Voir le bon"))] if order else []
    return difference_page(
        request, difference, here="reconciliation", space="reconciliation", told=VERDICTS, fields=FIELDS, form=form, links=links,
        may_repair=member.may("repair_difference", difference.owner_id), printed=printed, name_of=name_of, **more,
    )  # fmt: skip


@require_safe
@member_may("see_differences")
def show(request: HttpRequest, member: Member, difference_id: int) -> HttpResponse:
    return _page(request, member, find(member, difference_id), ReasonForm())


@require_POST
@member_may("repair_difference")
def repair(request: HttpRequest, member: Member, difference_id: int) -> HttpResponse:
    difference = find(member, difference_id)
    try:
        actions.repair(difference, by=member.name, now=timezone.now())
    except MoveRefused:
        messages.error(request, _("Cet écart ne se répare pas d’ici."))
    else:
        messages.success(request, _("Réparation lancée\u00a0: la prochaine comparaison dira si elle a suffi."))
    return redirect("reconciliation:show", difference.pk)


@require_POST
@member_may("repair_difference")
def keep(request: HttpRequest, member: Member, difference_id: int) -> HttpResponse:
    difference = find(member, difference_id)
    form = ReasonForm(request.POST)
    if not form.is_valid():
        return _page(request, member, difference, form, status=422)
    try:
        keep_difference(difference, reason=form.cleaned_data["reason"], by=member.name, now=timezone.now())
    except MoveRefused:
        messages.error(request, _("Cet écart est déjà réglé."))
    return redirect("reconciliation:show", difference.pk)
