"""What follows an order to the hub and what comes back: sent when closed, withdrawn when reopened, recorded when told."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models.functions import Now
from django.utils.translation import gettext_noop as _

from jupiter.contracts.reconciliation import KeptSaleV1, sale_words_sha256
from jupiter.contracts.sale import SaleV1
from jupiter.contracts.sale_state import SaleState, SaleStateV1
from jupiter.dealer.orders import actions as orders
from jupiter.dealer.orders.models import Order, WarrantyChoice
from jupiter.dealer.sites.models import Group, HubLink, Site
from jupiter.dealer.vehicles.models import Vehicle
from jupiter.kit.accounts.models import User
from jupiter.kit.compiled import Compiled, Given
from jupiter.kit.inbox.actions import is_new_notice
from jupiter.kit.journal.actions import note
from jupiter.kit.lookups import only
from jupiter.kit.partners import Answer
from jupiter.kit.transmissions import actions as transmissions
from jupiter.kit.transmissions.carriers import CARRIERS
from jupiter.kit.transmissions.models import State as Parcel
from jupiter.kit.transmissions.models import Transmission
from jupiter.kit.walls import walled
from jupiter.kit.workflow import MoveRefused
from jupiter.kit.writing import insert, insert_unless_there, rewrite, rewrite_changed

from . import client
from .models import STELLANTIS, HubGrant, KeptDocument, SaleAtHub, State
from .wording import typed_of, words_of

PARTNER, HUB = "hub", "service:hub"
SALE_PUT, SALE_DELETE, DOCUMENT_FETCH, GRANT_DELETE = "sale.put", "sale.delete", "document.fetch", "grant.delete"
OUR_STATES = {SaleState.RECEIVED: State.RECEIVED, SaleState.WITHDRAWN: State.WITHDRAWN, SaleState.DECLARED: State.DECLARED}


class UnknownSale(Exception):
    """The notice is about no sale of this group."""


# With the order's life


def send_when_closed(order: Order, by: str) -> None:
    """An order with a label goes to the hub in the transaction that closes it; one without sends nothing."""
    if not order.has_label:
        return
    sale = only(SaleAtHub.objects.filter(order=order)) if order.closings > 1 else None
    is_new = was_taken_back = False
    if sale is None:  # nobody else makes it meanwhile: the order is held
        sale = SaleAtHub(order=order, reference=order.sale_reference)
        is_new = insert_unless_there(sale)
        if was_taken_back := not is_new:  # from the hub: it may hear again what it was told before
            sale = SaleAtHub.objects.get(order=order)
    if sale.is_declared and not was_taken_back:
        return  # declared while the order was open again: the hub would take no other words
    if not is_new and not sale.is_declared:
        sale.state, sale.trouble = State.SENDING, ""
        sale.save(update_fields=["state", "trouble", "updated_at"])
    transmissions.transmit(SALE_PUT, partner=PARTNER, subject=order.sale_reference, owner_id=order.site_id, words=words_of(order))


def refuse_once_declared(order: Order) -> None:
    """Also keeps what is about to be undone: the hub may have declared what it has not told us yet."""
    sale = _held_after(order)
    if sale is None:
        return
    if sale.is_declared:
        raise orders.OrderDeclared(sale.declaration_number)
    sale.closing = orders.closing_of(order)
    sale.save(update_fields=["closing", "updated_at"])


def refuse_open_once_declared(order: Order) -> None:
    """Open and declared: the hub declared it while it was reopened, or it was taken back from there."""
    sale = only(SaleAtHub.objects.filter(order=order, state=State.DECLARED))
    if sale:
        raise orders.OrderDeclared(sale.declaration_number)


def refuse_before_the_hub_let_go(order: Order) -> None:
    sale = _held_after(order)
    if sale and sale.state != State.WITHDRAWN:
        raise orders.OrderBeingWithdrawn


def withdraw(order: Order, by: str) -> None:
    """Reopened or cancelled: what is not said yet need not be; what may have been heard is taken back."""
    sale = only(SaleAtHub.objects.filter(order=order))
    if sale is None or sale.state == State.WITHDRAWN:
        return
    transmissions.drop_pending(order.sale_reference, kind=SALE_PUT)
    sale.state, sale.trouble = State.SENDING, ""
    sale.save(update_fields=["state", "trouble", "updated_at"])
    transmissions.transmit(SALE_DELETE, partner=PARTNER, subject=order.sale_reference, owner_id=order.site_id)


def follow_orders() -> None:
    """Called once, when the service starts."""
    orders.BEFORE_WITHDRAWING.append(refuse_once_declared)
    orders.BEFORE_CANCELLING.append(refuse_open_once_declared)
    orders.BEFORE_DELETING.append(refuse_before_the_hub_let_go)
    orders.AFTER_CLOSING.append(send_when_closed)
    orders.AFTER_WITHDRAWING.append(withdraw)


# What a transmission brings back: each is called in the transaction that settles it


def record_sale_received(parcel: Transmission, answer: Answer) -> None:
    record_state(_sale(parcel), client.state_in(answer))


def record_sale_refused(parcel: Transmission, reason: str) -> None:
    SaleAtHub.objects.filter(reference=parcel.subject).update(state=State.ASIDE, trouble=reason)


def record_withdrawal(parcel: Transmission, answer: Answer) -> None:
    """A withdrawn sale may have been closed and sent again meanwhile: the newer message decides."""
    newer = Transmission.objects.about(parcel.subject).filter(kind=SALE_PUT, pk__gt=parcel.pk, state=Parcel.SENDING)
    if newer.exists():
        return
    sale = _sale(parcel)
    if not sale.is_declared:
        sale.state, sale.trouble, sale.happened = State.WITHDRAWN, "", _("Vente retirée du Centralisateur")
        sale.save(update_fields=["state", "trouble", "happened", "updated_at"])
        _note(sale, "withdraw", _("Vente retirée du Centralisateur"))


def record_document(parcel: Transmission, answer: Answer) -> None:
    """Our own copy; the client has checked its digest."""
    sale = _sale(parcel)
    facts = {"name": parcel.words["name"], "content": answer.body, "sha256": parcel.words["sha256"], "size": len(answer.body)}
    if not insert_unless_there(KeptDocument(sale=sale, **facts)):
        KeptDocument.objects.filter(sale=sale).update(**facts)
    _note(sale, "keep_document", _("Document {name} reçu").format(name=parcel.words["name"]), sha256=parcel.words["sha256"])


def record_state(sale: SaleAtHub, state: SaleStateV1) -> bool:
    """The whole state, if it is newer than what we know; whether it was."""
    if state.sequence <= sale.sequence:
        if sale.state in (State.SENDING, State.ASIDE) and state.sequence == sale.sequence:  # the same answer to the same words
            sale.state, sale.trouble = OUR_STATES[state.state], ""
            sale.save(update_fields=["state", "trouble", "updated_at"])
        return False
    sale.sequence, sale.changed_at = state.sequence, state.at
    sale.state, sale.trouble = OUR_STATES[state.state], ""
    sale.cover_state, sale.cover_trouble = state.cover.value, state.trouble
    sale.declaration_number, sale.guarantor, sale.happened = state.declaration_number, state.guarantor, state.happened[:300]
    quote, policy, paper = state.quote, state.policy, state.document
    sale.quote_number, sale.quote_link = (quote.number, quote.link[:500]) if quote else ("", "")
    sale.quote_expires_on = quote.expires_on if quote else None
    sale.product = policy.product if policy else quote.product if quote else ""
    sale.premium = policy.premium if policy else quote.premium if quote else None
    sale.policy_number = policy.number if policy else ""
    sale.policy_starts_on, sale.policy_ends_on = (policy.starts_on, policy.ends_on) if policy else (None, None)
    sale.policy_issued_on = policy.issued_on if policy else None
    for name in ("messages", "missing", "warnings", "differences"):
        setattr(sale, name, [one.model_dump(mode="json") for one in getattr(state, name)])
    if paper and paper.sha256 != sale.document_sha256:
        sale.document_name, sale.document_sha256, sale.document_size = paper.name, paper.sha256, paper.size
        transmissions.transmit(
            DOCUMENT_FETCH, partner=PARTNER, subject=sale.reference, owner_id=sale.order.site_id, words=paper.model_dump(mode="json")
        )
    rewrite_changed(sale)
    if state.happened:
        _note(sale, "notice", state.happened, sequence=state.sequence, cover=state.cover.value)
    return True


@transaction.atomic(savepoint=False)  # of the wall's transaction, which ends with it
def receive_notice(link: HubLink, notice_id: str, state: SaleStateV1, *, today: date, now: datetime) -> None:
    """A replay and an older state have no effect. Declared while the order was undone here: the order follows."""
    if not is_new_notice(f"hub:{link.client_id}", notice_id):
        return
    try:
        reference = UUID(state.reference)
    except ValueError:
        raise UnknownSale from None
    order = NAMED.first(reference=reference, group=link.group_id)
    sale = _held_after(order) if order else None
    if order is None or sale is None:
        raise UnknownSale
    if record_state(sale, state) and sale.is_declared and not order.is_closed:
        _follow_the_declaration(sale, order, today=today, now=now)


@transaction.atomic
def take_state(link: HubLink, state: SaleStateV1, *, came_at: datetime, today: date, now: datetime) -> None:
    """The same, asked for instead of told: a notice was lost, or we were restored. It is taken whatever we think we know.

    `came_at`: when the hub first had the sale; ours, where we know nothing of it any more.
    """
    order = NAMED.first(reference=UUID(state.reference), group=link.group_id)
    if order is None:
        raise UnknownSale
    sale = _held_after(order)
    if sale is None:
        sale = take_up(order, came_at=came_at)
    sale.sequence = min(sale.sequence, state.sequence - 1)
    if not KeptDocument.objects.filter(sale=sale).exists():
        sale.document_sha256 = ""  # to be fetched, also if it was announced before
    if record_state(sale, state) and sale.is_declared and not order.is_closed:
        _follow_the_declaration(sale, order, today=today, now=now)


def take_up(order: Order, *, came_at: datetime) -> SaleAtHub:
    """Known again, for the day on which the hub had it."""
    sale = SaleAtHub(order=order, reference=order.sale_reference)
    insert(sale)
    sale.created_at = came_at
    rewrite(sale, "created_at")
    return sale


@transaction.atomic
def take_back_order(link: HubLink, kept: KeptSaleV1, site: Site, *, by: str, today: date) -> Order:
    """An order that a restore took away, with what the hub was told of it: open, for a seller to complete.

    Where it makes the same words again they are said again, so that both sides know them."""
    said = SaleV1.model_validate(kept.words)
    car = _car_of(link, said)
    former = orders.Former(reference=UUID(kept.line.reference), number=_number(said.order_number), created_on=said.ordered_on)
    order = orders.take_back_order(site.group, site, typed_of(said, car, _warranty_of(said)), former, by=by, today=today)
    sale = take_up(order, came_at=kept.line.at)
    record_state(sale, kept.state)
    sale.to_check = _(
        "Bon repris d’après le Centralisateur, qui ne sait rien des frais, des acomptes ni du financement\u00a0: complétez-le et clôturez-le."
    )
    sale.save(update_fields=["to_check", "updated_at"])
    if sale_words_sha256(words_of(order)) == sale_words_sha256(kept.words):
        say_anew(str(sale.reference), None, owner_id=site.pk)
    return order


def _car_of(link: HubLink, said: SaleV1) -> Vehicle | None:
    """In stock again, as the restore left it."""
    cars = Vehicle.objects.for_sale().filter(site__group=link.group_id, vin=said.vehicle.vin).order_by("-id")
    return cars.first() if said.vehicle.vin else None


def _number(text: str | None) -> int | None:
    return int(text) if text and text.isascii() and text.isdigit() else None


def _warranty_of(said: SaleV1) -> WarrantyChoice | None:
    level, months = said.warranty.level, said.warranty.months
    return only(WarrantyChoice.objects.filter(level=level, months=months)) if level and months else None


def say_anew(reference: str, words: Mapping[str, Any] | None, *, owner_id: int) -> None:
    """As a message of its own: these words, or where none are known any more, those of the order as it now stands."""
    said = words or words_of(_order_of(SaleAtHub.objects.get(reference=reference)))
    transmissions.transmit(SALE_PUT, partner=PARTNER, subject=reference, owner_id=owner_id, words=said)


def withdraw_anew(reference: str, *, owner_id: int) -> None:
    transmissions.transmit(SALE_DELETE, partner=PARTNER, subject=reference, owner_id=owner_id)


def _follow_the_declaration(sale: SaleAtHub, order: Order, *, today: date, now: datetime) -> None:
    """The hub's word stands: a reopened order is closed again. What cannot be is said to a person."""
    transmissions.drop_pending(sale.reference, kind=SALE_DELETE)
    if not order.is_open or order.deleted_at or sale.closing is None:
        said = _(
            "Vente déclarée ({number}) au Centralisateur alors que le bon est annulé\u00a0: voyez avec l’acheteur et le Centralisateur."
        )
    else:
        try:
            closed = orders.close_again(Order.objects.for_page().get(pk=order.pk), sale.closing, by=HUB, today=today, now=now)
        except (orders.OrderIncomplete, MoveRefused):
            said = _(
                "Vente déclarée ({number}) au Centralisateur pendant que le bon était rouvert\u00a0: "
                "il est incomplet et reste en cours\u00a0; complétez-le et clôturez-le."
            )
        else:
            if closed.closings == order.closings:
                said = _(
                    "Vente déclarée ({number}) au Centralisateur pendant que le bon était rouvert\u00a0: "
                    "il est de nouveau clôturé, tel qu’il l’était."
                )
            else:
                said = _(
                    "Vente déclarée ({number}) au Centralisateur pendant que le bon était rouvert\u00a0: "
                    "modifié depuis, il est clôturé tel qu’il est\u00a0; comparez-le à la déclaration."
                )
    said = said.format(number=sale.declaration_number)
    sale.to_check = said
    sale.save(update_fields=["to_check", "updated_at"])
    _note(sale, "declared_meanwhile", said)


@transaction.atomic
def confirm_checked(sale: SaleAtHub, *, by: str) -> None:
    """J’ai vérifié: the line leaves Accueil."""
    if SaleAtHub.objects.filter(pk=sale.pk).exclude(to_check="").update(to_check="", updated_at=Now()):
        note(
            "confirm_checked",
            "order",
            sale.order_id,
            who=by,
            owner_id=sale.order.site_id,
            sentence=_("Vente déclarée entre-temps\u00a0: vérifiée"),
        )


# What a person does


@transaction.atomic
def send_again(parcel: Transmission, *, by: str) -> int:
    """Renvoyer, and with it all that waits about the same order: a sale is said as it now stands. How many went."""
    reference = _uuid(parcel.subject)
    sale = only(SaleAtHub.objects.filter(reference=reference)) if reference else None

    def words_now(one: Transmission) -> Mapping[str, Any] | None:
        return words_of(_order_of(sale)) if sale and one.kind == SALE_PUT else None

    sent = transmissions.send_all_again(parcel, words_of=words_now)
    if sale is None:
        return len(sent)
    if any(one.kind in (SALE_PUT, SALE_DELETE) for one in sent):
        SaleAtHub.objects.filter(pk=sale.pk).exclude(state=State.DECLARED).update(state=State.SENDING, trouble="", updated_at=Now())
    for one in sent:
        note("send_again", "order", sale.order_id, who=by, owner_id=one.owner_id, sentence=_("Transmission renvoyée"), kind=one.kind)
    return len(sent)


def sent_together(parcel: Transmission) -> int:
    """How many Renvoyer on this one sends."""
    return Transmission.objects.aside().filter(partner=parcel.partner, subject=parcel.subject, owner_id=parcel.owner_id).count()


def deliver_now(order: Order, link: HubLink) -> bool:
    """The sale a seller waits for, carried at once under its own key; whether it has arrived. The worker may be faster: the same."""
    with walled([order.site_id]):
        parcel = Transmission.objects.about(order.sale_reference).filter(kind=SALE_PUT).first()
    if parcel is None or parcel.state == Parcel.DROPPED:
        return False
    if parcel.state == Parcel.DELIVERED:
        return True
    if parcel.state == Parcel.ASIDE:
        return False
    answer = client.put_sale_now(link, parcel.subject, parcel.words, parcel.key)
    with walled([order.site_id]):
        transmissions.record_delivery(parcel, CARRIERS[SALE_PUT], answer, milliseconds=0)
    return True


@transaction.atomic
def keep_grant(user: User, site: Site, *, username: str, full_name: str, grant: str, now: datetime) -> HubGrant:
    """Configurer: one live grant per user, site and guarantor. The former one is given back; of two at once, that of the first."""
    User.objects.select_for_update(no_key=True).only("pk").get(pk=user.pk)
    for former in HubGrant.objects.live().select_for_update().filter(user=user, site=site, guarantor=STELLANTIS):
        _revoke(former, now)
    kept = HubGrant.objects.create(
        user=user, site=site, guarantor=STELLANTIS, username=username, full_name=full_name, grant=grant, given_at=now
    )
    note(
        "keep_grant",
        "user",
        user.pk,
        who=user.get_full_name(),
        owner_id=site.pk,
        sentence=_("Accès au Centralisateur enregistré pour {site}").format(site=site),
    )
    return kept


@transaction.atomic
def revoke_grant(grant: HubGrant, *, by: str, now: datetime) -> HubGrant:
    """Révoquer: at once here, and by a transmission at the hub."""
    grant = HubGrant.objects.select_for_update(of=("self",)).select_related("site").get(pk=grant.pk)
    if grant.revoked_at is None:
        _revoke(grant, now)
        note(
            "revoke_grant",
            "user",
            grant.user_id,
            who=by,
            owner_id=grant.site_id,
            sentence=_("Accès au Centralisateur révoqué pour {site}").format(site=grant.site),
        )
    return grant


@transaction.atomic
def forget_refused_grant(grant: HubGrant, *, now: datetime) -> None:
    """The hub no longer knows it: nothing to give back."""
    HubGrant.objects.filter(pk=grant.pk, revoked_at=None).update(revoked_at=now)


def _revoke(grant: HubGrant, now: datetime) -> None:
    grant.revoked_at = now
    grant.save(update_fields=["revoked_at"])
    transmissions.transmit(GRANT_DELETE, partner=PARTNER, subject=f"grant:{grant.pk}", owner_id=grant.site_id)


# What carries


def link_of(group: Group | int) -> HubLink | None:
    return only(HubLink.objects.filter(group=group))


# Each notice asks these three, in this order; of the order's hundred columns, what a state and its line in the journal look at
NAMED = Compiled(
    lambda: (
        Order.objects.select_for_update()
        .filter(sale_reference=Given("reference"), group=Given("group"))
        .only("site_id", "sale_reference", "state", "deleted_at", "closings")
    )
)
PARCELS = Compiled(lambda: Transmission.objects.select_for_update().filter(subject=Given("subject")).order_by("pk").only("pk"))
SALE = Compiled(lambda: SaleAtHub.objects.select_for_update().filter(order=Given("order")))
SAID = Compiled(lambda: SaleAtHub.objects.select_for_update(of=("self",)).select_related("order").filter(reference=Given("reference")))


def _held_after(order: Order) -> SaleAtHub | None:
    """Locked in the one order that never meets another's back: the order (by the caller), its parcels, its sale. A worker comes from its parcel."""
    PARCELS.rows(subject=str(order.sale_reference))
    sale = SALE.first(order=order.pk)
    if sale:
        sale.order = order
    return sale


def _sale(parcel: Transmission) -> SaleAtHub:
    return SAID.get(reference=UUID(parcel.subject))


def _order_of(sale: SaleAtHub) -> Order:
    return Order.objects.select_related("site", "vehicle", "warranty", "buyer").get(pk=sale.order_id)


def _uuid(subject: str) -> UUID | None:
    try:
        return UUID(subject)
    except ValueError:
        return None


def _note(sale: SaleAtHub, what: str, sentence: str, **facts: Any) -> None:
    note(what, "order", sale.order_id, who=HUB, owner_id=sale.order.site_id, sentence=sentence, **facts)
