from django.urls import path, re_path

from . import views

app_name = "customers"
urlpatterns = [
    path("", views.index, name="index"),
    re_path(r"^(?P<number>[0-9]{10})/$", views.show, name="show"),
]
