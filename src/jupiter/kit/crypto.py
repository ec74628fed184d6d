"""Secrets at rest: sealed with the first key of ENCRYPTION_KEYS, opened with any of them."""

from functools import cache
from typing import TYPE_CHECKING, Any

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from django.conf import settings
from django.db import models


class WrongKey(Exception):
    """None of the keys of this service opens what is stored: never treat the sealed text as the value."""


def seal(secret: str) -> str:
    return _keys().encrypt(secret.encode()).decode()


def unseal(sealed: str) -> str:
    try:
        return _keys().decrypt(sealed.encode()).decode()
    except InvalidToken as error:
        raise WrongKey("ENCRYPTION_KEYS holds no key for this value") from error


if TYPE_CHECKING:
    Text = models.TextField[str, str]  # has its parameters in the stubs only
else:
    Text = models.TextField


class SealedField(Text):
    """Text that the database holds sealed. It cannot be searched."""

    def get_prep_value(self, value: Any) -> Any:
        return seal(value) if value else value

    def from_db_value(self, value: str | None, *_: Any) -> str | None:
        return unseal(value) if value else value


@cache
def _keys() -> MultiFernet:
    return MultiFernet([Fernet(key) for key in settings.ENCRYPTION_KEYS])
