"""Rapprochement: the differences, who repaired what, and the comparisons. Each service's own views say who may and what a verdict means."""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import django_tables2 as tables
from django.db.models import Case, IntegerField, Value, When
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy
from django.utils.translation import ngettext

from jupiter.kit.french import printed_date
from jupiter.kit.journal.actions import entries_of
from jupiter.kit.web.forms import KitForm, LineField
from jupiter.kit.web.frame import SERVICES
from jupiter.kit.web.frame import State as Shown
from jupiter.kit.web.screen import screen
from jupiter.kit.web.tables import StateColumn, paged, place
from jupiter.kit.web.templatetags.kit import UNKNOWN, chip, moment

from .models import LIVE, Comparison, Difference, DifferenceSet, State

TONES = {
    State.OPEN: ("warn", "alert-triangle"),
    State.REPAIRING: ("wait", "progress"),
    State.ACCEPTED: ("off", "eye"),
    State.SETTLED: ("ok", "circle-check"),
}
LATELY = 40  # comparisons that the page lists
DIGEST = re.compile(r"[0-9a-f]{64}")
PAUSE = 2_000  # milliseconds to the next look, while one is under way


@dataclass(frozen=True)
class Told:
    """How a verdict is said to a person: in two words, what it means, and what Réparer does."""

    label: str | Promise
    meaning: str | Promise
    repair: str | Promise = ""  # none: it is not repaired from here
    by_machine: bool = False  # the nightly task does it too


def shown(difference: Difference) -> Shown:
    tone, icon = TONES[State(difference.state)]
    return Shown(str(difference.get_state_display()), tone, icon)


class DifferenceTable(tables.Table):
    label = tables.Column(lazy("Vente"), attrs=place("lead"), orderable=False)
    state = StateColumn(verbose_name=lazy("État"), orderable=False)
    verdict = tables.Column(lazy("Écart"), attrs=place("title"), orderable=False)
    found_at = tables.Column(lazy("Depuis"), attrs=place("note fig"), orderable=False)
    repaired_by = tables.Column(lazy("Réparé par"), attrs=place("spare"), default=UNKNOWN, orderable=False)
    repaired_at = tables.Column(lazy("Le"), attrs=place("spare fig"), default=UNKNOWN, orderable=False)

    class Meta:
        empty_text = lazy("Aucun écart")

    caption = lazy("Écarts")
    noun = lazy("Écarts")

    def __init__(self, *args: Any, told: Mapping[str, Told], address: str, **options: Any) -> None:
        super().__init__(*args, **options)
        self.told, self.address = told, address

    def render_label(self, record: Difference) -> SafeString:
        return format_html('<a href="{}">{}</a>', reverse(self.address, args=[record.pk]), record.label)

    def render_state(self, record: Difference) -> str:
        return chip(shown(record))

    def render_verdict(self, record: Difference) -> str:
        return str(self.told[record.verdict].label) if record.verdict in self.told else record.verdict

    def render_found_at(self, value: Any) -> str:
        return moment(value)

    def render_repaired_at(self, value: Any) -> str:
        return moment(value)


class ComparisonTable(tables.Table):
    at = tables.Column(lazy("Quand"), attrs=place("lead fig"), orderable=False)
    owner = tables.Column(lazy("Point de vente"), accessor="owner_id", attrs=place("title"), orderable=False)
    neighbour = tables.Column(lazy("Avec"), attrs=place("note"), orderable=False)
    by = tables.Column(lazy("Par"), attrs=place("spare"), orderable=False)
    period = tables.Column(lazy("Jours comparés"), accessor="from_on", attrs=place("spare fig"), orderable=False)
    sales = tables.Column(lazy("Ventes lues"), attrs={"th": {"class": "num spare"}, "td": {"class": "num spare"}}, orderable=False)
    found = tables.Column(lazy("Écarts"), attrs={"th": {"class": "num"}, "td": {"class": "num sum"}}, orderable=False)

    class Meta:
        empty_text = lazy("Aucune comparaison")

    caption = lazy("Comparaisons")
    noun = lazy("Comparaisons")

    def __init__(self, *args: Any, owners: Mapping[int, str], names: Mapping[str, str], **options: Any) -> None:
        super().__init__(*args, **options)
        self.owners, self.names = owners, names

    def render_at(self, value: Any) -> str:
        return moment(value)

    def render_owner(self, value: int) -> str:
        return self.owners.get(value, UNKNOWN)

    def render_neighbour(self, value: str) -> str:
        return self.names.get(value, value)

    def render_period(self, record: Comparison) -> str:
        return f"{printed_date(record.from_on)} – {printed_date(record.to_on)}"

    def render_found(self, value: int, record: Comparison) -> str:
        return record.trouble or str(value)


def list_page(
    request: HttpRequest,
    *,
    here: str,
    space: str,
    told: Mapping[str, Told],
    rows: DifferenceSet,
    comparisons: Any,
    owners: Mapping[int, str],
    names: Mapping[str, str],
    comparing: bool,
    may_repair: bool,
) -> HttpResponse:
    """`space` is the namespace of the service's addresses: index, compare, show, repair, keep."""
    only = "regles" if request.GET.get("vue") == "regles" else "a-traiter"
    first = Case(When(state=State.OPEN, then=Value(0)), When(state=State.REPAIRING, then=Value(1)), default=2, output_field=IntegerField())
    live, settled = rows.filter(state__in=LIVE).order_by(first, "-id"), rows.filter(state=State.SETTLED).order_by("-settled_at", "-id")
    table = DifferenceTable(settled if only == "regles" else live, told=told, address=f"{space}:show")
    paged(table, request)
    count = rows.unsettled().count()
    last = comparisons.order_by("-id").first()
    tabs = [("?vue=a-traiter", _("À traiter"), only == "a-traiter", count), ("?vue=regles", _("Réglés"), only == "regles", None)]
    latest = ComparisonTable(comparisons.order_by("-id")[:LATELY], owners=owners, names=names, orderable=False)
    return screen(
        request, "differences/index.html", title=_("Rapprochement"), here=here, table=table, tabs=tabs, latest=latest, count=count,
        verdict=_verdict(count, last), well=count == 0 and last is not None and not last.trouble,
        compare_url=reverse(f"{space}:compare"), here_url=reverse(f"{space}:index"), may_repair=may_repair,
        pause=PAUSE if comparing else 0,
    )  # fmt: skip


def _verdict(count: int, last: Comparison | None) -> str:
    if last is None:
        return _("Rien n’a encore été comparé.")
    if last.trouble:
        return _("La dernière comparaison n’a pas abouti\u00a0: %(trouble)s.") % {"trouble": last.trouble}
    if count:
        return ngettext("Un écart est à traiter.", "%(count)s écarts sont à traiter.", count) % {"count": count}
    return _("Aucun écart à la dernière comparaison.")


class ReasonForm(KitForm):
    """Garder tel quel is journalled with its reason."""

    reason = LineField(label=lazy("Motif"), most=300)


def difference_page(
    request: HttpRequest,
    difference: Difference,
    *,
    here: str,
    space: str,
    told: Mapping[str, Told],
    fields: Mapping[str, str | Promise],
    may_repair: bool,
    form: ReasonForm,
    links: list[tuple[str, str]] | None = None,
    status: int = 200,
    printed: Callable[[str, Any], str] = lambda name, value: str(value),
    name_of: Callable[[str], str] = lambda pointer: pointer,
) -> HttpResponse:
    said = told.get(difference.verdict, Told(difference.verdict, ""))
    names = [name for name in ("dealer", "hub", "insurer") if name in difference.sides]
    story = [(_("Constaté"), moment(difference.found_at)), (_("Revu"), moment(difference.seen_at))]
    if difference.repaired_at:
        kept = difference.state == State.ACCEPTED
        story += [(_("Gardé par") if kept else _("Réparé par"), f"{difference.repaired_by}, {moment(difference.repaired_at)}")]
        story += [(_("Motif") if kept else _("Réparation"), difference.reason if kept else difference.repair)]
    if difference.settled_at:
        story += [(_("Réglé"), moment(difference.settled_at))]
    return screen(
        request, "differences/show.html", title=difference.label, here=here, status=status,
        crumbs=[(reverse(f"{space}:index"), _("Rapprochement"))], difference=difference, state=shown(difference), said=said, facts=story,
        heads=[(name, SERVICES[name].name) for name in names], lines=list(_lines(difference, names, fields, printed, name_of)), form=form,
        absent=[SERVICES[name].name for name in names if difference.sides[name] is None], links=links or [],
        may_repair=may_repair and bool(said.repair) and difference.can_be_repaired and difference.state != State.REPAIRING,
        may_keep=may_repair and difference.can_be_kept, entries=list(entries_of("difference", difference.pk)[:30]),
        repair_url=reverse(f"{space}:repair", args=[difference.pk]), keep_url=reverse(f"{space}:keep", args=[difference.pk]),
    )  # fmt: skip


def _lines(
    difference: Difference,
    names: list[str],
    fields: Mapping[str, str | Promise],
    printed: Callable[[str, Any], str],
    name_of: Callable[[str], str],
) -> Iterator[dict[str, Any]]:
    """What differs comes first."""
    sides = [difference.sides[name] for name in names]
    known = []
    for key, label in fields.items():
        said = [printed(key, side[key]) if side and side.get(key) not in (None, "") else UNKNOWN for side in sides]
        differs = len({str(side.get(key)) for side in sides if side}) > 1
        if any(one != UNKNOWN for one in said):
            known.append({"label": label, "said": [_short(one) for one in said], "differs": differs})
    words = [(side or {}).get("words") or {} for side in sides]
    for pointer in dict.fromkeys(pointer for one in words for pointer in one):
        yield {"label": name_of(pointer), "said": [one.get(pointer) or UNKNOWN for one in words], "differs": len(names) > 1}
    yield from sorted(known, key=lambda line: not line["differs"])


def _short(said: str) -> str:
    """A digest is looked at, not read."""
    return f"{said[:12]}…" if DIGEST.fullmatch(said) else said
