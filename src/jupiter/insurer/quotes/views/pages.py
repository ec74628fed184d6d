"""What the pages of a quote share: its head, the frame of a step, what it has become."""

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import Any, NamedTuple

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from jupiter.insurer.producers.models import Member
from jupiter.insurer.quotes import rules
from jupiter.insurer.quotes.models import EXPIRING_DAYS, Job, Offer, State
from jupiter.insurer.quotes.rules import QuoteClosed, QuoteOverdue
from jupiter.insurer.quotes.tables import shown_state
from jupiter.insurer.quotes.wording import said_of
from jupiter.kit.clock import business_today
from jupiter.kit.french import printed_date
from jupiter.kit.web.screen import screen
from jupiter.kit.web.templatetags.kit import euros

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


def job_of(member: Member, number: str) -> Job:
    return get_object_or_404(Job.within(member).with_names(), number=number)


def step_page(request: HttpRequest, key: str, template: str, job: Job, *, status: int = 200, **parts: Any) -> HttpResponse:
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
    return page(
        request, template, job, title=_("Devis (%(number)s)") % {"number": job.number}, status=status, steps=steps, closed=closed,
        heading=STEPS[here].name, **parts,
    )  # fmt: skip


def page(request: HttpRequest, template: str, job: Job, *, title: str, status: int = 200, **parts: Any) -> HttpResponse:
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


def refused_page(request: HttpRequest, member: Member, number: str, template: str, refused: Exception, *, title: str) -> HttpResponse:
    return page(request, template, job_of(member, number), title=title, status=422, refused=said_of(refused))


def costs_of(offer: Offer) -> list[tuple[str, str]]:
    """The rows of the price, as the worksheet kept them."""
    if offer.worksheet is None:
        return []
    taxes = {"insurance": _("Taxe d’assurance"), "service": _("TVA")}
    rows = [(str(line["label"]), f"{euros(Decimal(line['net']))} HT") for line in offer.worksheet["lines"]]
    for tax in offer.worksheet["taxes"]:
        percent = f"{float(tax['percent']):g}".replace(".", ",")
        rows.append((f"{taxes.get(tax['kind'], tax['kind'])} ({percent}\u00a0%)", euros(Decimal(tax["amount"]))))
    return rows
