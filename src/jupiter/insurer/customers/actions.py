"""The verbs of an account. The only writers."""

import json
from collections.abc import Mapping

from django.db import connection
from django.utils.translation import gettext_noop as _

from jupiter.insurer.producers.models import Producer
from jupiter.kit import numbers
from jupiter.kit.compiled import Compiled, Given
from jupiter.kit.journal.actions import note

from .models import Account

SERIES = "accounts"
HOLDER = (
    "title", "last_name", "first_name", "email", "phone", "mobile", "address", "address_2", "address_3", "postcode", "city", "country",
)  # fmt: skip
SAME_HOLDER = Compiled(
    lambda: Account.objects.filter(producer=Given("producer"), **{name: Given(name) for name in HOLDER}).order_by("pk")[:1]
)


def keep_account(producer: Producer, holder: Mapping[str, str], *, by: str) -> Account:
    """The account of this very holder at this producer, opened if there is none. Inside the caller's transaction.

    Only identical words are one person: two people of one name are never made one by guess. Two declarations of one new holder wait for
    each other, to the end of the transaction: there is no row yet that they could meet at.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, %s))", [json.dumps(holder, sort_keys=True), producer.pk])
    found = SAME_HOLDER.first(producer=producer.pk, **holder)
    if found:
        return found
    account = Account(producer=producer, **holder)
    account.number = f"{numbers.take(SERIES):010d}"
    account.search_text = account.words_to_search()
    account.save(force_insert=True)
    note(
        "open_account", "account", account.number, who=by, owner_id=producer.pk,
        sentence=_("Compte %(number)s ouvert") % {"number": account.number},
    )  # fmt: skip
    return account
