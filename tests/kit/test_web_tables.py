"""A list says where it stands, in French, and never counts further than a person would page."""

from datetime import UTC, datetime, timedelta

import django_tables2 as tables
import pytest
from bs4 import BeautifulSoup
from django.contrib.postgres.fields import ArrayField
from django.db import connection
from django.db.models import BigIntegerField, Case, IntegerField, Q, Value, When
from django.template import engines
from django.test.utils import CaptureQueriesContext
from django.utils.html import format_html

from jupiter.kit.accounts.models import User
from jupiter.kit.compiled import is_one_of
from jupiter.kit.walls import HeldByMany
from jupiter.kit.web import paging
from jupiter.kit.web.paging import CEILING, page_of
from jupiter.kit.web.tables import EuroColumn, PickColumn, paged, place

pytestmark = pytest.mark.django_db


class People(tables.Table):
    pick = PickColumn(accessor="username")
    username = tables.Column(attrs=place("lead"))
    amount = EuroColumn(accessor="pk")
    mileage = tables.Column(accessor="pk", orderable=False)
    last_login = tables.Column(empty_values=())
    full_name = tables.Column(empty_values=())
    is_active = tables.Column()
    date_joined = tables.Column()

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
    assert [link.text for link in page.select(".pager a")] == ["Suivants"]
    assert names(ask("page=40")) == names(page)


def test_of_rows_that_common_words_hold_fewer_are_counted(monkeypatch):
    User.objects.all().delete()
    monkeypatch.setattr(paging, "CEILING_OF_COMMON_WORDS", 30)
    make(40)
    held = User.objects.filter(HeldByMany(None, Q(username__contains="u"))).order_by("username")
    page = page_of(held, {}, per_page=25)
    assert (len(page.object_list), page.more_than, page.is_first) == (25, 30, True)
    assert page_of(held, {"apres": page.after}, per_page=25).more_than == 30
    assert page_of(held.filter(username__lt="u00030"), {}, per_page=25).paginator.count == 30
    assert page_of(User.objects.order_by("username"), {}, per_page=25).paginator.count == 40


def test_where_many_were_looked_up_they_are_counted_by_their_keys(monkeypatch):
    """Counted among all rows only where not enough of those are left by the list's other conditions."""
    User.objects.all().delete()
    monkeypatch.setattr(paging, "CEILING_OF_COMMON_WORDS", 30)
    make(40)
    keys = is_one_of("pk", Value(list(range(20_000, 20_035)), ArrayField(BigIntegerField())))
    held = User.objects.filter(Q(HeldByMany(keys, Q(username__contains="u"))), is_superuser=False)
    for rows, counts in ((held, ["ANY"]), (held.filter(username__gte="u00010"), ["ANY", "LIKE"])):
        with CaptureQueriesContext(connection) as asked:
            assert page_of(rows.order_by("username"), {}, per_page=25).object_list
        said = [query["sql"] for query in asked.captured_queries if "COUNT(" in query["sql"]]
        assert [("ANY" if "ANY" in sql else "LIKE") for sql in said] == counts


def names(page):
    return [cell.text for cell in page.select("td b")]


def link(page, text):
    found = page.find("a", string=text)
    return found["href"].removeprefix("?") if found else None


def follow(ask, query, text):
    """The names of all the pages from this address on, and the last address."""
    found = []
    while query is not None:
        page, here = ask(query), query
        found.append(names(page))
        query = link(page, text)
    return found, here


# Each with many equal values, and nulls where the column may hold them.
SORTS = ["username", "-username", "last_login", "-last_login", "full_name", "-full_name", "is_active", "-is_active", "date_joined"]


def make_many(count=CEILING + 57):
    at = datetime(2026, 11, 3, 9, 30, 15, 123456, tzinfo=UTC)
    User.objects.bulk_create(
        User(
            pk=20_000 + i, username=f"u{i:05}", full_name=["", "Ab~c", "É, !", "~", "!"][i % 5], is_active=i % 3 > 0,
            last_login=None if i % 4 == 0 else at + timedelta(days=i % 7), date_joined=at,
        )
        for i in range(count)
    )  # fmt: skip


@pytest.mark.parametrize("sort", SORTS)
def test_beyond_a_thousand_every_row_is_found_once_forwards_and_back(ask, sort):
    make_many()
    whole = list(User.objects.order_by(sort, "-pk" if sort.startswith("-") else "pk").values_list("username", flat=True))
    there, last = follow(ask, f"sort={sort}", "Suivants")
    assert [name for page in there for name in page] == whole
    assert {len(page) for page in there[:-1]} == {25}
    assert names(ask(last)) == there[-1], "F5"
    back, first = follow(ask, last, "Précédents")
    assert back == [there[-1], *reversed(there[:-1])]
    assert link(ask(first), "Début") is None


def test_a_row_that_comes_meanwhile_repeats_and_skips_no_other(ask):
    make_many()
    first = ask("sort=username")
    User.objects.create(pk=10, username="a-first")
    User.objects.create(pk=11, username="u00030-new")
    pages, _ = follow(ask, link(first, "Suivants"), "Suivants")
    seen = names(first) + [name for page in pages for name in page]
    assert seen == [*(f"u{i:05}" for i in range(31)), "u00030-new", *(f"u{i:05}" for i in range(31, CEILING + 57))]


def test_a_row_that_goes_meanwhile_takes_no_other_along(ask):
    make_many()
    first = ask("sort=username")
    User.objects.filter(username__in=["u00024", "u00003"]).delete()  # the one that the address names, and one before
    assert names(ask(link(first, "Suivants")))[0] == "u00025"


def test_a_place_keeps_the_filters_and_another_order_drops_the_place(ask):
    make_many()
    second = ask(link(ask("sort=username&buyer=a%26b"), "Suivants"))
    assert "buyer=a%26b" in link(second, "Suivants")
    assert all("apres" not in th["href"] and "page" not in th["href"] for th in second.select("th a"))


def test_a_place_can_be_read(ask):
    make_many()
    assert link(ask("sort=username"), "Suivants") == "sort=username&apres=u00024~20024"
    assert link(ask("sort=last_login"), "Suivants").startswith("sort=last_login&apres=2026-11-03T09%3A30%3A15.123456%2B00%3A00~")


NONSENSE = (
    "x", "~", "a~b", "a~b~c", "a~99999999999999999999999999", "a~-1", "%00~3", "a~%2500", "%25%00~1", "%2500~1", "u00024~!", "!~!", "!~3",
    "%25FF~3", "%F0%9F%98%80~3", "~~~~", "a" * 3000, "2026-13-45~1", "2026-11-03T09:30:15~1", "0000-00-00T00:00:00Z~1", "%25ED%25A0%2580~1",
)  # fmt: skip


def test_a_nonsense_place_shows_a_page_all_the_same(ask):
    make_many()
    for nonsense in NONSENSE:
        for sort in ("username", "-last_login", "is_active"):
            for way in ("apres", "avant"):
                assert len(ask(f"sort={sort}&{way}={nonsense}").select("tbody tr")) == 25, (nonsense, sort, way)


def test_a_place_beyond_the_last_row_shows_the_first_page(ask):
    make_many()
    assert names(ask("sort=username&apres=zzz~1")) == [f"u{i:05}" for i in range(25)]
    assert names(ask("sort=username&avant=a~1")) == [f"u{i:05}" for i in range(25)]


def test_a_far_page_is_sought_by_an_index_not_walked_to(ask):
    make_many()
    with CaptureQueriesContext(connection) as asked:
        ask("sort=username&apres=u00900~20900")
    sql = asked[-1]["sql"]
    assert "OFFSET" not in sql.upper()
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE accounts_user")
        cursor.execute("SET LOCAL enable_seqscan = off")
        cursor.execute(f"EXPLAIN {sql}")
        plan = "\n".join(line for (line,) in cursor.fetchall())
    assert "Index Cond: ((username)" in plan, plan


def test_below_the_ceiling_rows_that_are_equal_stand_on_one_page_each(ask):
    make_many(60)
    seen = [name for number in (1, 2, 3) for name in names(ask(f"sort=is_active&page={number}"))]
    assert len(seen) == len(set(seen)) == 60


def test_a_page_of_a_list_in_the_query_s_own_order(hakim):
    """As Envoyer / Recevoir: what is aside first."""
    make_many()
    first = Case(When(is_active=False, then=Value(0)), default=Value(1), output_field=IntegerField())
    rows = User.objects.exclude(pk=hakim.pk).order_by(first, "-id")
    seen, query = [], {}
    while query is not None:
        page = page_of(rows, query, per_page=25)
        seen += page.object_list
        query = {"apres": page.after} if page.after else None
    assert seen == list(rows)
