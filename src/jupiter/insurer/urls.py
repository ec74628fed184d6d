"""The portal's addresses: screens, and the API in Guidewire's shape."""

from django.http import HttpRequest, HttpResponse
from django.urls import include, path
from oauth2_provider.views import TokenView

from jupiter.insurer import guidewire
from jupiter.insurer.policies.api import router as policies
from jupiter.insurer.quotes.api import problem_of
from jupiter.insurer.quotes.api import router as jobs
from jupiter.insurer.quotes.wording import Refused
from jupiter.insurer.reconciliation.api import router as reconciliation
from jupiter.kit import probes
from jupiter.kit.accounts.access import public
from jupiter.kit.api import make_api, not_found
from jupiter.kit.web import errors

api = make_api(
    title="Portail assurance",
    description=(
        "Quotes and policies of the used-vehicle warranty: a named subset of Guidewire's Cloud API, in its envelope. The tariff is a sample."
        " OAuth2 client credentials at `/oauth/token/`, scopes `jobs`, `policies` and `reconciliation`; a token lives 15 minutes. JSON is read strictly."
        " Within v1 only additions are made: ignore fields of answers that you do not know."
    ),
    envelopes=guidewire.ENVELOPES,
)
guidewire.speak(api, dict.fromkeys(Refused, problem_of))
api.add_router("/rest", jobs)
api.add_router("/rest", policies)
api.add_router("", reconciliation)


def nowhere(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """An address of the API that does not exist answers as the API does."""
    return guidewire.answer(request, not_found()) if request.path.startswith("/rest/") else errors.not_found(request, exception)


handler400, handler403, handler404, handler500 = errors.unreadable, errors.refused, nowhere, errors.broken
urlpatterns = [
    path("", include("jupiter.kit.accounts.urls")),
    path("oauth/token/", public(TokenView.as_view()), name="token"),
    path("livez", probes.livez),
    path("readyz", probes.readyz),
    path("metrics", probes.metrics),
    path("", include("jupiter.insurer.desk.urls")),
    path("devis/", include("jupiter.insurer.quotes.urls")),
    path("polices/", include("jupiter.insurer.policies.urls")),
    path("comptes/", include("jupiter.insurer.customers.urls")),
    path("sinistres/", include("jupiter.insurer.claims.urls")),
    path("", api.urls),
]
