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


def test_open_quotes_are_cut_from_an_index_in_their_order(client, transactional_db):
    job = make.a_quote(make.a_producer(), make.a_tariff())
    own = {"uid": "gen_random_uuid()", "number": "lpad((900000 + n)::text, 10, '0')", "external_reference": "'SP' || n"}
    many_like(job, MANY, created_on="current_date - n % 25", expires_on="current_date + 30", **own)
    analyze()
    client.force_login(make.a_person(None, "assureur", role="insurer_admin"))
    with planned() as plans:
        assert client.get("/devis/").status_code == 200
        assert client.get("/").status_code == 200
    lists = [plan for sql, plan in plans if 'FROM "quotes_job"' in sql and "LIMIT 26" in sql or "LIMIT 5" in sql]
    assert len(lists) == 2
    for plan in lists:
        assert "job_open_by_day" in plan, plan
