"""Why a verb refuses: named, with what a screen or an API needs to say it."""

from collections.abc import Mapping

from jupiter.hub.declarations.models import Sale


class UnknownPointOfSale(Exception):
    """No point of sale of the caller's group has this network code."""


class AlreadyDeclared(Exception):
    """What was declared is not changed by the order any more."""


class PointOfSaleFixed(Exception):
    """The declaration number bears the point of sale's code: the sale cannot move to another."""


class SaleRefused(Exception):
    """Values that the hub never takes: {field: sentence}."""

    def __init__(self, errors: Mapping[str, str]) -> None:
        super().__init__(", ".join(errors))
        self.errors = dict(errors)


class FieldsMissing(Exception):
    def __init__(self, names: list[str]) -> None:
        super().__init__(", ".join(names))
        self.names = names


class ProfileNotConfigured(Exception):
    """The point of sale never saved its profile."""


class GuarantorCannot(Exception):
    """The sentence says why this guarantor cannot be declared to."""

    def __init__(self, sentence: str) -> None:
        super().__init__(sentence)
        self.sentence = sentence


class Withdrawn(Exception):
    """The dealer took the sale back."""


class ChangedMeanwhile(Exception):
    """Someone saved this sale after the form was opened."""

    def __init__(self, sale: Sale) -> None:
        super().__init__(str(sale))
        self.sale = sale


class ForeignAddress(Exception):
    """Not of the origin that the caller is registered with: it would send a seller anywhere."""


class GrantRefused(Exception):
    """Unknown, revoked, outlived by a new password, or without access to this sale's point of sale."""
