"""The running suite: its second start, its memory, a sale's time, a list's weight."""

import json
import re
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import psutil

from tests.journeys.running import Suite

from .figures import Figure, figure

SALES = 5


def figures(data: Path) -> Iterator[Figure]:
    suite = Suite(data).start()
    suite.stop()
    begun = time.monotonic()
    suite.start()
    try:
        yield figure("start.second_s", [time.monotonic() - begun], "s", 15)
        yield from sales(suite)
        yield from memory(suite)
        yield from weight(suite)
    finally:
        suite.stop()


def sales(suite: Suite) -> Iterator[Figure]:
    """By bin/sell, which prints each step's time; the first sale warms up and is not counted."""
    done = suite.sell(SALES + 1)
    if done.returncode:
        raise SystemExit(f"bin/sell failed:\n{done.stdout}{done.stderr}")
    whole = [float(seconds) for seconds in re.findall(r"([\d.]+) s in all", done.stdout)]
    declare = [float(seconds) for seconds in re.findall(r"Déclarer et Garantir .* ([\d.]+) s", done.stdout)]
    quote = [float(seconds) for seconds in re.findall(r"devis created .* ([\d.]+) s", done.stdout)]
    yield figure("sale.whole_s", whole[1:], "s", 5)
    yield figure("sale.both_messages_s", [a + b for a, b in zip(declare[1:], quote[1:], strict=True)], "s", 2)


def memory(suite: Suite) -> Iterator[Figure]:
    """PSS: what is shared is counted once."""
    assert suite.process is not None
    family = [psutil.Process(suite.process.pid), *psutil.Process(suite.process.pid).children(recursive=True)]
    known = {process.pid for process in family}
    folder = str(suite.data)
    servers = [p for p in psutil.process_iter(["name", "cmdline"]) if p.info["name"] == "postgres" and p.pid not in known]
    ours = [p for p in servers if any(folder in word or "/jupiter/" in word for word in (p.info["cmdline"] or []))]
    for server in ours:
        family += [server, *server.children(recursive=True)]
    total = 0.0
    seen: set[int] = set()
    for process in family:
        if process.pid in seen:
            continue
        seen.add(process.pid)
        try:
            total += process.memory_full_info().pss
        except psutil.Error:
            continue
    yield figure("memory.all_mib", [total / 2**20], "MiB", 1536)


def weight(suite: Suite) -> Iterator[Figure]:
    """Of the list of orders, cold, as a browser that takes brotli gets it."""
    login = suite.login("dealer", "hakim")
    with httpx.Client(base_url=suite.url("dealer"), follow_redirects=True, headers={"accept-encoding": "br"}) as browser:
        page = browser.get("/connexion/")
        token = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', page.text)
        assert token
        data = {"csrfmiddlewaretoken": token.group(1), "username": login["username"], "password": login["password"]}
        browser.post("/connexion/", data=data, headers={"referer": suite.url("dealer")})
        total, parts = 0, 0
        page = browser.get("/bons-de-commande/?vendor=")
        for address in [str(page.url), *re.findall(r'(?:href|src)="(/static/[^"#]+)"', page.text)]:
            with browser.stream("GET", address) as response:
                total += sum(len(chunk) for chunk in response.iter_raw())
                parts += 1
    yield figure("list.wire_kb", [total / 1000], "kB", 60)
    yield figure("list.requests", [parts], "", 8)


def demo(data: Path) -> dict[str, object]:
    return dict(json.loads((data / "demo.json").read_text()))


