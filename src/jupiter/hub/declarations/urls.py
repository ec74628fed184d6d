from django.urls import path

from . import views

app_name = "declarations"
urlpatterns = [
    path("ventes/", views.index, name="list"),
    path("vente/nouvelle/", views.new, name="new"),
    path("vente/<int:sale_id>/", views.begin, name="begin"),
    path("vente/<int:sale_id>/formulaire/", views.form, name="form"),
    path("vente/<int:sale_id>/controles/", views.checks, name="checks"),
    path("vente/<int:sale_id>/resultat/", views.result, name="result"),
    path("vente/<int:sale_id>/resultat/etat/", views.answers, name="answers"),
    path("vente/<int:sale_id>/renvoyer/", views.send_again, name="send_again"),
    path("vente/<int:sale_id>/fiche/", views.show, name="show"),
    path("vente/<int:sale_id>/police/", views.policy, name="policy"),
    path("transmissions/", views.transmissions, name="transmissions"),
    path("transmissions/<int:parcel_id>/", views.transmission, name="transmission"),
    path("transmissions/<int:parcel_id>/renvoyer/", views.transmission_again, name="transmission_again"),
    path("entree/<str:token>/", views.enter, name="enter"),
]
