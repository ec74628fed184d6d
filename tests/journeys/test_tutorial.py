"""The tutorial, clicked through as its script says it, on the three real services; the policy's PDF is read back at the end."""

import json
import re
from pathlib import Path
from urllib.parse import urljoin

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.pdf import text

from .browser import DESKTOP, PHONE, Pictures, Watched, chromium, faults_of, field
from .running import CHECKOUT, SERVICES, Suite


@pytest.fixture(scope="module")
def suite(tmp_path_factory, prepared):
    suite = Suite(tmp_path_factory.mktemp("tutorial"), "--tutorial-day").begin_from(prepared).start()
    yield suite
    suite.stop()


@pytest.fixture(scope="module")
def browser():
    with chromium() as browser:
        yield browser


@pytest.fixture(scope="module")
def walk(suite, browser):
    """The whole walk, once; each test below looks at one thing that it showed."""
    return Walk(suite, Watched(browser), Pictures(CHECKOUT / "var/pictures")).go()


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

    def menu(self, words: str, page: Page | None = None) -> None:
        page = page or self.page
        if (button := page.get_by_role("button", name="Menu", exact=True)).is_visible():  # on a phone
            button.click()
        page.get_by_role("navigation", name="Menu principal").get_by_role("link", name=words).click()

    def fetch(self, page: Page, link: Locator) -> bytes:
        answer = self.seller.context.request.get(urljoin(page.url, link.get_attribute("href") or ""))
        assert answer.ok, f"{answer.url}: {answer.status}"
        return answer.body()

    # --- Jupiter ---------------------------------------------------------------------------------

    def jupiter(self) -> None:
        page, login = self.page, self.suite.login("dealer", "hakim")
        page.goto(self.suite.url("dealer"))
        self.look(page, "j0-connexion")
        field(page, "Nom d’utilisateur").fill(login["username"])
        field(page, "Mot de passe").fill(login["password"])
        page.get_by_role("button", name="Connexion").click()
        expect(page.get_by_role("heading", level=1)).to_be_visible()
        self.look(page, "j0-accueil")

        self.menu("Paramétrage")
        self.look(page, "j1-parametrage")
        page.get_by_role("link", name="20523").click()
        expect(field(page, "Code RRD1")).to_have_value("FR10350")
        self.look(page, "j2-localisation")
        page.get_by_role("dialog").get_by_role("button", name="Fermer", exact=True).last.click()

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
        page = self.page
        field(page, "N° Police").fill("60227")
        page.get_by_role("button", name="Reprendre la fiche du véhicule").click()
        expect(field(page, "Prix de vente TTC")).to_have_value(re.compile("16.450,00"))
        field(page, "Garantie").select_option(label="Spoticar Premium 12 mois")
        for label, typed in BUYER.items():
            field(page, label).fill(typed)
        field(page, "Civilité").select_option(label="Monsieur")
        field(page, "Date de livraison").fill("07/12/2021")
        field(page, "Vendeur").select_option(label="M. PIERRE")
        field(page, "Prix négocié TTC").fill("16 450,00")
        expect(field(page, "Prix négocié HT")).to_have_value(re.compile("13.708,33"))

    def garantir(self) -> Page:
        """The log-in at the hub is asked this first time; the hub opens in a window of its own."""
        page, login = self.page, self.suite.login("hub", "hakim")
        page.get_by_role("link", name="Garantir").click()
        dialog = page.get_by_role("dialog")
        expect(dialog).to_contain_text("Information garantisseur")
        expect(dialog.get_by_role("combobox", name="Garantisseur")).to_contain_text("Déclaration SPOTICAR (stellantis)")
        self.look(page, "j7-information-garantisseur")
        field(dialog, "Identifiant").fill(login["username"])
        field(dialog, "Mot de passe").fill(login["password"])
        with self.seller.context.expect_page() as opened:
            dialog.get_by_role("button", name="Valider").click()
        return opened.value

    # --- Centralisateur --------------------------------------------------------------------------

    def hub(self, page: Page) -> None:
        page.wait_for_url(re.compile("/profil/"))
        expect(page.locator("body")).to_contain_text("Afin de déclarer et garantir, veuillez configurer les garantisseurs")
        self.look(page, "c2-profil")
        page.get_by_role("checkbox", name="Garantie Stellantis Assurance").check()
        page.get_by_role("button", name="Modifier").click()

        page.wait_for_url(re.compile(r"/vente/\d+/$"))
        expect(page.locator("body")).to_contain_text("Nouvelle Prestation Obligatoire pour le service Relation Client et l’Assistance")
        page.get_by_role("radio", name="Garantie Stellantis Assurance").check()
        self.look(page, "c3-garantie")
        page.get_by_role("button", name="Page Suivante").click()

        page.wait_for_url(re.compile("/formulaire/"))
        expect(page.locator("body")).to_contain_text("SP953617Z100034312")
        self.look(page, "c4-formulaire")
        self.forget_two_fields(page)
        field(page, "Consentement du client (FOCUS)").select_option(label="Oui Email")
        field(page, "Origine de la vente").select_option(label="Reprise VO sur VN")
        page.get_by_role("button", name="Déclarer et Garantir").click()

        page.wait_for_url(re.compile("/resultat/"))
        expect(page.get_by_role("heading", level=1)).to_have_text("Bienvenue au garage")
        expect(page.locator("#answers")).to_contain_text("(numéro devis : 0001006185)", timeout=15_000)
        self.look(page, "c6-bienvenue-au-garage")
        with self.seller.context.expect_page() as opened:
            page.get_by_role("link", name="Accéder à GuideWire").click()
        self.portal = opened.value

    def forget_two_fields(self, page: Page) -> None:
        """The tutorial's accident: two fields are empty, nothing is sent, all that was typed stays."""
        plate = field(page, "Immatriculation")
        plate.fill("")
        field(page, "Type véhicule").select_option("")
        page.get_by_role("button", name="Déclarer et Garantir").click()
        expect(page.locator(".error-summary")).to_contain_text("Le champ type véhicule est obligatoire")
        expect(page.locator(".error-summary")).to_contain_text("Le champ immatriculation est obligatoire")
        expect(field(page, "VIN")).to_have_value("12345678901233333")
        self.look(page, "c5-champ-manquant")
        plate.fill("er452as")
        field(page, "Type véhicule").select_option("VP")

    # --- Portail assurance -----------------------------------------------------------------------

    def insurer(self) -> None:
        page, login = self.portal, self.suite.login("insurer", "psa-865268J")
        self.look(page, "p1-connexion")
        field(page, "Nom d’utilisateur").fill(login["username"])
        field(page, "Mot de passe").fill(login["password"])
        page.get_by_role("button", name="Connexion").click()
        expect(page.get_by_role("heading", level=1)).to_have_text("Tableau de gestion")
        self.look(page, "p2-tableau-de-gestion")
        page.get_by_role("link", name=re.compile("Devis ouverts", re.I)).first.click()
        expect(page.locator("body")).to_contain_text("Devis ouverts au cours des 30 derniers jours")
        self.look(page, "p3-devis-ouverts")
        page.get_by_role("link", name="0001006185").first.click()
        expect(page.locator("body")).to_contain_text("Devis en ébauche")
        self.look(page, "p4-devis")
        page.get_by_role("link", name="Continuer le devis").click()
        expect(field(page, "Date de livraison")).to_have_value("07/12/2021")
        self.look(page, "p5-contrat")
        page.get_by_role("button", name="Suivant").click()
        expect(field(page, "VIN")).to_have_value("12345678901233333")
        self.look(page, "p6-vehicules")
        page.get_by_role("button", name="Suivant").click()
        expect(page.locator("body")).to_contain_text("GVO Premium 7 / 150")
        self.look(page, "p7-devis-offres")
        page.get_by_role("button", name=re.compile("Sélectionner")).first.click()
        expect(page.locator("body")).to_contain_text("Date d’expiration du devis")
        self.look(page, "p8-informations-sur-la-police")
        page.get_by_role("button", name="Acheter maintenant").click()
        dialog = page.get_by_role("dialog")
        expect(dialog).to_contain_text("Voulez-vous procéder à l’achat de la police maintenant")
        self.look(page, "p9-achat")
        dialog.get_by_role("button", name="Oui").click()
        expect(page.locator("body")).to_contain_text("Paiement effectué (Police 0001003079)")
        self.look(page, "p10-confirmation")

        self.menu("Polices", page)
        page.get_by_role("link", name=re.compile("Émises récemment", re.I)).first.click()
        self.look(page, "p11-emises-recemment")
        page.get_by_role("link", name="0001003079").first.click()
        expect(page.locator("body")).to_contain_text("En vigueur")
        self.look(page, "p12-police")
        page.get_by_role("link", name=re.compile("Documents", re.I)).first.click()
        self.pdf = self.suite.data / "from-the-portal.pdf"
        link = page.get_by_role("link", name=PDF_NAME)
        self.pdf.write_bytes(self.fetch(page, link))

    def back_at_jupiter(self) -> None:
        """By itself: the order shows what became of the sale."""
        page = self.page
        page.goto(self.suite.url("dealer") + "/bons-de-commande/746210/")
        for words in ("SP953617Z100034312", "0001006185", "0001003079", PDF_NAME):
            expect(page.locator("body")).to_contain_text(words, timeout=20_000)
        self.look(page, "j8-bon-garanti")
        self.copy = self.fetch(page, page.get_by_role("link", name=PDF_NAME).first)
        self.menu("Gestion Véhicules")
        page.get_by_role("link", name="60227").first.click()
        expect(page.locator("body")).to_contain_text("0001003079")
        self.look(page, "j8-vehicule-garanti")


BUYER = {
    "Nom": "DUPONT",
    "Prénom": "DURANT",
    "Adresse": "RUE SPOTICAR",
    "Code postal": "75010",
    "Ville": "PARIS",
    "E-mail": "durant.dupont@example.org",
    "Tél. fixe": "01 99 00 12 34",
}
PDF_NAME = "FR-865268J_Policy_0001003079-20211207.pdf"


def test_every_screen_of_the_tutorial_is_walked_without_a_complaint_of_the_browser(walk):
    refused_on_purpose = "422 (Unprocessable Entity)"  # the tutorial's missing field
    assert [each for each in walk.seller.complaints if refused_on_purpose not in each] == []


def test_nothing_on_the_way_breaks_the_strict_policy(walk):
    assert walk.seller.violations == []
    assert len(walk.seller.policies) >= len(set(walk.visited))
    lax = {url: policy for url, policy in walk.seller.policies.items() if "default-src 'none'" not in policy or "unsafe" in policy}
    assert lax == {}


def test_a_broken_policy_would_be_heard(suite, browser):
    stranger = Watched(browser)
    stranger.page.goto(suite.url("dealer"))
    stranger.page.evaluate('document.body.insertAdjacentHTML(\'beforeend\', \'<p id="odd" style="color: red" onclick="alert(1)">\')')
    stranger.page.evaluate("document.getElementById('odd').click()")  # a browser may look at a handler when it is called, not before
    wanted = {"style-src-attr", "script-src-attr"}
    for _ in range(50):  # it is told after the fact
        if {violation.split()[1] for violation in stranger.violations} >= wanted:
            break
        stranger.page.wait_for_timeout(100)
    assert {violation.split()[1] for violation in stranger.violations} == wanted


def test_no_log_of_any_process_knows_the_buyer_or_a_secret(suite, walk):
    """Web servers, workers, what prepared them, the supervisor's screen and PostgreSQL."""
    logs = [*(suite.data / "log").iterdir(), suite.data / "screen.txt", suite.server.log]
    said = {path.name: path.read_text(errors="replace").casefold() for path in logs}
    assert {f"{service}-{kind}.log" for service in SERVICES for kind in ("web", "worker")} < said.keys()
    assert "database system is ready" in said["log"], "PostgreSQL's"
    buyer = [BUYER[label] for label in ("Nom", "Prénom", "Adresse", "E-mail", "Tél. fixe")]
    telling = [*buyer, "0199001234", "+33199001234", "33 1 99 00 12 34", "ER-452-AS", "ER452AS", "12345678901233333"]
    telling += secrets_in(json.loads((suite.data / "secrets.json").read_text()))
    assert [(name, word) for name, text in said.items() for word in telling if word.casefold() in text] == []


def secrets_in(words):
    """What is kept under a name that says so; the demonstration's passwords are shown on its screen."""
    found = [value for name, value in words.items() if isinstance(value, str) and ("secret" in name or "keys" in name)]
    assert all(len(value) >= 32 for value in found)
    return found + [one for value in words.values() if isinstance(value, dict) for one in secrets_in(value)]


def test_the_form_at_the_hub_comes_filled_but_for_two_fields(walk):
    assert "Consentement du client (FOCUS)" in walk.seen["c4-formulaire"]
    assert walk.seen["c4-formulaire"].count("à compléter") == 2


def test_axe_finds_nothing_on_the_way(walk):
    assert walk.faults == []


def test_the_policy_says_what_was_sold(walk):
    said = text(walk.pdf.read_bytes())
    for words in ("0001003079", "DUPONT", "DURANT", "ER-452-AS", "12345678901233333", "07/12/2021", "07/12/2022", "187,56"):
        assert words in said


def test_jupiter_keeps_the_very_same_policy(walk):
    assert walk.copy == walk.pdf.read_bytes()


@pytest.mark.whole
def test_the_tutorial_is_walked_on_a_phone(browser, tmp_path, prepared):
    suite = Suite(tmp_path, "--tutorial-day").begin_from(prepared)
    try:
        walk = Walk(suite.start(), Watched(browser, PHONE), Pictures(CHECKOUT / "var/pictures/phone")).go()
    finally:
        suite.stop()
    assert walk.faults == []
    assert "0001003079" in text(walk.pdf.read_bytes())


@pytest.mark.parametrize("size", [DESKTOP, PHONE], ids=["1440", "390"])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_by_day_or_night_on_a_desk_or_a_phone(walk, browser, size, scheme):
    """The pages of the journey once more, as they stand now."""
    seller = Watched(browser, size, scheme)
    seller.context.add_cookies(walk.seller.context.cookies())
    faults = []
    for address in dict.fromkeys(walk.visited):
        if "/entree/" in address or "/connexion/" in address:
            continue
        seller.page.goto(address)
        faults += faults_of(seller.page)
        wider = seller.page.evaluate("document.documentElement.scrollWidth > document.documentElement.clientWidth")
        assert not wider, f"{address} scrolls sideways at {size[0]}"
    assert faults == []
