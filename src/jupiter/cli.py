"""`jupiter run`, `jupiter dealer web`, `jupiter hub migrate`: all three services, or one of them, as one role of its database."""

import os
import sys
from importlib import import_module
from pathlib import Path

from django.core.exceptions import ImproperlyConfigured
from django.core.management import execute_from_command_line

from jupiter.kit import postgres, roles, webserver
from jupiter.kit.roles import APP, MAINT, OWNER
from jupiter.suite import command as suite

SERVICES = ("dealer", "hub", "insurer")
ROLES = {  # all others: APP
    "makemigrations": OWNER,
    "migrate": OWNER,
    "createcachetable": OWNER,
    "dumpdata": MAINT,
    "load_demo": MAINT,  # these write for groups that nobody works in yet
    "create_group": MAINT,
    "create_producer": MAINT,
    "link_hub": MAINT,
}
USAGE = f"usage: jupiter run …  or  jupiter {'|'.join(SERVICES)} web|worker|migrate|COMMAND …  or  jupiter postgres start|stop"
HERE = Path(__file__).resolve().parents[2]


def main() -> None:
    usual = HERE / "var" if (HERE / "pyproject.toml").exists() else Path("~/.local/share/jupiter").expanduser()
    os.environ.setdefault("JUPITER_DATA", str(usual))
    try:
        match sys.argv[1:]:
            case ["run", *rest]:
                raise SystemExit(suite.main(rest))
            case ["postgres", "start"]:
                postgres.start()
            case ["postgres", "stop"]:
                postgres.embedded().stop()
            case [service, what, *rest] if service in SERVICES:
                run(service, what, rest)
            case _:
                raise SystemExit(USAGE)
    except postgres.ServerTrouble as trouble:
        raise SystemExit(f"PostgreSQL: {trouble}") from trouble


def run(service: str, what: str, arguments: list[str]) -> None:
    webserver.die_with_the_supervisor()
    role = os.environ["JUPITER_ROLE"] = ROLES.get(what, APP)
    name = os.environ["DJANGO_SETTINGS_MODULE"] = f"jupiter.{service}.settings"
    if os.environ.get("DATABASE_URL") and not os.environ.get(roles.URLS[role]):
        raise SystemExit(f"jupiter {service} {what} works as another role than that of DATABASE_URL: set {roles.URLS[role]} too.")
    try:
        import_module(name)
    except ImproperlyConfigured as refusal:
        raise SystemExit(str(refusal)) from refusal
    if role == APP and os.environ.get("JUPITER_DEMO") != "1" and roles.sees_past_the_walls(os.environ["DATABASE_URL"]):
        raise SystemExit(f"jupiter {service} {what}: DATABASE_URL names a role that sees past the walls between dealers.")
    if not os.environ.get("DATABASE_URL"):
        postgres.start()
        if role == OWNER:
            roles.prepare(f"jupiter_{service}")
    if what == "web":
        webserver.serve(f"jupiter.{service}.wsgi:application", arguments)
    else:
        execute_from_command_line(["jupiter", what, *arguments])


if __name__ == "__main__":
    main()
