from django.urls import path, re_path

from .views import buying, filling, reading

NUMBER = r"^(?P<number>[0-9]{10})"
app_name = "quotes"
urlpatterns = [
    path("", reading.index, name="index"),
    path("nouveau/", reading.new, name="new"),
    re_path(NUMBER + r"/$", reading.show, name="show"),
    re_path(NUMBER + r"/supprimer/$", reading.withdraw, name="withdraw"),
    re_path(NUMBER + r"/contrat/$", filling.contract, name="contract"),
    re_path(NUMBER + r"/vehicules/$", filling.vehicle, name="vehicle"),
    re_path(NUMBER + r"/offres/$", buying.offers, name="offers"),
    re_path(NUMBER + r"/informations/$", buying.recap, name="recap"),
    re_path(NUMBER + r"/acheter/$", buying.buy, name="buy"),
    re_path(NUMBER + r"/confirmation/$", buying.done, name="done"),
]
