from django.apps import AppConfig


class TransmissionsConfig(AppConfig):
    name = "jupiter.kit.transmissions"
    label = "transmissions"
