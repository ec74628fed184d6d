"""What the tests of walls share: how a service is asked, what an answer says to a reader, and how either wall is lowered."""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import nullcontext
from io import BytesIO
from typing import Any, NamedTuple, TypeVar

from django.apps import apps
from django.db import connection, transaction
from django.db.models import F, Model
from django.test import Client
from openpyxl import load_workbook

from jupiter.kit import walls
from jupiter.kit.web.export import CSV, CSV_TYPE, XLSX, XLSX_TYPE
from tests import pdf

Owner = TypeVar("Owner", bound=Model)

# Read to know who knocks, before any wall can be entered; or about nobody
WITHOUT_WALL = {
    "accounts_user", "accounts_userevent", "accounts_user_groups", "accounts_user_user_permissions", "accounts_session",  # who logs in
    "sites_membership", "sites_membershipevent", "dealers_membership", "dealers_membershipevent",  # where they work
    "producers_membership", "producers_membershipevent",
    "sites_hublink", "sites_hublinkevent", "dealers_apiclient", "dealers_apiclientevent", "dealers_grant", "dealers_grantevent",  # credentials
    "dealers_group", "dealers_groupevent",  # a name beside the credentials
    "declarations_launch", "guarantors_guarantorlink", "guarantors_guarantorlinkevent",
    "producers_apiclient", "producers_apiclientevent", "producers_apiclient_producers",
    "producers_noticesubscriber", "producers_noticesubscriberevent",
    "numbers_counter", "inbox_receivednotice", "transmissions_partnertrouble",  # counts, ids of messages, states of partners
    "orders_warrantychoice", "orders_warrantychoiceevent",  # the same for all
}  # fmt: skip
REFERENCE_DATA = ("products_",)


def tables_without_wall() -> set[str]:
    ours = {
        model._meta.db_table
        for model in apps.get_models(include_auto_created=True)
        if model.__module__.startswith("jupiter.") and model._meta.managed
    }
    with connection.cursor() as cursor:
        cursor.execute("SELECT relname FROM pg_class WHERE relrowsecurity AND relforcerowsecurity")
        walled = {name for (name,) in cursor.fetchall()}
    return {name for name in ours - walled - WITHOUT_WALL if not name.startswith(REFERENCE_DATA)}


# How a service is asked

PAGE, SEARCH, PDF, API = "page", "search", "pdf", "API"
FILES = {CSV_TYPE: CSV, XLSX_TYPE: XLSX, "application/pdf": PDF}
EXPORTS = ((CSV, f"?_export={CSV}&seller="), (XLSX, f"?_export={XLSX}&seller="))  # of all sellers, where an export has them
TOKENS = re.compile(rb'(csrfmiddlewaretoken" value="|x-csrftoken": ")[^"]+')


Questions = Iterable[tuple[str, str]]  # what kind of answer is hoped for, and the question


class Answer(NamedTuple):
    status_code: int
    content: bytes
    headers: dict[str, str]

    @property
    def file(self) -> str:
        """The kind of file that it is; empty of a page."""
        return FILES.get(self.headers.get("Content-Type", ""), "")

    @property
    def text(self) -> str:
        """As its reader has it before the eyes: cells, lines, what is printed."""
        if self.file == XLSX:
            book = load_workbook(BytesIO(self.content), read_only=True)
            return "\n".join(str(cell) for sheet in book for row in sheet.iter_rows(values_only=True) for cell in row)
        return pdf.text(self.content) if self.file == PDF else self.content.decode("utf-8", "replace")


def ask(client: Client, verb: str, address: str, **how: Any) -> Answer:
    """One request that leaves no trace."""
    with transaction.atomic():
        answer = getattr(client, verb)(address, **how)
        content = b"".join(answer.streaming_content) if answer.streaming else answer.content
        transaction.set_rollback(True)
    return Answer(answer.status_code, content, dict(answer.headers))


def masked(answer: Answer, address: str) -> tuple[int, bytes, dict[str, str]]:
    """What a stranger can compare, without what differs from one request to the next anyhow."""
    body = TOKENS.sub(rb"\1", answer.content).replace(address.encode(), b"/HERE/")
    return answer.status_code, body, {name: value.replace(address, "/HERE/") for name, value in answer.headers.items()}


class Heard(NamedTuple):
    """An answer, and what it was to: the address's name, and whether its page was asked for, a search, or a file."""

    name: str
    kind: str
    answer: Answer


def answers(client: Client, places: Mapping[str, str], questions: Questions) -> Iterator[Heard]:
    """Of each place to each question. What is only posted is posted once; a paper, and a refusal, are the same whatever is asked."""
    for name, place in places.items():
        for kind, question in questions:
            answer = ask(client, "get", place + question)
            if answer.status_code == 405:
                answer = ask(client, "post", place)
                yield Heard(name, answer.file or PAGE, answer)
                break
            yield Heard(name, answer.file or (PAGE if kind in FILES.values() else kind), answer)
            if answer.file == PDF or answer.status_code == 403:
                break


def shown(mark: str, heard: Iterable[Heard]) -> dict[str, set[str]]:
    """Where the mark is read: by the kind of answer, the names of addresses."""
    found: dict[str, set[str]] = {}
    for name, kind, answer in heard:
        if mark in answer.text:
            found.setdefault(kind, set()).add(name)
    return found


def files(seen: Mapping[str, set[str]]) -> dict[str, set[str]]:
    return {kind: names for kind, names in seen.items() if kind in FILES.values()}


# How walls are lowered


def lower_second_wall(monkeypatch) -> None:
    """As if no row were hidden: every door is entered as everywhere, and what is asked within it is too."""
    entered = walls._entered
    monkeypatch.setattr(walls, "_entered", lambda *names, **more: entered("%s", [""], everywhere="on"))
    monkeypatch.setattr(walls, "_asking", lambda *names, **more: nullcontext())


def of_any(owner: Owner, column: str) -> Owner:
    """A filter by this owner lets each row through: it is compared with the row's own."""
    owner.resolve_expression = F(column).resolve_expression  # type: ignore[attr-defined]  # as Django asks of what is no plain value
    return owner


def red(check: Callable[..., None], addresses: Iterable[Any], *arguments: Any) -> set[str]:
    """The addresses whose check fails."""
    found = set()
    for address in addresses:
        try:
            check(address, *arguments)
        except AssertionError:
            found.add(address.name)
    return found
