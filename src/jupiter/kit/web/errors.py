"""What is shown when a page is not: nothing there, not yours to do, stale form, our fault. The same bytes whatever was asked for."""

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from jupiter.kit import api

from .frame import SERVICES, Support

API_PATHS = ("/api/", "/oauth/", "/rest/")  # there a program asks, and is answered in problem+json


def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """What does not exist and what is another's look alike, to the byte."""
    if request.path.startswith(API_PATHS):
        return api.not_found().answer()
    return _page(
        request, 404, _("Introuvable"), _("Cette page n’existe pas, ou n’est plus là. Vérifiez l’adresse, ou revenez à l’accueil.")
    )


def refused(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return _page(
        request, 403, _("Pas permis"), _("Votre rôle ne permet pas cette action. Votre responsable peut la faire, ou changer votre rôle.")
    )


def unreadable(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return _page(request, 400, _("Demande illisible"), _("La demande n’a pas pu être lue. Revenez en arrière et recommencez."))


def broken(request: HttpRequest) -> HttpResponse:
    if request.path.startswith(API_PATHS):
        return api.broken().answer()
    return _page(
        request, 500, _("Erreur de notre côté"), _("Rien n’a été enregistré. Recommencez\u00a0; si cela continue, appelez le support.")
    )


def csrf_failed(request: HttpRequest, reason: str = "") -> HttpResponse:
    return _page(request, 403, _("Page trop ancienne"), _("Cette page a été ouverte il y a longtemps. Rechargez-la, puis recommencez."))


def _page(request: HttpRequest, status: int, title: str, text: str) -> HttpResponse:
    """Without menu: it asks nothing of the database, which may be what is broken."""
    known = {
        "service": SERVICES[settings.SERVICE], "theme": "auto", "density": "compact", "title": title, "text": text,
        "support": Support(**getattr(settings, "SUPPORT", {})), "messages": (),
    }  # fmt: skip
    if request.headers.get("HX-Request"):
        return render(None, "kit/notice.html", {"title": f"{title}.", "text": text, "tone": "bad"}, status=status)
    return render(None, "kit/error.html", known, status=status)
