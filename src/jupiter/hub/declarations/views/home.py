"""Accueil: what waits; and the list of sales, with its views and its search."""

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy
from django.views.decorators.http import require_safe

from jupiter.hub.dealers.access import member_may
from jupiter.hub.dealers.actions import is_configured
from jupiter.hub.dealers.models import Member
from jupiter.hub.declarations.access import sales_of
from jupiter.hub.declarations.models import VIEWS, Cover, Sale
from jupiter.hub.declarations.tables import SaleTable, shown_state
from jupiter.kit.clock import business_today
from jupiter.kit.lookups import first_of
from jupiter.kit.web.export import list_as_file, wanted
from jupiter.kit.web.paging import counted, told
from jupiter.kit.web.screen import screen
from jupiter.kit.web.tables import paged

SHOWN_AT_HOME = 8
PER_PAGE = 25
LONGEST_SEARCH = 100


@require_safe
@member_may("see_home")
def home(request: HttpRequest, member: Member) -> HttpResponse:
    """Until the point of sale has a saved profile, a log-in leads there: nothing can be declared before."""
    main = member.memberships[0].point_of_sale
    if main and not is_configured(main):
        return redirect("dealers:point_profile", main.code)
    sales, may_complete = sales_of(member), member.may("complete_sale")
    counts = {key: counted(sales.in_view(key)) for key in ("a-declarer", "en-cours", "a-reprendre")}
    tiles = [
        {
            "ask": ask,
            "icon": icon,
            "figure": told(counts[key]),
            "note": note,
            "url": f"{reverse('declarations:list')}?vue={key}",
            "warn": warn and counts[key],
        }
        for key, ask, icon, note, warn in (
            ("a-declarer", _("Ventes à déclarer"), "file-plus", _("reçues, pas encore déclarées"), False),
            ("en-cours", _("En cours"), "progress", _("déclarées, police à venir"), False),
            ("a-reprendre", _("À reprendre"), "alert-triangle", _("le garantisseur n’a pas pris la demande"), True),
        )
    ]
    to_declare = first_of(sales.in_view("a-declarer").order_by("-changed_at"), SHOWN_AT_HOME)
    aside = first_of(sales.in_view("a-reprendre").order_by("-changed_at"), SHOWN_AT_HOME)
    others = sales.in_view("en-cours").exclude(cover=Cover.ASIDE).order_by("-changed_at")
    under_way = [*aside, *first_of(others, SHOWN_AT_HOME - len(aside))] if len(aside) < SHOWN_AT_HOME else aside
    blocks = [
        {
            "key": "a-declarer",
            "title": _("Reçues, à déclarer"),
            "count": told(counts["a-declarer"]),
            "has_more": counts["a-declarer"] > SHOWN_AT_HOME,
            "items": [_line(sale, may_complete) for sale in to_declare],
        },
        {
            "key": "en-cours",
            "title": _("En cours"),
            "count": told(counts["en-cours"]),
            "has_more": counts["en-cours"] > SHOWN_AT_HOME,
            "items": [_line(sale, may_complete) for sale in under_way],
        },
    ]
    return screen(
        request, "declarations/home.html", title=_("Accueil"), here="home", tiles=tiles, blocks=blocks, today=business_today(),
        may_declare=may_complete,
    )  # fmt: skip


LABELS = {
    "a-declarer": lazy("À déclarer"),
    "en-cours": lazy("En cours"),
    "a-reprendre": lazy("À reprendre"),
    "terminees": lazy("Terminées"),
    "toutes": lazy("Toutes"),
}


def _line(sale: Sale, may_complete: bool) -> dict[str, Any]:
    shown = shown_state(sale)
    received = sale.is_received and may_complete
    return {
        "text": sale.title,
        "note": " · ".join(
            filter(
                None,
                [
                    sale.vehicle,
                    sale.plate,
                    sale.declaration_number or (_("bon {number}").format(number=sale.order_number) if sale.order_number else ""),
                ],
            )
        ),
        "when": shown.label,
        "late": sale.cover == Cover.ASIDE,
        "url": reverse("declarations:begin" if received else "declarations:show", args=[sale.pk]),
        "verb": _("Déclarer") if received else _("Reprendre") if sale.cover == Cover.ASIDE else _("Ouvrir"),
        "icon": shown.icon,
        "tone": shown.tone,
    }


@require_safe
@member_may("see_sale")
def index(request: HttpRequest, member: Member) -> HttpResponseBase:
    asked = request.GET.get("q", "")[:LONGEST_SEARCH]
    key = request.GET.get("vue", "toutes")
    if key not in VIEWS:
        raise Http404
    sales = sales_of(member).in_view(key)
    if asked:
        sales = sales.matching(asked)
    table = SaleTable(sales, may_complete=member.may("complete_sale"))
    if wanted(request):
        return list_as_file(table, request, name="ventes")
    paged(table, request, per_page=PER_PAGE)
    tabs = [(f"?vue={name}" + (f"&q={asked}" if asked else ""), label, name == key) for name, label in LABELS.items()]
    return screen(request, "declarations/list.html", title=_("Ventes"), here="home", table=table, tabs=tabs, asked=asked)
