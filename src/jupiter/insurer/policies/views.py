"""Screens of policies: the lists, one policy, its documents as issued."""

from decimal import Decimal
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from jupiter.insurer.producers.access import member_may
from jupiter.insurer.producers.models import Member
from jupiter.kit.clock import business_today
from jupiter.kit.french import grouped, printed_date
from jupiter.kit.journal.actions import entries_of
from jupiter.kit.web.export import list_as_file, wanted
from jupiter.kit.web.screen import screen
from jupiter.kit.web.tables import paged
from jupiter.kit.web.templatetags.kit import euros, plate

from .access import served
from .actions import remember_viewing
from .models import RECENT_DAYS, Policy, PolicySet
from .tables import PolicyTable, shown_status

NAMES = ("account", "producer", "product", "offering", "edition")


@require_safe
@member_may("read_policy")
def index(request: HttpRequest, member: Member) -> HttpResponseBase:
    words = request.GET.get("q", "")[:100]
    found = Policy.within(member).matching(words).order_by("-issued_on", "-id")
    return _list(request, member, found, _("Polices"), "all", words=words)


@require_safe
@member_may("read_policy")
def issued(request: HttpRequest, member: Member) -> HttpResponseBase:
    title = _("Polices émises récemment")
    return _list(request, member, Policy.issued_lately(member, business_today()), title, "issued", days=RECENT_DAYS)


@require_safe
@member_may("read_policy")
def seen(request: HttpRequest, member: Member) -> HttpResponseBase:
    return _list(request, member, Policy.seen_lately(member, member.user_id), _("Polices consultées récemment"), "seen")


@require_safe
@member_may("read_policy")
def cancellations(request: HttpRequest, member: Member) -> HttpResponse:
    """ANNULATIONS OUVERTES: none can be opened yet, and the page says so."""
    return screen(request, "policies/cancellations.html", title=_("Annulations ouvertes"), here="policies", tabs=_tabs("cancelled"))


def _list(request: HttpRequest, member: Member, found: PolicySet, title: str, here: str, **parts: Any) -> HttpResponseBase:
    table = PolicyTable(found.select_related("account", "product"))
    table.caption = title
    if wanted(request):
        return list_as_file(table, request, name="polices")
    paged(table, request)
    return screen(request, "policies/index.html", title=title, here="policies", table=table, tabs=_tabs(here), view=here, **parts)


def _tabs(here: str) -> list[tuple[str, str, bool]]:
    return [
        (reverse("policies:seen"), _("Consultées récemment"), here == "seen"),
        (reverse("policies:issued"), _("Émises récemment"), here == "issued"),
        (reverse("quotes:index"), _("Devis ouverts"), here == "quotes"),
        (reverse("policies:cancellations"), _("Annulations ouvertes"), here == "cancelled"),
        (reverse("policies:index"), _("Toutes"), here == "all"),
    ]


@require_safe
@member_may("read_policy")
def show(request: HttpRequest, member: Member, number: str) -> HttpResponse:
    policy = _policy(member, number)
    parts = {
        "cover": _cover(policy),
        "car": _car(policy),
        "costs": [(line["label"], f"{euros(Decimal(line['net']))} HT") for line in policy.worksheet["lines"]]
        + [(_tax(tax), euros(Decimal(tax["amount"]))) for tax in policy.worksheet["taxes"]],
        "entries": entries_of("policy", policy.number)[:20],
    }
    return _page(request, policy, "summary", "policies/show.html", **parts)


@require_safe
@member_may("read_policy")
def documents(request: HttpRequest, member: Member, number: str) -> HttpResponse:
    policy = _policy(member, number)
    return _page(request, policy, "documents", "policies/documents.html", documents=policy.documents.defer("content").order_by("sequence"))


@require_safe
@member_may("read_document")
def document(request: HttpRequest, member: Member, number: str, sequence: str) -> HttpResponse:
    found = _policy(member, number).documents.filter(sequence=int(sequence)).first()
    if found is None:
        raise Http404
    return served(found, as_attachment="telecharger" in request.GET)


@require_safe
@member_may("read_claim")
def claims(request: HttpRequest, member: Member, number: str) -> HttpResponse:
    policy = _policy(member, number)
    return _page(request, policy, "claims", "policies/claims.html", claims=policy.claims.order_by("-pk"))


@require_POST
@member_may("remember_policy")
def viewed(request: HttpRequest, member: Member, number: str) -> HttpResponse:
    """Asked for by the page once it is shown: a GET writes nothing."""
    remember_viewing(_policy(member, number), user_id=member.user_id, now=timezone.now())
    return HttpResponse(status=204)


def _policy(member: Member, number: str) -> Policy:
    return get_object_or_404(Policy.within(member).select_related(*NAMES), number=number)


def _page(request: HttpRequest, policy: Policy, here: str, template: str, **parts: Any) -> HttpResponse:
    status = policy.status_on(business_today())
    tiles: list[dict[str, Any]] = [
        {"ask": _("Synthèse"), "figure": euros(policy.gross), "note": policy.product_name, "icon": "shield-check", "url": "show"},
        {"ask": _("Documents"), "figure": policy.documents.count(), "note": _("tels qu’émis"), "icon": "file-type-pdf", "url": "documents"},
        {"ask": _("Sinistres"), "figure": policy.claims.count(), "note": _("déclarés"), "icon": "tools", "url": "claims"},
    ]
    for tile, key in zip(tiles, ("summary", "documents", "claims"), strict=True):
        tile["url"], tile["here"] = reverse(f"policies:{tile['url']}", args=[policy.number]), key == here
    return screen(
        request, template, title=f"{policy.product.policy_title} ({policy.number})", here="policies", policy=policy, tiles=tiles,
        state=shown_status(status), crumbs=[(reverse("policies:issued"), _("Polices"))], **parts,
    )  # fmt: skip


def _cover(policy: Policy) -> list[tuple[str, Any]]:
    return [
        (_("Produit"), policy.product.name),
        (_("Type de couverture"), policy.product_name),
        (_("Durée de la police"), f"{printed_date(policy.starts_on)} - {printed_date(policy.ends_on)}"),
        (_("Durée (Mois)"), policy.months),
        (_("Période de carence (Mois)"), policy.waiting_months),
        (_("Émise le"), printed_date(policy.issued_on)),
        (_("Édition du tarif"), policy.edition.note or policy.edition.code),
        (_("Point de vente"), f"{policy.producer.name} ({policy.producer.code})"),
        (_("Prix total"), euros(policy.gross)),
    ]


def _car(policy: Policy) -> list[tuple[str, Any]]:
    return [
        (_("Immatriculation"), plate(policy.plate)),
        ("VIN", policy.vin),
        (_("Véhicule"), f"{policy.make.title()} {policy.model}"),
        (_("Kilométrage"), f"{grouped(int(policy.facts['mileage_km']))}\u00a0km"),
        (_("Vendeur véhicule d’occasion"), policy.facts.get("seller") or "—"),
        (_("Référence de la déclaration"), policy.facts.get("external_reference") or "—"),
    ]


def _tax(tax: dict[str, str]) -> str:
    words = {"insurance": _("Taxe d’assurance"), "service": _("TVA")}
    percent = f"{float(tax['percent']):g}".replace(".", ",")
    return f"{words.get(tax['kind'], tax['kind'])} ({percent}\u00a0%)"
