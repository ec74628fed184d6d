"""What stands around the hub's pages: the tutorial's menu, and the points of sale of whoever is at the desk."""

from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext as _

from jupiter.kit.web.frame import Entry, Frame

from .dealers.models import member_of


def frame(request: HttpRequest) -> Frame:
    member = getattr(request, "member", None) or member_of(request.user.pk or 0)
    if member is None:
        return Frame()
    menu = [
        Entry("home", reverse("home"), "home", _("Accueil")),
        Entry("declare", reverse("declarations:new"), "file-plus", _("Déclarer Vente")),
        Entry("profile", reverse("dealers:profile"), "user", _("Profil")),
        Entry("support", reverse("dealers:support"), "help-circle", _("Support")),
    ]
    if member.may("see_transmissions"):
        menu.insert(2, Entry("transmissions", reverse("declarations:transmissions"), "exchange", _("Transmissions")))
    if member.may("see_differences"):
        menu.insert(3, Entry("reconciliation", reverse("reconciliation:index"), "circle-half-2", _("Rapprochement")))
    if member.may("see_state"):
        menu.append(Entry("state", reverse("dealers:state"), "activity", _("État du système")))
    if not member.may("complete_sale"):
        menu = [entry for entry in menu if entry.key != "declare"]
    sites = [_("Tout le réseau")] if member.is_network else [m.point_of_sale.name for m in member.memberships if m.point_of_sale]
    role = member.memberships[0].get_role_display()
    return Frame(
        menu=menu,
        sites=sites,
        role=str(role),
        leaves=True,
        search=reverse("declarations:list"),
        search_hint=_("Plaque, VIN, client, n° de bon, SP…"),
    )
