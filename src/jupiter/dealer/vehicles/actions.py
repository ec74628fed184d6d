"""What people and orders do to a car. The moves of an order run in the order's own transaction."""

from collections.abc import Iterable, Mapping
from copy import copy
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction
from django.db.models import F
from django.utils.translation import gettext_noop as _

from jupiter.dealer.customers.models import Customer
from jupiter.dealer.sites.models import Site
from jupiter.kit import numbers
from jupiter.kit.journal.actions import note
from jupiter.kit.words import in_french
from jupiter.kit.workflow import MoveRefused
from jupiter.kit.writing import rewrite_while

from . import rules
from .models import LIFE, Vehicle, VehicleCost

# What a person may write on a sheet. The other columns belong to its numbers and to its orders.
FACTS = (
    "former_stock_number", "dms_number", "plate", "plate_country", "vin", "make", "model", "trim", "kind", "fuel",
    "registration_type", "first_registered_on", "registered_on", "displacement_cm3", "tax_power_cv", "din_power_hp", "power_kw",
    "co2_g_km", "four_wheel_drive", "mileage_km", "manufacturer_warranty_until", "manufacturer_warranty_km", "origin", "vat_regime",
    "vat_percent", "purchase_net", "purchase_evidence", "asking_gross", "market_value", "warranty_label", "purchased_on",
    "entered_on", "supplier", "intermediary",
)  # fmt: skip


LABELS = {field.name: field.verbose_name for field in Vehicle._meta.fields}


class SavedMeanwhile(Exception):
    """Someone else saved this car since the sheet was opened."""

    def __init__(self, theirs: Vehicle) -> None:
        super().__init__(f"{theirs} was saved by {theirs.updated_by}")
        self.theirs = theirs


class MileageGoesBack(Exception):
    """The new mileage is below the known one, and nobody said that this is right."""

    def __init__(self, before_km: int, after_km: int) -> None:
        super().__init__(f"{after_km} km after {before_km} km")
        self.before_km, self.after_km = before_km, after_km


class VehicleTaken(MoveRefused):
    """The car is not in a state from which this move may start: most often, another order was faster."""


def stock_series(site: Site) -> str:
    """The register is kept per site, so its numbers are too."""
    return f"stock:{site.pk}"


def create_vehicle(
    site: Site, facts: Mapping[str, Any], *, costs: Iterable[tuple[str, Decimal]] = (), by: str, key: UUID | None = None
) -> Vehicle:
    """Enter a car into the stock of a site; its N° police is drawn last. Under one key, once: a repeat gets the same car."""
    try:
        return _create(site, facts, costs, by, key)
    except IntegrityError:
        if key and (made := Vehicle.objects.filter(creation_key=key).first()):
            return made
        raise


@transaction.atomic
def _create(site: Site, facts: Mapping[str, Any], costs: Iterable[tuple[str, Decimal]], by: str, key: UUID | None) -> Vehicle:
    car = Vehicle(site=site, updated_by=by, creation_key=key)
    _write(car, facts)
    car.stock_number = str(numbers.take(stock_series(site)))
    car.search_text = rules.search_text(car)
    car.save()
    _write_costs(car, costs)
    _note(car, "create", by, _("Véhicule {number} entré au stock").format(number=car.stock_number))
    return car


@transaction.atomic
def edit_vehicle(
    car: Vehicle,
    facts: Mapping[str, Any],
    *,
    costs: Iterable[tuple[str, Decimal]],
    version: int,
    by: str,
    mileage_confirmed: bool = False,
) -> Vehicle:
    """Valider: what was changed since `version` by someone else is never overwritten unseen."""
    car = Vehicle.objects.select_for_update().get(pk=car.pk)
    if car.version != version:
        raise SavedMeanwhile(car)
    before = {name: getattr(car, name) for name in FACTS}
    _write(car, facts)
    backwards = rules.mileage_goes_back(before["mileage_km"], car.mileage_km)
    if backwards and not mileage_confirmed:
        raise MileageGoesBack(before["mileage_km"], car.mileage_km)
    changes = {name: [_said(before[name]), _said(getattr(car, name))] for name in FACTS if before[name] != getattr(car, name)}
    if _write_costs(car, costs):
        changes["costs"] = ["", _("modifiés")]
    if not changes:
        return car
    car.version, car.updated_by, car.search_text = F("version") + 1, by, rules.search_text(car)
    car.save(update_fields=[*FACTS, "version", "updated_by", "search_text", "updated_at"])
    car.refresh_from_db(fields=["version"])
    names = _labels(name for name in changes if name != "costs") or _("frais")
    sentence = _("Fiche modifiée\u00a0: {names}").format(names=names)
    if backwards:
        sentence = _("Fiche modifiée\u00a0: {names}. Kilométrage en baisse confirmé\u00a0: {before} → {after} km").format(
            names=names, before=before["mileage_km"], after=car.mileage_km
        )
    _note(car, "edit", by, sentence, changes=changes)
    return car


@in_french
def _labels(names: Iterable[str]) -> str:
    return ", ".join(str(LABELS[name]) for name in names)


def reserve_vehicle(car: Vehicle, *, today: date, by: str, order: str) -> None:
    """An open order takes it."""
    _move(car, "reserve", by, _("Pris dans le bon {order}").format(order=order), ordered_on=today)


def release_vehicle(car: Vehicle, *, by: str, order: str) -> None:
    """Its order lets it go: taken out, cancelled or deleted."""
    _move(
        car, "release", by, _("Sorti du bon {order}").format(order=order), ordered_on=None, delivery_on=None, agreed_gross=None, buyer=None,
    )  # fmt: skip


def sell_vehicle(
    car: Vehicle,
    *,
    buyer: Customer,
    agreed_gross: Decimal,
    delivery_on: date,
    warranty_label: str,
    mileage_km: int,
    by: str,
    order: str,
) -> None:
    """Its order is closed: Cours Livraison."""
    _move(
        car, "close_sale", by, _("Bon {order} clôturé").format(order=order), buyer=buyer, agreed_gross=agreed_gross, delivery_on=delivery_on,
        warranty_label=warranty_label, mileage_km=mileage_km,
    )  # fmt: skip


def take_back_sale(car: Vehicle, *, by: str, order: str) -> None:
    """Its closed order is open again."""
    _move(car, "reopen_sale", by, _("Bon {order} rouvert").format(order=order), delivery_on=None, agreed_gross=None, buyer=None)


@transaction.atomic
def deliver_vehicle(car: Vehicle, *, today: date, by: str) -> None:
    """The keys are handed over: the sale is done."""
    _move(car, "deliver", by, _("Véhicule livré"), sold_on=today)


def _move(car: Vehicle, move: str, by: str, sentence: str, **facts: Any) -> None:
    """One statement decides and writes: of two orders that want the car, the second finds it taken."""
    origins, state = LIFE.moves[move]
    facts = {"state": state, **facts}
    moved = copy(car)  # so that a refusal leaves the caller's as it was
    for name, value in facts.items():
        setattr(moved, name, value)
    if not rewrite_while(moved, "state", origins, *facts, "updated_at"):
        raise VehicleTaken(move, Vehicle.objects.values_list("state", flat=True).get(pk=car.pk))
    for name, value in facts.items():
        setattr(car, name, value)
    _note(car, move, by, sentence)


def _write(car: Vehicle, facts: Mapping[str, Any]) -> None:
    for name in FACTS:
        if name in facts:
            setattr(car, name, facts[name])


def _write_costs(car: Vehicle, costs: Iterable[tuple[str, Decimal]]) -> bool:
    """Whether anything changed."""
    wanted = list(costs)
    if wanted == list(car.costs.order_by("id").values_list("label", "amount_net")):
        return False
    car.costs.all().delete()
    VehicleCost.objects.bulk_create(VehicleCost(vehicle=car, label=label, amount_net=amount) for label, amount in wanted)
    return True


def _said(value: object) -> str:
    return "" if value is None else str(value)


def _note(car: Vehicle, what: str, by: str, sentence: str, **facts: Any) -> None:
    note(what, "vehicle", car.pk, who=by, owner_id=car.site_id, sentence=sentence, **facts)
