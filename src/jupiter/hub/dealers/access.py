"""The one door from a person or a program to the hub. Not your point of sale: 404, as if it did not exist. Not your job: 403."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.db.models import F
from django.http import Http404, HttpRequest, HttpResponseBase

from jupiter.kit.accounts.models import User
from jupiter.kit.oauth import ClientToken, is_living

from .models import ApiClient, Member, PointOfSale, member_of

View = Callable[..., HttpResponseBase]


def member_may(act: str) -> Callable[[View], View]:
    """Give the view the caller as a member, if they may do this at one of their points of sale at least."""

    def guard(view: View) -> View:
        @wraps(view)
        def door(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
            if not isinstance(request.user, User):
                return redirect_to_login(request.get_full_path() if request.method == "GET" else "/")
            member = entering(request, act)
            return view(request, member, *args, **kwargs)

        door.act = act  # type: ignore[attr-defined]  # read by the matrix test
        return door

    return guard


def entering(request: HttpRequest, act: str) -> Member:
    member = member_of(request.user.pk or 0)
    if member is None or not member.may(act):
        raise PermissionDenied
    request.member = member  # type: ignore[attr-defined]  # the frame shows where one is
    return member


def point_of(member: Member, code: str) -> PointOfSale:
    """One of this person's points of sale; another's and an unknown one are the same."""
    point = member.points_of_sale.filter(code=code).first()
    if point is None:
        raise Http404
    return point


class ClientDoor(ClientToken):
    """The calling software: `request.auth` is its ApiClient, with its group."""

    def authenticate(self, request: HttpRequest, token: str) -> ApiClient | None:
        way = "application__accesstoken__"
        clients = ApiClient.objects.select_related("group").filter(is_living(token, way)).annotate(scope=F(f"{way}scope"))
        return next((client for client in clients if self.scope in client.scope.split()), None)
