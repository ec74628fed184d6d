"""The verbs of a sale at the hub: received, completed, declared, followed. The only writers."""

import secrets
from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import Any
from uuid import uuid4

from django.conf import settings
from django.db import IntegrityError, transaction
from django.utils import timezone

from jupiter.contracts.job_notice import JobNoticeV1
from jupiter.contracts.launch import LaunchV1
from jupiter.contracts.sale import SaleV1
from jupiter.contracts.sale_state import QuoteV1
from jupiter.hub.dealers.actions import chosen_accounts, digest, is_configured
from jupiter.hub.dealers.models import ApiClient, Grant, GuarantorAccount, Membership, PointOfSale
from jupiter.hub.dealers.rules import LAUNCH_SECONDS, may
from jupiter.hub.guarantors import port
from jupiter.hub.guarantors.registry import GUARANTORS, why_not
from jupiter.kit import numbers
from jupiter.kit.accounts.models import User
from jupiter.kit.inbox.actions import is_new_notice
from jupiter.kit.journal.actions import note
from jupiter.kit.partners import Answer
from jupiter.kit.transmissions.actions import drop_pending, send_all_again, transmit
from jupiter.kit.transmissions.models import State as ParcelState
from jupiter.kit.transmissions.models import Transmission

from . import rules, wording
from .models import LIFE, Correction, Cover, DeclarationVersion, Launch, PolicyDocument, Sale, State

COVER, FETCH, NOTICE = "cover.request", "document.fetch", "notice.sale"


class UnknownPointOfSale(Exception):
    """No point of sale of the caller's group has this network code."""


class AlreadyDeclared(Exception):
    """What was declared is not changed by the order any more."""


class PointOfSaleFixed(Exception):
    """The declaration number bears the point of sale's code: the sale cannot move to another."""


class SaleRefused(Exception):
    """Values that the hub never takes: {field: sentence}."""

    def __init__(self, errors: Mapping[str, str]) -> None:
        super().__init__(", ".join(errors))
        self.errors = dict(errors)


class FieldsMissing(Exception):
    def __init__(self, names: list[str]) -> None:
        super().__init__(", ".join(names))
        self.names = names


class ProfileNotConfigured(Exception):
    """The point of sale never saved its profile."""


class GuarantorCannot(Exception):
    """The sentence says why this guarantor cannot be declared to."""

    def __init__(self, sentence: str) -> None:
        super().__init__(sentence)
        self.sentence = sentence


class Withdrawn(Exception):
    """The dealer took the sale back."""


class ChangedMeanwhile(Exception):
    """Someone saved this sale after the form was opened."""

    def __init__(self, sale: Sale) -> None:
        super().__init__(str(sale))
        self.sale = sale


class GrantRefused(Exception):
    """Unknown, revoked, outlived by a new password, or without access to this sale's point of sale."""


# Received from dealer software


@transaction.atomic
def receive_sale(client: ApiClient, reference: str, said: SaleV1, *, today: date, now: datetime) -> tuple[Sale, bool]:
    """PUT: the order as it stands. What was changed on the hub stays, and both are shown. True when the sale is new."""
    point = PointOfSale.objects.filter(group=client.group, network_code=said.network_code).first()
    if point is None:
        raise UnknownPointOfSale
    words = said.model_dump(mode="json", exclude_none=True)
    sale, is_new = _row_of(client, reference, point, today)
    if sale.is_declared:
        if sale.words == words:
            return sale, False
        raise AlreadyDeclared
    if not is_new and sale.is_received and sale.words == words:
        return sale, False
    if sale.point_of_sale_id != point.pk:
        if sale.declaration_number:
            raise PointOfSaleFixed
        sale.point_of_sale = point
    with_warranty = not said.without_commercial_warranty
    reading = rules.read(rules.from_words(words), ordered_on=said.ordered_on, today=today, with_warranty=with_warranty)
    if reading.refused:
        raise SaleRefused(reading.refused)
    if not sale.declaration_number:  # once step 1 is passed, the hub's choice stands
        sale.with_warranty = with_warranty
        sale.guarantor = said.guarantor.value if said.guarantor and with_warranty else ""
    corrected = set(sale.corrections.values_list("field", flat=True))
    kept = {name: value for name, value in sale.values.items() if name in corrected}
    emptied = {name for name in corrected if name not in kept}
    sale.values = _together({name: value for name, value in reading.values.items() if name not in emptied} | kept, sale)
    sale.words, sale.order_number = words, said.order_number or ""
    sale.state = LIFE.after(sale.state, "receive")
    happened = "Vente reçue" if is_new else "Vente mise à jour par le bon de commande"
    _changed(sale, happened, who=client.name, now=now)
    note(
        "receive_sale", "sale", sale.pk, who=client.name, owner_id=sale.point_of_sale_id, sentence=happened,
        sequence=sale.sequence,
    )  # fmt: skip
    return sale, is_new


def _row_of(client: ApiClient, reference: str, point: PointOfSale, today: date) -> tuple[Sale, bool]:
    """The locked row of this caller's reference, made now if need be, also when two calls make it at once."""
    found = _locked().filter(client=client, reference=reference).first()
    if found:
        return found, False
    try:
        with transaction.atomic():
            sale = Sale.objects.create(client=client, reference=reference, point_of_sale=point, received_on=today)
        return _held(sale.pk), True
    except IntegrityError:
        return _locked().get(client=client, reference=reference), False


@transaction.atomic
def withdraw_sale(sale: Sale, *, who: str, now: datetime) -> Sale:
    """DELETE: the order was reopened or cancelled. It may come again under the same reference."""
    sale = _held(sale.pk)
    if sale.is_declared:
        raise AlreadyDeclared
    if sale.state == State.WITHDRAWN:
        return sale
    sale.state = LIFE.after(sale.state, "withdraw")
    _changed(sale, "Vente retirée par le point de vente", who=who, now=now)
    note("withdraw_sale", "sale", sale.pk, who=who, owner_id=sale.point_of_sale_id, sentence="Vente retirée")
    return sale


# Completed on the hub's screens


@transaction.atomic
def start_blank_sale(point: PointOfSale, *, guarantor: str, with_warranty: bool, by: User, today: date, now: datetime) -> Sale:
    """Déclarer Vente without an order: the hub makes the reference, and Page Suivante its number."""
    sale = Sale.objects.create(
        reference=str(uuid4()), point_of_sale=point, received_on=today, values={"country": "FR", "four_wheel_drive": False}
    )
    return begin_declaration(sale, guarantor=guarantor, with_warranty=with_warranty, by=by, now=now)


@transaction.atomic
def begin_declaration(sale: Sale, *, guarantor: str, with_warranty: bool, by: User, now: datetime) -> Sale:
    """Page Suivante: the choice of block 2, and the declaration number if there is none yet."""
    sale = _held(sale.pk)
    if sale.is_declared:
        return sale
    LIFE.after(sale.state, "complete")
    if with_warranty:
        _account(sale, guarantor)
    chosen = guarantor if with_warranty else ""
    if sale.declaration_number and (sale.guarantor, sale.with_warranty) == (chosen, with_warranty):
        return sale
    sale.guarantor, sale.with_warranty = chosen, with_warranty
    sale.values = _together(sale.values, sale)
    is_new = not sale.declaration_number
    if is_new:
        sale.declaration_number = _take_number(sale)
    happened = f"Déclaration {sale.declaration_number} commencée" if is_new else "Choix du garantisseur modifié"
    _changed(sale, happened, who=by.get_full_name(), now=now)
    note("begin_declaration", "sale", sale.pk, who=by.get_full_name(), owner_id=sale.point_of_sale_id, sentence=happened, guarantor=chosen)
    return sale


@transaction.atomic
def complete_sale(sale: Sale, reading: rules.Reading, *, seen: int, by: User, now: datetime) -> Sale:
    """Enregistrer: what was typed, blanks allowed. Each value that the order said otherwise is a correction."""
    sale = _held(sale.pk)
    _refuse_stale(sale, seen, reading.values)
    if not sale.can_be_completed:
        raise AlreadyDeclared
    if reading.refused:
        raise SaleRefused(reading.refused)
    if _correct(sale, reading.values, by=by):
        _changed(sale, "Déclaration complétée", who=by.get_full_name(), now=now)
    return sale


def _refuse_stale(sale: Sale, seen: int, typed: rules.Values) -> None:
    """Nothing typed over what someone else saved meanwhile, unless it is the same."""
    if seen != sale.sequence and sale.can_be_completed and rules.in_order(sale.values) != rules.in_order(typed):
        raise ChangedMeanwhile(sale)


def _correct(sale: Sale, values: rules.Values, *, by: User) -> list[str]:
    values = _together(values, sale)
    who = by.get_full_name()
    changed = [name for name in rules.TYPED if values.get(name) != sale.values.get(name)]
    if changed:
        Correction.objects.bulk_create(
            Correction(sale=sale, field=name, old=sale.values.get(name), new=values.get(name), who=who) for name in changed
        )
        sale.values = values
        labels = [rules.FIELDS[name].label for name in changed]
        note(
            "complete_sale", "sale", sale.pk, who=who, owner_id=sale.point_of_sale_id, sentence=f"Complété\u00a0: {', '.join(labels)}",
            fields=changed,
        )  # fmt: skip
    return changed


# Declared


@transaction.atomic
def declare_sale(sale: Sale, *, who: str, today: date, now: datetime) -> Sale:
    """Déclarer et Garantir: saved here, frozen, on its way to the guarantor. Twice is once."""
    sale = _held(sale.pk)
    if sale.is_declared:
        return sale
    if sale.state == State.WITHDRAWN:
        raise Withdrawn
    return _declare(sale, who=who, today=today, now=now)


def _declare(sale: Sale, *, who: str, today: date, now: datetime) -> Sale:
    state = LIFE.after(sale.state, "declare")
    if not is_configured(sale.point_of_sale):
        raise ProfileNotConfigured
    if names := rules.missing(sale.values, with_warranty=sale.with_warranty):
        raise FieldsMissing(names)
    account = None
    if sale.with_warranty:
        sale.guarantor = sale.guarantor or _default_guarantor(sale)
        account = _account(sale, sale.guarantor)
    confirmed = [doubt.code for doubt in rules.doubts(sale.values)]
    sale.state, sale.declared_at, sale.declared_on, sale.declared_by = state, now, today, who
    sale.cover = Cover.SENDING if account else Cover.NOT_WANTED
    if not sale.declaration_number:
        sale.declaration_number = _take_number(sale)
    if account:
        _ask_for_cover(sale, account, who=who)
    _changed(sale, f"Vente déclarée ({sale.declaration_number})", who=who, now=now)
    note(
        "declare_sale", "sale", sale.pk, who=who, owner_id=sale.point_of_sale_id,
        sentence=f"Déclarée sous le numéro {sale.declaration_number}", guarantor=sale.guarantor, warnings_confirmed=confirmed,
    )  # fmt: skip
    return sale


@transaction.atomic
def complete_and_declare(sale: Sale, reading: rules.Reading, *, seen: int, by: User, today: date, now: datetime) -> Sale:
    """The form's button: what was typed is saved, then declared; or corrected and sent again; or nothing happens."""
    held = _held(sale.pk)
    if held.is_declared and not held.can_be_sent_again:
        return held  # the second click of a double click
    if reading.refused:
        raise SaleRefused(reading.refused)
    if held.can_be_sent_again:
        if names := rules.missing(reading.values, with_warranty=held.with_warranty):
            raise FieldsMissing(names)
        return _correct_and_send_again(held, reading.values, by=by, now=now)
    _refuse_stale(held, seen, reading.values)
    LIFE.after(held.state, "declare")
    if names := rules.missing(_together(reading.values, held), with_warranty=held.with_warranty):
        raise FieldsMissing(names)
    _correct(held, reading.values, by=by)
    return _declare(held, who=by.get_full_name(), today=today, now=now)


def _ask_for_cover(sale: Sale, account: GuarantorAccount, *, who: str) -> DeclarationVersion:
    version = _freeze(sale, account, who=who)
    transmit(
        COVER,
        partner=GUARANTORS[sale.guarantor].partner,
        subject=sale.declaration_number,
        owner_id=sale.point_of_sale_id,
        words=version.words,
    )
    return version


def _freeze(sale: Sale, account: GuarantorAccount, *, who: str) -> DeclarationVersion:
    told = port.Sale(
        declaration_number=sale.declaration_number or "",
        account_identifier=account.identifier,
        account_handling=account.handling,
        values=sale.values,
    )
    words = GUARANTORS[sale.guarantor].words(told)
    number = sale.versions.count() + 1
    return DeclarationVersion.objects.create(sale=sale, number=number, values=sale.values, words=words, created_by=who)


def _account(sale: Sale, guarantor: str) -> GuarantorAccount:
    """How the guarantor knows this point of sale; refused in a sentence where it is not chosen or cannot receive."""
    account = chosen_accounts(sale.point_of_sale).get(guarantor)
    if account is None:
        raise GuarantorCannot("Choisissez un garantisseur du profil de ce point de vente.")
    if sentence := why_not(guarantor):
        raise GuarantorCannot(sentence)
    return account


def _default_guarantor(sale: Sale) -> str:
    """The first of the profile that can be declared to."""
    keys = list(chosen_accounts(sale.point_of_sale))
    able = [key for key in keys if not why_not(key)]
    if able:
        return able[0]
    raise GuarantorCannot(why_not(keys[0]) if keys else "Le profil de ce point de vente n’a pas de garantisseur.")


def _take_number(sale: Sale) -> str:
    code = sale.point_of_sale.code
    return f"SP{code}{numbers.take(f'sp:{code}'):09d}"


# Sent again


@transaction.atomic
def send_cover_again(sale: Sale, *, by: User, now: datetime) -> Sale:
    """Renvoyer: the same words keep their key, so a guarantor that did hear them answers the same."""
    sale = _held(sale.pk)
    if not sale.can_be_sent_again:
        return sale  # someone was faster
    return _send_again(sale, words=None, by=by, now=now)


def _correct_and_send_again(sale: Sale, values: rules.Values, *, by: User, now: datetime) -> Sale:
    """Other words are another message with another key; the declaration number stays."""
    words = None
    if _correct(sale, values, by=by):
        account = _account(sale, sale.guarantor)
        words = _freeze(sale, account, who=by.get_full_name()).words
    return _send_again(sale, words=words, by=by, now=now)


def _send_again(sale: Sale, *, words: Mapping[str, Any] | None, by: User, now: datetime) -> Sale:
    parcel = Transmission.objects.about(sale.declaration_number).filter(kind=COVER, state=ParcelState.ASIDE).first()
    if parcel is None:
        return sale
    send_all_again(parcel, words_of=lambda one: words if one.pk == parcel.pk else None)
    _cover_goes_again(sale, by=by, now=now)
    return sale


def _cover_goes_again(sale: Sale, *, by: User, now: datetime) -> None:
    sale.cover, sale.trouble, sale.refused_fields = Cover.SENDING, "", {}
    _changed(sale, "Demande de devis renvoyée", who=by.get_full_name(), now=now)
    note("send_again", "sale", sale.pk, who=by.get_full_name(), owner_id=sale.point_of_sale_id, sentence="Demande de devis renvoyée")


@transaction.atomic
def send_transmission_again(parcel: Transmission, *, by: User, now: datetime) -> int:
    """Renvoyer on the screen of transmissions: with it goes all that is aside about the same sale for the same partner. How many went."""
    sale = _locked().filter(declaration_number=parcel.subject).first()
    sent = send_all_again(parcel)
    for one in sent:
        note("send_again", "transmission", one.pk, who=by.get_full_name(), owner_id=one.owner_id, sentence="Renvoyé", kind=one.kind)
    if sale and sale.can_be_sent_again and any(one.kind == COVER for one in sent):
        _cover_goes_again(sale, by=by, now=now)
    return len(sent)


# What the guarantor answered, called by tasks in the transaction that settles the transmission


def record_quote(parcel: Transmission, answer: Answer) -> None:
    sale = _locked().get(declaration_number=parcel.subject)
    quote = GUARANTORS[sale.guarantor].quote_in(answer)
    if sale.quote_number:
        return  # the guarantor's notice was faster
    sale.quote_number, sale.trouble, sale.refused_fields = quote.number, "", {}
    sale.quote = QuoteV1(number=quote.number, state="draft", link=quote.link, expires_on=quote.expires_on).model_dump(mode="json")
    sale.cover = Cover.QUOTE_DRAFT
    who = GUARANTORS[sale.guarantor].source
    _changed(sale, f"Devis {quote.number} créé", who=who, now=timezone.now())
    note(
        "record_quote",
        "sale",
        sale.pk,
        who=f"service:{parcel.partner}",
        owner_id=sale.point_of_sale_id,
        sentence=f"Devis {quote.number} créé",
    )


def record_cover_refusal(parcel: Transmission, reason: str) -> None:
    """Refused, or silent past patience: a person must look. The fields it names are shown on the form."""
    sale = _locked().get(declaration_number=parcel.subject)
    if sale.cover != Cover.SENDING:
        return
    last = parcel.attempts.order_by("-id").first()
    sale.refused_fields = GUARANTORS[sale.guarantor].refused_fields(last.answer) if last else {}
    sale.cover, sale.trouble = Cover.ASIDE, reason
    _changed(sale, f"Devis à reprendre\u00a0: {reason}", who=GUARANTORS[sale.guarantor].source, now=timezone.now())


def keep_document(parcel: Transmission, answer: Answer) -> None:
    """The bytes, whose digest the carrier has checked."""
    document = PolicyDocument.objects.select_for_update().get(pk=parcel.words["document_id"])
    if document.is_kept:
        return
    sale = _held(document.sale_id)
    document.content, document.kept_at = answer.body, timezone.now()
    document.save(update_fields=["content", "kept_at"])
    sale.trouble = ""
    _changed(sale, f"Police {sale.policy_number} reçue ({document.name})", who=GUARANTORS[sale.guarantor].source, now=timezone.now())


def record_document_trouble(parcel: Transmission, reason: str) -> None:
    document = PolicyDocument.objects.get(pk=parcel.words["document_id"])
    sale = _held(document.sale_id)
    sale.trouble = f"Le document de la police est à reprendre\u00a0: {reason}"
    _changed(sale, sale.trouble, who=GUARANTORS[sale.guarantor].source, now=timezone.now())


COVER_OF = {
    "draft": Cover.QUOTE_DRAFT,
    "quoted": Cover.QUOTED,
    "withdrawn": Cover.QUOTE_WITHDRAWN,
    "expired": Cover.QUOTE_EXPIRED,
    "bound": Cover.ISSUED,
    "cancelled": Cover.CANCELLED,
}


@transaction.atomic
def receive_job_notice(sender: str, notice_id: str, notice: JobNoticeV1, *, now: datetime) -> bool:
    """The insurer's state, whole. One that came before has no second effect; an older one is recorded and ignored."""
    if not is_new_notice(sender, notice_id):
        return False
    job = notice.data
    sale = _locked().filter(declaration_number=job.external_reference, state=State.DECLARED).first()
    if sale is None or job.sequence <= sale.job_sequence:
        return False
    if sale.cover == Cover.ASIDE:  # it did hear us: nothing is to be said again
        drop_pending(sale.declaration_number, kind=COVER)
    facts = wording.insurer_values(job)
    if facts != sale.insurer_facts:
        sale.insurer_facts, sale.insurer_facts_at = facts, job.at
    sale.job_sequence = job.sequence
    sale.quote, sale.quote_number = job.quote.model_dump(mode="json"), job.quote.number
    sale.cover = COVER_OF.get(job.quote.state, Cover(sale.cover))
    sale.trouble, sale.refused_fields = "", {}
    if job.policy:
        sale.policy, sale.policy_number = job.policy.model_dump(mode="json"), job.policy.number
    if job.policy and job.document:
        _announce(sale, job.document.model_dump())
    who = GUARANTORS[sale.guarantor].source
    _changed(sale, job.happened or f"Devis {job.quote.number}\u00a0: {job.quote.state}", who=who, now=now)
    note(
        "receive_notice", "sale", sale.pk, who=f"service:{sender}", owner_id=sale.point_of_sale_id, sentence=job.happened,
        job_sequence=job.sequence, quote=job.quote.number, quote_state=job.quote.state,
    )  # fmt: skip
    return True


def _announce(sale: Sale, said: Mapping[str, Any]) -> None:
    facts = {name: said[name] for name in ("name", "href", "sha256", "size")}
    document, is_new = PolicyDocument.objects.get_or_create(sale=sale, defaults=facts)
    if not is_new:
        if document.is_kept or document.sha256 == said["sha256"]:
            return
        PolicyDocument.objects.filter(pk=document.pk).update(**facts)
    transmit(
        FETCH, partner=GUARANTORS[sale.guarantor].partner, subject=sale.declaration_number, owner_id=sale.point_of_sale_id,
        words={"document_id": document.pk, "href": said["href"], "sha256": said["sha256"], "size": said["size"]},
    )  # fmt: skip


# Launches


@transaction.atomic
def launch_sale(sale: Sale, client: ApiClient, grant: str, *, now: datetime) -> LaunchV1:
    """A single-use address into this sale, for the grant's user."""
    row = Grant.objects.live().filter(client=client, sha256=digest(grant)).select_related("user").first()
    if row is None or not _works_at(row.user, sale.point_of_sale):
        raise GrantRefused
    if sale.state == State.WITHDRAWN:
        raise Withdrawn
    token = secrets.token_urlsafe(32)
    expires_at = now + timedelta(seconds=LAUNCH_SECONDS)
    Launch.objects.create(sale=sale, user=row.user, grant=row, sha256=digest(token), expires_at=expires_at)
    return LaunchV1(url=f"{settings.PUBLIC_URL.rstrip('/')}/entree/{token}/", expires_at=expires_at)


def _works_at(user: User, point: PointOfSale) -> bool:
    roles = Membership.objects.filter(user=user, point_of_sale=point).values_list("role", flat=True)
    return any(may(role, "complete_sale") for role in roles)


@transaction.atomic
def use_launch(token: str, *, now: datetime) -> Launch | None:
    """Once, before it expires, and only while the grant lives: of two tries at once one wins."""
    launch = Launch.objects.open_at(now).filter(sha256=digest(token)).select_for_update(of=("self",)).select_related("user", "sale").first()
    if launch is None or not Grant.objects.live().filter(pk=launch.grant_id).exists():
        return None
    if not Launch.objects.filter(pk=launch.pk, used_at=None).update(used_at=now):
        return None
    sale = launch.sale
    note(
        "use_launch", "sale", sale.pk, who=launch.user.get_full_name(), owner_id=sale.point_of_sale_id,
        sentence=f"{launch.user.get_full_name()} est entré depuis son logiciel",
    )  # fmt: skip
    return launch


def launch_is_open(token: str, *, now: datetime) -> bool:
    return Launch.objects.open_at(now).filter(sha256=digest(token)).exists()


# What each of them ends with


def _together(values: rules.Values, sale: Sale) -> rules.Values:
    """With the computed dates; without the warranty where none is wanted."""
    values = {name: value for name, value in values.items() if name not in rules.COMPUTED and value not in (None, "")}
    if not sale.with_warranty:
        return rules.in_order({name: value for name, value in values.items() if name not in rules.WARRANTY})
    return rules.in_order(values | rules.warranty_dates(values))


def _changed(sale: Sale, happened: str, *, who: str, now: datetime) -> None:
    """One more in the sale's sequence: its columns for lists and search, and the notice to the dealer's software."""
    sale.sequence += 1
    sale.happened, sale.changed_at, sale.changed_by = happened[:300], now, who
    values = sale.values
    sale.buyer, sale.plate = rules.buyer_name(values)[:200], values.get("plate", "")
    sale.vehicle = " ".join(str(values[name]) for name in ("make", "model", "version") if values.get(name))[:200]
    sale.search_text = wording.search_text(sale)
    sale.save()
    client = sale.client
    if client and client.wants_notices:
        transmit(
            NOTICE, partner=client.partner, subject=sale.transmission_subject, owner_id=sale.point_of_sale_id, words=wording.notice_of(sale)
        )


def _locked() -> Any:
    return Sale.objects.select_for_update(of=("self",)).select_related("point_of_sale", "client")


def _held(sale_id: int) -> Sale:
    sale: Sale = _locked().get(pk=sale_id)
    return sale
