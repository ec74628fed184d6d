"""Keep a customer of the group."""

from collections.abc import Mapping
from typing import Any

from django.db import transaction

from jupiter.dealer.sites.models import Group
from jupiter.kit.writing import insert, rewrite

from . import rules
from .models import Customer, Party

FACTS = tuple(field.name for field in Party._meta.get_fields())


@transaction.atomic(savepoint=False)
def save_customer(group: Group, facts: Mapping[str, Any], *, customer: Customer | None = None) -> Customer:
    """A new customer of the group, or a known one with what was learnt about them."""
    known = customer and Customer.objects.select_for_update().get(pk=customer.pk, group=group)
    customer = known or Customer(group=group)
    for name in FACTS:
        if name in facts:
            setattr(customer, name, facts[name])
    customer.search_text = rules.search_text(customer)
    if known:
        rewrite(customer)
    else:
        insert(customer)
    return customer
