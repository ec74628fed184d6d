"""What dealer software and the insurer may say to the hub. The words are those of contracts."""

from collections.abc import Callable, Mapping
from typing import Annotated, Any

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from ninja import Path, Router, Status
from pydantic import ValidationError

from jupiter.contracts.job_notice import JobNoticeV1
from jupiter.contracts.launch import DeclareRequestV1, LaunchRequestV1, LaunchV1
from jupiter.contracts.sale import REFERENCE, SaleV1
from jupiter.contracts.sale_state import SaleStateV1
from jupiter.hub.dealers.access import ClientDoor, for_the_client
from jupiter.hub.dealers.api import client_of
from jupiter.hub.guarantors.models import GuarantorLink
from jupiter.kit import strict_json
from jupiter.kit.api import Problem, field_errors, idempotency_key, not_found, unreadable
from jupiter.kit.clock import business_today
from jupiter.kit.compiled import Compiled, Given
from jupiter.kit.inbox.actions import Answer, KeyUsedForOtherWords, StillRunning, always, answer_once
from jupiter.kit.notices import NotSigned, verified_id
from jupiter.kit.openapi import ANSWERED_ONCE, KEY_HEADER, KEY_REQUIRED, Refusals, and_also, told
from jupiter.kit.walls import everywhere, walled

from . import actions, rules, wording
from .access import owner_of, policy_of
from .models import Sale
from .pdf import as_issued

router = Router(auth=ClientDoor("sales"))
router.add_decorator(for_the_client)
notices = Router()

ITS_OWN = "The caller's own name for the sale, unique for this caller and for ever: 1 to 64 of A-Z a-z 0-9 . _ -"
NewReference = Annotated[str, Path(pattern=REFERENCE, description=ITS_OWN)]
SomeReference = Annotated[str, Path(description=ITS_OWN)]
DECLARED: Refusals = {409: {"already-declared": "It was declared: it does not change any more."}}
LINK = Compiled(lambda: GuarantorLink.objects.filter(guarantor="stellantis").defer("client_secret"))
WHOLE = Compiled(
    lambda: Sale.objects.select_related("point_of_sale", "client").filter(client=Given("client"), reference=Given("reference"))
)
NAMED = Compiled(
    lambda: (
        Sale.objects.select_related("point_of_sale")
        .filter(client=Given("client"), reference=Given("reference"))
        .only("point_of_sale__code", "point_of_sale__network_code")
    )
)
WITHDRAWN: Refusals = {409: {"withdrawn": "It was taken back: PUT it again first."}}


@router.put(
    "/api/v1/sales/{reference}",
    response={200: SaleStateV1, 201: SaleStateV1},
    summary="Say a sale, or say it again",
    openapi_extra=told(
        makes=True,
        headers={"Idempotency-Key": (False, KEY_HEADER)},
        refuses=and_also(
            ANSWERED_ONCE,
            DECLARED,
            {
                409: {"point-of-sale-fixed": "The declaration is begun: its number bears the point of sale's code."},
                422: {"unknown-point-of-sale": "No point of sale of the caller's group has this `network_code`."},
            },
        ),
    ),
)
def put_sale(request: HttpRequest, reference: NewReference, words: SaleV1) -> HttpResponse:
    """201 when it is new, 200 when it is the same or replaced, 409 already-declared when it was declared with other words.

    What was changed on the hub's form is never replaced: the answer lists both. It says the whole state: no notice follows."""
    client = client_of(request)

    def act() -> Answer:
        try:
            sale, is_new = actions.receive_sale(client, reference, words, today=business_today(), now=timezone.now())
        except actions.UnknownPointOfSale:
            sentence = _("Aucun point de vente de votre groupe n’a le code RRD1 %(network_code)s.") % {"network_code": words.network_code}
            errors = [{"pointer": "/network_code", "code": "unknown-point-of-sale", "message": sentence}]
            raise Problem(422, "unknown-point-of-sale", sentence, errors=errors) from None
        except actions.AlreadyDeclared:
            raise _already_declared() from None
        except actions.PointOfSaleFixed:
            raise Problem(
                409, "point-of-sale-fixed", _("La déclaration est commencée\u00a0: la vente ne change plus de point de vente.")
            ) from None
        except actions.SaleRefused as refused:
            raise _refused(refused) from None
        return 201 if is_new else 200, _state(sale)

    if "Idempotency-Key" not in request.headers:
        return _json(*act())

    def stands() -> bool:
        return Sale.objects.filter(client=client, reference=reference).exists()

    return _once(request, f"PUT sale {reference}", words.model_dump(mode="json"), act, stands=stands)


@router.get("/api/v1/sales/{reference}", response=SaleStateV1, summary="What became of a sale")
def get_sale(request: HttpRequest, reference: SomeReference) -> HttpResponse:
    """The whole state, as each notice says it: what is missing, the quote, the policy, its document."""
    return _json(200, _state(_sale(request, reference)))


@router.delete(
    "/api/v1/sales/{reference}",
    response={204: None},
    summary="Take a sale back before it is declared",
    openapi_extra=told(refuses=DECLARED),
)
def delete_sale(request: HttpRequest, reference: SomeReference) -> Status[None]:
    """The same reference may be PUT again later. Twice is once."""
    try:
        actions.withdraw_sale(_sale(request, reference, asked=NAMED), who=client_of(request).name, now=timezone.now())
    except actions.AlreadyDeclared:
        raise _already_declared() from None
    return Status(204, None)


@router.post(
    "/api/v1/sales/{reference}/launch",
    response={201: LaunchV1},
    summary="A single-use address into the sale's form",
    openapi_extra=told(
        refuses=and_also(
            WITHDRAWN,
            {422: {"foreign-address": "`return_url` is not of the origin of the caller's registered address for notices."}},
            {403: {"grant-refused": "The grant is unknown, revoked or outlived, or its seller does not work at this point of sale."}},
        )
    ),
)
def launch_sale(request: HttpRequest, reference: SomeReference, words: LaunchRequestV1) -> Status[LaunchV1]:
    """For the browser of the grant's seller: it opens the sale without a log-in, once, within two minutes (`expires_at`)."""
    sale = _sale(request, reference)
    try:
        return Status(
            201, actions.launch_sale(sale, client_of(request), words.grant, now=timezone.now(), return_url=words.return_url or "")
        )
    except actions.GrantRefused:
        sentence = _("Cet accès au Centralisateur ne vaut plus\u00a0: identifiez-vous à nouveau.")
        errors = [{"pointer": "/grant", "code": "grant-refused", "message": sentence}]
        raise Problem(403, "grant-refused", sentence, errors=errors) from None
    except actions.ForeignAddress:
        sentence = _("L’adresse de retour n’est pas celle du logiciel appelant.")
        errors = [{"pointer": "/return_url", "code": "foreign-address", "message": sentence}]
        raise Problem(422, "foreign-address", sentence, errors=errors) from None
    except actions.Withdrawn:
        raise Problem(409, "withdrawn", _("Cette vente a été retirée\u00a0: envoyez-la à nouveau d’abord.")) from None


@router.post(
    "/api/v1/sales/{reference}/declare",
    response=SaleStateV1,
    summary="Declare a sale without opening its form",
    openapi_extra=told(
        headers={"Idempotency-Key": (True, KEY_HEADER)},
        refuses=and_also(
            KEY_REQUIRED,
            ANSWERED_ONCE,
            WITHDRAWN,
            {
                422: {
                    "missing-fields": "`errors` names each blank, in the order of the hub's form.",
                    "profile-not-configured": "The point of sale has no saved profile.",
                    "guarantor-cannot": "The guarantor is not in the profile, or cannot receive declarations.",
                }
            },
        ),
    ),
)
def declare_sale(request: HttpRequest, reference: SomeReference, words: DeclareRequestV1 | None = None) -> HttpResponse:
    """422 missing-fields names each blank; the warnings of the answer are confirmed by declaring. Declared twice is declared once."""
    client, sale = client_of(request), _sale(request, reference, asked=NAMED)

    def act() -> Answer:
        return 200, _state(_declared(sale, client.name))

    return _once(request, f"declare {reference}", words.model_dump(mode="json") if words else None, act)


def _declared(sale: Sale, who: str) -> Sale:
    try:
        return actions.declare_sale(sale, who=who, today=business_today(), now=timezone.now())
    except actions.FieldsMissing as missing:
        errors = [
            {"pointer": wording.pointer_of(name), "code": "missing", "message": rules.is_mandatory_sentence(name)} for name in missing.names
        ]
        raise Problem(422, "missing-fields", _("Des champs obligatoires sont vides."), errors=errors) from None
    except actions.ProfileNotConfigured:
        sentence = _("Le profil du point de vente %(code)s n’est pas configuré sur le Centralisateur.") % {"code": sale.point_of_sale.code}
        raise Problem(422, "profile-not-configured", sentence, network_code=sale.point_of_sale.network_code) from None
    except actions.GuarantorCannot as refusal:
        errors = [{"pointer": "/guarantor", "code": "guarantor-cannot", "message": refusal.sentence}]
        raise Problem(422, "guarantor-cannot", refusal.sentence, errors=errors) from None
    except actions.Withdrawn:
        raise Problem(409, "withdrawn", _("Cette vente a été retirée\u00a0: envoyez-la à nouveau d’abord.")) from None


@router.get(
    "/api/v1/sales/{reference}/documents/policy",
    summary="The policy's PDF, as the insurer issued it",
    openapi_extra=told(files={200: "application/pdf"}),
)
def get_policy(request: HttpRequest, reference: SomeReference) -> HttpResponse:
    """The same bytes at each download; `document` of the sale's state says their SHA-256. 404 until the hub holds them."""
    document = policy_of(_sale(request, reference, asked=NAMED))
    if document is None:
        raise not_found()
    return as_issued(document)


@notices.post(
    "/api/v1/notices/insurer",
    response={204: None},
    summary="Signed news of a quote (Standard Webhooks)",
    auth=None,
    openapi_extra=told(signed=JobNoticeV1),
)
def insurer_notice(request: HttpRequest) -> HttpResponse:
    """401 when no live secret signed this very body, 400 when it is signed and unreadable; a replay has no second effect."""
    link = LINK.first()
    try:
        notice_id = verified_id(link.notice_secrets if link else [], request.headers, request.body)
    except NotSigned:
        raise Problem(401, "not-signed", _("Signature absente, fausse ou trop ancienne.")) from None
    try:
        notice = JobNoticeV1.model_validate(strict_json.loads(request.body))
    except strict_json.Unreadable as error:
        raise unreadable(error) from error
    except ValidationError as error:
        raise Problem(400, "unreadable-notice", _("Ce n’est pas une nouvelle de devis."), errors=field_errors(_plain(error))) from error
    with everywhere(asks_by_key=True):
        owner_id = owner_of(notice.data.external_reference)
    with walled([owner_id] if owner_id else []):
        actions.receive_job_notice("insurer", notice_id, notice, now=timezone.now())
    return HttpResponse(status=204)


def _plain(error: ValidationError) -> list[dict[str, Any]]:
    return [dict(one) for one in error.errors(include_url=False, include_context=False, include_input=False)]


def _sale(request: HttpRequest, reference: str, *, asked: Compiled[Sale] = WHOLE) -> Sale:
    """One of this caller's; another's and an unknown one are the same."""
    sale = asked.first(client=client_of(request).pk, reference=reference)
    if sale is None:
        raise not_found()
    return sale


def _state(sale: Sale) -> dict[str, Any]:
    return wording.state_of(sale).model_dump(mode="json")


def _json(status: int, body: Mapping[str, Any]) -> HttpResponse:
    return JsonResponse(dict(body), status=status, json_dumps_params={"ensure_ascii": False})


def _once(
    request: HttpRequest, route: str, words: object, act: Callable[[], Answer], *, stands: Callable[[], bool] = always
) -> HttpResponse:
    try:
        return _json(*answer_once(client_of(request).key, idempotency_key(request), route, words, act, stands=stands))
    except KeyUsedForOtherWords:
        raise Problem(422, "idempotency-key-reused", _("Cet Idempotency-Key a déjà servi à une autre demande.")) from None
    except StillRunning:
        raise Problem(409, "still-running", _("La première demande n’est pas terminée."), headers={"Retry-After": "1"}) from None


def _already_declared() -> Problem:
    return Problem(409, "already-declared", _("Cette vente est déclarée\u00a0: elle ne change plus."))


def _refused(refused: actions.SaleRefused) -> Problem:
    errors = [
        {"pointer": wording.pointer_of(name), "code": "refused", "message": f"{rules.FIELDS[name].label}\u00a0: {sentence}"}
        for name, sentence in refused.errors.items()
    ]
    return Problem(422, "words-refused", _("Des champs sont à corriger."), errors=errors)
