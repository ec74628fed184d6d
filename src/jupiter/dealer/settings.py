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
            "jupiter.dealer.reconciliation",
            "jupiter.dealer.desk",
        ],
        walls={
            "sites_of_user": "SELECT site_id FROM sites_membership WHERE user_id = %s",
            "sites_of_group": "SELECT id FROM sites_site WHERE group_id = %s",
            "groups_of_sites": "SELECT DISTINCT group_id FROM sites_site WHERE id = ANY ({sites})",
        },
        form_targets=[service.env("HUB_URL", "http://hub.test")],  # Garantir leads to a launch on the hub
    )
)
SUPPORT = {"email": "sav@planetvo.fr", "phone": "08.99.703.702"}
