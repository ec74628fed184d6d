"""Screens of claims: the list, and how a breakdown will be declared."""

import django_tables2 as tables
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from jupiter.insurer.producers.access import member_may
from jupiter.insurer.producers.models import Member
from jupiter.kit.web.screen import screen

from .models import Claim
from .tables import ClaimTable


@require_safe
@member_may("read_claim")
def index(request: HttpRequest, member: Member) -> HttpResponse:
    table = ClaimTable(Claim.within(member).with_names())
    tables.RequestConfig(request, paginate={"per_page": 25}).configure(table)
    return screen(request, "claims/index.html", title=_("Sinistres"), here="claims", table=table)
