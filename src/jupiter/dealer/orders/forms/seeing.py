"""The form as it stands, typed or not: what closing would say of it, and its sums."""

from datetime import date
from decimal import Decimal
from typing import Any

from django import forms

from jupiter.dealer.customers.models import Title
from jupiter.dealer.orders import rules

from .lines import DEPOSIT_LINES, FEE_LINES, deposit_names
from .order import NO_LABEL, OrderForm
from .sentences import TO_CLOSE, TO_DECLARE


class Seen:
    """The form as closing would look at it; what does not parse counts as blank."""

    def __init__(self, form: OrderForm) -> None:
        self.form, car = form, form.found_vehicle
        self.created_on = form.order.created_on if form.order else form.today
        self.delivery_on: date | None = self._value("delivery_on")
        gross, net = self._value("agreed_gross"), self._value("agreed_net")
        self.agreed_gross: Decimal | None = gross or net
        self.without_label = form["warranty"].value() == NO_LABEL
        self.buyer_is_company = str(form["title"].value() or "") == Title.COMPANY
        self.buyer_last_name = str(form["last_name"].value() or "")
        self.buyer_first_name = str(form["first_name"].value() or "")
        self.has_vehicle = car is not None
        self.warranty = form.warranty_named(str(form["warranty"].value() or ""))
        self.has_label = self.warranty is not None
        site = car.site if car else form._sites.get(str(form["site"].value() or ""))
        self.site_network_code = site.network_code if site else ""
        self.vehicle_plate, self.vehicle_vin = (car.plate, car.vin) if car else ("", "")
        self.vehicle_plate_country = car.plate_country if car else "FR"
        self.mileage_km: int | None = self._value("mileage_km")
        self.trade_in: Decimal | None = self._value("trade_in_value")
        self.deposits: list[Decimal] = [paid for line in DEPOSIT_LINES if (paid := self._value(deposit_names(line)[0]))]
        self.fees: list[Decimal] = [fee for line in FEE_LINES if (fee := self._value(f"fee_amount_{line}")) is not None]
        self.financing_amount: Decimal | None = self._value("financing_amount")

    def _value(self, name: str) -> Any:
        if name not in self.form.fields:
            return None
        try:
            return self.form[name].field.to_python(self.form[name].value())
        except forms.ValidationError:
            return None

    def sums(self) -> rules.Sums:
        return rules.sums(self.agreed_gross, fees=self.fees, trade_in=self.trade_in, deposits=self.deposits)


def mark_what_is_missing(form: OrderForm) -> None:
    """What closing and declaring will ask for, from what the form shows now."""
    seen = Seen(form)
    missing = {TO_CLOSE[word][0]: str(TO_CLOSE[word][1]) for word in rules.obstacles_to_closing(seen)}
    if seen.has_label:
        missing |= {name: str(words) for name, words in TO_DECLARE.items() if not form[name].value()}
    form.want(missing)
