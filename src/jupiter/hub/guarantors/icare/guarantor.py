"""Garantie Icare, as the profile and step 2 know it."""

from jupiter.hub.guarantors.port import AccountRules, CannotTransmit


class Icare(CannotTransmit):
    key = "icare"
    label = "Garantie Icare"
    account = AccountRules(needs_identifier=True, needs_handling=True)
    source = "Garantie Icare"
