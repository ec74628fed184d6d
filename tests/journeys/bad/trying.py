"""One form on a running service, one field wrong at a time, everything else right: what it answers, and what it keeps."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace

import httpx

from . import rows
from .pages import LOOKS, OURS, Control, Form, Page
from .rows import ACCEPT, ANY, KINDS, NORMALISE, REFUSE, Row

ENGLISH = re.compile(r"\b(this|field|valid|enter|select|ensure|must|required|value|should|invalid|string|input)\b", re.IGNORECASE)
CHANGING = ("version", "seen")  # the state of the record that the page was drawn from
LONGEST_IN_ADDRESS = 4_000  # no browser sends more
UNSENDABLE = re.compile("[\x00\ud800-\udfff]")


class Window:
    """A person at one service: a kept connection, a session, the forms of its pages."""

    def __init__(self, service: str, base: str) -> None:
        self.service, self.base = service, base
        self.http = httpx.Client(base_url=base, timeout=30, trust_env=False)

    def open(self, address: str) -> Page:
        answer = self.http.get(address, follow_redirects=True)
        return Page(str(answer.url), answer.text, answer.status_code)

    def post(self, address: str, sent: Mapping[str, str], *, at: str = "") -> httpx.Response:
        headers = {"referer": at or f"{self.base}/", "origin": self.base}
        return self.http.post(address, data=dict(sent), headers=headers)

    def log_in(self, username: str, password: str) -> "Window":
        page = self.open("/connexion/")
        form = page.form("password")
        answer = self.post("/connexion/", form.sent() | {"username": username, "password": password}, at=page.address)
        assert answer.status_code == 302, answer.text
        return self


@dataclass
class Trial:
    """`kinds` says of each field what it is: a field without a kind fails, so that a new one must say it.

    `pressed` is what the button sends; `closing` the button that asks for what may be saved empty, and `wanted` for which fields.
    `exceptions` are rows that this form rightly judges otherwise, by field and row, or by row; each with its reason beside it."""

    window: Window
    address: str
    what: str
    kinds: Mapping[str, str]
    valid: Mapping[str, str] = field(default_factory=dict)
    pressed: Mapping[str, str] = field(default_factory=dict)
    closing: Mapping[str, str] = field(default_factory=dict)
    wanted: tuple[str, ...] = ()
    together: Mapping[str, tuple[str, ...]] = field(default_factory=dict)  # blank only when the others are
    beside: Mapping[str, Mapping[str, str]] = field(default_factory=dict)  # what the page's script sets when this is typed
    exceptions: Mapping[object, Mapping[str, str]] = field(default_factory=dict)
    shown_at: str = ""  # where what was kept is read; else where the answer leads
    only_refusals: bool = False  # what it takes makes a new record
    only: tuple[str, ...] = ()  # the others are tried elsewhere
    light: bool = False  # its fields are those of another form, where all rows are tried
    anonymous: bool = False  # its refusal may not say which field was wrong
    tried: list[tuple[str, str]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.page = self.window.open(self.address)
        self.form: Form = self.page.form(self.what)
        self.base = self.form.sent() | dict(self.valid)

    @property
    def name(self) -> str:
        return f"{self.window.service} {self.address.removeprefix(self.window.base)}"

    @property
    def fields(self) -> dict[str, Control]:
        return {name: control for name, control in self.form.controls.items() if name not in OURS}

    def without_kind(self) -> list[str]:
        return [
            f"{self.name}: the field {name} ({c.label}) has no kind: say what it is"
            for name, c in self.fields.items()
            if name not in self.kinds
        ]

    def chosen(self, *, whole: bool) -> Iterator[tuple[str, Row]]:
        """All, or each field with a value it takes and one it refuses, and each row once; judged as this form does."""
        by_kind: dict[str, list[str]] = {}
        for name in self.fields:
            if name in self.kinds and (not self.only or name in self.only):
                by_kind.setdefault(self.kinds[name], []).append(name)
        for kind, names in by_kind.items():
            lines = {
                name: [row for row in (self.as_judged_here(name, row) for row in KINDS[kind]) if self._is_tried(row)] for name in names
            }
            if whole:
                yield from ((name, row) for name in names for row in lines[name])
                continue
            left = {row.id for rows in lines.values() for row in rows}
            for i, name in enumerate(names):
                is_repeated = bool(re.search(r"_[2-5]$", name))  # one of five equal lines
                for wanted in ((REFUSE,), (ACCEPT, NORMALISE, ANY))[: 1 if is_repeated else 2]:
                    fitting = [row for row in lines[name] if row.expected in wanted]
                    if fitting := [row for row in fitting if row.id in left] or fitting:
                        row = fitting[i % len(fitting)]
                        left.discard(row.id)
                        yield name, row
            for i, id_ in enumerate(sorted(left) if not self.light else ()):
                turn = names[i % len(names) :] + names
                yield next((name, row) for name in turn for row in lines[name] if row.id == id_)

    def _is_tried(self, row: Row) -> bool:
        return not (self.only_refusals and row.expected in (ACCEPT, NORMALISE))

    def run(self, *, whole: bool) -> list[str]:
        """Every trouble, in words."""
        troubles = self.without_kind()
        for name, row in self.chosen(whole=whole):
            told = self.try_one(name, row)
            self.tried.append((name, row.id))
            troubles += [f"{self.name} {name} {row.id} {row.value[:40]!a}: {trouble}" for trouble in told]
        return troubles

    def as_judged_here(self, name: str, row: Row) -> Row:
        control = self.fields[name]
        if row.scope == "dealer" and self.window.service != "dealer" and row.expected != ANY:
            row = replace(row, expected=REFUSE)
        if row.is_blank and row.expected == REFUSE and not control.is_mandatory and name not in self.wanted:
            row = replace(row, expected=NORMALISE, to="")
        for key in ((name, row.id), (self.kinds[name], row.id), row.id):
            row = replace(row, **self.exceptions.get(key, {}))  # type: ignore[arg-type]
        return row

    def try_one(self, name: str, row: Row) -> list[str]:
        sent = self.base | {key: value for key, value in row.changes.items() if key in self.fields} | {name: row.value}
        sent |= self.beside.get(name, {})
        if row.is_blank:
            sent |= dict.fromkeys(self.together.get(name, ()), "")
        asks_for_it = row.is_blank and name in self.wanted
        sent |= self.closing if asks_for_it else self.pressed
        if not any(c.value is not None for c in (self.fields[name],)) and row.expected == ANY and self.fields[name].kind == "checkbox":
            sent[name] = row.value
        if self.form.method == "get":
            sent[name] = sent[name][:LONGEST_IN_ADDRESS]
            answer = self.window.http.get(self.form.action, params=sent)
        else:
            answer = self.window.post(self.form.action, sent, at=self.page.address)
        if answer.status_code >= 500:
            return [f"status {answer.status_code}"]
        if row.expected == ANY:
            return self._after_anything(name, sent, answer)
        if row.expected == REFUSE:
            return self._refused(name, sent, answer)
        return self._kept(name, row, answer)

    def _after_anything(self, name: str, sent: Mapping[str, str], answer: httpx.Response) -> list[str]:
        if answer.status_code in (302, 303):
            self._look_again()
            return []
        if answer.status_code not in (200, 400, 404, 422):
            return [f"status {answer.status_code}"]
        if self.form.method == "get" and answer.status_code == 200:
            return self._asks_again(name, sent[name], Page(self.form.action, answer.text))
        return []

    def _asks_again(self, name: str, typed: str, page: Page) -> list[str]:
        """A search stands in its box again, however much of it was looked at."""
        control = page.form(name).controls[name]
        shown = control.value or ""
        if control.kind == "select" or UNSENDABLE.search(typed):
            return []
        return (
            [] if typed[:100].startswith(shown[:100]) and bool(shown.strip()) == bool(typed.strip()) else [f"the box shows {shown!a:.60}"]
        )

    def _refused(self, name: str, sent: Mapping[str, str], answer: httpx.Response) -> list[str]:
        if answer.status_code in (302, 303):
            self._look_again()
            return [f"taken, should be refused: {answer.headers['location']}"]
        if answer.status_code != 422 and not (self.anonymous and answer.status_code == 429):
            return [f"refused with status {answer.status_code}"]
        page = Page(self.form.action, answer.text, answer.status_code)
        return [*self._says(name, page), *self._keeps(name, sent, page)]

    def _says(self, name: str, page: Page) -> list[str]:
        troubles: list[str] = []
        control = page.form(self.what).controls.get(name, self.fields[name])
        said = [words for id_, words in page.complaints if id_ == control.id or not control.id]
        if self.anonymous:
            said = said or [words for _, words in page.complaints]
        elif not said:
            return [f"nothing at the field; the page says {page.complaints or page.text[:200]}"]
        if not said:
            return ["no sentence at all"]
        if not self.anonymous and not any(plain(control.label) in plain(words) for words in said):
            troubles.append(f"no sentence names « {control.label} »: {said}")
        troubles += [f"not French: {words}" for words in said if ENGLISH.search(words)]
        return troubles

    def _keeps(self, name: str, sent: Mapping[str, str], page: Page) -> list[str]:
        """Everything typed stands in the form again, the wrong value too. Not a password; and a list cannot show what it does not have."""
        again = page.form(self.what).controls
        troubles = []
        for key, control in self.fields.items():
            if control.kind in ("password", "hidden") or control.is_readonly or key in OURS or self.kinds.get(key) == "shown":
                continue
            shown, typed = again[key].value if key in again else "(no such field)", sent.get(key)
            if control.kind in ("select", "radio") and typed not in control.values and shown != typed:
                continue
            if typed is not None and UNSENDABLE.search(typed):
                continue
            if shown != typed:
                troubles.append(f"{key} was typed as {typed!a:.60}, the form shows {shown!a:.60}")
        return troubles

    def _kept(self, name: str, row: Row, answer: httpx.Response) -> list[str]:
        if answer.status_code not in (302, 303):
            page = Page(self.form.action, answer.text, answer.status_code)
            return [f"refused ({answer.status_code}), should be taken: {page.complaints or page.text[:300]}"]
        fresh = self._look_again(answer.headers["location"])
        control = fresh.controls.get(name)
        kind = self.kinds[name]
        wanted = row.to if row.expected == NORMALISE or row.to else rows.written(kind, row.value)
        seen = rows.written(kind, (control.value or "") if control else "(no such field)")
        return [] if seen == wanted else [f"kept as {seen!a}, should be {wanted!a}"]

    def _look_again(self, location: str = "") -> Form:
        page = self.window.open(self.shown_at or location or self.address)
        fresh = page.form(self.what)
        self.base |= {name: fresh.controls[name].value or "" for name in CHANGING if name in fresh.controls}
        return fresh


def plain(words: str) -> str:
    return " ".join(rows.plain(words).casefold().split())


def forms_of(page: Page) -> list[Form]:
    """Those that a person fills in: not the theme's, not the log-out."""
    return [form for form in page.forms if not form.action.endswith(LOOKS) and set(form.controls) - set(OURS)]
