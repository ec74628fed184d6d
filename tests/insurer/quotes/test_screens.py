"""The wizard as a person walks it: the tutorial's words, what is typed kept, what is refused said."""

import re
from datetime import date

import pytest
from bs4 import BeautifulSoup

from jupiter.insurer.policies.models import Policy
from jupiter.insurer.quotes import actions
from jupiter.insurer.quotes.models import Job, State
from tests.insurer import make


@pytest.fixture
def draft(producer, product, hub):
    return make.a_draft(producer, product, client=hub, vin="12345678901233333")


def text_of(answer):
    return " ".join(BeautifulSoup(answer.content, "html.parser").get_text(" ").split())


def at(job, step=""):
    return f"/devis/{job.number}/{step}"


def typed(job, **changes):
    """What the form of Véhicules sends, as its own fields print it."""
    car = {
        "vin": job.vin, "plate": job.plate, "kind": job.kind, "first_registered_on": f"{job.first_registered_on:%d/%m/%Y}",
        "make": job.make, "model": job.model, "fuel": job.fuel, "din_power_hp": str(job.din_power_hp), "mileage_km": str(job.mileage_km),
        "manufacturer_warranty_until": "14/09/2020", "manufacturer_warranty_km": "100000", "four_wheel_drive": "no",
        "version": str(job.version),
    }  # fmt: skip
    return car | changes


def test_the_tutorial_from_the_tile_to_the_policy(inside, draft):
    home = text_of(inside.get("/"))
    for words in ("Tableau de gestion", "Nouvelle souscription", "Devis ouverts 1", "Annulations ouvertes 0", "Consultées récemment 0"):
        assert words in home

    listed = text_of(inside.get("/devis/"))
    assert "Devis ouverts au cours des 30 derniers jours" in listed
    for words in ("07/12/2021", "GVO France", "0001006185", "M. DUPONT DURANT", "Devis en ébauche"):
        assert words in listed

    page = text_of(inside.get(at(draft)))
    for words in ("Devis (0001006185)", "Compte client : DURANT DUPONT", "PSA Used Vehicle Warranty", "Supprimer le devis",
                  "Continuer le devis", "Votre brouillon a été sauvegardé avec succès."):  # fmt: skip
        assert words in page

    contract = inside.get(at(draft, "contrat/"))
    for step in ("Contrat", "Véhicules", "Devis", "Informations sur la police", "Confirmation"):
        assert step in text_of(contract)
    assert 'value="07/12/2021"' in contract.content.decode()
    assert inside.post(at(draft, "contrat/"), {"delivery_on": "07/12/2021"}).url == at(draft, "vehicules/")

    vehicle = text_of(inside.get(at(draft, "vehicules/")))
    for label in ("VIN", "Immatriculation", "Type de véhicule", "Première date d’immatriculation", "Marque", "Modèle", "Type d’énergie",
                  "Puissance de la voiture", "Kilométrage", "Garantie constructeur - date de fin", "Garantie constructeur - kilomètres",
                  "Spécificités du véhicule", "Vendeur véhicule d’occasion", "M. PIERRE", "17 caractères alphanumériques en majuscules",
                  "9 caractères, par exemple AB-123-CD"):  # fmt: skip
        assert label in vehicle
    assert inside.post(at(draft, "vehicules/"), typed(draft) | {"next": "1"}).url == at(draft, "offres/")

    offers = text_of(inside.get(at(draft, "offres/")))
    for words in ("Paiement intégral", "GVO Premium 7 / 150", "187,56 €", "Assistance", "Service de relation Client", "Garantie",
                  "Période de carence (Mois) 0", "Durée (Mois) 12", "Autres offres", "Sélectionner", "tarif de démonstration"):  # fmt: skip
        assert words in offers
    assert inside.post(at(draft, "offres/"), {"offer": "PREMIUM_7_150:12"}).url == at(draft, "informations/")

    recap = text_of(inside.get(at(draft, "informations/")))
    for words in ("Date de livraison du véhicule 07/12/2021", "Date d’expiration du devis 21/12/2021", "Type de produit GVO Premium 7 / 150",
                  "Durée de la police 07/12/2021 - 07/12/2022", "Prix total 187,56 €", "ER-452-AS", "12345678901233333", "Peugeot",
                  "Acheter maintenant", "Voulez-vous procéder à l’achat de la police maintenant",
                  "Veuillez vérifier que toutes les données sont correctes"):  # fmt: skip
        assert words in recap
    assert "Voulez-vous procéder" in text_of(inside.get(at(draft, "acheter/"))), "the same question without a dialog"
    assert inside.post(at(draft, "acheter/")).url == at(draft, "confirmation/")

    done = text_of(inside.get(at(draft, "confirmation/")))
    assert "Paiement effectué (Police 0001003079)" in done
    assert "La police a été souscrite avec succès" in done
    assert "Devis ouverts 0" in text_of(inside.get("/"))
    issued = text_of(inside.get("/polices/emises/"))
    for words in ("GVO France", "GVO Premium 7 / 150", "En vigueur", "0001003079", "M. DUPONT DURANT"):
        assert words in issued
    policy = text_of(inside.get("/polices/0001003079/"))
    for words in ("DURANT DUPONT", "PSA Used Vehicle Warranty (0001003079)", "En vigueur", "Synthèse", "Documents 1", "Sinistres 0"):
        assert words in policy
    documents = inside.get("/polices/0001003079/documents/").content.decode()
    assert "FR-865268J_Policy_0001003079-20211207.pdf" in documents


def test_a_second_oui_shows_the_same_policy(inside, draft):
    actions.price_job(draft, by="essai", today=make.DAY, now=make.NOON)
    first, second = inside.post(at(draft, "acheter/")), inside.post(at(draft, "acheter/"))
    assert first.url == second.url == at(draft, "confirmation/")
    assert Policy.objects.count() == 1


def test_a_price_stays_while_one_walks_back_and_forth(inside, producer, product):
    job = make.a_quote(producer, product)
    assert inside.post(at(job, "contrat/"), {"delivery_on": "07/12/2021", "version": job.version}).status_code == 302
    assert inside.post(at(job, "vehicules/"), typed(job) | {"next": "1"}).url == at(job, "offres/")
    job.refresh_from_db()
    assert (job.state, job.version) == (State.QUOTED, 3 - 1)
    assert "187,56 €" in text_of(inside.get(at(job, "contrat/"))), "the head keeps the price"


def test_a_delivery_too_long_ago_is_refused_with_the_reason_and_kept_as_typed(inside, draft):
    answer = inside.post(at(draft, "contrat/"), {"delivery_on": "21/10/2021", "version": draft.version})
    assert answer.status_code == 422
    assert "Date de livraison : livré depuis 47 jours, 30 au plus pour souscrire" in text_of(answer)
    assert 'value="21/10/2021"' in answer.content.decode()
    draft.refresh_from_db()
    assert draft.delivery_on == make.DAY


@pytest.mark.parametrize("day", ["", "32/01/2022", "07/12/21", "demain", "\x00", "a" * 500, "\ud800"])
def test_a_bad_date_is_refused_in_french_and_kept(inside, draft, day):
    answer = inside.post(at(draft, "contrat/"), {"delivery_on": day.encode("utf-8", "surrogatepass")})
    assert answer.status_code == 422
    assert "date de livraison" in text_of(answer).lower()


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        ("vin", "", "Le champ VIN est obligatoire"),
        ("vin", "1234567890123333I", "Un VIN n’a ni I, ni O, ni Q"),
        ("vin", "1" * 17, "Ce VIN n’est pas celui d’un véhicule"),
        ("plate", "", "Le champ immatriculation est obligatoire"),
        ("plate", "1234 AB 75", "une ancienne plaque ne passe pas"),
        ("plate", "<script>", "Saisissez une immatriculation"),
        ("din_power_hp", "0", "Saisissez 1 ou plus"),
        ("din_power_hp", "20000", "ou moins"),
        ("mileage_km", "1e5", "Saisissez un nombre entier"),
        ("mileage_km", "²", "Saisissez un nombre entier"),
        ("manufacturer_warranty_km", "99999999999", "ou moins"),
        ("kind", "CAMION", "choix"),
        ("fuel", "", "Le champ type d’énergie est obligatoire"),
        ("model", "\x00", "modèle"),
        ("first_registered_on", "08/12/2021", "est après la livraison du 07/12/2021"),
    ],
)
def test_a_bad_value_is_refused_by_its_name_and_kept(inside, draft, name, value, said):
    answer = inside.post(at(draft, "vehicules/"), typed(draft, **{name: value}) | {"save": "1"})
    assert answer.status_code == 422
    assert said.lower() in text_of(answer).lower()
    if value and "\x00" not in value and name not in ("kind",):
        assert BeautifulSoup(answer.content, "html.parser").find(attrs={"name": name}).get("value") == value
    before = (draft.vin, draft.mileage_km)
    draft.refresh_from_db()
    assert (draft.vin, draft.mileage_km, draft.version) == (*before, 1)


def test_what_is_typed_in_any_way_is_kept_in_one(inside, draft):
    said = typed(draft, plate="fa310nb", vin="vr3 uphnsskt000999", mileage_km="4 600 km", din_power_hp="50 ch") | {"save": "1"}
    assert inside.post(at(draft, "vehicules/"), said).url == at(draft, "vehicules/")
    draft.refresh_from_db()
    assert (draft.plate, draft.vin, draft.mileage_km) == ("FA-310-NB", "VR3UPHNSSKT000999", 4600)
    assert "Votre brouillon a été sauvegardé avec succès." in text_of(inside.get(at(draft, "vehicules/")))


def test_the_second_of_two_people_sees_both_versions(inside, draft):
    actions.edit_job(draft, {"mileage_km": 5000}, by="COLLÈGUE", today=make.DAY, now=make.NOON)
    answer = inside.post(at(draft, "vehicules/"), typed(draft, mileage_km="6000") | {"save": "1"})
    assert answer.status_code == 422
    page = text_of(answer)
    assert "COLLÈGUE" in page
    assert "5 000" in page
    draft.refresh_from_db()
    assert draft.mileage_km == 5000
    again = typed(draft, mileage_km="6000") | {"save": "1"}
    assert inside.post(at(draft, "vehicules/"), again).status_code == 302


def test_a_refused_offer_says_why_and_what_would_fit(inside, producer, product):
    job = make.a_quote(producer, product, first_registered_on=date(2013, 10, 25))
    page = text_of(inside.get(at(job, "offres/")))
    assert "Date de 1re immatriculation : véhicule non éligible (8 ans 1 mois pour 7 ans)" in page
    assert "Possible : GVO Advanced 10 / 200 8 mois, GVO Advanced 10 / 200 12 mois" in page
    answer = inside.post(at(job, "offres/"), {"offer": "PREMIUM_7_150:12"})
    assert answer.status_code == 422
    assert "véhicule non éligible" in text_of(answer)


@pytest.mark.parametrize("offer", ["", "x", "PREMIUM_7_150:²", "PREMIUM_7_150:99", "\x00:1"])
def test_an_offer_that_is_none_is_refused(inside, producer, product, offer):
    job = make.a_quote(producer, product)
    assert inside.post(at(job, "offres/"), {"offer": offer}).status_code == 422


def test_prices_are_not_made_by_looking(inside, draft):
    assert inside.get(at(draft, "offres/")).url == at(draft, "vehicules/")
    assert inside.get(at(draft, "informations/")).url == at(draft, "vehicules/")
    draft.refresh_from_db()
    assert draft.state == State.DRAFT


def test_an_expired_quote_is_said_to_be_and_not_sold(inside, producer, product, settings):
    job = make.a_quote(producer, product)
    settings.BUSINESS_DATE = date(2021, 12, 22)
    answer = inside.post(at(job, "acheter/"))
    assert answer.status_code == 422
    assert "Devis expiré" in text_of(answer)
    assert "Acheter maintenant" not in text_of(answer)
    assert "Devis expiré" in text_of(inside.get(at(job)))
    assert not Policy.objects.exists()


def test_a_covered_car_is_said_to_be_before_the_purchase_and_refused_at_it(inside, producer, product):
    other = make.a_producer("712345K", "B")
    make.a_bought_quote(other, product, vin="VF3PLANTB00000001")
    job = make.a_quote(producer, product, vin="VF3PLANTB00000001")
    recap = text_of(inside.get(at(job, "informations/")))
    assert "Une garantie existe déjà pour ce véhicule (VIN VF3PLANTB00000001)" in recap
    assert inside.post(at(job, "acheter/")).status_code == 422
    assert Policy.objects.count() == 1


def test_supprimer_asks_then_takes_it_from_the_list(inside, draft):
    assert "Supprimer le devis 0001006185" in text_of(inside.get(at(draft, "supprimer/")))
    draft.refresh_from_db()
    assert draft.state == State.DRAFT
    inside.post(at(draft, "supprimer/"))
    assert "Retiré" in text_of(inside.get(at(draft)))
    assert "Devis ouverts 0" in text_of(inside.get("/"))


def test_an_ended_quote_moves_no_more(inside, producer, product):
    job = make.a_bought_quote(producer, product)
    for step, said in (("contrat/", {"delivery_on": "08/12/2021"}), ("vehicules/", typed(job, mileage_km="1")), ("supprimer/", {})):
        answer = inside.post(at(job, step), said)
        assert answer.status_code == 422
        assert "déjà souscrit" in text_of(answer)


def test_no_page_of_the_wizard_is_dear(inside, producer, product, django_assert_max_num_queries):
    job = make.a_quote(producer, product)
    for step in ("", "contrat/", "vehicules/", "offres/", "informations/", "acheter/", "supprimer/"):
        with django_assert_max_num_queries(15):
            assert inside.get(at(job, step)).status_code == 200
    bound = make.a_bought_quote(producer, product)
    with django_assert_max_num_queries(15):
        assert inside.get(at(bound, "confirmation/")).status_code == 200


def test_the_list_costs_the_same_for_one_and_for_many(inside, producer, product, django_assert_max_num_queries):
    for _ in range(12):
        make.a_draft(producer, product)
    with django_assert_max_num_queries(9):  # one of them only here: a test's transaction goes on around the door
        assert text_of(inside.get("/devis/")).count("Devis en ébauche") == 12
    for question in ("?page=abc", "?page=99", "?sort=nothing", "?sort=-account", "?page=%00"):
        assert inside.get(f"/devis/{question}").status_code == 200
    assert Job.objects.count() == 12


def test_the_pages_carry_no_inline_code(inside, producer, product):
    job = make.a_quote(producer, product)
    for step in ("", "contrat/", "vehicules/", "offres/", "informations/"):
        page = inside.get(at(job, step)).content.decode()
        assert not re.search(r"<[^>]+\s(style|on\w+)=", page)
        assert not re.search(r"<script(?![^>]*src=)", page)
