from django.urls import path

from . import views

app_name = "desk"
urlpatterns = [
    path("", views.home, name="home"),
    path("a-faire/<slug:key>/", views.waiting, name="waiting"),
    path("recherche/", views.search, name="search"),
    path("etat/", views.state, name="state"),
]
