"""`jupiter insurer load_sample_tariff`: the tariff de démonstration, for demonstrations and tests."""

from typing import Any

from django.core.management.base import BaseCommand

from jupiter.insurer.products.actions import load_tariff


class Command(BaseCommand):
    help = "Load the sample tariff; rows that exist are left alone."

    def handle(self, *args: Any, **options: Any) -> None:
        product = load_tariff()
        self.stdout.write(f"{product.name}: tarif de démonstration")
