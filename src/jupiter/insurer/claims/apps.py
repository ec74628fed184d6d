from django.apps import AppConfig


class ClaimsConfig(AppConfig):
    name = "jupiter.insurer.claims"
    label = "claims"
