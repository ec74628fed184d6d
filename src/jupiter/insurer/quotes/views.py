"""Screens of a quote: the lists, its page, and the wizard whose steps are data."""

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import Any, NamedTuple

import django_tables2 as tables
from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_http_methods, require_safe

from jupiter.insurer.policies.actions import refuse_covered_vin
from jupiter.insurer.policies.rules import VinAlreadyCovered
from jupiter.insurer.producers.access import member_may
from jupiter.insurer.producers.models import Member
from jupiter.insurer.products.wording import sentence
from jupiter.kit.clock import business_today
from jupiter.kit.french import grouped, printed_date
from jupiter.kit.journal.actions import entries_of
from jupiter.kit.web.screen import screen
from jupiter.kit.web.tables import paged
from jupiter.kit.web.templatetags.kit import euros, plate

from . import actions, rules
from .forms import ContractForm, VehicleForm, shown_make
from .models import EXPIRING_DAYS, RECENT_DAYS, Job, Offer, State
from .rules import EditedMeanwhile, FactsRefused, QuoteClosed, QuoteOverdue
from .tables import QuoteTable, shown_state
from .wording import Refused, said_of

SAVED = gettext_lazy("Votre brouillon a été sauvegardé avec succès.")


class Step(NamedTuple):
    """A page of the wizard. To add one: a line here, a view, an address."""

    key: str
    name: Any
    is_open: Callable[[Job], bool]

    @property
    def address(self) -> str:
        return f"quotes:{self.key}"


STEPS = (
    Step("contract", gettext_lazy("Contrat"), lambda job: job.is_open),
    Step("vehicle", gettext_lazy("Véhicules"), lambda job: job.is_open),
    Step("offers", gettext_lazy("Devis"), lambda job: job.state == State.QUOTED),
    Step("recap", gettext_lazy("Informations sur la police"), lambda job: job.state == State.QUOTED and job.offer_id is not None),
    Step("done", gettext_lazy("Confirmation"), lambda job: job.state == State.BOUND),
)


# Lists


@require_safe
@member_may("read_quote")
def index(request: HttpRequest, member: Member) -> HttpResponse:
    """DEVIS OUVERTS: the rows that the tile counts."""
    found = Job.open_lately(member, business_today())
    table = listed(request, QuoteTable(found.with_names()))
    return screen(
        request, "quotes/index.html", title=_("Devis ouverts au cours des 30 derniers jours"), here="policies", table=table,
        days=RECENT_DAYS,
    )  # fmt: skip


def listed(request: HttpRequest, table: tables.Table) -> tables.Table:
    paged(table, request)
    return table


@require_GET
@member_may("edit_quote")
def new(request: HttpRequest, member: Member) -> HttpResponse:
    """NOUVELLE SOUSCRIPTION: says where a quote comes from today."""
    return screen(request, "quotes/new.html", title=_("Nouvelle souscription"), here="home", hub=settings.NEIGHBOURS["hub"])


# One quote


@require_safe
@member_may("read_quote")
def show(request: HttpRequest, member: Member, number: str) -> HttpResponse:
    job = _job(member, number)
    parts: dict[str, Any] = {
        "facts": _facts(job),
        "entries": entries_of("quote", job.number)[:20],
        "can_edit": job.is_open and member.may("edit_quote"),
        "overdue": job.is_open and rules.has_expired(job.expires_on, business_today()),
        "saved": SAVED if job.state == State.DRAFT else "",
        "resume": _resume(job),
    }
    return _page(request, "quotes/show.html", job, title=_("Devis (%(number)s)") % {"number": job.number}, **parts)


@require_http_methods(["GET", "HEAD", "POST"])
@member_may("withdraw_quote")
def withdraw(request: HttpRequest, member: Member, number: str) -> HttpResponse:
    """Supprimer le devis asks first, on a page or in the dialog of the quote's page."""
    job = _job(member, number)
    if request.method != "POST":
        return _page(request, "quotes/withdraw.html", job, title=_("Supprimer le devis"))
    try:
        actions.withdraw_job(job, by=member.name, now=timezone.now())
    except Refused as refused:
        return _refused(request, member, number, "quotes/withdraw.html", refused, title=_("Supprimer le devis"))
    messages.success(request, _("Le devis %(number)s est retiré.") % {"number": number})
    return redirect("quotes:show", number)


# The wizard


@require_http_methods(["GET", "HEAD", "POST"])
@member_may("edit_quote")
def contract(request: HttpRequest, member: Member, number: str) -> HttpResponse:
    job = _job(member, number)
    form = ContractForm.of(job, request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        kept = _kept(job, form, {"delivery_on": form.cleaned_data["delivery_on"]}, member)
        if kept:
            return redirect("quotes:vehicle", number)
    return _step(request, "contract", "quotes/contract.html", _job(member, number), form=form)


@require_http_methods(["GET", "HEAD", "POST"])
@member_may("edit_quote")
def vehicle(request: HttpRequest, member: Member, number: str) -> HttpResponse:
    """Sauvegarder keeps; Suivant keeps and gives the price."""
    job = _job(member, number)
    form = VehicleForm.of(job, request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid() and _kept(job, form, form.facts(), member):
        if "save" in request.POST:
            messages.success(request, SAVED)
            return redirect("quotes:vehicle", number)
        if _priced(_job(member, number), form, member):
            return redirect("quotes:offers", number)
    return _step(request, "vehicle", "quotes/vehicle.html", _job(member, number), form=form)


def _kept(job: Job, form: ContractForm | VehicleForm, facts: dict[str, Any], member: Member) -> bool:
    """Whether it was kept; if not, the form says why, beside the field where there is one."""
    version = form.cleaned_data.get("version")
    try:
        actions.edit_job(job, facts, by=member.name, today=business_today(), now=timezone.now(), version=version)
    except EditedMeanwhile:
        job.refresh_from_db()
        theirs = job.facts() | {"four_wheel_drive": "yes" if job.four_wheel_drive else "no"}
        last = entries_of("quote", job.number).first()
        form.show_conflict(by=last.who if last else "—", at=job.changed_at, theirs=theirs)
        form.data = {**{name: form.data.get(name) for name in form.data}, "version": str(job.version)}
    except FactsRefused as refused:
        for name, refusal in refused.refused.items():
            form.add_error(name if name in form.fields else None, sentence(refusal))
    except (QuoteClosed, QuoteOverdue) as refused:
        form.add_error(None, said_of(refused))
    return not form.errors


def _priced(job: Job, form: VehicleForm, member: Member) -> bool:
    if job.state == State.QUOTED:
        return True  # nothing changed: the price given stands
    try:
        actions.price_job(job, by=member.name, today=business_today(), now=timezone.now())
    except Refused as refused:
        form.add_error(None, said_of(refused))
    return not form.errors


@require_http_methods(["GET", "HEAD", "POST"])
@member_may("price_quote")
def offers(request: HttpRequest, member: Member, number: str) -> HttpResponse:
    """The declared level first, then what else fits, then what does not and why."""
    job = _job(member, number)
    if request.method == "POST":
        offering, _colon, months = request.POST.get("offer", "").partition(":")
        try:
            actions.choose_offer(
                job, offering=offering[:40].replace("\x00", ""), months=int(months) if months.isascii() and months.isdigit() else 0,
                by=member.name, today=business_today(), now=timezone.now(),
            )  # fmt: skip
        except Refused as refused:
            return _offers_page(request, _job(member, number), status=422, refused=said_of(refused))
        return redirect("quotes:recap", number)
    if job.state == State.DRAFT:
        return redirect("quotes:vehicle", number)  # no price yet: Suivant gives it
    return _offers_page(request, job)


def _offers_page(request: HttpRequest, job: Job, *, status: int = 200, refused: str = "") -> HttpResponse:
    rows = [_shown_offer(offer, job) for offer in job.offers.select_related("offering")]
    declared = [row for row in rows if row["declared"]]
    parts = {
        "declared": declared,
        "others": [row for row in rows if not row["declared"] and row["fits"]],
        "refused_offers": [row for row in rows if not row["declared"] and not row["fits"]],
        "fitting": [row for row in rows if row["fits"]],
        "declared_fits": any(row["fits"] for row in declared),
        "chosen": next((row for row in rows if row["chosen"]), None),
        "edition": job.edition,
        "refused": refused,
    }
    return _step(request, "offers", "quotes/offers.html", job, status=status, **parts)


def _shown_offer(offer: Offer, job: Job) -> dict[str, Any]:
    limits = offer.offering
    years = limits.max_age_months // 12
    return {
        "name": offer.name,
        "value": f"{limits.code}:{offer.months}",
        "months": offer.months,
        "waiting": offer.waiting_months,
        "declared": offer.is_declared,
        "fits": offer.is_eligible,
        "chosen": offer.pk == job.offer_id,
        "gross": offer.gross,
        "limits": f"{years}\u00a0ans, {grouped(limits.max_km)}\u00a0km",
        "why": [sentence(reason) for reason in actions.refusals_of(offer)],
        "costs": _costs(offer),
        "period": f"{printed_date(offer.starts_on)} - {printed_date(offer.ends_on)}",
    }


def _costs(offer: Offer) -> list[tuple[str, str]]:
    """The rows of the price, as the worksheet kept them."""
    if offer.worksheet is None:
        return []
    taxes = {"insurance": _("Taxe d’assurance"), "service": _("TVA")}
    rows = [(str(line["label"]), f"{euros(Decimal(line['net']))} HT") for line in offer.worksheet["lines"]]
    for tax in offer.worksheet["taxes"]:
        percent = f"{float(tax['percent']):g}".replace(".", ",")
        rows.append((f"{taxes.get(tax['kind'], tax['kind'])} ({percent}\u00a0%)", euros(Decimal(tax["amount"]))))
    return rows


@require_safe
@member_may("price_quote")
def recap(request: HttpRequest, member: Member, number: str) -> HttpResponse:
    job = _job(member, number)
    if job.state == State.DRAFT:
        return redirect("quotes:vehicle", number)
    if job.offer is None:
        return redirect("quotes:offers", number)
    return _step(request, "recap", "quotes/recap.html", job, **_recap(job))


def _recap(job: Job) -> dict[str, Any]:
    offer = job.offer
    covered = ""
    if offer and job.is_open:
        try:
            refuse_covered_vin(job.vin, offer.starts_on, offer.ends_on)
        except VinAlreadyCovered as refused:
            covered = said_of(refused)
    rows = [
        (_("Date de livraison du véhicule"), printed_date(job.delivery_on)),
        (_("Date d’expiration du devis"), printed_date(job.expires_on)),
        (_("Type de produit"), offer.name if offer else "—"),
        (_("Durée de la police"), f"{printed_date(offer.starts_on)} - {printed_date(offer.ends_on)}" if offer else "—"),
        (_("Période de carence (Mois)"), str(offer.waiting_months) if offer else "—"),
        (_("Prix total"), euros(job.premium)),
    ]
    return {"rows": rows, "costs": _costs(offer) if offer else [], "covered": covered, "make": shown_make(job.make)}


@require_http_methods(["GET", "HEAD", "POST"])
@member_may("buy_quote")
def buy(request: HttpRequest, member: Member, number: str) -> HttpResponse:
    """P9: the question, as a page where the dialog of the recap cannot open; Oui buys, once."""
    job = _job(member, number)
    if request.method != "POST":
        if job.policy:
            return redirect("quotes:done", number)
        if job.offer is None:
            return redirect("quotes:offers", number)
        return _step(request, "recap", "quotes/buy.html", job, **_recap(job))
    try:
        actions.buy_job(job, by=member.name, today=business_today(), now=timezone.now())
    except Refused as refused:
        job = _job(member, number)
        return _step(request, "recap", "quotes/recap.html", job, status=422, refused=said_of(refused), **_recap(job))
    return redirect("quotes:done", number)


@require_safe
@member_may("read_quote")
def done(request: HttpRequest, member: Member, number: str) -> HttpResponse:
    job = _job(member, number)
    if job.policy is None:
        return redirect("quotes:show", number)
    document = job.policy.documents.defer("content").order_by("sequence").first()
    return _step(request, "done", "quotes/done.html", job, policy=job.policy, document=document)


# What the pages share


def _job(member: Member, number: str) -> Job:
    return get_object_or_404(Job.within(member).with_names(), number=number)


def _resume(job: Job) -> str:
    """Where Continuer le devis leads."""
    if job.state == State.QUOTED:
        return reverse("quotes:recap" if job.offer_id else "quotes:offers", args=[job.number])
    return reverse("quotes:contract", args=[job.number])


def _step(request: HttpRequest, key: str, template: str, job: Job, *, status: int = 200, **parts: Any) -> HttpResponse:
    """The frame of a step: where one is, what the quote costs, and that it has ended where it has."""
    form = parts.get("form")
    if form is not None and form.errors:
        status = 422
    here = next(place for place, step in enumerate(STEPS) if step.key == key)
    steps = []
    for place, step in enumerate(STEPS):
        behind = place < here and not job.is_open  # bought: read on its page, walked no more
        address = "quotes:show" if behind else step.address
        is_done = behind or (place != here and step.is_open(job))
        steps.append({"name": step.name, "url": reverse(address, args=[job.number]), "here": place == here, "done": is_done})
    closed = "" if job.is_open or key == "done" else said_of(QuoteClosed(job.number, job.state))
    if job.is_open and rules.has_expired(job.expires_on, business_today()):
        closed = said_of(QuoteOverdue(job.number, job.expires_on))
    return _page(
        request, template, job, title=_("Devis (%(number)s)") % {"number": job.number}, status=status, steps=steps, closed=closed,
        heading=STEPS[here].name, **parts,
    )  # fmt: skip


def _page(request: HttpRequest, template: str, job: Job, *, title: str, status: int = 200, **parts: Any) -> HttpResponse:
    crumbs = [(reverse("quotes:index"), _("Devis ouverts"))]
    if template != "quotes/show.html":
        crumbs.append((reverse("quotes:show", args=[job.number]), job.number))
    return screen(
        request, template, title=title, here="policies", status=status, crumbs=crumbs, job=job, state=shown_state(job),
        expires=_expires(job, business_today()), **parts,
    )  # fmt: skip


def _expires(job: Job, today: date) -> str:
    if not job.is_open:
        return ""
    left = (job.expires_on - today).days
    if left < 0:
        return _("expiré le %(day)s") % {"day": printed_date(job.expires_on)}
    if left <= EXPIRING_DAYS:
        return _("expire le %(day)s (J-%(left)s)") % {"day": printed_date(job.expires_on), "left": left}
    return _("expire le %(day)s") % {"day": printed_date(job.expires_on)}


def _refused(request: HttpRequest, member: Member, number: str, template: str, refused: Exception, *, title: str) -> HttpResponse:
    return _page(request, template, _job(member, number), title=title, status=422, refused=said_of(refused))


def _facts(job: Job) -> list[tuple[str, Any]]:
    return [
        (_("Compte client"), job.account.list_name),
        (_("Date de livraison"), printed_date(job.delivery_on)),
        (_("Immatriculation"), plate(job.plate)),
        ("VIN", job.vin),
        (_("Véhicule"), f"{shown_make(job.make)} {job.model}"),
        (_("1re immatriculation"), printed_date(job.first_registered_on)),
        (_("Énergie et puissance"), f"{job.get_fuel_display()}, {job.din_power_hp}\u00a0ch"),
        (_("Kilométrage"), f"{grouped(job.mileage_km)}\u00a0km"),
        (_("Vendeur véhicule d’occasion"), job.seller or "—"),
        (_("Référence de la déclaration"), job.external_reference),
        (_("Offre"), f"{job.offer.name}, {job.offer.months}\u00a0mois" if job.offer else "—"),
        (_("Prime"), euros(job.premium) if job.premium is not None else "-"),
    ]
