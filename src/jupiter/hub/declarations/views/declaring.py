"""Déclarer Vente: step 1 and 2, the form, and the checks beside it."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from jupiter.hub.dealers.access import member_may, point_of
from jupiter.hub.dealers.actions import chosen_accounts, is_configured
from jupiter.hub.dealers.models import Member, PointOfSale
from jupiter.hub.dealers.views import THEN
from jupiter.hub.declarations import actions, rules, wording
from jupiter.hub.declarations.access import sale_may
from jupiter.hub.declarations.forms import DECLARE, DRAFT, ChoiceForm, DeclarationForm
from jupiter.hub.declarations.models import Sale
from jupiter.hub.guarantors.registry import GUARANTORS, why_not
from jupiter.kit.clock import business_today
from jupiter.kit.web.screen import screen
from jupiter.kit.words import spoken


@require_http_methods(["GET", "HEAD", "POST"])
@member_may("complete_sale")
def new(request: HttpRequest, member: Member) -> HttpResponse:
    """A sale that no software sent: first where, then with which guarantor."""
    points = [point for point in member.points_of_sale if member.may("complete_sale", point.pk)]
    code = request.POST.get("point") or request.GET.get("point") or (points[0].code if len(points) == 1 else "")
    if not code:
        return screen(request, "declarations/where.html", title=_("Déclarer Vente"), here="declare", points=points)
    point = point_of(member, code)
    if not member.may("complete_sale", point.pk):
        raise PermissionDenied
    if not is_configured(point):
        return redirect("dealers:point_profile", point.code)
    form = ChoiceForm(request.POST if request.method == "POST" else None, accounts=chosen_accounts(point))
    if request.method == "POST" and form.is_valid():
        try:
            sale = actions.start_blank_sale(
                point, guarantor=form.picked, with_warranty=bool(form.picked), by=member.user, today=business_today(), now=timezone.now()
            )
        except actions.GuarantorCannot as refusal:
            form.add_error(None, spoken(refusal.sentence))
        else:
            return redirect("declarations:form", sale.pk)
    return _steps(request, form, point=point, sale=None)


@require_http_methods(["GET", "HEAD", "POST"])
@sale_may("complete_sale")
def begin(request: HttpRequest, member: Member, sale: Sale) -> HttpResponse:
    """Page Suivante draws the declaration number; GET writes nothing."""
    if not sale.is_received:
        return redirect("declarations:result" if sale.is_declared else "declarations:show", sale.pk)
    if not is_configured(sale.point_of_sale):
        request.session[THEN] = sale.pk
        return redirect("dealers:point_profile", sale.point_of_sale.code)
    accounts = chosen_accounts(sale.point_of_sale)
    form = ChoiceForm(request.POST if request.method == "POST" else None, accounts=accounts, chosen=_proposed(sale, list(accounts)))
    if request.method == "POST" and form.is_valid():
        try:
            actions.begin_declaration(sale, guarantor=form.picked, with_warranty=bool(form.picked), by=member.user, now=timezone.now())
        except actions.GuarantorCannot as refusal:
            form.add_error(None, spoken(refusal.sentence))
        else:
            return redirect("declarations:form", sale.pk)
    return _steps(request, form, point=sale.point_of_sale, sale=sale)


def _proposed(sale: Sale, keys: list[str]) -> str:
    """What is known already: the choice made, else the order's, else the only one there is."""
    if not sale.with_warranty:
        return ChoiceForm.NONE
    if sale.guarantor in keys:
        return sale.guarantor
    able = [key for key in keys if not why_not(key)]
    return able[0] if len(able) == 1 else ""


def _steps(request: HttpRequest, form: ChoiceForm, *, point: PointOfSale, sale: Sale | None) -> HttpResponse:
    return screen(
        request, "declarations/steps.html", title=_("DECLARATION VENTE SPOTICAR"), here="declare", status=422 if form.errors else 200,
        form=form, point=point, sale=sale,
    )  # fmt: skip


@require_http_methods(["GET", "HEAD", "POST"])
@sale_may("declare_sale")
def form(request: HttpRequest, member: Member, sale: Sale) -> HttpResponse:
    if not sale.can_be_completed:
        return redirect("declarations:result" if sale.is_declared else "declarations:show", sale.pk)
    if not sale.declaration_number:
        return redirect("declarations:begin", sale.pk)
    if request.method != "POST":
        return _form_page(request, DeclarationForm(sale=sale, today=business_today()))
    typed = DeclarationForm(request.POST, sale=sale, today=business_today())
    wants = request.POST.get("do", DRAFT)  # without the word nothing irrevocable is done
    if wants == DECLARE:
        typed.full_clean()
        typed.name_the_blanks()
    if typed.is_valid():
        try:
            return _save(request, member, sale, typed, wants)
        except actions.ChangedMeanwhile as conflict:
            _show_conflict(typed, conflict.sale)
        except actions.GuarantorCannot as refusal:
            typed.add_error(None, spoken(refusal.sentence))
        except actions.ProfileNotConfigured:
            request.session[THEN] = sale.pk
            return redirect("dealers:point_profile", sale.point_of_sale.code)
        except actions.AlreadyDeclared:
            return redirect("declarations:result", sale.pk)
    return _form_page(request, typed, status=422)


def _save(request: HttpRequest, member: Member, sale: Sale, typed: DeclarationForm, wants: str) -> HttpResponse:
    seen, now = typed.seen_sequence(), timezone.now()
    if wants != DECLARE:
        actions.complete_sale(sale, typed.reading, seen=seen, by=member.user, now=now)
        messages.success(request, _("Déclaration enregistrée, à déclarer"))
        return redirect("declarations:form", sale.pk)
    actions.complete_and_declare(sale, typed.reading, seen=seen, by=member.user, today=business_today(), now=now)
    return redirect("declarations:result", sale.pk)


def _show_conflict(typed: DeclarationForm, newer: Sale) -> None:
    theirs = DeclarationForm(sale=newer, today=typed.today).initial
    typed.show_conflict(by=newer.changed_by, at=newer.changed_at, theirs={name: theirs[name] for name in rules.TYPED if name in theirs})
    typed.seen_now(newer.sequence)


def _form_page(request: HttpRequest, typed: DeclarationForm, status: int = 200) -> HttpResponse:
    sale = typed.sale
    if not typed.is_bound and (blanks := typed.blanks):
        first = next((name for name in blanks if name in typed.fields and name not in rules.COMPUTED), "")
        if first:
            typed.fields[first].widget.attrs["autofocus"] = True
    return screen(
        request, "declarations/form.html", title=_("Déclaration de vente"), here="declare", status=status, form=typed, sale=sale,
        point=sale.point_of_sale, **_checks(typed),
    )  # fmt: skip


def _checks(typed: DeclarationForm) -> dict[str, Any]:
    """The side panel, live and at reload the same."""
    sale = typed.sale
    values = typed.reading.values if typed.is_bound else sale.values
    guarantor = GUARANTORS[sale.guarantor].label if sale.guarantor else _("Sans garantie commerciale")
    return {
        "guarantor": guarantor,
        "period": rules.period(values),
        "warranty": wording.warranty_line(values),
        "doubts": [(f"id_{doubt.field}", spoken(doubt.message)) for doubt in rules.doubts(values)],
        "blank_links": [(f"id_{name}", spoken(rules.FIELDS[name].label)) for name in typed.blanks if name not in rules.COMPUTED],
        "refused_links": [
            (f"id_{name}", spoken(rules.FIELDS[name].label), spoken(sentence)) for name, sentence in typed.reading.refused.items()
        ],
        "changed": typed.changed_from_order(),
        "from_guarantor": [
            (f"id_{name}", spoken(rules.FIELDS[name].label), spoken(said))
            for name, said in sale.refused_fields.items()
            if name in rules.FIELDS
        ],
    }


@require_POST
@sale_may("declare_sale")
def checks(request: HttpRequest, member: Member, sale: Sale) -> HttpResponse:
    """The panel beside the form, for what is typed so far. Writes nothing."""
    typed = DeclarationForm(request.POST, sale=sale, today=business_today())
    typed.full_clean()
    dates = [typed[name] for name in rules.COMPUTED if name in typed.fields]
    return screen(request, "declarations/form.html#checks", sale=sale, form=typed, dates=dates, **_checks(typed))
