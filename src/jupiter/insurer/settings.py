"""Settings of the insurer's portal."""

from jupiter.kit import service

vars().update(
    service.settings(
        "insurer",
        apps=[
            "jupiter.insurer.producers",
            "jupiter.insurer.products",
            "jupiter.insurer.customers",
            "jupiter.insurer.quotes",
            "jupiter.insurer.policies",
            "jupiter.insurer.claims",
            "jupiter.insurer.desk",
        ],
        walls={"sites_of_user": "SELECT producer_id FROM producers_membership WHERE user_id = %s AND producer_id IS NOT NULL"},
        oauth_scopes={
            "jobs": "create and price quotes",
            "policies": "buy and read policies and their documents",
            "reconciliation": "compare what the insurer holds of one's own quotes with what one holds",
        },
    )
)
OAUTH2_PROVIDER_APPLICATION_MODEL = "oauth2_provider.Application"  # as django-oauth-toolkit has it; migrations ask for it by name
SUPPORT = {"email": "info@garantiepsa.fr", "phone": "03 67 88 00 30"}
