from django.urls import path

from . import views

app_name = "desk"
urlpatterns = [
    path("", views.home, name="home"),
    path("recherche/", views.search, name="search"),
    path("activites/", views.activities, name="activities"),
    path("transmissions/", views.transmissions, name="transmissions"),
    path("transmissions/<int:pk>/", views.transmission, name="transmission"),
    path("transmissions/<int:pk>/renvoyer/", views.send_again, name="send_again"),
    path("tarif/", views.tariff, name="tariff"),
    path("etat/", views.state, name="state"),
]
