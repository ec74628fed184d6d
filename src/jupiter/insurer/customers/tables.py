"""The list of accounts."""

import django_tables2 as tables
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from jupiter.kit.web.tables import place

from .models import Account


class AccountTable(tables.Table):
    number = tables.Column(_("Numéro de compte"), attrs=place("lead fig"))
    name = tables.Column(_("Compte client"), accessor="list_name", order_by=("last_name", "first_name"), attrs=place("title"))
    town = tables.Column(_("Ville"), accessor="place", order_by="city", attrs=place("note"))
    email = tables.Column(_("E-mail"), attrs=place("spare soft"))
    quotes = tables.Column(_("Devis"), attrs={"th": {"class": "num"}, "td": {"class": "num"}})
    held = tables.Column(_("Polices"), attrs={"th": {"class": "num"}, "td": {"class": "num sum"}})

    class Meta:
        model = Account
        fields: tuple[str, ...] = ()
        sequence = ("number", "name", "town", "email", "quotes", "held")
        order_by = "-number"
        empty_text = _("Aucun compte")

    caption = _("Comptes")
    noun = _("Comptes")

    def value_number(self, record: Account) -> str:
        return record.number

    def render_number(self, record: Account) -> SafeString:
        return format_html('<a href="{}">{}</a>', reverse("customers:show", args=[record.number]), record.number)
