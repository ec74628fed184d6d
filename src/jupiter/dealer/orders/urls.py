from django.urls import path

from .views import deciding, editing, former, listing

app_name = "orders"
urlpatterns = [
    path("", listing.index, name="index"),
    path("exporter/", listing.export, name="export"),
    path("choisis/", listing.picked, name="picked"),
    path("nouveau/", editing.create, name="create"),
    path("chercher/vehicules/", editing.search_vehicles, name="search_vehicles"),
    path("chercher/clients/", editing.search_customers, name="search_customers"),
    path("<int:number>/", editing.show, name="show"),
    path("<int:number>/enregistrer/", editing.save, name="save"),
    path("<int:number>/annuler/", deciding.cancel, name="cancel"),
    path("<int:number>/rouvrir/", deciding.reopen, name="reopen"),
    path("<int:number>/supprimer/", deciding.delete, name="delete"),
    path("<int:number>/imprimer/", deciding.paper, name="paper"),
    path("<int:number>/versions/", former.versions, name="versions"),
]
