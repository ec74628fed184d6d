"""The suite's processes: each in a group of its own, recorded so that the next start can end what a killed one left."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psutil

from .folder import Folder, read_json, write_json
from .signals import undisturbed

PROGRAM = (sys.executable, "-P", "-m", "jupiter")
PAUSES = (0.0, 0.5, 1, 2, 4, 8, 16, 30)  # before the next try of what dies young
YOUNG_SECONDS = 20
PATIENCE_SECONDS = 35  # longer than the web server's own
POLL_SECONDS = 0.05


@dataclass
class Process:
    name: str
    arguments: list[str]
    environment: Mapping[str, str]
    log: Path
    running: subprocess.Popen[bytes] | None = None
    born: float = 0.0
    deaths: int = 0
    due: float = field(default_factory=time.monotonic)

    def start(self) -> None:
        with open(self.log, "ab") as log:
            self.running = subprocess.Popen(  # noqa: S603
                [*PROGRAM, *self.arguments],
                env=self.environment,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,  # Ctrl-C reaches only the supervisor, which stops them in order
            )
        self.born = time.monotonic()

    def has_died(self) -> str:
        """How, or nothing. Counted once, and the next try set."""
        if self.running is None or self.running.poll() is None:
            return ""
        how = in_words(self.running.returncode)
        self.end_its_group()
        self.running = None
        self.deaths = self.deaths + 1 if time.monotonic() - self.born < YOUNG_SECONDS else 0
        self.due = time.monotonic() + PAUSES[min(self.deaths, len(PAUSES) - 1)]
        return how

    def is_due(self) -> bool:
        return self.running is None and time.monotonic() >= self.due

    def lives(self) -> bool:
        return self.running is not None and self.running.poll() is None

    def ask_to_end(self) -> None:
        if self.running and self.lives():
            self.running.terminate()

    def end(self) -> None:
        """Now, with whoever it leaves behind."""
        if self.running:
            self.end_its_group()
            self.running.wait()
            self.running = None

    def end_its_group(self) -> None:
        if self.running:
            with suppress(ProcessLookupError, PermissionError):
                os.killpg(self.running.pid, signal.SIGKILL)

    def last_words(self) -> str:
        return tail(self.log)


def stop(processes: Iterable[Process], patience: float = PATIENCE_SECONDS) -> None:
    """Asked all at once, given time, then ended. Who asks a second time cuts the waiting short, and only that."""
    together = list(processes)
    deadline = time.monotonic() + patience
    with undisturbed():
        for process in together:
            process.ask_to_end()
    while _any_lives(together) and time.monotonic() < deadline:
        time.sleep(POLL_SECONDS)
    with undisturbed():
        for process in together:
            process.end()


def _any_lives(together: list[Process]) -> bool:
    with undisturbed():
        return any([process.lives() for process in together])


def record(folder: Folder, processes: Iterable[Process]) -> None:
    rows = []
    for process in processes:
        if process.running:
            with suppress(psutil.NoSuchProcess):
                pid = process.running.pid
                rows.append({"name": process.name, "pid": pid, "created": psutil.Process(pid).create_time()})
    write_json(folder.processes, rows)


def end_leftovers(folder: Folder) -> int:
    """Known by number and hour of birth, never by name: a number may be another program's by now."""
    rows: list[dict[str, Any]] = read_json(folder.processes) or []
    ended = 0
    for left in psutil.process_iter():
        with suppress(psutil.Error, ProcessLookupError, PermissionError):
            if any(_is_of(left, row) for row in rows):
                left.kill()
                ended += 1
    folder.processes.unlink(missing_ok=True)
    return ended


def _is_of(process: psutil.Process, row: dict[str, Any]) -> bool:
    """It, or one of its own that outlived it: a session's number is not given again while somebody is in it."""
    if process.pid == row["pid"]:
        return bool(abs(process.create_time() - row["created"]) < 1)
    return os.getsid(process.pid) == row["pid"] and process.create_time() >= row["created"] - 1 and not _is_another(row)


def _is_another(row: dict[str, Any]) -> bool:
    """Whether the number is another program's now, and so its session too."""
    try:
        return bool(abs(psutil.Process(row["pid"]).create_time() - row["created"]) >= 1)
    except psutil.NoSuchProcess:
        return False


def in_words(status: int) -> str:
    if status >= 0:
        return f"ended with status {status}"
    with suppress(ValueError):
        return f"was ended by {signal.Signals(-status).name}"
    return f"was ended by signal {-status}"


def tail(log: Path, lines: int = 15) -> str:
    try:
        return "\n".join(log.read_text(errors="replace").splitlines()[-lines:])
    except FileNotFoundError:
        return ""
