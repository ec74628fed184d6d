"""Every form that a person fills in: where it stands, what is right in it, and what it rightly judges otherwise than the table."""

from collections.abc import Callable, Iterator
from dataclasses import replace

from tests.journeys.running import SERVICES, wait_for

from . import kinds
from .place import Place
from .trying import Trial, forms_of

CAR = {
    "plate": "AB-123-CD", "vin": "VR3UPHNSSKT000001", "make": "PEUGEOT", "model": "2008", "trim": "1.2 PureTech 110", "kind": "VP",
    "fuel": "DIESEL", "first_registered_on": "14/09/2018", "din_power_hp": "50", "mileage_km": "1",
    "manufacturer_warranty_until": "14/09/2020", "manufacturer_warranty_km": "100000", "asking_gross": "16 450,00",
    "mileage_confirmed": "on", **{f"cost_label_{line}": f"Frais {line}" for line in kinds.LINES},
    **{f"cost_amount_{line}": "10,00" for line in kinds.LINES},
}  # fmt: skip


def a_new_car(place):
    return Trial(place.window("dealer", "hakim"), "/vehicules/nouveau/", "plate", kinds.VEHICLE, valid=CAR, only_refusals=True, light=True)


def a_cars_sheet(place):
    return Trial(
        place.window("dealer", "hakim"), place.a_car(), "vin", kinds.VEHICLE, valid=CAR,
        exceptions={
            ("co2_g_km", "B269"): {"expected": "normalise", "to": ""},  # 0 is unknown in Jupiter, and shown empty
            ("asking_gross", "B213"): {"expected": "normalise", "to": ""},  # a car may stand in stock before its price is known
        },
    )  # fmt: skip


BUYER = {
    "title": "MR", "last_name": "DUPONT", "first_name": "DURANT", "address": "RUE SPOTICAR", "postcode": "75010", "city": "VILLE D’ESSAI",
    "country": "FR", "delivery_on": "07/12/2021", "delivery_time": "10 h 30", "agreed_gross": "16 450,00", "print_order": "on",
}  # fmt: skip
FEES = {f"fee_label_{line}": f"Frais {line}" for line in kinds.LINES} | {f"fee_amount_{line}": "10,00" for line in kinds.LINES}
ORDER_EXCEPTIONS = {
    **{("siret", id_): {"changes": {"title": "COMPANY"}} for id_ in ("B334", "B335", "B337")},  # a person has none
}


def a_new_order(place):
    return Trial(
        place.window("dealer", "hakim"), "/bons-de-commande/nouveau/?vehicle=60226", "last_name", kinds.ORDER, valid=BUYER | FEES,
        pressed={"act": "save"}, only_refusals=True, light=True, exceptions=ORDER_EXCEPTIONS,
    )  # fmt: skip


def an_order(place):
    """Of a car with VAT, whose form has amounts HT."""
    window, sheet = place.window("dealer", "hakim"), place.a_car()
    form = window.open(sheet).form("vin")
    assert window.post(form.action, form.sent() | {"vat_regime": "standard"}, at=sheet).status_code == 302
    page = window.open(f"/bons-de-commande/nouveau/?vehicle={form.controls['plate'].value}")
    form = page.form("last_name")
    assert "agreed_net" in form.controls
    answer = window.post(form.action, form.sent() | BUYER | {"act": "save"}, at=page.address)
    assert answer.status_code == 302, answer.text
    return an_order_at(window, answer.headers["location"])


def an_order_without_vat(place):
    """Of a car in the margin scheme, whose form has no amounts HT."""
    names = ("agreed_gross", "asking_gross", "agreed_master", "asking_master", "deposit")
    return replace(an_order_at(place.window("dealer", "hakim"), place.an_order()), only=names)


def an_order_at(window, address):
    return Trial(
        window, address, "last_name", kinds.ORDER, valid=BUYER | FEES, pressed={"act": "save"}, closing={"act": "close"},
        wanted=("stock_number", "last_name", "first_name", "delivery_on", "agreed_gross"),
        together={
            "agreed_gross": ("agreed_net",), "agreed_net": ("agreed_gross",), "asking_gross": ("asking_net",), "asking_net": ("asking_gross",),
        },
        beside={
            **{f"{kind}_net": {f"{kind}_master": "net", f"{kind}_gross": ""} for kind in ("asking", "agreed")},
            **{f"{kind}_gross": {f"{kind}_master": "gross"} for kind in ("asking", "agreed")},
            "deposit_on": {"deposit": "100,00"},
        },
        exceptions=ORDER_EXCEPTIONS,
    )  # fmt: skip


def a_site(place):
    return Trial(
        place.window("dealer", "responsable"), "/parametrage/sites/PE64/", "/enregistrer/", kinds.SITE, valid=FEES | {"city": "VILLE D’ESSAI"},
        shown_at="/parametrage/sites/PE64/", wanted=("network_code",),
        exceptions={
            ("city", "B182"): {"expected": "normalise", "to": "LYON"},  # an amber under the field; the site's address binds nobody
        },
    )  # fmt: skip


def a_reason_to_cancel(place):
    window, order = place.window("dealer", "responsable"), place.an_order()
    return Trial(window, order, "/annuler/", kinds.REASON, only_refusals=True)


def a_reason_to_reopen(place):
    window, sale = place.window("dealer", "responsable"), place.a_sale()
    return Trial(window, sale.order, "/rouvrir/", kinds.REASON, only_refusals=True)


def the_log_in_at_the_hub(place):
    """« Information garantisseur », of a seller who has no access yet."""
    window, sale = place.window("dealer", "pierre"), place.a_sale()
    return Trial(window, f"{sale.order}garantir/", "username", kinds.GUARANTOR, valid=NOBODY, anonymous=True)


NOBODY = {"username": "personne-d-essai", "password": "ce n’est pas le bon"}


def log_in(service):
    return lambda place: Trial(place.window(service), "/connexion/", "username", kinds.LOG_IN, valid=NOBODY, anonymous=True)


def forgotten_password(service):
    valid = {"email": "personne@exemple.fr"}
    return lambda place: Trial(place.window(service), "/mot-de-passe/oublie/", "email", kinds.FORGOTTEN, valid=valid, only_refusals=True)


NEVER_TWICE = {"old_password": "ce n’est pas le bon", "new_password": "une phrase assez longue", "again": "une autre phrase assez longue"}


def a_changed_password(service, username):
    """Never the same twice: so it stays as it is, whatever is tried."""
    return lambda place: Trial(
        place.window(service, username),
        "/mot-de-passe/",
        "old_password",
        kinds.NEW_PASSWORD,
        valid=NEVER_TWICE,
        only_refusals=True,
        anonymous=True,
    )


def a_new_password(service, username):
    """By the letter to whoever forgot it."""

    def trial(place):
        window = place.new_window(service)
        page = window.open("/mot-de-passe/oublie/")
        form = page.form("email")
        assert window.post(form.action, form.sent() | {"email": f"{username}@example.org"}, at=page.address).status_code == 302
        link = wait_for(lambda: place.link_in_a_letter(service, username), 60, f"{service} writes no letter to {username}")
        valid = {name: typed for name, typed in NEVER_TWICE.items() if name != "old_password"}
        return Trial(window, link, "new_password", kinds.NEW_PASSWORD, valid=valid, only_refusals=True, anonymous=True)

    return trial


def a_reason_to_keep_a_difference(service, username):
    def trial(place):
        address = f"/rapprochement/{place.a_difference(service)}/"
        return Trial(place.window(service, username), address, "/garder/", kinds.REASON, only_refusals=True)

    return trial


def a_profile(place):
    valid = {
        "stellantis_chosen": "on", "cirano_chosen": "on", "cirano_identifier": "C-1", "icare_chosen": "on", "icare_identifier": "I-1",
        "icare_handling": "flat_fee",
    }  # fmt: skip
    return Trial(
        place.window("hub", "responsable"), "/profil/953617Z/", "icare_handling", kinds.PROFILE, valid=valid, shown_at="/profil/953617Z/",
        exceptions={"B035": {"expected": "normalise", "to": "EG-702-HQ XX"}},  # an identifier has spaces
    )  # fmt: skip


def step_2(place):
    place.configure()
    return Trial(place.window("hub", "responsable"), f"/vente/{place.a_sale().at_hub}/", "guarantor", kinds.STEP_2, anonymous=True)


MANDATORY_AT_HUB = (
    "consent", "sale_origin", "seller", "title", "last_name", "first_name", "address", "postcode", "city", "country", "kind", "plate", "make",
    "model", "version", "first_registered_on", "fuel", "din_power", "vin", "mileage", "delivery_on", "manufacturer_until",
    "manufacturer_km", "level", "months",
)  # fmt: skip


def a_declaration(place):
    return Trial(
        place.window("hub", "responsable"), place.a_declaration_form(), "consent", kinds.DECLARATION,
        valid={"consent": "EMAIL", "sale_origin": "TRADE_IN_ON_NEW", "city": "VILLE D’ESSAI"}, pressed={"do": "save"},
        closing={"do": "declare"}, wanted=MANDATORY_AT_HUB,
        exceptions={
            ("price", "B213"): {"expected": "normalise", "to": ""},  # the declaration may leave the price out
            ("city", "B182"): {"expected": "normalise", "to": "LYON"},  # an amber: declaring confirms it, in the journal
        },
    )  # fmt: skip


def the_wizards_contract(place):
    address = f"/devis/{place.a_quote().quote_number}/contrat/"
    return Trial(
        place.window("insurer", "psa-865268J"), address, "delivery_on", kinds.CONTRACT, shown_at=address,
        exceptions={"B091": {"expected": "normalise", "to": "2021-12-06"}},  # the insurer knows no order that it could precede
    )  # fmt: skip


def the_wizards_vehicle(place):
    address = f"/devis/{place.a_quote().quote_number}/vehicules/"
    return Trial(
        place.window("insurer", "psa-865268J"), address, "vin", kinds.INSURED_VEHICLE, pressed={"save": "1"}, shown_at=address
    )  # fmt: skip


FORMS: dict[str, Callable[[Place], Trial]] = {
    "a new car": a_new_car,
    "a car's sheet": a_cars_sheet,
    "a new order": a_new_order,
    "an order": an_order,
    "an order in the margin scheme": an_order_without_vat,
    "a reason to cancel": a_reason_to_cancel,
    "a reason to reopen": a_reason_to_reopen,
    "the log-in at the hub": the_log_in_at_the_hub,
    "a site": a_site,
    "a profile": a_profile,
    "step 2": step_2,
    "a declaration": a_declaration,
    "the wizard's contract": the_wizards_contract,
    "the wizard's vehicle": the_wizards_vehicle,
    **{f"log-in, {service}": log_in(service) for service in SERVICES},
    **{f"forgotten password, {service}": forgotten_password(service) for service in SERVICES},
    "a changed password": a_changed_password("dealer", "hakim"),
    "a new password": a_new_password("dealer", "hakim"),
    "a reason to keep a difference, dealer": a_reason_to_keep_a_difference("dealer", "responsable"),
    "a reason to keep a difference, hub": a_reason_to_keep_a_difference("hub", "reseau"),
}
LISTS = {  # whose searches and filters are read from their pages
    ("dealer", "hakim"): ("/", "/vehicules/", "/bons-de-commande/", "/transmissions/", "/recherche/?q=dupont"),
    ("hub", "responsable"): ("/", "/ventes/", "/transmissions/"),
    ("insurer", "psa-865268J"): ("/", "/devis/", "/polices/", "/comptes/", "/sinistres/", "/activites/"),
}


def searches(place: Place, service: str, username: str) -> Iterator[Trial]:
    """One trial of each form with which a list is asked; the same one on every page is tried once."""
    window, seen = place.window(service, username), set()
    for address in LISTS[service, username]:
        for form in forms_of(window.open(address)):
            if form.method == "get" and (form.action, tuple(form.controls)) not in seen:
                seen.add((form.action, tuple(form.controls)))
                name = next(iter(form.controls))
                yield Trial(window, address, name, dict.fromkeys(form.controls, "search"), light=len(seen) > 1)
