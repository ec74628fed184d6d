"""In a real browser: no accessibility violation, no word on the console, no sideways scrolling; and help while typing."""

import shutil
from contextlib import contextmanager

import pytest

from tests.kit.web_site import GOOD

playwright = pytest.importorskip("playwright.sync_api")
axe = pytest.importorskip("axe_playwright_python.sync_playwright")
CHROMIUM = shutil.which("chromium")
FLAGS = [
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync",
]  # fmt: skip
HEIGHTS = {1440: 900, 390: 844}

pytestmark = [
    pytest.mark.skipif(not CHROMIUM, reason="apt-get install chromium"),
    pytest.mark.django_db(transaction=True),
    pytest.mark.usefixtures("site"),
]


@pytest.fixture
def cookie(client, hakim, settings, live_server):
    """Everything that asks the database, before the browser's own loop runs in this thread."""
    client.force_login(hakim, backend="jupiter.kit.accounts.sessions.Backend")
    name = settings.SESSION_COOKIE_NAME
    return {"name": name, "value": client.cookies[name].value, "url": live_server.url}


@contextmanager
def browsing():
    with playwright.sync_playwright() as play:
        browser = play.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield browser
        browser.close()


@contextmanager
def page_of(browser, cookie=None, width=1440, scheme="light"):
    context = browser.new_context(viewport={"width": width, "height": HEIGHTS[width]}, color_scheme=scheme, locale="fr-FR")
    if cookie:
        context.add_cookies([cookie])
    page = context.new_page()
    page.said = []
    page.on("console", lambda message: page.said.append(message.text) if "422" not in message.text else None)
    page.on("pageerror", lambda error: page.said.append(str(error)))
    yield page
    context.close()


def troubles(page):
    found = axe.Axe().run(page).response["violations"]
    trouble = [f"{rule['id']}: {node['target']} {node['failureSummary']}" for rule in found for node in rule["nodes"]]
    if not page.evaluate("document.documentElement.scrollWidth <= innerWidth"):
        trouble.append("scrolls sideways")
    return trouble + page.said


def test_every_page_of_the_kit_is_accessible_and_silent_day_and_night_wide_and_narrow(live_server, cookie):
    trouble = {}
    with browsing() as browser:
        for width in HEIGHTS:
            for scheme in ("light", "dark"):
                for path, who in (("/connexion/", None), ("/form/", cookie), ("/gallery/", cookie), ("/mot-de-passe/", cookie)):
                    with page_of(browser, who, width, scheme) as page:
                        page.goto(live_server.url + path)
                        if found := troubles(page):
                            trouble[path, width, scheme] = found
                with page_of(browser, cookie, width, scheme) as page:
                    page.goto(live_server.url + "/form/")
                    page.click("[form=order]")
                    page.wait_for_selector(".error-summary")
                    if found := troubles(page):
                        trouble["refused", width, scheme] = found
    assert trouble == {}


def test_the_script_helps_while_typing(live_server, cookie):
    with browsing() as browser, page_of(browser, cookie) as page:
        page.goto(live_server.url + "/form/")

        page.fill("#id_plate", "er452as")
        page.locator("#id_plate").blur()
        assert page.input_value("#id_plate") == "ER-452-AS"

        page.fill("#id_gross", "16 450")
        assert page.input_value("#id_net").replace("\u202f", " ") == "13 708,33"
        assert page.input_value("#id_vat").replace("\u202f", " ") == "2 741,67"
        page.fill("#id_net", "13708,33")
        assert page.input_value("#id_gross").replace("\u202f", " ") == "16 450,00"

        page.fill("#id_net", "12")
        page.locator("#id_net").press("NumpadDecimal")
        assert page.input_value("#id_net") == "12,"

        assert page.is_visible("[data-changed]")
        page.locator("#main").press("/")
        assert page.evaluate("document.activeElement.name") == "q"

        page.locator("#id_name").press("Control+s")
        page.wait_for_selector(".error-summary:focus")
        page.click(".error-summary a >> nth=0")
        assert page.evaluate("document.activeElement.id") == "id_name"
        assert page.said == []


def test_what_a_search_found_is_chosen_by_keys_while_the_focus_stays_in_the_field(live_server, cookie):
    with browsing() as browser, page_of(browser, cookie) as page:
        page.goto(live_server.url + "/form/")
        field = page.locator("#id_city")
        field.focus()
        assert [field.get_attribute(name) for name in ("role", "aria-expanded", "aria-controls")] == ["combobox", "true", "found-list"]
        assert page.get_by_role("listbox", name="Villes trouvées").get_by_role("option").count() == 3
        active = []
        for key in ("ArrowDown", "ArrowDown", "ArrowUp", "ArrowUp", "ArrowDown"):
            field.press(key)
            active.append(page.locator("[role=option][aria-selected=true]").inner_text())
            assert field.get_attribute("aria-activedescendant") == page.locator("[aria-selected=true]").get_attribute("id")
        assert active == ["Ville A", "Ville B", "Ville A", "Ville C", "Ville A"]
        assert page.evaluate("document.activeElement.id") == "id_city"
        assert troubles(page) == []

        field.press("Escape")
        assert page.locator(".found [role=option]").count() == 0
        assert [field.get_attribute(name) for name in ("aria-expanded", "aria-activedescendant", "aria-controls")] == ["false", None, None]
        assert page.locator(".error-summary").count() == 0, "nothing was sent so far"

        page.reload()
        page.locator("#id_city").press("ArrowDown")
        with page.expect_request(lambda request: request.method == "POST") as sent:
            page.locator("#id_city").press("Enter")
        assert "act=A" in sent.value.post_data


def test_a_whole_form_is_sent_and_the_theme_is_kept(live_server, cookie):
    with browsing() as browser, page_of(browser, cookie, 390) as page:
        page.goto(live_server.url + "/form/")
        for name, typed in GOOD.items():
            field = page.locator(f"[name={name}]").first
            kind = field.evaluate("field => field.type")
            if kind == "select-one":
                field.select_option(typed.upper())
            elif kind == "radio":
                field.check()
            elif kind != "hidden":
                field.fill(typed)
        page.click("[form=order]")
        page.wait_for_selector("h1:text('Enregistré')")

        page.click(".avatar")
        page.click("#me [value=dark]")
        page.wait_for_selector("html[data-bs-theme=dark]")
        page.reload()
        assert page.get_attribute("html", "data-bs-theme") == "dark"
        assert page.said == []


def test_the_log_in_page_logs_in(live_server, hakim):
    with browsing() as browser, page_of(browser) as page:
        page.goto(live_server.url + "/form/")
        page.fill("[name=username]", "hakim")
        page.fill("[name=password]", "faux")
        page.click("text=Connexion >> nth=-1")
        page.wait_for_selector(".error-summary:focus")
        page.fill("[name=password]", "une phrase assez longue")
        page.keyboard.press("Enter")
        page.wait_for_url("**/form/")
        assert page.said == []


def test_what_is_swapped_takes_on_no_style_which_the_policy_forbids(live_server, cookie):
    """A script may set one (a browser's extension, a picture that hides the caret); htmx would write it into the new element's markup."""
    with browsing() as browser, page_of(browser, cookie) as page:
        page.goto(live_server.url + "/form/")
        page.evaluate(
            """() => {
                document.querySelector("main").insertAdjacentHTML("beforeend", '<p id="odd">before</p>');
                document.getElementById("odd").style.setProperty("color", "transparent");
                htmx.swap("#odd", '<p id="odd">after</p>', {swapStyle: "outerHTML"});
            }"""
        )
        page.wait_for_function("document.getElementById('odd').textContent === 'after'")
        page.wait_for_timeout(200)  # it settles after 20 ms
        assert page.said == []
