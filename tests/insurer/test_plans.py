"""Who looks after all dealers searches by the index too: the plans over tables that have grown."""

from datetime import date, timedelta

from jupiter.insurer.customers.actions import HOLDER, keep_account
from jupiter.insurer.customers.models import Account
from jupiter.insurer.quotes.models import Job
from jupiter.insurer.reconciliation import wording
from jupiter.kit.differences.windows import instants
from jupiter.kit.transmissions.models import Transmission
from jupiter.kit.walls import everywhere, walled
from tests.insurer import make
from tests.plans import analyze, assert_served, many_like, planned

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
        assert client.get("/comptes/").status_code == 200
    assert_served(plans, "customers_account")
    with planned() as plans:
        page = client.get("/comptes/?q=marqueur14711").content.decode()
    assert "0000914711" in page
    searches = [plan for sql, plan in plans if "customers_account_search_all" in sql]
    assert searches
    for plan in searches:
        assert "account_search" in plan, plan


def test_the_holder_of_a_declaration_is_found_by_an_index(transactional_db):
    """Each declaration asks it, while others of the same holder wait."""
    producer = make.a_producer()
    make.a_quote(producer, make.a_tariff())
    account = Account.objects.get()
    many_like(account, MANY, uid="gen_random_uuid()", number="lpad((900000 + n)::text, 10, '0')", address="'marqueur ' || n")
    analyze()
    with walled([producer.pk]), planned() as plans:
        found = keep_account(producer, {name: getattr(account, name) for name in HOLDER}, by="marqueur")
    assert found == account
    (plan,) = [plan for sql, plan in plans if 'FROM "customers_account"' in sql]
    assert "account_of_holder" in plan, plan


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
    with planned() as plans:
        assert client.get("/activites/").status_code == 200
    (soonest,) = [plan for sql, plan in plans if 'FROM "quotes_job"' in sql]
    assert "job_open_by_expiry" in soonest, soonest
    assert "Sort" not in soonest, soonest


def test_a_name_that_very_many_bear_is_read_in_the_lists_own_order(client, transactional_db):
    job = make.a_bought_quote(make.a_producer(), make.a_tariff())
    many_like(
        job.policy, MANY // 4, number="lpad((900000 + n)::text, 10, '0')", issued_on="current_date - n % 700",
        vin="'VIN' || lpad(n::text, 14, '0')",
    )  # fmt: skip
    analyze()
    client.force_login(make.a_person(None, "assureur", role="insurer_admin"))
    with planned() as plans:
        assert client.get("/").status_code == 200
        page = client.get("/polices/?q=dupont").content.decode()
    assert "plus de 300" in page
    assert_served(plans, "policies_policy")


def test_the_quotes_of_a_day_are_compared_by_an_index(transactional_db):
    producer = make.a_producer()
    caller = make.a_client(producer)
    job = make.a_quote(producer, make.a_tariff(), client=caller)
    own = {"uid": "gen_random_uuid()", "number": "lpad((900000 + n)::text, 10, '0')", "external_reference": "'SP' || n"}
    many_like(job, MANY // 4, created_at="now() - interval '1 hour' * (n % 17000)", **own)
    analyze()
    start, end = instants(date.today() - timedelta(days=2), date.today())
    with everywhere(), planned(as_cursor=True) as plans:
        wording.days_of(Job.objects.filter(client=caller, created_at__gte=start, created_at__lt=end))
    (jobs,) = [plan for sql, plan in plans if 'FROM "quotes_job"' in sql]
    assert "job_by_arrival" in jobs, jobs


def test_transmissions_are_read_in_the_order_of_their_index(client, transactional_db):
    producer = make.a_producer()
    make.a_bought_quote(producer, make.a_tariff(), client=make.a_client(producer, notices=True))
    many_like(Transmission.objects.first(), MANY // 4, key="gen_random_uuid()", state="'dropped'", settled_at="now()")
    analyze()
    client.force_login(make.a_person(None, "assureur", role="insurer_admin"))
    with planned() as plans:
        assert client.get("/transmissions/").status_code == 200
    assert_served(plans, "transmissions_transmission")
