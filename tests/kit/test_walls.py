"""The second wall, on the real tables of the dealer's service, as the application's role."""

import pytest
from django.db import DatabaseError, connection, transaction

from jupiter.dealer.orders.models import Order, OrderBuyer
from jupiter.dealer.sites.models import Group, Site
from jupiter.dealer.vehicles.models import Vehicle
from jupiter.kit import roles
from jupiter.kit.journal.models import Entry
from jupiter.kit.walls import asking_all, asking_the_group, everywhere, walled, walled_for_group, walled_for_user
from tests.dealer import make
from tests.statements import statements

pytestmark = pytest.mark.django_db


@pytest.fixture
def two_groups():
    """A site with an order, another site of its group, and a stranger's."""
    here = make.a_site()
    beside, there = make.a_site(here.group, code="FO28"), make.a_site(code="B01")
    for site in (here, beside, there):
        make.an_order(site)
    return here, beside, there


def test_inside_a_wall_only_its_sites_exist_and_what_their_group_shares(two_groups):
    here, beside, _ = two_groups
    with walled([here.pk]):
        assert set(Order.objects.values_list("site", flat=True)) == {here.pk}
        assert set(OrderBuyer.objects.values_list("order__site", flat=True)) == {here.pk}
        assert set(Entry.objects.values_list("owner_id", flat=True)) == {here.pk}
        assert set(Site.objects.values_list("pk", flat=True)) == {here.pk, beside.pk}
        assert list(Group.objects.all()) == [here.group]


def test_a_person_and_a_program_enter_their_own(two_groups):
    here, beside, there = two_groups
    user = make.a_member(here)
    with walled_for_user(user.pk):
        assert set(Vehicle.objects.values_list("site", flat=True)) == {here.pk}
    with walled_for_group(here.group_id):
        assert set(Vehicle.objects.values_list("site", flat=True)) == {here.pk, beside.pk}
    with everywhere():
        assert set(Vehicle.objects.values_list("site", flat=True)) >= {here.pk, beside.pk, there.pk}


def test_nobody_enters_nothing(two_groups):
    with walled([]):
        assert not Order.objects.exists()
        assert not Site.objects.exists()
    with walled_for_user(987654321):
        assert not Order.objects.exists()


def test_a_question_to_the_group_or_to_all_ends_where_it_began(two_groups):
    here, beside, there = two_groups
    with walled([here.pk]):
        with asking_the_group(here.group_id):
            assert set(Vehicle.objects.values_list("site", flat=True)) == {here.pk, beside.pk}
        with asking_all():
            assert there.pk in Vehicle.objects.values_list("site", flat=True)
        assert set(Vehicle.objects.values_list("site", flat=True)) == {here.pk}


def ask_in_vain_and_go_on():
    """What a view might do, and must not get away with."""
    try:
        with asking_all():
            raise ZeroDivisionError
    except ZeroDivisionError:
        Order.objects.exists()


def test_a_question_that_fails_leaves_no_more_in_sight(two_groups):
    here, _, _ = two_groups
    with pytest.raises(transaction.TransactionManagementError), walled([here.pk]):
        ask_in_vain_and_go_on()


def test_a_wall_within_a_wall_ends_where_it_began(two_groups):
    here, _, there = two_groups
    with walled([here.pk]):
        with walled([there.pk]):
            assert set(Order.objects.values_list("site", flat=True)) == {there.pk}
        assert set(Order.objects.values_list("site", flat=True)) == {here.pk}


def test_a_row_of_others_is_neither_written_nor_moved(two_groups):
    here, _, there = two_groups
    with walled([here.pk]):
        assert Order.objects.filter(site=there).update(seller="X") == 0
        for deed in (
            lambda: Vehicle.objects.create(site=there, vin="X"),
            lambda: Order.objects.update(site=there),
        ):
            with pytest.raises(DatabaseError, match="row-level security"), transaction.atomic():
                deed()


def test_searches_find_their_own_by_the_view(two_groups, django_assert_num_queries):
    here, _, there = two_groups
    plate = Vehicle.objects.get(site=there).plate
    with walled([here.pk]):
        assert set(Vehicle.objects.matching("PEUGEOT").values_list("site", flat=True)) == {here.pk}
        with statements() as said:
            assert there.pk not in {car.site_id for car in Vehicle.objects.matching(plate)}
        assert '"vehicles_vehicle_search"' in said[0]
    with everywhere():
        assert set(Vehicle.objects.matching("PEUGEOT").values_list("site", flat=True)) > {here.pk}
        with statements() as said:
            assert there.pk in {car.site_id for car in Vehicle.objects.matching(plate)}
        assert '"vehicles_vehicle_search_all"' in said[0]


@pytest.mark.django_db(transaction=True)
def test_the_setting_ends_with_its_transaction(connect_as):
    with connect_as(roles.APP) as app:
        app.execute("SELECT set_config('jupiter.sites', '{1}', true)")
        assert app.execute("SELECT current_setting('jupiter.sites', true)").fetchone() in (("",), (None,))


@pytest.mark.django_db(transaction=True)
def test_without_a_wall_entered_there_is_nothing_and_the_owner_sees_no_more(connect_as):
    make.an_order(make.a_site())
    for role, seen in ((roles.APP, 0), (roles.OWNER, 0), (roles.MAINT, 1)):
        with connect_as(role) as somebody:
            assert somebody.execute("SELECT count(*) FROM orders_order").fetchone() == (seen,), role
            if role != roles.OWNER:
                assert somebody.execute("SELECT count(*) FROM orders_order_search").fetchone() == (0,), role
                assert somebody.execute("SELECT count(*) FROM orders_order_search_all").fetchone() == (0,), role


def test_the_view_of_searches_belongs_to_a_role_that_nobody_is(two_groups):
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT rolcanlogin, rolsuper FROM pg_roles JOIN pg_class ON relowner = pg_roles.oid WHERE relname = 'orders_order_search'"
        )
        assert cursor.fetchone() == (False, False)
