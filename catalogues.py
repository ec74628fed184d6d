"""The catalogues of what screens say: French is the message id, locale/en/ of the kit and of each service holds the English.

By hand: bin/words. It puts in what is new, takes out what is gone, and names what has no English yet."""

import ast
import re
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import polib

ROOT = Path(__file__).resolve().parent
SOURCES = ROOT / "src/jupiter"
PARTS = ("kit", "dealer", "hub", "insurer")

# The functions whose argument is a message, and which one
FUNCTIONS = {"_": 0, "said": 0, "lazy": 0, "gettext": 0, "gettext_lazy": 0, "gettext_noop": 0, "ngettext": 0, "Field": 1, "Doubt": 2}
TABLES = ("worded",)  # a dict of messages


class Message(NamedTuple):
    """`plural` is empty for one that has none. In a template's, a value stands as %(name)s, as Django looks it up."""

    text: str
    plural: str = ""


def gathered(part: str) -> set[Message]:
    """Every message of the kit, or of a service that the kit does not say too: its catalogue is read by all."""
    found: set[Message] = set()
    for path in sorted((SOURCES / part).rglob("*")):
        if path.suffix == ".py" and "migrations" not in path.parts:
            messages = of_code(path.read_text())
        elif "templates" in path.parts and path.suffix in (".html", ".txt"):
            messages = of_template(path.read_text())
        else:
            continue
        found |= set(messages)
    return found if part == "kit" else found - gathered("kit")


def of_code(source: str) -> Iterator[Message]:
    for node in ast.walk(ast.parse(source)):
        if not isinstance(node, ast.Call):
            continue
        name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
        if name in TABLES and isinstance(node.args[0], ast.Dict):
            yield from (Message(text) for value in node.args[0].values if (text := _literal(value)))
        place = FUNCTIONS.get(name)
        if place is None or len(node.args) <= place or not (text := _literal(node.args[place])):
            continue
        yield Message(text, _literal(node.args[1]) if name == "ngettext" else "")


def _literal(node: ast.expr) -> str:
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else ""


def of_template(html: str) -> Iterator[Message]:
    for text in re.findall(r"""{%\s*translate\s+"([^"]*)\"""", html) + re.findall(r"""\b_\("([^"]*)"\)""", html):
        yield Message(text.replace("%", "%%"))
    for one, more in re.findall(r"{%\s*blocktranslate\b[^%]*%}(.*?)(?:{%\s*plural\s*%}(.*?))?{%\s*endblocktranslate\s*%}", html, re.S):
        yield Message(_with_values(one), _with_values(more))


def _with_values(text: str) -> str:
    return re.sub(r"{{\s*(\w+)\s*}}", r"%(\1)s", text.replace("%", "%%"))


def place_of(part: str) -> Path:
    return SOURCES / part / "locale/en/LC_MESSAGES/django.po"


def catalogue(part: str) -> polib.POFile:
    path = place_of(part)
    if path.is_file():
        return polib.pofile(str(path), wrapwidth=0)
    made = polib.POFile(wrapwidth=0)
    made.metadata = {
        "Content-Type": "text/plain; charset=UTF-8", "Content-Transfer-Encoding": "8bit", "Language": "en",
        "Plural-Forms": "nplurals=2; plural=(n != 1);",
    }  # fmt: skip
    return made


def brought_up_to_date(part: str) -> polib.POFile:
    """What is said now, in the order of the alphabet, with the English that this catalogue or another knows."""
    kept = {Message(entry.msgid, entry.msgid_plural): entry for one in (*PARTS, part) for entry in catalogue(one)}
    made = catalogue(part)
    made.clear()
    for message in sorted(gathered(part)):
        made.append(kept.get(message) or _blank(message))
    return made


def _blank(message: Message) -> polib.POEntry:
    flags = ["python-brace-format"] if re.search(r"{\w+}", message.text) else []
    if message.plural:
        return polib.POEntry(msgid=message.text, msgid_plural=message.plural, msgstr_plural={0: "", 1: ""}, flags=flags)
    return polib.POEntry(msgid=message.text, msgstr="", flags=flags)


def main() -> int:
    missing = []
    for part in PARTS:
        entries = brought_up_to_date(part)
        place_of(part).parent.mkdir(parents=True, exist_ok=True)
        entries.save(str(place_of(part)))
        entries.save_as_mofile(str(place_of(part).with_suffix(".mo")))
        missing += [f"{place_of(part).relative_to(ROOT)}: {text}" for text in (entry.msgid for entry in entries if not entry.translated())]
    print("\n".join([*missing, f"{len(missing)} without English." if missing else "All have their English."]))
    return 1 if missing else 0


if __name__ == "__main__":
    sys.exit(main())
