from django.apps import AppConfig


class DeskConfig(AppConfig):
    name = "jupiter.insurer.desk"
    label = "desk"
