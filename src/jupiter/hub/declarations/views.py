"""The hub's screens: what waits, the two steps, the form, the result, one sale with its papers, and what is sent."""

import json
from collections.abc import Iterable
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db.models import Case, Count, IntegerField, Q, When
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe
from django_tables2 import RequestConfig

from jupiter.hub.dealers.access import member_may, point_of
from jupiter.hub.dealers.actions import chosen_accounts, is_configured
from jupiter.hub.dealers.models import Member, PointOfSale
from jupiter.hub.dealers.views import THEN
from jupiter.hub.guarantors.registry import GUARANTORS, why_not
from jupiter.kit.accounts.access import log_in, public
from jupiter.kit.clock import business_today
from jupiter.kit.french import printed_date
from jupiter.kit.journal.actions import entries_of
from jupiter.kit.transmissions.models import State as ParcelState
from jupiter.kit.transmissions.models import Transmission
from jupiter.kit.web.screen import screen
from jupiter.kit.web.templatetags.kit import euros, km, moment, plate

from . import actions, rules, wording
from .access import policy_of, sale_may, sales_of, transmissions_about, transmissions_of
from .forms import DECLARE, ChoiceForm, DeclarationForm
from .models import VIEWS, Cover, Sale
from .pdf import as_issued
from .tables import SaleTable, TransmissionTable, label_of, shown_parcel, shown_state

SHOWN_AT_HOME = 8
PER_PAGE = 25
LONGEST_SEARCH = 100


# Accueil and lists


@require_safe
@member_may("see_home")
def home(request: HttpRequest, member: Member) -> HttpResponse:
    """Until the point of sale has a saved profile, a log-in leads there: nothing can be declared before."""
    main = member.memberships[0].point_of_sale
    if main and not is_configured(main):
        return redirect("dealers:point_profile", main.code)
    sales = sales_of(member)
    counts = sales.aggregate(**{key: Count("pk", filter=VIEWS[key]) for key in ("a-declarer", "en-cours", "a-reprendre")})
    tiles = [
        {
            "ask": ask,
            "icon": icon,
            "figure": counts[key],
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
    to_declare = sales.in_view("a-declarer").order_by("-changed_at")[:SHOWN_AT_HOME]
    under_way = sales.in_view("en-cours").order_by(
        Case(When(cover=Cover.ASIDE, then=0), default=1, output_field=IntegerField()), "-changed_at"
    )
    blocks = [
        {
            "key": "a-declarer",
            "title": _("Reçues, à déclarer"),
            "count": counts["a-declarer"],
            "items": [_line(sale) for sale in to_declare],
        },
        {
            "key": "en-cours",
            "title": _("En cours"),
            "count": counts["en-cours"],
            "items": [_line(sale) for sale in under_way[:SHOWN_AT_HOME]],
        },
    ]
    return screen(
        request, "declarations/home.html", title=_("Accueil"), here="home", tiles=tiles, blocks=blocks, today=business_today(),
        may_declare=member.may("complete_sale"),
    )  # fmt: skip


LABELS = {
    "a-declarer": lazy("À déclarer"),
    "en-cours": lazy("En cours"),
    "a-reprendre": lazy("À reprendre"),
    "terminees": lazy("Terminées"),
    "toutes": lazy("Toutes"),
}


def _line(sale: Sale) -> dict[str, Any]:
    shown = shown_state(sale)
    received = sale.is_received
    return {
        "text": sale.title,
        "note": " · ".join(
            filter(None, [sale.vehicle, sale.plate, sale.declaration_number or (f"bon {sale.order_number}" if sale.order_number else "")])
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
def index(request: HttpRequest, member: Member) -> HttpResponse:
    asked = request.GET.get("q", "")[:LONGEST_SEARCH]
    key = request.GET.get("vue", "toutes")
    if key not in VIEWS:
        raise Http404
    sales = sales_of(member).in_view(key)
    if asked:
        sales = sales.matching(asked)
    table = SaleTable(sales)
    RequestConfig(request, paginate={"per_page": PER_PAGE, "silent": True}).configure(table)
    tabs = [(f"?vue={name}" + (f"&q={asked}" if asked else ""), label, name == key) for name, label in LABELS.items()]
    return screen(request, "declarations/list.html", title=_("Ventes"), here="home", table=table, tabs=tabs, asked=asked)


# Déclarer Vente: step 1 and 2


@require_http_methods(["GET", "HEAD", "POST"])
@member_may("complete_sale")
def new(request: HttpRequest, member: Member) -> HttpResponse:
    """A sale that no software sent: first where, then with which guarantor."""
    points = [point for point in member.points_of_sale if member.may("complete_sale", point.pk)]
    code = request.POST.get("point") or request.GET.get("point") or (points[0].code if len(points) == 1 else "")
    if not code:
        return screen(request, "declarations/where.html", title=_("Déclarer Vente"), here="declare", points=points)
    point = point_of(member, code)
    if not member.may("complete_sale", point.pk):
        raise PermissionDenied
    if not is_configured(point):
        return redirect("dealers:point_profile", point.code)
    form = ChoiceForm(request.POST if request.method == "POST" else None, accounts=chosen_accounts(point))
    if request.method == "POST" and form.is_valid():
        try:
            sale = actions.start_blank_sale(
                point, guarantor=form.picked, with_warranty=bool(form.picked), by=member.user, today=business_today(), now=timezone.now()
            )
        except actions.GuarantorCannot as refusal:
            form.add_error(None, refusal.sentence)
        else:
            return redirect("declarations:form", sale.pk)
    return _steps(request, form, point=point, sale=None)


@require_http_methods(["GET", "HEAD", "POST"])
@sale_may("complete_sale")
def begin(request: HttpRequest, member: Member, sale: Sale) -> HttpResponse:
    """Page Suivante draws the declaration number; GET writes nothing."""
    if not sale.is_received:
        return redirect("declarations:result" if sale.is_declared else "declarations:show", sale.pk)
    if not is_configured(sale.point_of_sale):
        request.session[THEN] = sale.pk
        return redirect("dealers:point_profile", sale.point_of_sale.code)
    accounts = chosen_accounts(sale.point_of_sale)
    form = ChoiceForm(request.POST if request.method == "POST" else None, accounts=accounts, chosen=_proposed(sale, list(accounts)))
    if request.method == "POST" and form.is_valid():
        try:
            actions.begin_declaration(sale, guarantor=form.picked, with_warranty=bool(form.picked), by=member.user, now=timezone.now())
        except actions.GuarantorCannot as refusal:
            form.add_error(None, refusal.sentence)
        else:
            return redirect("declarations:form", sale.pk)
    return _steps(request, form, point=sale.point_of_sale, sale=sale)


def _proposed(sale: Sale, keys: list[str]) -> str:
    """What is known already: the choice made, else the order's, else the only one there is."""
    if not sale.with_warranty:
        return ChoiceForm.NONE
    if sale.guarantor in keys:
        return sale.guarantor
    able = [key for key in keys if not why_not(key)]
    return able[0] if len(able) == 1 else ""


def _steps(request: HttpRequest, form: ChoiceForm, *, point: PointOfSale, sale: Sale | None) -> HttpResponse:
    return screen(
        request, "declarations/steps.html", title="DECLARATION VENTE SPOTICAR", here="declare", status=422 if form.errors else 200,
        form=form, point=point, sale=sale,
    )  # fmt: skip


# The form


@require_http_methods(["GET", "HEAD", "POST"])
@sale_may("declare_sale")
def form(request: HttpRequest, member: Member, sale: Sale) -> HttpResponse:
    if not sale.can_be_completed:
        return redirect("declarations:result" if sale.is_declared else "declarations:show", sale.pk)
    if not sale.declaration_number:
        return redirect("declarations:begin", sale.pk)
    if request.method != "POST":
        return _form_page(request, DeclarationForm(sale=sale, today=business_today()))
    typed = DeclarationForm(request.POST, sale=sale, today=business_today())
    wants = request.POST.get("do", DECLARE)
    if wants == DECLARE:
        typed.full_clean()
        typed.name_the_blanks()
    if typed.is_valid():
        try:
            return _save(request, member, sale, typed, wants)
        except actions.ChangedMeanwhile as conflict:
            _show_conflict(typed, conflict.sale)
        except actions.GuarantorCannot as refusal:
            typed.add_error(None, refusal.sentence)
        except actions.ProfileNotConfigured:
            request.session[THEN] = sale.pk
            return redirect("dealers:point_profile", sale.point_of_sale.code)
        except actions.AlreadyDeclared:
            return redirect("declarations:result", sale.pk)
    return _form_page(request, typed, status=422)


def _save(request: HttpRequest, member: Member, sale: Sale, typed: DeclarationForm, wants: str) -> HttpResponse:
    seen, now = typed.seen_sequence(), timezone.now()
    if wants != DECLARE:
        actions.complete_sale(sale, typed.reading, seen=seen, by=member.user, now=now)
        messages.success(request, _("Déclaration enregistrée, à déclarer"))
        return redirect("declarations:form", sale.pk)
    actions.complete_and_declare(sale, typed.reading, seen=seen, by=member.user, today=business_today(), now=now)
    return redirect("declarations:result", sale.pk)


def _show_conflict(typed: DeclarationForm, newer: Sale) -> None:
    theirs = DeclarationForm(sale=newer, today=typed.today).initial
    typed.show_conflict(by=newer.changed_by, at=newer.changed_at, theirs={name: theirs[name] for name in rules.TYPED if name in theirs})
    typed.data = typed.data.copy()
    typed.data["seen"] = str(newer.sequence)


def _form_page(request: HttpRequest, typed: DeclarationForm, status: int = 200) -> HttpResponse:
    sale = typed.sale
    if not typed.is_bound and (blanks := typed.blanks):
        first = next((name for name in blanks if name in typed.fields and name not in rules.COMPUTED), "")
        if first:
            typed.fields[first].widget.attrs["autofocus"] = True
    return screen(
        request, "declarations/form.html", title=_("Déclaration de vente"), here="declare", status=status, form=typed, sale=sale,
        point=sale.point_of_sale, **_checks(typed),
    )  # fmt: skip


def _checks(typed: DeclarationForm) -> dict[str, Any]:
    """The side panel, live and at reload the same."""
    sale = typed.sale
    values = typed.reading.values if typed.is_bound else sale.values
    guarantor = GUARANTORS[sale.guarantor].label if sale.guarantor else _("Sans garantie commerciale")
    return {
        "guarantor": guarantor,
        "period": _period(values),
        "warranty": wording.warranty_line(values),
        "doubts": [(f"id_{doubt.field}", doubt.message) for doubt in rules.doubts(values)],
        "blank_links": [(f"id_{name}", rules.FIELDS[name].label) for name in typed.blanks if name not in rules.COMPUTED],
        "refused_links": [(f"id_{name}", rules.FIELDS[name].label, sentence) for name, sentence in typed.reading.refused.items()],
        "changed": typed.changed_from_order(),
        "from_guarantor": [
            (f"id_{name}", rules.FIELDS[name].label, said) for name, said in sale.refused_fields.items() if name in rules.FIELDS
        ],
    }


def _period(values: rules.Values) -> str:
    if "starts_on" not in values or "ends_on" not in values:
        return ""
    return f"{rules.printed('starts_on', values['starts_on'])} – {rules.printed('ends_on', values['ends_on'])}"


@require_POST
@sale_may("declare_sale")
def checks(request: HttpRequest, member: Member, sale: Sale) -> HttpResponse:
    """The panel beside the form, for what is typed so far. Writes nothing."""
    typed = DeclarationForm(request.POST, sale=sale, today=business_today())
    typed.full_clean()
    dates = [typed[name] for name in rules.COMPUTED if name in typed.fields]
    return screen(request, "declarations/form.html#checks", sale=sale, form=typed, dates=dates, **_checks(typed))


# The result


@require_safe
@sale_may("see_sale")
def result(request: HttpRequest, member: Member, sale: Sale) -> HttpResponse:
    if not sale.is_declared:
        return redirect("declarations:begin" if sale.is_received else "declarations:show", sale.pk)
    return screen(
        request, "declarations/result.html", title=_("Bienvenue au garage"), here="declare", told=_told(sale), **_answers(member, sale)
    )


@require_safe
@never_cache
@sale_may("see_sale")
def answers(request: HttpRequest, member: Member, sale: Sale) -> HttpResponse:
    """What the page asks again while the guarantor's answer is on its way."""
    return screen(request, "declarations/result.html#answers", **_answers(member, sale))


@require_POST
@sale_may("send_again")
def send_again(request: HttpRequest, member: Member, sale: Sale) -> HttpResponse:
    sale = actions.send_cover_again(sale, by=member.user, now=timezone.now())
    if request.headers.get("HX-Request"):
        return screen(request, "declarations/result.html#answers", **_answers(member, sale))
    return redirect("declarations:result", sale.pk)


ICONS = {"ok": "circle-check", "wait": "progress", "warn": "alert-triangle"}
PAUSES = ((10, 500), (60, 2_000), (600, 5_000))  # seconds since the declaration → milliseconds to the next look
LATER = 15_000


def _answers(member: Member, sale: Sale) -> dict[str, Any]:
    document = wording.document_of(sale)
    said = [
        {"who": message.source, "tone": message.tone, "icon": ICONS[message.tone], "text": message.text, **_proof(sale, first=i == 0)}
        for i, message in enumerate(wording.messages_of(sale))
    ]
    return {
        "sale": sale,
        "answers": said,
        "document": document,
        "steps": _timeline(sale, has_document=document is not None),
        "insurer_home": f"{settings.NEIGHBOURS['insurer'].rstrip('/')}/",
        "pause": _pause(sale, timezone.now()),
        "expires_on": _date(sale.quote, "expires_on"),
        "may_complete": member.may("declare_sale", sale.point_of_sale_id),
        "may_send_again": member.may("send_again", sale.point_of_sale_id),
        "source": GUARANTORS[sale.guarantor].source if sale.guarantor else "",
    }


def _proof(sale: Sale, *, first: bool) -> dict[str, str]:
    if first:
        return {"what": _("déclaration"), "proof": sale.declaration_number or ""}
    if sale.quote_number:
        return {"what": _("devis"), "proof": sale.quote_number}
    return {"what": _("devis"), "proof": _("à reprendre") if sale.cover == Cover.ASIDE else _("en cours")}


def _pause(sale: Sale, now: datetime) -> int:
    """Quick while someone is waiting, slow when the insurer is down; none once the answer is there. Milliseconds."""
    if sale.cover != Cover.SENDING:
        return 0
    waited = (now - sale.changed_at).total_seconds()
    return next((pause for limit, pause in PAUSES if waited < limit), LATER)


def _date(facts: dict[str, Any] | None, name: str) -> date | None:
    said = (facts or {}).get(name)
    return date.fromisoformat(said) if said else None


def _timeline(sale: Sale, *, has_document: bool) -> list[dict[str, Any]]:
    steps: list[dict[str, Any]] = [
        {
            "name": _("Vente reçue"),
            "date": printed_date(sale.received_on),
            "note": f"bon {sale.order_number}" if sale.order_number else "",
            "when": "done",
        },
        {
            "name": _("Vente déclarée"),
            "date": printed_date(sale.declared_on) if sale.declared_on else "",
            "when": "done" if sale.is_declared else "now",
        },
    ]
    if sale.is_declared and not sale.with_warranty:
        return steps
    quote, policy = sale.quote_number, sale.policy_number
    gone = sale.cover in (Cover.QUOTE_WITHDRAWN, Cover.QUOTE_EXPIRED)
    expires_on = _date(sale.quote, "expires_on")
    issued_on = _date(sale.policy, "issued_on")
    return [
        *steps,
        {
            "name": _("Devis créé") if quote else _("Devis à créer"),
            "date": quote or (_("à reprendre") if sale.cover == Cover.ASIDE else _("en cours") if sale.is_declared else ""),
            "when": "done" if quote else "now" if sale.is_declared else "to-come",
        },
        {
            "name": str(sale.get_cover_display()) if gone else _("Police émise") if policy else _("Police à acheter"),
            "date": policy or (_("avant le {day}").format(day=printed_date(expires_on)) if expires_on else ""),
            "note": _("le {day}").format(day=printed_date(issued_on)) if issued_on else "",
            "when": "done" if policy else "now" if quote else "to-come",
        },
        {
            "name": _("Attestation reçue"),
            "when": "done" if has_document else "now" if policy else "to-come",
            "date": _("PDF") if has_document else "",
        },
    ]


def _told(sale: Sale) -> list[tuple[str, Any]]:
    values = sale.values
    facts: Iterable[tuple[str, Any]] = (
        (_("Client"), sale.buyer),
        (_("Véhicule"), " ".join(str(values.get(name, "")) for name in ("make", "model"))),
        (_("Immatriculation"), plate(sale.plate) if sale.plate else ""),
        (_("Kilométrage"), km(values["mileage"]) if "mileage" in values else ""),
        (_("Livraison"), rules.printed("delivery_on", values.get("delivery_on"))),
        (_("Garantisseur"), GUARANTORS[sale.guarantor].label if sale.guarantor else ""),
        (_("Garantie"), wording.warranty_line(values) or _("sans garantie commerciale")),
        (_("Période"), _period(values)),
    )
    return [(name, value) for name, value in facts if value]


# One sale


@require_safe
@sale_may("see_sale")
def show(request: HttpRequest, member: Member, sale: Sale) -> HttpResponse:
    found = [
        {"parcel": parcel, "label": label_of(parcel), "state": shown_parcel(parcel), "attempts": list(parcel.attempts.all())}
        for parcel in transmissions_about(sale)[:30]
    ]
    document = wording.document_of(sale)
    policy = sale.policy or {}
    premium = (sale.quote or {}).get("premium")
    facts = [
        *_told(sale),
        (_("Prix de vente"), f"{rules.printed('price', sale.values.get('price'))}\u00a0€" if sale.values.get("price") else ""),
        (_("Devis"), sale.quote_number),
        (_("Prime"), euros(Decimal(premium)) if premium else ""),
        (_("Police"), sale.policy_number),
        (
            _("En vigueur"),
            f"{printed_date(date.fromisoformat(policy['starts_on']))} – {printed_date(date.fromisoformat(policy['ends_on']))}"
            if policy
            else "",
        ),
    ]
    return screen(
        request, "declarations/show.html", title=sale.title, here="home", crumbs=[(reverse("declarations:list"), _("Ventes"))], sale=sale,
        state=shown_state(sale), facts=[fact for fact in facts if fact[1]], differences=_differences(sale), parcels=found,
        messages_said=wording.messages_of(sale), document=document, steps=_timeline(sale, has_document=document is not None),
        entries=list(entries_of("sale", sale.pk)[:30]), corrections=_corrections(sale),
        may_complete=member.may("declare_sale", sale.point_of_sale_id), may_send_again=member.may("send_again", sale.point_of_sale_id),
        insurer_home=f"{settings.NEIGHBOURS['insurer'].rstrip('/')}/", doubts=rules.doubts(sale.values), point=sale.point_of_sale,
    )  # fmt: skip


def _corrections(sale: Sale) -> list[dict[str, Any]]:
    return [
        {
            "label": rules.FIELDS[one.field].label if one.field in rules.FIELDS else one.field,
            "before": rules.printed(one.field, one.old) or "—",
            "after": rules.printed(one.field, one.new) or "—",
            "who": one.who,
            "at": one.at,
        }
        for one in sale.corrections.order_by("-id")[:50]
    ]


def _differences(sale: Sale) -> list[dict[str, str]]:
    """Side by side: what the order says, what the hub holds, what the insurer holds."""
    order = wording.order_values(sale)
    rows = []
    for name in dict.fromkeys(difference.name for difference in rules.differences(order, sale.values, sale.insurer_facts)):
        rows.append(
            {
                "label": rules.FIELDS[name].label,
                "order": rules.printed(name, order.get(name)) or "—",
                "hub": rules.printed(name, sale.values.get(name)) or "—",
                "insurer": rules.printed(name, sale.insurer_facts.get(name)) or "—",
            }
        )
    return rows


@require_safe
@sale_may("see_policy")
def policy(request: HttpRequest, member: Member, sale: Sale) -> HttpResponse:
    document = policy_of(sale)
    if document is None:
        raise Http404
    return as_issued(document)


# What is sent


@require_safe
@member_may("see_transmissions")
def transmissions(request: HttpRequest, member: Member) -> HttpResponse:
    """À reprendre first."""
    rows = transmissions_of(member, "see_transmissions")
    only = request.GET.get("vue", "a-reprendre")
    chosen = {"a-reprendre": rows.aside(), "en-cours": rows.filter(state=ParcelState.SENDING), "toutes": rows}
    if only not in chosen:
        raise Http404
    first = Case(When(state=ParcelState.ASIDE, then=0), When(state=ParcelState.SENDING, then=1), default=2, output_field=IntegerField())
    table = TransmissionTable(chosen[only].order_by(first, "-id"), sales={})
    RequestConfig(request, paginate={"per_page": PER_PAGE, "silent": True}).configure(table)
    table.sales = _sales_behind(member, [row.record.subject for row in table.page.object_list])
    labels = {"a-reprendre": _("À reprendre"), "en-cours": _("En cours"), "toutes": _("Toutes")}
    counts = rows.aggregate(aside=Count("pk", filter=Q(state=ParcelState.ASIDE)), sending=Count("pk", filter=Q(state=ParcelState.SENDING)))
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
        (_("Terminé"), moment(parcel.settled_at) if parcel.settled_at else ""), (_("Clé"), str(parcel.key)), (_("Essais"), parcel.tries),
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
    if parcel.can_be_sent_again:
        actions.send_transmission_again(parcel, by=member.user, now=timezone.now())
        messages.success(request, _("Renvoyé"))
    return redirect("declarations:transmission", parcel.pk)


# The entrance of a launch


@public
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def enter(request: HttpRequest, token: str) -> HttpResponse:
    """GET shows Continuer and consumes nothing; only its POST enters, once."""
    now = timezone.now()
    if request.method == "POST":
        launch = actions.use_launch(token, now=now)
        if launch:
            log_in(request, launch.user)
            return redirect("declarations:begin", launch.sale_id)
    elif actions.launch_is_open(token, now=now):
        return screen(request, "declarations/enter.html", title=_("Entrer dans le Centralisateur"))
    return screen(request, "declarations/enter_dead.html", title=_("Cet accès n’est plus valable"), status=410)
