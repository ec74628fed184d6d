"""What stands around Jupiter's pages: its menu, the member's sites, the search."""

from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext as _

from jupiter.dealer.sites.access import Member, member_of
from jupiter.kit.web.frame import Entry, Frame


def frame(request: HttpRequest) -> Frame:
    member: Member | None = getattr(request, "member", None) or member_of(request.user, act="use_desk")
    if member is None:
        return Frame()
    menu = [
        Entry("home", reverse("desk:home"), "home", _("Accueil")),
        Entry("vehicles", reverse("vehicles:index"), "car", _("Gestion Véhicules")),
        Entry("orders", reverse("orders:index"), "file-invoice", _("Bon de commande")),
        Entry("transmissions", reverse("declarations:transmissions"), "send", _("Envoyer / Recevoir")),
        Entry("settings", reverse("sites:index"), "settings", _("Paramétrage")),
    ]
    if member.may("see_differences"):
        menu.insert(4, Entry("reconciliation", reverse("reconciliation:index"), "circle-half-2", _("Rapprochement")))
    if member.may("see_state"):
        menu.append(Entry("state", reverse("desk:state"), "activity", _("État du système")))
    return Frame(
        menu=menu,
        sites=[site.name for site in member.sites],
        role=member.memberships[0].get_role_display(),
        search=reverse("desk:search"),
        search_hint=_("Plaque, VIN, client, n° de bon…"),
    )
