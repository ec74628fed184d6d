"""Gestion véhicules: the list, a new car, and the sheet « Modifier véhicule » with what other nouns add to it."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any, NamedTuple

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseBase, QueryDict
from django.shortcuts import redirect
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from jupiter.dealer.sites.access import Member, member_may
from jupiter.kit.clock import business_today
from jupiter.kit.french import printed_date
from jupiter.kit.history import changes
from jupiter.kit.journal.actions import entries_of
from jupiter.kit.walls import asking_the_group
from jupiter.kit.web.export import list_as_file
from jupiter.kit.web.once import creation_key, form_key
from jupiter.kit.web.screen import screen
from jupiter.kit.web.tables import paged
from jupiter.kit.web.templatetags.kit import euros, percent
from jupiter.kit.web.versions import versions_screen
from jupiter.kit.workflow import MoveRefused

from . import rules
from .actions import MileageGoesBack, SavedMeanwhile, create_vehicle, deliver_vehicle, edit_vehicle
from .filters import VehicleFilter
from .forms import TO_DECLARE, NewVehicleForm, VehicleForm, as_typed, for_a_new_car
from .models import State, VatRegime, Vehicle
from .pdf import vehicle_sheet
from .tables import SHOWN, VehicleTable

JOURNAL_LINES = 12
PER_PAGE = 25


class Part(NamedTuple):
    """What a noun above puts on the sheet. `place` is buttons, side, documents or dialogs."""

    place: str
    template: str
    facts: Mapping[str, Any]


# Filled by the nouns above when they are ready; each is asked once a page.
SHEET_PARTS: list[Callable[[HttpRequest, Member, Vehicle], Iterable[Part]]] = []


@require_safe
@member_may("read_vehicle")
def index(request: HttpRequest, member: Member) -> HttpResponse:
    found = _filtered(request, member)
    table = paged(VehicleTable(found.qs), request, per_page=PER_PAGE)
    return screen(
        request, "vehicles/index.html", title=_("Gestion véhicules"), here="vehicles", table=table, filter=found,
    )  # fmt: skip


@require_safe
@member_may("read_vehicle")
def export(request: HttpRequest, member: Member) -> HttpResponseBase:
    """Exporter: the filtered rows, in the order of the screen."""
    return list_as_file(VehicleTable(_filtered(request, member).qs), request, name="vehicules")


@require_http_methods(["GET", "POST"])
@member_may("edit_vehicle")
def create(request: HttpRequest, member: Member) -> HttpResponse:
    sites = [site for site in member.sites_where("edit_vehicle") if not site.is_blocked]
    form = NewVehicleForm(request.POST or None, sites=sites, initial=for_a_new_car(sites))
    if request.method == "POST" and form.is_valid():
        car = create_vehicle(
            form.chosen_site, form.facts, costs=form.costs, by=member.name, key=creation_key(request.POST, user_id=member.user.pk)
        )
        messages.success(request, _("Véhicule {number} entré au stock").format(number=car.stock_number))
        return redirect("vehicles:show", car.pk)
    return screen(
        request, "vehicles/create.html", title=_("Nouveau véhicule"), here="vehicles", status=422 if form.is_bound else 200, form=form,
        crumbs=_crumbs(), creation_key=form_key(request.POST),
    )  # fmt: skip


@require_safe
@member_may("read_vehicle")
def show(request: HttpRequest, member: Member, vehicle_id: int) -> HttpResponse:
    car = _found(member, vehicle_id)
    return _sheet(request, member, car, VehicleForm(initial=as_typed(car)))


@require_http_methods(["GET", "POST"])
@member_may("edit_vehicle")
def save(request: HttpRequest, member: Member, vehicle_id: int) -> HttpResponse:
    """Valider. Asked for again after a refusal, as by a change of theme, it is the sheet."""
    car = _found(member, vehicle_id)
    if request.method == "GET":
        return redirect("vehicles:show", car.pk)
    typed = request.POST.copy()
    form = VehicleForm(typed, initial=as_typed(car))
    if form.is_valid() and _saved(form, typed, car, member):
        messages.success(request, _("Véhicule {number} enregistré").format(number=car.stock_number))
        return redirect("vehicles:show", car.pk)
    return _sheet(request, member, car, form)


@require_POST
@member_may("edit_vehicle")
def deliver(request: HttpRequest, member: Member, vehicle_id: int) -> HttpResponse:
    car = _found(member, vehicle_id)
    try:
        deliver_vehicle(car, today=business_today(), by=member.name)
    except MoveRefused:
        messages.error(request, _("Ce véhicule n’est pas en cours de livraison"))
    else:
        messages.success(request, _("Véhicule {number} livré").format(number=car.stock_number))
    return redirect("vehicles:show", car.pk)


@require_safe
@member_may("read_vehicle")
def paper(request: HttpRequest, member: Member, vehicle_id: int) -> HttpResponse:
    """Imprimer: the sheet as a PDF, made anew each time."""
    car = _found(member, vehicle_id)
    pdf = vehicle_sheet(car, today=business_today())
    name = f"vehicule-{car.stock_number}.pdf"
    headers = {"content-disposition": f'inline; filename="{name}"', "x-content-type-options": "nosniff"}
    return HttpResponse(pdf, content_type="application/pdf", headers=headers)


@require_safe
@member_may("read_vehicle")
def versions(request: HttpRequest, member: Member, vehicle_id: int) -> HttpResponse:
    """What the sheet was before each change of it."""
    car = _found(member, vehicle_id)
    changed = changes(car, named={"site": _("Site"), "buyer": _("Acheteur")}, lines={"costs": _("Frais de remise en état")})
    crumbs = [*_crumbs(), (reverse("vehicles:show", args=[car.pk]), car.stock_number)]
    title = _("Versions du véhicule {number}").format(number=car.stock_number)
    return versions_screen(request, changed, title=title, here="vehicles", crumbs=crumbs)


def _filtered(request: HttpRequest, member: Member) -> VehicleFilter:
    return VehicleFilter(request.GET or None, queryset=member.own(Vehicle.objects.for_list()), sites=member.sites)


def _found(member: Member, vehicle_id: int) -> Vehicle:
    return member.find(Vehicle.objects.for_sheet(), pk=vehicle_id)


def _saved(form: VehicleForm, typed: QueryDict, car: Vehicle, member: Member) -> bool:
    try:
        edit_vehicle(
            car, form.facts, costs=form.costs, version=form.cleaned_data["version"] or 0, by=member.name,
            mileage_confirmed=form.cleaned_data["mileage_confirmed"],
        )  # fmt: skip
    except MileageGoesBack as refusal:
        form.ask_about_mileage(refusal)
    except SavedMeanwhile as refusal:
        theirs = dict(as_typed(refusal.theirs))
        typed["version"] = str(theirs.pop("version"))
        form.show_conflict(by=refusal.theirs.updated_by, at=refusal.theirs.updated_at, theirs=theirs)
    return not form.errors


def _sheet(request: HttpRequest, member: Member, car: Vehicle, form: VehicleForm) -> HttpResponse:
    today = business_today()
    days = rules.days_in_stock(car.entered_on, delivery_on=car.delivery_on, today=today)
    with asking_the_group(car.site.group_id):
        twins = list(car.twins()[:1])
    form.warn(rules.doubts(car) | ({"vin": _twin_words(twins[0])} if twins else {}))
    form.want({name: str(label) for name, label in TO_DECLARE.items() if not getattr(car, name)})
    parts = [part for ask in SHEET_PARTS for part in ask(request, member, car)]
    return screen(
        request, "vehicles/show.html", title=_("Modifier véhicule"), here="vehicles", status=422 if form.is_bound else 200,
        crumbs=_crumbs(), car=car, form=form, state=SHOWN[State(car.state)], margin=car.margin, reckoning=_reckoning(car), days=days,
        days_warn=days is not None and days > rules.OLD_STOCK_DAYS, steps=_steps(car), orders=_order_numbers(member, car),
        editable=member.may("edit_vehicle", car.site_id), journal=entries_of("vehicle", car.pk)[:JOURNAL_LINES],
        versions_url=reverse("vehicles:versions", args=[car.pk]),
        leads=not any(part.place == "buttons" and not part.facts.get("reason") for part in parts),
        parts={place: _drawn(request, parts, place) for place in ("buttons", "side", "documents", "dialogs")},
    )  # fmt: skip


def _drawn(request: HttpRequest, parts: Iterable[Part], place: str) -> SafeString:
    return SafeString("".join(render_to_string(part.template, dict(part.facts), request) for part in parts if part.place == place))


def _twin_words(twin: Vehicle) -> str:
    return _("Ce VIN est déjà au stock\u00a0: N° Police {number} ({site})").format(number=twin.stock_number, site=twin.site.code)


def _steps(car: Vehicle) -> list[dict[str, Any]]:
    """Achat, Entrée, Commande, Livraison, Vente: past ones are done, the first to come is now."""
    purchase = f"{euros(car.purchase_net)} HT" if car.purchase_net is not None else ""
    sale = f"{euros(car.sale_gross)} TTC" if car.sale_gross is not None else ""
    facts = [
        (_("Achat"), car.purchased_on, purchase, True),
        (_("Entrée"), car.entered_on, "", True),
        (_("Commande"), car.ordered_on, "", car.state != State.IN_STOCK),
        (_("Livraison"), car.delivery_on, _("en cours") if car.state == State.AWAITING_DELIVERY else "", car.state == State.SOLD),
        (_("Vente"), car.sold_on, sale, car.state == State.SOLD),
    ]
    steps: list[dict[str, Any]] = []
    for name, day, note, done in facts:
        reached = done and (day is not None or car.state == State.SOLD)
        now = not reached and all(step["when"] == "done" for step in steps)
        when = "done" if reached else "now" if now else "to-come"
        steps.append({"name": name, "date": printed_date(day) if day else "", "note": note, "when": when})
    return steps


def _order_numbers(member: Member, car: Vehicle) -> list[int]:
    return list(member.own(car.orders.visible()).order_by("-number").values_list("number", flat=True))


def _reckoning(car: Vehicle) -> list[tuple[str, str]]:
    """The margin, line by line; each rate names its base."""
    if (margin := car.margin) is None:
        return []
    tax = _("TVA sur la marge") if car.vat_regime == VatRegime.MARGIN else _("TVA")
    return [
        (_("Prix TTC"), euros(car.sale_gross)),
        (_("Prix d’achat"), euros(car.purchase_net)),
        (_("Frais"), euros(car.costs_net)),
        (_("Taux sur le TTC"), percent(margin.percent_of_gross)),
        (_("Taux sur le HT"), percent(margin.percent_of_net)),
        (_("Base de la TVA"), euros(margin.vat_base)),
        (tax, euros(margin.vat)),
    ]


def _crumbs() -> list[tuple[str, str]]:
    return [(reverse("vehicles:index"), _("Gestion véhicules"))]
