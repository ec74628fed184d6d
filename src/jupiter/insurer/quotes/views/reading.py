"""The lists of quotes, and one quote."""

from typing import Any

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_safe

from jupiter.insurer.producers.access import member_may
from jupiter.insurer.producers.models import Member
from jupiter.insurer.quotes import actions, rules
from jupiter.insurer.quotes.forms import shown_make
from jupiter.insurer.quotes.models import RECENT_DAYS, Job, State
from jupiter.insurer.quotes.tables import QuoteTable
from jupiter.insurer.quotes.wording import Refused
from jupiter.kit.clock import business_today
from jupiter.kit.french import grouped, printed_date
from jupiter.kit.journal.actions import entries_of
from jupiter.kit.web.export import list_as_file, wanted
from jupiter.kit.web.screen import screen
from jupiter.kit.web.tables import paged
from jupiter.kit.web.templatetags.kit import euros, plate

from .pages import SAVED, job_of, page, refused_page


@require_safe
@member_may("read_quote")
def index(request: HttpRequest, member: Member) -> HttpResponseBase:
    """DEVIS OUVERTS: the rows that the tile counts."""
    found = Job.open_lately(member, business_today())
    table = QuoteTable(found.with_names())
    if wanted(request):
        return list_as_file(table, request, name="devis-ouverts")
    paged(table, request)
    return screen(
        request, "quotes/index.html", title=_("Devis ouverts au cours des 30 derniers jours"), here="policies", table=table,
        days=RECENT_DAYS,
    )  # fmt: skip


@require_GET
@member_may("edit_quote")
def new(request: HttpRequest, member: Member) -> HttpResponse:
    """NOUVELLE SOUSCRIPTION: says where a quote comes from today."""
    return screen(request, "quotes/new.html", title=_("Nouvelle souscription"), here="home", hub=settings.NEIGHBOURS["hub"])


@require_safe
@member_may("read_quote")
def show(request: HttpRequest, member: Member, number: str) -> HttpResponse:
    job = job_of(member, number)
    parts: dict[str, Any] = {
        "facts": _facts(job),
        "entries": entries_of("quote", job.number)[:20],
        "can_edit": job.is_open and member.may("edit_quote"),
        "overdue": job.is_open and rules.has_expired(job.expires_on, business_today()),
        "saved": SAVED if job.state == State.DRAFT else "",
        "resume": _resume(job),
    }
    return page(request, "quotes/show.html", job, title=_("Devis (%(number)s)") % {"number": job.number}, **parts)


@require_http_methods(["GET", "HEAD", "POST"])
@member_may("withdraw_quote")
def withdraw(request: HttpRequest, member: Member, number: str) -> HttpResponse:
    """Supprimer le devis asks first, on a page or in the dialog of the quote's page."""
    job = job_of(member, number)
    if request.method != "POST":
        return page(request, "quotes/withdraw.html", job, title=_("Supprimer le devis"))
    try:
        actions.withdraw_job(job, by=member.name, now=timezone.now())
    except Refused as refused:
        return refused_page(request, member, number, "quotes/withdraw.html", refused, title=_("Supprimer le devis"))
    messages.success(request, _("Le devis %(number)s est retiré.") % {"number": number})
    return redirect("quotes:show", number)


def _resume(job: Job) -> str:
    """Where Continuer le devis leads."""
    if job.state == State.QUOTED:
        return reverse("quotes:recap" if job.offer_id else "quotes:offers", args=[job.number])
    return reverse("quotes:contract", args=[job.number])


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
