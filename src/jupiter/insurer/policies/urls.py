from django.urls import path, re_path

from . import views

NUMBER = r"^(?P<number>[0-9]{10})"
app_name = "policies"
urlpatterns = [
    path("", views.index, name="index"),
    path("emises/", views.issued, name="issued"),
    path("consultees/", views.seen, name="seen"),
    path("annulations/", views.cancellations, name="cancellations"),
    re_path(NUMBER + r"/$", views.show, name="show"),
    re_path(NUMBER + r"/documents/$", views.documents, name="documents"),
    re_path(NUMBER + r"/documents/(?P<sequence>[0-9]{1,4})/$", views.document, name="document"),
    re_path(NUMBER + r"/sinistres/$", views.claims, name="claims"),
    re_path(NUMBER + r"/consultee/$", views.viewed, name="viewed"),
]
