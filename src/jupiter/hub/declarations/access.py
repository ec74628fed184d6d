"""The door to one sale, and to the rows of a person: found through where they work, never otherwise."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponseBase

from jupiter.hub.dealers.access import within_reach
from jupiter.hub.dealers.models import Member
from jupiter.kit.accounts.models import User
from jupiter.kit.compiled import Compiled, Given
from jupiter.kit.transmissions.models import Transmission, TransmissionSet

from .models import PolicyDocument, Sale, SaleSet

View = Callable[..., HttpResponseBase]
ISSUED = Compiled(lambda: PolicyDocument.objects.filter(sale=Given("sale"), kept_at__isnull=False))
NUMBERED = Compiled(lambda: Sale.objects.filter(declaration_number=Given("number")).only("point_of_sale_id"))


def sales_of(member: Member) -> SaleSet:
    sales = Sale.objects.select_related("point_of_sale", "client")
    return sales if member.is_network else sales.of_points(member.point_ids)


def transmissions_of(member: Member, act: str) -> TransmissionSet:
    if member.is_network:
        return Transmission.objects.all()
    return Transmission.objects.of([key for key in member.point_ids if member.may(act, key)])


def sale_may(act: str) -> Callable[[View], View]:
    """Give the view the member and one of their sales. Another's sale is unknown: 404; another's job: 403."""

    def guard(view: View) -> View:
        @wraps(view)
        def door(request: HttpRequest, sale_id: int, **kwargs: Any) -> HttpResponseBase:
            if not isinstance(request.user, User):
                return redirect_to_login(request.get_full_path() if request.method == "GET" else "/")
            with within_reach(request) as member:
                sale = sales_of(member).filter(pk=sale_id).first() if member else None
                if member is None or sale is None:
                    raise Http404
                if not member.may(act, sale.point_of_sale_id):
                    raise PermissionDenied
                return view(request, member, sale, **kwargs)

        door.act = act  # type: ignore[attr-defined]  # read by the matrix test
        return door

    return guard


def transmissions_about(sale: Sale) -> TransmissionSet:
    """What was sent about this sale, newest first, with each attempt."""
    subjects = [subject for subject in (sale.declaration_number, sale.transmission_subject) if subject]
    return Transmission.objects.filter(subject__in=subjects, owner_id=sale.point_of_sale_id).prefetch_related("attempts").order_by("-id")


def policy_of(sale: Sale) -> PolicyDocument | None:
    """With its bytes, once they are here."""
    return ISSUED.first(sale=sale.pk)


def owner_of(declaration_number: str) -> int | None:
    """Whose sale bears this number: asked before a wall is entered, by the insurer's notices."""
    sale = NUMBERED.first(number=declaration_number)
    return sale.point_of_sale_id if sale else None


def way_back(sale: Sale) -> str:
    """The order's page in the software that launched this sale last; empty when it gave none."""
    known = sale.launches.exclude(return_url="").order_by("-id").values_list("return_url", flat=True)
    return known.first() or ""
