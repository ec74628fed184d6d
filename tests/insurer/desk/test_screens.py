"""Dashboard, search, lists: one query behind a number and its list, few statements, every question answered."""

from datetime import date

import pytest
from bs4 import BeautifulSoup

from jupiter.insurer.policies.models import RING, Viewing
from jupiter.insurer.quotes import actions
from tests.insurer import make


def text_of(answer):
    return " ".join(BeautifulSoup(answer.content, "html.parser").get_text(" ").split())


@pytest.fixture
def sale(producer, product):
    return make.a_bought_quote(producer, product, vin="12345678901233333")


def test_the_numbers_of_the_tiles_are_the_rows_of_their_lists(inside, producer, product):
    for _ in range(3):
        make.a_draft(producer, product)
    make.a_bought_quote(producer, product)
    make.a_draft(producer, product, today=date(2021, 11, 6))
    withdrawn = make.a_quote(producer, product)
    actions.withdraw_job(withdrawn, by="essai", now=make.NOON)

    home = text_of(inside.get("/"))
    assert "Devis ouverts 3" in home
    assert "Émises récemment 1" in home
    assert "Devis : 1 à 3 sur 3" in text_of(inside.get("/devis/"))
    assert "1 à 1 sur 1" in text_of(inside.get("/polices/emises/"))


def test_every_page_of_the_desk_is_cheap(inside, sale, django_assert_max_num_queries):
    pages = (
        "/", "/devis/", "/devis/nouveau/", "/polices/", "/polices/emises/", "/polices/consultees/", "/polices/annulations/", "/comptes/",
        "/sinistres/", "/activites/", "/tarif/", "/tarif/?edition=2021", "/recherche/?q=dupont", f"/polices/{sale.policy.number}/",
        f"/polices/{sale.policy.number}/documents/", f"/polices/{sale.policy.number}/sinistres/",
        f"/polices/{sale.policy.number}/documents/1/", f"/comptes/{sale.account.number}/",
    )  # fmt: skip
    for page in pages:
        with django_assert_max_num_queries(15):
            assert inside.get(page).status_code == 200, page


@pytest.mark.parametrize(
    ("words", "opened"),
    [
        ("0001006185", "/devis/0001006185/"),
        (" 0001006185 ", "/devis/0001006185/"),
        ("0001003079", "/polices/0001003079/"),
    ],
)
def test_a_number_opens_what_it_names(inside, sale, words, opened):
    assert inside.get("/recherche/", {"q": words}).url == opened


@pytest.mark.parametrize(
    "words", ["ER-452-AS", "er452as", "12345678901233333", "901233333", "dupont", "DURANT dupont", "Dupönt", "1006185"]
)
def test_plates_vins_and_names_are_found_however_they_are_written(inside, sale, words):
    page = text_of(inside.get("/recherche/", {"q": words}))
    assert "0001006185" in page
    assert "0001003079" in page


@pytest.mark.parametrize("words", ["", "x", "zzzzzz", "%", "_", "'; DROP TABLE", "\x00", "\ud800", "é" * 500, "0001009999"])
def test_every_question_has_an_answer(inside, sale, words):
    answer = inside.get("/recherche/", {"q": words.encode("utf-8", "surrogatepass")})
    assert answer.status_code == 200
    assert "0001006185" not in text_of(answer)


def test_a_number_that_names_two_things_opens_neither_by_guess(inside, producer, product):
    """A devis and a police have each their series: one may reach the other's numbers."""
    job = make.a_bought_quote(producer, product)
    type(job).objects.filter(pk=job.pk).update(number=job.policy.number, search_text=f"{job.policy.number} X")
    page = inside.get("/recherche/", {"q": job.policy.number})
    assert page.status_code == 200


def test_what_waits_is_listed_by_what_it_waits_for(inside, producer, product, settings):
    make.a_draft(producer, product)
    make.a_quote(producer, product)
    assert all(words in text_of(inside.get("/activites/")) for words in ("Devis à compléter", "Devis établis, à acheter"))
    settings.BUSINESS_DATE = date(2021, 12, 19)
    assert "Devis qui expirent" in text_of(inside.get("/activites/"))


def test_policies_seen_lately_are_a_ring_that_a_post_fills(inside, producer, product, seller):
    numbers = [make.a_bought_quote(producer, product).policy.number for _ in range(RING + 2)]
    for number in [*numbers, numbers[2]]:
        assert inside.get(f"/polices/{number}/").status_code == 200
    assert not Viewing.objects.exists(), "a GET writes nothing"
    for number in [*numbers, numbers[3]]:
        assert inside.post(f"/polices/{number}/consultee/").status_code == 204
    assert Viewing.objects.filter(user=seller).count() == RING
    page = text_of(inside.get("/polices/consultees/"))
    assert page.index(numbers[3]) < page.index(numbers[-1])
    assert numbers[0] not in page


def test_accounts_are_found_and_show_what_they_hold(inside, sale):
    assert "M. DUPONT DURANT" in text_of(inside.get("/comptes/?q=paris"))
    assert "Aucun compte" in text_of(inside.get("/comptes/?q=lyon"))
    page = text_of(inside.get(f"/comptes/{sale.account.number}/"))
    assert all(words in page for words in ("DURANT DUPONT", "0001006185", "0001003079", "01 99 00 12 34"))


def test_claims_say_how_a_breakdown_will_be_declared(inside, sale):
    page = text_of(inside.get("/sinistres/"))
    assert "Déclarer une panne" in page
    assert "Aucun sinistre" in page


def test_the_tariff_calls_itself_a_sample(inside, product):
    page = text_of(inside.get("/tarif/?edition=2021"))
    assert "Ces montants sont fictifs" in page
    assert "118,78" in page


def test_a_user_of_no_producer_sees_nothing(client, product):
    client.force_login(make.User.objects.create_user("perdu"))
    assert client.get("/").status_code == 403
