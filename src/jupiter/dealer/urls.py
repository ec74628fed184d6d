"""Jupiter's addresses."""

from django.urls import include, path

from jupiter.kit.probes import livez, readyz

urlpatterns = [
    path("", include("jupiter.dealer.desk.urls")),
    path("", include("jupiter.kit.accounts.urls")),
    path("parametrage/", include("jupiter.dealer.sites.urls")),
    path("bons/", include("jupiter.dealer.orders.urls")),
    path("clients/", include("jupiter.dealer.customers.urls")),
    path("vehicules/", include("jupiter.dealer.vehicles.urls")),
    path("livez", livez),
    path("readyz", readyz),
]
