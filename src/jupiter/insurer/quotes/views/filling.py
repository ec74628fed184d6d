"""The wizard, first half: Contrat and Véhicules, kept at each Suivant."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from jupiter.insurer.producers.access import member_may
from jupiter.insurer.producers.models import Member
from jupiter.insurer.products.wording import sentence
from jupiter.insurer.quotes import actions
from jupiter.insurer.quotes.forms import ContractForm, VehicleForm
from jupiter.insurer.quotes.models import Job, State
from jupiter.insurer.quotes.rules import EditedMeanwhile, FactsRefused, QuoteClosed, QuoteOverdue
from jupiter.insurer.quotes.wording import Refused, said_of
from jupiter.kit.clock import business_today
from jupiter.kit.journal.actions import entries_of

from .pages import SAVED, job_of, step_page


@require_http_methods(["GET", "HEAD", "POST"])
@member_may("edit_quote")
def contract(request: HttpRequest, member: Member, number: str) -> HttpResponse:
    job = job_of(member, number)
    form = ContractForm.of(job, request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid() and _kept(job, form, {"delivery_on": form.cleaned_data["delivery_on"]}, member):
        return redirect("quotes:vehicle", number)
    return step_page(request, "contract", "quotes/contract.html", job_of(member, number), form=form)


@require_http_methods(["GET", "HEAD", "POST"])
@member_may("edit_quote")
def vehicle(request: HttpRequest, member: Member, number: str) -> HttpResponse:
    """Sauvegarder keeps; Suivant keeps and gives the price."""
    job = job_of(member, number)
    form = VehicleForm.of(job, request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid() and (kept := _kept(job, form, form.facts(), member)):
        if "save" in request.POST:
            messages.success(request, SAVED)
            return redirect("quotes:vehicle", number)
        if _priced(kept, form, member):
            return redirect("quotes:offers", number)
    return step_page(request, "vehicle", "quotes/vehicle.html", job_of(member, number), form=form)


def _kept(job: Job, form: ContractForm | VehicleForm, facts: dict[str, Any], member: Member) -> Job | None:
    """The quote as it now stands; none when it was not kept: the form says why, beside the field where there is one."""
    version = form.cleaned_data.get("version")
    try:
        return actions.edit_job(job, facts, by=member.name, today=business_today(), now=timezone.now(), version=version)
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
    return None


def _priced(job: Job, form: VehicleForm, member: Member) -> bool:
    if job.state == State.QUOTED:
        return True  # nothing changed: the price given stands
    try:
        actions.price_job(job, by=member.name, today=business_today(), now=timezone.now())
    except Refused as refused:
        form.add_error(None, said_of(refused))
    return not form.errors
