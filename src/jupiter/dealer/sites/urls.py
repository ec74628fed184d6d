from django.urls import path

from . import views

app_name = "sites"
urlpatterns = [
    path("", views.index, name="index"),
    path("sites/<str:code>/", views.show, name="show"),
    path("sites/<str:code>/enregistrer/", views.save, name="save"),
]
