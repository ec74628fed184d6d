from django.urls import path

from . import views

views.show_on_pages()

app_name = "declarations"
urlpatterns = [
    path("bons-de-commande/<int:number>/garantir/", views.cover, name="cover"),
    path("bons-de-commande/<int:number>/suivi/", views.panel, name="panel"),
    path("bons-de-commande/<int:number>/police.pdf", views.document, name="document"),
    path("bons-de-commande/<int:number>/verifie/", views.checked, name="checked"),
    path("mes-acces/", views.accesses, name="accesses"),
    path("mes-acces/<int:grant_id>/revoquer/", views.revoke, name="revoke"),
    path("transmissions/", views.transmissions, name="transmissions"),
    path("transmissions/<int:transmission_id>/", views.transmission, name="transmission"),
    path("transmissions/<int:transmission_id>/renvoyer/", views.again, name="again"),
]
