"""Settings of the Centralisateur."""

from jupiter.kit import service

vars().update(
    service.settings(
        "hub",
        apps=["jupiter.hub.dealers", "jupiter.hub.guarantors", "jupiter.hub.declarations"],
        oauth_scopes={"sales": "declare sales and read what became of them"},
    )
)
