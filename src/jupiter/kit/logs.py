"""One line of key=value per log record, by an allow-list: what happened and where, never about whom."""

import json
import logging
import traceback
from datetime import UTC, datetime

from . import tracing

NUMBERS = (bool, int, float)


class AllowedLine(logging.Formatter):
    """The sentence as the code has it, with numbers in it and nothing else of what it was told; of an error its kind and its places.

    A name, a plate or a line break in an argument, a path or an error's own words would be in the log for ever.
    """

    def format(self, record: logging.LogRecord) -> str:
        fields: dict[str, object] = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname,
            "logger": record.name,
            "event": _sentence(record),
        }
        if trace := tracing.current():
            fields["trace"] = trace
        fields |= _of_request(record)
        if record.exc_info and record.exc_info[0]:
            fields["error"] = record.exc_info[0].__name__
            fields["where"] = _places(record.exc_info[1])
        return " ".join(f"{name}={json.dumps(value)}" for name, value in fields.items())


def _sentence(record: logging.LogRecord) -> str:
    """Texts among the arguments are left out."""
    if not isinstance(record.msg, str):
        return type(record.msg).__name__
    arguments = record.args if isinstance(record.args, tuple) else ()
    if not record.args:
        return record.msg if record.name.startswith("jupiter.") else record.msg.partition(":")[0][:120]
    try:
        return record.msg % tuple(value if isinstance(value, NUMBERS) else Hidden() for value in arguments)
    except (TypeError, ValueError):
        return record.msg


class Hidden:
    """Stands where a text stood, in %s and %r."""

    def __repr__(self) -> str:
        return "…"


def _of_request(record: logging.LogRecord) -> dict[str, object]:
    fields: dict[str, object] = {}
    if isinstance(status := getattr(record, "status_code", None), int):
        fields["status"] = status
    request = getattr(record, "request", None)
    if (method := getattr(request, "method", None)) in ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"):
        fields["method"] = method
    if route := getattr(getattr(request, "resolver_match", None), "route", None):
        fields["route"] = route  # the pattern, not what stood in it
    return fields


def _places(error: BaseException | None) -> list[str]:
    frames = traceback.extract_tb(error.__traceback__) if error else []
    return [f"{frame.filename.rpartition('site-packages/')[2]}:{frame.lineno} {frame.name}" for frame in frames[-12:]]
