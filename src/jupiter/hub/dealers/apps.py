from django.apps import AppConfig


class DealersConfig(AppConfig):
    name = "jupiter.hub.dealers"
    label = "dealers"
