"""The buttons of an order: Enregistrer, Clôturer, Annuler, Rouvrir, Supprimer, Imprimer. The only writers of orders."""

import hashlib
from collections.abc import Callable, Mapping, Sequence
from copy import copy
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction
from django.utils.translation import gettext_noop as _

from jupiter.dealer.customers.actions import save_customer
from jupiter.dealer.customers.models import Customer, Party
from jupiter.dealer.sites.models import Group, Site
from jupiter.dealer.vehicles.actions import VehicleTaken, release_vehicle, reserve_vehicle, sell_vehicle, take_back_sale
from jupiter.dealer.vehicles.models import Vehicle
from jupiter.kit import numbers
from jupiter.kit.compiled import Compiled, Given
from jupiter.kit.journal.actions import note, together
from jupiter.kit.lines import keep_lines
from jupiter.kit.lookups import only
from jupiter.kit.searching import plain, squeezed
from jupiter.kit.writing import insert, insert_all, rewrite

from . import pdf
from .models import LIFE, Order, OrderBuyer, OrderDeposit, OrderFee, OrderPaper

FACTS = (
    "seller", "print_name", "mileage_km", "warranty", "without_label", "vat_regime", "vat_percent", "asking_net", "asking_vat",
    "asking_gross", "asking_master", "agreed_net", "agreed_vat", "agreed_gross", "agreed_master", "trade_in_plate",
    "trade_in_model", "trade_in_value", "financing", "financing_from", "financing_months", "financing_reference",
    "financing_amount", "lender", "delivery_on", "delivery_at", "delivery_place", "made_at", "edited_on", "print_order",
    "print_logo", "print_big_logo", "print_terms", "print_discount", "print_export", "confirmed_doubts",
)  # fmt: skip
BUYER_FACTS = tuple(one.name for one in Party._meta.get_fields())
LARGEST_NUMBER = 10**9  # of an order; what claims to be more was numbered by something else
NAMING = ("title", "last_name", "first_name")  # another name is another customer


class OrderIncomplete(Exception):
    """Closing is refused; `obstacles` are the words of rules.obstacles_to_closing."""

    def __init__(self, obstacles: list[str]) -> None:
        super().__init__(", ".join(obstacles))
        self.obstacles = obstacles


class OrderChangedMeanwhile(Exception):
    """Someone else saved this order since the form was opened."""

    def __init__(self, theirs: Order) -> None:
        super().__init__(f"{theirs} was saved by {theirs.updated_by}")
        self.theirs = theirs


class OrderDeclared(Exception):
    """The sale is declared: the order can be neither reopened nor cancelled."""

    def __init__(self, declaration_number: str) -> None:
        super().__init__(declaration_number)
        self.declaration_number = declaration_number


class OrderBeingWithdrawn(Exception):
    """The hub has not said yet that it let the sale go: it may be declared there, so the order cannot vanish."""


class ReasonMissing(Exception):
    """This act is journalled with its reason, and none was given."""


# Nouns above follow an order's life without this one knowing them. Each is called in the order's transaction.
BEFORE_WITHDRAWING: list[Callable[[Order], None]] = []  # may raise OrderDeclared
BEFORE_CANCELLING: list[Callable[[Order], None]] = []  # an open one; may raise OrderDeclared
BEFORE_DELETING: list[Callable[[Order], None]] = []  # may raise OrderBeingWithdrawn
AFTER_WITHDRAWING: list[Callable[[Order, str], None]] = []
AFTER_CLOSING: list[Callable[[Order, str], None]] = []


@dataclass(frozen=True)
class Fee:
    label: str
    amount: Decimal
    kind: str = OrderFee.Kind.SERVICE


@dataclass(frozen=True)
class Deposit:
    amount: Decimal
    paid_by: str = ""
    paid_on: date | None = None


@dataclass(frozen=True)
class Typed:
    """What a person wrote on an order, read and checked."""

    facts: Mapping[str, Any] = field(default_factory=dict)  # of FACTS
    buyer: Mapping[str, Any] = field(default_factory=dict)  # of BUYER_FACTS
    vehicle: Vehicle | None = None
    customer: Customer | None = None
    trade_in_vehicle: Vehicle | None = None
    fees: Sequence[Fee] = ()
    deposits: Sequence[Deposit] = ()
    newly_confirmed: Sequence[str] = ()  # the doubts ticked this time, in words for the journal


@dataclass(frozen=True)
class Former:
    """What a lost order was called, as its buyer's paper and the hub say it."""

    reference: UUID  # the sale's
    number: int | None = None
    created_on: date | None = None


def order_series(group_id: int) -> str:
    """Orders are numbered through the whole group."""
    return f"orders:{group_id}"


def create_order(group: Group, site: Site, typed: Typed, *, by: str, today: date, key: UUID | None = None) -> Order:
    """Enregistrer on a new form: the order exists from now on, with its number and the sale's reference. Under one key, once."""
    try:
        return _create(group, site, typed, by, today, key)
    except (IntegrityError, VehicleTaken):
        made = only(Order.objects.filter(creation_key=key)) if key else None
        if made is None:
            raise
        return _create(group, site, typed, by, today) if made.deleted_at else made


@transaction.atomic
@together()
def take_back_order(group: Group, site: Site, typed: Typed, former: Former, *, by: str, today: date) -> Order:
    """An order that was lost here exists again, open. It bears its number, if no other order took that meanwhile."""
    return _create(group, site, typed, by, today, former=former)


@transaction.atomic
@together()
def save_order(order: Order, site: Site, typed: Typed, *, version: int, by: str, today: date) -> Order:
    """Enregistrer: what someone else saved since `version` is never overwritten unseen."""
    return _save(_held(order), site, typed, version, by, today)


@transaction.atomic
@together()
def close_order(order: Order, *, by: str, today: date, now: datetime) -> Order:
    """Clôturer: nothing moves any more. Twice is once."""
    return _close(_held(order), by, today, now)


@transaction.atomic
@together()
def close_as_typed(
    order: Order | None,
    group: Group,
    site: Site,
    typed: Typed,
    *,
    version: int,
    by: str,
    today: date,
    now: datetime,
    key: UUID | None = None,
) -> Order:
    """Clôturer on the form: what is typed is saved and closed, or neither."""
    if order is None:
        return _close(_held(create_order(group, site, typed, by=by, today=today, key=key)), by, today, now)
    return _close(_save(_held(order), site, typed, version, by, today), by, today, now)


@transaction.atomic
@together()
def cancel_order(order: Order, *, reason: str, by: str, today: date, now: datetime) -> Order:
    """Annuler a saved order: it lets its car go; what was sent and not declared is withdrawn."""
    order = _held(order)
    state = LIFE.after(order.state, "cancel")
    if not reason.strip():
        raise ReasonMissing
    was_closed = order.is_closed
    _ask(BEFORE_WITHDRAWING if was_closed else BEFORE_CANCELLING, order)
    order.state, order.cancelled_at, order.cancelled_on, order.cancelled_by, order.cancel_reason = state, now, today, by, reason.strip()
    _touch(order, by, today, "state", "cancelled_at", "cancelled_on", "cancelled_by", "cancel_reason")
    _release(order, by)
    if was_closed:
        _tell(AFTER_WITHDRAWING, order, by)
    _note(order, "cancel", by, _("Bon {number} annulé\u00a0: {reason}").format(number=order.number, reason=order.cancel_reason))
    return order


@transaction.atomic
@together()
def reopen_order(order: Order, *, reason: str, by: str, today: date) -> Order:
    """The manager opens a closed order again, while it is not declared."""
    order = _held(order)
    state = LIFE.after(order.state, "reopen")
    if not reason.strip():
        raise ReasonMissing
    _ask(BEFORE_WITHDRAWING, order)
    order.state, order.closed_at, order.closed_on, order.closed_by, order.closed_frozen = state, None, None, "", None
    _touch(order, by, today, "state", "closed_at", "closed_on", "closed_by", "closed_frozen")
    if order.vehicle:
        take_back_sale(order.vehicle, by=by, order=str(order.number))
    _tell(AFTER_WITHDRAWING, order, by)
    sentence = _("Bon {number} rouvert\u00a0: {reason}").format(number=order.number, reason=reason.strip())
    _note(order, "reopen", by, sentence, reason=reason.strip())
    return order


def closing_of(order: Order) -> dict[str, Any]:
    """What reopening takes from a closed order, and `close_again` gives back."""
    return {
        "version": order.version, "on": _text(order.closed_on), "at": order.closed_at.isoformat() if order.closed_at else "",
        "by": order.closed_by, "frozen": order.closed_frozen,
    }  # fmt: skip


@transaction.atomic
@together()
def close_again(order: Order, closing: Mapping[str, Any], *, by: str, today: date, now: datetime) -> Order:
    """Reopened, and its sale turns out to be declared: closed as it was. If it was changed since, it is closed as it now stands."""
    order = _held(order)
    if not order.is_open:
        return order
    if order.version != closing["version"] + 1:
        return _close(order, by, today, now)
    order.state = LIFE.after(order.state, "close")
    order.closed_on, order.closed_at = date.fromisoformat(closing["on"]), datetime.fromisoformat(closing["at"])
    order.closed_by, order.closed_frozen = closing["by"], closing["frozen"]
    _sell(order, by)
    _touch(order, by, today, "state", "closed_at", "closed_on", "closed_by", "closed_frozen")
    _note(order, "close_again", by, _("Bon {number} clôturé à nouveau, tel qu’il l’était").format(number=order.number))
    return order


@transaction.atomic
@together()
def delete_order(order: Order, *, by: str, now: datetime) -> Order:
    """Supprimer: only one still open. Its row is hidden, its number is not used again."""
    order = _held(order)
    LIFE.after(order.state, "delete")
    _ask(BEFORE_DELETING, order)
    order.deleted_at, order.deleted_by = now, by
    order.version += 1
    order.save(update_fields=["deleted_at", "deleted_by", "version"])
    _release(order, by)
    _note(order, "delete", by, _("Bon {number} supprimé").format(number=order.number))
    return order


ISSUED = Compiled(lambda: OrderPaper.objects.filter(order=Given("order"), closing=Given("closing")))


def print_order(order: Order, *, by: str, today: date) -> tuple[str, bytes]:
    """Imprimer: the file's name and its bytes. Before closing a provisional paper, kept nowhere; the first one after closing is issued."""
    if order.closed_frozen is None:
        return f"BDC-{order.number}-provisoire.pdf", pdf.order_form(pdf.facts_of(order), dated=today, provisional=True)
    if kept := ISSUED.first(order=order.pk, closing=order.closings):
        return kept.name, bytes(kept.content)
    content = pdf.order_form(order.closed_frozen, dated=today, provisional=False)
    paper = OrderPaper(
        order=order, closing=order.closings, name=f"BDC-{order.number}.pdf", content=content, size=len(content),
        sha256=hashlib.sha256(content).hexdigest(), issued_on=today, issued_by=by,
    )  # fmt: skip
    try:
        with transaction.atomic():
            insert(paper)
            _note(order, "print", by, _("Bon {number} édité").format(number=order.number), sha256=paper.sha256)
    except IntegrityError:  # another press of the button was faster: its paper is the one
        paper = OrderPaper.objects.get(order=order, closing=order.closings)
    return paper.name, bytes(paper.content)


@transaction.atomic
@together()
def _create(group: Group, site: Site, typed: Typed, by: str, today: date, key: UUID | None = None, former: Former | None = None) -> Order:
    order = Order(group=group, site=site, creation_key=key, created_on=today, created_by=by, updated_on=today, updated_by=by)
    _write(order, typed)
    if former:
        order.sale_reference, order.created_on = former.reference, former.created_on or today
    order.number = _former_number(group, former) or numbers.take(order_series(group.pk))
    if typed.vehicle:  # before the row that names it: of two orders that want it, the second is told so
        reserve_vehicle(typed.vehicle, today=today, by=by, order=str(order.number))
    buyer = OrderBuyer(**_buyer_facts(typed))
    order.search_text = _search_text(order, buyer)
    insert(order)
    buyer.order = order
    insert(buyer)
    _write_lines(order, typed, is_new=True)
    said = _("Bon {number} repris d’après le Centralisateur") if former else _("Bon {number} créé")
    _note(order, "create", by, said.format(number=order.number), confirmed=list(typed.newly_confirmed))
    return order


def _former_number(group: Group, former: Former | None) -> int | None:
    """Its own again, and the series goes on above it; None where another order bears it, or it was none of ours."""
    if former is None or former.number is None or not 0 < former.number < LARGEST_NUMBER:
        return None
    numbers.reach(order_series(group.pk), former.number)  # holds the series: nobody takes it meanwhile
    return None if Order.objects.filter(group=group, number=former.number).exists() else former.number


def _save(order: Order, site: Site, typed: Typed, version: int, by: str, today: date) -> Order:
    state = LIFE.after(order.state, "save")
    if order.version != version:
        raise OrderChangedMeanwhile(order)
    before = _as_said(order)
    former = order.vehicle
    order.site, order.state = site, state
    _write(order, typed)
    for name, value in _buyer_facts(typed).items():
        setattr(order.buyer, name, value)
    order.search_text = _search_text(order, order.buyer)
    changes = {name: [before[name], value] for name, value in _as_said(order).items() if before[name] != value}
    lines_changed = _write_lines(order, typed)
    if former != typed.vehicle:
        if former:
            release_vehicle(former, by=by, order=str(order.number))
        if typed.vehicle:
            reserve_vehicle(typed.vehicle, today=today, by=by, order=str(order.number))
    if not changes and not lines_changed:
        return order
    rewrite(order.buyer)
    _touch(order, by, today)
    sentence = _("Bon {number} enregistré").format(number=order.number)
    if typed.newly_confirmed:
        sentence = _("Bon {number} enregistré. Confirmé\u00a0: {doubts}").format(
            number=order.number, doubts=" ; ".join(typed.newly_confirmed)
        )
    _note(order, "save", by, sentence, changes=changes, confirmed=list(typed.newly_confirmed))
    return order


def _close(order: Order, by: str, today: date, now: datetime) -> Order:
    if order.is_closed:
        return order
    state = LIFE.after(order.state, "close")
    if obstacles := order.obstacles_to_closing():
        raise OrderIncomplete(obstacles)
    order.customer = _customer_of(order)
    order.state, order.closed_at, order.closed_on, order.closed_by = state, now, today, by
    order.closings += 1
    order.closed_frozen = pdf.facts_of(order)
    _sell(order, by)
    _touch(order, by, today, "customer", "state", "closed_at", "closed_on", "closed_by", "closings", "closed_frozen")
    _note(
        order, "close", by, _("Bon {number} clôturé").format(number=order.number), gross=order.agreed_gross, vat_percent=order.vat_percent,
        delivery_on=order.delivery_on, buyer=order.buyer.list_name, confirmed=order.confirmed_doubts,
    )  # fmt: skip
    _tell(AFTER_CLOSING, order, by)
    return order


def _sell(order: Order, by: str) -> None:
    if order.vehicle is None or order.customer is None or order.agreed_gross is None or order.delivery_on is None:
        raise OrderIncomplete(["vehicle"])  # said before already; for the type checker
    sell_vehicle(
        order.vehicle, buyer=order.customer, agreed_gross=order.agreed_gross, delivery_on=order.delivery_on,
        warranty_label=_("{months} mois").format(months=order.warranty.months) if order.warranty else "", mileage_km=order.mileage_km or order.vehicle.mileage_km,
        by=by, order=str(order.number),
    )  # fmt: skip


VERSION = Compiled(lambda: Order.objects.visible().select_for_update().filter(pk=Given("pk")).only("version"))


def _held(order: Order) -> Order:
    """Locked, with what the rules look at: a copy, so that a refusal leaves the caller's as it was. A hidden order is no order.

    The lock is a statement of its own: read in one with it, joined rows would be as old as the wait. Nobody saved since it was read: it
    need not be read again.
    """
    if order.version != VERSION.get(pk=order.pk).version:
        return Order.objects.for_page().get(pk=order.pk)
    order = copy(order)
    order.buyer = copy(order.buyer)
    return order


def _write(order: Order, typed: Typed) -> None:
    for name in FACTS:
        if name in typed.facts:
            setattr(order, name, typed.facts[name])
    order.vehicle, order.customer, order.trade_in_vehicle = typed.vehicle, typed.customer, typed.trade_in_vehicle


def _buyer_facts(typed: Typed) -> dict[str, Any]:
    return {name: typed.buyer[name] for name in BUYER_FACTS if name in typed.buyer}


def _write_lines(order: Order, typed: Typed, *, is_new: bool = False) -> bool:
    """Whether a fee or a deposit differs from what was there."""
    fees = [OrderFee(order=order, position=at, label=fee.label, amount=fee.amount, kind=fee.kind) for at, fee in enumerate(typed.fees, 1)]
    deposits = [OrderDeposit(order=order, amount=one.amount, paid_by=one.paid_by, paid_on=one.paid_on) for one in typed.deposits]
    differ = [_replaced(order, "fees", fees, is_new=is_new), _replaced(order, "deposits", deposits, is_new=is_new)]
    return any(differ)


def _replaced(order: Order, name: str, lines: Sequence[OrderFee] | Sequence[OrderDeposit], *, is_new: bool) -> bool:
    """Whether other lines stand there now."""
    before = [] if is_new else list(getattr(order, name).all())
    if differ := [line.said for line in before] != [line.said for line in lines]:
        if before:
            getattr(order, name).all().delete()
        insert_all(lines)
    keep_lines(order, name, lines if differ else before)
    return differ


def _customer_of(order: Order) -> Customer:
    """The group's card of this buyer: completed with what the order says, or made. Another name is another customer."""
    facts = {name: getattr(order.buyer, name) for name in BUYER_FACTS}
    known = order.customer
    if known and all(getattr(known, name) == facts[name] for name in NAMING):
        if all(getattr(known, name) == value for name, value in facts.items()):
            return known
        return save_customer(order.group, facts, customer=known)
    return save_customer(order.group, facts)


def _touch(order: Order, by: str, today: date, *names: str) -> None:
    """Write these columns, or all; one version more."""
    order.version, order.updated_by, order.updated_on = order.version + 1, by, today
    rewrite(order, *([*names, "version", "updated_by", "updated_on", "updated_at"] if names else ()))


def _release(order: Order, by: str) -> None:
    if order.vehicle:
        release_vehicle(order.vehicle, by=by, order=str(order.number))


def _ask(askers: list[Callable[[Order], None]], order: Order) -> None:
    for ask in askers:
        ask(order)


def _tell(followers: list[Callable[[Order, str], None]], order: Order, by: str) -> None:
    for follow in followers:
        follow(order, by)


def _search_text(order: Order, buyer: OrderBuyer) -> str:
    words = [str(order.number), plain(f"{buyer.last_name} {buyer.first_name}")]
    for car in (order.vehicle, order.trade_in_vehicle):
        if car:
            words += [squeezed(car.plate), squeezed(car.vin), squeezed(car.stock_number)]
    words.append(squeezed(order.trade_in_plate))
    return " ".join(word for word in words if word)


def _as_said(order: Order) -> dict[str, str]:
    """Every column a person may change, as text: what the journal compares."""
    said = {name: _text(getattr(order, name)) for name in FACTS if name != "confirmed_doubts"}
    said |= {"site": _text(order.site), "vehicle": _text(order.vehicle), "customer": _text(order.customer_id)}
    said |= {"trade_in_vehicle": _text(order.trade_in_vehicle)}
    return said | {f"buyer.{name}": _text(getattr(order.buyer, name)) for name in BUYER_FACTS}


def _text(value: object) -> str:
    return "" if value is None else str(value)


def _note(order: Order, what: str, by: str, sentence: str, **facts: Any) -> None:
    note(what, "order", order.pk, who=by, owner_id=order.site_id, sentence=sentence, **facts)


__all__ = [
    "AFTER_CLOSING", "AFTER_WITHDRAWING", "BEFORE_DELETING", "BEFORE_WITHDRAWING", "Deposit", "Fee", "OrderBeingWithdrawn",
    "OrderChangedMeanwhile", "OrderDeclared", "OrderIncomplete", "ReasonMissing", "Typed", "VehicleTaken", "cancel_order", "close_again",
    "close_as_typed", "close_order", "closing_of", "create_order", "delete_order", "order_series", "print_order", "reopen_order",
    "save_order",
]  # fmt: skip
