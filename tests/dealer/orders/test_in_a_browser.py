"""The order's form in a real browser: lines of deposits come and go, and a car is found, without losing what is typed."""

import shutil
from contextlib import contextmanager

import pytest

from . import make

playwright = pytest.importorskip("playwright.sync_api")
CHROMIUM = shutil.which("chromium")
pytestmark = [pytest.mark.skipif(not CHROMIUM, reason="apt-get install chromium"), pytest.mark.django_db(transaction=True)]


@contextmanager
def window(cookie):
    with playwright.sync_playwright() as play:
        browser = play.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox", "--disable-gpu"])
        context = browser.new_context()
        context.add_cookies([cookie])
        page, trouble = context.new_page(), []
        page.on("pageerror", lambda error: trouble.append(str(error)))
        yield page
        assert trouble == []
        browser.close()


@pytest.fixture
def site():
    return make.a_site()


@pytest.fixture
def cookie(live_server, client, settings, site):
    client.force_login(make.a_member(site))
    name = settings.SESSION_COOKIE_NAME
    return {"name": name, "value": client.cookies[name].value, "url": live_server.url}


def test_a_line_of_deposit_is_added_and_taken_away_where_it_stands(live_server, cookie, site):
    car = make.a_vehicle(site)
    with window(cookie) as page:
        page.goto(f"{live_server.url}/bons-de-commande/nouveau/?vehicle={car.pk}")
        due = page.locator("[data-total=due]")

        page.fill("[name=last_name]", "DUPONT")
        page.fill("[name=deposit]", "500")
        page.click("button[value=deposit]")
        page.fill("[name=deposit_2]", "1000")
        playwright.expect(due).to_have_text("14 950,00 €")
        page.click("button[value=deposit]")
        page.fill("[name=deposit_3]", "10")
        page.click("button[value='no_deposit:2']")
        playwright.expect(due).to_have_text("15 940,00 €")

        assert page.input_value("[name=deposit_2]") == "10"
        assert page.input_value("[name=last_name]") == "DUPONT"
        assert page.url.endswith(f"?vehicle={car.pk}")


def test_a_car_is_found_and_chosen_by_keys_alone(live_server, cookie, site):
    make.a_vehicle(site, plate="AB-123-CD")
    second = make.a_vehicle(site, plate="EF-456-GH")
    with window(cookie) as page:
        page.goto(f"{live_server.url}/bons-de-commande/nouveau/")
        page.fill("[name=last_name]", "MARTIN")
        field = page.locator("[name=stock_number]")
        field.press_sequentially("2008")
        page.wait_for_selector("#vehicles-found [role=option] >> nth=1")
        field.press("ArrowUp")
        field.press("ArrowUp")
        playwright.expect(page.locator("[role=option][aria-selected=true]")).to_contain_text("EF-456-GH")
        field.press("Enter")
        playwright.expect(page.locator("[name=plate]")).to_have_value("EF-456-GH")
        playwright.expect(page.locator("[name=stock_number]")).to_have_value(second.stock_number)
        assert page.input_value("[name=last_name]") == "MARTIN"


@pytest.mark.parametrize(("language", "said"), [("fr", ["1 sélectionné", "2 sélectionnés"]), ("en", ["1 selected", "2 selected"])])
def test_the_picked_orders_are_counted_in_words(live_server, cookie, site, language, said):
    make.an_order(site=site)
    make.an_order(site=site)
    with window(cookie) as page:
        page.context.add_cookies([{"name": "django_language", "value": language, "url": live_server.url}])
        page.goto(f"{live_server.url}/bons-de-commande/?seller=")
        counted = []
        for pick in page.locator("[data-pick]").all():
            pick.check()
            counted.append(page.locator("[data-bulk-count]").inner_text())
        assert counted == said
