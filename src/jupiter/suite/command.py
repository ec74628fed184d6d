"""`jupiter run`: the whole suite from one command, prepared if need be, until somebody asks it to stop."""

import argparse
import json
import os
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path
from typing import Any

import psycopg

from jupiter.kit import postgres, roles

from . import keys, preparation
from .folder import Folder, read_json, write_json
from .keys import SERVICES
from .processes import end_leftovers
from .refusal import Refusal
from .signals import Asked, listen_for_signals
from .supervisor import LOOPBACK, Supervisor, refuse_taken, stop_database

NAMES = {"dealer": "Jupiter", "hub": "Centralisateur", "insurer": "Portail assurance"}
TUTORIAL_DAY = "2021-12-07"
ORDINARY, TUTORIAL = "ordinary", "tutorial-day"


def main(arguments: list[str]) -> int:
    told = parser().parse_args(arguments)
    folder = Folder(Path(told.data or os.environ["JUPITER_DATA"]).expanduser().resolve())
    os.environ["JUPITER_DATA"] = str(folder.path)
    try:
        listen_for_signals()
        if not 0 < told.port_base <= 65526:
            raise Refusal("--port-base is a number from 1 to 65526.", 2)
        folder.open()
        with folder.to_myself():
            run(folder, told)
    except Asked:
        pass
    except Refusal as refusal:
        print(refusal, file=sys.stderr)
        return refusal.status
    except postgres.ServerTrouble as trouble:
        print(f"PostgreSQL does not start: {trouble}", file=sys.stderr)
        return 1
    except psycopg.Error as error:
        print(f"The database refuses: {str(error).strip()}", file=sys.stderr)
        return 1
    except OSError as error:
        print(f"{error.strerror or error}: {error.filename or folder.path}", file=sys.stderr)
        return 1
    return 0


def parser() -> argparse.ArgumentParser:
    ours = argparse.ArgumentParser(prog="bin/run", description="Start Jupiter, the Centralisateur and the Portail assurance.")
    ours.add_argument("--port-base", type=int, default=8000, metavar="N", help="the services listen on N+1, N+2, N+3 (8000)")
    ours.add_argument("--data", metavar="DIR", help="where everything is kept (var)")
    ours.add_argument("--no-demo", action="store_true", help="start empty: no demonstration data")
    ours.add_argument("--tutorial-day", action="store_true", help="a demonstration in which it is always 7 December 2021")
    ours.add_argument("--reset", action="store_true", help="first erase all that DIR holds of an earlier start")
    ours.add_argument("--yes", action="store_true", help="erase without asking")
    return ours


def run(folder: Folder, told: argparse.Namespace) -> None:
    begun = time.monotonic()
    end_leftovers(folder)
    server = None if os.environ.get("DATABASE_URL") else postgres.embedded()
    if told.reset:
        reset(folder, server, sure=told.yes)
    mode = settle_mode(folder, TUTORIAL if told.tutorial_day else ORDINARY)
    ports = {service: told.port_base + n for n, service in enumerate(SERVICES, 1)}
    refuse_taken(ports)
    secrets = keys.of(folder)
    urls = {service: f"http://{LOOPBACK}:{port}" for service, port in ports.items()}
    detours = detours_from(os.environ.get("JUPITER_DETOURS", ""))
    try:
        start_database(server, folder)
        prepare(folder, secrets, mode, urls | detours, wanted=not told.no_demo)
        environments = {service: environment(service, folder, secrets, mode, urls, detours) for service in SERVICES}
        supervisor = Supervisor(folder, environments, ports)
        try:
            with step("Starting the three services and their workers"):
                supervisor.start()
            describe(folder, urls, mode)
            print(welcome(folder, time.monotonic() - begun), flush=True)
            supervisor.watch()
        finally:
            print("Stopping…", flush=True)
            supervisor.stop()
    finally:
        stop_database(server)


def detours_from(told: str) -> dict[str, str]:
    """`hub=http://127.0.0.1:9002,…`: where everybody reaches a service of this demonstration, as through a proxy that spoils what passes."""
    detours = dict(part.partition("=")[::2] for part in told.split(",") if part)
    if not set(detours) <= set(SERVICES) or not all(url.startswith(f"http://{LOOPBACK}:") for url in detours.values()):
        raise Refusal(f"JUPITER_DETOURS names services and their addresses on {LOOPBACK}: {told}", 2)
    return detours


def settle_mode(folder: Folder, asked: str) -> str:
    """A folder's dates belong to one day or the other, not to both."""
    found = folder.remembers().get("mode")
    if found and found != asked:
        other = "again with --tutorial-day" if found == TUTORIAL else "without --tutorial-day"
        raise Refusal(f"{folder.path} was made in the mode “{found}”: start it {other}, name another --data, or --reset it.", 2)
    if not found:
        folder.remember(mode=asked)
    return asked


def start_database(server: postgres.Embedded | None, folder: Folder) -> None:
    if server is None:
        return
    words = "Starting PostgreSQL" if server.data.exists() else "Making a PostgreSQL cluster"
    if folder.path not in server.home.parents:
        words += f" in {server.home}, since root’s database user cannot reach {folder.path}"
    with step(words):
        server.start()


def prepare(folder: Folder, secrets: dict[str, Any], mode: str, urls: dict[str, str], *, wanted: bool) -> None:
    preparation.databases()
    environments = {service: environment(service, folder, secrets, mode, urls, {}) | every_role(service) for service in SERVICES}
    if behind := preparation.to_migrate():
        with step(f"Bringing the databases up to date ({', '.join(behind)})"):
            preparation.migrate(folder, environments, behind)
    load_demo(folder, environments, secrets, mode, urls, wanted=wanted)


def load_demo(
    folder: Folder, environments: dict[str, dict[str, str]], secrets: dict[str, Any], mode: str, urls: dict[str, str], *, wanted: bool
) -> None:
    """Once; and again where it would say something else, for the addresses of the neighbours are part of it."""
    known = folder.remembers().get("demo")
    if known is None and not wanted or known == "declined":
        folder.remember(demo="declined")
        return
    told = {"tutorial_day": mode == TUTORIAL, "urls": urls, "passwords": secrets["passwords"], "links": secrets["links"]}
    digest = sha256(json.dumps(told, sort_keys=True).encode()).hexdigest()[:16]
    if known != digest:
        with step("Loading the demonstration’s data"):
            folder.remember(demo=digest, **preparation.load_demo(folder, environments, told))


def every_role(service: str) -> dict[str, str]:
    return {variable: roles.address(f"jupiter_{service}", role) for role, variable in roles.URLS.items()}


def environment(
    service: str, folder: Folder, secrets: dict[str, Any], mode: str, urls: dict[str, str], detours: dict[str, str]
) -> dict[str, str]:
    own = secrets["services"][service]
    return {
        **preparation.environment_without_ours(),
        "DATABASE_URL": roles.address(f"jupiter_{service}", roles.APP),
        "JUPITER_DATA": str(folder.path),
        "JUPITER_DEMO": "1",  # plain HTTP on loopback
        "JUPITER_SUPERVISOR": str(os.getpid()),
        "JUPITER_SECRET_KEY": own["secret_key"],
        "JUPITER_ENCRYPTION_KEYS": own["encryption_keys"],
        "JUPITER_PUBLIC_URL": (urls | detours)[service],
        "JUPITER_ALLOWED_HOSTS": f"{LOOPBACK},localhost",
        **{f"JUPITER_{other.upper()}_URL": url for other, url in (urls | detours).items()},
        **({"JUPITER_BUSINESS_DATE": TUTORIAL_DAY} if mode == TUTORIAL else {}),
        "PYTHONUNBUFFERED": "1",
        "MALLOC_ARENA_MAX": "2",  # many threads, little memory
    }


def describe(folder: Folder, urls: dict[str, str], mode: str) -> None:
    memory = folder.remembers()
    write_json(
        folder.demo,
        {
            "services": {service: {"url": url} for service, url in urls.items()},
            "logins": memory.get("logins", []),
            "api_clients": memory.get("api_clients", []),
            "mode": mode,
            "business_date": TUTORIAL_DAY if mode == TUTORIAL else None,
            "data": str(folder.path),
            "pid": os.getpid(),
            "started_at": datetime.now(UTC).isoformat(timespec="seconds"),
        },
    )


def welcome(folder: Folder, seconds: float) -> str:
    told = read_json(folder.demo)
    lines = [f"\nReady after {seconds:.1f} s.\n"]
    lines += [f"  {NAMES[service]:<18} {told['services'][service]['url']}/" for service in SERVICES]
    if told["logins"]:
        lines += ["\nLog-ins of the demonstration:\n"]
        widths = [max(len(str(row.get(part) or "")) for row in told["logins"]) for part in ("username", "password", "role")]
        for row in told["logins"]:
            parts = [f"{row.get(part) or '':<{width}}" for part, width in zip(("username", "password", "role"), widths, strict=True)]
            lines.append(f"  {NAMES[row['service']]:<18} {'  '.join(parts)}  {row.get('site') or ''}".rstrip())
    elif folder.remembers().get("demo") == "declined":
        lines += ["\nNo demonstration data: see docs/operating.md for the first administrator."]
    lines += [f"\nData and logs: {folder.path}. Addresses and log-ins: {folder.demo.name} there. Ctrl-C stops everything."]
    return "\n".join(lines)


def reset(folder: Folder, server: postgres.Embedded | None, *, sure: bool) -> None:
    if not folder.memory.exists():
        print(f"Nothing to erase in {folder.path}.", flush=True)
        return
    if not sure:
        what = f"all that {folder.path} holds of an earlier start" if server else "the three databases of DATABASE_URL’s server"
        if not sys.stdin.isatty():
            raise Refusal(f"--reset erases {what}. Without a terminal to ask at, add --yes.", 2)
        if input(f"Erase {what}? [yes/no] ").strip().lower() not in ("yes", "oui"):
            raise Refusal("Nothing was erased.")
    with step("Erasing"):
        if server:
            server.erase()
        else:
            preparation.drop_databases()
        folder.forget_everything()
        folder.open()


@contextmanager
def step(words: str) -> Iterator[None]:
    begun = time.monotonic()
    print(f"{words} … ", end="", flush=True)
    try:
        yield
    except BaseException:
        print(flush=True)
        raise
    print(f"{time.monotonic() - begun:.1f} s", flush=True)
