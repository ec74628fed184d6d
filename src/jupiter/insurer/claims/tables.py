"""The list of claims."""

from datetime import date

import django_tables2 as tables
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from jupiter.kit.web.tables import place

from .models import Claim


class ClaimTable(tables.Table):
    number = tables.Column(_("Numéro de sinistre"), attrs=place("lead fig"))
    policy = tables.Column(_("Numéro de police"), accessor="policy__number", attrs=place("note"))
    account = tables.Column(_("Compte client"), accessor="policy__account__list_name", orderable=False, attrs=place("title"))
    broke_down_on = tables.DateColumn("d/m/Y", verbose_name=_("Date de la panne"), attrs=place("spare"))
    cause = tables.Column(_("Cause"), attrs=place("spare"))
    state = tables.Column(_("Statut"), accessor="get_state_display", orderable=False, attrs=place("state"))

    class Meta:
        model = Claim
        fields: tuple[str, ...] = ()
        order_by = "-number"
        empty_text = _("Aucun sinistre")

    caption = _("Sinistres")
    noun = _("Sinistres")

    def value_broke_down_on(self, value: date) -> date:
        return value

    def value_policy(self, record: Claim) -> str:
        return record.policy.number

    def render_policy(self, record: Claim) -> SafeString:
        return format_html('<a href="{}">{}</a>', reverse("policies:show", args=[record.policy.number]), record.policy.number)
