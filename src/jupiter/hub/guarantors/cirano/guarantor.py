"""Garantie Cirano, as the profile and step 2 know it."""

from jupiter.hub.guarantors.port import AccountRules, CannotTransmit


class Cirano(CannotTransmit):
    key = "cirano"
    label = "Garantie Cirano"
    account = AccountRules(needs_identifier=True)
    source = "Garantie Cirano"
