"""Tableau de gestion, search, activities, transmissions, the sample tariff."""

import json
from collections import defaultdict
from datetime import date, timedelta
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy
from django.views.decorators.http import require_POST, require_safe

from jupiter.insurer.claims.models import Claim
from jupiter.insurer.customers.models import Account
from jupiter.insurer.policies.models import RECENT_DAYS, Policy
from jupiter.insurer.policies.tables import shown_status
from jupiter.insurer.producers.access import member_may
from jupiter.insurer.producers.models import Member
from jupiter.insurer.quotes.models import EXPIRING_DAYS, Job, State
from jupiter.insurer.quotes.tables import QuoteTable, shown_state
from jupiter.kit.clock import business_today
from jupiter.kit.french import printed_date
from jupiter.kit.lookups import first_of
from jupiter.kit.searching import SHORTEST, plain
from jupiter.kit.transmissions.models import Transmission
from jupiter.kit.web.export import list_as_file, wanted
from jupiter.kit.web.paging import counted, told
from jupiter.kit.web.screen import screen
from jupiter.kit.web.state import state_page
from jupiter.kit.web.tables import paged

from . import actions
from .access import editions, parcels_of, rates_of
from .tables import ActivityTable, TransmissionTable, kind_of, shown_parcel

FOUND = 10  # of each kind, by a search
SHOWN = 50  # activities
SHOWN_AT_HOME = 5  # open quotes


@require_safe
@member_may("see_desk")
def home(request: HttpRequest, member: Member) -> HttpResponse:
    """Each number comes from the query of the list behind it."""
    today = business_today()
    opened, urgent = Job.open_lately(member, today), today + timedelta(days=EXPIRING_DAYS)
    issued = Policy.issued_lately(member, today)
    count = counted(opened)
    expiring = counted(Job.within(member).expiring_by(urgent))
    note = (
        _("dont %(n)s expirent sous %(days)s jours") % {"n": told(expiring), "days": EXPIRING_DAYS} if expiring else _("30 derniers jours")
    )
    quotes_tile = {"ask": _("Devis ouverts"), "figure": told(count), "note": note, "icon": "file-text", "url": reverse("quotes:index")}
    cancelled = {
        "ask": _("Annulations ouvertes"), "figure": 0, "note": _("rien à traiter"), "icon": "circle-x",
        "url": reverse("policies:cancellations"),
    }  # fmt: skip
    board = [quotes_tile, cancelled]
    policies = [
        {
            "ask": _("Consultées récemment"), "figure": Policy.seen_lately(member, member.user_id).count(), "note": _("par vous"),
            "icon": "eye", "url": reverse("policies:seen"),
        },
        {
            "ask": _("Émises récemment"), "figure": told(counted(issued)), "note": _("30 derniers jours"), "icon": "calendar",
            "url": reverse("policies:issued"),
        },
        quotes_tile,
        cancelled,
        {
            "ask": _("Sinistres"), "figure": told(counted(Claim.within(member))), "note": _("déclarés"), "icon": "tools",
            "url": reverse("claims:index"),
        },
    ]  # fmt: skip
    table = QuoteTable(first_of(opened.with_names().order_by("-created_on", "-id"), SHOWN_AT_HOME), orderable=False, show_header=True)
    return screen(
        request, "desk/home.html", title=_("Tableau de gestion"), here="home", board=board, policies=policies, table=table,
        may_sell=member.may("edit_quote"), member=member, days=RECENT_DAYS, has_more=count > SHOWN_AT_HOME,
        count=told(count),
    )  # fmt: skip


@require_safe
@member_may("search")
def search(request: HttpRequest, member: Member) -> HttpResponse:
    """A number that names one thing opens it; other words find what holds them all."""
    words = request.GET.get("q", "")[:100].strip()
    bare = plain(words)
    if len(bare.replace(" ", "")) < SHORTEST:
        return screen(request, "desk/search.html", title=_("Recherche"), here="home", words=words, too_short=bool(words))
    asked = bare.replace(" ", "") if len(bare.replace(" ", "")) <= 17 and any(sign.isdigit() for sign in bare) else bare
    jobs = first_of(Job.within(member).matching(asked).with_names().order_by("-pk"), FOUND + 1)
    policies = first_of(Policy.within(member).matching(asked).select_related("account", "product").order_by("-pk"), FOUND + 1)
    accounts = list(Account.within(member).matching(bare).order_by("-pk")[: FOUND + 1])
    exact = [reverse("quotes:show", args=[job.number]) for job in jobs if job.number == asked]
    exact += [reverse("policies:show", args=[policy.number]) for policy in policies if policy.number == asked]
    if len(exact) == 1:
        return redirect(exact[0])
    today = business_today()
    parts: dict[str, Any] = {
        "jobs": [(job, shown_state(job)) for job in jobs[:FOUND]],
        "policies": [(policy, shown_status(policy.status_on(today))) for policy in policies[:FOUND]],
        "accounts": accounts[:FOUND],
        "more": max(len(jobs), len(policies), len(accounts)) > FOUND,
        "nothing": not (jobs or policies or accounts),
    }
    return screen(request, "desk/search.html", title=_("Recherche"), here="home", words=words, **parts)


GROUPS = {
    "expiring": lazy("Devis qui expirent"),
    "complete": lazy("Devis à compléter"),
    "buy": lazy("Devis établis, à acheter"),
}


@require_safe
@member_may("read_activity")
def activities(request: HttpRequest, member: Member) -> HttpResponseBase:
    """What waits for a person: quotes to complete, to buy, about to expire."""
    today = business_today()
    waiting = Job.within(member).still_open().with_names().order_by("expires_on", "pk")
    if wanted(request):
        rows = [{"what": GROUPS[_group(job, today)], "job": job} for job in waiting]
        return list_as_file(ActivityTable(rows), request, name="activites")
    items: dict[str, list[dict[str, Any]]] = {key: [] for key in GROUPS}
    for job in waiting[:SHOWN]:
        key = _group(job, today)
        late = key == "expiring"
        items[key].append({
            "icon": "clock" if late else "file-text",
            "tone": "warn" if late else "",
            "url": reverse("quotes:show", args=[job.number]),
            "text": _("Devis %(number)s, %(name)s") % {"number": job.number, "name": job.account.list_name},
            "note": f"{job.make.title()} {job.model} · {job.plate}",
            "when": printed_date(job.expires_on),
            "late": late,
            "verb": _("Ouvrir"),
        })  # fmt: skip
    groups = [(key, name, items[key]) for key, name in GROUPS.items() if items[key]]
    return screen(request, "desk/activities.html", title=_("Activités"), here="activities", groups=groups)


def _group(job: Job, today: date) -> str:
    if (job.expires_on - today).days <= EXPIRING_DAYS:
        return "expiring"
    return "complete" if job.state == State.DRAFT else "buy"


@require_safe
@member_may("read_transmission")
def transmissions(request: HttpRequest, member: Member) -> HttpResponse:
    table = TransmissionTable(parcels_of(member))
    paged(table, request)
    return screen(request, "desk/transmissions.html", title=_("Transmissions"), here="transmissions", table=table)


@require_safe
@member_may("read_transmission")
def transmission(request: HttpRequest, member: Member, pk: int) -> HttpResponse:
    parcel = _parcel(member, pk)
    job = Job.within(member).filter(number=parcel.subject).first()
    facts = [
        (_("Devis"), parcel.subject),
        (_("Destinataire"), parcel.partner),
        (_("Clé"), str(parcel.key)),
        (_("Trace"), parcel.trace),
        (_("Essais"), parcel.tries),
    ]
    return screen(
        request, "desk/transmission.html", title=f"{kind_of(parcel)} {parcel.subject}", here="transmissions", parcel=parcel,
        state=shown_parcel(parcel), facts=facts, attempts=parcel.attempts.order_by("-id")[:50], job=job,
        crumbs=[(reverse("desk:transmissions"), _("Transmissions"))],
        words=json.dumps(parcel.words, ensure_ascii=False, indent=2),
    )  # fmt: skip


@require_POST
@member_may("send_again")
def send_again(request: HttpRequest, member: Member, pk: int) -> HttpResponse:
    sent = actions.send_again(_parcel(member, pk), by=member.name)
    if sent > 1:
        messages.success(request, _("%(count)s transmissions relancées.") % {"count": sent})
    elif sent:
        messages.success(request, _("Transmission relancée."))
    else:
        messages.info(request, _("Cette transmission n’est pas à reprendre."))
    return redirect("desk:transmission", pk)


def _parcel(member: Member, pk: int) -> Transmission:
    return get_object_or_404(parcels_of(member), pk=min(pk, 2**63 - 1))


@require_safe
@member_may("read_tariff")
def tariff(request: HttpRequest, member: Member) -> HttpResponse:
    """The rows prices come from, edition by edition; a sample, and it says so."""
    known = list(editions())
    edition = next((one for one in known if one.code == request.GET.get("edition")), known[0] if known else None)
    rows: dict[tuple[str, int], dict[str, list[Any]]] = defaultdict(lambda: defaultdict(list))
    bands: dict[str, None] = {}
    for rate in rates_of(edition) if edition else []:
        rows[(rate.offering.name, rate.months)][rate.coverage.code].append(rate.net)
        if rate.coverage.code == "GARANTIE":
            bands[f"{rate.power_from}-{rate.power_to}"] = None
    lines = [
        (name, months, nets.get("ASSISTANCE", [None])[0], nets.get("RELATION_CLIENT", [None])[0], nets.get("GARANTIE", []))
        for (name, months), nets in rows.items()
    ]
    return screen(
        request, "desk/tariff.html", title=_("Tarif de démonstration"), here="settings", edition=edition, editions=known, lines=lines,
        bands=list(bands),
    )  # fmt: skip


@require_safe
@member_may("see_state")
def state(request: HttpRequest, member: Member) -> HttpResponse:
    return state_page(request)
