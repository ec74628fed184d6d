"""Servers in the background: each is recorded with its PID and birth, so that stop ends only what start began. Linux only (/proc)."""

import json
import os
import signal
import socket
import subprocess
import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from . import workfolder
from .refusal import Refusal

TICKS_PER_SECOND = os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True)
class Server:
    name: str
    pid: int
    born: int  # clock ticks after boot: a PID given again to another process has another birth
    port: int
    stop_signal: int


@dataclass(frozen=True)
class _ProcessStatus:
    state: str
    parent: int
    born: int
    cpu_ticks: int  # user + system, its own and that of its children already ended


def free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]


def start(
    name: str,
    command: Sequence[str | Path],
    port: int,
    environment: Mapping[str, str] | None = None,
    folder: Path | None = None,
    stop_signal: int = signal.SIGTERM,
) -> Server:
    workfolder.LOGS.mkdir(exist_ok=True)
    workfolder.RUN.mkdir(exist_ok=True)
    with open(workfolder.LOGS / f"{name}.log", "ab") as log:
        process = subprocess.Popen(
            [str(part) for part in command],
            cwd=folder or workfolder.ROOT,
            env={**os.environ, **(environment or {})},
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    server = Server(name, process.pid, _status(process.pid).born, port, stop_signal)
    _record(name).write_text(json.dumps(asdict(server)))
    return server


def running(name: str) -> Server | None:
    """The recorded server, if that very process still runs."""
    try:
        server = Server(**json.loads(_record(name).read_text()))
    except FileNotFoundError:
        return None
    status = _status(server.pid)
    if status is None or status.state == "Z" or status.born != server.born:
        return None
    return server


def require(name: str) -> Server:
    server = running(name)
    if server is None:
        raise Refusal(f"{name} does not run; see {workfolder.LOGS / (name + '.log')}, then ./peers start")
    return server


def address(name: str) -> str:
    return f"127.0.0.1:{require(name).port}"


def wait_until(name: str, answers, seconds: float = 60) -> None:
    """Wait until `answers()` is true, and refuse as soon as the process has ended."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        require(name)
        if answers():
            return
        time.sleep(0.1)
    raise Refusal(f"{name} does not answer after {seconds:.0f} s; see {workfolder.LOGS / (name + '.log')}")


def stop(name: str, patience: float = 20) -> bool:
    """Ask the server to end; after `patience` seconds end its own process group. True if it ran."""
    server = running(name)
    if server is None:
        _record(name).unlink(missing_ok=True)
        return False
    os.kill(server.pid, server.stop_signal)
    deadline = time.monotonic() + patience
    while running(name) and time.monotonic() < deadline:
        time.sleep(0.05)
    if running(name):
        os.killpg(server.pid, signal.SIGKILL)  # it leads its own session: see start_new_session above
    _record(name).unlink(missing_ok=True)
    return True


def cpu_seconds(roots: Iterable[int]) -> float:
    """User + system time spent so far by these processes and all their descendants."""
    statuses = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            status = _status(int(entry.name))
            if status:
                statuses[int(entry.name)] = status
    counted = set(roots)
    for pid in counted - statuses.keys():
        raise Refusal(f"process {pid} does not run: its CPU time cannot be counted")
    while True:
        children = {pid for pid, status in statuses.items() if status.parent in counted} - counted
        if not children:
            break
        counted |= children
    return sum(statuses[pid].cpu_ticks for pid in counted) / TICKS_PER_SECOND


def _record(name: str) -> Path:
    return workfolder.RUN / f"{name}.json"


def _status(pid: int) -> _ProcessStatus | None:
    try:
        text = Path(f"/proc/{pid}/stat").read_text()
    except (FileNotFoundError, ProcessLookupError):
        return None
    fields = text.rpartition(")")[2].split()  # the command's name, before, may hold spaces
    return _ProcessStatus(
        state=fields[0],
        parent=int(fields[1]),
        cpu_ticks=sum(int(value) for value in fields[11:15]),
        born=int(fields[19]),
    )
