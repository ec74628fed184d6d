"""Starts the three services in order, brings back what dies, and stops all of it in order."""

import http.client
import os
import socket
import time
from collections.abc import Mapping
from contextlib import suppress

from jupiter.kit import postgres

from .folder import Folder
from .keys import SERVICES
from .processes import Process, record, stop
from .refusal import Refusal
from .signals import Asked, undisturbed

WATCH_SECONDS = 0.2
READY_WITHIN_SECONDS = 180
HOPELESS_DEATHS = 4  # young ones, before everything was ready once
LOOPBACK = "127.0.0.1"


class Supervisor:
    def __init__(self, folder: Folder, environments: Mapping[str, Mapping[str, str]], ports: Mapping[str, int]) -> None:
        self.folder, self.ports = folder, ports
        self.webs = [
            Process(f"{name}-web", [name, "web", "--port", str(ports[name])], environments[name], folder.log(f"{name}-web"))
            for name in SERVICES
        ]
        self.workers = [Process(f"{name}-worker", [name, "worker"], environments[name], folder.log(f"{name}-worker")) for name in SERVICES]
        self.server = None if os.environ.get("DATABASE_URL") else postgres.embedded()

    @property
    def processes(self) -> list[Process]:
        return [*self.webs, *self.workers]

    def start(self) -> None:
        """When this returns, all three have said that they are ready."""
        deadline = time.monotonic() + READY_WITHIN_SECONDS
        waiting = set(SERVICES)
        while waiting:
            self.look_after()
            for process in self.processes:
                if process.deaths >= HOPELESS_DEATHS:
                    raise Refusal(f"{process.name} does not stay up. Its last words, in {process.log}:\n{process.last_words()}")
            if time.monotonic() > deadline:
                raise Refusal(f"Not ready after {READY_WITHIN_SECONDS} s: {', '.join(sorted(waiting))}. See {self.folder.path / 'log'}.")
            waiting = {name for name in waiting if not is_ready(self.ports[name])}
            time.sleep(WATCH_SECONDS)

    def watch(self) -> None:
        while True:
            self.look_after()
            time.sleep(WATCH_SECONDS)

    def look_after(self) -> None:
        """One look at everything; whatever has died, with status 0 too, is started again."""
        if self.server and not self.server.pid():
            say("PostgreSQL ended; starting it again")
            try:
                self.server.start()
            except postgres.ServerTrouble as trouble:
                say(f"PostgreSQL does not start: {trouble}")
                time.sleep(5)
        with undisturbed():
            self._bring_back()

    def _bring_back(self) -> None:
        changed = False
        for process in self.processes:
            if how := process.has_died():
                pause = max(0.0, process.due - time.monotonic())
                say(f"{process.name} {how}; starting it again{f' in {pause:.0f} s' if pause >= 1 else ''}")
            if process.is_due():
                process.start()
                changed = True
        if changed:
            record(self.folder, self.processes)

    def stop(self) -> None:
        """Doors first, then those who work behind them, then the ground they stand on."""
        try:
            stop(self.webs)
            stop(self.workers)
        except Asked:  # again: no more patience
            with undisturbed():
                stop(self.processes, patience=0)
        self.folder.processes.unlink(missing_ok=True)


def say(sentence: str) -> None:
    print(f"{time.strftime('%H:%M:%S')}  {sentence}", flush=True)


def is_ready(port: int) -> bool:
    connection = http.client.HTTPConnection(LOOPBACK, port, timeout=5)
    try:
        connection.request("GET", "/readyz")
        return connection.getresponse().status == 200
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()


def refuse_taken(ports: Mapping[str, int]) -> None:
    for port in ports.values():
        with socket.socket() as trial:
            trial.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                trial.bind((LOOPBACK, port))
                trial.listen()
            except PermissionError:
                raise Refusal(f"Port {port} is the administrator's. Choose others with --port-base.") from None
            except OSError as error:
                raise Refusal(f"Port {port} is taken ({error.strerror}). Free it, or choose others with --port-base.") from None


def stop_database(server: postgres.Embedded | None) -> None:
    if server:
        with suppress(Asked):
            server.stop()
