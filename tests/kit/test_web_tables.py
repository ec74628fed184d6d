"""A list says where it stands, in French, and never counts further than a person would page."""

import django_tables2 as tables
import pytest
from bs4 import BeautifulSoup
from django.template import engines
from django.utils.html import format_html

from jupiter.kit.accounts.models import User
from jupiter.kit.web.tables import CEILING, EuroColumn, PickColumn, paged, place

pytestmark = pytest.mark.django_db


class People(tables.Table):
    pick = PickColumn(accessor="username")
    username = tables.Column(attrs=place("lead"))
    amount = EuroColumn(accessor="pk")
    mileage = tables.Column(accessor="pk", orderable=False)

    noun = "Personnes"
    caption = "Liste des personnes"

    class Meta:
        order_by = "username"
        empty_text = "Personne"

    def render_username(self, value):
        return format_html("<b>{}</b>", value)


def make(count):
    User.objects.bulk_create(User(pk=20_000 + i, username=f"u{i:05}") for i in range(count))


def shown(request):
    template = engines["django"].from_string("{% load render_table from django_tables2 %}{% render_table table %}")
    html = template.render({"table": paged(People(User.objects.all()), request)}, request)
    return BeautifulSoup(html, "html.parser")


@pytest.fixture
def ask(rf, hakim):
    User.objects.all().delete()

    def ask(query=""):
        request = rf.get(f"/?{query}")
        request.user = hakim
        request.session = {}
        return shown(request)

    return ask


def test_four_rows_are_counted_and_named(ask):
    make(4)
    page = ask()
    assert page.select_one(".table-foot [role=status]").text == "Personnes\u00a0: 1 à 4 sur 4"
    assert "Page 1 sur 1" in page.select_one(".table-foot").text
    assert page.select_one("td b").text == "u00000"
    assert page.select_one("td.num").text == "20\u202f000,00\u00a0€"
    assert page.select("tbody tr")[0].select("td")[3].text.replace("\u202f", "\u00a0") == "20\u00a0000"


def test_an_order_and_a_page_are_asked_by_the_address(ask):
    make(30)
    page = ask("sort=-username&page=2")
    assert page.select_one("th[aria-sort=descending] a").text.strip() == "Nom d’utilisateur"
    assert [cell.text for cell in page.select("td b")] == ["u00004", "u00003", "u00002", "u00001", "u00000"]
    assert page.select_one(".pager [aria-current]").text == "2"


@pytest.mark.parametrize("query", ["page=0", "page=999", "page=x", "page=%00", "sort=nothing", "sort=%00", "sort=password&page=-1"])
def test_a_nonsense_address_shows_a_page_all_the_same(ask, query):
    make(30)
    assert len(ask(query).select("tbody tr")) in (5, 25)


def test_an_empty_list_says_so(ask):
    page = ask()
    assert "Personne" in page.select_one("tbody").text
    assert page.select_one(".table-foot") is None


def test_more_than_a_thousand_are_not_counted(ask, django_assert_max_num_queries):
    make(CEILING + 30)
    with django_assert_max_num_queries(2):
        page = ask()
    assert page.select_one(".table-foot [role=status]").text == "Personnes\u00a0: 1 à 25 sur plus de 1\u202f000"
    last = ask("page=40")
    assert "976 à 1\u00a0000 sur plus de" in last.select_one(".table-foot [role=status]").text
    assert "Filtrez pour voir la suite" in last.text
    assert len(last.select("tbody tr")) == 25
