"""The lists of policies, and how a policy's status looks."""

from decimal import Decimal
from typing import Any

import django_tables2 as tables
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from jupiter.kit.clock import business_today
from jupiter.kit.french import printed_date
from jupiter.kit.web.frame import State as Shown
from jupiter.kit.web.tables import EuroColumn, StateColumn, place
from jupiter.kit.web.templatetags.kit import chip

from .models import STATUS_WORDS, Policy
from .rules import Status

LOOKS = {
    Status.SCHEDULED: ("info", "calendar"),
    Status.IN_FORCE: ("ok", "circle-check"),
    Status.EXPIRED: ("", "clock"),
}


def shown_status(status: Status) -> Shown:
    tone, icon = LOOKS[status]
    return Shown(str(STATUS_WORDS[status]), tone, icon)


class PolicyTable(tables.Table):
    product = tables.Column(_("Produit"), accessor="product__name", attrs=place("spare soft"))
    product_name = tables.Column(_("Type de couverture"), attrs=place("note"))
    status = StateColumn(verbose_name=_("Statut"), accessor="starts_on", order_by=("starts_on", "id"))
    number = tables.Column(_("Numéro de police"), attrs=place("lead fig"))
    account = tables.Column(_("Compte client"), accessor="account__list_name", order_by="account__last_name", attrs=place("title"))
    car = tables.Column(_("Véhicule"), accessor="plate", attrs=place("spare"))
    period = tables.Column(_("Période"), accessor="ends_on", attrs=place("spare fig soft"))
    gross = EuroColumn(verbose_name=_("Prime"))

    class Meta:
        model = Policy
        fields: tuple[str, ...] = ()
        sequence = ("product", "product_name", "status", "number", "account", "car", "period", "gross")
        empty_text = _("Aucune police")

    caption: Any = _("Polices")
    noun = _("Polices")

    def value_number(self, record: Policy) -> str:
        return record.number

    def render_number(self, record: Policy) -> SafeString:
        return format_html('<a href="{}">{}</a>', reverse("policies:show", args=[record.number]), record.number)

    def render_status(self, record: Policy) -> str:
        return chip(shown_status(record.status_on(business_today())))

    def render_car(self, record: Policy) -> str:
        return f"{record.make.title()} {record.model} · {record.plate}"

    def value_car(self, record: Policy) -> str:
        return self.render_car(record)

    def value_status(self, record: Policy) -> str:
        return str(STATUS_WORDS[record.status_on(business_today())])

    def value_period(self, record: Policy) -> str:
        return self.render_period(record)

    def value_gross(self, value: Decimal) -> Decimal:
        return value

    def render_period(self, record: Policy) -> str:
        return f"{printed_date(record.starts_on)} - {printed_date(record.ends_on)}"
