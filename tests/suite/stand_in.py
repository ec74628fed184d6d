"""A suite of three services that do nothing, for the supervisor's tests: `stand_in.py run …` instead of `jupiter run …`.

The processes are real, and so are the web server and PostgreSQL.
"""

import json
import os
import sys
import time
from pathlib import Path

import psycopg

from jupiter.kit import webserver
from jupiter.suite import command, processes


def application(environ, start_response):
    if environ["PATH_INFO"] == "/slow":
        time.sleep(2)
    sick = environ["PATH_INFO"] == "/readyz" and gives_up().exists()
    start_response("503 Service Unavailable" if sick else "200 OK", [("Content-Type", "application/json")])
    return [json.dumps({"pid": os.getpid(), "day": os.environ.get("JUPITER_BUSINESS_DATE")}).encode()]


def gives_up():
    """The tests make this file to see a worker end, and the service be unready for lack of one."""
    return Path(os.environ["JUPITER_DATA"], f"{sys.argv[1]}-worker-gives-up")


def migrate():
    with psycopg.connect(os.environ["DATABASE_OWNER_URL"], autocommit=True) as owner:
        owner.execute("CREATE TABLE IF NOT EXISTS django_migrations (id serial)")
        owner.execute("CREATE TABLE IF NOT EXISTS rows (word text)")


def load_demo():
    told = json.load(sys.stdin)
    with psycopg.connect(os.environ["DATABASE_MAINT_URL"], autocommit=True) as maintenance:
        maintenance.execute("INSERT INTO rows VALUES ('loaded')")
    service = sys.argv[1]
    print("loaded")
    print(json.dumps({"logins": [{"username": "vendeur", "password": told["passwords"][service], "role": "seller", "site": "FR00001"}]}))


def worker():
    while True:
        if gives_up().exists():
            sys.exit(0)
        time.sleep(0.1)


def main():
    webserver.die_with_the_supervisor()
    match sys.argv[1:]:
        case ["run", *rest]:
            processes.PROGRAM = (sys.executable, __file__)
            sys.exit(command.main(rest))
        case [_, "web", *rest]:
            webserver.serve("tests.suite.stand_in:application", rest)
        case [_, "worker"]:
            worker()
        case [_, "migrate", *_]:
            migrate()
        case [_, "load_demo"]:
            load_demo()


if __name__ == "__main__":
    main()
