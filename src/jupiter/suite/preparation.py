"""Before the services start: their databases, migrations, and the demonstration's data on the first start."""

import json
import os
import subprocess
from collections.abc import Mapping
from contextlib import suppress
from hashlib import sha256
from importlib import metadata
from pathlib import Path
from typing import Any

import psycopg
from psycopg import sql

from jupiter.kit import postgres, roles

from . import processes
from .folder import Folder
from .keys import SERVICES
from .processes import in_words, tail
from .refusal import Refusal
from .signals import undisturbed

CODE = Path(__file__).resolve().parent.parent


def databases() -> None:
    for service in SERVICES:
        roles.prepare(f"jupiter_{service}")


def to_migrate() -> list[str]:
    """Those whose database does not say that this very code has migrated it, or where somebody has migrated since."""
    return [service for service in SERVICES if _written_in(service) != _mark(service)]


def migrate(folder: Folder, environments: Mapping[str, Mapping[str, str]], services: list[str]) -> None:
    _together(folder, "migrate", {service: environments[service] for service in services}, ["--no-input", "--verbosity=1"])
    for service in services:
        with psycopg.connect(postgres.server(), autocommit=True) as admin:
            comment = sql.SQL("COMMENT ON DATABASE {} IS {}")
            admin.execute(comment.format(sql.Identifier(f"jupiter_{service}"), sql.Literal(_mark(service))))


def load_demo(folder: Folder, environments: Mapping[str, Mapping[str, str]], told: dict[str, Any]) -> dict[str, list[Any]]:
    answers = _together(folder, "load_demo", environments, [], json.dumps(told))
    together: dict[str, list[Any]] = {"logins": [], "api_clients": []}
    for service, said in answers.items():
        try:
            answer = json.loads(said.rstrip().rpartition("\n")[2])
            for kind, rows in together.items():
                rows += [{"service": service, **row} for row in answer.get(kind, [])]
        except (ValueError, AttributeError, TypeError) as error:
            raise Refusal(f"jupiter {service} load_demo did not end with one line of JSON: {error}") from error
    return together


def drop_databases() -> None:
    with psycopg.connect(postgres.server(), autocommit=True) as admin:
        for service in SERVICES:
            admin.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(f"jupiter_{service}")))


def _together(
    folder: Folder, command: str, environments: Mapping[str, Mapping[str, str]], arguments: list[str], told: str = ""
) -> dict[str, str]:
    """One process per service, at the same time; what each said. Stops at the first that fails, with its last words."""
    running = {}
    for service, environment in environments.items():
        with open(folder.log(f"{service}-{command}"), "ab") as log:
            running[service] = subprocess.Popen(  # noqa: S603
                [*processes.PROGRAM, service, command, *arguments],
                env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=log, text=True, start_new_session=True,
            )  # fmt: skip
    try:
        for process in running.values():
            if process.stdin:
                with suppress(BrokenPipeError):  # it has ended already; its status says why
                    process.stdin.write(told)
                    process.stdin.close()
                process.stdin = None
        said = {}
        for service, process in running.items():
            said[service], _ = process.communicate()
            with open(folder.log(f"{service}-{command}"), "a") as log:
                log.write(said[service] if command == "migrate" else "")  # what load_demo says is secret
            if process.returncode:
                words = tail(folder.log(f"{service}-{command}"))
                raise Refusal(f"jupiter {service} {command} {in_words(process.returncode)}:\n{words}")
        return said
    finally:
        with undisturbed():
            for process in running.values():
                process.kill()
                process.wait()


def _mark(service: str) -> str:
    return f"migrated by {_code(service)}, {_history(service)}"


def _code(service: str) -> str:
    """Anything that could bring a migration: our own code, and each installed package."""
    digest = sha256()
    for path in sorted(path for part in ("kit", service) for path in (CODE / part).rglob("*.py")):
        digest.update(f"{path.relative_to(CODE)}\n".encode() + path.read_bytes())
    for package in sorted(f"{found.name}=={found.version}" for found in metadata.distributions()):
        digest.update(package.encode())
    return digest.hexdigest()[:16]


def _history(service: str) -> str:
    with psycopg.connect(postgres.server(), dbname=f"jupiter_{service}") as inside:
        try:
            row = inside.execute("SELECT count(*), max(id) FROM django_migrations").fetchone()
        except psycopg.errors.UndefinedTable:
            return "never"
    return f"{row[0]} to {row[1]}" if row else "never"


def _written_in(service: str) -> str:
    with psycopg.connect(postgres.server()) as admin:
        question = "SELECT shobj_description(oid, 'pg_database') FROM pg_database WHERE datname = %s"
        row = admin.execute(question, [f"jupiter_{service}"]).fetchone()
    return str(row[0]) if row else ""


def environment_without_ours() -> dict[str, str]:
    """What the person's shell holds, but nothing that decides who we are and what we connect to."""
    ours = ("DATABASE_", "PG", "JUPITER_ROLE", "JUPITER_SUPERVISOR", "JUPITER_BUSINESS_DATE", "DJANGO_", "PYTHONPATH")
    return {name: value for name, value in os.environ.items() if not name.startswith(ours)}
