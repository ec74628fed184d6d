"""Three roles per service: the owner migrates, the application reads and writes, maintenance sees past the walls."""

import hmac
import os
from typing import Any
from urllib.parse import quote, urlencode

from psycopg import OperationalError, connect, sql
from psycopg.conninfo import conninfo_to_dict

from .postgres import server

OWNER, APP, MAINT = "owner", "app", "maint"
POWERS = {OWNER: "NOBYPASSRLS", APP: "NOBYPASSRLS", MAINT: "BYPASSRLS"}
URLS = {OWNER: "DATABASE_OWNER_URL", APP: "DATABASE_URL", MAINT: "DATABASE_MAINT_URL"}
ALTER = "ALTER ROLE {role} LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION {powers} PASSWORD {password}"
# Of an error the server's log says which, and neither the statement nor the row: names, plates and addresses stand in them
SILENT = "ALTER ROLE {role} SET log_min_error_statement TO 'panic'; ALTER ROLE {role} SET log_error_verbosity TO 'terse'"

EXTENSIONS = ("pg_trgm", "btree_gist", "btree_gin", "unaccent")  # search, and constraints on periods; the owner may not create them

# What a connection says again is planned no more: behind the walls planning a joined row costs four times what reading it does.
# Not so soon for the owner: what migrations ask again may have other columns by then.
PREPARED = {APP: 1, OWNER: 3, MAINT: 3}
POOLED = 4  # of a process, which uses one core at most: each has all its plans to learn, and to keep

SEARCH = "search"  # owns the views that searches read (walls.py); nobody logs in as it, and only the owner may make it own something
GRANTS = """
    REVOKE ALL ON DATABASE {database} FROM PUBLIC;
    REVOKE CREATE ON SCHEMA public FROM PUBLIC;
    GRANT CONNECT ON DATABASE {database} TO {app}, {maint};
    GRANT USAGE, CREATE ON SCHEMA public TO {search};
    GRANT {search} TO {owner} WITH INHERIT FALSE, SET TRUE;
    ALTER DEFAULT PRIVILEGES FOR ROLE {owner} GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO {app}, {maint};
    ALTER DEFAULT PRIVILEGES FOR ROLE {owner} GRANT USAGE, SELECT ON SEQUENCES TO {app}, {maint};
"""


def database(name: str) -> dict[str, Any]:
    """Django's connection, as the application unless the command needs another role (cli.py).

    Each role's address is a variable of its own; where there is none, the embedded server knows every role.
    """
    role = os.environ.get("JUPITER_ROLE", APP)
    url = os.environ.get(URLS[role]) or os.environ.get(URLS[APP]) or address(name, role)
    there = conninfo_to_dict(url)
    return {
        "ENGINE": "jupiter.kit.database",
        "NAME": there.pop("dbname", name),
        "USER": there.pop("user", ""),
        "PASSWORD": there.pop("password", ""),
        "HOST": there.pop("host", ""),
        "PORT": str(there.pop("port", "")),
        "CONN_HEALTH_CHECKS": False,  # kit.database listens instead of asking
        "OPTIONS": {
            "pool": {"min_size": 1, "max_size": int(os.environ.get("JUPITER_CONNECTIONS") or POOLED), "timeout": 5},
            "server_side_binding": True,
            "prepare_threshold": PREPARED[role],
            **there,
        },
    }


def address(name: str, role: str) -> str:
    """A role's own way to its database, as a URL, from the administrator's to the server."""
    there = conninfo_to_dict(server())
    user, password = login(name, role).values()
    way = {key: str(value) for key, value in there.items() if key not in ("user", "password", "dbname")}
    return f"postgresql://{user}{':' if password else ''}{quote(password, safe='')}@/{name}?{urlencode(way, quote_via=quote)}"


def login(name: str, role: str) -> dict[str, str]:
    """An administrator's password yields those of all the roles; where he needs none, nor do they."""
    there, user = conninfo_to_dict(server()), f"{name}_{role}"
    password = str(there.get("password") or "")
    if password:
        password = hmac.digest(password.encode(), user.encode(), "sha256").hex()
    return {"USER": user, "PASSWORD": password}


def prepare(name: str, database: str | None = None) -> None:
    """As the server's administrator: the roles, their database, and what each may do there. Again does no harm."""
    database = database or name
    names = {role: sql.Identifier(f"{name}_{role}") for role in (*POWERS, SEARCH)} | {"database": sql.Identifier(database)}
    with connect(server(), autocommit=True) as admin:
        admin.execute("SELECT pg_advisory_lock(hashtext('jupiter'))")
        for role, powers in POWERS.items():
            user, password = login(name, role).values()
            if not admin.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [user]).rowcount:
                admin.execute(sql.SQL("CREATE ROLE {}").format(names[role]))
            facts = {"role": names[role], "powers": sql.SQL(powers), "password": sql.Literal(password or None)}
            admin.execute(sql.SQL(ALTER).format(**facts))
            admin.execute(sql.SQL(SILENT).format(**facts))
        if not admin.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [f"{name}_{SEARCH}"]).rowcount:
            admin.execute(sql.SQL("CREATE ROLE {search} NOLOGIN BYPASSRLS").format(**names))
        if not admin.execute("SELECT 1 FROM pg_database WHERE datname = %s", [database]).rowcount:
            admin.execute(sql.SQL("CREATE DATABASE {database} OWNER {owner}").format(**names))
        with connect(server(), dbname=database) as inside:
            inside.execute(sql.SQL(GRANTS).format(**names))
            for extension in EXTENSIONS:
                inside.execute(sql.SQL("CREATE EXTENSION IF NOT EXISTS {}").format(sql.Identifier(extension)))


def sees_past_the_walls(url: str) -> bool:
    """A superuser, or a role that row-level security does not stop. Not asked of a server that is away: it will be back."""
    try:
        with connect(url, connect_timeout=5) as there:
            row = there.execute("SELECT rolsuper OR rolbypassrls FROM pg_roles WHERE rolname = current_user").fetchone()
    except OperationalError:
        return False
    return bool(row and row[0])
