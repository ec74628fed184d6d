from django.apps import AppConfig


class QuotesConfig(AppConfig):
    name = "jupiter.insurer.quotes"
    label = "quotes"
