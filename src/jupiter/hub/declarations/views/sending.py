"""What is sent, and its attempts; Renvoyer."""

import json

from django.contrib import messages
from django.db.models import Count, Q
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from jupiter.hub.dealers.access import member_may
from jupiter.hub.dealers.models import Member
from jupiter.hub.declarations import actions
from jupiter.hub.declarations.access import sales_of, transmissions_of
from jupiter.hub.declarations.models import Sale
from jupiter.hub.declarations.tables import TransmissionTable, label_of, shown_parcel
from jupiter.kit.transmissions.models import URGENCY, Transmission
from jupiter.kit.transmissions.models import State as ParcelState
from jupiter.kit.web.screen import screen
from jupiter.kit.web.tables import paged
from jupiter.kit.web.templatetags.kit import moment

PER_PAGE = 25


@require_safe
@member_may("see_transmissions")
def transmissions(request: HttpRequest, member: Member) -> HttpResponse:
    """À reprendre first."""
    rows = transmissions_of(member, "see_transmissions")
    only = request.GET.get("vue", "a-reprendre")
    chosen = {"a-reprendre": rows.aside(), "en-cours": rows.filter(state=ParcelState.SENDING), "toutes": rows}
    if only not in chosen:
        raise Http404
    table = TransmissionTable(chosen[only].order_by(URGENCY, "-id"), sales={})
    paged(table, request, per_page=PER_PAGE)
    table.sales = _sales_behind(member, [row.record.subject for row in table.page.object_list])
    labels = {"a-reprendre": _("À reprendre"), "en-cours": _("En cours"), "toutes": _("Toutes")}
    waiting = rows.filter(state__in=(ParcelState.ASIDE, ParcelState.SENDING))
    counts = waiting.aggregate(
        aside=Count("pk", filter=Q(state=ParcelState.ASIDE)), sending=Count("pk", filter=Q(state=ParcelState.SENDING))
    )
    figures = {"a-reprendre": counts["aside"], "en-cours": counts["sending"], "toutes": None}
    tabs = [(f"?vue={key}", label, key == only, figures[key]) for key, label in labels.items()]
    return screen(request, "declarations/transmissions.html", title=_("Transmissions"), here="transmissions", table=table, tabs=tabs)


def _sales_behind(member: Member, subjects: list[str]) -> dict[str, Sale]:
    keys = [int(subject.removeprefix("sale ")) for subject in subjects if subject.startswith("sale ")]
    sales = sales_of(member).filter(Q(declaration_number__in=subjects) | Q(pk__in=keys))
    return {name: sale for sale in sales for name in (sale.declaration_number, sale.transmission_subject) if name}


def _parcel(member: Member, parcel_id: int) -> Transmission:
    parcel = transmissions_of(member, "see_transmissions").filter(pk=parcel_id).prefetch_related("attempts").first()
    if parcel is None:
        raise Http404
    return parcel


@require_safe
@member_may("see_transmissions")
def transmission(request: HttpRequest, member: Member, parcel_id: int) -> HttpResponse:
    parcel = _parcel(member, parcel_id)
    facts = [
        (_("Destinataire"), parcel.partner), (_("Créé"), moment(parcel.created_at)),
        (_("Terminé"), moment(parcel.settled_at) if parcel.settled_at else ""), (_("Clé"), str(parcel.key)), (_("Trace"), parcel.trace),
        (_("Essais"), parcel.tries),
    ]  # fmt: skip
    return screen(
        request, "declarations/transmission.html", title=label_of(parcel), here="transmissions",
        crumbs=[(reverse("declarations:transmissions"), _("Transmissions"))], parcel=parcel, state=shown_parcel(parcel),
        sale=_sales_behind(member, [parcel.subject]).get(parcel.subject), facts=[fact for fact in facts if fact[1] != ""],
        words=json.dumps(parcel.words, ensure_ascii=False, indent=2), 
        attempts=sorted(parcel.attempts.all(), key=lambda attempt: -attempt.pk),
    )  # fmt: skip


@require_POST
@member_may("see_transmissions")
def transmission_again(request: HttpRequest, member: Member, parcel_id: int) -> HttpResponse:
    parcel = _parcel(member, parcel_id)
    sent = actions.send_transmission_again(parcel, by=member.user, now=timezone.now())
    if sent:
        messages.success(request, _("Renvoyé") if sent == 1 else _("%(count)s envois renvoyés") % {"count": sent})
    return redirect("declarations:transmission", parcel.pk)
