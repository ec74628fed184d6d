"""House rules that no linter knows. They are read from the sources of all three services, whichever settings the run has."""

import ast
import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest
from django.utils import translation

import catalogues
from catalogues import FUNCTIONS, TABLES, Message
from tests.journeys.bad.kinds import OF_FORM

ROOT = Path(__file__).resolve().parent.parent
SOURCES = ROOT / "src/jupiter"
SERVICES = ("dealer", "hub", "insurer")


@cache
def tree(path: Path) -> ast.Module:
    parsed = ast.parse(path.read_text(), str(path))
    for parent in ast.walk(parsed):
        for child in ast.iter_child_nodes(parent):
            child.parent = parent
    return parsed


def modules(*names: str) -> Iterator[Path]:
    """Flat or split by verb: views.py, or all of views/."""
    for path in sorted(SOURCES.rglob("*.py")):
        if not names or path.stem in names or path.parent.name in names:
            yield path


def templates() -> list[Path]:
    return sorted(SOURCES.rglob("templates/**/*.html"))


def where(path: Path, line: int) -> str:
    return f"{path.relative_to(ROOT)}:{line}"


def around(node: ast.AST) -> Iterator[ast.AST]:
    while hasattr(node, "parent"):
        node = node.parent
        yield node


# What each service says of itself, asked in a process of its own -------------------------------------------------------

QUESTION = """
import json, django
django.setup()
from django.urls import URLPattern, get_resolver
from procrastinate.contrib.django import app
from jupiter.kit.transmissions.carriers import CARRIERS
from jupiter.kit.transmissions.models import Transmission
from jupiter.kit.web.forms import KitForm

def forms(kind):
    for one in kind.__subclasses__():
        yield f"{one.__module__}.{one.__qualname__}".removeprefix("jupiter."), list(one.base_fields)
        yield from forms(one)

def addresses(patterns, route=""):
    for one in patterns:
        if isinstance(one, URLPattern):
            view = one.callback
            yield route + str(one.pattern), getattr(view, "func", view).__module__, str(getattr(view, "act", ""))
        else:
            yield from addresses(one.url_patterns, route + str(one.pattern))

app.perform_import_paths()
longest = Transmission._meta.get_field("kind").max_length
again = {name: type(task.retry_strategy).__name__ for name, task in app.tasks.items() if task.retry_strategy}
all_of_them = list(addresses(get_resolver().url_patterns))
handlers = [get_resolver().resolve_error_handler(status).__module__ for status in (400, 403, 404, 500)]
print(json.dumps([all_of_them, sorted(app.tasks), sorted(CARRIERS), longest, again, dict(forms(KitForm)), handlers]))
"""


@pytest.fixture(scope="module", params=SERVICES)
def service(request):
    """Its addresses with their acts, its tasks, the kinds that it carries."""
    settings = {"DJANGO_SETTINGS_MODULE": f"jupiter.{request.param}.settings", "JUPITER_DEMO": "1"}
    command = [sys.executable, "-W", "ignore", "-c", QUESTION]
    said = subprocess.run(command, env=dict(os.environ) | settings, capture_output=True, text=True, check=True, cwd=ROOT)
    addresses, tasks, kinds, longest, again, forms, handlers = json.loads(said.stdout)
    return {
        "name": request.param, "addresses": addresses, "tasks": tasks, "kinds": kinds, "longest": longest, "again": again, "forms": forms,
        "handlers": handlers,
    }  # fmt: skip


def test_every_error_has_a_page_of_ours(service):
    """Django's own are English, and say nothing of what to do."""
    assert [module for module in service["handlers"] if not module.startswith("jupiter.")] == []


def test_every_form_says_what_is_tried_in_it(service):
    """Each is then tried on the running service, with the whole table of bad inputs: tests/journeys/bad."""
    assert service["forms"].keys() - OF_FORM.keys() == set()
    untried = {name: sorted(set(fields) - OF_FORM[name].keys()) for name, fields in service["forms"].items()}
    assert {name: fields for name, fields in untried.items() if fields} == {}


def test_every_view_states_its_act(service):
    assert len(service["addresses"]) > 10
    silent = [(route, module) for route, module, act in service["addresses"] if not act and not module.startswith("ninja.")]
    assert silent == []


def test_every_deferred_task_exists(service):
    deferred = {name for path in of_service(service["name"]) for name in first_words(path, "defer", "configure_task")}
    assert {"carry"} <= deferred
    assert deferred - set(service["tasks"]) == set()


def test_every_kind_of_transmission_has_a_carrier(service):
    ways = ("transmit", "transmit_latest")
    said = {kind for path in of_service(service["name"]) for way in ways for kind in first_words(path, way)}
    assert said, f"nothing found: are {ways} still their names?"
    assert said - set(service["kinds"]) == set()
    assert set(service["kinds"]) - said == set(), "carried, but never said"
    assert max(map(len, said)) <= service["longest"]


def test_every_pause_before_another_try_has_jitter(service):
    """kit.jobs.NotNow adds it, so nothing else may say when a job is to run again; the one statement that does draws for each row."""
    assert "carry" in service["again"]
    assert {name for name, strategy in service["again"].items() if strategy != "AfterItsPause"} == set()
    plain = [
        f"{path.relative_to(SOURCES)}: {way.group()}"
        for path in of_service(service["name"])
        for way in re.finditer(r"RetryDecision\(.*|retry_in\b|schedule_in\b|SET scheduled_at =.*", path.read_text())
    ]
    assert len(plain) == 3
    assert [way for way in plain if "seconds=exception.seconds" not in way and "random()" not in way] == [CUT_SHORT]


CUT_SHORT = "kit/jobs.py: RetryDecision(retry_at=timezone.now())"  # by its worker's end: it is nobody's failure, and goes on at once


def of_service(name: str) -> Iterator[Path]:
    yield from (path for path in modules() if path.relative_to(SOURCES).parts[0] in (name, "kit"))


def first_words(path: Path, *functions: str) -> set[str]:
    """The text that is the first argument of these calls; a constant of the module stands for its text."""
    constants = texts(tree(path))
    found = set()
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.Call) and node.args and name_of(node.func) in functions and not on_rows(node.func):
            first = node.args[0]
            if isinstance(first, ast.Constant) and isinstance(first.value, str):
                found.add(first.value)
            elif isinstance(first, ast.Name) and first.id in constants:
                found.add(constants[first.id])
            elif not (isinstance(first, ast.Name) and first.id == "task"):  # kit.jobs itself
                raise AssertionError(f"{where(path, node.lineno)}: its first word is not plain to see")
    return found


def on_rows(function: ast.expr) -> bool:
    """QuerySet.defer() has our name: it is called on rows, ours on a module or by itself."""
    return isinstance(function, ast.Attribute) and not (isinstance(function.value, ast.Name) and function.value.id in MODULES)


MODULES = {"jobs", "transmissions", "actions", "app"}


def name_of(function: ast.expr) -> str:
    return function.attr if isinstance(function, ast.Attribute) else getattr(function, "id", "")


def texts(module: ast.Module) -> dict[str, str]:
    found: dict[str, str] = {}
    for node in module.body:
        if not isinstance(node, ast.Assign):
            continue
        for target in node.targets:
            pairs = [(target, node.value)]
            if isinstance(target, ast.Tuple) and isinstance(node.value, ast.Tuple):
                pairs = list(zip(target.elts, node.value.elts, strict=True))
            found |= {
                name.id: value.value
                for name, value in pairs
                if isinstance(name, ast.Name) and isinstance(value, ast.Constant) and isinstance(value.value, str)
            }
    return found


# Rows are reached through who asks ------------------------------------------------------------------------------------

# Rows that belong to nobody, or are reached from one that was found through the member.
OPEN_ROWS = {
    "dealer/declarations/views.py:_sale_of:SaleAtHub": "of an order that its caller found through the member",
    "kit/accounts/views.py:_user_of:User": "of a password letter's signed link, by somebody not logged in",
}


def test_a_view_reaches_rows_through_who_asks():
    """`.objects` in a view stands inside member.own(…) or member.find(…), or in a sentence that names the member,
    or asks for what belongs to a row that was found so."""
    astray = []
    for path in modules("views"):
        for node in ast.walk(tree(path)):
            if isinstance(node, ast.Attribute) and node.attr == "objects" and not through_somebody(node):
                model, function = name_of(node.value), next(each.name for each in around(node) if isinstance(each, ast.FunctionDef))
                if f"{path.relative_to(SOURCES)}:{function}:{model}" not in OPEN_ROWS:
                    astray.append(f"{where(path, node.lineno)} {function}: {model}.objects")
    assert astray == []


def through_somebody(node: ast.Attribute) -> bool:
    statement = next(each for each in around(node) if isinstance(each, ast.stmt))
    if {"member", "is_one_of"} & names_in(statement):  # the second: a query compiled once, to be given the member's sites
        return True
    function = next(each for each in around(node) if isinstance(each, ast.FunctionDef))
    if isinstance(statement, ast.Assign) and isinstance(statement.targets[0], ast.Name):
        kept = statement.targets[0].id
        return any("member" in names_in(each) and kept in names_in(each) for each in ast.walk(function) if isinstance(each, ast.stmt))
    return False


def names_in(node: ast.AST) -> set[str]:
    if isinstance(node, ast.FunctionDef | ast.If | ast.For | ast.With | ast.Try):
        return set()  # what it holds is asked one by one
    return {each.id for each in ast.walk(node) if isinstance(each, ast.Name)}


# Templates --------------------------------------------------------------------------------------------------------------

INLINE = re.compile(r"""<style|<[^>]*\sstyle\s*=|<script(?![^>]*\ssrc=)|<[a-z][^>]*\son[a-z]+\s*=|javascript:""", re.I)


@pytest.mark.parametrize("path", templates(), ids=lambda path: str(path.relative_to(SOURCES)))
def test_a_template_obeys_the_content_policy_and_guards_its_forms(path):
    html = without_comments(whole(path.read_text()))
    assert [found.group() for found in INLINE.finditer(html)] == []
    for form in re.finditer(r"<form\b[^>]*>.*?</form>", html, re.S):
        opening = form.group().partition(">")[0]
        if re.search(r"""method=["']?post""", opening, re.I):
            assert "{% csrf_token %}" in form.group(), opening
    assert html.lower().count("<form") == len(re.findall(r"</form>", html, re.I))


def whole(html: str) -> str:
    """Its parts where they are shown."""
    parts = dict(re.findall(r"{%\s*partialdef (\w+)[^%]*%}(.*?){%\s*endpartialdef[^%]*%}", html, re.S))
    return re.sub(r"{%\s*partial (\w+)\s*%}", lambda shown: parts.get(shown.group(1), ""), html)


def without_comments(html: str) -> str:
    html = re.sub(r"{%\s*comment\s*%}.*?{%\s*endcomment\s*%}|{#.*?#}", "", html, flags=re.S)
    return re.sub(r"{{[^}]*}}|{%(?!\s*csrf_token)[^%]*%}", lambda found: blank(found.group()), html)


def blank(code: str) -> str:
    """What Django will put there, unknown to us; a translated text says itself."""
    said = re.match(r"""{%\s*(?:translate|trans)\s+["'](.*?)["']""", code)
    return said.group(1) if said else "\n".join(["\u2060", *re.findall(r"""\b_\(["'](.*?)["']\)""", code)])


def test_the_rules_for_templates_bite():
    for bad in ('<p style="x">', "<script>x</script>", '<a onclick="x">', "<style>", '<a href="javascript:x">', '<td\nonload="x">'):
        assert INLINE.search(bad), bad
    for good in ('<script src="/a.js"></script>', "<p>Le style = sobre</p>", '<div data-once hx-on="x">', '<html lang="fr">'):
        assert not INLINE.search(good), good


SPACE_BEFORE = re.compile(r"(?<=[\wà-ÿ»)…]) ?[:;!?](?=\s|$|<)|[\wà-ÿ] [%€](?![\w(])|« | »", re.I)
APOSTROPHE = re.compile(r"(?<=[a-zà-ÿ])'(?=[a-zà-ÿ])", re.I)
NO_BREAK = re.compile(r"&nbsp;|&#160;|&#xa0;|&#8239;|\u00a0|\u202f", re.I)


def untypographic(text: str) -> list[str]:
    """Of a French text: straight apostrophes, and breakable or missing spaces before : ; ! ? % € and inside « »."""
    text = NO_BREAK.sub("\u00a0", text)
    found = [*APOSTROPHE.finditer(text), *SPACE_BEFORE.finditer(text)]
    return [text[max(0, each.start() - 25) : each.end() + 5].strip() for each in found]


@pytest.mark.parametrize("path", templates(), ids=lambda path: str(path.relative_to(SOURCES)))
def test_a_templates_french_is_well_set(path):
    html = without_comments(path.read_text())
    html = re.sub(r"<(script|style|pre|code|kbd)\b.*?</\1>|{% csrf_token %}", "", html, flags=re.S)
    attributes = re.findall(r"""\s(?:title|alt|aria-label|placeholder)="([^"]*)\"""", html)
    words = [each for each in re.split(r"<[^>]*>", html) if each.strip()]
    assert [fault for text in (*words, *attributes) for fault in untypographic(text)] == []


def test_the_french_of_python_is_well_set():
    faults = []
    for path in modules():
        if "migrations" in path.parts:
            continue
        for node in ast.walk(tree(path)):
            if isinstance(node, ast.Call) and name_of(node.func) in TRANSLATED:
                for said in node.args:
                    if isinstance(said, ast.Constant) and isinstance(said.value, str):
                        faults += [f"{where(path, node.lineno)} {fault!r}" for fault in untypographic(said.value)]
    assert faults == []


@pytest.mark.parametrize("bad", ["l'acheteur", "Bon : 3", "Vraiment?", "20 %", "« devis »", "Statut: clos", "187,56 €"])
def test_badly_set_french_is_seen(bad):
    assert untypographic(bad)


@pytest.mark.parametrize(
    "good", ["l’acheteur", "Bon\u00a0: 3", "Vraiment&nbsp;?", "20\u202f%", "«\u00a0devis\u00a0»", "à 10:30", "https://x.fr/?a=1"]
)
def test_well_set_french_is_left_alone(good):
    assert untypographic(good) == []


FRENCH = re.compile("[éèêëàâçùûîïôœÉÈÊÀÂÇÎÔŒ«’]")
TRANSLATED = {*FUNCTIONS, *TABLES}
UNTRANSLATED = {
    "kit/strict_json.py": "a parser without Django",
    "kit/json_refusals.py": "by pydantic's own names",
    "kit/service.py": "names the language itself",
    "pdf.py": "papers are French by law",
    "settings.py": "words of one installation",
    "suite": "speaks both languages at once, before there is a service",
    "load_demo.py": "data",
    "load_sample_tariff.py": "data",
}
NOT_SENTENCES = {"kms?|kilomètres?", "Œ", "œ", "Citroën", "cm³", "cm3|cm³", " '’ʼ‘.,-–·&/()+°#:!?ʻ՚"}  # what is read, letters, names


def french_untranslated(source: str) -> list[tuple[int, str]]:
    """Literals with a French letter that gettext does not see; docstrings and those under an attribute are documentation."""
    found = []
    parsed = ast.parse(source)
    for parent in ast.walk(parsed):
        for child in ast.iter_child_nodes(parent):
            child.parent = parent
    for node in ast.walk(parsed):
        if not isinstance(node, ast.Constant) or not isinstance(node.value, str) or not FRENCH.search(node.value):
            continue
        calls = {name_of(up.func) for up in around(node) if isinstance(up, ast.Call)}
        if node.value not in NOT_SENTENCES and not isinstance(node.parent, ast.Expr) and not calls & TRANSLATED:
            found.append((node.lineno, node.value))
    return found


def test_what_a_person_reads_goes_through_gettext():
    faults = []
    for path in modules():
        place = path.relative_to(SOURCES)
        if {str(place), *place.parts} & UNTRANSLATED.keys() or "migrations" in place.parts:
            continue
        faults += [f"{where(path, line)} {text[:60]!r}" for line, text in french_untranslated(path.read_text())]
    assert faults == []


@pytest.mark.parametrize(
    "bad",
    ["x = 'Véhicule'", "f(label='Prénom')", "f(f'{name} créé')", "WORDS = {'a': 'À déclarer'}", "raise Refused('n’existe pas')"],
)
def test_french_that_gettext_does_not_see_is_seen(bad):
    assert french_untranslated(bad)


@pytest.mark.parametrize(
    "good",
    [
        "_('Véhicule')", "x = lazy('Prénom')", "_('%(name)s créé') % {'name': name}", "class A:\n    name: str\n    '''Prénom.'''",
        "def f():\n    '''Déclarer.'''", "ngettext('{n} envoyé', '{n} envoyés', n)", "x = 'Client'  # Prénom", "unit = 'kms?|kilomètres?'",
    ],
)  # fmt: skip
def test_french_that_is_translated_or_documentation_is_left_alone(good):
    assert french_untranslated(good) == []


NOT_TRANSLATED = {
    "CSV": "a format", "Excel": "a program", "XLSX": "a format", "HTTP": "a standard", "VIN": "a standard", "ID": "a standard",
    "RRD1": "the network’s own code", "BDC": "the trade’s own letters", "Spoticar": "a brand", "Ctrl": "a key", "S": "a key", "ms": "a unit",
}  # fmt: skip
NOT_SAID = {"page": "in an address", "apres": "in an address", "avant": "in an address", "info-circle": "an icon"}
SAID_BY = ("title", "hint", "label", "text", "name", "note", "link", "noun")  # arguments of our templates that a person reads
HTML_TAG = re.compile(r"""<(?:"[^"]*"|'[^']*'|[^'">])*>""")


def untranslated(html: str) -> list[str]:
    """What a person would read in a template that gettext does not see, or sees in pieces."""
    html = re.sub(r"{%\s*comment\s*%}.*?{%\s*endcomment\s*%}|{#.*?#}|<!.*?>", "", html, flags=re.S)
    found = [each.group() for each in re.finditer(r"\|\s*pluralize\b[^}|]*", html)]  # half a word: {% blocktranslate count … %}
    html = re.sub(r"{%\s*blocktranslate\b(.*?)%}.*?{%\s*endblocktranslate\s*%}", r"{% \1 %}", html, flags=re.S)
    for code in re.findall(r"{%.*?%}|{{.*?}}", html, re.S):
        given = re.findall(r"""\|\s*(?:default|default_if_none|yesno|add)\s*:\s*["']([^"']*)["']""", code)
        found += [text for text in given if text not in NOT_SAID]
        if re.match(r"{%\s*(?:include|with)\b", code):
            found += re.findall(rf"""\b(?:{"|".join(SAID_BY)})=["']([^"']*)["']""", code)
    html = re.sub(r"{%.*?%}|{{.*?}}", "\u2060", html, flags=re.S)
    html = re.sub(r"<(script|style)\b.*?</\1>", "", html, flags=re.S)
    for tag in HTML_TAG.findall(html):
        found += re.findall(r"""\s(?:title|alt|aria-label|placeholder|data-one|data-many)="([^"]*)\"""", tag)
    found += HTML_TAG.split(html)
    return [text.strip() for text in found if set(re.findall(r"[^\W\d_]\w*", NO_BREAK.sub(" ", text))) - NOT_TRANSLATED.keys()]


@pytest.mark.parametrize("path", templates(), ids=lambda path: str(path.relative_to(SOURCES)))
def test_what_a_template_says_goes_through_gettext(path):
    assert untranslated(path.read_text()) == []


@pytest.mark.parametrize(
    "bad",
    [
        "<p>Bonjour</p>", '<a title="Fermer">{% icon "x" %}</a>', '{% include "a.html" with title="Client" %}', '{{ x|default:"rien" }}',
        '<p>{% translate "Un" %} bon</p>', "{% if x %}Bloqué{% endif %}", '{% translate "ligne" %}{{ n|pluralize }}', "<b>Bon {{ n }}</b>",
        '{% blocktranslate with a=b|default:"rien" %}Bon {{ a }}{% endblocktranslate %}', '<input\n placeholder="Nom">',
        '{% with note="Police "|add:number %}{% endwith %}', '<a aria-label="{{ name }}, mon compte"></a>', "<td>&nbsp;ou</td>",
    ],
)  # fmt: skip
def test_a_templates_word_that_gettext_does_not_see_is_seen(bad):
    assert untranslated(bad)


@pytest.mark.parametrize(
    "good",
    [
        '<p class="quiet">{% translate "Bonjour" %}</p>', '<a title="{% translate "Fermer" %}" href="/x">→</a>', "{# Un mot #}<hr>",
        '{% include "a.html" with title=_("Client") tone="warn" id="who" %}', '{{ x|default:_("rien") }} · {{ y|default:"—" }}',
        "{% blocktranslate count n=lines|length %}{{ n }} ligne{% plural %}{{ n }} lignes{% endblocktranslate %}", "<th>VIN</th>",
        '<button name="act" value="save" {% if x > 1 %}hidden{% endif %}>+</button>', "&nbsp;: {{ amount }}&#8239;€",
    ],
)  # fmt: skip
def test_a_templates_word_that_is_translated_or_none_is_left_alone(good):
    assert untranslated(good) == []


def imported(source: ast.Module) -> dict[str, str]:
    """What a module takes from Django's translation, by the name it has there."""
    taken = [node for node in ast.walk(source) if isinstance(node, ast.ImportFrom) and node.module == "django.utils.translation"]
    return {one.asname or one.name: one.name for node in taken for one in node.names}


def test_what_is_written_down_is_french_whoever_acts():
    """Its words are marked for the catalogue and left as they are; lazy labels belong to screens, or go through in_french."""
    writers = [*modules("actions", "client", "tasks"), SOURCES / "kit/partners.py"]
    assert len(writers) > 30
    faults = {where(path, 1): names for path in writers if (names := set(imported(tree(path)).values()) - {"gettext_noop", "gettext_lazy"})}
    assert faults == {}


def test_no_words_are_fixed_when_a_module_is_read():
    """A constant's message is lazy: gettext there would say everybody the language of whoever came first."""
    faults = []
    for path in modules():
        eager = {alias for alias, name in imported(tree(path)).items() if name in ("gettext", "ngettext")}
        calls = [node for node in ast.walk(tree(path)) if isinstance(node, ast.Call) and name_of(node.func) in eager]
        faults += [
            f"{where(path, node.lineno)} {ast.unparse(node)}"
            for node in calls
            if not any(isinstance(up, ast.FunctionDef | ast.Lambda) for up in around(node))
        ]
    assert faults == []


@pytest.mark.parametrize("part", catalogues.PARTS)
def test_every_message_has_its_english(part):
    """bin/words brings the catalogues up to date."""
    held = {Message(entry.msgid, entry.msgid_plural): entry for entry in catalogues.catalogue(part)}
    assert set(held) == catalogues.gathered(part)
    assert [message.text for message, entry in held.items() if not entry.translated()] == []
    for message, entry in held.items():
        for french, english in zip(message, (entry.msgstr_plural or {0: entry.msgstr}).values(), strict=False):
            assert values_in(english) == values_in(french), english


def values_in(text: str) -> set[str]:
    return set(re.findall(r"%\(\w+\)s|{\w+}|</?[a-z][^>]*>", text))


@pytest.mark.parametrize("part", catalogues.PARTS)
def test_french_is_what_the_message_says(part):
    """Nobody else's French catalogue, Django's or a package's, has an entry of the same name that says something else."""
    with translation.override("fr"):
        changed = {
            message.text: said for message in catalogues.gathered(part) if (said := translation.gettext(message.text)) != message.text
        }
    assert changed.keys() <= {"Email"}  # of the 43 fields: spoken() asks nobody for French


def test_messages_are_gathered_from_code_and_templates():
    code = """_("Un"); lazy("Deux"); f(said("Trois {n}", n=3)); ngettext("{n} an", "{n} ans", 2); worded({"A": "Quatre"}); _(name); print("Non")"""
    found = {("Un", ""), ("Deux", ""), ("Trois {n}", ""), ("{n} an", "{n} ans"), ("Quatre", "")}
    assert set(catalogues.of_code(code)) == found
    html = """{% translate "Un" %}{{ x|default:_("Deux") }}{% blocktranslate with a=b|date:"d/m" %}Le {{ a }}, 20&#8239;%{% endblocktranslate %}
        {% blocktranslate count n=x|length %}{{ n }} an{% plural %}{{ n }} ans{% endblocktranslate %}<b>{{ name }}</b>"""
    assert set(catalogues.of_template(html)) == {("Un", ""), ("Deux", ""), ("Le %(a)s, 20&#8239;%%", ""), ("%(n)s an", "%(n)s ans")}


# The repository -------------------------------------------------------------------------------------------------------


def tracked(*patterns: str) -> list[Path]:
    said = subprocess.run(["git", "ls-files", "-z", *patterns], cwd=ROOT, capture_output=True, check=True)
    return [ROOT / name for name in said.stdout.decode().split("\0") if name and (ROOT / name).is_file()]


def text_of(path: Path) -> str:
    content = path.read_bytes()
    return "" if b"\0" in content else content.decode("utf-8", "replace")


# Written so that this file does not find itself.
OF_ONE_MACHINE = re.compile(
    r"/wor[k]/(?:main|shared)|/home/[a-z]+/|/roo[t]/\.|/opt/pyp[i]"
    r"|-[-](?:extra-)?index-ur[l]|-[-]find-link[s]|-[-]trusted-hos[t]|registry\s*=\s*http|https?://[\w.-]*(?:pyp[i]|npmj[s]|artifactor[y]|nexu[s])[\w.-]*"
)


@pytest.mark.skipif(not (ROOT / ".git").exists(), reason="not a checkout")
def test_nothing_of_one_machine_or_registry_is_in_the_repository():
    found = [(path.relative_to(ROOT), each.group()) for path in tracked() for each in OF_ONE_MACHINE.finditer(text_of(path))]
    assert found == []


def test_the_lock_file_of_the_front_end_names_no_host():
    assert '"resolved"' not in (ROOT / "frontend/package-lock.json").read_text()


def test_every_locked_requirement_has_a_hash():
    for name in ("requirements.lock", "requirements-build.lock"):
        wanted = re.split(r"\n(?=[A-Za-z0-9])", (ROOT / name).read_text())
        assert [line.partition("\n")[0] for line in wanted if "==" in line.partition("\n")[0] and "--hash=sha256:" not in line] == []


OURS_ALONE = {  # said by one of our programs to another, never by a person
    "JUPITER_ROLE", "JUPITER_SUPERVISOR", "JUPITER_TEST_TALLY", "JUPITER_SKIP_ASSETS",
}  # fmt: skip


def test_every_setting_is_in_the_operators_book():
    book = (ROOT / "docs/operating.md").read_text()
    read = set()
    for path in modules():
        text = path.read_text()
        read |= set(re.findall(r"""environ(?:\.get\(|\[|\.setdefault\()\s*["'](JUPITER_\w+)["']""", text))
        if "env" in {name_of(node.func) for node in ast.walk(tree(path)) if isinstance(node, ast.Call)}:
            read |= {f"JUPITER_{name}" for name in re.findall(r"""\benv\(["']([A-Z_]+)["']""", text)}
    assert len(read) > 10
    assert sorted(name for name in read - OURS_ALONE if name not in book) == []
