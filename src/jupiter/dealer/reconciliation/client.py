"""How the hub's side is read: as its client, by its own address."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache
from typing import Any, TypeVar
from urllib.parse import quote, urlencode

import httpx
from django.conf import settings
from django.utils.translation import gettext_noop as _
from pydantic import BaseModel, ValidationError

from jupiter.contracts.reconciliation import MOST_NAMED, DaysV1, KeptSaleV1, SaleLinesV1, SaleLineV1
from jupiter.dealer.declarations.client import NAME
from jupiter.dealer.sites.models import HubLink
from jupiter.kit.differences.rules import Digests, in_batches
from jupiter.kit.partners import Answer, Line, TryAgain

ADDRESS = "/api/v1/reconciliation"
Read = TypeVar("Read", bound=BaseModel)


@dataclass(frozen=True)
class HubSide:
    """What the hub holds of one group's sales."""

    link: HubLink
    first: date
    last: date

    def days(self) -> Digests:
        return as_digests(_read(self.link, "", DaysV1, self.first, self.last))

    def lines(self, day: date, owner: str) -> Mapping[str, SaleLineV1]:
        return by_key(self._pages(day, day, owner=owner))

    def named(self, keys: list[str]) -> Mapping[str, SaleLineV1]:
        found: dict[str, SaleLineV1] = {}
        for some in in_batches(keys, MOST_NAMED):
            found |= by_key(self._pages(self.first, self.last, reference=some))
        return found

    def _pages(self, first: date, last: date, **asked: Any) -> list[SaleLineV1]:
        return _all(lambda cursor: _read(self.link, "/sales", SaleLinesV1, first, last, cursor=cursor, **asked))


def kept_sale(link: HubLink, reference: str) -> KeptSaleV1 | None:
    """One sale, words and all; None when the hub has none."""
    answer = _line(link).ask("GET", f"{ADDRESS}/sales/{quote(reference)}", expect=frozenset({200, 404}).__contains__)
    return _readable(answer, KeptSaleV1) if answer.status == httpx.codes.OK else None


def as_digests(days: DaysV1) -> Digests:
    return {(one.day, one.owner): (one.count, one.sha256) for one in days.days}


def by_key(lines: Sequence[SaleLineV1]) -> dict[str, SaleLineV1]:
    return {line.reference: line for line in lines}


def _all(page: Callable[[str], SaleLinesV1]) -> list[SaleLineV1]:
    lines: list[SaleLineV1] = []
    cursor = ""
    while True:
        said = page(cursor)
        lines += said.lines
        if not said.cursor or said.cursor == cursor:
            return lines
        cursor = said.cursor


def _read(link: HubLink, what: str, kind: type[Read], first: date, last: date, **asked: Any) -> Read:
    said = {"from": first.isoformat(), "to": last.isoformat()} | {name: value for name, value in asked.items() if value}
    return _readable(_line(link).ask("GET", f"{ADDRESS}{what}?{urlencode(said, doseq=True)}"), kind)


def _readable(answer: Answer, kind: type[Read]) -> Read:
    """An answer that does not parse is no answer."""
    try:
        return kind.model_validate(answer.words)
    except ValidationError as error:
        raise TryAgain(_("La réponse du Centralisateur est illisible"), status=answer.status) from error


def _line(link: HubLink) -> Line:
    return _kept_line(settings.NEIGHBOURS["hub"], link.client_id, link.client_secret)


@cache
def _kept_line(base_url: str, client_id: str, secret: str) -> Line:
    return Line(NAME, base_url, credentials=(client_id, secret), scopes="reconciliation")
