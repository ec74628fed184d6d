"""The data folder: what lies where in it, what it remembers, and that one suite at a time uses it."""

import fcntl
import json
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from .refusal import Refusal

LOG_BYTES = 5_000_000
CREATED_HERE = ("postgres*", "log", "mail", "static", "secrets.json", "demo.json", "suite.json")


@dataclass(frozen=True)
class Folder:
    path: Path

    @property
    def demo(self) -> Path:
        return self.path / "demo.json"

    @property
    def secrets(self) -> Path:
        return self.path / "secrets.json"

    @property
    def memory(self) -> Path:
        return self.path / "suite.json"

    @property
    def processes(self) -> Path:
        return self.path / "run" / "processes.json"

    def log(self, name: str) -> Path:
        """The file a process writes to; begun anew when it has grown too large."""
        path = self.path / "log" / f"{name}.log"
        if path.exists() and path.stat().st_size > LOG_BYTES:
            path.replace(path.with_suffix(".log.1"))
        return path

    def open(self) -> None:
        for missing in reversed([place for place in (self.path, *self.path.parents) if not place.exists()]):
            missing.mkdir(exist_ok=True)
            missing.chmod(0o711)  # root's database user must get through; who reads is settled file by file
        for part in ("run", "log"):
            (self.path / part).mkdir(mode=0o700, exist_ok=True)

    @contextmanager
    def to_myself(self) -> Iterator[None]:
        door = os.open(self.path / "run" / "lock", os.O_RDWR | os.O_CREAT, 0o600)
        try:
            try:
                fcntl.flock(door, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                holder = os.read(door, 20).decode() or "?"
                raise Refusal(f"Jupiter already runs with the data in {self.path} (process {holder}).") from None
            os.ftruncate(door, 0)
            os.pwrite(door, str(os.getpid()).encode(), 0)
            yield
        finally:
            os.close(door)

    def remembers(self) -> dict[str, Any]:
        return read_json(self.memory) or {}

    def remember(self, **facts: Any) -> None:
        write_json(self.memory, self.remembers() | facts)

    def forget_everything(self) -> None:
        """Only what a suite makes: somebody may have named a folder that holds more."""
        for pattern in CREATED_HERE:
            for path in self.path.glob(pattern):
                if path.is_dir() and not path.is_symlink():
                    shutil.rmtree(path)
                else:
                    path.unlink()


def read_json(path: Path) -> Any:
    try:
        return json.loads(path.read_text())
    except FileNotFoundError:
        return None
    except ValueError as error:
        raise Refusal(f"{path} cannot be read: {error}. Mend it, or start over with --reset.") from error


def write_json(path: Path, facts: Any) -> None:
    """Whole or not at all, and for its owner's eyes only."""
    aside = path.with_suffix(".new")
    aside.unlink(missing_ok=True)
    with os.fdopen(os.open(aside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        json.dump(facts, file, indent=2, ensure_ascii=False)
        file.write("\n")
        file.flush()
        os.fsync(file.fileno())
    aside.replace(path)
