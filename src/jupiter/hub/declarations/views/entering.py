"""The entrance of a launch."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from jupiter.hub.declarations import actions
from jupiter.kit.accounts.access import log_in, public
from jupiter.kit.web.screen import screen


@public
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def enter(request: HttpRequest, token: str) -> HttpResponse:
    """GET shows Continuer and consumes nothing; only its POST enters, once."""
    now = timezone.now()
    if request.method == "POST":
        launch = actions.use_launch(token, now=now)
        if launch:
            log_in(request, launch.user)
            return redirect("declarations:begin", launch.sale_id)
    elif actions.launch_is_open(token, now=now):
        return screen(request, "declarations/enter.html", title=_("Entrer dans le Centralisateur"))
    return screen(request, "declarations/enter_dead.html", title=_("Cet accès n’est plus valable"), status=410)
