"""The order's page as a browser without scripts reads it: its controls, with what stands in them."""

from bs4 import BeautifulSoup


def controls(page: bytes, form: str = "order") -> dict[str, object]:
    found = BeautifulSoup(page, "html.parser").find("form", id=form)
    told: dict[str, object] = {}
    for one in found.find_all(["input", "select", "textarea"]):
        name = one.get("name")
        if not name or one.has_attr("disabled"):
            continue
        if one.name == "select":
            chosen = one.find("option", selected=True) or one.find("option")
            told[name] = chosen.get("value", "")
        elif one.get("type") in ("checkbox", "radio"):
            if one.has_attr("checked"):
                told[name] = one.get("value", "on")
        else:
            told[name] = one.get("value", "")
    told.pop("csrfmiddlewaretoken", None)
    return told


def sentences(answer) -> list[str]:
    return [words for _id, words in answer.context["form"].summary()]
