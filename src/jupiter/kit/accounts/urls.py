from django.urls import path

from . import views

app_name = "accounts"
urlpatterns = [
    path("connexion/", views.login, name="login"),
    path("deconnexion/", views.logout, name="logout"),
    path("mot-de-passe/", views.password, name="password"),
    path("mot-de-passe/oublie/", views.forgotten, name="forgotten"),
    path("mot-de-passe/envoye/", views.letter_sent, name="letter_sent"),
    path("mot-de-passe/<str:uid>/<str:token>/", views.reset, name="reset"),
    path("preferences/", views.preferences, name="preferences"),
]
