from django.apps import AppConfig


class NumbersConfig(AppConfig):
    name = "jupiter.kit.numbers"
    label = "numbers"
