"""The list *Garantie* as the networks name it. Limits from public sources: to be verified with each network."""

from django.db import migrations

CHOICES = [  # label, level, months, years at most, kilometres at most
    ("Spoticar Premium 12 mois", "SPOTICAR_PREMIUM", 12, 7, 150_000),
    ("Spoticar Premium 24 mois", "SPOTICAR_PREMIUM", 24, 7, 150_000),
    ("Spoticar Advanced 8 mois", "SPOTICAR_ADVANCED", 8, 10, 200_000),
    ("Spoticar Advanced 12 mois", "SPOTICAR_ADVANCED", 12, 10, 200_000),
    ("Spoticar Essential 6 mois", "SPOTICAR_ESSENTIAL", 6, 15, 200_000),
    ("Spoticar Essential 12 mois", "SPOTICAR_ESSENTIAL", 12, 15, 200_000),
    ("DS Certified 12 mois", "DS_CERTIFIED", 12, 7, 150_000),
    ("DS Certified 24 mois", "DS_CERTIFIED", 24, 7, 150_000),
]


def enter(apps, schema_editor):
    choice = apps.get_model("orders", "WarrantyChoice")
    for position, (label, level, months, years, km) in enumerate(CHOICES, 1):
        choice.objects.get_or_create(
            level=level,
            months=months,
            defaults={"label": label, "max_age_months": years * 12, "max_mileage_km": km, "position": position},
        )


class Migration(migrations.Migration):
    dependencies = [("orders", "0001_initial")]

    operations = [migrations.RunPython(enter, migrations.RunPython.noop)]
