"""What bin/bench prints and writes: each figure with its spread, and a bound that is missed said to be missed."""

import json
import sys
from itertools import count

import pytest

import bench.__main__ as program
from bench import scale
from bench.figures import ROUNDS, Figure, dotted, figure, median_of, paired, write

KEYS = ["name", "value", "unit", "min", "max", "runs"]


def test_a_figure_is_the_median_of_its_runs_with_their_spread():
    assert figure("order.cpu_ms", [5.0, 1.0, 3.0], "ms") == Figure("order.cpu_ms", 3.0, "ms", 1.0, 5.0, 3)


@pytest.mark.parametrize(
    ("one", "is_kept", "said"),
    [
        (figure("a", [1.5], "×", 1.5), True, "at most 1.5: yes"),
        (figure("a", [1.51], "×", 1.5), False, "at most 1.5: NO"),
        (figure("a", [25.0], "/s", at_least=25), True, "at least 25: yes"),
        (figure("a", [9.6], "/s", at_least=25), False, "at least 25: NO"),
        (figure("a", [0.0], "", 0), True, "at most 0: yes"),
        (figure("a", [1.0], "", 0), False, "at most 0: NO"),
    ],
)
def test_a_bound_is_kept_or_missed_and_the_line_says_which(one, is_kept, said):
    assert one.kept is is_kept
    assert said in one.line()


def test_a_line_says_spread_runs_and_what_it_is():
    line = figure("order.cpu_over_floor", [1.6, 1.8, 2.2], "×", 1.4, words="against bare Django").line()
    assert line.split() == [
        "order.cpu_over_floor",
        "1.8",
        "×",
        "at",
        "most",
        "1.4:",
        "NO",
        "(1.6",
        "…",
        "2.2,",
        "3",
        "runs)",
        "against",
        "bare",
        "Django",
    ]
    assert "at" not in figure("order.cpu_ms", [1.0], "ms").line()


def test_the_file_holds_the_machine_and_six_words_of_each_figure(tmp_path):
    file = tmp_path / "figures.json"
    write(file, [figure("order.cpu_over_floor", [1.6, 1.8, 2.2], "×", 1.4, words="told"), figure("sale.left_after_5_s", [0.0], "")])
    told = json.loads(file.read_text())
    assert list(told) == ["machine", "figures"]
    assert {"cores", "processor", "memory_gib", "python", "postgresql"} <= set(told["machine"])
    first, second = told["figures"]
    assert list(first)[:6] == KEYS
    assert first == dict(zip(KEYS, ["order.cpu_over_floor", 1.8, "×", 1.6, 2.2, 3], strict=True)) | {"at_most": 1.4, "words": "told"}
    assert second == dict(zip(KEYS, ["sale.left_after_5_s", 0.0, "", 0.0, 0.0, 1], strict=True))


def test_in_turns_each_is_the_first_as_often_and_the_warm_round_is_not_counted():
    said, numbers = [], count()

    def one(name):
        def act():
            said.append(name)
            return float(next(numbers))

        return act

    assert paired(one("a"), one("b"), rounds=4) == [(2, 3), (5, 4), (6, 7), (9, 8)]
    assert "".join(said) == "ababbaabba"


def test_a_median_that_its_measures_leave_open_is_not_said_to_keep_its_bound():
    wide = median_of("walls.ms_a_request", [at / 100 - 5 for at in range(1000)], "ms", 0.15, words="CPU")
    assert (wide.value, wide.runs) == (pytest.approx(-0.005), 1000)
    assert (wide.min, wide.max) == (pytest.approx(-0.31), pytest.approx(0.31))
    assert wide.words.endswith("not resolved: the bound lies within the spread of the median")
    narrow = median_of("walls.ms_a_request", [at / 1000 - 0.5 for at in range(1000)], "ms", 0.15, words="CPU")
    assert (narrow.max, narrow.words) == (pytest.approx(0.031), "CPU")


def test_names_are_plain():
    assert dotted("GET /bons-de-commande/<number>/") == "get.bons_de_commande.number"
    assert dotted("Hub: Déclarer et Garantir") == "hub.declarer_et_garantir"


class Idle:
    """A suite that is not started."""

    def __init__(self, data, *options):
        self.stopped = False

    def start(self):
        return self

    def stop(self):
        type(self).ended = True


@pytest.fixture
def run(monkeypatch, capsys):
    def run(*figures, options=()):
        monkeypatch.setattr(program, "Suite", Idle)
        monkeypatch.setattr(program, "PARTS", {"part": lambda suite: iter(figures)})
        monkeypatch.setattr(program.signal, "signal", lambda *_: None)
        monkeypatch.setattr(sys, "argv", ["bin/bench", *options])
        return program.main(), capsys.readouterr().out

    return run


def test_a_missed_bound_ends_the_run_with_1_and_is_named_again_at_its_end(run):
    status, said = run(figure("order.cpu_over_floor", [1.8], "×", 1.4), figure("order.sql", [20], "SQL", 20))
    assert status == 1
    *_, summary, missed = said.splitlines()
    assert summary == "2 figures, 1 beside their bound"
    assert missed.split()[0] == "order.cpu_over_floor"
    assert "NO" in missed


def test_where_all_is_kept_it_ends_with_0_and_writes_its_file(run, tmp_path):
    status, said = run(figure("order.sql", [20], "SQL", 20), options=["--json", str(tmp_path / "figures.json")])
    assert status == 0
    assert said.splitlines()[-1] == "1 figures, 0 beside their bound"
    assert [one["name"] for one in json.loads((tmp_path / "figures.json").read_text())["figures"]] == ["order.sql"]


def test_untold_it_looks_at_a_thousand_a_hundred_thousand_and_a_million_sales_for_twenty_rounds(monkeypatch, run):
    asked = {}

    def measure(suite, **options):
        asked.update(options)
        return iter(())

    monkeypatch.setattr(program, "Suite", Idle)
    monkeypatch.setattr(program.signal, "signal", lambda *_: None)
    monkeypatch.setattr(program, "PARTS", {"scale": measure})
    monkeypatch.setattr(sys, "argv", ["bin/bench"])
    program.main()
    assert (scale.SMALL, *asked["sizes"], asked["rounds"], ROUNDS) == (1_000, 100_000, 1_000_000, 20, 20)
    monkeypatch.setattr(sys, "argv", ["bin/bench", "--fill", "100000"])
    program.main()
    assert asked["sizes"] == [100_000]


def test_what_grows_is_told_with_its_sizes_and_the_worst_page_stands_for_all():
    sizes = [1_000, 100_000, 1_000_000]
    looks = {"orders": [[(10.0, 12.0), (10.0, 12.0), (11.0, 12.0)]] * 20, "home": [[(10.0, 12.0), (99.0, 12.0), (16.0, 12.0)]] * 20}
    ratios = [scale.ratio("list", name, taken, sizes) for name, taken in looks.items()]
    assert [one.value for one in ratios] == [1.1, 1.6]
    worst = scale.worst("list", ratios, sizes)
    assert (worst.name, worst.value, worst.runs, worst.kept) == ("list.large_over_small", 1.6, 20, False)
    assert worst.words == "at 1 000 000 sales over 1 000, the worst page: list.home.large_over_small"
