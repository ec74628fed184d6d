"""Which service is calling: OAuth2 client credentials given out, bearer tokens checked. Tokens and secrets are kept as digests."""

import hashlib
import hmac
import secrets
from dataclasses import dataclass
from typing import Any, TypeVar

from django.contrib.auth.hashers import BasePasswordHasher
from django.db import transaction
from django.db.models import F, Q, QuerySet
from django.http import HttpRequest
from django.utils import timezone
from ninja.security import HttpBearer
from oauth2_provider.models import get_access_token_model, get_application_model

from .compiled import Compiled, Given
from .lookups import only

Rows = TypeVar("Rows", bound=QuerySet[Any])


class RandomSecretHasher(BasePasswordHasher):
    """For secrets of 32 random bytes and more: nothing to guess, so one SHA-256 is as good as a million and costs nothing.

    Two may be live during a rotation: their digests stand behind each other, with a comma between, the newer one first.
    """

    algorithm = "sha256_random_secret"

    def salt(self) -> str:
        return ""

    def encode(self, password: str, salt: str) -> str:
        return f"{self.algorithm}${hashlib.sha256(password.encode()).hexdigest()}"

    def verify(self, password: str, encoded: str) -> bool:
        given = self.decode(self.encode(password, ""))["hash"]
        return any([hmac.compare_digest(digest, given) for digest in self.decode(encoded)["hash"].split(",")])  # all of them, always

    def decode(self, encoded: str) -> dict[str, Any]:
        algorithm, digest = encoded.split("$", 1)
        return {"algorithm": algorithm, "hash": digest, "salt": ""}

    def must_update(self, encoded: str) -> bool:
        return False

    def harden_runtime(self, password: str, encoded: str) -> None:
        return None


@dataclass(frozen=True)
class IssuedClient:
    """A caller's credentials, readable here and never again."""

    application: Any
    client_id: str
    client_secret: str


def issue_client(name: str, *, client_id: str = "", client_secret: str = "") -> IssuedClient:
    """A caller that asks for tokens with its own credentials: new ones, or those named, which replace the former secret."""
    client_id, client_secret = client_id or secrets.token_hex(16), client_secret or secrets.token_urlsafe(32)
    facts = {"client_secret": client_secret, "name": name, "client_type": "confidential", "authorization_grant_type": "client-credentials"}
    application, _ = get_application_model().objects.update_or_create(client_id=client_id, defaults=facts)
    return IssuedClient(application, client_id, client_secret)


class UnknownClient(Exception):
    """No application has this client id."""


@transaction.atomic
def rotate_secret(client_id: str) -> str:
    """A new secret, readable here and never again. The present one stays live beside it; one that was live beside that one is void."""
    application, client_secret = _held(client_id), secrets.token_urlsafe(32)
    present = RandomSecretHasher().decode(application.client_secret)["hash"].partition(",")[0]
    application.client_secret = f"{RandomSecretHasher().encode(client_secret, '')},{present}"
    application.save(update_fields=["client_secret", "updated"])
    return client_secret


@transaction.atomic
def drop_former_secret(client_id: str) -> bool:
    """Only the newest one is live from now on; whether there was another."""
    application = _held(client_id)
    newest, _, former = application.client_secret.partition(",")
    application.client_secret = newest
    application.save(update_fields=["client_secret", "updated"])
    return bool(former)


def _held(client_id: str) -> Any:
    found = only(get_application_model().objects.select_for_update().filter(client_id=client_id))
    if found is None:
        raise UnknownClient(client_id)
    return found


class ClientToken(HttpBearer):
    """The caller's OAuth application, if its token lives and carries the scope; it is then `request.auth`."""

    def __init__(self, scope: str) -> None:
        super().__init__()
        self.scope = scope

    @property
    def scopes(self) -> frozenset[str]:
        """Of which one is enough; the document of the API says it."""
        return frozenset({self.scope})

    def authenticate(self, request: HttpRequest, token: str) -> Any:
        found = living_token(token)
        return found.application if found and self.scope in found.scope.split() else None


def _is_living(way: str = "") -> Q:
    return Q(**{f"{way}token_checksum": Given("checksum"), f"{way}expires__gt": Given("now")})


def with_living_token(rows: Rows) -> Rows:
    """For one compiled question of rows and token at once: those whose `application` it was given to, each with the token's `scope`."""
    way = "application__accesstoken__"
    return rows.filter(_is_living(way)).annotate(scope=F(f"{way}scope"))


def given_token(token: str) -> dict[str, Any]:
    """What such a question is given."""
    return {"checksum": hashlib.sha256(token.encode("utf-8", "replace")).hexdigest(), "now": timezone.now()}


LIVING_TOKEN = Compiled(
    lambda: get_access_token_model().objects.select_related("application").filter(_is_living(), application__isnull=False)
)


def living_token(token: str) -> Any:
    """The row of a token that has not expired, with its application; None for any other text."""
    return LIVING_TOKEN.first(**given_token(token))
