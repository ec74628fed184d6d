"""Garantie Stellantis Assurance, as the hub knows it."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from jupiter.hub.guarantors.port import AccountRules, Quote, Sale
from jupiter.kit.partners import Answer

from . import client, wording


class Stellantis:
    key = "stellantis"
    label = "Garantie Stellantis Assurance"
    account = AccountRules(needs_identifier=True, identifier_shape=r"[0-9]{6}[A-Z]", identifier_example="865268J")
    transmits = True
    source = "Stellantis GuideWire"
    partner = client.PARTNER

    def words(self, sale: Sale) -> dict[str, Any]:
        return wording.composite(sale)

    def ask(self, words: dict[str, Any], *, key: str) -> Answer:
        return client.post_composite(words, key=key)

    def quote_in(self, answer: Answer) -> Quote:
        said = wording.composite_answer(answer.words)
        return Quote(number=said.job_number, link=said.link, expires_on=wording.expiry_in(answer.words))

    def refused_fields(self, body: str) -> dict[str, str]:
        return wording.refused_fields(body)

    def fetch(self, href: str) -> Answer:
        return client.get_document(href)

    def as_kept(self, words: Mapping[str, Any]) -> dict[str, Any]:
        return wording.as_kept(words)

    def as_sent(self, kept: Mapping[str, Any]) -> dict[str, Any]:
        return wording.as_sent(kept)

    def days(self, first: date, last: date) -> Answer:
        return client.compare("", {"from": first.isoformat(), "to": last.isoformat()})

    def lines(self, first: date, last: date, *, owner: str = "", references: Sequence[str] = (), cursor: str = "") -> Answer:
        asked: dict[str, Any] = {"from": first.isoformat(), "to": last.isoformat(), "owner": owner, "cursor": cursor}
        return client.compare("/jobs", asked | {"reference": list(references)})

    def held(self, reference: str) -> Answer | None:
        return client.kept_job(reference)

    def withdraw(self, quote_number: str) -> Answer:
        return client.withdraw_job(quote_number)
