"""The one door from a person or a program to data. Another producer's: 404, as if it did not exist. Not your job: 403."""

from collections.abc import Callable
from contextlib import nullcontext
from functools import wraps
from typing import Any, cast

from django.contrib.auth.decorators import login_required
from django.contrib.postgres.fields import ArrayField
from django.core.exceptions import PermissionDenied
from django.db.models import BigIntegerField
from django.db.models.expressions import RawSQL
from django.http import HttpRequest, HttpResponseBase
from ninja.security import HttpBearer

from jupiter.kit.compiled import Compiled
from jupiter.kit.oauth import given_token, with_living_token
from jupiter.kit.walls import everywhere, walled, walled_for_user

from .models import ApiClient, Caller, Member
from .rules import SCOPES_MAY

View = Callable[..., HttpResponseBase]


def member_may(act: str) -> Callable[[View], View]:
    """Give the view the caller as a member, if the act is theirs."""

    def guard(view: View) -> View:
        @login_required
        @wraps(view)
        def door(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
            user = request.user
            with walled_for_user(user.pk or 0):
                member = Member.of(user.pk or 0, str(getattr(user, "full_name", "") or user.get_username()))
                if member is None or not member.may(act):
                    raise PermissionDenied
                request.member = member  # type: ignore[attr-defined]  # the frame shows where one is
                with everywhere() if member.everywhere else nullcontext():
                    return view(request, member, *args, **kwargs)

        door.act = act  # type: ignore[attr-defined]  # read by the matrix test
        return door

    return guard


def caller_of(request: HttpRequest) -> Caller:
    """Whom CallerMay let in."""
    return cast(Caller, request.auth)  # type: ignore[attr-defined]


def for_the_caller(operation: Callable[..., Any], *, asks_by_key: bool = True) -> Callable[..., Any]:
    """An operation of the API works in one transaction, in which only the caller's producers exist.

    `asks_by_key`: as kit.walls has it."""

    @wraps(operation)
    def door(request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        caller = caller_of(request)
        with (
            everywhere(asks_by_key=asks_by_key)
            if caller.everywhere
            else walled(caller.producer_ids, client=caller.key, asks_by_key=asks_by_key)
        ):
            return operation(request, *args, **kwargs)

    return door


REACH = RawSQL(
    "ARRAY(SELECT theirs.producer_id FROM producers_apiclient_producers AS theirs JOIN producers_active AS active"
    " ON active.id = theirs.producer_id WHERE theirs.apiclient_id = producers_apiclient.id ORDER BY 1)",
    [],
    ArrayField(BigIntegerField()),
)
CALLING = Compiled(lambda: with_living_token(ApiClient.objects.all()).annotate(reach=REACH))


class CallerMay(HttpBearer):
    """A client's token that lives, carries a scope of the act, and was given to that client; then `request.auth` is the Caller."""

    def __init__(self, act: str) -> None:
        super().__init__()
        self.act = act

    @property
    def scopes(self) -> frozenset[str]:
        """Of which one is enough; the document of the API says it."""
        return SCOPES_MAY[self.act]

    def authenticate(self, request: HttpRequest, token: str) -> Caller | None:
        client = CALLING.first(**given_token(token))  # behind no wall, and in no transaction: who is calling decides which one is entered
        if client is None:
            return None
        producers = frozenset() if client.is_distributor else frozenset(client.reach)
        caller = Caller(client=client, everywhere=client.is_distributor, producer_ids=producers)
        return caller if caller.may(self.act, client.scope.split()) else None  # type: ignore[attr-defined]  # annotated
