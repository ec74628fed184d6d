"""Versions: what an order was before each change of it."""

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from jupiter.dealer.sites.access import Member, member_may
from jupiter.kit.history import changes
from jupiter.kit.web.versions import versions_screen

from .finding import found
from .showing import crumbs_of


@require_safe
@member_may("read_order")
def versions(request: HttpRequest, member: Member, number: int) -> HttpResponse:
    order = found(member, number)
    changed = changes(
        order,
        named={
            "site": _("Site"), "vehicle": _("Véhicule"), "trade_in_vehicle": _("Véhicule repris"), "warranty": _("Garantie"),
            "customer": _("Fiche client"),
        },
        lines={"buyer": _("Acheteur"), "fees": _("Frais"), "deposits": _("Acompte")},
    )  # fmt: skip
    crumbs = [*crumbs_of(), (reverse("orders:show", args=[number]), str(number))]
    return versions_screen(request, changed, title=_("Versions du bon {number}").format(number=number), here="orders", crumbs=crumbs)
