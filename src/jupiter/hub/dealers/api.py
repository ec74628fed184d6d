"""What dealer software may ask about its people and its points of sale: grants, and the profile."""

from typing import Annotated

from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext as _
from ninja import Path, Router, Status
from pydantic import Field, StringConstraints

from jupiter.contracts.base import BY_NAME, Answer, Words
from jupiter.contracts.launch import GrantRequestV1, GrantV1
from jupiter.contracts.sale import GuarantorKey
from jupiter.hub.guarantors.registry import GUARANTORS
from jupiter.kit.accounts.access import check_credentials, was_locked_out
from jupiter.kit.api import Problem, not_found
from jupiter.kit.openapi import told
from jupiter.kit.walls import walled_for_group

from .access import ClientDoor, for_the_client
from .actions import Choice, NotAMember, ProfileRefused, chosen_accounts, give_grant, revoke_grant, save_profile
from .models import ApiClient, PointOfSale

router = Router(auth=ClientDoor("sales"))
router.add_decorator(for_the_client)
grants = Router(auth=ClientDoor("sales"))  # a log-in tried and failed is to stay written, whatever is answered


def client_of(request: HttpRequest) -> ApiClient:
    client = request.auth  # type: ignore[attr-defined]
    assert isinstance(client, ApiClient)
    return client


@grants.post(
    "/api/v1/grants",
    response={201: GrantV1},
    summary="Exchange a seller's hub log-in for a revocable grant",
    openapi_extra=told(
        refuses={
            422: {"credentials-refused": "Wrong, unknown, or without access to the point of sale: one answer."},
            429: {"too-many-attempts": "Locked out, as on the log-in page: wait `Retry-After` seconds."},
        }
    ),
)
def create_grant(request: HttpRequest, words: GrantRequestV1) -> Status[GrantV1]:
    """The password is checked under the lock-out of the log-in page and forgotten. Wrong, unknown or of another group: one answer."""
    user = check_credentials(request, words.username, words.password)
    if was_locked_out(request):
        raise Problem(
            429,
            "too-many-attempts",
            _("Trop d’essais\u00a0: attendez quinze minutes avant de recommencer."),
            headers={"Retry-After": "900"},
        )
    if user is None:
        raise _wrong_credentials()
    client = client_of(request)
    try:
        with walled_for_group(client.group_id):
            grant = give_grant(client, user, network_code=words.network_code)
    except NotAMember:
        raise _wrong_credentials() from None
    return Status(201, GrantV1(grant=grant, username=user.username, full_name=user.get_full_name()))


def _wrong_credentials() -> Problem:
    sentence = _("Identifiant ou mot de passe du Centralisateur incorrect, ou sans accès à ce point de vente.")
    return Problem(422, "credentials-refused", sentence, errors=[{"pointer": "/password", "code": "refused", "message": sentence}])


@router.delete("/api/v1/grants/{grant}", response={204: None}, summary="Revoke a grant")
def delete_grant(request: HttpRequest, grant: Annotated[str, Path(description="As it was given")]) -> Status[None]:
    """Launches made with it and not yet used end with it."""
    if not revoke_grant(client_of(request), grant, now=timezone.now()):
        raise not_found()
    return Status(204, None)


class ChosenGuarantorV1(Words):
    """A guarantor the point of sale works with, and how it is known there."""

    key: Annotated[GuarantorKey, BY_NAME]
    """Which guarantor."""
    identifier: Annotated[str, StringConstraints(max_length=40, pattern=r"^[A-Za-z0-9 ./_-]*$")] = ""
    """Identifiant: the producer code for `stellantis`; mandatory for it, `cirano` and `icare`."""
    handling: Annotated[str, StringConstraints(pattern=r"^(|flat_fee|managed)$")] = ""
    """Type de gestion: `flat_fee` (forfait) or `managed` (gestion); only `icare` asks for it."""


class ProfileV1(Words):
    """The guarantors this point of sale works with; those not named are not chosen."""

    guarantors: Annotated[list[ChosenGuarantorV1], Field(max_length=10)]
    """All of them, each time."""


class SavedProfileV1(Answer):
    """The profile as it now stands."""

    network_code: str
    """RRD1 code of the point of sale."""
    code: str
    """The hub's own code of the point of sale: six digits and a letter, part of each declaration number."""
    guarantors: list[ChosenGuarantorV1]
    """Those chosen, in the order of the hub's screen."""


@router.put(
    "/api/v1/points-of-sale/{network_code}/profile",
    response=SavedProfileV1,
    summary="Configure a point of sale's guarantors",
    openapi_extra=told(refuses={422: {"profile-incomplete": "A chosen guarantor needs an identifier or a handling; `errors` names it."}}),
)
def put_profile(
    request: HttpRequest, network_code: Annotated[str, Path(description="RRD1 code, for example `FR10350`")], words: ProfileV1
) -> SavedProfileV1:
    """Until it is saved once, nothing can be declared for the point of sale. The same as the hub's page *Profil*."""
    client = client_of(request)
    point = PointOfSale.objects.filter(group=client.group, network_code=network_code).first()
    if point is None:
        raise not_found()
    choices = {key: Choice(chosen=False) for key in GUARANTORS}
    choices |= {words.key: Choice(True, words.identifier.strip(), words.handling) for words in words.guarantors}
    try:
        save_profile(point, choices, who=client.name, now=timezone.now())
    except ProfileRefused as refused:
        errors = [
            {"pointer": f"/guarantors/{key}/{field}", "code": "missing", "message": sentence}
            for (key, field), sentence in refused.errors.items()
        ]
        raise Problem(422, "profile-incomplete", _("Le profil est incomplet."), errors=errors) from None
    chosen = [
        ChosenGuarantorV1(key=GuarantorKey(key), identifier=account.identifier, handling=account.handling)
        for key, account in chosen_accounts(point).items()
    ]
    return SavedProfileV1(network_code=point.network_code, code=point.code, guarantors=chosen)
