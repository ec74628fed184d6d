"""No server here runs as root: PostgreSQL refuses to, and web servers should not."""

import os
import pwd
import shutil
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import NoReturn

from .refusal import Refusal

KIT = Path(__file__).parent.parent


def become_ordinary_user(work_folder: Path) -> None:
    """Started as root, go on as PEERS_USER (default: nobody), who then owns the work folder."""
    work_folder.mkdir(parents=True, exist_ok=True)
    if os.geteuid() == 0:
        _begin_again_as(_ordinary_user(), work_folder)
    os.umask(0o077)
    os.chdir(work_folder)


def _begin_again_as(user: pwd.struct_passwd, work_folder: Path) -> NoReturn:
    """The same command again, from a copy of the kit: root's folders, and Python there, are often closed to others."""
    _hand_over(work_folder, user)
    kit = {path.relative_to(KIT): path.read_bytes() for path in KIT.rglob("*") if path.is_file() and path.suffix != ".pyc"}
    os.setgroups([])
    os.setgid(user.pw_gid)
    os.setuid(user.pw_uid)
    os.umask(0o077)
    if not os.access(work_folder, os.W_OK | os.X_OK):
        raise Refusal(f"started as root, but user {user.pw_name} cannot reach {work_folder}: set PEERS_DIR to another folder")
    os.chdir(work_folder)
    _write_files(kit, work_folder / "kit" / "peers")
    python = _reachable_python(user)
    environment = {**os.environ, "HOME": str(work_folder), "USER": user.pw_name, "PEERS_DIR": str(work_folder)}
    environment["PYTHONPATH"] = str(work_folder / "kit")
    os.execve(python, [python, "-P", "-B", "-m", "peers", *sys.argv[1:]], environment)


def _ordinary_user() -> pwd.struct_passwd:
    name = os.environ.get("PEERS_USER", "nobody")
    try:
        user = pwd.getpwnam(name)
    except KeyError:
        raise Refusal(f"PEERS_USER names no user: {name}") from None
    if user.pw_uid == 0:
        raise Refusal("PEERS_USER must be an ordinary user")
    return user


def _hand_over(work_folder: Path, user: pwd.struct_passwd) -> None:
    if work_folder.stat().st_uid == user.pw_uid:
        return
    if any(work_folder.iterdir()):
        raise Refusal(f"{work_folder} is not empty and does not belong to {user.pw_name}: set PEERS_DIR to another folder")
    os.chown(work_folder, user.pw_uid, user.pw_gid)


def _write_files(contents: Mapping[Path, bytes], folder: Path) -> None:
    shutil.rmtree(folder, ignore_errors=True)
    for path, content in contents.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_bytes(content)


def _reachable_python(user: pwd.struct_passwd) -> str:
    if os.access(sys.executable, os.X_OK):
        return sys.executable
    python = shutil.which("python3")
    if python is None:
        raise Refusal(f"started as root, but user {user.pw_name} finds no Python 3 on PATH")
    return python
