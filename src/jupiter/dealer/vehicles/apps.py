from django.apps import AppConfig


class VehiclesConfig(AppConfig):
    name = "jupiter.dealer.vehicles"
    label = "vehicles"
