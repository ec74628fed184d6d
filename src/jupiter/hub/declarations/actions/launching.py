"""Launches: single-use addresses into a sale, for the browser of a seller."""

import secrets
from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext_noop as _

from jupiter.contracts.launch import LaunchV1
from jupiter.hub.dealers.actions import digest
from jupiter.hub.dealers.models import ApiClient, Grant, Membership, PointOfSale
from jupiter.hub.dealers.rules import LAUNCH_SECONDS, is_of_same_origin, may
from jupiter.hub.declarations.models import Launch, Sale, State
from jupiter.kit.accounts.models import User
from jupiter.kit.journal.actions import note
from jupiter.kit.walls import walled_for_user

from .refusals import ForeignAddress, GrantRefused, Withdrawn


@transaction.atomic
def launch_sale(sale: Sale, client: ApiClient, grant: str, *, now: datetime, return_url: str = "") -> LaunchV1:
    """A single-use address into this sale, for the grant's user; `return_url` is where the last page leads back."""
    row = Grant.objects.live().filter(client=client, sha256=digest(grant)).select_related("user").first()
    if row is None or not _works_at(row.user, sale.point_of_sale):
        raise GrantRefused
    if sale.state == State.WITHDRAWN:
        raise Withdrawn
    if return_url and not is_of_same_origin(return_url, client.notice_url):
        raise ForeignAddress
    token = secrets.token_urlsafe(32)
    expires_at = now + timedelta(seconds=LAUNCH_SECONDS)
    Launch.objects.create(sale=sale, user=row.user, grant=row, sha256=digest(token), expires_at=expires_at, return_url=return_url)
    return LaunchV1(url=f"{settings.PUBLIC_URL.rstrip('/')}/entree/{token}/", expires_at=expires_at)


def _works_at(user: User, point: PointOfSale) -> bool:
    roles = Membership.objects.filter(user=user, point_of_sale=point).values_list("role", flat=True)
    return any(may(role, "complete_sale") for role in roles)


@transaction.atomic
def use_launch(token: str, *, now: datetime) -> Launch | None:
    """Once, before it expires, and only while the grant lives: of two tries at once one wins."""
    launch = Launch.objects.open_at(now).filter(sha256=digest(token)).select_for_update(of=("self",)).select_related("user").first()
    if launch is None or not Grant.objects.live().filter(pk=launch.grant_id).exists():
        return None
    if not Launch.objects.filter(pk=launch.pk, used_at=None).update(used_at=now):
        return None
    with walled_for_user(launch.user_id):  # the token is the credential: whose it is decides what exists
        note(
            "use_launch", "sale", launch.sale_id, who=launch.user.get_full_name(), owner_id=launch.sale.point_of_sale_id,
            sentence=_("%(who)s est entré depuis son logiciel") % {"who": launch.user.get_full_name()},
        )  # fmt: skip
    return launch


def launch_is_open(token: str, *, now: datetime) -> bool:
    return Launch.objects.open_at(now).filter(sha256=digest(token)).exists()
