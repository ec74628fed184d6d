from django.apps import AppConfig


class DeclarationsConfig(AppConfig):
    name = "jupiter.hub.declarations"
    label = "declarations"
