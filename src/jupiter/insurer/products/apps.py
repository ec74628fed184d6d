from django.apps import AppConfig


class ProductsConfig(AppConfig):
    name = "jupiter.insurer.products"
    label = "products"
