"""Screens of claims: the list, and how a breakdown will be declared."""

from django.http import HttpRequest, HttpResponseBase
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from jupiter.insurer.producers.access import member_may
from jupiter.insurer.producers.models import Member
from jupiter.kit.web.export import list_as_file, wanted
from jupiter.kit.web.screen import screen
from jupiter.kit.web.tables import paged

from .models import Claim
from .tables import ClaimTable


@require_safe
@member_may("read_claim")
def index(request: HttpRequest, member: Member) -> HttpResponseBase:
    table = ClaimTable(Claim.within(member).with_names())
    if wanted(request):
        return list_as_file(table, request, name="sinistres")
    paged(table, request)
    return screen(request, "claims/index.html", title=_("Sinistres"), here="claims", table=table)
