"""Settings of the Centralisateur."""

from jupiter.kit import service

vars().update(
    service.settings(
        "hub",
        apps=["jupiter.hub.dealers", "jupiter.hub.guarantors", "jupiter.hub.declarations", "jupiter.hub.reconciliation"],
        walls={
            "sites_of_user": "SELECT point_of_sale_id FROM dealers_membership WHERE user_id = %s AND point_of_sale_id IS NOT NULL",
            "sites_of_group": "SELECT id FROM dealers_pointofsale WHERE group_id = %s",
        },
        oauth_scopes={
            "sales": "declare sales and read what became of them",
            "reconciliation": "compare what the hub holds of one's own sales with what one holds",
        },
    )
)
SUPPORT = {"email": "support@reseauxconnect.com", "phone": "01 73 43 87 76"}
OAUTH2_PROVIDER_APPLICATION_MODEL = "oauth2_provider.Application"  # as django-oauth-toolkit has it; migrations ask for it by name
SUPPORT_LINES = (  # for whom, e-mail, telephone
    ("Centralisateur", SUPPORT["email"], SUPPORT["phone"]),
    ("Jupiter, le logiciel de la concession", "sav@planetvo.fr", "08 99 70 37 02"),
    ("GuideWire, le portail de l’assureur", "info@garantiepsa.fr", "03 67 88 00 30"),
)
