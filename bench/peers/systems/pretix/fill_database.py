"""Fills a new pretix database: one organizer, one event with invoices on, one taxed item. Runs in pretix's environment.

usage: fill_database.py ORGANIZER EVENT
Prints, on its last line, the API token and the item's number as JSON.
"""

import json
import sys
from datetime import UTC, datetime
from decimal import Decimal

import django

django.setup()

from django_scopes import scopes_disabled
from pretix.base.models import Event, Organizer, Team, User

organizer_slug, event_slug = sys.argv[1:]

EVENT_SETTINGS = {
    "ticketoutput_pdf__enabled": True,
    "ticket_download": True,
    "invoice_generate": "True",
    "invoice_address_from_name": "Garage Exemple",
    "invoice_address_from": "1 rue de la Paix",
    "invoice_address_from_city": "Paris",
    "invoice_address_from_zipcode": "75002",
    "invoice_address_from_country": "FR",
    "mail_send_invoice": False,
    "payment_manual__enabled": True,
    "payment_banktransfer__enabled": True,
    "payment_term_days": 14,
}
PLUGINS = "pretix.plugins.ticketoutputpdf,pretix.plugins.banktransfer,pretix.plugins.manualpayment"


def create_token(organizer):
    user = User.objects.create_user("bench@example.org", None)
    permissions = [field.name for field in Team._meta.get_fields() if field.name.startswith(("can_", "all_"))]
    team = Team.objects.create(organizer=organizer, name="api", **dict.fromkeys(permissions, True))
    team.members.add(user)
    return team.tokens.create(name="bench").token


def create_item(organizer):
    event = Event.objects.create(
        organizer=organizer,
        slug=event_slug,
        name="Used cars",
        currency="EUR",
        date_from=datetime(2030, 6, 1, tzinfo=UTC),
        live=True,
        plugins=PLUGINS,
    )
    for name, value in EVENT_SETTINGS.items():
        event.settings.set(name, value)
    vat = event.tax_rules.create(name="VAT", rate=Decimal("20.00"))
    item = event.items.create(
        name="Renault Clio",
        default_price=Decimal("14988.00"),
        tax_rule=vat,
        admission=True,
        active=True,
    )
    unlimited = event.quotas.create(name="stock", size=None)
    unlimited.items.add(item)
    return item.pk


with scopes_disabled():
    organizer = Organizer.objects.create(slug=organizer_slug, name="Garage Exemple")
    print(json.dumps({"token": create_token(organizer), "item": create_item(organizer)}))
