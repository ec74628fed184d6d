"""Jupiter's addresses."""

from django.urls import include, path

from jupiter.dealer.declarations.api import api
from jupiter.dealer.reconciliation.api import router as reconciliation
from jupiter.kit.probes import livez, metrics, readyz
from jupiter.kit.web import errors

api.add_router("/api/v1", reconciliation)

handler400, handler403, handler404, handler500 = errors.unreadable, errors.refused, errors.not_found, errors.broken
urlpatterns = [
    path("", include("jupiter.dealer.desk.urls")),
    path("", include("jupiter.kit.accounts.urls")),
    path("parametrage/", include("jupiter.dealer.sites.urls")),
    path("clients/", include("jupiter.dealer.customers.urls")),
    path("vehicules/", include("jupiter.dealer.vehicles.urls")),
    path("bons-de-commande/", include("jupiter.dealer.orders.urls")),
    path("", include("jupiter.dealer.declarations.urls")),
    path("", include("jupiter.dealer.reconciliation.urls")),
    path("", api.urls),
    path("livez", livez),
    path("readyz", readyz),
    path("metrics", metrics),
]
