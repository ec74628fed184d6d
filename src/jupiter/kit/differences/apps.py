from django.apps import AppConfig


class DifferencesConfig(AppConfig):
    name = "jupiter.kit.differences"
    label = "differences"
