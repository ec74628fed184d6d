"""What stands around the portal's pages: its menu, the member's points of sale, the search."""

from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext as _

from jupiter.insurer.desk.access import parcels_aside
from jupiter.insurer.producers.models import Member
from jupiter.kit.web.frame import Entry, Frame


def frame(request: HttpRequest) -> Frame:
    member: Member | None = getattr(request, "member", None) or Member.of(request.user.pk or 0, "")
    if member is None:
        return Frame()
    menu = [
        Entry("home", reverse("desk:home"), "home", _("Tableau de gestion")),
        Entry("accounts", reverse("customers:index"), "users", _("Comptes")),
        Entry("policies", reverse("policies:issued"), "shield-check", _("Polices")),
        Entry("claims", reverse("claims:index"), "tools", _("Sinistres")),
        Entry("activities", reverse("desk:activities"), "activity", _("Activités")),
    ]
    if member.may("read_transmission"):
        aside = parcels_aside(member)
        menu.append(Entry("transmissions", reverse("desk:transmissions"), "send", _("Transmissions"), aside, aside > 0))
    menu.append(Entry("settings", reverse("desk:tariff"), "file-text", _("Tarif")))
    if member.may("see_state"):
        menu.append(Entry("state", reverse("desk:state"), "activity", _("État du système")))
    return Frame(
        menu=menu,
        sites=[_("Assureur")] if member.everywhere else [f"{producer.name} {producer.code}" for producer in member.producers],
        role=_("Administrateur de l’assureur") if member.everywhere else _("Utilisateur du point de vente"),
        search=reverse("desk:search"),
        search_hint=_("N° de devis ou de police, plaque, VIN, client…"),
    )
