"""The door: log-in, log-out, a forgotten password, a new one, and how screens look."""

from django.contrib import messages
from django.contrib.auth import logout as forget
from django.contrib.auth import update_session_auth_hash
from django.contrib.auth.tokens import default_token_generator
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.http import urlsafe_base64_decode
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST, require_safe
from django.views.i18n import set_language

from jupiter.kit.web.screen import screen

from .access import anyone, check_credentials, log_in, public, safe_next, was_locked_out
from .actions import ask_for_new_password, change_password, choose_looks
from .forms import ChangePasswordForm, ForgottenForm, LogInForm, NewPasswordForm
from .models import User

WRONG = lazy("Nom d’utilisateur ou mot de passe incorrect")
LOCKED = lazy("Trop de tentatives\u00a0: réessayez dans 15 minutes, ou demandez un nouveau mot de passe")
RESET = "password_reset"  # the session's own keeping place of a link once opened


@public
@never_cache
@sensitive_post_parameters()
@require_http_methods(["GET", "POST"])
def login(request: HttpRequest) -> HttpResponse:
    if request.user.is_authenticated and request.method == "GET":
        return redirect(safe_next(request))
    form = LogInForm(request.POST or None)
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            if user := check_credentials(request, form.cleaned_data["username"], form.cleaned_data["password"]):
                log_in(request, user)
                return HttpResponseRedirect(safe_next(request))
            locked = was_locked_out(request)
            form.add_error(None, LOCKED if locked else WRONG)
            status = 429 if locked else 422
    return screen(request, "accounts/login.html", title=_("Connexion"), form=form, next=safe_next(request, ""), status=status)


@public
@require_POST
def logout(request: HttpRequest) -> HttpResponse:
    forget(request)
    return redirect("accounts:login")


@public
@require_http_methods(["GET", "POST"])
def forgotten(request: HttpRequest) -> HttpResponse:
    form = ForgottenForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        ask_for_new_password(form.cleaned_data["email"])
        return redirect("accounts:letter_sent")
    return screen(request, "accounts/forgotten.html", title=_("Mot de passe oublié"), form=form, status=422 if form.errors else 200)


@public
@require_safe
def letter_sent(request: HttpRequest) -> HttpResponse:
    return screen(request, "accounts/letter_sent.html", title=_("Consultez vos e-mails"))


@public
@never_cache
@sensitive_post_parameters()
@require_http_methods(["GET", "POST"])
def reset(request: HttpRequest, uid: str, token: str) -> HttpResponse:
    """The token leaves the address at once: it would go into histories and logs."""
    if token != "open":  # noqa: S105
        request.session[RESET] = token
        return redirect("accounts:reset", uid, "open")
    user = _user_of(uid)
    if user is None or not default_token_generator.check_token(user, request.session.get(RESET, "")):
        return screen(request, "accounts/reset_dead.html", title=_("Ce lien n’est plus valable"), status=410)
    form = NewPasswordForm(request.POST or None, user=user)
    if request.method == "POST" and form.is_valid():
        change_password(user, form.cleaned_data["new_password"], now=timezone.now())
        request.session.pop(RESET, None)
        messages.success(request, _("Votre mot de passe est changé. Connectez-vous."))
        return redirect("accounts:login")
    return screen(
        request,
        "accounts/reset.html",
        title=_("Nouveau mot de passe"),
        form=form,
        username=user.username,
        status=422 if form.errors else 200,
    )


def _user_of(uid: str) -> User | None:
    try:
        return User.objects.filter(pk=urlsafe_base64_decode(uid).decode(), is_active=True).first()
    except (ValueError, UnicodeDecodeError, ValidationError, OverflowError):
        return None


@anyone
@never_cache
@sensitive_post_parameters()
@require_http_methods(["GET", "POST"])
def password(request: HttpRequest) -> HttpResponse:
    assert isinstance(request.user, User)
    form = ChangePasswordForm(request.POST or None, user=request.user)
    if request.method == "POST" and form.is_valid():
        if check_credentials(request, request.user.username, form.cleaned_data["old_password"]):
            user = change_password(request.user, form.cleaned_data["new_password"], now=timezone.now())
            update_session_auth_hash(request, user)
            messages.success(request, _("Votre mot de passe est changé. Vos autres sessions sont fermées."))
            return redirect("accounts:password")
        form.add_error("old_password", LOCKED if was_locked_out(request) else _("Ce mot de passe n’est pas l’actuel"))
    return screen(request, "accounts/password.html", title=_("Changer de mot de passe"), form=form, status=422 if form.errors else 200)


@anyone
@require_POST
def preferences(request: HttpRequest) -> HttpResponse:
    """The theme and the density are the person's, on every machine; the language is this browser's."""
    choose_looks(request.user, theme=request.POST.get("theme", ""), density=request.POST.get("density", ""))
    return set_language(request) if "language" in request.POST else HttpResponseRedirect(safe_next(request))
