from django.urls import path

from . import views

app_name = "dealers"
urlpatterns = [
    path("profil/", views.profile, name="profile"),
    path("profil/<str:code>/", views.point_profile, name="point_profile"),
    path("support/", views.support, name="support"),
    path("etat/", views.state, name="state"),
]
