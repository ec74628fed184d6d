"""Garantie Stellantis Assurance, as the hub knows it."""

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
