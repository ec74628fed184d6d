"""Every address of the Centralisateur."""

from django.urls import include, path
from django.views.decorators.csrf import csrf_exempt
from oauth2_provider.views import TokenView

from jupiter.kit import probes
from jupiter.kit.accounts.access import public
from jupiter.kit.api import make_api

from .dealers import api as dealers_api
from .declarations import api as sales_api
from .declarations.views import home
from .reconciliation import api as reconciliation_api

api = make_api(
    title="Centralisateur",
    description=(
        "Declare used-car sales and follow them to their policy. OAuth2 client credentials at `/oauth/token/`, scopes `sales` and `reconciliation`; a token lives 15"
        " minutes. JSON is read strictly: unknown fields are refused, by name. What is refused is answered as `application/problem+json`."
        " Within v1 only additions are made: ignore fields of answers that you do not know."
    ),
)
api.add_router("", sales_api.router, tags=["sales"])
api.add_router("", dealers_api.grants, tags=["dealers"])
api.add_router("", dealers_api.router, tags=["dealers"])
api.add_router("", reconciliation_api.router)
api.add_router("", sales_api.notices, tags=["notices"])

urlpatterns = [
    path("", home.home, name="home"),
    path("", include("jupiter.hub.declarations.urls")),
    path("", include("jupiter.hub.dealers.urls")),
    path("", include("jupiter.hub.reconciliation.urls")),
    path("", include("jupiter.kit.accounts.urls")),
    path("oauth/token/", public(csrf_exempt(TokenView.as_view())), name="token"),
    path("livez", probes.livez),
    path("readyz", probes.readyz),
    path("metrics", probes.metrics),
    path("", api.urls),
]
handler400 = "jupiter.kit.web.errors.unreadable"
handler403 = "jupiter.kit.web.errors.refused"
handler404 = "jupiter.kit.web.errors.not_found"
handler500 = "jupiter.kit.web.errors.broken"
