"""The one door from a person to a group's data. Not your site: 404. Not your job there: 403."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from functools import cached_property, wraps
from typing import Any, TypeVar

from django.contrib.auth.decorators import login_required
from django.contrib.auth.models import AnonymousUser
from django.core.exceptions import PermissionDenied
from django.db.models import Model, QuerySet
from django.http import Http404, HttpRequest, HttpResponseBase
from django.utils.translation import gettext as _

from jupiter.kit.accounts.models import User
from jupiter.kit.compiled import Compiled, Given
from jupiter.kit.walls import walled_for_user

from . import rules
from .models import Group, Membership, Site

View = Callable[..., HttpResponseBase]
Owned = TypeVar("Owned", bound=Model)
Rows = TypeVar("Rows", bound=QuerySet[Any])


@dataclass(frozen=True)
class Member:
    """A person at work: their sites, and their role at each. Screens reach data through it."""

    user: User
    memberships: tuple[Membership, ...]
    act: str

    @cached_property
    def sites(self) -> list[Site]:
        return [membership.site for membership in self.memberships]

    @cached_property
    def site_ids(self) -> list[int]:
        return [site.pk for site in self.sites]

    @property
    def group(self) -> Group:
        return self.memberships[0].site.group

    @property
    def name(self) -> str:
        return self.user.get_full_name() or self.user.get_username()

    @property
    def only_sells(self) -> bool:
        return all(membership.role == rules.SELLER for membership in self.memberships)

    def inside(self) -> AbstractContextManager[None]:
        """Where this person's sites exist: for a view that speaks to another service in between."""
        return walled_for_user(self.user.pk)

    def may(self, act: str, site_id: int | None = None) -> bool:
        """At that site; without one, at any of theirs."""
        return any(rules.may(membership.role, act) for membership in self.memberships if site_id in (None, membership.site_id))

    def sites_where(self, act: str) -> list[Site]:
        return [membership.site for membership in self.memberships if rules.may(membership.role, act)]

    def own(self, rows: Rows, site: str = "site") -> Rows:
        """Those of the rows that belong to this person's sites."""
        return rows.filter(**{f"{site}__in": self.site_ids})

    def find(self, rows: QuerySet[Owned], site: str = "site", **by: Any) -> Owned:
        """The one row; another's and an unknown one are the same 404; one where the role is too small is a 403."""
        return self.seen(self.own(rows, site).filter(**by).first(), site)

    def seen(self, found: Owned | None, site: str = "site") -> Owned:
        """A row that was looked for among their own, if their role there is large enough."""
        if found is None:
            raise Http404
        at: Any = found
        for step in site.split("__"):
            at = getattr(at, step)
        if not self.may(self.act, at.pk if isinstance(at, Model) else at):
            raise PermissionDenied(_("Votre rôle sur ce site ne permet pas cet acte."))
        return found


MEMBERSHIPS = Compiled(lambda: Membership.objects.select_related("site__group").filter(user=Given("user")).order_by("pk"))


def member_of(user: User | AnonymousUser, *, act: str) -> Member | None:
    memberships = tuple(MEMBERSHIPS.rows(user=user.pk))
    return Member(user=user, memberships=memberships, act=act) if memberships else None  # type: ignore[arg-type]  # logged in


def member_may(act: str, *, speaks: bool = False) -> Callable[[View], View]:
    """Give the view the caller at work, if the act is theirs at one of their sites at least.

    The view works in one transaction, in which only these sites exist. One that speaks to another service meanwhile holds no transaction
    for so long: it enters with `member.inside()` each time it reads or writes.
    """
    if act not in rules.MAY:
        raise LookupError(act)

    def guard(view: View) -> View:
        @wraps(view)
        @login_required
        def door(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
            with walled_for_user(request.user.pk or 0):
                member = member_of(request.user, act=act)
                if member is None or not member.may(act):
                    raise PermissionDenied(_("Votre rôle ne permet pas cet acte."))
                request.member = member  # type: ignore[attr-defined]  # for the frame around the page
                if not speaks:
                    return view(request, member, *args, **kwargs)
            return view(request, member, *args, **kwargs)

        door.act = act  # type: ignore[attr-defined]  # read by the permission tests
        return door

    return guard
