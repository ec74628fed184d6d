"""Found once it is one row until it is settled; kept by a person it counts again only when a side says something else."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

import pytest

from jupiter.kit.differences import actions
from jupiter.kit.differences.models import Comparison, Difference, State
from jupiter.kit.differences.rules import Compared, Found, days_that_differ, differing, is_undecided, side_by_side

pytestmark = pytest.mark.django_db
NOON = datetime(2021, 12, 7, 11, tzinfo=UTC)
DAY = date(2021, 12, 7)


def found(sequence=1, subject="a"):
    return Found(7, subject, "Bon 746210", "behind", {"dealer": {"sequence": sequence, "changed_at": "now"}, "hub": None})


def compare(*differences, undecided=(), trouble=""):
    compared = Compared("hub", DAY, DAY, owner_ids=[7, 8], found=list(differences), undecided=set(undecided))
    if trouble:
        return actions.record_unread(compared, by="HAKIM AB", trouble=trouble)
    return actions.record_comparison(compared, by="HAKIM AB", now=NOON)


def the_one():
    return Difference.objects.get()


def test_found_again_it_is_one_row_and_gone_it_is_settled():
    compare(found())
    compare(found(2))
    assert (the_one().state, the_one().sides["dealer"]["sequence"]) == (State.OPEN, 2)
    compare()
    assert (the_one().state, the_one().settled_at) == (State.SETTLED, NOON)
    compare(found())
    assert Difference.objects.count() == 2, "once settled the next one is another"


def test_under_way_or_unread_it_is_neither_found_nor_settled():
    compare(found())
    compare(undecided=["a"])
    compare(trouble="Le Centralisateur ne répond pas")
    assert the_one().state == State.OPEN
    assert [(one.owner_id, one.found, one.trouble) for one in Comparison.objects.order_by("pk")[:2]] == [(7, 1, ""), (8, 0, "")]


def test_kept_by_a_person_it_counts_no_more_until_a_side_says_something_else():
    compare(found())
    with pytest.raises(actions.ReasonMissing):
        actions.keep_difference(the_one(), reason=" ", by="RESPONSABLE VO", now=NOON)
    actions.keep_difference(the_one(), reason="vu", by="RESPONSABLE VO", now=NOON)
    compare(found())
    assert (the_one().state, Difference.objects.unsettled().count()) == (State.ACCEPTED, 0)
    compare(found(2))
    assert the_one().state == State.OPEN


def test_a_repair_that_does_not_help_leaves_it_open_with_its_reason():
    compare(found())
    actions.mark_repaired(the_one(), "Vente renvoyée.", by="RESPONSABLE VO", now=NOON)
    assert the_one().state == State.REPAIRING
    actions.record_failure(the_one().pk, "refusé")
    assert (the_one().state, the_one().repair) == (State.OPEN, "Vente renvoyée. Sans effet\u00a0: refusé")
    assert the_one().repaired_by == "RESPONSABLE VO"


@dataclass
class Line:
    text: str
    changed_at: datetime = NOON
    under_way: bool = False


class Side:
    def __init__(self, lines, known=None):
        self.held, self.known, self.asked = lines, known or {}, []

    def days(self):
        return {(DAY, "x"): (len(self.held), "".join(sorted(line.text for line in self.held.values())))}

    def lines(self, day, owner):
        self.asked.append(day)
        return dict(self.held)

    def named(self, keys):
        return {key: self.known[key] for key in keys if key in self.known}


def test_lines_are_read_only_of_days_that_differ():
    ours, theirs = Side({"a": Line("1")}), Side({"a": Line("1")})
    assert differing(ours, theirs, also=[])[0] == {}
    assert ours.asked == theirs.asked == []


def test_what_came_on_another_day_is_asked_for_by_name_before_it_is_missing():
    line = Line("1")
    assert differing(Side({"a": line}), Side({}, known={"a": line}), also=[])[0] == {}
    pairs, _, days = differing(Side({"a": line}), Side({}), also=["b"])
    assert (pairs, days) == ({"a": (line, None)}, [(DAY, "x")])


def test_a_day_that_one_side_does_not_have_differs():
    assert days_that_differ({(DAY, "x"): (1, "a")}, {}) == [(DAY, "x")]


def test_what_is_young_or_under_way_is_not_judged():
    grace = timedelta(minutes=15)
    assert is_undecided([None, Line("1")], now=NOON + timedelta(minutes=14), grace=grace)
    assert not is_undecided([None, Line("1")], now=NOON + timedelta(minutes=16), grace=grace)
    assert is_undecided([Line("1", under_way=True)], now=NOON + timedelta(days=9), grace=grace)


def test_only_the_words_that_differ_are_laid_side_by_side():
    ours, theirs = {"buyer": {"city": "PAU", "title": "MR"}}, {"buyer": {"city": "LYON", "title": "MR"}, "months": 12}
    assert side_by_side(ours, theirs) == ({"/buyer/city": "PAU", "/months": ""}, {"/buyer/city": "LYON", "/months": "12"})
