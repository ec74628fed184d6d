"""What was changed on a row, as a table: when, by whom, which field, from what to what."""

from collections.abc import Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any

import django_tables2 as tables
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from jupiter.kit.french import grouped, printed_date
from jupiter.kit.history import Change

from .screen import screen
from .tables import paged, place
from .templatetags.kit import author, moment

PER_PAGE = 50
NOTHING = "—"


class VersionTable(tables.Table):
    label = tables.Column(verbose_name=gettext_lazy("Champ"), orderable=False, attrs=place("lead"))
    before = tables.Column(
        verbose_name=gettext_lazy("Avant"),
        orderable=False,
        empty_values=(),
        attrs={"td": {"class": "note", "data-label": gettext_lazy("avant")}},
    )
    after = tables.Column(verbose_name=gettext_lazy("Après"), orderable=False, empty_values=(), attrs=place("title"))
    by = tables.Column(verbose_name=gettext_lazy("Par"), orderable=False, empty_values=(), attrs=place("state soft"))
    at = tables.Column(verbose_name=gettext_lazy("Le"), orderable=False, attrs=place("sum fig soft"))

    caption = gettext_lazy("Modifications")
    noun = gettext_lazy("Modifications")

    class Meta:
        empty_text = gettext_lazy("Aucune valeur n’a été modifiée")

    def render_label(self, record: Change) -> str:
        return f"{record.line}\u00a0: {record.label}" if record.line else record.label

    def render_before(self, value: Any) -> str:
        return printed(value)

    def render_after(self, value: Any) -> str:
        return _("retiré") if value is None else printed(value)

    def render_by(self, value: str) -> str:
        return author(value) if value else NOTHING

    def render_at(self, value: datetime) -> str:
        return moment(value)


def printed(value: Any) -> str:
    if isinstance(value, bool):
        return _("Oui") if value else _("Non")
    if isinstance(value, Decimal):
        return grouped(value, 2)
    if isinstance(value, datetime):
        return moment(value)
    if isinstance(value, date):
        return printed_date(value)
    return str(value) if value not in (None, "") else NOTHING


def versions_screen(
    request: HttpRequest, found: Sequence[Change], *, title: str, here: str, crumbs: Sequence[tuple[str, str]]
) -> HttpResponse:
    table = paged(VersionTable(list(found)), request, per_page=PER_PAGE)
    return screen(request, "kit/versions.html", title=title, here=here, crumbs=crumbs, table=table)
