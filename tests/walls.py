"""Whether a service's tables stand behind the second wall: each service's test asks with its own settings."""

from contextlib import nullcontext

from django.apps import apps
from django.db import connection

from jupiter.kit import walls

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


def lower_second_wall(monkeypatch) -> None:
    """As if no row were hidden: every door is entered as everywhere."""
    entered = walls._entered
    monkeypatch.setattr(walls, "_entered", lambda *names, **more: entered("%s", [""], everywhere="on"))
    monkeypatch.setattr(walls, "asking_the_group", lambda group_id: nullcontext())


def red(check, addresses, *arguments) -> set[str]:
    """The addresses whose check fails."""
    found = set()
    for address in addresses:
        try:
            check(address, *arguments)
        except AssertionError:
            found.add(address.name)
    return found
