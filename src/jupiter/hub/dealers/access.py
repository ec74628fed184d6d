"""The one door from a person or a program to the hub. Not your point of sale: 404, as if it did not exist. Not your job: 403."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import wraps
from typing import Any

from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponseBase

from jupiter.kit.accounts.models import User
from jupiter.kit.compiled import Compiled
from jupiter.kit.oauth import ClientToken, given_token, with_living_token
from jupiter.kit.walls import everywhere, walled_for_group, walled_for_user

from .models import ApiClient, Member, PointOfSale, member_of

View = Callable[..., HttpResponseBase]


def member_may(act: str) -> Callable[[View], View]:
    """Give the view the caller as a member, if they may do this at one of their points of sale at least."""

    def guard(view: View) -> View:
        @wraps(view)
        def door(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
            if not isinstance(request.user, User):
                return redirect_to_login(request.get_full_path() if request.method == "GET" else "/")
            with within_reach(request) as member:
                if member is None or not member.may(act):
                    raise PermissionDenied
                return view(request, member, *args, **kwargs)

        door.act = act  # type: ignore[attr-defined]  # read by the matrix test
        return door

    return guard


@contextmanager
def within_reach(request: HttpRequest) -> Iterator[Member | None]:
    """One transaction in which only this person's points of sale exist; the network sees all of them."""
    with walled_for_user(request.user.pk or 0):
        member = member_of(request.user.pk or 0)
        request.member = member  # type: ignore[attr-defined]  # the frame shows where one is
        if member is not None and member.is_network:
            with everywhere():
                yield member
        else:
            yield member


def point_of(member: Member, code: str) -> PointOfSale:
    """One of this person's points of sale; another's and an unknown one are the same."""
    point = member.points_of_sale.filter(code=code).first()
    if point is None:
        raise Http404
    return point


def for_the_client(operation: Callable[..., Any], *, asks_by_key: bool = True) -> Callable[..., Any]:
    """An operation of the API works in one transaction, in which only the points of sale of the caller's group exist.

    `asks_by_key`: as kit.walls has it."""

    @wraps(operation)
    def door(request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        client = request.auth  # type: ignore[attr-defined]
        with walled_for_group(client.group_id, client=client.key, asks_by_key=asks_by_key):
            return operation(request, *args, **kwargs)

    return door


CALLING = Compiled(lambda: with_living_token(ApiClient.objects.select_related("group")))


class ClientDoor(ClientToken):
    """The calling software: `request.auth` is its ApiClient, with its group."""

    def authenticate(self, request: HttpRequest, token: str) -> ApiClient | None:
        clients = CALLING.rows(**given_token(token))
        return next((client for client in clients if self.scope in client.scope.split()), None)  # type: ignore[attr-defined]  # annotated
