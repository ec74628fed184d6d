"""Garantir, what became of a sale, the seller's accesses, and Envoyer / Recevoir."""

import json
from collections.abc import Iterable
from typing import Any
from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy
from django.utils.translation import ngettext
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from jupiter.dealer.orders import rules as order_rules
from jupiter.dealer.orders.models import Order
from jupiter.dealer.orders.views.showing import ORDER_PARTS
from jupiter.dealer.sites.access import Member, member_may
from jupiter.dealer.sites.models import HubLink
from jupiter.dealer.vehicles.models import Vehicle
from jupiter.dealer.vehicles.views import SHEET_PARTS, Part
from jupiter.kit.french import printed_date
from jupiter.kit.partners import GiveUp, TryAgain
from jupiter.kit.transmissions.carriers import CARRIERS
from jupiter.kit.transmissions.models import URGENCY, Transmission
from jupiter.kit.transmissions.models import State as Parcel
from jupiter.kit.web.frame import State as Shown
from jupiter.kit.web.screen import screen
from jupiter.kit.web.tables import paged
from jupiter.kit.web.templatetags.kit import euros, moment
from jupiter.kit.words import spoken

from . import client
from .actions import confirm_checked, deliver_now, forget_refused_grant, keep_grant, link_of, revoke_grant, send_again, sent_together
from .forms import AskedFor, GuarantorForm
from .models import STELLANTIS, CoverState, HubGrant, SaleAtHub, State
from .tables import SHOWN, TransmissionTable

PER_PAGE = 25
SETTLED = 286  # htmx stops polling
NOT_ARRIVED = lazy("la vente n’est pas encore arrivée au Centralisateur")
STATES = {
    State.SENDING: Shown(State.SENDING.label, "info", "progress"),
    State.RECEIVED: Shown(State.RECEIVED.label, "info", "circle-check"),
    State.DECLARED: Shown(State.DECLARED.label, "ok", "circle-check"),
    State.WITHDRAWN: Shown(State.WITHDRAWN.label, "off", "circle-x"),
    State.ASIDE: Shown(State.ASIDE.label, "warn", "alert-triangle"),
}
COVERS = {
    CoverState.ISSUED: Shown(lazy("Garantie"), "ok", "shield-check"),
    CoverState.ASIDE: Shown(CoverState.ASIDE.label, "warn", "alert-triangle"),
}


# Garantir


@sensitive_post_parameters("password")
@require_http_methods(["GET", "HEAD", "POST"])
@member_may("cover_sale", speaks=True)
def cover(request: HttpRequest, member: Member, number: int) -> HttpResponse:
    """« Information garantisseur »: a page of its own, also what the dialog posts to."""
    with member.inside():
        order = _order(member, number)
        reason, grant, link = why_not(order, _sale_of(order)), _grant_of(member, order), link_of(order.group_id)
    if reason:
        return _refused(request, order, reason)
    if request.method != "POST":
        return _cover_page(request, order, _guarantor_form(grant))
    form = GuarantorForm(request.POST, asks_login=grant is None)
    if not form.is_valid():
        return _cover_page(request, order, form, status=422)
    if grant is None and (grant := _granted(form, member, order, link)) is None:
        return _cover_page(request, order, form, status=422)
    if request.POST.get("act") == "configure":
        messages.success(request, _("Accès au Centralisateur enregistré pour {site}").format(site=order.site.name))
        return _go(request, reverse("vehicles:show", args=[order.vehicle_id]))
    return _launched(request, member, order, grant, link)


def _granted(form: GuarantorForm, member: Member, order: Order, link: HubLink | None) -> HubGrant | None:
    """The seller's log-in, tried on the hub and exchanged: nothing is kept when it is wrong."""
    if link is None:
        form.add_error(None, _("Le lien avec le Centralisateur n’est pas configuré pour votre groupe"))
        return None
    typed = form.cleaned_data
    try:
        given = client.ask_grant(link, username=typed["username"], password=typed["password"], network_code=order.site.network_code)
    except client.NotGranted as refusal:
        form.add_error(None, spoken(str(refusal)))
        return None
    except client.HubSilent:
        form.add_error(
            None, _("Le Centralisateur ne répond pas\u00a0: vos identifiants n’ont pas pu être vérifiés. Recommencez dans un instant")
        )
        return None
    with member.inside():
        return keep_grant(
            member.user, order.site, username=given.username, full_name=given.full_name, grant=given.grant, now=timezone.now()
        )


def _launched(request: HttpRequest, member: Member, order: Order, grant: HubGrant, link: HubLink | None) -> HttpResponse:
    form = _guarantor_form(grant)
    form.cleaned_data = {}
    try:
        if link is None or not deliver_now(order, link):
            return _not_launched(request, order, form, _("Pas encore\u00a0: {reason}").format(reason=NOT_ARRIVED))
        way_back = settings.PUBLIC_URL.rstrip("/") + reverse("orders:show", args=[order.number])
        launch = client.ask_launch(link, order.sale_reference, grant=grant.grant, return_url=way_back)
    except (client.HubSilent, TryAgain):
        return _not_launched(
            request,
            order,
            form,
            _("Le Centralisateur ne répond pas\u00a0: {reason}. Elle y partira d’elle-même").format(reason=NOT_ARRIVED),
        )
    except GiveUp as refusal:
        return _not_launched(request, order, form, spoken(refusal.reason))
    except client.HubRefuses as refusal:
        return _not_launched(request, order, form, spoken(str(refusal)))
    except client.NotGranted as refusal:
        with member.inside():
            forget_refused_grant(grant, now=timezone.now())
        return _not_launched(request, order, GuarantorForm(None, asks_login=True), spoken(str(refusal)))
    return _go(request, launch.url)


def _go(request: HttpRequest, address: str) -> HttpResponse:
    """The page's script opened a window and waits for its address; without script the browser follows."""
    if "application/json" in request.headers.get("Accept", ""):
        return JsonResponse({"location": address}, headers={"cache-control": "no-store"})
    answer = HttpResponse(status=303, headers={"cache-control": "no-store"})
    answer["location"] = address
    return answer


def _not_launched(request: HttpRequest, order: Order, form: GuarantorForm, reason: str) -> HttpResponse:
    return _cover_page(request, order, form, status=422, reason=reason)


def _refused(request: HttpRequest, order: Order, reason: str) -> HttpResponse:
    return _cover_page(request, order, None, status=422 if request.method == "POST" else 200, reason=reason)


def _cover_page(request: HttpRequest, order: Order, form: GuarantorForm | None, *, status: int = 200, reason: str = "") -> HttpResponse:
    part = "application/json" in request.headers.get("Accept", "") or request.headers.get("HX-Request")
    template = "declarations/cover.html#dialog" if part else "declarations/cover.html"
    return screen(
        request, template, title=_("Information garantisseur"), here="vehicles", status=status,
        crumbs=[(reverse("vehicles:show", args=[order.vehicle_id]), _("Véhicule"))] if order.vehicle_id else [],
        **_cover_facts(order, form), reason=reason,
    )  # fmt: skip


def _cover_facts(order: Order, form: GuarantorForm | None) -> dict[str, Any]:
    told = [
        (_("Véhicule"), order.vehicle.plate or order.vehicle.stock_number if order.vehicle else "—"), (_("Acheteur"), order.buyer.list_name),
        (_("Garantie"), order.warranty.label if order.warranty else "—"),
        (_("Livraison"), printed_date(order.delivery_on) if order.delivery_on else "—"),
    ]  # fmt: skip
    return {"order": order, "cover_form": form, "told": told}


def _guarantor_form(grant: HubGrant | None) -> GuarantorForm:
    return GuarantorForm(None, asks_login=grant is None)


def _grant_of(member: Member, order: Order) -> HubGrant | None:
    return HubGrant.objects.live().filter(user=member.user, site=order.site_id, guarantor=STELLANTIS).first()


def why_not(order: Order | None, sale: SaleAtHub | None) -> str:
    """Why Garantir cannot be pressed, in words; empty when it can."""
    if order is None:
        return _("Ce véhicule n’est dans aucun bon de commande\u00a0: créez-en un, puis clôturez-le.")
    if not order.is_closed:
        return _("Clôturez d’abord le bon {number}.").format(number=order.number)
    if not order.has_label:
        return _("Vendu sans garantie label\u00a0: rien n’est à déclarer.")
    missing = order_rules.obstacles_to_the_label(order)
    if "network_code" in missing:
        return _("Le champ Code RRD1 du site {site} est vide\u00a0: complétez-le dans Paramétrage.").format(site=order.site.name)
    if missing:
        return _("Le Centralisateur ne peut pas prendre ce véhicule\u00a0: vérifiez son immatriculation et son VIN.")
    if sale is None:
        return _(
            "Ce bon d’avant la liaison n’a pas été transmis au Centralisateur\u00a0: le responsable peut le rouvrir et le clôturer à nouveau."
        )
    if sale.state == State.ASIDE:
        return _("La transmission est à reprendre\u00a0: {reason}").format(reason=sale.trouble)
    if sale.is_declared:
        return _("La vente est déjà déclarée\u00a0: {number}.").format(number=sale.declaration_number)
    return ""


# What became of it


@require_safe
@member_may("read_order")
def panel(request: HttpRequest, member: Member, number: int) -> HttpResponse:
    """The panel by itself: what a page that stays open asks for every three seconds."""
    order = _order(member, number)
    sale = _sale_of(order)
    facts = panel_facts(order, sale, member)
    return screen(request, "declarations/panel.html", status=SETTLED if facts["settled"] else 200, **facts)


@require_POST
@member_may("edit_order")
def checked(request: HttpRequest, member: Member, number: int) -> HttpResponse:
    """J’ai vérifié, of a sale that was declared while its order was undone here."""
    if sale := _sale_of(_order(member, number)):
        confirm_checked(sale, by=member.name)
    return redirect("orders:show", number)


@require_safe
@member_may("read_order")
def document(request: HttpRequest, member: Member, number: int) -> HttpResponse:
    """The policy's paper: our own copy."""
    sale = _sale_of(_order(member, number))
    if sale is None or not hasattr(sale, "document"):
        raise Http404
    kept = sale.document
    name = "".join(sign for sign in kept.name if sign.isascii() and (sign.isalnum() or sign in "._-")) or "police.pdf"
    headers = {"content-disposition": f'inline; filename="{name}"', "x-content-type-options": "nosniff"}
    return HttpResponse(bytes(kept.content), content_type="application/pdf", headers=headers)


def panel_facts(order: Order | None, sale: SaleAtHub | None, member: Member) -> dict[str, Any]:
    parcels = list(Transmission.objects.about(order.sale_reference)[:6]) if order and sale else []
    aside = next((parcel for parcel in parcels if parcel.state == Parcel.ASIDE), None)
    settled = sale is None or sale.is_settled
    return {
        "order": order, "sale": sale, "settled": settled, "aside": aside, "parcels": parcels[:1], "steps": _steps(order, sale) if order else [],
        "state": _shown(sale), "may_send_again": bool(order and member.may("send_again", order.site_id)),
        "together": sent_together(aside) if aside else 0, "may_check": bool(order and member.may("edit_order", order.site_id)),
        "declared": sale.declaration_number if sale and sale.is_declared else "",
    }  # fmt: skip


def _shown(sale: SaleAtHub | None) -> Shown:
    if sale is None:
        return Shown(_("Rien à transmettre"), "off", "circle-dashed")
    if sale.is_declared and sale.cover_state in COVERS:
        return COVERS[CoverState(sale.cover_state)]
    return STATES[State(sale.state)]


def _steps(order: Order, sale: SaleAtHub | None) -> list[dict[str, str]]:
    """Bon clôturé, transmise, déclarée, devis, police, document: done, or to come."""
    closed = f"{printed_date(order.closed_on)}, {order.closed_by}" if order.closed_on else ""
    steps = [_step(_("Bon clôturé"), bool(order.closed_on), closed)]
    if sale is None:
        return steps
    cover, label = sale.cover_state, CoverState(sale.cover_state).label
    sent = sale.state in (State.RECEIVED, State.DECLARED)
    trouble = sale.trouble if sale.state == State.ASIDE else ""
    steps.append(
        _step(
            _("Transmise au Centralisateur"),
            sent,
            trouble or (_("Transmission en cours") if sale.state == State.SENDING else ""),
            warn=bool(trouble),
        )
    )
    at = moment(sale.changed_at) if sale.changed_at else ""
    steps.append(_step(_("Déclarée"), sale.is_declared, at if sale.is_declared else "", sale.declaration_number))
    if cover == CoverState.NOT_WANTED:
        return [*steps, _step(_("Sans garantie commerciale"), True, "")]
    has_quote = bool(sale.quote_number)
    note = sale.cover_trouble or (
        str(label)
        if cover in (CoverState.SENDING, CoverState.QUOTE_DRAFT, CoverState.QUOTED, CoverState.QUOTE_EXPIRED, CoverState.QUOTE_WITHDRAWN)
        else ""
    )
    link = sale.quote_link if has_quote and cover in (CoverState.QUOTE_DRAFT, CoverState.QUOTED) else ""
    steps.append(
        _step(
            _("Devis n°"),
            has_quote,
            note,
            sale.quote_number,
            link,
            warn=cover in (CoverState.ASIDE, CoverState.QUOTE_EXPIRED, CoverState.QUOTE_WITHDRAWN),
        )
    )
    period = (
        f"{printed_date(sale.policy_starts_on)} – {printed_date(sale.policy_ends_on)}"
        if sale.policy_starts_on and sale.policy_ends_on
        else ""
    )
    premium = f"{sale.product} · {euros(sale.premium)}" if sale.policy_number else ""
    steps.append(_step(_("Police n°"), bool(sale.policy_number), " · ".join(filter(None, [period, premium])), sale.policy_number))
    kept = hasattr(sale, "document")
    url = reverse("declarations:document", args=[order.number]) if kept else ""
    steps.append(_step(_("Document"), kept, "" if kept else _("en route") if sale.document_name else "", sale.document_name, url))
    return steps


def _step(name: str, done: bool, note: str, proof: str = "", url: str = "", *, warn: bool = False) -> dict[str, str]:
    tone, icon = ("warn", "alert-triangle") if warn else ("ok", "circle-check") if done else ("wait", "circle-dashed")
    return {
        "name": name,
        "tone": tone,
        "icon": icon,
        "note": note or ("" if done else _("à venir")),
        "proof": proof if done else "",
        "url": url,
    }


def on_the_sheet(request: HttpRequest, member: Member, car: Vehicle) -> Iterable[Part]:
    """What a car's sheet shows of its sale."""
    order = member.own(Order.objects.live().about(car).select_related("site", "group", "vehicle", "warranty", "buyer")).first()
    sale = _sale_of(order) if order else None
    return _on_a_page(member, order, sale)


def on_the_order(request: HttpRequest, member: Member, order: Order) -> Iterable[Part]:
    return _on_a_page(member, order, _sale_of(order), is_order=True)


def _on_a_page(member: Member, order: Order | None, sale: SaleAtHub | None, *, is_order: bool = False) -> Iterable[Part]:
    """Garantir or why not, the panel, the policy. On an open order's form only a withdrawal that is not done."""
    if is_order and order and not order.is_closed:
        if sale and sale.state != State.WITHDRAWN:
            yield Part("side", "declarations/panel.html", panel_facts(order, sale, member))
        return
    reason = why_not(order, sale)
    form = _guarantor_form(_grant_of(member, order)) if order and not reason and member.may("cover_sale", order.site_id) else None
    button = {"order": order, "reason": reason, "cover_form": form}
    if not is_order:
        yield Part("buttons", "declarations/cover_button.html", button)
    elif form:
        yield Part("next", "declarations/next.html", button)
    else:
        yield Part("menu", "declarations/cover_off.html", button)
    if form and order:
        yield Part("dialogs", "declarations/cover_dialog.html", _cover_facts(order, form) | {"reason": ""})
    if sale:
        facts = panel_facts(order, sale, member)
        yield Part("side", "declarations/panel.html", facts)
        if hasattr(sale, "document"):
            yield Part("documents", "declarations/document_line.html", facts)


def _order(member: Member, number: int) -> Order:
    rows = Order.objects.visible().filter(group=member.group).select_related("site", "group", "vehicle", "warranty", "buyer")
    return member.find(rows, number=number)


def _sale_of(order: Order) -> SaleAtHub | None:
    return SaleAtHub.objects.select_related("document").defer("document__content").filter(order=order).first()


# Mes accès


@require_safe
@member_may("cover_sale")
def accesses(request: HttpRequest, member: Member) -> HttpResponse:
    grants = member.own(HubGrant.objects.live().of_user(member.user.pk).select_related("site")).order_by("site__code")
    return screen(request, "declarations/accesses.html", title=_("Mes accès au Centralisateur"), grants=grants)


@require_POST
@member_may("cover_sale")
def revoke(request: HttpRequest, member: Member, grant_id: int) -> HttpResponse:
    grant = member.find(HubGrant.objects.live().of_user(member.user.pk), pk=grant_id)
    revoke_grant(grant, by=member.name, now=timezone.now())
    messages.success(request, _("Accès révoqué pour {site}").format(site=grant.site.name))
    return redirect("declarations:accesses")


# Envoyer / Recevoir


@require_safe
@member_may("read_transmission")
def transmissions(request: HttpRequest, member: Member) -> HttpResponse:
    kinds = [(kind, str(carrier.label)) for kind, carrier in CARRIERS.items()]
    form = AskedFor(request.GET, kinds=kinds, sites=[(str(site.pk), site.name) for site in member.sites])
    asked = form.cleaned_data if form.is_valid() else {}
    rows = _asked(Transmission.objects.of(member.site_ids), member, asked)
    table = paged(TransmissionTable(rows), request, per_page=PER_PAGE)
    table.orders = _numbers([row.record.subject for row in table.paginated_rows], member)
    return screen(request, "declarations/transmissions.html", title=_("Envoyer / Recevoir"), here="transmissions", table=table, form=form)


@require_safe
@member_may("read_transmission")
def transmission(request: HttpRequest, member: Member, transmission_id: int) -> HttpResponse:
    parcel = _parcel(member, transmission_id)
    number = _numbers([parcel.subject], member).get(parcel.subject)
    label = CARRIERS[parcel.kind].label if parcel.kind in CARRIERS else parcel.kind
    return screen(
        request, "declarations/transmission.html", title=_("Transmission {number}").format(number=parcel.pk), here="transmissions",
        crumbs=[(reverse("declarations:transmissions"), _("Envoyer / Recevoir"))], parcel=parcel, label=label, order_number=number,
        state=SHOWN[Parcel(parcel.state)], words=json.dumps(parcel.words, ensure_ascii=False, indent=2), attempts=parcel.attempts.order_by("-id")[:50],
        may_send_again=parcel.can_be_sent_again and member.may("send_again", parcel.owner_id), together=sent_together(parcel),
    )  # fmt: skip


@require_POST
@member_may("send_again")
def again(request: HttpRequest, member: Member, transmission_id: int) -> HttpResponse:
    parcel = _parcel(member, transmission_id)
    if sent := send_again(parcel, by=member.name):
        messages.success(request, ngettext("Transmission renvoyée", "{n} transmissions renvoyées", sent).format(n=sent))
    else:
        messages.error(request, _("Cette transmission n’est plus à reprendre"))
    return redirect("declarations:transmission", parcel.pk)


def _parcel(member: Member, transmission_id: int) -> Transmission:
    return member.find(Transmission.objects.all(), "owner_id", pk=transmission_id)


def _asked(rows: QuerySet[Transmission], member: Member, asked: dict[str, Any]) -> QuerySet[Transmission]:
    """À reprendre first, then what is on its way, then the rest, newest first."""
    if asked.get("state"):
        rows = rows.filter(state=asked["state"])
    if asked.get("kind"):
        rows = rows.filter(kind=asked["kind"])
    if asked.get("site"):
        rows = rows.filter(owner_id=int(asked["site"]))
    if number := asked.get("number"):
        orders = member.own(Order.objects.visible()).matching(number) if number else Order.objects.none()
        rows = rows.filter(subject__in=[str(reference) for reference in orders.values_list("sale_reference", flat=True)[:200]])
    return rows.order_by(URGENCY, "-id")


def _numbers(subjects: Iterable[str], member: Member) -> dict[str, int]:
    references = []
    for subject in subjects:
        try:
            references.append(UUID(subject))
        except ValueError:
            continue
    rows = member.own(Order.objects.visible()).filter(sale_reference__in=references).values_list("sale_reference", "number")
    return {str(reference): number for reference, number in rows}


def show_on_pages() -> None:
    """Called once, when the addresses are read."""
    SHEET_PARTS.append(on_the_sheet)
    ORDER_PARTS.append(on_the_order)
