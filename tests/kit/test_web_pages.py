"""What holds for every page of the kit: one frame, no inline code, French typography, few statements."""

import re
from pathlib import Path

import pytest
from bs4 import BeautifulSoup
from django.contrib.staticfiles import finders

import jupiter.kit.accounts
import jupiter.kit.web
from jupiter.kit.web.frame import SERVICES
from tests.kit.web_site import GOOD

KIT = Path(jupiter.kit.web.__file__).parent
ACCOUNTS = Path(jupiter.kit.accounts.__file__).parent
ROOT = Path(__file__).parents[2]
PAGES = ["/form/", "/gallery/", "/mot-de-passe/"]
DOORS = ["/connexion/", "/mot-de-passe/oublie/", "/mot-de-passe/envoye/", "/mot-de-passe/MQ/open/"]


@pytest.fixture(params=[*PAGES, *DOORS, "/nowhere/", "refused"])
def page(request, client, site, hakim):
    if request.param in PAGES or request.param == "refused":
        client.force_login(hakim, backend="jupiter.kit.accounts.sessions.Backend")
    answer = client.post("/form/", {"version": "2"}) if request.param == "refused" else client.get(request.param)
    assert answer.status_code in (200, 404, 410, 422)
    return BeautifulSoup(answer.content, "html.parser")


def test_a_page_carries_no_inline_code(page):
    assert [tag for tag in page.find_all(True) if "style" in tag.attrs or any(name.startswith("on") for name in tag.attrs)] == []
    assert page.find_all("style") == []
    assert [tag for tag in page.find_all("script") if not tag.get("src")] == []


def test_a_page_has_one_title_and_at_most_one_primary_action(page, settings):
    assert len(page.select("h1")) == 1
    assert len(page.select(".btn-primary")) <= 1
    assert page.title.text.endswith(f" – {SERVICES[settings.SERVICE].name}")


def test_ids_are_unique_and_labels_lead_somewhere(page):
    ids = [tag["id"] for tag in page.select("[id]")]
    assert sorted(ids) == sorted(set(ids))
    for name in ("for", "popovertarget", "form", "data-dialog", "aria-labelledby"):
        for tag in page.select(f"[{name}]"):
            assert tag[name] in ids, f"{name}={tag[name]}"


def test_french_typography(page):
    for tag in page(["script", "style", "svg", "kbd"]):
        tag.decompose()
    texts = [text for text in page.body.find_all(string=True) if text.strip()]
    loose = re.compile(r"\w [:;!?%»]|« |\d (?:€|km\b|h\b)")  # an ordinary space
    assert [text for text in texts if loose.search(text)] == []
    assert [text for text in texts if re.search(r"\w'\w", text)] == []


def test_every_icon_is_in_the_sprite(page):
    drawn = set((ROOT / "frontend/icons.txt").read_text().split())
    assert {use["href"].rpartition("#")[2] for use in page.select("use")} <= drawn


def test_no_template_carries_inline_code():
    inline = re.compile(r"\sstyle=|<script(?![^>]*\ssrc=)|\son[a-z]+=")
    templates = [*KIT.glob("**/*.html"), *ACCOUNTS.glob("**/*.html")]
    assert len(templates) > 20
    assert [str(path) for path in templates if inline.search(path.read_text())] == []


def test_a_colour_is_written_in_the_tokens_only():
    colour = re.compile(r"#[0-9a-f]{3,8}\b|rgb\(|hsl\(|oklch\(", re.IGNORECASE)
    sheets = [sheet for sheet in (ROOT / "frontend/scss").glob("**/*.scss") if sheet.name != "_tokens.scss"]
    assert [sheet.name for sheet in sheets if colour.search(sheet.read_text())] == []


def test_the_lockfile_names_no_registry():
    assert '"resolved"' not in (ROOT / "frontend/package-lock.json").read_text()


def test_the_assets_keep_their_budget():
    brotli = pytest.importorskip("brotli")
    size = {name: len(brotli.compress(Path(finders.find(name)).read_bytes())) for name in (
        "jupiter/dist/app.css", "jupiter/dist/app.js", "django_htmx/htmx-2.min.js",
    )}  # fmt: skip
    assert size["jupiter/dist/app.css"] <= 25_000
    assert size["jupiter/dist/app.js"] + size["django_htmx/htmx-2.min.js"] <= 25_000


def test_the_frame_shows_where_one_is_and_who(inside):
    page = BeautifulSoup(inside.get("/form/").content, "html.parser")
    assert page.select_one(".nav [aria-current=page] .label").text == "Bons de commande"
    assert page.select_one(".avatar")["aria-label"] == "HAKIM AB, mon compte"
    assert page.select_one(".top").select_one("[popovertarget=sites]").text.strip() == "DEMO CDDS SPOTICAR"
    links = {link["href"] for link in page.select("#services a")}
    assert len(links) == 3
    assert "/" in links
    assert "sav@exemple.fr" in page.select_one("#help").text
    assert "Démonstration" in page.select_one(".top").text
    assert page.select_one("form.search")["action"] == "/search/"


def test_the_frame_itself_asks_the_database_for_the_session_and_the_user_only(inside, django_assert_max_num_queries):
    inside.get("/form/")
    with django_assert_max_num_queries(2):
        inside.get("/form/")


def test_a_refused_form_answers_422_with_the_summary_first_and_the_words_erreur(inside):
    answer = inside.post("/form/", GOOD | {"plate": "", "vin": "VF3CUO"})
    page = BeautifulSoup(answer.content, "html.parser")
    assert answer.status_code == 422
    assert page.title.text.startswith("Erreur\u00a0: ")
    links = page.select(".error-summary a")
    assert [link["href"] for link in links] == ["#id_plate", "#id_vin"]
    assert "2 points à corriger" in page.select_one(".error-summary h2").text
    assert page.select_one("[name=name]")["value"] == "DUPONT"


def test_an_error_of_no_visible_field_is_told_too(inside):
    page = BeautifulSoup(inside.post("/form/", GOOD | {"version": ""}).content, "html.parser")
    assert "obligatoire" in page.select_one(".error-summary li").text


def test_a_conflict_is_shown_on_the_page(inside):
    page = BeautifulSoup(inside.post("/form/", GOOD | {"version": "2", "plate": ""}).content, "html.parser")
    assert "M. PIERRE a enregistré cette fiche le" in page.select_one(".conflict h2").text
    assert [cell.text for cell in page.select(".conflict td")][:2] == ["PARIS", "LYON"]


def test_what_is_not_there_looks_the_same_whatever_was_asked(inside, client):
    answers = [inside.get("/nowhere/"), inside.get("/elsewhere/12/?q=<b>")]
    assert {answer.status_code for answer in answers} == {404}
    assert answers[0].content == answers[1].content
    problem = inside.get("/api/v1/nowhere")
    assert (problem.status_code, problem["Content-Type"]) == (404, "application/problem+json")


def test_a_stale_form_is_told_in_french(site, hakim, client):
    strict = type(client)(enforce_csrf_checks=True)
    answer = strict.post("/connexion/", {"username": "hakim"})
    assert answer.status_code == 403
    assert "Rechargez-la" in answer.content.decode()
