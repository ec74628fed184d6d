"""A whole suite, started as anyone starts it, in a folder of its own; and the accidents that happen to its processes."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import httpx

CHECKOUT = Path(__file__).resolve().parents[2]
SERVICES = ("dealer", "hub", "insurer")


class Suite:
    """`bin/run` without its installing: the environment is there already."""

    def __init__(self, data: Path, *options: str, **environment: str) -> None:
        self.data = data
        self.port_base = free_port_base()
        self.options, self.environment = options, environment
        self.process: subprocess.Popen[bytes] | None = None

    def start(self, patience: float = 120) -> "Suite":
        told = [name for name in os.environ if name.startswith("JUPITER_") or name == "DATABASE_URL"]
        environment = {name: value for name, value in os.environ.items() if name not in told} | self.environment
        self.data.mkdir(parents=True, exist_ok=True)
        screen = open(self.data / "screen.txt", "ab")  # noqa: SIM115  # closed with the process
        command = [sys.executable, "-m", "jupiter.cli", "run", "--data", str(self.data), "--port-base", str(self.port_base)]
        self.process = subprocess.Popen(
            [*command, *self.options], env=environment, stdout=screen, stderr=screen, stdin=subprocess.DEVNULL, cwd="/"
        )
        self.wait_until_ready(patience)
        return self

    def wait_until_ready(self, patience: float = 120) -> None:
        for service in SERVICES:
            wait_for(lambda service=service: self.is_ready(service), patience, f"{service} is not ready:\n{self.said()}")
        wait_for((self.data / "demo.json").is_file, 10, "no demo.json")

    def is_ready(self, service: str) -> bool:
        if self.process and self.process.poll() is not None:
            raise AssertionError(f"the suite ended with {self.process.returncode}:\n{self.said()}")
        try:
            return httpx.get(f"{self.url(service)}/readyz", timeout=2, trust_env=False).status_code == 200
        except httpx.HTTPError:
            return False

    def stop(self) -> None:
        if self.process and self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
            try:
                self.process.wait(60)
            except subprocess.TimeoutExpired:
                self.process.kill()
                raise

    def url(self, service: str) -> str:
        return f"http://127.0.0.1:{self.port_base + 1 + SERVICES.index(service)}"

    def said(self) -> str:
        screen = self.data / "screen.txt"
        return screen.read_text(errors="replace")[-4000:] if screen.exists() else ""

    @property
    def demo(self) -> dict[str, Any]:
        return dict(json.loads((self.data / "demo.json").read_text()))

    def login(self, service: str, username: str) -> dict[str, str]:
        return next(each for each in self.demo["logins"] if (each["service"], each["username"]) == (service, username))

    def sell(self, count: int = 1, out: Path | None = None) -> subprocess.CompletedProcess[str]:
        command = [str(CHECKOUT / "bin/sell"), "--data", str(self.data), "--count", str(count), "--out", str(out or self.data / "sold")]
        return subprocess.run(command, capture_output=True, text=True, timeout=200 * count, check=False)


def wait_for(seen: Any, patience: float, otherwise: str) -> None:
    deadline = time.monotonic() + patience
    while not seen():
        if time.monotonic() > deadline:
            raise AssertionError(otherwise)
        time.sleep(0.2)


def free_port_base() -> int:
    """Nine free ports in a row, far from those of a suite that someone works with."""
    for base in range(18000, 19000, 20):
        try:
            for port in range(base + 1, base + 10):
                with socket.socket() as door:
                    door.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
                    door.bind(("127.0.0.1", port))
        except OSError:
            continue
        return base
    raise AssertionError("no nine free ports in a row")
