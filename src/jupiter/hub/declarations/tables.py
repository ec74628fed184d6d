"""The list of sales, and of what is sent about them."""

from datetime import date, datetime
from typing import Any

import django_tables2 as tables
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy

from jupiter.kit.clock import paris
from jupiter.kit.transmissions.carriers import CARRIERS
from jupiter.kit.transmissions.models import State as ParcelState
from jupiter.kit.transmissions.models import Transmission
from jupiter.kit.web.frame import State as Shown
from jupiter.kit.web.tables import StateColumn, place
from jupiter.kit.web.templatetags.kit import UNKNOWN, moment

from .models import Cover, Sale, State

TONES = {
    Cover.NOT_WANTED: ("ok", "circle-check"),
    Cover.SENDING: ("wait", "progress"),
    Cover.ASIDE: ("warn", "alert-triangle"),
    Cover.QUOTE_DRAFT: ("wait", "file-text"),
    Cover.QUOTED: ("wait", "file-text"),
    Cover.QUOTE_WITHDRAWN: ("off", "circle-x"),
    Cover.QUOTE_EXPIRED: ("off", "clock"),
    Cover.ISSUED: ("ok", "shield-check"),
    Cover.CANCELLED: ("off", "circle-x"),
}
PARCEL_TONES = {
    ParcelState.SENDING: ("wait", "progress"),
    ParcelState.DELIVERED: ("ok", "circle-check"),
    ParcelState.ASIDE: ("warn", "alert-triangle"),
    ParcelState.DROPPED: ("off", "circle-x"),
}


def shown_state(sale: Sale) -> Shown:
    """One chip says where the sale stands: before declaring its own state, after it the cover's."""
    if sale.state == State.DECLARED:
        tone, icon = TONES.get(Cover(sale.cover), ("", "circle-dashed"))
        return Shown(str(sale.get_cover_display()), tone, icon)
    if sale.state == State.WITHDRAWN:
        return Shown(str(sale.get_state_display()), "off", "circle-x")
    return Shown(_("À déclarer") if sale.words or sale.declaration_number else str(sale.get_state_display()), "", "circle-dashed")


def shown_parcel(parcel: Transmission) -> Shown:
    tone, icon = PARCEL_TONES[ParcelState(parcel.state)]
    return Shown(str(parcel.get_state_display()), tone, icon)


class SaleTable(tables.Table):
    number = tables.Column(lazy("Vente"), accessor="reference", order_by=("declaration_number", "id"), attrs=place("lead"))
    shown = StateColumn(verbose_name=lazy("État"), accessor="pk", orderable=False)
    buyer = tables.Column(lazy("Client"), attrs=place("title"), default=UNKNOWN)
    vehicle = tables.Column(lazy("Véhicule"), attrs=place("note clip"), default=UNKNOWN)
    plate = tables.Column(lazy("Immatriculation"), attrs=place("sum"), default=UNKNOWN)
    order_number = tables.Column(lazy("Bon"), attrs=place("spare"), default=UNKNOWN)
    quote_number = tables.Column(lazy("Devis ou police"), attrs=place("spare"), default=UNKNOWN)
    changed_at = tables.Column(lazy("Dernier fait"), attrs=place("spare"))

    class Meta:
        empty_text = lazy("Aucune vente")
        order_by = "-changed_at"

    caption = lazy("Ventes")
    noun = lazy("Ventes")

    def __init__(self, *args: Any, may_complete: bool, **options: Any) -> None:
        super().__init__(*args, **options)
        self.may_complete = may_complete

    def render_number(self, record: Sale) -> SafeString:
        page = "declarations:begin" if record.is_received and self.may_complete else "declarations:show"
        return format_html(
            '<a href="{}">{}</a>', reverse(page, args=[record.pk]), record.declaration_number or record.order_number or _("Nouvelle vente")
        )

    def render_shown(self, record: Sale) -> Any:
        return StateColumn.render(self.columns["shown"].column, shown_state(record))

    def value_number(self, record: Sale) -> str:
        return record.declaration_number or record.order_number or ""

    def value_shown(self, record: Sale) -> str:
        return str(shown_state(record).label)

    def value_quote_number(self, value: str, record: Sale) -> str:
        return record.policy_number or value

    def value_changed_at(self, value: datetime) -> date:
        return paris(value).date()

    def render_quote_number(self, value: str, record: Sale) -> str:
        return record.policy_number or value

    def render_changed_at(self, value: datetime) -> str:
        return f"{paris(value):%d/%m/%Y}"


class TransmissionTable(tables.Table):
    kind = tables.Column(lazy("Envoi"), attrs=place("lead"), orderable=False)
    shown = StateColumn(verbose_name=lazy("État"), accessor="pk", orderable=False)
    sale = tables.Column(lazy("Vente"), accessor="subject", attrs=place("title"), orderable=False)
    trouble = tables.Column(lazy("Ce qui s’est passé"), attrs=place("note clip"), default=UNKNOWN, orderable=False)
    tries = tables.Column(lazy("Essais"), attrs={"td": {"class": "num sum"}, "th": {"class": "num"}}, orderable=False)
    created_at = tables.Column(lazy("Depuis le"), attrs=place("spare"), orderable=False)

    class Meta:
        empty_text = lazy("Aucun envoi")

    caption = lazy("Transmissions")
    noun = lazy("Transmissions")

    def __init__(self, *args: Any, sales: dict[str, Sale], **options: Any) -> None:
        super().__init__(*args, **options)
        self.sales = sales

    def render_kind(self, record: Transmission) -> SafeString:
        return format_html('<a href="{}">{}</a>', reverse("declarations:transmission", args=[record.pk]), label_of(record))

    def render_shown(self, record: Transmission) -> Any:
        return StateColumn.render(self.columns["shown"].column, shown_parcel(record))

    def render_sale(self, value: str) -> Any:
        sale = self.sales.get(value)
        if sale is None:
            return value
        return format_html('<a href="{}">{}</a>', reverse("declarations:show", args=[sale.pk]), sale.declaration_number or sale.title)

    def render_created_at(self, value: Any) -> str:
        return moment(value)


def label_of(parcel: Transmission) -> str:
    carrier = CARRIERS.get(parcel.kind)
    return str(carrier.label) if carrier else parcel.kind
