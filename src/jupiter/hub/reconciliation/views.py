"""Rapprochement: the differences of the whole network, Comparer maintenant, Réparer, Garder tel quel."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from jupiter.hub.dealers.access import member_may
from jupiter.hub.dealers.models import Member
from jupiter.hub.declarations.access import sales_of
from jupiter.kit import jobs
from jupiter.kit.differences.actions import QUEUE, is_comparing, keep_difference
from jupiter.kit.differences.models import Difference
from jupiter.kit.differences.screens import ReasonForm, difference_page, list_page
from jupiter.kit.workflow import MoveRefused

from . import actions
from .access import comparisons_of, differences_of, neighbours, owners_of
from .wording import FIELDS, VERDICTS, name_of, printed

TASK = "compare_network"


@require_safe
@member_may("see_differences")
def index(request: HttpRequest, member: Member) -> HttpResponse:
    return list_page(
        request, here="reconciliation", space="reconciliation", told=VERDICTS, rows=differences_of(member),
        comparisons=comparisons_of(member), owners=owners_of(member), names=neighbours(), comparing=is_comparing([TASK]),
        may_repair=member.may("repair_difference"),
    )  # fmt: skip


@require_POST
@member_may("repair_difference")
def compare(request: HttpRequest, member: Member) -> HttpResponse:
    """One at a time: who asks while one is under way sees its end."""
    if not is_comparing([TASK]):
        jobs.defer("compare_network", queue=QUEUE, lock="compare_network", by_id=member.user.pk)
    return redirect("reconciliation:index")


def _found(member: Member, difference_id: int) -> Difference:
    difference = differences_of(member).filter(pk=min(difference_id, 2**63 - 1)).first()
    if difference is None:
        raise Http404
    return difference


def _page(request: HttpRequest, member: Member, difference: Difference, form: ReasonForm, **more: Any) -> HttpResponse:
    sale = (
        sales_of(member).filter(declaration_number=difference.subject).first()
        or sales_of(member).filter(reference=difference.subject).first()
    )
    links = [(reverse("declarations:show", args=[sale.pk]), _("Voir la vente"))] if sale else []
    return difference_page(
        request, difference, here="reconciliation", space="reconciliation", told=VERDICTS, fields=FIELDS, form=form, links=links,
        may_repair=member.may("repair_difference"), printed=printed, name_of=name_of, **more,
    )  # fmt: skip


@require_safe
@member_may("see_differences")
def show(request: HttpRequest, member: Member, difference_id: int) -> HttpResponse:
    return _page(request, member, _found(member, difference_id), ReasonForm())


@require_POST
@member_may("repair_difference")
def repair(request: HttpRequest, member: Member, difference_id: int) -> HttpResponse:
    difference = _found(member, difference_id)
    try:
        actions.repair(difference, by=member.who, now=timezone.now())
    except MoveRefused:
        messages.error(request, _("Cet écart ne se répare pas d’ici."))
    else:
        messages.success(request, _("Réparation lancée\u00a0: la prochaine comparaison dira si elle a suffi."))
    return redirect("reconciliation:show", difference.pk)


@require_POST
@member_may("repair_difference")
def keep(request: HttpRequest, member: Member, difference_id: int) -> HttpResponse:
    difference = _found(member, difference_id)
    form = ReasonForm(request.POST)
    if not form.is_valid():
        return _page(request, member, difference, form, status=422)
    try:
        keep_difference(difference, reason=form.cleaned_data["reason"], by=member.who, now=timezone.now())
    except MoveRefused:
        messages.error(request, _("Cet écart est déjà réglé."))
    return redirect("reconciliation:show", difference.pk)
