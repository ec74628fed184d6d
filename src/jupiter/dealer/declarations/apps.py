from django.apps import AppConfig


class DeclarationsConfig(AppConfig):
    name = "jupiter.dealer.declarations"
    label = "declarations"
