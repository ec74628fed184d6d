"""The order's form in a real browser: lines of deposits come and go without losing what is typed, and the sums follow."""

import shutil

import pytest

from . import make

playwright = pytest.importorskip("playwright.sync_api")
CHROMIUM = shutil.which("chromium")
pytestmark = [pytest.mark.skipif(not CHROMIUM, reason="apt-get install chromium"), pytest.mark.django_db(transaction=True)]


def test_a_line_of_deposit_is_added_and_taken_away_where_it_stands(live_server, client, settings):
    site = make.a_site()
    car = make.a_vehicle(site)
    client.force_login(make.a_member(site))
    name = settings.SESSION_COOKIE_NAME
    cookie = {"name": name, "value": client.cookies[name].value, "url": live_server.url}
    with playwright.sync_playwright() as play:
        browser = play.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox", "--disable-gpu"])
        context = browser.new_context()
        context.add_cookies([cookie])
        page, trouble = context.new_page(), []
        page.on("pageerror", lambda error: trouble.append(str(error)))
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
        assert trouble == []
        browser.close()
