"""Profil and Support."""

from django.conf import settings
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from jupiter.hub.guarantors.registry import why_not
from jupiter.kit.journal.actions import entries_of
from jupiter.kit.web.screen import screen
from jupiter.kit.web.state import state_page

from .access import member_may, point_of
from .actions import ProfileRefused, save_profile
from .forms import ProfileForm
from .models import Member, PointOfSale
from .rules import act_to_save_profile

THEN = "then_sale"  # the session's keeping place of the sale to come back to once the profile is saved


@require_safe
@member_may("see_profile")
def profile(request: HttpRequest, member: Member) -> HttpResponse:
    """With one point of sale, its profile; with several, the list."""
    points = list(member.points_of_sale)
    if len(points) == 1:
        return redirect("dealers:point_profile", points[0].code)
    return screen(request, "dealers/points.html", title=_("Profil"), here="profile", points=points)


@require_http_methods(["GET", "HEAD", "POST"])
@member_may("see_profile")
def point_profile(request: HttpRequest, member: Member, code: str) -> HttpResponse:
    point = point_of(member, code)
    kept = getattr(point, "profile", None)
    is_saved = bool(kept and kept.is_saved)
    may_save = member.may(act_to_save_profile(saved=is_saved), point.pk)
    accounts = {account.guarantor: account for account in kept.accounts.all()} if kept else {}
    if request.method == "POST" and not may_save:
        raise PermissionDenied
    form = ProfileForm(request.POST if request.method == "POST" else None, accounts=accounts, fixed=not may_save)
    if request.method == "POST" and form.is_valid():
        try:
            save_profile(point, form.choices, who=member.who, now=timezone.now())
        except ProfileRefused as refused:
            form.refuse(refused.errors)
        else:
            messages.success(request, _("Profil modifié"))
            return _back(request, point)
    return screen(
        request, "dealers/profile.html", title="PROFIL", here="profile", status=422 if form.errors else 200, point=point, form=form,
        is_saved=is_saved, kept=kept, may_save=may_save, why_not={row.guarantor.key: why_not(row.guarantor.key) for row in form.rows()},
        then=request.session.get(THEN), entries=list(entries_of("point_of_sale", point.code)[:5]),
    )  # fmt: skip


def _back(request: HttpRequest, point: PointOfSale) -> HttpResponse:
    """To the sale one came from, if any."""
    sale_id = request.session.pop(THEN, None)
    return redirect("declarations:begin", sale_id) if sale_id else redirect("dealers:point_profile", point.code)


@require_safe
@member_may("see_support")
def support(request: HttpRequest, member: Member) -> HttpResponse:
    return screen(request, "dealers/support.html", title=_("Support"), here="support", lines=settings.SUPPORT_LINES)


@require_safe
@member_may("see_state")
def state(request: HttpRequest, member: Member) -> HttpResponse:
    return state_page(request)
