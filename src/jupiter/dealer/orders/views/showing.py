"""What the pages of an order show: its form, or what was agreed; sums, verdict, journal, and what other nouns add."""

from collections.abc import Callable, Iterable
from datetime import date
from decimal import Decimal
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from jupiter.dealer.orders import rules
from jupiter.dealer.orders.forms.order import OrderForm
from jupiter.dealer.orders.forms.reason import ReasonForm
from jupiter.dealer.orders.forms.seeing import Seen, mark_what_is_missing
from jupiter.dealer.orders.models import Order, OrderDeposit, OrderPaper, State, WarrantyChoice
from jupiter.dealer.orders.tables import SHOWN
from jupiter.dealer.sites.access import Member
from jupiter.dealer.vehicles.models import Vehicle
from jupiter.dealer.vehicles.views import Part
from jupiter.kit import french
from jupiter.kit.clock import business_today
from jupiter.kit.french import printed_date
from jupiter.kit.journal.actions import entries_of
from jupiter.kit.web.frame import State as Shown
from jupiter.kit.web.once import form_key
from jupiter.kit.web.screen import screen
from jupiter.kit.web.templatetags.kit import euros, km

JOURNAL_LINES = 12

# Filled by the nouns above when they are ready; each is asked once a page. Places: menu, next, side, documents, dialogs.
ORDER_PARTS: list[Callable[[HttpRequest, Member, Order], Iterable[Part]]] = []


def form_page(request: HttpRequest, member: Member, order: Order | None, form: OrderForm, *, unsaved: bool = False) -> HttpResponse:
    mark_what_is_missing(form)
    seen = Seen(form)
    title = _("Bon de commande {number}").format(number=order.number) if order else _("Créer un bon de commande")
    verdict = _verdict(seen.warranty, form.found_vehicle, seen.mileage_km, seen.delivery_on or business_today())
    return screen(
        request, "orders/form.html", title=title, here="orders", status=422 if form.is_bound else 200, crumbs=crumbs_of(), order=order,
        form=form, state=SHOWN[State(order.state)] if order else Shown(_("Nouveau"), "info", "circle-dashed"), sums=_sum_lines(seen.sums()),
        total=seen.sums().total, financing=seen.financing_amount, verdict=verdict, unsaved=unsaved,
        journal=entries_of("order", order.pk)[:JOURNAL_LINES] if order else (), versions_url=_versions_url(order), creation_key="" if order else form_key(request.POST),
        **_parts(request, member, order),
    )  # fmt: skip


def closed_page(request: HttpRequest, member: Member, order: Order) -> HttpResponse:
    parts = _parts(request, member, order)
    paper = order.papers.filter(closing=order.closings).defer("content").first() if order.closed_frozen else None
    return screen(
        request, "orders/show.html", title=_("Bon de commande {number}").format(number=order.number), here="orders", crumbs=crumbs_of(),
        order=order, state=SHOWN[State(order.state)], blocks=_blocks(order), sums=_sum_lines(order.sums(), order),
        paper=paper, paper_note=_paper_note(order, paper),
        may_reopen=member.may("reopen_order", order.site_id), journal=entries_of("order", order.pk)[:JOURNAL_LINES],
        versions_url=_versions_url(order), reason_form=ReasonForm(), **parts,
    )  # fmt: skip


def _parts(request: HttpRequest, member: Member, order: Order | None) -> dict[str, Any]:
    found = [part for ask in ORDER_PARTS for part in ask(request, member, order)] if order else []
    declared = next((str(part.facts["declared"]) for part in found if part.facts.get("declared")), "")
    places = ("menu", "next", "side", "documents", "dialogs")
    can_cover = any(part.facts.get("cover_form") for part in found)
    return {"parts": {place: _drawn(request, found, place) for place in places}, "declared": declared, "can_cover": can_cover}


def _drawn(request: HttpRequest, parts: Iterable[Part], place: str) -> SafeString:
    return SafeString("".join(render_to_string(part.template, dict(part.facts), request) for part in parts if part.place == place))


def _versions_url(order: Order | None) -> str:
    return reverse("orders:versions", args=[order.number]) if order else ""


def _sum_lines(sums: rules.Sums, order: Order | None = None) -> list[tuple[str, str]]:
    lines = []
    if order and order.shows_vat and order.agreed_net is not None and order.agreed_vat is not None:
        lines += [(_("HT"), euros(order.agreed_net)), (_("TVA"), euros(order.agreed_vat))]
    lines += [(_("Frais TTC"), _live("fees", sums.fees)), (_("Total TTC"), _live("total", sums.total))]
    if sums.trade_in:
        lines.append((_("Reprise"), euros(-sums.trade_in)))
    if sums.deposits:
        lines.append((_("Acompte"), euros(-sums.deposits)))
    return [*lines, (_("Reste à payer"), _live("due", sums.left_to_pay))]


def _live(name: str, amount: Decimal) -> str:
    """The kit's script keeps it true while amounts are typed."""
    return format_html('<span data-total="{}">{}</span>', name, euros(amount))


def _verdict(warranty: WarrantyChoice | None, car: Vehicle | None, mileage_km: int | None, on: date) -> dict[str, Any] | None:
    """Whether the label takes this car, line by line: it informs."""
    if warranty is None or car is None:
        return None
    checks = rules.eligibility(
        first_registered_on=car.first_registered_on, mileage_km=mileage_km or car.mileage_km, on=on,
        max_age_months=warranty.max_age_months, max_mileage_km=warranty.max_mileage_km,
    )  # fmt: skip
    lines = [
        {
            "ok": check.ok,
            "found": (_age(check.found) if check.what == "age" else km(check.found)) if check.found is not None else _("inconnu"),
            "limit": (_age(check.limit) if check.what == "age" else km(check.limit)) if check.limit else "",
            "what": _("Âge") if check.what == "age" else _("Kilométrage"),
        }
        for check in checks
    ]
    if any(check.ok is False for check in checks):
        state = Shown(_("Non éligible"), "bad", "circle-x")
    elif all(check.ok for check in checks):
        state = Shown(_("Éligible"), "ok", "circle-check")
    else:
        state = Shown(_("À compléter"), "warn", "circle-dashed")
    return {"label": warranty.label, "lines": lines, "state": state, "verified": warranty.limits_verified}


def _age(months: int | None) -> str:
    if months is None:
        return "—"
    years, rest = divmod(months, 12)
    said = [ngettext("{n} an", "{n} ans", years).format(n=years)] if years else []
    return " ".join([*said, *([_("{n} mois").format(n=rest)] if rest or not years else [])])


def _blocks(order: Order) -> list[tuple[str, list[tuple[str, Any]]]]:
    """What was agreed, as label and value, block by block in the order of the paper."""
    car, buyer, dash = order.vehicle, order.buyer, "—"
    sale = [
        (_("N° Police"), car.stock_number if car else dash), (_("Immatriculation"), (car.plate or dash) if car else dash),
        (_("Modèle"), car.description if car else dash), (_("Kilométrage"), km(order.mileage_km)),
        (_("Garantie"), order.warranty.label if order.warranty else _("Sans garantie label") if order.without_label else dash),
        (_("Prix de vente TTC"), euros(order.asking_gross)), (_("Prix négocié TTC"), euros(order.agreed_gross)),
        (_("Remise commerciale"), euros(order.discount)),
    ]  # fmt: skip
    person = [
        (_("Acheteur"), buyer.list_name or dash), (_("Adresse"), " ".join(filter(None, [buyer.address, buyer.address_2, buyer.address_3])) or dash),
        (_("Code postal et ville"), f"{buyer.postcode} {buyer.city}".strip() or dash), (_("E-mail"), buyer.email or dash),
        (_("Téléphone"), french.printed_phone(buyer.mobile or buyer.phone) if buyer.mobile or buyer.phone else dash),
    ]  # fmt: skip
    delivery = [
        (_("Date de livraison"), printed_date(order.delivery_on) if order.delivery_on else dash), (_("Lieu"), order.delivery_place or dash),
        (_("Vendeur"), order.seller or dash), (_("Site"), order.site.name),
    ]  # fmt: skip
    blocks = [(_("Vente"), sale), (_("Acheteur"), person), (_("Livraison"), delivery)]
    if order.has_trade_in:
        taken = [
            (_("Modèle"), order.trade_in_model or dash),
            (_("Immatriculation"), order.trade_in_plate or dash),
            (_("Valeur"), euros(order.trade_in_value)),
        ]
        blocks.append((_("Reprise"), taken))
    if order.financing:
        loan = [
            (_("Type"), order.get_financing_display()), (_("Organisme"), order.lender or dash), (_("Montant"), euros(order.financing_amount)),
            (_("N° de Réf."), order.financing_reference or dash),
        ]  # fmt: skip
        blocks.append((_("Financement"), loan))
    if deposits := [(_("Acompte"), _deposit(one)) for one in order.deposits.all()]:
        blocks.append((_("Acompte") if len(deposits) == 1 else _("Acomptes"), deposits))
    if fees := [(fee.label, euros(fee.amount)) for fee in order.fees.all()]:
        blocks.append((_("Frais"), fees))
    return blocks


def _deposit(one: OrderDeposit) -> str:
    return " · ".join(filter(None, [euros(one.amount), str(one.get_paid_by_display()), printed_date(one.paid_on) if one.paid_on else ""]))


def _paper_note(order: Order, paper: OrderPaper | None) -> str:
    if paper:
        return _("édité le {day} par {who}").format(day=printed_date(paper.issued_on), who=paper.issued_by)
    return _("édité à la première impression") if order.is_closed else _("provisoire")


def crumbs_of() -> list[tuple[str, str]]:
    return [(reverse("orders:index"), _("Bons de commande"))]
