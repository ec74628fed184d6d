"""What stands in the form before anyone types: the order, its car, its customer, its site."""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from itertools import zip_longest
from typing import Any

from django import forms
from django.utils.translation import gettext as said

from jupiter.dealer.customers.models import Customer
from jupiter.dealer.orders import rules
from jupiter.dealer.orders.actions import BUYER_FACTS
from jupiter.dealer.orders.models import Order, OrderFee
from jupiter.dealer.sites.models import Site
from jupiter.dealer.vehicles.models import Vehicle
from jupiter.kit import french
from jupiter.kit.clock import paris
from jupiter.kit.money import Price

from .lines import DEPOSIT_LINES, FEE_LINES, deposit_names
from .order import NO_LABEL, OWN_COLUMNS, PRICES, OrderForm


def as_typed(order: Order) -> dict[str, Any]:
    """The order as its form shows it."""
    told: dict[str, Any] = {name: getattr(order, name) for name in OWN_COLUMNS}
    told |= {name: getattr(order.buyer, name) for name in BUYER_FACTS}
    told |= {
        "version": order.version, "site": str(order.site_id), "customer": order.customer_id,
        "warranty": NO_LABEL if order.without_label else str(order.warranty_id or ""),
        "delivery_time": paris(order.delivery_at).time() if order.delivery_at else None,
    }  # fmt: skip
    for kind in PRICES:
        told |= {f"{kind}_{part}": getattr(order, f"{kind}_{part}") for part in (rules.NET, rules.GROSS, "master")}
        told[f"{kind}_vat"] = _figures(getattr(order, f"{kind}_vat"))
    told["discount"] = _figures(order.discount)
    for line, fee in zip(FEE_LINES, order.fees.all(), strict=False):
        told |= {f"fee_label_{line}": fee.label, f"fee_amount_{line}": fee.amount, f"fee_kind_{line}": fee.kind}
    for line, deposit in zip_longest(DEPOSIT_LINES, order.deposits.all()):
        facts = (deposit.amount, deposit.paid_by, deposit.paid_on) if deposit else (None, "", None)
        told |= zip(deposit_names(line), facts, strict=True)
    if order.vehicle:
        told |= shown_vehicle(order.vehicle)
    told["trade_in_vehicle"] = order.trade_in_vehicle_id
    return told


def shown_vehicle(car: Vehicle) -> dict[str, Any]:
    """What the order repeats of the car, and cannot change. 0 is unknown: it is shown as a dash."""
    return {
        "vehicle": car.pk, "stock_number": car.stock_number, "plate": car.plate, "model": car.description,
        "tax_power": str(car.tax_power_cv or "—"), "co2": str(car.co2_g_km or "—"),
    }  # fmt: skip


def taken_from_vehicle(car: Vehicle) -> dict[str, Any]:
    """What choosing the car proposes: its kilometres and its price, asked and agreed alike."""
    told = shown_vehicle(car) | {"site": str(car.site_id), "mileage_km": car.mileage_km or None, "print_name": car.site.print_name}
    price = Price.from_gross(car.asking_gross, car.vat_percent) if car.asking_gross else None
    for kind in PRICES:
        told |= {
            f"{kind}_net": price.net if price else None, f"{kind}_vat": _figures(price.tax if price else None),
            f"{kind}_gross": price.gross if price else None, f"{kind}_master": rules.GROSS,
        }  # fmt: skip
    return told | {"discount": _figures(Decimal(0) if price else None)}


def taken_from_customer(customer: Customer) -> dict[str, Any]:
    return {name: getattr(customer, name) for name in BUYER_FACTS} | {"customer": customer.pk}


def taken_from_trade_in(car: Vehicle) -> dict[str, Any]:
    return {"trade_in_vehicle": car.pk, "trade_in_plate": car.plate, "trade_in_model": car.description}


def default_fees(site: Site) -> dict[str, Any]:
    """Recopier les frais par défaut: the site's lines; without any, its Frais fixes."""
    lines = [(fee.label, fee.amount, fee.kind) for fee in site.default_fees.all()[: len(FEE_LINES)]]
    if not lines and site.fixed_fees:
        lines = [(said("Frais fixes"), site.fixed_fees, OrderFee.Kind.SERVICE)]
    told: dict[str, Any] = {}
    for line in FEE_LINES:
        label, amount, kind = lines[line - 1] if line <= len(lines) else ("", None, "")
        told |= {f"fee_label_{line}": label, f"fee_amount_{line}": amount, f"fee_kind_{line}": kind}
    return told


def for_a_new_order(site: Site, *, seller: str, today: date) -> dict[str, Any]:
    return {
        "site": str(site.pk), "seller": seller, "print_name": site.print_name, "country": "FR", "edited_on": today, "made_at": Order.MadeAt.SELLER,
        "print_order": True, "print_terms": True,
    }  # fmt: skip


def as_posted(form: type[OrderForm], data: Mapping[str, Any]) -> dict[str, Any]:
    """What was typed so far, for a form drawn again without judging it."""
    told = {name: data[name] for name in data if name not in ("csrfmiddlewaretoken", "act", "confirm")}
    boxes = [name for name, one in form.base_fields.items() if isinstance(one, forms.BooleanField)]
    return told | {name: name in data for name in boxes}


def without_deposit(told: Mapping[str, Any], gone: int) -> dict[str, Any]:
    """Those below it move up."""
    kept = [[told.get(name, "") for name in deposit_names(line)] for line in DEPOSIT_LINES if line != gone]
    kept += [["", "", ""]] * (len(DEPOSIT_LINES) - len(kept))
    return {
        name: value
        for line, values in zip(DEPOSIT_LINES, kept, strict=True)
        for name, value in zip(deposit_names(line), values, strict=True)
    }


def _figures(amount: Decimal | None) -> str:
    return "" if amount is None else french.grouped(amount, 2)
