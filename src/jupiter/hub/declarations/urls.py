from django.urls import path

from .views import declaring, entering, following, home, sending

app_name = "declarations"
urlpatterns = [
    path("ventes/", home.index, name="list"),
    path("vente/nouvelle/", declaring.new, name="new"),
    path("vente/<int:sale_id>/", declaring.begin, name="begin"),
    path("vente/<int:sale_id>/formulaire/", declaring.form, name="form"),
    path("vente/<int:sale_id>/controles/", declaring.checks, name="checks"),
    path("vente/<int:sale_id>/resultat/", following.result, name="result"),
    path("vente/<int:sale_id>/resultat/etat/", following.answers, name="answers"),
    path("vente/<int:sale_id>/renvoyer/", following.send_again, name="send_again"),
    path("vente/<int:sale_id>/fiche/", following.show, name="show"),
    path("vente/<int:sale_id>/police/", following.policy, name="policy"),
    path("transmissions/", sending.transmissions, name="transmissions"),
    path("transmissions/<int:parcel_id>/", sending.transmission, name="transmission"),
    path("transmissions/<int:parcel_id>/renvoyer/", sending.transmission_again, name="transmission_again"),
    path("entree/<str:token>/", entering.enter, name="enter"),
]
