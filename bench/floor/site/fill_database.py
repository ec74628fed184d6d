"""Creates the tables, one seller, the stock of vehicles and a few orders. usage: fill_database.py VEHICLES"""

import os
import sys
from decimal import Decimal

import django

django.setup()

from django.contrib.auth.models import User
from django.core.management import call_command
from orders.models import Order, Party, Vehicle

vehicles_wanted = int(sys.argv[1])

call_command("migrate", run_syncdb=True, verbosity=0)
User.objects.create_user("seller", password=os.environ["FLOOR_PASSWORD"])
vehicles = Vehicle.objects.bulk_create(
    [
        Vehicle(
            vin=f"VF1{number:014d}",
            plate=f"AB-{number % 1000:03d}-CD",
            make="Renault",
            model="Clio",
            status="stock",
            price_ht=Decimal("10408.33"),
        )
        for number in range(1, vehicles_wanted + 1)
    ],
    batch_size=2000,
)
for number in range(20):
    party = Party.objects.create(name=f"Dupont {number}", street="1 rue de la Paix", postal_code="75002", city="Paris")
    Order.objects.create(
        number=f"BC-{number}",
        party=party,
        vehicle=vehicles[number],
        status="draft",
        total_ht=Decimal(1000),
        total_vat=Decimal(200),
        total_ttc=Decimal(1200),
        deposit=Decimal(0),
    )
