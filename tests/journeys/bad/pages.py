"""A page as whoever fills it in sees it: its forms, each field with its label, and what it says is to be corrected."""

import re
from dataclasses import dataclass, field
from functools import cached_property
from urllib.parse import urljoin

from bs4 import BeautifulSoup, Tag

OURS = ("csrfmiddlewaretoken", "next")
LOOKS = ("/preferences/", "/deconnexion/")
BESIDE = re.compile(r"\s*(\*|,\s*(à compléter|en \S+)|repris du \S+)")  # what else a label's words say


@dataclass
class Control:
    name: str
    kind: str  # text, select, checkbox, hidden …
    label: str
    value: str | None  # as a browser would send it; None for a box that is not ticked
    id: str = ""
    values: list[str] = field(default_factory=list)  # of a list
    is_mandatory: bool = False
    is_readonly: bool = False


@dataclass
class Form:
    action: str
    method: str
    controls: dict[str, Control]
    buttons: dict[str, tuple[str, str]]  # words → name, value

    def sent(self) -> dict[str, str]:
        return {control.name: control.value for control in self.controls.values() if control.value is not None}


class Page:
    def __init__(self, address: str, html: str, status: int = 200) -> None:
        self.address, self.html, self.status = address, html, status

    @cached_property
    def soup(self) -> BeautifulSoup:
        return BeautifulSoup(self.html, "html.parser")

    @cached_property
    def text(self) -> str:
        return words(self.soup)

    @cached_property
    def labels(self) -> dict[str, str]:
        return {str(label.get("for")): words(label) for label in self.soup.find_all("label")}

    @cached_property
    def forms(self) -> list[Form]:
        return [self._form(form) for form in self.soup.find_all("form")]

    def _form(self, form: Tag) -> Form:
        controls: dict[str, Control] = {}
        buttons: dict[str, tuple[str, str]] = {}
        for one in self.soup.find_all(["input", "select", "textarea", "button"]):
            owner = one.get("form")
            if (owner != form.get("id") if owner else one.find_parent("form") is not form) or one.has_attr("disabled"):
                continue
            name = str(one.get("name") or "")
            if one.name == "button":
                buttons[words(one)] = (name, str(one.get("value") or ""))
            elif name and not (one.get("type") == "radio" and name in controls and not one.has_attr("checked")):
                controls[name] = self._control(one, name)
        return Form(urljoin(self.address, str(form.get("action") or self.address)), str(form.get("method") or "get"), controls, buttons)

    def _control(self, one: Tag, name: str) -> Control:
        kind = one.name if one.name != "input" else str(one.get("type") or "text")
        label = BESIDE.sub("", self.labels.get(str(one.get("id")), "") or str(one.get("aria-label") or "")).strip()
        found = Control(name, kind, label, str(one.get("value") or ""), str(one.get("id") or ""))
        found.is_mandatory = one.get("aria-required") == "true"
        found.is_readonly = one.has_attr("readonly")
        if kind in ("checkbox", "radio"):
            found.value = str(one.get("value") or "on") if one.has_attr("checked") else None
            found.values = [str(one.get("value") or "on")]
        elif kind == "select":
            options = one.find_all("option")
            found.values = [str(option.get("value") or "") for option in options]
            found.value = next(
                (str(o.get("value") or "") for o in options if o.has_attr("selected")), found.values[0] if found.values else ""
            )
        elif kind == "textarea":
            found.value = one.get_text().removeprefix("\n")
        return found

    def form(self, what: str) -> Form:
        """The one that goes there, or has this button, or this field."""
        for form in self.forms:
            if form.action.endswith(what) or any(what in button for button in form.buttons) or what in form.controls:
                return form
        raise AssertionError(f"no form « {what} » at {self.address} ({self.status}): {self.text[:300]}")

    @cached_property
    def complaints(self) -> list[tuple[str, str]]:
        """Of the summary: the id of the field, the sentence. A dialog without one says it at the field, under its label."""
        found = []
        for line in self.soup.select("#error-summary li"):
            link = line.find("a")
            found.append((str(link["href"]).removeprefix("#") if isinstance(link, Tag) else "", words(line)))
        if found:
            return found
        found = [("", words(notice)) for notice in self.soup.select(".notice-bad")]
        for error in self.soup.select("[id$=_error]"):
            id_ = str(error["id"]).removesuffix("_error")
            found.append((id_, f"{self.labels.get(id_, '')}\u00a0: {words(error)}"))
        return found


def words(part: Tag) -> str:
    return " ".join(part.get_text(" ").split())
