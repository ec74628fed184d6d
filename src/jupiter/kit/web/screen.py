"""The one way from a view to a page: what it shows, inside the frame of its service."""

from collections.abc import Callable
from functools import cache
from typing import Any

from django.conf import settings
from django.contrib.auth.models import AbstractUser
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.module_loading import import_string

from .frame import SERVICES, Frame, Support


def screen(request: HttpRequest, template: str, *, title: str = "", here: str = "", status: int = 200, **parts: Any) -> HttpResponse:
    """`here` is the key of the menu entry. A part ("orders/show.html#status") comes without frame.

    parts may hold crumbs: [(url, label), …]; form: its errors change the title; toast: {text, undo}."""
    surroundings = {"title": title} if "#" in template else _surroundings(request, title, here)
    return render(request, template, surroundings | parts, status=status)


def _surroundings(request: HttpRequest, title: str, here: str) -> dict[str, Any]:
    user = request.user
    inside = user.is_authenticated
    name = user.get_full_name() if isinstance(user, AbstractUser) else ""
    return {
        "service": SERVICES[settings.SERVICE],
        "services": SERVICES.values(),
        "frame": _named(settings.FRAME)(request) if inside else Frame(),
        "title": title,
        "here": here,
        "theme": getattr(user, "theme", "auto"),
        "density": getattr(user, "density", "compact"),
        "user_name": name,
        "initials": "".join(word[0] for word in name.split()[:2]).upper(),
        "support": Support(**getattr(settings, "SUPPORT", {})),
        "demo": settings.JUPITER_DEMO,
    }


@cache
def _named(path: str) -> Callable[[HttpRequest], Frame]:
    """Named in the settings, not imported: the kit knows no service."""
    found: Callable[[HttpRequest], Frame] = import_string(path)
    return found
