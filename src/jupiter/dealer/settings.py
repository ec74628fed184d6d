"""Settings of Jupiter, the dealer's software."""

from jupiter.kit import service

vars().update(
    service.settings(
        "dealer",
        apps=[
            "jupiter.dealer.sites",
            "jupiter.dealer.customers",
            "jupiter.dealer.vehicles",
            "jupiter.dealer.orders",
            "jupiter.dealer.declarations",
            "jupiter.dealer.desk",
        ],
        form_targets=[service.env("HUB_URL", "http://hub.test")],  # Garantir leads to a launch on the hub
    )
)
SUPPORT = {"email": "sav@planetvo.fr", "phone": "08.99.703.702"}
