"""What became of a sale: the result page while the guarantor answers, the sale with its papers, the policy."""

from collections.abc import Iterable
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from jupiter.hub.dealers.models import Member
from jupiter.hub.declarations import actions, rules, wording
from jupiter.hub.declarations.access import policy_of, sale_may, transmissions_about, way_back
from jupiter.hub.declarations.models import Cover, Sale
from jupiter.hub.declarations.pdf import as_issued
from jupiter.hub.declarations.tables import label_of, shown_parcel, shown_state
from jupiter.hub.guarantors.registry import GUARANTORS
from jupiter.kit.french import printed_date
from jupiter.kit.journal.actions import entries_of
from jupiter.kit.web.screen import screen
from jupiter.kit.web.templatetags.kit import euros, km, plate
from jupiter.kit.words import spoken


@require_safe
@sale_may("see_sale")
def result(request: HttpRequest, member: Member, sale: Sale) -> HttpResponse:
    if not sale.is_declared:
        return redirect("declarations:begin" if sale.is_received else "declarations:show", sale.pk)
    return screen(
        request,
        "declarations/result.html",
        title=_("Bienvenue au garage"),
        here="declare",
        told=_told(sale),
        way_back=way_back(sale),
        **_answers(member, sale),
    )


@require_safe
@never_cache
@sale_may("see_sale")
def answers(request: HttpRequest, member: Member, sale: Sale) -> HttpResponse:
    """What the page asks again while the guarantor's answer is on its way."""
    return screen(request, "declarations/result.html#answers", **_answers(member, sale))


@require_POST
@sale_may("send_again")
def send_again(request: HttpRequest, member: Member, sale: Sale) -> HttpResponse:
    sale = actions.send_cover_again(sale, by=member.user, now=timezone.now())
    if request.headers.get("HX-Request"):
        return screen(request, "declarations/result.html#answers", **_answers(member, sale))
    return redirect("declarations:result", sale.pk)


ICONS = {"ok": "circle-check", "wait": "progress", "warn": "alert-triangle"}
PAUSES = ((3, 300), (10, 700), (60, 2_000))  # seconds since the declaration → milliseconds to the next look
LATER = 5_000


def _answers(member: Member, sale: Sale) -> dict[str, Any]:
    document = wording.document_of(sale)
    said = [
        {"who": message.source, "tone": message.tone, "icon": ICONS[message.tone], "text": message.text, **_proof(sale, first=i == 0)}
        for i, message in enumerate(wording.messages_of(sale))
    ]
    return {
        "sale": sale,
        "answers": said,
        "document": document,
        "steps": _timeline(sale, has_document=document is not None),
        "insurer_home": f"{settings.NEIGHBOURS['insurer'].rstrip('/')}/",
        "pause": _pause(sale, timezone.now()),
        "silence": _silence(sale),
        "expires_on": _date(sale.quote, "expires_on"),
        "may_complete": member.may("declare_sale", sale.point_of_sale_id),
        "may_send_again": member.may("send_again", sale.point_of_sale_id),
        "source": GUARANTORS[sale.guarantor].source if sale.guarantor else "",
    }


def _proof(sale: Sale, *, first: bool) -> dict[str, str]:
    if first:
        return {"what": _("déclaration"), "proof": sale.declaration_number or ""}
    if sale.quote_number:
        return {"what": _("devis"), "proof": sale.quote_number}
    return {"what": _("devis"), "proof": _("à reprendre") if sale.cover == Cover.ASIDE else _("en cours")}


def _silence(sale: Sale) -> str:
    """Why the guarantor has not answered yet, once it has been tried in vain."""
    if sale.cover != Cover.SENDING:
        return ""
    parcel = transmissions_about(sale).filter(kind=actions.COVER).first()
    return parcel.trouble if parcel else ""


def _pause(sale: Sale, now: datetime) -> int:
    """Quick while someone is waiting, slow when the insurer is down; none once the answer is there. Milliseconds."""
    if sale.cover != Cover.SENDING:
        return 0
    waited = (now - sale.changed_at).total_seconds()
    return next((pause for limit, pause in PAUSES if waited < limit), LATER)


def _date(facts: dict[str, Any] | None, name: str) -> date | None:
    said = (facts or {}).get(name)
    return date.fromisoformat(said) if said else None


def _timeline(sale: Sale, *, has_document: bool) -> list[dict[str, Any]]:
    steps: list[dict[str, Any]] = [
        {
            "name": _("Vente reçue"),
            "date": printed_date(sale.received_on),
            "note": _("bon {number}").format(number=sale.order_number) if sale.order_number else "",
            "when": "done",
        },
        {
            "name": _("Vente déclarée"),
            "date": printed_date(sale.declared_on) if sale.declared_on else "",
            "when": "done" if sale.is_declared else "now",
        },
    ]
    if sale.is_declared and not sale.with_warranty:
        return steps
    quote, policy = sale.quote_number, sale.policy_number
    gone = sale.cover in (Cover.QUOTE_WITHDRAWN, Cover.QUOTE_EXPIRED)
    expires_on = _date(sale.quote, "expires_on")
    issued_on = _date(sale.policy, "issued_on")
    return [
        *steps,
        {
            "name": _("Devis créé") if quote else _("Devis à créer"),
            "date": quote or (_("à reprendre") if sale.cover == Cover.ASIDE else _("en cours") if sale.is_declared else ""),
            "when": "done" if quote else "now" if sale.is_declared else "to-come",
        },
        {
            "name": str(sale.get_cover_display()) if gone else _("Police émise") if policy else _("Police à acheter"),
            "date": policy or (_("jusqu’au {day}").format(day=printed_date(expires_on)) if expires_on else ""),
            "note": _("le {day}").format(day=printed_date(issued_on)) if issued_on else "",
            "when": "done" if policy else "now" if quote else "to-come",
        },
        {
            "name": _("Attestation reçue"),
            "when": "done" if has_document else "now" if policy else "to-come",
            "date": _("PDF") if has_document else "",
        },
    ]


def _told(sale: Sale) -> list[tuple[str, Any]]:
    values = sale.values
    facts: Iterable[tuple[str, Any]] = (
        (_("Client"), sale.buyer),
        (_("Véhicule"), " ".join(str(values.get(name, "")) for name in ("make", "model"))),
        (_("Immatriculation"), plate(sale.plate) if sale.plate else ""),
        (_("Kilométrage"), km(values["mileage"]) if "mileage" in values else ""),
        (_("Livraison"), rules.printed("delivery_on", values.get("delivery_on"))),
        (_("Garantisseur"), GUARANTORS[sale.guarantor].label if sale.guarantor else ""),
        (_("Garantie"), wording.warranty_line(values) or _("sans garantie commerciale")),
        (_("Période"), rules.period(values)),
    )
    return [(name, value) for name, value in facts if value]


@require_safe
@sale_may("see_sale")
def show(request: HttpRequest, member: Member, sale: Sale) -> HttpResponse:
    found = [
        {"parcel": parcel, "label": label_of(parcel), "state": shown_parcel(parcel), "attempts": list(parcel.attempts.all())}
        for parcel in transmissions_about(sale)[:30]
    ]
    document = wording.document_of(sale)
    policy = sale.policy or {}
    premium = (sale.quote or {}).get("premium")
    facts = [
        *_told(sale),
        (_("Prix de vente"), f"{rules.printed('price', sale.values.get('price'))}\u00a0€" if sale.values.get("price") else ""),
        (_("Devis"), sale.quote_number),
        (_("Prime"), euros(Decimal(premium)) if premium else ""),
        (_("Police"), sale.policy_number),
        (
            _("En vigueur"),
            f"{printed_date(date.fromisoformat(policy['starts_on']))} – {printed_date(date.fromisoformat(policy['ends_on']))}"
            if policy
            else "",
        ),
    ]
    return screen(
        request, "declarations/show.html", title=sale.title, here="home", crumbs=[(reverse("declarations:list"), _("Ventes"))], sale=sale,
        state=shown_state(sale), facts=[fact for fact in facts if fact[1]], differences=_differences(sale), parcels=found,
        messages_said=wording.messages_of(sale), document=document, steps=_timeline(sale, has_document=document is not None),
        entries=list(entries_of("sale", sale.pk)[:30]), corrections=_corrections(sale),
        may_complete=member.may("declare_sale", sale.point_of_sale_id), may_send_again=member.may("send_again", sale.point_of_sale_id),
        insurer_home=f"{settings.NEIGHBOURS['insurer'].rstrip('/')}/", doubts=[spoken(doubt.message) for doubt in rules.doubts(sale.values)], point=sale.point_of_sale,
    )  # fmt: skip


def _corrections(sale: Sale) -> list[dict[str, Any]]:
    return [
        {
            "label": spoken(rules.FIELDS[one.field].label) if one.field in rules.FIELDS else one.field,
            "before": spoken(rules.printed(one.field, one.old)) or "—",
            "after": spoken(rules.printed(one.field, one.new)) or "—",
            "who": one.who,
            "at": one.at,
        }
        for one in sale.corrections.order_by("-id")[:50]
    ]


def _differences(sale: Sale) -> list[dict[str, str]]:
    """Side by side: what the order says, what the hub holds, what the insurer holds."""
    order = wording.order_values(sale)
    rows = []
    for name in dict.fromkeys(difference.name for difference in rules.differences(order, sale.values, sale.insurer_facts)):
        rows.append(
            {
                "label": spoken(rules.FIELDS[name].label),
                "order": spoken(rules.printed(name, order.get(name))) or "—",
                "hub": spoken(rules.printed(name, sale.values.get(name))) or "—",
                "insurer": spoken(rules.printed(name, sale.insurer_facts.get(name))) or "—",
            }
        )
    return rows


@require_safe
@sale_may("see_policy")
def policy(request: HttpRequest, member: Member, sale: Sale) -> HttpResponse:
    document = policy_of(sale)
    if document is None:
        raise Http404
    return as_issued(document)
