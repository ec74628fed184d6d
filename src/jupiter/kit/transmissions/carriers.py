"""Who carries which kind of transmission: registered by the nouns' tasks modules, called by the one task of this app."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

from django.utils.functional import Promise

from jupiter.kit.partners import Answer

from .models import Transmission

Call = Callable[[], Answer]


@dataclass(frozen=True)
class Carrier:
    """`prepare` reads what the call needs, inside the owner's wall; the call it returns speaks HTTP, with no transaction open;
    `accept` and `refuse` record, in the transaction that settles the row.

    `refuse` is told why, when the partner said no or patience is over; it may be left out where the row's own state says enough.
    """

    kind: str
    label: str | Promise  # as screens say it: « Vente vers le Centralisateur »
    prepare: Callable[[Transmission], Call]
    accept: Callable[[Transmission, Answer], None]
    refuse: Callable[[Transmission, str], None] | None = None


def reads_nothing(call: Callable[[Transmission], Answer]) -> Callable[[Transmission], Call]:
    """`prepare` for a call that needs no row of anyone's: its words are all there."""
    return lambda parcel: partial(call, parcel)


CARRIERS: dict[str, Carrier] = {}


def register(carrier: Carrier) -> None:
    CARRIERS[carrier.kind] = carrier
