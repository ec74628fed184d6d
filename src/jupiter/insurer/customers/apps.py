from django.apps import AppConfig


class CustomersConfig(AppConfig):
    name = "jupiter.insurer.customers"
    label = "customers"
