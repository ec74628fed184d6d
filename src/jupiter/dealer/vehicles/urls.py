from django.urls import path

from . import views

app_name = "vehicles"
urlpatterns = [
    path("", views.index, name="index"),
    path("exporter/", views.export, name="export"),
    path("nouveau/", views.create, name="create"),
    path("<int:vehicle_id>/", views.show, name="show"),
    path("<int:vehicle_id>/valider/", views.save, name="save"),
    path("<int:vehicle_id>/livrer/", views.deliver, name="deliver"),
    path("<int:vehicle_id>/imprimer/", views.paper, name="paper"),
    path("<int:vehicle_id>/versions/", views.versions, name="versions"),
]
