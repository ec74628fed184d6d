"""Answer once: the row of the key commits with the effect, or neither does."""

import hashlib
import json
from collections.abc import Callable, Mapping
from typing import Any

from django.db import OperationalError, connection, transaction
from psycopg.errors import LockNotAvailable

from .models import KeptAnswer

KEEP_ONCE = """
    WITH patience AS MATERIALIZED (SELECT current_setting('lock_timeout') AS usual, set_config('lock_timeout', %s, true)),
    kept AS (
        INSERT INTO inbox_keptanswer (client_id, key, route, words_sha256) SELECT %s::text, %s::text, %s::text, %s::text FROM patience
        ON CONFLICT DO NOTHING RETURNING 1
    )
    SELECT number, set_config('lock_timeout', usual, true) FROM (SELECT count(*) AS number FROM kept) AS found, patience
"""  # one statement, so that only this insert waits no longer than the patience: whoever else has the key may still be at work
KEEP = "UPDATE inbox_keptanswer SET status = %s, body = %s::jsonb WHERE client_id = %s AND key = %s"
NOTE_ONCE = "INSERT INTO inbox_receivednotice (sender, notice_id) VALUES (%s, %s) ON CONFLICT DO NOTHING"
PATIENCE_MS = 300  # how long a repeat waits for the first one to end


class KeyUsedForOtherWords(Exception):
    """The key already names another request of this caller."""


class StillRunning(Exception):
    """The first request with this key has not ended: ask again in a moment."""


Answer = tuple[int, Mapping[str, Any]]


def always() -> bool:
    return True


def answer_once(
    client_id: str, key: str, route: str, words: object, act: Callable[[], Answer], *, stands: Callable[[], bool] = always
) -> Answer:
    """Act on the first call with this key; give the same answer to each repeat of the same words.

    A refusal raised by `act` rolls the key back too, so that a corrected request may use it again. `stands` says whether what the kept
    answer says was done is still there: a row that was lost is made anew, not answered for.
    """
    digest = hashlib.sha256(json.dumps(words, sort_keys=True, default=str).encode()).hexdigest()
    with transaction.atomic(savepoint=False):  # of the wall's transaction, which ends with it
        if _is_first(client_id, key, route, digest):
            return _keep(client_id, key, act())
        kept = KeptAnswer.objects.get(client_id=client_id, key=key)
        if (kept.route, kept.words_sha256) != (route, digest):
            raise KeyUsedForOtherWords
        if not stands():
            KeptAnswer.objects.select_for_update().get(pk=kept.pk)
            return _keep(client_id, key, act())
        return kept.status or 200, _in_order(kept.body or {})


def _keep(client_id: str, key: str, answer: Answer) -> Answer:
    status, body = answer[0], json.dumps(answer[1], sort_keys=True)
    with connection.cursor() as cursor:
        cursor.execute(KEEP, [status, body, client_id, key])
    return status, json.loads(body)


def _in_order(body: Mapping[str, Any]) -> dict[str, Any]:
    """The database keeps its own order of names: by ours, the first answer and each repeat are the same bytes."""
    ordered: dict[str, Any] = json.loads(json.dumps(body, sort_keys=True))
    return ordered


def is_new_notice(sender: str, notice_id: str) -> bool:
    """Call inside the transaction of the notice's effect."""
    with connection.cursor() as cursor:
        cursor.execute(NOTE_ONCE, [sender, notice_id])
        return bool(cursor.rowcount)


def _is_first(client_id: str, key: str, route: str, digest: str) -> bool:
    with connection.cursor() as cursor:
        try:
            cursor.execute(KEEP_ONCE, [f"{PATIENCE_MS}ms", client_id, key, route, digest])
        except OperationalError as error:
            if isinstance(error.__cause__, LockNotAvailable):
                raise StillRunning from error
            raise
        kept: int = cursor.fetchone()[0]
    return kept == 1
