"""Bon de commande: the list, the form of an open order, the page of a closed one, and its buttons."""

from collections.abc import Callable, Iterable, Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, QueryDict
from django.shortcuts import redirect
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from jupiter.dealer.customers.models import Customer
from jupiter.dealer.sites.access import Member, member_may
from jupiter.dealer.sites.models import Site
from jupiter.dealer.vehicles.models import Vehicle
from jupiter.dealer.vehicles.views import Part
from jupiter.kit import french
from jupiter.kit.accounts.models import User
from jupiter.kit.clock import business_today
from jupiter.kit.french import printed_date, printed_time
from jupiter.kit.journal.actions import entries_of
from jupiter.kit.web.export import list_as_file
from jupiter.kit.web.frame import State as Shown
from jupiter.kit.web.once import creation_key, form_key
from jupiter.kit.web.paging import PLACES
from jupiter.kit.web.screen import screen
from jupiter.kit.web.tables import paged
from jupiter.kit.web.templatetags.kit import euros, km
from jupiter.kit.workflow import MoveRefused

from . import rules
from .actions import (
    OrderBeingWithdrawn,
    OrderChangedMeanwhile,
    OrderDeclared,
    OrderIncomplete,
    ReasonMissing,
    VehicleTaken,
    cancel_order,
    close_as_typed,
    create_order,
    delete_order,
    print_order,
    reopen_order,
    save_order,
)
from .filters import OrderFilter
from .forms import (
    OrderForm,
    ReasonForm,
    Seen,
    as_posted,
    as_typed,
    default_fees,
    for_a_new_order,
    taken_from_customer,
    taken_from_trade_in,
    taken_from_vehicle,
    without_deposit,
)
from .models import Order, OrderDeposit, OrderSet, State, WarrantyChoice
from .pdf import for_paper
from .tables import SHOWN, OrderTable

PER_PAGE = 25
FOUND = 8  # lines a search in the form shows
JOURNAL_LINES = 12
CARS_SOLD, CARS_TAKEN = "sold", "trade_in"

# Filled by the nouns above when they are ready; each is asked once a page. Places: menu, next, side, documents, dialogs.
ORDER_PARTS: list[Callable[[HttpRequest, Member, Order], Iterable[Part]]] = []


# The list


@require_safe
@member_may("read_order")
def index(request: HttpRequest, member: Member) -> HttpResponse:
    found = _filtered(request, member)
    table = paged(OrderTable(found.qs), request, per_page=PER_PAGE)
    return screen(
        request, "orders/index.html", title=_("Liste des Bons de commande"), here="orders", table=table, filter=found,
        active=_active(found),
    )  # fmt: skip


@require_POST
@member_may("delete_order")
def picked(request: HttpRequest, member: Member) -> HttpResponse:
    """Modifier and Supprimer on the picked rows."""
    numbers = [int(word) for word in request.POST.getlist("pick")[:100] if word.isascii() and word.isdecimal() and len(word) < 16]
    orders = list(_orders(member).filter(number__in=numbers).order_by("number"))
    if not orders:
        messages.error(request, _("Choisissez d’abord un bon dans la liste"))
        return redirect("orders:index")
    if request.POST.get("act") == "edit":
        return redirect("orders:show", orders[0].number)
    gone, kept = [], []
    for order in orders:
        try:
            if not member.may("delete_order", order.site_id):
                raise PermissionDenied
            delete_order(order, by=member.name, now=timezone.now())
            gone.append(str(order.number))
        except (MoveRefused, OrderBeingWithdrawn, Order.DoesNotExist):
            kept.append(str(order.number))
    if gone:
        said = ngettext("Bon {numbers} supprimé", "Bons {numbers} supprimés", len(gone))
        messages.success(request, said.format(numbers=", ".join(gone)))
    if kept:
        messages.error(request, _("Seul un bon en cours peut être supprimé\u00a0: {numbers}").format(numbers=", ".join(kept)))
    return redirect("orders:index")


@require_safe
@member_may("export_orders")
def export(request: HttpRequest, member: Member) -> HttpResponseBase:
    """The filtered rows, all of them, in the order of the screen."""
    return list_as_file(OrderTable(_filtered(request, member).qs), request, name="bons-de-commande")


# The form


@require_http_methods(["GET", "HEAD", "POST"])
@member_may("edit_order")
def create(request: HttpRequest, member: Member) -> HttpResponse:
    if request.method == "POST":
        return _act(request, member, None)
    sites = _sites(member)
    initial = for_a_new_order(sites[0], seller=member.name, today=business_today())
    car = _vehicle_named(member, request.GET.get("vehicle", ""))
    if car:
        initial |= taken_from_vehicle(car)
    return _form_page(request, member, None, _form(member, None, initial=initial, car=car))


@require_safe
@member_may("read_order")
def show(request: HttpRequest, member: Member, number: int) -> HttpResponse:
    order = _found(member, number)
    if order.is_open and member.may("edit_order", order.site_id):
        form = _form(member, order, initial=as_typed(order), car=order.vehicle, customer=order.customer, trade_in=order.trade_in_vehicle)
        return _form_page(request, member, order, form)
    return _closed_page(request, member, order)


@require_POST
@member_may("edit_order")
def save(request: HttpRequest, member: Member, number: int) -> HttpResponse:
    return _act(request, member, _found(member, number))


@require_safe
@member_may("edit_order")
def search_vehicles(request: HttpRequest, member: Member) -> HttpResponse:
    """The lines under N° Police, and under Reprise: each a button of the form."""
    role = CARS_TAKEN if request.GET.get("role") == CARS_TAKEN else CARS_SOLD
    typed = request.GET.get("trade_in_search" if role == CARS_TAKEN else "stock_number", "")[:60]
    cars = member.own(Vehicle.objects.select_related("site")).matching(typed)
    if role == CARS_SOLD:
        cars = cars.for_sale()
    return screen(request, "orders/found.html#vehicles", cars=cars.order_by("-id")[:FOUND], role=role, typed=typed)


@require_safe
@member_may("edit_order")
def search_customers(request: HttpRequest, member: Member) -> HttpResponse:
    typed = request.GET.get("last_name", "")[:60]
    people = member.group.customers.matching(typed).order_by("last_name", "first_name", "id")[:FOUND]
    return screen(request, "orders/found.html#customers", people=people, typed=typed)


# The other buttons


@require_POST
@member_may("cancel_order")
def cancel(request: HttpRequest, member: Member, number: int) -> HttpResponse:
    return _with_reason(request, member, number, _cancel, _("Annuler le bon"), _("Bon {number} annulé"))


@require_POST
@member_may("reopen_order")
def reopen(request: HttpRequest, member: Member, number: int) -> HttpResponse:
    return _with_reason(request, member, number, _reopen, _("Rouvrir"), _("Bon {number} rouvert"))


@require_POST
@member_may("delete_order")
def delete(request: HttpRequest, member: Member, number: int) -> HttpResponse:
    order = _found(member, number)
    try:
        delete_order(order, by=member.name, now=timezone.now())
    except OrderBeingWithdrawn:
        messages.error(request, _("La vente n’est pas encore retirée du Centralisateur\u00a0: annulez le bon, ou attendez le retrait"))
        return redirect("orders:show", number)
    except (MoveRefused, Order.DoesNotExist):
        messages.error(request, _("Seul un bon en cours peut être supprimé"))
        return redirect("orders:show", number)
    messages.success(request, _("Bon {number} supprimé").format(number=number))
    return redirect("orders:index")


@require_POST
@member_may("print_order")
def paper(request: HttpRequest, member: Member, number: int) -> HttpResponse:
    """Imprimer issues the paper the first time after closing: so it is posted."""
    order = member.find(for_paper(Order.objects.visible().filter(group=member.group)), number=number)
    name, content = print_order(order, by=member.name, today=business_today())
    headers = {"content-disposition": f'inline; filename="{name}"', "x-content-type-options": "nosniff"}
    return HttpResponse(content, content_type="application/pdf", headers=headers)


# How


def _orders(member: Member) -> OrderSet:
    return member.own(Order.objects.visible().filter(group=member.group))


def _found(member: Member, number: int) -> Order:
    rows = Order.objects.visible().for_page().filter(group=member.group)
    return member.find(rows, number=number)


def _filtered(request: HttpRequest, member: Member) -> OrderFilter:
    """At first the list is the seller's own; any question asked replaces that."""
    sellers = _sellers(member)
    asked = request.GET.copy()
    if not set(asked) - {*PLACES, "sort", "_export"}:
        asked["seller"] = member.name if member.name in sellers else ""
    return OrderFilter(asked, queryset=_orders(member).for_list(), sellers=sellers)


def _active(found: OrderFilter) -> list[tuple[str, str, str]]:
    """The filters in use: label, value, and the query without that one."""
    asked = {name: value for name, value in found.data.items() if name in found.filters and value}
    shown = []
    for name, value in asked.items():
        choices = dict(found.filters[name].extra.get("choices", ()))
        rest = QueryDict(mutable=True)
        rest.update({other: kept for other, kept in asked.items() if other != name} or {"seller": ""})
        shown.append((str(found.filters[name].label or _("Véhicule")), str(choices.get(value, value)), rest.urlencode()))
    return shown


def _sellers(member: Member) -> list[str]:
    people = User.objects.filter(memberships__site__in=member.site_ids).order_by("full_name", "username").distinct()
    return list(dict.fromkeys([person.get_full_name() for person in people]))


def _sites(member: Member) -> list[Site]:
    sites = [site for site in member.sites_where("edit_order") if not site.is_blocked]
    if not sites:
        raise PermissionDenied(_("Vos sites sont bloqués\u00a0: aucun bon ne peut y être créé."))
    return sites


def _form(
    member: Member,
    order: Order | None,
    *,
    data: QueryDict | None = None,
    initial: Mapping[str, Any] | None = None,
    car: Vehicle | None = None,
    customer: Customer | None = None,
    trade_in: Vehicle | None = None,
) -> OrderForm:
    sites = _sites(member)
    sellers = _sellers(member)
    warranties = list(WarrantyChoice.objects.filter(is_offered=True))
    if order:
        if order.site_id not in {site.pk for site in sites}:
            sites.append(order.site)
        if order.seller:
            sellers = list(dict.fromkeys([*sellers, order.seller]))
        if order.warranty and order.warranty not in warranties:
            warranties.append(order.warranty)
    return OrderForm(
        data, initial=dict(initial or {}), sites=sites, warranties=warranties, sellers=sellers, order=order, found_vehicle=car,
        found_customer=customer, found_trade_in=trade_in, today=business_today(),
    )  # fmt: skip


def _act(request: HttpRequest, member: Member, order: Order | None) -> HttpResponse:
    """Enregistrer, Clôturer, or a button that fills a part of the form and writes nothing."""
    data = request.POST
    verb, _colon, which = data.get("act", "save").partition(":")
    if verb in FILL:
        return _filled(request, member, order, verb, which)
    if order and not order.is_open:
        messages.error(request, _("Le bon {number} n’est plus en cours\u00a0: rien n’a été enregistré").format(number=order.number))
        return redirect("orders:show", order.number)
    car, customer, trade_in = _vehicle_typed(member, data), _customer_typed(member, data), _trade_in_typed(member, data)
    initial = as_typed(order) if order else {}
    form = _form(member, order, data=data, initial=initial, car=car, customer=customer, trade_in=trade_in)
    if form.is_valid() and (saved := _done(form, member, order, closes=verb == "close")):
        _tell(request, form, saved)
        return redirect("orders:show", saved.number)
    return _form_page(request, member, order, form)


def _done(form: OrderForm, member: Member, order: Order | None, *, closes: bool) -> Order | None:
    """The saved order; None when it is refused, and the form then says why."""
    site, typed, today = form.chosen_site, form.typed(), business_today()
    version, key = form.cleaned_data["version"] or 0, creation_key(form.data, user_id=member.user.pk)  # type: ignore[arg-type]  # of a bound form: the request’s
    if not member.may("close_order" if closes else "edit_order", site.pk):
        raise PermissionDenied(_("Votre rôle sur ce site ne permet pas cet acte."))
    try:
        if closes:
            return close_as_typed(
                order, member.group, site, typed, version=version, by=member.name, today=today, now=timezone.now(), key=key
            )
        if order is None:
            return create_order(member.group, site, typed, by=member.name, today=today, key=key)
        return save_order(order, site, typed, version=version, by=member.name, today=today)
    except OrderIncomplete as refusal:
        form.refuse_closing(refusal.obstacles)
    except VehicleTaken:
        form.refuse_vehicle()
    except OrderChangedMeanwhile as refusal:
        theirs = dict(as_typed(refusal.theirs))
        form.data = form.data.copy()  # type: ignore[attr-defined]
        form.data["version"] = str(theirs.pop("version"))  # type: ignore[index]
        form.show_conflict(by=refusal.theirs.updated_by, at=refusal.theirs.updated_at, theirs=theirs)
    except MoveRefused:
        form.add_error(None, _("Ce bon n’est plus en cours\u00a0: rechargez la page"))
    except Order.DoesNotExist:
        raise Http404 from None
    return None


def _tell(request: HttpRequest, form: OrderForm, saved: Order) -> None:
    said = _("Bon {number} clôturé") if saved.is_closed else _("Bon {number} enregistré")
    messages.success(request, said.format(number=saved.number))
    if form.ambiguous_hour and saved.delivery_at:
        messages.info(
            request,
            _("Cette nuit-là, {hour} existe deux fois\u00a0: la première est retenue (heure d’été, UTC+2)").format(
                hour=printed_time(form.cleaned_data["delivery_time"])
            ),
        )


# Filling a part of the form: nothing is judged, nothing is written


def _filled(request: HttpRequest, member: Member, order: Order | None, verb: str, which: str) -> HttpResponse:
    data = request.POST
    initial = as_posted(OrderForm, data)
    car, customer, trade_in = _vehicle_typed(member, data), _customer_typed(member, data), _trade_in_typed(member, data)
    if verb == "vehicle":
        car = _own_vehicle(member, which) if which else car
        initial |= taken_from_vehicle(car) if car else {}
    elif verb == "customer":
        customer = _own_customer(member, which)
        initial |= taken_from_customer(customer) if customer else {}
    elif verb == "trade_in":
        trade_in = _own_vehicle(member, which)
        initial |= taken_from_trade_in(trade_in) if trade_in else {}
    elif verb == "no_trade_in":
        trade_in = None
        initial |= {"trade_in_vehicle": None, "trade_in_plate": "", "trade_in_model": "", "trade_in_value": ""}
    elif verb == "fees":
        site = car.site if car else next((site for site in _sites(member) if str(site.pk) == data.get("site")), _sites(member)[0])
        initial |= default_fees(site)
    elif verb == "no_deposit":
        initial |= without_deposit(initial, _key(which))
    form = _form(member, order, initial=initial, car=car, customer=customer, trade_in=trade_in)
    if verb == "deposit":
        form.deposits_asked = len(form.more_deposits) + 2
    return _form_page(request, member, order, form, unsaved=True)


FILL = ("vehicle", "customer", "trade_in", "no_trade_in", "fees", "deposit", "no_deposit")


def _vehicle_typed(member: Member, data: QueryDict) -> Vehicle | None:
    """The car whose N° Police stands on the form; of two sites with the same number, the chosen one."""
    try:
        number = french.parse_line(data.get("stock_number", ""), most=20)
    except french.Unreadable:
        return None
    if not number:
        return None
    cars = member.own(Vehicle.objects.select_related("site"))
    if chosen := cars.filter(pk=_key(data.get("vehicle")), stock_number=number).first():
        return chosen
    found = list(cars.filter(stock_number__iexact=number)[:2]) or list(cars.numbered(number)[:2])
    return found[0] if len(found) == 1 else None


def _vehicle_named(member: Member, word: str) -> Vehicle | None:
    """From a link: the car's own number, its plate or its N° Police."""
    cars = member.own(Vehicle.objects.select_related("site"))
    found = cars.numbered(word[:40]).first() if word and "\x00" not in word else None
    return found or _own_vehicle(member, word)


def _own_vehicle(member: Member, key: str) -> Vehicle | None:
    return member.own(Vehicle.objects.select_related("site")).filter(pk=_key(key)).first()


def _own_customer(member: Member, key: str) -> Customer | None:
    return member.group.customers.filter(pk=_key(key)).first()


def _customer_typed(member: Member, data: QueryDict) -> Customer | None:
    return _own_customer(member, data.get("customer", "")) if data.get("customer") else None


def _trade_in_typed(member: Member, data: QueryDict) -> Vehicle | None:
    return _own_vehicle(member, data.get("trade_in_vehicle", "")) if data.get("trade_in_vehicle") else None


def _key(word: str | None) -> int:
    return int(word) if word and word.isascii() and word.isdecimal() and len(word) < 19 else 0


def _with_reason(
    request: HttpRequest, member: Member, number: int, act: Callable[[Order, str, Member], Order], ask: str, done: str
) -> HttpResponse:
    """The dialog's answer; a reason that cannot be taken is asked for again, on a page of its own."""
    order = _found(member, number)
    form = ReasonForm(request.POST)
    if not form.is_valid():
        crumbs = [*_crumbs(), (reverse("orders:show", args=[number]), str(number))]
        title = f"{ask}\u00a0: {number}"
        return screen(request, "orders/reason.html", title=title, here="orders", status=422, crumbs=crumbs, order=order, form=form, ask=ask)
    try:
        act(order, form.cleaned_data["reason"], member)
        messages.success(request, done.format(number=number))
    except OrderDeclared as refusal:
        messages.error(
            request,
            _("La vente est déclarée ({number})\u00a0: le bon ne peut plus être rouvert ni annulé").format(
                number=refusal.declaration_number
            ),
        )
    except ReasonMissing:
        messages.error(request, _("Le champ motif est obligatoire"))
    except (MoveRefused, VehicleTaken):
        messages.error(request, _("Ce n’est plus possible dans l’état du bon"))
    return redirect("orders:show", number)


def _cancel(order: Order, reason: str, member: Member) -> Order:
    return cancel_order(order, reason=reason, by=member.name, today=business_today(), now=timezone.now())


def _reopen(order: Order, reason: str, member: Member) -> Order:
    return reopen_order(order, reason=reason, by=member.name, today=business_today())


# What the pages show


def _form_page(request: HttpRequest, member: Member, order: Order | None, form: OrderForm, *, unsaved: bool = False) -> HttpResponse:
    form.mark_what_is_missing()
    seen = Seen(form)
    title = _("Bon de commande {number}").format(number=order.number) if order else _("Créer un bon de commande")
    verdict = _verdict(seen.warranty, form.found_vehicle, seen.mileage_km, seen.delivery_on or business_today())
    return screen(
        request, "orders/form.html", title=title, here="orders", status=422 if form.is_bound else 200, crumbs=_crumbs(), order=order,
        form=form, state=SHOWN[State(order.state)] if order else Shown(_("Nouveau"), "info", "circle-dashed"), sums=_sum_lines(seen.sums()),
        total=seen.sums().total, financing=seen.financing_amount, verdict=verdict, unsaved=unsaved,
        journal=entries_of("order", order.pk)[:JOURNAL_LINES] if order else (), creation_key="" if order else form_key(request.POST),
        **_parts(request, member, order),
    )  # fmt: skip


def _closed_page(request: HttpRequest, member: Member, order: Order) -> HttpResponse:
    parts = _parts(request, member, order)
    return screen(
        request, "orders/show.html", title=_("Bon de commande {number}").format(number=order.number), here="orders", crumbs=_crumbs(),
        order=order, state=SHOWN[State(order.state)], blocks=_blocks(order), sums=_sum_lines(order.sums(), order),
        paper=order.papers.filter(closing=order.closings).defer("content").first() if order.closed_frozen else None,
        may_reopen=member.may("reopen_order", order.site_id), journal=entries_of("order", order.pk)[:JOURNAL_LINES],
        reason_form=ReasonForm(), **parts,
    )  # fmt: skip


def _parts(request: HttpRequest, member: Member, order: Order | None) -> dict[str, Any]:
    found = [part for ask in ORDER_PARTS for part in ask(request, member, order)] if order else []
    declared = next((str(part.facts["declared"]) for part in found if part.facts.get("declared")), "")
    places = ("menu", "next", "side", "documents", "dialogs")
    can_cover = any(part.facts.get("cover_form") for part in found)
    return {"parts": {place: _drawn(request, found, place) for place in places}, "declared": declared, "can_cover": can_cover}


def _drawn(request: HttpRequest, parts: Iterable[Part], place: str) -> SafeString:
    return SafeString("".join(render_to_string(part.template, dict(part.facts), request) for part in parts if part.place == place))


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


def _crumbs() -> list[tuple[str, str]]:
    return [(reverse("orders:index"), _("Bons de commande"))]
