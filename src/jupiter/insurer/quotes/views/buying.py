"""The wizard, second half: the offers, what will be bought, the purchase."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from jupiter.insurer.policies.actions import refuse_covered_vin
from jupiter.insurer.policies.rules import VinAlreadyCovered
from jupiter.insurer.producers.access import member_may
from jupiter.insurer.producers.models import Member
from jupiter.insurer.products.wording import sentence
from jupiter.insurer.quotes import actions
from jupiter.insurer.quotes.forms import shown_make
from jupiter.insurer.quotes.models import Job, Offer, State
from jupiter.insurer.quotes.wording import Refused, said_of
from jupiter.kit.clock import business_today
from jupiter.kit.french import grouped, printed_date
from jupiter.kit.web.templatetags.kit import euros

from .pages import costs_of, job_of, step_page


@require_http_methods(["GET", "HEAD", "POST"])
@member_may("price_quote")
def offers(request: HttpRequest, member: Member, number: str) -> HttpResponse:
    """The declared level first, then what else fits, then what does not and why."""
    job = job_of(member, number)
    if request.method == "POST":
        offering, _colon, months = request.POST.get("offer", "").partition(":")
        try:
            actions.choose_offer(
                job, offering=offering[:40].replace("\x00", ""), months=int(months) if months.isascii() and months.isdigit() else 0,
                by=member.name, today=business_today(), now=timezone.now(),
            )  # fmt: skip
        except Refused as refused:
            return _offers_page(request, job_of(member, number), status=422, refused=said_of(refused))
        return redirect("quotes:recap", number)
    if job.state == State.DRAFT:
        return redirect("quotes:vehicle", number)  # no price yet: Suivant gives it
    return _offers_page(request, job)


def _offers_page(request: HttpRequest, job: Job, *, status: int = 200, refused: str = "") -> HttpResponse:
    rows = [_shown_offer(offer, job) for offer in job.all_offers]
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
    return step_page(request, "offers", "quotes/offers.html", job, status=status, **parts)


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
        "costs": costs_of(offer),
        "period": f"{printed_date(offer.starts_on)} - {printed_date(offer.ends_on)}",
    }


@require_safe
@member_may("price_quote")
def recap(request: HttpRequest, member: Member, number: str) -> HttpResponse:
    job = job_of(member, number)
    if job.state == State.DRAFT:
        return redirect("quotes:vehicle", number)
    if job.offer is None:
        return redirect("quotes:offers", number)
    return step_page(request, "recap", "quotes/recap.html", job, **_recap(job))


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
    return {"rows": rows, "costs": costs_of(offer) if offer else [], "covered": covered, "make": shown_make(job.make)}


@require_http_methods(["GET", "HEAD", "POST"])
@member_may("buy_quote")
def buy(request: HttpRequest, member: Member, number: str) -> HttpResponse:
    """P9: the question, as a page where the dialog of the recap cannot open; Oui buys, once."""
    job = job_of(member, number)
    if request.method != "POST":
        if job.policy:
            return redirect("quotes:done", number)
        if job.offer is None:
            return redirect("quotes:offers", number)
        return step_page(request, "recap", "quotes/buy.html", job, **_recap(job))
    try:
        actions.buy_job(job, by=member.name, today=business_today(), now=timezone.now())
    except Refused as refused:
        job = job_of(member, number)
        return step_page(request, "recap", "quotes/recap.html", job, status=422, refused=said_of(refused), **_recap(job))
    return redirect("quotes:done", number)


@require_safe
@member_may("read_quote")
def done(request: HttpRequest, member: Member, number: str) -> HttpResponse:
    job = job_of(member, number)
    if job.policy is None:
        return redirect("quotes:show", number)
    document = job.policy.documents.defer("content").order_by("sequence").first()
    return step_page(request, "done", "quotes/done.html", job, policy=job.policy, document=document)
