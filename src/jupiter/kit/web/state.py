"""État du système: a service's figures in words, for its administrator. The service's own view says who may."""

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _

from jupiter.kit import state
from jupiter.kit.walls import asking_all

from .screen import screen


def state_page(request: HttpRequest) -> HttpResponse:
    """Counts of everybody's, which name nobody. Called inside the caller's wall."""
    with asking_all():
        lines = state.in_words(state.read())
    well = all(line.is_well for line in lines)
    verdict = state.WELL if well else state.ILL
    return screen(request, "kit/state.html", title=_("État du système"), here="state", lines=lines, well=well, verdict=verdict)
