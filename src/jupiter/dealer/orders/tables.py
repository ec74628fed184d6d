"""The list of orders: fourteen columns, on the screen and in the exported files."""

from datetime import date
from typing import Any

import django_tables2 as tables
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _

from jupiter.kit.french import printed_date
from jupiter.kit.web.frame import State as Shown
from jupiter.kit.web.tables import EuroColumn, PickColumn, StateColumn, place

from .models import Order, State

SHOWN = {
    State.OPEN: Shown(State.OPEN.label, "info", "circle-dashed"),
    State.CLOSED: Shown(State.CLOSED.label, "ok", "circle-check"),
    State.CANCELLED: Shown(State.CANCELLED.label, "off", "circle-x"),
}


class OrderTable(tables.Table):
    pick = PickColumn(accessor="number")
    number = tables.Column(verbose_name=_("N°"), attrs=place("lead fig"))
    state = StateColumn(verbose_name=_("Statut"))
    kind = tables.Column(verbose_name=_("Type"), accessor="get_kind_display", order_by=("kind",), attrs=place("soft spare"))
    created_on = tables.Column(verbose_name=_("Date de création"), attrs=place("fig soft"))
    updated_on = tables.Column(verbose_name=_("Date de modification"), attrs=place("fig soft spare"))
    buyer = tables.Column(
        verbose_name=_("Acheteur"), accessor="buyer__name", order_by=("buyer__last_name", "buyer__first_name"), attrs=place("note")
    )
    seller = tables.Column(verbose_name=_("Vendeur"), attrs=place("soft"))
    sold = tables.Column(verbose_name=_("Vo Vendu"), accessor="vehicle__stock_number", attrs=place("fig soft"))
    model = tables.Column(
        verbose_name=_("Modèle"), accessor="vehicle__description", order_by=("vehicle__make", "vehicle__model"), attrs=place("title clip")
    )
    origin = tables.Column(
        verbose_name=_("Origine Vo Vendu"), accessor="vehicle__get_origin_display", order_by=("vehicle__origin",), attrs=place("soft spare")
    )
    taken = tables.Column(verbose_name=_("Vo Repris"), empty_values=(), orderable=False, attrs=place("fig soft spare"))
    gross = EuroColumn(verbose_name=_("Prix négocié"), accessor="agreed_gross", order_by=("agreed_gross",))
    site = tables.Column(verbose_name=_("Site VO Vendu"), accessor="site__name", attrs=place("soft spare"))
    lender = tables.Column(verbose_name=_("Organisme de F(inancement)"), attrs=place("soft spare"))

    caption = _("Liste des Bons de commande")
    noun = _("Bons de commande")

    class Meta:
        order_by = "-number"
        empty_text = _("Aucun bon ne correspond")

    def render_pick(self, record: Order) -> Any:
        return PickColumn().render(str(record.number))

    def render_number(self, value: int) -> str:
        return format_html('<a href="{}">{}</a>', reverse("orders:show", args=[value]), str(value))

    def value_number(self, value: int) -> int:
        return value

    def render_state(self, record: Order) -> Any:
        return StateColumn().render(SHOWN[State(record.state)])

    def value_state(self, record: Order) -> str:
        return str(record.get_state_display())

    def render_created_on(self, value: Any) -> str:
        return printed_date(value)

    def render_updated_on(self, value: Any) -> str:
        return printed_date(value)

    def render_taken(self, record: Order) -> str:
        return _taken(record) or "—"

    def value_taken(self, record: Order) -> str:
        return _taken(record)

    def value_created_on(self, value: date) -> date:
        return value

    def value_updated_on(self, value: date) -> date:
        return value

    def value_gross(self, value: Any) -> Any:
        return value


def _taken(order: Order) -> str:
    if order.trade_in_vehicle:
        return order.trade_in_vehicle.stock_number
    return order.trade_in_plate or order.trade_in_model
