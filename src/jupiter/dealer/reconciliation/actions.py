"""Compare a group's sales with what the hub holds; repair what was found by what was said before."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import DataError, connection, transaction
from django.utils import timezone
from django.utils.translation import gettext_noop as _
from pydantic import ValidationError

from jupiter.contracts.reconciliation import ASKED_AT_THE_HUB, KeptSaleV1, SaleLineV1
from jupiter.dealer.declarations import actions as declarations
from jupiter.dealer.declarations.actions import SALE_DELETE, SALE_PUT
from jupiter.dealer.declarations.models import SaleAtHub, State
from jupiter.dealer.orders.models import Order
from jupiter.dealer.sites.models import HubLink, Site
from jupiter.dealer.vehicles.actions import VehicleTaken
from jupiter.kit import jobs
from jupiter.kit.clock import business_today
from jupiter.kit.differences.actions import QUEUE, mark_repaired, record_comparison, record_failure, record_unread
from jupiter.kit.differences.models import Difference
from jupiter.kit.differences.models import State as Known
from jupiter.kit.differences.rules import Compared, Digests, Found, differing, is_undecided, side_by_side
from jupiter.kit.differences.windows import instants, usual
from jupiter.kit.partners import GiveUp, Trouble
from jupiter.kit.transmissions.actions import say_again
from jupiter.kit.transmissions.models import State as Parcel
from jupiter.kit.transmissions.models import Transmission
from jupiter.kit.walls import walled, walled_for_group
from jupiter.kit.workflow import MoveRefused

from . import client, rules, wording
from .rules import Verdict

HUB = "hub"


@dataclass(frozen=True)
class OwnSales:
    """Our side, of one group's sales."""

    group_id: int
    first: date
    last: date

    def days(self) -> Digests:
        with _reading(self.group_id):
            return client.as_digests(wording.by_day(wording.lines_of(self._came(self.first, self.last))))

    def lines(self, day: date, owner: str) -> Mapping[str, SaleLineV1]:
        with _reading(self.group_id):
            return client.by_key(list(wording.lines_of(self._came(day, day).filter(order__site__network_code=owner))))

    def named(self, keys: list[str]) -> Mapping[str, SaleLineV1]:
        with _reading(self.group_id):
            return client.by_key(list(wording.lines_of(self._sales().filter(reference__in=references(keys)))))

    def _sales(self) -> Any:
        return SaleAtHub.objects.filter(order__group=self.group_id)

    def _came(self, first: date, last: date) -> Any:
        start, end = instants(first, last)
        return self._sales().filter(created_at__gte=start, created_at__lt=end)


@contextmanager
def _reading(group_id: int) -> Iterator[None]:
    """No connection is held while the hub is asked."""
    with walled_for_group(group_id):
        yield
    if not connection.in_atomic_block:
        connection.close()


def references(keys: list[str]) -> list[UUID]:
    """Ours are UUIDs; other software of the group may name its sales otherwise."""
    found = []
    for key in keys:
        try:
            found.append(UUID(key))
        except ValueError:
            continue
    return found


def compare(link: HubLink, *, by: str) -> list[Difference]:
    """What is open then. A hub that does not answer is said to have not."""
    now = timezone.now()
    first, last = usual(now)
    with walled_for_group(link.group_id):
        sites = dict(Site.objects.filter(group=link.group_id).exclude(network_code="").values_list("network_code", "pk"))
        live = list(Difference.objects.live().filter(neighbour=HUB).values_list("subject", flat=True))
    compared = Compared(HUB, first, last, owner_ids=list(sites.values()))
    mine = OwnSales(link.group_id, first, last)
    try:
        pairs, digests, days = differing(mine, client.HubSide(link, first, last), also=live)
        found = _judged(link, compared, pairs, sites, now) + _unknown_to_both(link, first, last, pairs)
    except Trouble as trouble:
        with walled_for_group(link.group_id):
            record_unread(compared, by=by, trouble=trouble.reason)
        return []
    compared.found = found
    for (_day, owner), (count, _digest) in digests.items():
        compared.sales[sites.get(owner, 0)] = compared.sales.get(sites.get(owner, 0), 0) + count
    for _day, owner in days:
        compared.days[sites.get(owner, 0)] = compared.days.get(sites.get(owner, 0), 0) + 1
    with walled_for_group(link.group_id):
        return record_comparison(compared, by=by, now=timezone.now())


def _judged(
    link: HubLink,
    compared: Compared,
    pairs: Mapping[str, tuple[SaleLineV1 | None, SaleLineV1 | None]],
    sites: dict[str, int],
    now: datetime,
) -> list[Found]:
    found = []
    with walled_for_group(link.group_id):
        orders = {
            str(order.sale_reference): order
            for order in Order.objects.filter(sale_reference__in=references(list(pairs))).select_related("at_hub")
        }
    for key, (ours, theirs) in pairs.items():
        order = orders.get(key)
        sale = getattr(order, "at_hub", None)
        if is_undecided((ours, theirs), now=now, grace=settings.COMPARISON_GRACE):
            compared.undecided.add(key)
            continue
        verdict = rules.verdict_on(ours, theirs, has_order=order is not None, was_withdrawn=bool(sale and sale.state == State.WITHDRAWN))
        owner = order.site_id if order else sites.get((ours or theirs).owner if ours or theirs else "")  # type: ignore[union-attr]
        if verdict and owner:
            label = f"Bon {order.number}" if order else (theirs.declaration_number if theirs else "") or key
            sides = {"dealer": _said(ours), "hub": _said(theirs)}
            if verdict in (Verdict.WORDS, Verdict.NO_ORDER):
                sides = _with_words(link, key, sides)
            found.append(Found(owner, key, label, verdict, sides))
    return found


def _unknown_to_both(link: HubLink, first: date, last: date, pairs: Mapping[str, Any]) -> list[Found]:
    """Closed orders with a label of whose sale neither side says a line. They were sent when they were closed: what is known of it was lost."""
    start, end = instants(first, last)
    with walled_for_group(link.group_id):
        orders = Order.objects.closed().filter(group=link.group_id, warranty__isnull=False, closed_at__gte=start, closed_at__lt=end)
        lost = orders.filter(at_hub=None).exclude(sale_reference__in=references(list(pairs))).exclude(site__network_code="")
        return [
            Found(order.site_id, str(order.sale_reference), f"Bon {order.number}", Verdict.NOT_AT_HUB, {"dealer": None, "hub": None})
            for order in lost.only("site_id", "sale_reference", "number").order_by("pk")
        ]


def _said(line: SaleLineV1 | None) -> dict[str, Any] | None:
    return line.model_dump(mode="json") if line else None


def _with_words(link: HubLink, key: str, sides: dict[str, dict[str, Any] | None]) -> dict[str, dict[str, Any] | None]:
    """What a person decides on: the words that differ, from both sides; of an unknown sale all that the hub has."""
    kept = client.kept_sale(link, key)
    with walled_for_group(link.group_id):
        parcel = Transmission.objects.about(key).filter(kind=SALE_PUT, state=Parcel.DELIVERED).first()
    ours, theirs = side_by_side(_told(parcel.words if parcel else {}), _told(kept.words if kept else {}))
    for side, words in (("dealer", ours), ("hub", theirs)):
        line = sides[side]
        if line is not None:
            sides[side] = line | {"words": words}
    return sides


def _told(words: Mapping[str, Any]) -> dict[str, Any]:
    return {name: said for name, said in words.items() if name not in ASKED_AT_THE_HUB}


# Repairing


def repair_all(differences: list[Difference], *, by: str, now: datetime) -> None:
    """What the nightly task repairs by itself; the rest waits for a person."""
    for difference in differences:
        if wording.VERDICTS[difference.verdict].by_machine:
            repair(difference, by=by, now=now)


@transaction.atomic
def repair(difference: Difference, *, by: str, now: datetime) -> Difference:
    """Réparer: said and journalled now, done by the worker. The next comparison says whether it helped."""
    told = wording.VERDICTS.get(difference.verdict)
    if told is None or not told.repair:
        raise MoveRefused("repair", difference.verdict)
    difference = mark_repaired(difference, str(told.repair), by=by, now=now)
    jobs.defer("repair_difference", queue=QUEUE, difference_id=difference.pk, owner_id=difference.owner_id)
    return difference


def carry_out(difference_id: int, owner_id: int) -> None:
    """May run twice: the hub knows the key again, and a state that is taken twice is the same."""
    with walled([owner_id]):
        difference = Difference.objects.get(pk=difference_id)
        if difference.state != Known.REPAIRING:
            return
        link = HubLink.objects.filter(group__sites=owner_id).first()
    verdict = Verdict(difference.verdict)
    try:
        if link is None:
            raise GiveUp(_("Le lien avec le Centralisateur n’est pas configuré pour ce groupe"))
        if verdict in (Verdict.NOT_HERE, Verdict.BEHIND, Verdict.NO_ORDER):
            kept = client.kept_sale(link, difference.subject)
            if kept is None:
                raise GiveUp(_("le Centralisateur n’a plus cette vente"))
            with walled_for_group(link.group_id):
                _take_over(link, kept, difference)
        else:
            with walled([owner_id]):
                _say_again(difference.subject, owner_id, verdict)
    except GiveUp as refusal:
        give_up(difference_id, owner_id, refusal.reason)
    except (declarations.UnknownSale, MoveRefused):
        give_up(difference_id, owner_id, _("l’état du bon ne le permet pas"))
    except VehicleTaken:
        give_up(difference_id, owner_id, _("le véhicule vient d’être pris dans un autre bon"))
    except (DataError, ValidationError):
        give_up(difference_id, owner_id, _("ce que dit le Centralisateur n’entre pas dans un bon"))


def give_up(difference_id: int, owner_id: int, reason: str) -> None:
    with walled([owner_id]):
        record_failure(difference_id, reason)


def _take_over(link: HubLink, kept: KeptSaleV1, difference: Difference) -> None:
    """Its state; and its order too, where none bears its reference."""
    if not references([kept.line.reference]):
        raise GiveUp(_("cette vente vient d’un autre logiciel"))
    if difference.verdict == Verdict.NO_ORDER and not Order.objects.filter(sale_reference=kept.line.reference).exists():
        declarations.take_back_order(
            link, kept, Site.objects.get(pk=difference.owner_id), by=difference.repaired_by, today=business_today()
        )
        return
    declarations.take_state(link, kept.state, came_at=kept.line.at, today=business_today(), now=timezone.now())


def _say_again(reference: str, owner_id: int, verdict: Verdict) -> None:
    """The last message of its kind, under its own key. Only where the hub has heard other words since is it a message of its own."""
    kind = SALE_DELETE if verdict == Verdict.NOT_WITHDRAWN else SALE_PUT
    said = Transmission.objects.about(reference).filter(kind=kind)
    if said.filter(state__in=wording.UNDER_WAY).exists():
        return  # under way already, or a person's to send
    if not SaleAtHub.objects.filter(reference=reference).exists():
        order = Order.objects.select_for_update().get(sale_reference=reference)
        declarations.take_up(order, came_at=order.closed_at or order.created_at)
    last = said.filter(state=Parcel.DELIVERED).first()
    if last and verdict != Verdict.WORDS:
        say_again(last)
        return
    if verdict == Verdict.NOT_WITHDRAWN:
        declarations.withdraw_anew(reference, owner_id=owner_id)
    else:
        declarations.say_anew(reference, last.words if last else None, owner_id=owner_id)
