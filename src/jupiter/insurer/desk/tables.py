"""The list of what is told to partners."""

from datetime import date
from decimal import Decimal
from typing import Any

import django_tables2 as tables
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from jupiter.kit.transmissions.carriers import CARRIERS
from jupiter.kit.transmissions.models import State, Transmission
from jupiter.kit.web.frame import State as Shown
from jupiter.kit.web.tables import StateColumn, place
from jupiter.kit.web.templatetags.kit import chip, moment

LOOKS = {
    State.SENDING.value: ("info", "progress"),
    State.DELIVERED.value: ("ok", "circle-check"),
    State.ASIDE.value: ("warn", "alert-triangle"),
    State.DROPPED.value: ("", "circle-x"),
}


def shown_parcel(parcel: Transmission) -> Shown:
    tone, icon = LOOKS[parcel.state]
    return Shown(str(parcel.get_state_display()), tone, icon)


def kind_of(parcel: Transmission) -> str:
    carrier = CARRIERS.get(parcel.kind)
    return str(carrier.label) if carrier else parcel.kind


class TransmissionTable(tables.Table):
    kind = tables.Column(_("Envoi"), attrs=place("lead"))
    subject = tables.Column(_("Devis"), attrs=place("title fig"))
    partner = tables.Column(_("Destinataire"), attrs=place("note"))
    state = StateColumn(verbose_name=_("État"))
    tries = tables.Column(_("Essais"), attrs={"th": {"class": "num"}, "td": {"class": "num sum"}})
    trouble = tables.Column(_("Motif"), attrs=place("spare clip"), default="")
    created_at = tables.Column(_("Créé"), attrs=place("spare"))

    class Meta:
        model = Transmission
        fields: tuple[str, ...] = ()
        sequence = ("kind", "subject", "partner", "state", "tries", "trouble", "created_at")
        empty_text = _("Aucune transmission")

    caption = _("Transmissions")
    noun = _("Transmissions")

    def render_kind(self, record: Transmission) -> SafeString:
        return format_html('<a href="{}">{}</a>', reverse("desk:transmission", args=[record.pk]), kind_of(record))

    def render_state(self, record: Transmission) -> str:
        return chip(shown_parcel(record))

    def render_created_at(self, value: Any) -> str:
        return moment(value)


class ActivityTable(tables.Table):
    """What waits, as a file: each row is {"what": the group's name, "job": the quote}."""

    what = tables.Column(_("Activité"))
    number = tables.Column(_("Devis"), accessor="job__number")
    account = tables.Column(_("Compte client"), accessor="job__account__list_name")
    make = tables.Column(_("Marque"), accessor="job__make")
    model = tables.Column(_("Modèle"), accessor="job__model")
    plate = tables.Column(_("Immatriculation"), accessor="job__plate")
    premium = tables.Column(_("Prime"), accessor="job__premium")
    expires_on = tables.Column(_("Expire le"), accessor="job__expires_on")

    class Meta:
        orderable = False

    def value_premium(self, value: Decimal | None) -> Decimal | None:
        return value

    def value_expires_on(self, value: date) -> date:
        return value
