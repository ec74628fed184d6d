from django.apps import AppConfig


class ProducersConfig(AppConfig):
    name = "jupiter.insurer.producers"
    label = "producers"
