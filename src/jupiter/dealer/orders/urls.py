from django.urls import path

from . import views

app_name = "orders"
urlpatterns = [
    path("", views.index, name="index"),
    path("exporter/", views.export, name="export"),
    path("choisis/", views.picked, name="picked"),
    path("nouveau/", views.create, name="create"),
    path("chercher/vehicules/", views.search_vehicles, name="search_vehicles"),
    path("chercher/clients/", views.search_customers, name="search_customers"),
    path("<int:number>/", views.show, name="show"),
    path("<int:number>/enregistrer/", views.save, name="save"),
    path("<int:number>/annuler/", views.cancel, name="cancel"),
    path("<int:number>/rouvrir/", views.reopen, name="reopen"),
    path("<int:number>/supprimer/", views.delete, name="delete"),
    path("<int:number>/imprimer/", views.paper, name="paper"),
]
