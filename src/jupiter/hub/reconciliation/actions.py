"""Compare with every dealer's software and with the insurer; repair what was found by what was said before."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.conf import settings
from django.db import connection, transaction
from django.utils import timezone
from django.utils.translation import gettext_noop as _

from jupiter.contracts.reconciliation import JobLineV1, SaleLineV1
from jupiter.hub.dealers.models import ApiClient, GuarantorAccount, PointOfSale
from jupiter.hub.declarations import actions as declarations
from jupiter.hub.declarations.models import Sale, State
from jupiter.hub.guarantors.port import Guarantor
from jupiter.hub.guarantors.registry import GUARANTORS
from jupiter.kit import jobs
from jupiter.kit.differences.actions import QUEUE, mark_repaired, record_comparison, record_failure, record_unread
from jupiter.kit.differences.models import Difference
from jupiter.kit.differences.rules import Compared, Digests, Found, differing, is_undecided, side_by_side
from jupiter.kit.differences.windows import instants, usual
from jupiter.kit.partners import GiveUp, Trouble
from jupiter.kit.walls import everywhere
from jupiter.kit.workflow import MoveRefused

from . import client, rules, wording
from .rules import Verdict


@dataclass(frozen=True)
class OwnSales:
    """Our side, of one dealer software's sales."""

    client: ApiClient
    first: date
    last: date

    def days(self) -> Digests:
        with _reading():
            return client.as_digests(wording.by_day(wording.sale_lines(self._came(self.first, self.last))))

    def lines(self, day: date, owner: str) -> Mapping[str, SaleLineV1]:
        with _reading():
            return client.by_key(list(wording.sale_lines(self._came(day, day).filter(point_of_sale__network_code=owner))))

    def named(self, keys: list[str]) -> Mapping[str, SaleLineV1]:
        with _reading():
            return client.by_key(list(wording.sale_lines(self._sales().filter(reference__in=keys))))

    def _sales(self) -> Any:
        return Sale.objects.filter(client=self.client)

    def _came(self, first: date, last: date) -> Any:
        start, end = instants(first, last)
        return self._sales().filter(received_at__gte=start, received_at__lt=end)


@dataclass(frozen=True)
class OwnDeclarations:
    """Our side, of what was declared to one guarantor."""

    guarantor: Guarantor
    first: date
    last: date

    def days(self) -> Digests:
        with _reading():
            return client.as_digests(wording.by_day(wording.job_lines(self._came(self.first, self.last))))

    def lines(self, day: date, owner: str) -> Mapping[str, JobLineV1]:
        with _reading():
            return client.by_reference([line for line in wording.job_lines(self._came(day, day)) if line.owner == owner])

    def named(self, keys: list[str]) -> Mapping[str, JobLineV1]:
        with _reading():
            return client.by_reference(list(wording.job_lines(self._sales().filter(declaration_number__in=keys))))

    def _sales(self) -> Any:
        return Sale.objects.filter(guarantor=self.guarantor.key)

    def _came(self, first: date, last: date) -> Any:
        start, end = instants(first, last)
        return self._sales().filter(declared_at__gte=start, declared_at__lt=end)


@contextmanager
def _reading() -> Iterator[None]:
    """Of all dealers, and no connection held while a neighbour is asked."""
    with everywhere():
        yield
    if not connection.in_atomic_block:
        connection.close()


def compare(*, by: str) -> list[Difference]:
    """With each dealer's software, then with the insurer. What is open then. A neighbour that does not answer is said to have not."""
    now = timezone.now()
    first, last = usual(now)
    found: list[Difference] = []
    there: dict[str, SaleLineV1] = {}  # declaration number → what its dealer says, where we are behind
    unread: set[int] = set()  # points of sale whose dealer could not be asked
    with everywhere():
        clients = [one for one in ApiClient.objects.select_related("group").order_by("pk") if client.can_be_read(one)]
        owners = {one.pk: dict(PointOfSale.objects.filter(group=one.group_id).values_list("network_code", "pk")) for one in clients}
        every = dict(PointOfSale.objects.values_list("code", "pk"))
    for one in clients:
        compared = Compared(one.partner, first, last, owner_ids=list(owners[one.pk].values()))
        try:
            _compare_dealer(one, compared, owners[one.pk], there, now)
        except Trouble as trouble:
            unread |= set(compared.owner_ids)
            with everywhere():
                record_unread(compared, by=by, trouble=trouble.reason)
        else:
            with everywhere():
                found += record_comparison(compared, by=by, now=timezone.now())
    for guarantor in GUARANTORS.values():
        if guarantor.transmits:
            compared = Compared(guarantor.partner, first, last, owner_ids=list(every.values()))
            try:
                _compare_insurer(guarantor, compared, every, there, unread, now)
            except Trouble as trouble:
                with everywhere():
                    record_unread(compared, by=by, trouble=trouble.reason)
            else:
                with everywhere():
                    found += record_comparison(compared, by=by, now=timezone.now())
    return found


def _compare_dealer(one: ApiClient, compared: Compared, owners: dict[str, int], there: dict[str, SaleLineV1], now: datetime) -> None:
    mine = OwnSales(one, compared.from_on, compared.to_on)
    pairs, digests, days = differing(mine, client.DealerSide(one, compared.from_on, compared.to_on), also=_live(compared.neighbour))
    _count(compared, digests, days, owners)
    for reference, (hub, dealer) in pairs.items():
        if dealer and dealer.declaration_number and (hub is None or dealer.sequence > hub.sequence):
            there[dealer.declaration_number] = dealer
        if is_undecided((hub, dealer), now=now, grace=settings.COMPARISON_GRACE):
            compared.undecided.add(reference)
            continue
        verdict = rules.with_dealer(hub, dealer)
        if verdict:
            said = hub or dealer
            label = (said.declaration_number if said else "") or reference
            sides = {"dealer": _said(dealer), "hub": _said(hub)}
            compared.found.append(Found(owners.get(said.owner, 0) if said else 0, reference, label, verdict, sides))


def _compare_insurer(
    guarantor: Guarantor, compared: Compared, points: dict[str, int], there: Mapping[str, SaleLineV1], unread: set[int], now: datetime
) -> None:
    mine = OwnDeclarations(guarantor, compared.from_on, compared.to_on)
    theirs = client.InsurerSide(guarantor, compared.from_on, compared.to_on)
    pairs, digests, days = differing(mine, theirs, also=_live(compared.neighbour))
    with everywhere():
        accounts = _points_of(guarantor)
    _count(compared, digests, days, accounts)
    for number, (hub, insurer) in pairs.items():
        if is_undecided((hub, insurer), now=now, grace=settings.COMPARISON_GRACE):
            compared.undecided.add(number)
            continue
        verdict = rules.with_insurer(hub, insurer, known_by_dealer=number in there)
        if verdict:
            owner = points.get(number[2:9], 0)
            sides: dict[str, Any] = {"hub": _said(hub), "insurer": _said(insurer)}
            if verdict in (Verdict.PHANTOM, Verdict.LOST_HERE) and owner not in unread:
                sides = {"dealer": _said(there.get(number)), **sides}
            if verdict in DECIDED_ON_WORDS:
                sides = _with_words(guarantor, number, sides)
            compared.found.append(Found(owner, number, number, verdict, sides))


DECIDED_ON_WORDS = (Verdict.INSURER_WORDS, Verdict.INSURER_FACTS, Verdict.PHANTOM)


def _with_words(guarantor: Guarantor, number: str, sides: dict[str, Any]) -> dict[str, Any]:
    """What a person decides on: the words and facts that differ, from both sides; of a phantom all that the insurer has."""
    kept = client.kept_job(guarantor, number)
    with _reading():
        ours = wording.words_and_facts(number)
    theirs = kept.words | {"now": wording.as_text(kept.state.facts.model_dump(mode="json"))} if kept else {}
    said = dict(zip(("hub", "insurer"), side_by_side(ours, theirs), strict=True))
    return {name: side | {"words": said[name]} if side and name in said else side for name, side in sides.items()}


def _points_of(guarantor: Guarantor) -> dict[str, int]:
    """By the guarantor's name of it, the point of sale."""
    rows = GuarantorAccount.objects.filter(guarantor=guarantor.key).exclude(identifier="")
    return dict(rows.values_list("identifier", "profile__point_of_sale"))


def _live(neighbour: str) -> list[str]:
    with everywhere():
        return list(Difference.objects.live().filter(neighbour=neighbour).values_list("subject", flat=True))


def _count(compared: Compared, digests: Digests, days: list[tuple[date, str]], owners: Mapping[str, int]) -> None:
    for (_day, owner), (count, _digest) in digests.items():
        key = owners.get(owner, 0)
        compared.sales[key] = compared.sales.get(key, 0) + count
    for _day, owner in days:
        key = owners.get(owner, 0)
        compared.days[key] = compared.days.get(key, 0) + 1


def _said(line: SaleLineV1 | JobLineV1 | None) -> dict[str, Any] | None:
    return line.model_dump(mode="json") if line else None


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
    jobs.defer("repair_difference", queue=QUEUE, difference_id=difference.pk)
    return difference


def carry_out(difference_id: int) -> None:
    """May run twice: each repair is one that its receiver knows again."""
    with everywhere():
        difference = Difference.objects.get(pk=difference_id)
        if difference.state != "repairing":
            return
        sale = _sale_of(difference)
    try:
        _repair(difference, sale)
    except declarations.NumberTaken as taken:
        _failed(difference, _("le numéro %(number)s est déjà celui d’une autre vente") % {"number": taken.number})
    except MoveRefused:
        _failed(difference, _("l’état de la vente ne le permet pas"))
    except GiveUp as refusal:
        _failed(difference, refusal.reason)


def give_up(difference_id: int, reason: str) -> None:
    with everywhere():
        record_failure(difference_id, reason)


def _failed(difference: Difference, reason: str) -> None:
    give_up(difference.pk, reason)


def _repair(difference: Difference, sale: Sale | None) -> None:
    verdict, who, now = Verdict(difference.verdict), difference.repaired_by, timezone.now()
    insurer = _guarantor_of(sale)
    if verdict == Verdict.PHANTOM:
        insurer.withdraw((difference.sides.get("insurer") or {}).get("quote_number", ""))
        return
    if sale is None:
        raise GiveUp(_("la vente n’est pas au Centralisateur"))
    if verdict == Verdict.HUB_BEHIND:
        dealer = difference.sides["dealer"]
        job = client.kept_job(insurer, dealer["declaration_number"]) if dealer["declaration_number"] else None
        with everywhere():
            declarations.restore_sale(
                sale, number=dealer["declaration_number"], sequence=dealer["sequence"], guarantor=insurer.key, job=job, who=who, now=now
            )
    elif verdict in (Verdict.NEWS_LOST, Verdict.INSURER_BEHIND):
        job = client.kept_job(insurer, sale.declaration_number or "")
        if job is None:
            raise GiveUp(_("l’assureur n’a plus ce devis"))
        with everywhere():
            declarations.take_job_state(job.state, sender=insurer.partner, now=now)
    else:
        with everywhere():
            if verdict == Verdict.DEALER_BEHIND:
                declarations.tell_anew(sale)
            elif verdict == Verdict.NOT_AT_INSURER:
                declarations.ask_for_cover_anew(sale, who=who, now=now)
            elif verdict == Verdict.INSURER_WORDS:
                declarations.declare_to_guarantor_anew(sale)


def _sale_of(difference: Difference) -> Sale | None:
    sales = Sale.objects.select_related("client", "point_of_sale")
    if difference.neighbour.startswith("dealer:"):
        return sales.filter(client=int(difference.neighbour.removeprefix("dealer:")), reference=difference.subject).first()
    return sales.filter(declaration_number=difference.subject, state=State.DECLARED).first()


def _guarantor_of(sale: Sale | None) -> Guarantor:
    able = (one for one in GUARANTORS.values() if one.transmits)
    return GUARANTORS[sale.guarantor] if sale and sale.guarantor and GUARANTORS[sale.guarantor].transmits else next(able)
