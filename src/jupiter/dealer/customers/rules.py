"""What makes a customer findable."""

from typing import Protocol

from jupiter.kit import searching


class Named(Protocol):
    last_name: str
    first_name: str
    postcode: str
    city: str
    email: str
    phone: str
    mobile: str
    siret: str


def search_text(person: Named) -> str:
    name = searching.plain(f"{person.last_name} {person.first_name} {person.postcode} {person.city}")
    numbers = map(searching.squeezed, (_as_dialled(person.phone), _as_dialled(person.mobile), person.siret))
    return " ".join(filter(None, [name, *numbers, searching.plain(person.email)]))


def _as_dialled(phone: str) -> str:
    return phone.replace("+33", "0", 1)
