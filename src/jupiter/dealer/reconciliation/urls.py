from django.urls import path

from . import views

app_name = "reconciliation"
urlpatterns = [
    path("rapprochement/", views.index, name="index"),
    path("rapprochement/comparer/", views.compare, name="compare"),
    path("rapprochement/<int:difference_id>/", views.show, name="show"),
    path("rapprochement/<int:difference_id>/reparer/", views.repair, name="repair"),
    path("rapprochement/<int:difference_id>/garder/", views.keep, name="keep"),
]
