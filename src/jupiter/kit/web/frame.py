"""What surrounds a page: the service it belongs to, the menu of that service, and who is at the desk."""

from collections.abc import Sequence
from typing import NamedTuple

from django.conf import settings
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as lazy

StrOrPromise = str | Promise  # a word, or one that waits for the reader’s language


class Entry(NamedTuple):
    """A line of the menu. The count says how much waits behind it; warn says that something went wrong there."""

    key: str
    url: str
    icon: str
    label: StrOrPromise
    count: int = 0  # type: ignore[assignment]  # tuple has a method of this name, which no menu calls
    warn: bool = False


class Service(NamedTuple):
    """One of the three houses; key picks the accent: html[data-service]."""

    key: str
    name: str
    tagline: StrOrPromise
    icon: str

    @property
    def home(self) -> str:
        """Another service is a link, nothing more."""
        return "/" if self.key == settings.SERVICE else f"{settings.NEIGHBOURS[self.key].rstrip('/')}/"

    @property
    def mark(self) -> str:
        return f"jupiter/dist/mark-{self.key}.svg"


SERVICES = {
    "dealer": Service("dealer", "Jupiter", lazy("Concession"), "planet"),
    "hub": Service("hub", "Centralisateur", lazy("Réseau"), "topology-star-3"),
    "insurer": Service("insurer", "Portail assurance", lazy("Garanties"), "shield-check"),
}


class Support(NamedTuple):
    """Whom to ask, at a constant place. Read from settings.SUPPORT: {"email": …, "phone": …}."""

    email: str = ""
    phone: str = ""


class Frame(NamedTuple):
    """What a service puts around its pages, for this person: settings.FRAME names the function that gives it.

    def frame(request: HttpRequest) -> Frame. It is called once a page, never for a part of one."""

    menu: Sequence[Entry] = ()
    sites: Sequence[str] = ()  # the names of this person's sites; the first one is shown, the others are listed
    role: str = ""
    search: str = ""  # the address of the search; without one, no search box
    search_hint: StrOrPromise = lazy("Plaque, VIN, client, n° de bon…")
    leaves: bool = False  # Se déconnecter is a line of the menu too
    help: str = ""  # a help page of the service's own, above the contacts


class State(NamedTuple):
    """A state as screens show it: a word, a tone, and a shape that tells it without colour."""

    label: StrOrPromise
    tone: str
    icon: str
