"""A small site that only tests see: the door, one form, one list, every part once."""

from decimal import Decimal
from typing import Any, ClassVar

from django import forms
from django.http import HttpRequest, HttpResponse
from django.urls import include, path
from django.utils import timezone

from jupiter.kit.accounts.access import anyone
from jupiter.kit.web.forms import (
    FrenchDateField,
    FrenchEmailField,
    FrenchTimeField,
    Group,
    KilometreField,
    KitForm,
    LineField,
    MoneyField,
    NameField,
    PhoneField,
    PickField,
    PlateField,
    PostcodeField,
    RemarkField,
    Rrd1Field,
    SiretField,
    VinField,
    WholeField,
)
from jupiter.kit.web.frame import Entry, Frame, State
from jupiter.kit.web.screen import screen

COUNTRIES = [("FR", "France"), ("BE", "Belgique"), ("MC", "Monaco")]
FUELS = [("", "—"), ("DIESEL", "DIESEL"), ("ESSENCE", "ESSENCE")]


def frame(request: HttpRequest) -> Frame:
    menu = [Entry("home", "/", "home", "Accueil"), Entry("orders", "/form/", "file-invoice", "Bons de commande", 4)]
    return Frame(menu=menu, sites=("DEMO CDDS SPOTICAR", "CHARTRES"), role="Vendeur", search="/search/")


class EveryField(KitForm):
    GROUPS: ClassVar = {
        "buyer": Group("Acheteur", "name:3 phone:3 email:3 siret:3 country:3 postcode:2 city:3", note="particulier ou société"),
        "vehicle": Group("Véhicule", "plate:3 vin:4 fuel:3 mileage_km:3 registered_on:3 hour:2 rrd1:3"),
        "price": Group("Prix de vente", "net:3 vat:3 gross:3 power:3"),
        "rest": Group("Divers", "version_label:4 remark:8 consent:4 origin:4 terms:4 logo:4"),
    }
    UNITS: ClassVar = {"mileage_km": "km", "net": "€", "vat": "€", "gross": "€", "power": "ch"}
    SOURCE = {"plate": "bon"}
    version = forms.IntegerField(widget=forms.HiddenInput)
    name, phone, email = NameField(label="Nom"), PhoneField(label="Tél. mobile", required=False), FrenchEmailField(label="E-mail")
    siret = SiretField(label="SIRET", required=False, help_text="Pour une société")
    country = PickField(label="Pays", choices=COUNTRIES, initial="FR")
    postcode, city = PostcodeField(label="Code postal", country_from="country"), NameField(label="Ville")
    plate, vin = PlateField(label="Immatriculation"), VinField(label="VIN")
    fuel = PickField(label="Énergie", choices=FUELS)
    mileage_km = KilometreField(label="Kilométrage")
    registered_on, hour = FrenchDateField(label="Date 1re immat."), FrenchTimeField(label="Heure", required=False)
    rrd1 = Rrd1Field(label="Code RRD1", required=False)
    net, vat, gross = MoneyField(label="Prix HT"), MoneyField(label="TVA", required=False), MoneyField(label="Prix TTC")
    power = WholeField(label="Puissance", required=False, max_value=510)
    version_label = LineField(label="Version", required=False)
    remark = RemarkField(label="Commentaire", required=False, most=100)
    consent = forms.ChoiceField(label="Consentement", choices=[("y", "Oui"), ("n", "Non")], widget=forms.RadioSelect)
    origin = forms.MultipleChoiceField(label="Origines", choices=[("a", "Achat"), ("r", "Reprise")], required=False)
    terms = forms.BooleanField(label="Conditions générales", required=False)
    logo = forms.MultipleChoiceField(
        label="Logos", choices=[("a", "Un"), ("b", "Deux")], required=False, widget=forms.CheckboxSelectMultiple
    )

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        for name in ("net", "vat", "gross"):
            self.fields[name].widget.attrs["data-price"] = name
        self.fields["vat"].widget.attrs |= {"readonly": True, "tabindex": -1}


GOOD = {
    "version": "3", "name": "DUPONT", "phone": "06 12 34 56 78", "email": "nom@exemple.fr", "country": "FR", "postcode": "F-75010",
    "city": "PARIS", "plate": "er452as", "vin": "12345678901233333", "fuel": "diesel", "mileage_km": "4 500 km",
    "registered_on": "14092018", "hour": "14h30", "rrd1": "fr10350", "net": "13708,33", "gross": "16 450,00 €", "power": "50",
    "consent": "y",
}  # fmt: skip


@anyone
def form(request: HttpRequest) -> HttpResponse:
    typed = EveryField(request.POST or None, initial={"version": 3, "mileage_km": 24784, "net": Decimal("13708.33")})
    typed.want({"phone": "Téléphone de l’acheteur"})
    typed.warn({"fuel": "PureTech est un moteur essence"})
    if typed.is_valid():
        return screen(request, "web_site/form.html", title="Enregistré", here="orders", form=typed, crumbs=[("/", "Bons de commande")])
    if request.POST.get("version") == "2":
        typed.show_conflict(by="M. PIERRE", at=timezone.now(), theirs={"city": "LYON", "net": Decimal("100.00")})
    return screen(
        request, "web_site/form.html", title="Bon de commande", here="orders", form=typed, status=422 if typed.errors else 200,
        crumbs=[("/", "Bons de commande")],
    )  # fmt: skip


@anyone
def gallery(request: HttpRequest) -> HttpResponse:
    facts = [("HT", "13\u202f708,33\u00a0€"), ("TVA 20\u00a0%", "2\u202f741,67\u00a0€")]
    step = {"name": "Achat", "date": "08/12/2015", "when": "done"}
    return screen(
        request, "web_site/gallery.html", title="Chaque pièce une fois", here="home", facts=facts,
        state=State("En cours", "info", "progress"),
        tile={"ask": "Bons à clôturer", "figure": 4, "note": "dont 1 livré", "icon": "file-invoice", "url": "/form/"},
        steps=[step, step | {"name": "Vente", "when": "now"}],
        wizard=[{"name": "Contrat", "done": True, "url": "/"}, {"name": "Devis", "here": True, "url": "/"}, {"name": "Confirmation"}],
        trail=[{"tone": "ok", "icon": "circle-check", "name": "Bon clôturé", "note": "10/12/2021", "proof": "Bon 746203"}],
        items=[{"text": "Bon 746210", "url": "/form/", "icon": "file-invoice", "when": "10/12", "size": "1"}],
        chart={"title": "Stock", "unit": "VO", "points": [("0-30", 4), ("30-60", 7)]},
        answer={"tone": "ok", "icon": "circle-check", "who": "Centralisateur", "text": "Enregistrée", "what": "SP", "proof": "953617Z"},
        toast={"text": "Bon 746210 enregistré"},
    )  # fmt: skip


urlpatterns = [
    path("", include("jupiter.kit.accounts.urls")),
    path("", form, name="home"),
    path("form/", form, name="form"),
    path("gallery/", gallery, name="gallery"),
]
handler404 = "jupiter.kit.web.errors.not_found"
handler403 = "jupiter.kit.web.errors.refused"
