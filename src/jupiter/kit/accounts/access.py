"""Who may see an address, written on its view: `act` is public, anyone (who is logged in), or a service's own word."""

from collections.abc import Callable
from datetime import timedelta
from functools import wraps
from typing import Any
from urllib.parse import urlsplit

from django.contrib.auth import authenticate
from django.contrib.auth import login as remember
from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme

from .models import User

View = Callable[..., HttpResponse]
SESSION_LIVES = timedelta(hours=12)  # from the log-in, whatever happens in between
LONGEST = 150


def public(view: View) -> View:
    view.act = "public"  # type: ignore[attr-defined]
    return view


def anyone(view: View) -> View:
    """Whoever is logged in; the others are asked to."""

    @wraps(view)
    def inside(request: HttpRequest, *args: Any, **named: Any) -> HttpResponse:
        if not request.user.is_authenticated:
            return redirect_to_login(request.get_full_path() if request.method == "GET" else "/")
        return view(request, *args, **named)

    inside.act = "anyone"  # type: ignore[attr-defined]
    return inside


def check_credentials(request: HttpRequest, username: str, password: str) -> User | None:
    """The user, or nobody: unknown, wrong and inactive are one answer. Every door counts its failures here, an API too.

    `was_locked_out(request)` then tells whether it was refused without looking."""
    name = username.strip().lower()
    if not name or len(name) > LONGEST or len(password) > 1000 or not (name + password).isprintable():
        return None  # nobody has such a name; and no database can count it
    user = authenticate(request, username=name, password=password)
    return user if isinstance(user, User) else None


def was_locked_out(request: HttpRequest) -> bool:
    return bool(getattr(request, "axes_locked_out", False))


def log_in(request: HttpRequest, user: User) -> None:
    """A new session, which ends twelve hours from now even if it is in use."""
    remember(request, user, backend="jupiter.kit.accounts.sessions.Backend")
    request.session.set_expiry(timezone.now() + SESSION_LIVES)


def safe_next(request: HttpRequest, otherwise: str = "/") -> str:
    """Where the person wanted to go, if it is a place of this service."""
    wanted = request.POST.get("next") or request.GET.get("next") or ""
    ours = wanted.startswith("/") and url_has_allowed_host_and_scheme(wanted, allowed_hosts=None)
    return wanted if ours and not urlsplit(wanted).netloc and wanted.isprintable() else otherwise
