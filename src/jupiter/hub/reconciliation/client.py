"""How the neighbours' sides are read: a dealer's software by signed questions, the insurer as its client."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from typing import Any, TypeVar
from urllib.parse import urlsplit
from uuid import uuid4

from django.utils import timezone
from django.utils.translation import gettext_noop as _
from pydantic import BaseModel, ValidationError

from jupiter.contracts.reconciliation import (
    MOST_NAMED,
    DaysV1,
    JobLinesV1,
    JobLineV1,
    KeptJobV1,
    ReconciliationAskedV1,
    SaleLinesV1,
    SaleLineV1,
)
from jupiter.hub.dealers.models import ApiClient
from jupiter.hub.guarantors.port import Guarantor
from jupiter.kit.differences.rules import Digests, in_batches
from jupiter.kit.notices import signed_headers
from jupiter.kit.partners import Answer, Line, TryAgain

NOTICES, RECONCILIATION = "/api/v1/notices/hub/", "/api/v1/reconciliation/hub/"
Read = TypeVar("Read", bound=BaseModel)


def can_be_read(client: ApiClient) -> bool:
    """Its address for notices is Jupiter's: then it has one to be compared at."""
    return client.wants_notices and NOTICES in client.notice_url


@dataclass(frozen=True)
class DealerSide:
    """What a dealer's software holds of one group's sales."""

    client: ApiClient
    first: date
    last: date

    def days(self) -> Digests:
        return as_digests(self._ask("/days", DaysV1, from_on=self.first, to_on=self.last))

    def lines(self, day: date, owner: str) -> Mapping[str, SaleLineV1]:
        return by_key(self._pages(from_on=day, to_on=day, owner=owner))

    def named(self, keys: list[str]) -> Mapping[str, SaleLineV1]:
        found: dict[str, SaleLineV1] = {}
        for some in in_batches(keys, MOST_NAMED):
            found |= by_key(self._pages(from_on=self.first, to_on=self.last, references=some))
        return found

    def _pages(self, **asked: Any) -> list[SaleLineV1]:
        return all_pages(lambda cursor: self._ask("/sales", SaleLinesV1, **asked, cursor=cursor or None))

    def _ask(self, what: str, kind: type[Read], **asked: Any) -> Read:
        words = ReconciliationAskedV1(**asked).model_dump(mode="json")
        body = json.dumps(words, ensure_ascii=False).encode()
        headers = signed_headers(self.client.notice_secrets, notice_id=str(uuid4()), body=body, now=timezone.now())
        where = urlsplit(self.client.notice_url.replace(NOTICES, RECONCILIATION))
        answer = _line(self.client.name, f"{where.scheme}://{where.netloc}").ask("POST", f"{where.path}{what}", body=body, headers=headers)
        return readable(answer, kind, self.client.name)


@dataclass(frozen=True)
class InsurerSide:
    """What a guarantor holds of our declarations."""

    guarantor: Guarantor
    first: date
    last: date

    def days(self) -> Digests:
        return as_digests(readable(self.guarantor.days(self.first, self.last), DaysV1, self.guarantor.source))

    def lines(self, day: date, owner: str) -> Mapping[str, JobLineV1]:
        return by_reference(self._pages(day, day, owner=owner))

    def named(self, keys: list[str]) -> Mapping[str, JobLineV1]:
        found: dict[str, JobLineV1] = {}
        for some in in_batches(keys, MOST_NAMED):
            found |= by_reference(self._pages(self.first, self.last, references=some))
        return found

    def _pages(self, first: date, last: date, **asked: Any) -> list[JobLineV1]:
        def page(cursor: str) -> JobLinesV1:
            return readable(self.guarantor.lines(first, last, **asked, cursor=cursor), JobLinesV1, self.guarantor.source)

        return all_pages(page)


def kept_job(guarantor: Guarantor, reference: str) -> KeptJobV1 | None:
    answer = guarantor.held(reference)
    return readable(answer, KeptJobV1, guarantor.source) if answer else None


def all_pages(page: Callable[[str], Any]) -> list[Any]:
    lines, cursor = [], ""
    while True:
        said = page(cursor)
        lines += said.lines
        if not said.cursor or said.cursor == cursor:
            return lines
        cursor = said.cursor


def as_digests(days: DaysV1) -> Digests:
    return {(one.day, one.owner): (one.count, one.sha256) for one in days.days}


def by_key(lines: list[SaleLineV1]) -> dict[str, SaleLineV1]:
    return {line.reference: line for line in lines}


def by_reference(lines: list[JobLineV1]) -> dict[str, JobLineV1]:
    return {line.external_reference: line for line in lines}


def readable(answer: Answer, kind: type[Read], name: str) -> Read:
    """An answer that does not parse is no answer."""
    try:
        return kind.model_validate(answer.words)
    except ValidationError as error:
        raise TryAgain(_("La réponse de %(name)s est illisible") % {"name": name}, status=answer.status) from error


@cache
def _line(name: str, base_url: str) -> Line:
    return Line(name, base_url)
