from django.apps import AppConfig


class DeskConfig(AppConfig):
    name = "jupiter.dealer.desk"
    label = "desk"
