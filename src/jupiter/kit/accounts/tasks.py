"""Letters to users, written after the commit."""

from django.conf import settings
from django.contrib.auth.tokens import default_token_generator
from django.core.mail import send_mail
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.encoding import force_bytes
from django.utils.http import urlsafe_base64_encode
from django.utils.translation import gettext_noop as _
from procrastinate.contrib.django import app

from jupiter.kit.web.frame import SERVICES

from .models import User


@app.task(name="send_password_letter", queue="letters")
def send_password_letter(*, user_id: int) -> None:
    """The link opens once, and dies with the next log-in or change of password."""
    user = User.objects.get(pk=user_id)
    way = reverse("accounts:reset", args=[urlsafe_base64_encode(force_bytes(user.pk)), default_token_generator.make_token(user)])
    service = SERVICES[settings.SERVICE]
    words = render_to_string(
        "accounts/password_letter.txt", {"user": user, "service": service, "link": settings.PUBLIC_URL.rstrip("/") + way}
    )
    send_mail(_("{service}\u00a0: votre mot de passe").format(service=service.name), words, None, [user.email])
