"""The lists of quotes, and how a quote's state looks."""

from datetime import date
from decimal import Decimal
from typing import Any

import django_tables2 as tables
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from jupiter.kit.web.frame import State as Shown
from jupiter.kit.web.tables import EuroColumn, StateColumn, place
from jupiter.kit.web.templatetags.kit import chip, euros

from .models import Job, State

LOOKS = {
    State.DRAFT.value: ("", "circle-dashed"),
    State.QUOTED.value: ("info", "file-text"),
    State.BOUND.value: ("ok", "circle-check"),
    State.WITHDRAWN.value: ("bad", "circle-x"),
    State.EXPIRED.value: ("warn", "clock"),
}


def shown_state(job: Job) -> Shown:
    tone, icon = LOOKS[job.state]
    return Shown(str(job.get_state_display()), tone, icon)


class QuoteTable(tables.Table):
    created_on = tables.DateColumn("d/m/Y", verbose_name=_("Créé"), attrs=place("note"), order_by=("created_on", "id"))
    product = tables.Column(_("Produit"), accessor="product__name", attrs=place("spare soft"))
    number = tables.Column(_("Numéro de la transaction"), attrs=place("lead fig"))
    account = tables.Column(_("Compte client"), accessor="account__list_name", order_by="account__last_name", attrs=place("title"))
    car = tables.Column(_("Véhicule"), accessor="plate", attrs=place("spare"))
    premium = EuroColumn(verbose_name=_("Prime"), accessor="offer__gross", default="-")
    state = StateColumn(verbose_name=_("Statut"), accessor="state")

    class Meta:
        model = Job
        fields: tuple[str, ...] = ()
        sequence = ("created_on", "product", "number", "account", "car", "premium", "state")
        order_by = "-created_on"
        empty_text = _("Aucun devis")

    caption: Any = _("Devis ouverts au cours des 30 derniers jours")
    noun = _("Devis")

    def value_number(self, record: Job) -> str:
        return record.number

    def render_number(self, record: Job) -> SafeString:
        return format_html('<a href="{}">{}</a>', reverse("quotes:show", args=[record.number]), record.number)

    def render_car(self, record: Job) -> str:
        return f"{record.make.title()} {record.model} · {record.plate}"

    def value_car(self, record: Job) -> str:
        return self.render_car(record)

    def value_premium(self, value: Decimal | None) -> Decimal | None:
        return value

    def value_state(self, record: Job) -> str:
        return str(record.get_state_display())

    def value_created_on(self, value: date) -> date:
        return value

    def render_premium(self, value: Decimal) -> str:
        return euros(value)

    def render_state(self, record: Job) -> str:
        return chip(shown_state(record))
