"""A whole suite, started as anyone starts it, in a folder of its own; and the accidents that happen to its processes."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, suppress
from importlib.machinery import SourceFileLoader
from importlib.util import module_from_spec, spec_from_loader
from pathlib import Path
from types import ModuleType
from typing import Any, TypeVar

import httpx
import psutil
import psycopg
from psycopg.rows import dict_row

from jupiter.kit import postgres

CHECKOUT = Path(__file__).resolve().parents[2]
SERVICES = ("dealer", "hub", "insurer")
Seen = TypeVar("Seen")


class Suite:
    """`bin/run` without its installing: the environment is there already."""

    python = sys.executable  # another checkout's, to run that one

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
        command = [self.python, "-m", "jupiter.cli", "run", "--data", str(self.data), "--port-base", str(self.port_base)]
        self.process = subprocess.Popen(
            [*command, *self.options], env=environment, stdout=screen, stderr=screen, stdin=subprocess.DEVNULL, cwd="/"
        )
        screen.close()
        try:
            self.wait_until_ready(patience)
        except BaseException:
            self.stop()
            raise
        return self

    def begin_from(self, other: "Suite") -> "Suite":
        """What another's first start made, which has been stopped since, is this one's to go on with: half a minute less."""
        _copy(other.data, self.data)
        (self.data / "demo.json").unlink()  # speaks of the other's
        note = self.data / postgres.ELSEWHERE
        if note.exists():  # root's server lies elsewhere; so will this one's
            note.unlink()
            home = self.server.home
            _copy(other.server.home.parent, home.parent)
            note.write_text(f"{home}\n")
        return self

    def wait_until_ready(self, patience: float = 120) -> None:
        for service in SERVICES:
            self.wait_for(service, patience)
        wait_for((self.data / "demo.json").is_file, 10, "no demo.json")

    def wait_for(self, service: str, patience: float = 60) -> None:
        wait_for(lambda: self.is_ready(service), patience, lambda: f"{service} is not ready:\n{self.said()}", pause=0.05)

    def is_ready(self, service: str) -> bool:
        if self.process and self.process.poll() is not None:
            raise AssertionError(f"the suite ended with {self.process.returncode}:\n{self.said()}")
        try:
            return httpx.get(f"{self.url(service)}/readyz", timeout=2, trust_env=False).status_code == 200
        except httpx.HTTPError:
            return False

    def stop(self, *, keep: bool = False) -> None:
        """For good, unless told to keep the data: root's may lie outside the folder that the test throws away."""
        if self.process and self.process.poll() is None:
            self.process.send_signal(signal.SIGCONT)  # a test that failed may have left it frozen
            self.process.send_signal(signal.SIGTERM)
            try:
                self.process.wait(60)
            except subprocess.TimeoutExpired:
                self.process.kill()
                raise
        if not keep:
            self.server.erase()

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

    # Selling

    def selling(self, count: int = 1, *, data: Path | None = None, out: Path | None = None, **environment: str) -> "subprocess.Popen[str]":
        """bin/sell, as anyone runs it; it goes on while the test does other things."""
        out = out or self.data / "sold"
        command = [str(CHECKOUT / "bin/sell"), "--data", str(data or self.data), "--count", str(count), "--out", str(out)]
        return subprocess.Popen(
            command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, env=dict(os.environ) | environment, cwd="/"
        )

    def sell(self, count: int = 1, **options: Any) -> subprocess.CompletedProcess[str]:
        running = self.selling(count, **options)
        try:
            said, _ = running.communicate(timeout=200 * count)
        except subprocess.TimeoutExpired:
            running.kill()
            raise
        return subprocess.CompletedProcess(running.args, running.returncode, said, "")

    # Looking inside, as the server's administrator

    @property
    def server(self) -> postgres.Embedded:
        home = postgres.home_in(self.data)
        return postgres.Embedded(home, note=None if self.data in home.parents else self.data / postgres.ELSEWHERE)

    def inside(self, service: str) -> "psycopg.Connection[dict[str, Any]]":
        return psycopg.connect(self.server.conninfo, dbname=f"jupiter_{service}", autocommit=True, row_factory=dict_row)

    def rows(self, service: str, question: str, *values: Any) -> list[dict[str, Any]]:
        with self.inside(service) as door:
            return door.execute(question, values or None).fetchall()

    def do(self, service: str, command: str, *values: Any) -> None:
        with self.inside(service) as door:
            door.execute(command, values or None)

    # Accidents

    def pid(self, name: str) -> int:
        """Of `dealer-web`, `hub-worker` … as the runner reports it, or of PostgreSQL."""
        if name == "postgres":
            return int((self.server.data / "postmaster.pid").read_text().partition("\n")[0])
        report = json.loads((self.data / "run/processes.json").read_text())
        return next(int(row["pid"]) for row in report if row["name"] == name)

    def children(self, name: str) -> list[int]:
        return [child.pid for child in psutil.Process(self.pid(name)).children(recursive=True)]

    def has_new(self, name: str, old: int) -> bool:
        """Whether it was started again."""
        try:
            pid = self.pid(name)
        except (OSError, StopIteration, ValueError):
            return False
        return pid != old and is_alive(pid)

    @contextmanager
    def nobody_watching(self) -> Iterator[None]:
        """The supervisor sleeps: what dies stays dead until the end of the block."""
        assert self.process is not None
        self.process.send_signal(signal.SIGSTOP)
        try:
            yield
        finally:
            self.process.send_signal(signal.SIGCONT)

    def kill(self, *names: str) -> None:
        """-9, with whatever they had started."""
        for name in names:
            pid = self.pid(name)
            os.kill(pid, signal.SIGKILL)
            wait_for(lambda pid=pid: not is_alive(pid), 10, f"{name} survives SIGKILL")

    def worker(self, service: str, **environment: str) -> AbstractContextManager[None]:
        return self.alone(service, "worker", **environment)

    def web(self, service: str, **environment: str) -> AbstractContextManager[None]:
        return self.alone(service, "web", "--port", self.url(service).rpartition(":")[2], **environment)

    @contextmanager
    def alone(self, service: str, *command: str, **environment: str) -> Iterator[None]:
        """A process with settings of its own, in place of the supervisor's: for a block in which nobody is watching."""
        name = f"{service}-{command[0]}"
        own = psutil.Process(self.pid(name)).environ() | environment
        self.kill(name)
        with self._running(name, own, service, *command):
            yield

    @contextmanager
    def another_web(self, service: str) -> Iterator[str]:
        """A second web server of a service, beside the first; its address."""
        name, port = f"{service}-web", self.port_base + 9
        with self._running(name, psutil.Process(self.pid(name)).environ(), service, "web", "--port", str(port)):
            yield f"http://127.0.0.1:{port}"

    @contextmanager
    def _running(self, name: str, environment: dict[str, str], *command: str) -> Iterator[None]:
        own = environment | {"JUPITER_SUPERVISOR": str(os.getpid())}
        with open(self.data / f"log/{name}-alone.log", "ab") as log:
            alone = subprocess.Popen([sys.executable, "-P", "-m", "jupiter", *command], env=own, stdout=log, stderr=log)
        try:
            yield
        finally:
            alone.terminate()
            try:
                alone.wait(20)
            except subprocess.TimeoutExpired:
                alone.kill()
                alone.wait()


def _copy(whole: Path, into: Path) -> None:
    """With owners and modes, as PostgreSQL wants them."""
    into.mkdir(parents=True, exist_ok=True)
    subprocess.run(["cp", "-a", f"{whole}/.", str(into)], check=True)


def is_there(url: str) -> bool:
    try:
        return httpx.get(f"{url}/livez", timeout=2, trust_env=False).status_code == 200
    except httpx.HTTPError:
        return False


def is_alive(pid: int) -> bool:
    with suppress(psutil.NoSuchProcess):
        return psutil.Process(pid).status() != psutil.STATUS_ZOMBIE
    return False


def wait_for(look: Callable[[], Seen], patience: float, otherwise: str | Callable[[], str], *, pause: float = 0.1) -> Seen:
    """What was seen, as soon as there is something to see."""
    deadline = time.monotonic() + patience
    while not (seen := look()):
        if time.monotonic() > deadline:
            raise AssertionError(otherwise if isinstance(otherwise, str) else otherwise())
        time.sleep(pause)
    return seen


def free_port_base() -> int:
    """Nine free ports in a row, far from those of a suite that someone works with."""
    first = 18_100 + os.getpid() % 90 * 20  # two runs at once begin their search apart
    for base in (*range(first, 20_000, 20), *range(18_100, first, 20)):
        try:
            for port in range(base + 1, base + 10):
                with socket.socket() as door:
                    door.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
                    door.bind(("127.0.0.1", port))
        except OSError:
            continue
        return base
    raise AssertionError("no nine free ports in a row")


def seller_script() -> ModuleType:
    """bin/sell's own steps, for a sale that is to be interrupted between two of them."""
    loader = SourceFileLoader("bin_sell", str(CHECKOUT / "bin/sell.py"))
    spec = spec_from_loader(loader.name, loader)
    assert spec is not None
    module = module_from_spec(spec)
    sys.modules[loader.name] = module  # its dataclasses look themselves up there
    loader.exec_module(module)
    return module
