from django.apps import AppConfig


class OrdersConfig(AppConfig):
    name = "jupiter.dealer.orders"
    label = "orders"
