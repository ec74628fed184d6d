"""Who looks after all dealers searches by the index too: the plans over tables that have grown."""

from jupiter.insurer.customers.models import Account
from tests.insurer import make
from tests.plans import analyze, many_like, planned

MANY = 40_000


def test_the_insurer_searches_all_accounts_by_their_index(client, transactional_db):
    producer = make.a_producer()
    make.a_quote(producer, make.a_tariff())
    many_like(
        Account.objects.get(),
        MANY,
        uid="gen_random_uuid()",
        number="lpad((900000 + n)::text, 10, '0')",
        search_text="'MARQUEUR' || n || ' NUMERO'",
    )
    analyze()
    client.force_login(make.a_person(None, "assureur", role="insurer_admin"))
    with planned() as plans:
        page = client.get("/comptes/?q=marqueur14711").content.decode()
    assert "0000914711" in page
    searches = [plan for sql, plan in plans if "customers_account_search_all" in sql]
    assert searches
    for plan in searches:
        assert "account_search" in plan, plan
