"""Auto Garantie, as the profile and step 2 know it."""

from jupiter.hub.guarantors.port import AccountRules, CannotTransmit


class AutoGarantie(CannotTransmit):
    key = "autogarantie"
    label = "Auto Garantie"
    account = AccountRules()
    source = "Auto Garantie"
