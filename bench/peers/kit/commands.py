"""Short-lived commands of the set-up: quiet when they succeed, their last lines when they fail."""

import os
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path

from .refusal import Refusal


def run(
    command: Sequence[str | Path],
    environment: Mapping[str, str] | None = None,
    folder: Path | None = None,
) -> str:
    finished = subprocess.run(
        [str(part) for part in command],
        cwd=folder,
        env={**os.environ, **(environment or {})},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    if finished.returncode:
        last_lines = (finished.stdout + finished.stderr).splitlines()[-15:]
        raise Refusal(f"{Path(command[0]).name} failed:\n" + "\n".join(last_lines))
    return finished.stdout
