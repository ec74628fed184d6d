"""The tutorial, clicked through as its script says it, on the three real services; the policy's PDF is read back at the end."""

import re
import subprocess
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from .browser import DESKTOP, PHONE, Pictures, Watched, chromium, faults_of
from .running import CHECKOUT, Suite


@pytest.fixture(scope="module")
def suite(tmp_path_factory):
    suite = Suite(tmp_path_factory.mktemp("tutorial"), "--tutorial-day")
    suite.start()
    yield suite
    suite.stop()


@pytest.fixture(scope="module")
def walk(suite):
    """The whole walk, once; each test below looks at one thing that it showed."""
    with chromium() as browser:
        yield Walk(suite, Watched(browser), Pictures(CHECKOUT / "var/pictures")).go()


class Walk:
    def __init__(self, suite: Suite, seller: Watched, pictures: Pictures) -> None:
        self.suite, self.seller, self.pictures = suite, seller, pictures
        self.page: Page = seller.page
        self.seen: dict[str, str] = {}
        self.visited: list[str] = []
        self.faults: list[str] = []
        self.pdf = Path()

    def go(self) -> "Walk":
        self.jupiter()
        hub = self.garantir()
        self.hub(hub)
        self.insurer()
        self.back_at_jupiter()
        return self

    def look(self, page: Page, name: str) -> None:
        """Keep the words, take the picture, ask axe by day."""
        self.pictures.take(page, name)
        self.seen[name] = " ".join(page.locator("body").inner_text().split())
        self.visited.append(page.url)
        self.faults += faults_of(page)

    def menu(self, words: str) -> None:
        self.page.get_by_role("navigation", name="Menu principal").get_by_role("link", name=words).click()

    # --- Jupiter ---------------------------------------------------------------------------------

    def jupiter(self) -> None:
        page, login = self.page, self.suite.login("dealer", "hakim")
        page.goto(self.suite.url("dealer"))
        self.look(page, "j0-connexion")
        page.get_by_label("Nom d’utilisateur").fill(login["username"])
        page.get_by_label("Mot de passe").fill(login["password"])
        page.get_by_role("button", name="Connexion").click()
        expect(page.get_by_role("heading", level=1)).to_be_visible()
        self.look(page, "j0-accueil")

        self.menu("Paramétrage")
        self.look(page, "j1-parametrage")
        page.get_by_role("link", name="PE64").click()
        expect(page.get_by_label("Code RRD1")).to_have_value("FR10350")
        self.look(page, "j2-localisation")

        self.menu("Bon de commande")
        self.look(page, "j3-bons")
        page.get_by_role("link", name="Créer").first.click()
        self.type_the_order()
        page.get_by_role("button", name="Enregistrer").click()
        expect(page.get_by_role("heading", level=1)).to_contain_text("746210")
        self.look(page, "j4-bon-enregistre")
        page.get_by_role("button", name="Clôturer").click()
        expect(page.locator("body")).to_contain_text("Clôturé")
        self.look(page, "j5-bon-cloture")

        self.menu("Gestion Véhicules")
        page.get_by_role("link", name="60227").first.click()
        expect(page.locator("body")).to_contain_text("Cours Livraison")
        self.look(page, "j6-vehicule")

    def type_the_order(self) -> None:
        raise NotImplementedError

    def garantir(self) -> Page:
        raise NotImplementedError

    def hub(self, page: Page) -> None:
        raise NotImplementedError

    def insurer(self) -> None:
        raise NotImplementedError

    def back_at_jupiter(self) -> None:
        raise NotImplementedError
