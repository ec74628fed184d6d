from django.urls import path, re_path

from . import views

NUMBER = r"^(?P<number>[0-9]{10})"
app_name = "quotes"
urlpatterns = [
    path("", views.index, name="index"),
    path("nouveau/", views.new, name="new"),
    re_path(NUMBER + r"/$", views.show, name="show"),
    re_path(NUMBER + r"/supprimer/$", views.withdraw, name="withdraw"),
    re_path(NUMBER + r"/contrat/$", views.contract, name="contract"),
    re_path(NUMBER + r"/vehicules/$", views.vehicle, name="vehicle"),
    re_path(NUMBER + r"/offres/$", views.offers, name="offers"),
    re_path(NUMBER + r"/informations/$", views.recap, name="recap"),
    re_path(NUMBER + r"/acheter/$", views.buy, name="buy"),
    re_path(NUMBER + r"/confirmation/$", views.done, name="done"),
]
