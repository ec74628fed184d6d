"""One virtual environment per peer, made from its requirements.txt."""

import sys
from pathlib import Path

from . import workfolder
from .commands import run


def create(name: str, requirements: Path) -> Path:
    """Make the environment, or keep it when it already holds these requirements. Answers its folder of programs."""
    environment = workfolder.folder_of("virtualenvs") / name
    programs = environment / "bin"
    installed = environment / "installed-requirements.txt"
    if installed.exists() and installed.read_text() == requirements.read_text():
        return programs
    run([sys.executable, "-m", "venv", "--clear", environment])
    run([programs / "python", "-m", "pip", "install", "--quiet", "--requirement", requirements])
    installed.write_text(requirements.read_text())
    return programs


def programs_of(name: str) -> Path:
    return workfolder.ROOT / "virtualenvs" / name / "bin"


def packages_of(name: str) -> Path:
    return Path(run([programs_of(name) / "python", "-c", "import sysconfig; print(sysconfig.get_path('platlib'))"]).strip())
