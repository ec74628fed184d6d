from django.apps import AppConfig


class CustomersConfig(AppConfig):
    name = "jupiter.dealer.customers"
    label = "customers"
