"""A suite started as a person would, in a process of its own."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path
from urllib.request import urlopen

import psutil
import psycopg

STAND_IN = Path(__file__).with_name("stand_in.py")


class Suite:
    def __init__(self, data, *options, user=None, **surroundings):
        self.data, self.options, self.user, self.surroundings = Path(data), options, user, surroundings
        self.base = free_base()
        self.screen = ""
        self.process = None

    def start(self, *options):
        self.open(*options)
        self.await_words("Ctrl-C stops everything")
        return self

    def open(self, *options):
        if self.process:
            self.process.stdout.close()
        told = ["--data", str(self.data), "--port-base", str(self.base), *self.options, *options]
        self.process = subprocess.Popen(
            [sys.executable, str(STAND_IN), "run", *told],
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
            user=self.user, group=self.user and "nogroup", extra_groups=self.user and [], env=surroundings() | self.surroundings,
        )  # fmt: skip
        self.screen = ""

    def await_words(self, words):
        for line in self.process.stdout:
            self.screen += line
            if words in line:
                return
        raise AssertionError(f"never said {words!r}, but:\n{self.screen}")

    def end(self, sign=signal.SIGTERM):
        """Its exit status, and all that it said is on the screen."""
        self.process.send_signal(sign)
        return self.see_it_end()

    def see_it_end(self):
        if self.process.returncode is None:
            rest, _ = self.process.communicate(timeout=60)
            self.screen += rest
        return self.process.returncode

    def refused(self, *options):
        self.open(*options)
        return self.see_it_end()

    def demo(self):
        return json.loads((self.data / "demo.json").read_text())

    def pids(self):
        return {row["name"]: row["pid"] for row in json.loads((self.data / "run/processes.json").read_text())}

    def family(self):
        return [self.process.pid, *(child.pid for child in psutil.Process(self.process.pid).children(recursive=True))]

    def ask(self, service="dealer", path="/"):
        with urlopen(f"http://127.0.0.1:{self.base + 1 + ('dealer', 'hub', 'insurer').index(service)}{path}", timeout=5) as answer:  # noqa: S310
            return json.load(answer)


def surroundings():
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("JUPITER_", "DATABASE_", "DJANGO_"))}
    return kept | {"PYTHONDONTWRITEBYTECODE": "1"}


def free_base():
    for base in range(20_000 + os.getpid() % 1_000 * 10, 32_000, 10):
        try:
            for port in range(base + 1, base + 4):
                with socket.socket() as trial:
                    trial.bind(("127.0.0.1", port))
        except OSError:
            continue
        return base
    raise AssertionError("no free ports")


def soon(is_true, seconds=20):
    deadline = time.monotonic() + seconds
    trouble = None
    while time.monotonic() < deadline:
        try:
            if answer := is_true():
                return answer
        except (OSError, psycopg.OperationalError) as error:
            trouble = error
        time.sleep(0.05)
    raise AssertionError("not within its time") from trouble


def is_gone(pid):
    try:
        return psutil.Process(pid).status() == psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return True
