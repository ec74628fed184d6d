"""French typing in, typed values out; what is refused is said under the field, on top, and nothing typed is lost."""

from datetime import date, time
from decimal import Decimal
from typing import Any

import pytest
from bs4 import BeautifulSoup
from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from jupiter.kit.web import forms as kit
from tests.kit.web_site import GOOD, EveryField
from tests.shared import as_declared


def bound(**typed: Any) -> EveryField:
    return EveryField(GOOD | typed)


def page_of(form: EveryField) -> BeautifulSoup:
    groups = "".join(str(group.as_fields()) for group in form.groups.values())
    return BeautifulSoup(groups + "".join(str(field) for field in form.hidden_fields()), "html.parser")


def test_what_is_typed_in_french_comes_out_as_values() -> None:
    form = bound()
    assert form.is_valid(), form.errors
    assert form.cleaned_data | {} == form.cleaned_data
    expected = {
        "phone": "+33612345678", "postcode": "75010", "plate": "ER-452-AS", "vin": "12345678901233333", "fuel": "DIESEL",
        "mileage_km": 4500, "registered_on": date(2018, 9, 14), "hour": time(14, 30), "rrd1": "FR10350", "net": Decimal("13708.33"),
        "gross": Decimal("16450.00"), "vat": None, "power": 50, "siret": "", "remark": "", "version": 3,
    }  # fmt: skip
    assert {name: form.cleaned_data[name] for name in expected} == expected


def test_what_is_stored_is_shown_as_french_people_write_it() -> None:
    form = EveryField(
        initial={
            "net": Decimal("13708.33"), "mileage_km": 24784, "registered_on": date(2018, 9, 14), "hour": time(9, 5),
            "phone": "+33612345678", "fuel": "DIESEL", "terms": True, "consent": "n", "origin": ["r"], "version": 7,
        }
    )  # fmt: skip
    page = page_of(form)
    shown = {field["name"]: field.get("value") for field in page.select("input")}
    assert shown["net"] == "13\u202f708,33"
    assert shown["mileage_km"] == "24\u202f784"
    assert shown["registered_on"] == "14/09/2018"
    assert shown["hour"] == "9\u00a0h\u00a005"
    assert shown["phone"] == "06\u00a012\u00a034\u00a056\u00a078"
    assert shown["version"] == "7"
    assert page.select_one("[name=fuel] [selected]")["value"] == "DIESEL"
    assert page.select_one("[name=country] [selected]")["value"] == "FR"
    assert page.select_one("[name=terms]").has_attr("checked")
    assert page.select_one("[name=consent][checked]")["value"] == "n"
    assert page.select_one("[name=origin] [selected]")["value"] == "r"


def test_what_is_shown_is_read_back() -> None:
    first = bound()
    assert first.is_valid()
    shown = page_of(EveryField(initial=first.cleaned_data))
    typed: dict[str, Any] = {field["name"]: field.get("value", "") for field in shown.select("input:not([type=radio], [type=checkbox])")}
    typed |= {field["name"]: (field.select_one("[selected]") or {"value": ""})["value"] for field in shown.select("select:not([multiple])")}
    again = EveryField(typed | {"consent": "y"})
    assert again.is_valid(), again.errors
    assert again.cleaned_data == first.cleaned_data


@pytest.mark.parametrize(
    ("name", "typed", "words"),
    [
        ("plate", "", "Le champ immatriculation est obligatoire"),
        ("vin", "", "Le champ VIN est obligatoire"),
        ("plate", "EG-7O2-HQ", "Une immatriculation n’a ni I, ni O, ni U"),
        ("vin", "VF3", "VIN"),
        ("mileage_km", "-5", "Kilométrage\u00a0: Saisissez 0 ou plus"),
        ("mileage_km", "1 000 000", "Kilométrage\u00a0: Saisissez 999\u202f999 ou moins"),
        ("power", "20000", "Puissance\u00a0: Saisissez 510 ou moins"),
        ("net", "16.450", "Prix HT"),
        ("net", "999999999", "Prix HT"),
        ("registered_on", "14/09/18", "Date 1re immat."),
        ("remark", "x" * 101, "101 caractères, 100 au plus"),
        ("country", "XX", "Pays"),
        ("version", "x", "entier"),
    ],
)
def test_a_refusal_is_a_sentence_that_names_its_field_and_keeps_what_was_typed(name: str, typed: str, words: str) -> None:
    form = bound(**{name: typed})
    assert not form.is_valid()
    ((target, sentence),) = form.summary()
    assert words in sentence
    if name == "version":
        assert target == "main"
        return
    page = page_of(form)
    field = page.select_one(f"#{target}")
    assert field["aria-invalid"] == "true"
    error = page.select_one("#" + field["aria-describedby"].split()[-1])
    assert error["class"] == ["field-error"]
    kept = field.text.strip() if field.name == "textarea" else field.get("value", "")
    assert kept == typed or field.name == "select"


def test_errors_are_told_in_screen_order() -> None:
    form = EveryField({"version": "3"})
    order = [name for group in EveryField.GROUPS.values() for name, _ in group.names()]
    told = [target.removeprefix("id_").removesuffix("_0") for target, _ in form.summary()]
    assert told == [name for name in order if name in told]
    assert {"plate", "vin", "consent"} <= set(told)


@pytest.mark.parametrize("country", [("BE", "B-1000", "1000"), ("MC", "98000", "98000")])
def test_a_postcode_follows_the_country_of_its_form(country: tuple[str, str, str]) -> None:
    form = bound(country=country[0], postcode=country[1])
    assert form.is_valid(), form.errors
    assert form.cleaned_data["postcode"] == country[2]
    assert not bound(country="FR", postcode="1000").is_valid()


@given(st.dictionaries(st.sampled_from(sorted(GOOD)), st.text(max_size=30)))
def test_nothing_that_is_typed_breaks_a_form(typed: dict[str, str]) -> None:
    form = bound(**typed)
    form.is_valid()
    form.summary()
    page_of(form).encode()


@pytest.mark.parametrize("nasty", ['"><script>alert(1)</script>', "' onfocus=alert(1) x='", "</textarea><b>", "a\x00b", "\ud800"])
def test_what_is_typed_never_becomes_markup(nasty: str) -> None:
    typed = dict.fromkeys((*GOOD, "remark", "version_label"), nasty)
    page = page_of(EveryField(typed))
    assert page.select("script, b") == []
    assert not [tag for tag in page.find_all(True) if any(name.startswith("on") for name in tag.attrs)]
    assert str(page).encode()


def test_a_warning_a_wish_and_a_source_stand_at_their_field() -> None:
    form = bound()
    form.warn({"fuel": "PureTech est un moteur essence"})
    form.want({"phone": "Téléphone de l’acheteur"})
    page = page_of(form)
    assert "PureTech" in page.select_one("#id_fuel_warning").text
    assert "id_fuel_warning" in page.select_one("#id_fuel")["aria-describedby"]
    assert page.select_one("label[for=id_phone] .wanted")
    assert page.select_one("label[for=id_plate] .source").text == "repris du bon"
    assert form.missing == [("id_phone", "Téléphone de l’acheteur")]
    assert form.is_valid(), "an amber does not stop"


def test_a_conflict_shows_both_values_and_who() -> None:
    form = bound()
    assert form.is_valid()
    at = timezone.now()
    form.show_conflict(by="M. PIERRE", at=at, theirs={"city": "LYON", "net": Decimal("13708.33"), "fuel": "ESSENCE", "unknown": 1})
    assert form.conflict
    assert [tuple(difference) for difference in form.conflict.differences] == [("Ville", "PARIS", "LYON"), ("Énergie", "diesel", "ESSENCE")]
    assert form.summary()[0] == ("main", kit.OVERTAKEN)


def test_bounds_may_be_asked_at_the_last_moment() -> None:
    today = date(2021, 12, 7)
    field = kit.FrenchDateField(label="Date de naissance", latest=lambda: today)
    assert field.clean("07/12/2021") == today
    with pytest.raises(ValidationError, match="jusqu’au 07/12/2021"):
        field.clean("21/10/2030")


def test_a_hidden_field_is_an_input_and_a_password_is_never_shown() -> None:
    class Door(kit.KitForm):
        version = forms.IntegerField(widget=forms.HiddenInput)
        password = forms.CharField(label="Mot de passe", widget=forms.PasswordInput)

    form = Door({"version": "5", "password": "secret"})
    assert "secret" not in str(form["password"])
    assert BeautifulSoup(str(form["version"]), "html.parser").input["value"] == "5"


@pytest.mark.parametrize(
    ("label", "inside"), [("Immatriculation", "immatriculation"), ("VIN", "VIN"), ("N° police", "n° police"), ("CO₂", "CO₂"), ("", "")]
)
def test_a_label_inside_a_sentence(label: str, inside: str) -> None:
    assert kit.small(label) == inside


def test_a_field_that_is_asked_for_is_changed_in_this_form_alone() -> None:
    before = as_declared(EveryField)
    mine, other = bound(), bound()
    shown = mine["fuel"]
    mine.fields["fuel"].choices = [("H2", "Hydrogène")]
    mine.fields["plate"].widget.attrs["data-mine"] = True
    mine.fields["net"].label = "Prix"
    del mine.fields["hour"]
    assert "Hydrogène" in str(shown), "also where it was looked at before"
    assert "data-mine" in str(mine["plate"])
    assert mine["net"].label == "Prix"
    with pytest.raises(KeyError):
        mine["hour"]
    assert as_declared(EveryField) == before
    assert "Hydrogène" not in str(other["fuel"])
    assert "data-mine" not in str(other["plate"])
    assert other["hour"].label


def test_no_way_to_a_field_leads_to_the_class() -> None:
    before = as_declared(EveryField)
    ways = (
        lambda fields: fields["plate"],
        lambda fields: fields.get("plate"),
        lambda fields: fields.pop("plate"),
        lambda fields: dict(fields.items())["plate"],
        lambda fields: next(field for field in fields.values() if isinstance(field, kit.PlateField)),
    )
    for way in ways:
        way(bound().fields).widget.attrs["data-mine"] = True
    assert as_declared(EveryField) == before
    assert bound().fields.get("none") is None


def test_fields_are_copied_only_where_one_is_asked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    bound()
    copied = []
    usual = forms.Field.__deepcopy__
    monkeypatch.setattr(forms.Field, "__deepcopy__", lambda field, memo: copied.append(field) or usual(field, memo))
    form = bound()
    assert form.is_valid()
    page_of(form)
    changed = len(copied)
    assert changed == 3, "which this form dresses by itself"
    assert form.fields["plate"] is form.fields["plate"]
    assert len(copied) == changed + 1


@pytest.mark.parametrize("blank", [{}, {"phone": "", "hour": "", "rrd1": "", "power": "", "remark": ""}], ids=["left out", "blank"])
def test_what_is_left_blank_is_as_django_would_have_judged_it(blank: dict[str, str]) -> None:
    given = {name: value for name, value in GOOD.items() if name not in ("phone", "hour", "rrd1", "power", "remark")} | blank
    ours, djangos = EveryField(given), EveryField(given)
    djangos._clean_fields = lambda: forms.BaseForm._clean_fields(djangos)
    assert ours.is_valid()
    assert djangos.is_valid()
    assert list(ours.cleaned_data.items()) == list(djangos.cleaned_data.items())
    assert "phone" not in ours._bound_fields_cache, "nothing was dressed for it"


class Kept(kit.KitForm):
    number = kit.LineField(required=False, disabled=True)
    paper = forms.FileField(required=False, widget=forms.FileInput)  # its usual one remembers in itself what was posted
    said = forms.BooleanField(required=False)


def test_what_was_not_posted_is_judged_by_what_stood_there_as_by_django() -> None:
    stood = {"number": "SP1", "paper": "kept.pdf"}
    ours, djangos = Kept({"number": "SP2"}, {}, initial=stood), Kept({"number": "SP2"}, {}, initial=stood)
    djangos._clean_fields = lambda: forms.BaseForm._clean_fields(djangos)
    assert ours.is_valid()
    assert djangos.is_valid()
    assert ours.cleaned_data == djangos.cleaned_data == {"number": "SP1", "paper": "kept.pdf", "said": False}


def test_zero_is_no_blank() -> None:
    form = bound(power=0)
    assert form.is_valid()
    assert form.cleaned_data["power"] == 0


def test_a_field_that_one_form_makes_mandatory_is_asked_for() -> None:
    form = bound(phone="")
    form.fields["phone"].required = True
    assert not form.is_valid()
    assert list(form.errors) == ["phone"]
    assert bound(phone="").is_valid()


def test_blank_spaces_are_blank_and_nothing_mandatory_may_be() -> None:
    form = bound(phone=" \u00a0 ", name="  ")
    assert not form.is_valid()
    assert list(form.errors) == ["name"]
    assert form.cleaned_data["phone"] == ""
