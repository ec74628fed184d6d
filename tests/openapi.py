"""The committed document of an API, against the one its code says; and what a stranger would have to ask of it."""

import ast
import difflib
import json
from pathlib import Path

FOLDER = Path(__file__).parents[1] / "docs/api"


def as_file(document):
    return json.dumps(document, indent=2, ensure_ascii=False) + "\n"


def changes(service, document):
    """Empty when the committed file is what the code says."""
    path = FOLDER / f"{service}.v1.json"
    committed = path.read_text().splitlines(keepends=True) if path.exists() else []
    said = as_file(document).splitlines(keepends=True)
    return "".join(difflib.unified_diff(committed, said, f"docs/api/{path.name}", f"jupiter {service} openapi"))


def codes_in(place):
    """The second argument of each Problem that these sources raise."""
    path = FOLDER.parents[1] / "src/jupiter" / place
    for source in sorted(path.rglob("*.py")) if path.is_dir() else [path]:
        for node in ast.walk(ast.parse(source.read_text())):
            if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "Problem" and isinstance(node.args[1], ast.Constant):
                yield node.args[1].value


def bare(document):
    """The places of a document that say nothing: what a stranger would have to ask."""
    found = []
    for path, operations in document["paths"].items():
        for method, operation in operations.items():
            here = f"{method.upper()} {path}"
            found += [f"{here}: no {name}" for name in ("summary", "description") if not operation.get(name)]
            found += [f"{here}: {one['name']}" for one in operation["parameters"] if not one.get("description")]
            found += [f"{here}: the body of {status}" for status, answer in operation["responses"].items()
                     if int(status) not in (204, 304) and "content" not in answer]  # fmt: skip
    for name, schema in document["components"]["schemas"].items():
        if schema.get("type") == "object":
            found += [] if schema.get("description") else [f"{name}: no description"]
            found += [f"{name}.{key}" for key, one in schema.get("properties", {}).items() if not one.get("description")]
        elif not schema.get("description"):
            found.append(f"{name}: no description")
    return found
