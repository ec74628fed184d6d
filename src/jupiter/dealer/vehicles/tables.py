"""The stock as a table."""

from datetime import date
from decimal import Decimal
from typing import Any

import django_tables2 as tables
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _

from jupiter.kit.french import printed_date
from jupiter.kit.web.frame import State as Shown
from jupiter.kit.web.tables import EuroColumn, StateColumn, place
from jupiter.kit.web.templatetags.kit import km, plate

from .models import State, Vehicle

SHOWN = {
    State.IN_STOCK: Shown(str(State.IN_STOCK.label), "ok", "circle-check"),
    State.ORDERED: Shown(str(State.ORDERED.label), "info", "file-invoice"),
    State.AWAITING_DELIVERY: Shown(str(State.AWAITING_DELIVERY.label), "info", "truck"),
    State.SOLD: Shown(str(State.SOLD.label), "off", "check"),
}


class VehicleTable(tables.Table):
    stock_number = tables.Column(verbose_name=_("N° Police"), attrs=place("lead"))
    state = StateColumn(verbose_name=_("Statut"))
    plate = tables.Column(verbose_name=_("Immat."), attrs=place("note"))
    description = tables.Column(verbose_name=_("Modèle"), order_by=("make", "model", "trim"), attrs=place("title clip"))
    mileage_km = tables.Column(verbose_name=_("Kms"), attrs={"td": {"class": "num spare"}, "th": {"class": "num spare"}})
    first_registered_on = tables.Column(verbose_name=_("1re immat."), attrs=place("spare"))
    site = tables.Column(verbose_name=_("Site"), accessor="site__name", attrs=place("spare"))
    sale_gross = EuroColumn(verbose_name=_("Prix TTC"), order_by=("asking_gross",))

    caption = _("Véhicules")
    noun = _("Véhicules")

    class Meta:
        order_by = "-id"
        empty_text = _("Aucun véhicule")

    def render_stock_number(self, value: str, record: Vehicle) -> str:
        return format_html('<a href="{}">{}</a>', reverse("vehicles:show", args=[record.pk]), value)

    def render_state(self, record: Vehicle) -> Any:
        return StateColumn().render(SHOWN[State(record.state)])

    def value_state(self, record: Vehicle) -> str:
        return str(record.get_state_display())

    def value_stock_number(self, value: str) -> str:
        return value

    def value_plate(self, value: str) -> str:
        return value

    def value_mileage_km(self, value: int) -> int:
        return value

    def value_first_registered_on(self, value: date) -> date:
        return value

    def value_sale_gross(self, value: Decimal) -> Decimal:
        return value

    def render_plate(self, value: str) -> str:
        return plate(value)

    def render_mileage_km(self, value: int) -> str:
        return km(value)

    def render_first_registered_on(self, value: Any) -> str:
        return printed_date(value)
