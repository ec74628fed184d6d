"""Screens of accounts: the list with its search, one account with its quotes and policies."""

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from jupiter.insurer.producers.access import member_may
from jupiter.insurer.producers.models import Member
from jupiter.kit.french import printed_phone
from jupiter.kit.web.export import list_as_file, wanted
from jupiter.kit.web.screen import screen
from jupiter.kit.web.tables import paged

from .models import Account
from .tables import AccountTable

SHOWN = 20


@require_safe
@member_may("read_account")
def index(request: HttpRequest, member: Member) -> HttpResponseBase:
    words = request.GET.get("q", "")[:100]
    table = AccountTable(Account.within(member).matching(words).with_counts())
    if wanted(request):
        return list_as_file(table, request, name="comptes")
    paged(table, request)
    return screen(request, "customers/index.html", title=_("Comptes"), here="accounts", table=table, words=words)


@require_safe
@member_may("read_account")
def show(request: HttpRequest, member: Member, number: str) -> HttpResponse:
    account = get_object_or_404(Account.within(member).select_related("producer"), number=number)
    facts = [
        (_("Compte"), account.list_name),
        (_("Adresse"), account.street),
        (_("Ville"), account.place),
        (_("E-mail"), account.email or "—"),
        (_("Tél. fixe"), printed_phone(account.phone) or "—"),
        (_("Tél. mobile"), printed_phone(account.mobile) or "—"),
        (_("Point de vente"), f"{account.producer.name} ({account.producer.code})"),
    ]
    return screen(
        request, "customers/show.html", title=account.head_name, here="accounts", account=account, facts=facts,
        crumbs=[(reverse("customers:index"), _("Comptes"))],
        jobs=account.jobs.select_related("offer").order_by("-pk")[:SHOWN],
        held=account.policies.order_by("-pk")[:SHOWN],
    )  # fmt: skip
