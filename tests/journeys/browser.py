"""A person at a browser: clicks what can be read on the screen, takes pictures, and asks axe about each page."""

import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, BrowserContext, Locator, Page, Response, sync_playwright

CHROMIUM = next(
    (path for path in ("/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome") if os.path.exists(path)), None
)
QUIET = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
DESKTOP, PHONE = (1440, 900), (390, 844)


@contextmanager
def chromium() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=QUIET)
        yield browser
        browser.close()


TELL_OF_POLICY = """document.addEventListener("securitypolicyviolation", (broken) => tellOfPolicy(
    `${document.location.pathname}: ${broken.violatedDirective} ${broken.blockedURI} ${broken.sample}`))"""


class Watched:
    """A browser context whose every page is listened to: no error of a script, no broken policy, no failed answer."""

    def __init__(self, browser: Browser, size: tuple[int, int] = DESKTOP, scheme: str = "light") -> None:
        self.context: BrowserContext = browser.new_context(
            viewport={"width": size[0], "height": size[1]}, locale="fr-FR", color_scheme=scheme, accept_downloads=True
        )
        self.complaints: list[str] = []
        self.context.on("console", lambda message: message.type == "error" and self.complaints.append(message.text))
        self.context.on("weberror", lambda error: self.complaints.append(str(error.error)))
        self.context.on("response", lambda answer: answer.status >= 500 and self.complaints.append(f"{answer.status} {answer.url}"))
        self.violations: list[str] = []  # of the content security policy, as the page itself hears of them
        self.policies: dict[str, str] = {}  # by page
        self.context.expose_function("tellOfPolicy", lambda told: self.violations.append(told))
        self.context.add_init_script(TELL_OF_POLICY)
        self.context.on("response", self._keep_policy)
        self.page: Page = self.context.new_page()

    def _keep_policy(self, answer: Response) -> None:
        if answer.request.resource_type == "document" and "text/html" in answer.headers.get("content-type", ""):
            self.policies[answer.url] = answer.headers.get("content-security-policy", "")


class Pictures:
    """Screenshots for README and the tour, taken where the script passes; into var/, never into docs/ by themselves."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        folder.mkdir(parents=True, exist_ok=True)

    def take(self, page: Page, name: str) -> None:
        page.wait_for_load_state("networkidle")
        page.screenshot(path=self.folder / f"{name}.png")


def field(where: Page | Locator, label: str) -> Locator:
    """By the words of its label, whatever marks stand behind them: mandatory, to complete, a unit, a source."""
    return where.get_by_label(re.compile(rf"^{re.escape(label)}\s*(\*|,\s*(à compléter|en )|repris du|$)"))


def faults_of(page: Page) -> list[str]:
    """What axe finds (WCAG A, AA, best practice), in words that say where."""
    found = Axe().run(page).response["violations"]
    return [f"{page.url}: {each['id']} {each['help']} {[node['target'] for node in each['nodes']][:3]}" for each in found]
