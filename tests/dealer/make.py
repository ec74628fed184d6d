"""Things a test of the dealer's service needs, built the way the product builds them: no impossible states."""

from datetime import date

from jupiter.dealer.customers.actions import save_customer
from jupiter.dealer.customers.models import Customer
from jupiter.dealer.desk.management.commands import load_demo
from jupiter.dealer.sites.models import Group
from jupiter.kit.accounts.models import User
from tests.dealer.orders.make import (
    BUYER,
    CAR,
    NOON,
    TODAY,
    WHO,
    a_closed_order,
    a_group,
    a_link,
    a_member,
    a_site,
    a_vehicle,
    a_warranty,
    an_order,
)

__all__ = [
    "BUYER", "CAR", "NOON", "TODAY", "TOLD", "User", "WHO", "a_closed_order", "a_customer", "a_group", "a_link", "a_member",
    "a_site", "a_vehicle", "a_warranty", "an_order", "the_demonstration",
]  # fmt: skip

TOLD = {
    "passwords": {"dealer": "jupiter-azerty"},
    "links": {
        "dealer_hub": {
            key: {"client_id": f"client-{key}", "client_secret": f"secret-{key}", "notice_secret": "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"}
            for key in "AB"
        }
    },
}


def a_customer(group: Group, **facts: object) -> Customer:
    return save_customer(group, BUYER | facts)


def the_demonstration(today: date, **told: object) -> None:
    """As `load_demo` makes it. A transactional test before this one has emptied the table that a migration filled."""
    a_warranty(12)
    a_warranty(24)
    load_demo.load(TOLD | told, today=today)
