"""What is measured beside something else: another state of this checkout, and Tryton and pretix."""

from bench import compare, rivals


def test_a_change_is_told_by_the_ratio_of_each_round():
    cpu, now, then = compare.ratios("order", [(8.0, 10.0), (18.0, 20.0), (10.0, 10.0)], "main")
    assert (cpu.name, cpu.value, cpu.min, cpu.max, cpu.runs) == ("compare.order.cpu", 0.9, 0.8, 1.0, 3)
    assert cpu.words == "this checkout over main"
    assert (now.value, then.value) == (10.0, 10.0)


LOG = """\
jupiter_dealer LOG:  statement: BEGIN; EXECUTE begins_0123 ('', '{1}')
jupiter_dealer DETAIL:  prepare: PREPARE begins_0123 AS SELECT 1
jupiter_dealer LOG:  execute <unnamed>: SELECT 1 FROM orders_order
\tWHERE number = $1
jupiter_dealer DETAIL:  Parameters: $1 = '3'
jupiter_hub LOG:  execute _pg3_4: UPDATE declarations_sale SET state = $1
jupiter_hub LOG:  execute s1: SAVEPOINT s1
jupiter_hub LOG:  statement: RELEASE SAVEPOINT s1
jupiter_hub LOG:  statement: COMMIT
jupiter_hub LOG:  statement: BEGIN
jupiter_hub ERROR:  canceling statement
floor LOG:  statement: SELECT 1
jupiter_dealer LOG:  statement: ALTER SYSTEM RESET log_statement
 LOG:  checkpoint starting: time
"""


def test_statements_are_counted_as_postgresql_heard_them_transactions_and_savepoints_not():
    assert compare.count_of(LOG.splitlines()) == 3


def test_each_round_of_the_peers_begins_with_another():
    said = []
    costs = {name: (lambda name=name: said.append(name) or 1.0) for name in ("order", "floor", "tryton", "pretix")}
    for at in range(4):
        assert set(rivals.each_in_turn(costs, at)) == set(costs)
    assert [said[at * 4] for at in range(4)] == ["order", "floor", "tryton", "pretix"]
    assert len(said) == 16


def test_a_peer_is_told_beside_the_floor_and_beside_our_order_of_the_same_round():
    rounds = [
        {"order": 20.0, "floor": 10.0, "tryton": 40.0, "pretix": 60.0},
        {"order": 10.0, "floor": 10.0, "tryton": 30.0, "pretix": 90.0},
    ]
    found = {one.name: (one.value, one.runs) for one in rivals.figures_of(rounds)}
    assert found == {
        "peers.tryton.cpu_ms": (35.0, 2), "peers.tryton.cpu_over_floor": (3.5, 2), "peers.tryton.cpu_over_order": (2.5, 2),
        "peers.pretix.cpu_ms": (75.0, 2), "peers.pretix.cpu_over_floor": (7.5, 2), "peers.pretix.cpu_over_order": (6.0, 2),
    }  # fmt: skip
