"""Things a test of the dealer's service needs, built the way the product builds them: no impossible states."""

from jupiter.dealer.customers.actions import save_customer
from jupiter.dealer.customers.models import Customer
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
    "BUYER", "CAR", "NOON", "TODAY", "User", "WHO", "a_closed_order", "a_customer", "a_group", "a_link", "a_member", "a_site", "a_vehicle",
    "a_warranty", "an_order",
]  # fmt: skip


def a_customer(group: Group, **facts: object) -> Customer:
    return save_customer(group, BUYER | facts)
