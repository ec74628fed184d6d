"""How Jupiter speaks to the hub: a kept line per group for the worker, and a quick one for a person who waits."""

import hashlib
from collections.abc import Mapping
from functools import cache
from typing import Any

import httpx
from django.conf import settings
from django.utils.translation import gettext_noop as _
from pydantic import ValidationError

from jupiter.contracts.launch import GrantRequestV1, GrantV1, LaunchRequestV1, LaunchV1
from jupiter.contracts.sale_state import SaleStateV1
from jupiter.dealer.sites.models import HubLink
from jupiter.kit.partners import Answer, GiveUp, Line, TryAgain

NAME = "Centralisateur"
SCOPES = "sales"
SALES = "/api/v1/sales"
WITHDRAWN = frozenset({200, 204, 404})  # 404: never arrived, so there is nothing to take back
FOR_A_PERSON = 4.0, 1.5  # seconds
LARGEST_DOCUMENT = 10_000_000  # bytes


class NotGranted(Exception):
    """The hub refuses this log-in, or no longer knows this grant; the sentence is for the screen."""


class HubSilent(Exception):
    """No answer in time, or an unwell one."""


class HubRefuses(Exception):
    """The hub understood and said no; the sentence is its own."""


def put_sale(link: HubLink, reference: object, words: Mapping[str, Any], key: object) -> Answer:
    return _readable(_line(link).ask("PUT", f"{SALES}/{reference}", words=words, headers=_key(key)))


def put_sale_now(link: HubLink, reference: object, words: Mapping[str, Any], key: object) -> Answer:
    """The same message under the same key, while a seller waits for it."""
    return _readable(_quick_line(link).ask("PUT", f"{SALES}/{reference}", words=words, headers=_key(key)))


def delete_sale(link: HubLink, reference: object, key: object) -> Answer:
    return _line(link).ask("DELETE", f"{SALES}/{reference}", headers=_key(key), expect=WITHDRAWN.__contains__)


def get_document(link: HubLink, reference: object, *, href: str, sha256: str) -> Answer:
    """The paper, if it is the one that was announced. Only below the sale's own address."""
    if not href.startswith(f"{SALES}/{reference}/documents/"):
        raise GiveUp(_("Le Centralisateur annonce un document à une adresse inattendue"))
    answer = _line(link).ask("GET", href, accept="application/pdf")
    if len(answer.body) > LARGEST_DOCUMENT or not answer.body.startswith(b"%PDF-"):
        raise GiveUp(_("Le Centralisateur a envoyé autre chose qu’un PDF"), status=answer.status)
    if hashlib.sha256(answer.body).hexdigest() != sha256:
        raise GiveUp(_("L’empreinte du document reçu n’est pas celle annoncée"), status=answer.status)
    return answer


def ask_grant(link: HubLink, *, username: str, password: str, network_code: str) -> GrantV1:
    """The password goes there once and is forgotten here."""
    words = GrantRequestV1(username=username, password=password, network_code=network_code or None)
    try:
        answer = _quick_line(link).ask("POST", "/api/v1/grants", words=words.model_dump(mode="json", exclude_none=True))
        return GrantV1.model_validate(answer.words)
    except GiveUp as refusal:
        raise NotGranted(_why_not_granted(refusal)) from None  # its context would carry what was sent
    except TryAgain as trouble:
        if trouble.status == httpx.codes.TOO_MANY_REQUESTS:
            raise NotGranted(_("Trop d’essais\u00a0: attendez quelques minutes avant de recommencer.")) from None
        raise HubSilent(trouble.reason) from None
    except ValidationError:
        raise HubSilent(_("La réponse du Centralisateur est illisible")) from None


def revoke_grant(link: HubLink, grant: str) -> Answer:
    return _line(link).ask("DELETE", f"/api/v1/grants/{grant}", expect=WITHDRAWN.__contains__)


def ask_launch(link: HubLink, reference: object, *, grant: str, return_url: str = "") -> LaunchV1:
    """A single-use address on the hub, for the grant's user; its last page leads back to `return_url`, an address of ours."""
    words = LaunchRequestV1(grant=grant, return_url=return_url or None).model_dump(mode="json", exclude_none=True)
    try:
        answer = _quick_line(link).ask("POST", f"{SALES}/{reference}/launch", words=words)
        launch = LaunchV1.model_validate(answer.words)
    except GiveUp as refusal:
        if refusal.status == httpx.codes.FORBIDDEN:
            raise NotGranted(_("Votre accès au Centralisateur n’est plus valable\u00a0: saisissez à nouveau vos identifiants.")) from None
        raise HubRefuses(refusal.reason) from None
    except TryAgain as trouble:
        raise HubSilent(trouble.reason) from None
    except ValidationError:
        raise HubSilent(_("La réponse du Centralisateur est illisible")) from None
    if not launch.url.startswith(f"{settings.NEIGHBOURS['hub'].rstrip('/')}/"):
        raise HubRefuses(_("Le Centralisateur a donné une adresse qui n’est pas la sienne."))
    return launch


def state_in(answer: Answer) -> SaleStateV1:
    return SaleStateV1.model_validate(answer.words)


def _readable(answer: Answer) -> Answer:
    """An answer that does not parse is no answer."""
    try:
        state_in(answer)
    except ValidationError as error:
        raise TryAgain(_("La réponse du Centralisateur est illisible"), status=answer.status, answer=str(answer.words)) from error
    return answer


def _why_not_granted(refusal: GiveUp) -> str:
    if refusal.status in (httpx.codes.FORBIDDEN, httpx.codes.UNPROCESSABLE_ENTITY):
        return _("Le Centralisateur ne reconnaît pas cet identifiant ou ce mot de passe.")
    return _("Le Centralisateur refuse l’accès\u00a0: {reason}").format(reason=refusal.reason)


def _key(key: object) -> dict[str, str]:
    return {"Idempotency-Key": str(key)}


def _line(link: HubLink) -> Line:
    return _kept_line(settings.NEIGHBOURS["hub"], link.client_id, link.client_secret)


def _quick_line(link: HubLink) -> Line:
    return _kept_quick_line(settings.NEIGHBOURS["hub"], link.client_id, link.client_secret)


@cache
def _kept_line(base_url: str, client_id: str, secret: str) -> Line:
    """Kept for the life of the process: a new client costs more than the call."""
    return Line(NAME, base_url, credentials=(client_id, secret), scopes=SCOPES)


@cache
def _kept_quick_line(base_url: str, client_id: str, secret: str) -> Line:
    return Line(NAME, base_url, credentials=(client_id, secret), scopes=SCOPES, seconds=FOR_A_PERSON)
