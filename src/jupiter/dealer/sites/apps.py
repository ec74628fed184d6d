from django.apps import AppConfig


class SitesConfig(AppConfig):
    name = "jupiter.dealer.sites"
    label = "sites"
