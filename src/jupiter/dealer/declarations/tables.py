"""Envoyer / Recevoir as a table."""

from typing import Any

import django_tables2 as tables
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _

from jupiter.kit.transmissions.carriers import CARRIERS
from jupiter.kit.transmissions.models import State, Transmission
from jupiter.kit.web.frame import State as Shown
from jupiter.kit.web.tables import StateColumn, place
from jupiter.kit.web.templatetags.kit import moment

SHOWN = {
    State.SENDING: Shown(State.SENDING.label, "info", "progress"),
    State.DELIVERED: Shown(State.DELIVERED.label, "ok", "circle-check"),
    State.ASIDE: Shown(State.ASIDE.label, "warn", "alert-triangle"),
    State.DROPPED: Shown(State.DROPPED.label, "off", "circle-x"),
}


class TransmissionTable(tables.Table):
    id = tables.Column(verbose_name=_("N°"), attrs=place("lead fig"))
    state = StateColumn(verbose_name=_("État"), orderable=False)
    kind = tables.Column(verbose_name=_("Message"), orderable=False, attrs=place("title"))
    order = tables.Column(verbose_name=_("Bon"), empty_values=(), orderable=False, attrs=place("note"))
    created_at = tables.Column(verbose_name=_("Depuis"), attrs=place("fig soft"))
    tries = tables.Column(verbose_name=_("Essais"), attrs={"td": {"class": "num spare"}, "th": {"class": "num spare"}})
    trouble = tables.Column(verbose_name=_("Motif"), orderable=False, attrs=place("soft spare"))

    caption = _("Transmissions")
    noun = _("Transmissions")

    class Meta:
        empty_text = _("Aucune transmission ne correspond")

    def __init__(self, *args: Any, orders: dict[str, int] | None = None, **options: Any) -> None:
        super().__init__(*args, **options)
        self.orders = orders or {}

    def render_id(self, value: int) -> str:
        return format_html('<a href="{}">{}</a>', reverse("declarations:transmission", args=[value]), str(value))

    def render_state(self, record: Transmission) -> Any:
        return StateColumn().render(SHOWN[State(record.state)])

    def render_kind(self, value: str) -> str:
        return str(CARRIERS[value].label) if value in CARRIERS else value

    def render_order(self, record: Transmission) -> str:
        number = self.orders.get(record.subject)
        return format_html('<a href="{}">{}</a>', reverse("orders:show", args=[number]), str(number)) if number else "—"

    def render_created_at(self, value: Any) -> str:
        return moment(value)
