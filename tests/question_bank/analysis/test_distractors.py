"""Who chose what: exact figures of options, and the flags that follow from them."""

from __future__ import annotations

import math
from collections.abc import Sequence
from fractions import Fraction
from itertools import combinations

import pytest
from hypothesis import given
from hypothesis import strategies as some
from scipy import stats

from question_bank.analysis.domain.chance import at_most, correlation_bounds, outnumbers
from question_bank.analysis.domain.classical import ItemFigures, analyse
from question_bank.analysis.domain.distractors import Choices, choices_of, groups_by_strength
from question_bank.analysis.domain.flags import Finding, Flag, findings_of, is_grave, urgency_of
from question_bank.analysis.wording import badge, sentence

ONE = Fraction(1)


def chosen(letters: str, rests: Sequence[int], key: str = "A", unit: int = 1) -> Choices:
    """The options of a question of which paper n chose letter n ("-": a blank) and earned `rests[n]` elsewhere."""
    return choices_of(
        {place: [] if letter == "-" else [letter] for place, letter in enumerate(letters)},
        dict(enumerate(rests)),
        unit,
        {letter: letter in key for letter in "ABCD"},
    )


def figures(papers: int, facility: str = "1/2", discrimination: float | None = 40.0) -> ItemFigures:
    return ItemFigures(papers, Fraction(facility), 0.5, discrimination, None, None)


def test_an_option_by_hand() -> None:
    """B is chosen by the papers with 1, 2 and 6; x = 1 1 0 0 0 1, R = 1…6: n·Σxy − Σx·Σy = 54 − 63 = −9."""
    found = chosen("BBAACB", [1, 2, 3, 4, 5, 6], unit=2)
    _a, b, c, d = found.options
    assert (b.count, b.share, b.rest, b.groups) == (3, Fraction(1, 2), Fraction(3, 2), (2, 0, 1))
    assert b.biserial == pytest.approx(100 * -9 / math.sqrt(9 * 105), abs=1e-9)
    assert b.biserial == pytest.approx(100 * stats.pointbiserialr([1, 1, 0, 0, 0, 1], range(6)).statistic, abs=1e-9)
    assert (c.groups, c.strongest) == ((0, 0, 1), 1)
    assert (d.count, d.rest, d.biserial) == (0, None, None)
    assert (found.papers, found.sizes, found.blanks) == (6, (2, 2, 2), 0)
    assert found.key is found.options[0]


def test_equal_papers_are_one_group() -> None:
    assert groups_by_strength([5] * 7, 3) == [1] * 7
    assert groups_by_strength([1, 1, 2, 3], 3) == [0, 0, 1, 2]
    assert groups_by_strength(list(range(10)), 5) == [0, 0, 1, 1, 2, 2, 3, 3, 4, 4]


@given(some.lists(some.integers(0, 9), min_size=1, max_size=40), some.permutations(range(40)))
def test_groups_do_not_depend_on_the_order_of_papers(strengths: list[int], order: list[int]) -> None:
    moved = [place for place in order if place < len(strengths)]
    places = groups_by_strength(strengths, 3)
    assert groups_by_strength([strengths[place] for place in moved], 3) == [places[place] for place in moved]
    for one, other in combinations(range(len(strengths)), 2):
        if strengths[one] <= strengths[other]:
            assert places[one] <= places[other]


def test_fifths_from_a_hundred_papers_on() -> None:
    assert len(chosen("A" * 99, range(99)).sizes) == 3
    assert chosen("A" * 100, range(100)).sizes == (20,) * 5


@given(some.integers(0, 60), some.integers(1, 60), some.fractions(0, 1, max_denominator=30))
def test_tails_are_those_of_the_binomial_distribution(count: int, trials: int, share: Fraction) -> None:
    assert float(at_most(count, trials, share)) == pytest.approx(stats.binom.cdf(count, trials, float(share)), abs=1e-9)


def test_what_is_beyond_chance() -> None:
    assert at_most(1, 9, Fraction(1, 2)) == Fraction(10, 512)
    assert [outnumbers(*pair) for pair in ((5, 0), (4, 0), (10, 3), (10, 2), (2, 10))] == [
        True, False, True, True, False,
    ]  # fmt: skip
    assert at_most(0, 58, Fraction(1, 20)) > Fraction(1, 20) > at_most(0, 59, Fraction(1, 20))
    bounds = correlation_bounds(0.5, 28)
    assert bounds == pytest.approx((0.156028, 0.735818), abs=5e-7)
    assert correlation_bounds(0.5, 3) is None


def test_a_wrong_key_is_said_in_plain_words() -> None:
    """Thirty papers: the ten best chose C, the middle A and B, the weakest the key, which is A."""
    found = chosen("A" * 8 + "BB" + "AAAABBBBDD" + "C" * 10, range(30))
    [first, *_rest] = findings_of(figures(30, discrimination=-60.0), found)
    assert first == Finding(Flag.KEY_DOUBTFUL, "C", 10, 0, 10, sure=True)
    words = str(sentence(first, {"C": "C"}))
    assert words.startswith("Phương án C được học sinh giỏi chọn nhiều hơn đáp án: 10 em so với 0 em")
    assert is_grave([first])
    assert str(badge(first.flag)) == "xem lại đáp án"


def test_what_chance_could_do_is_not_said_as_sure() -> None:
    found = chosen("AABBCDAABBCD" + "CCA", range(15))
    [first] = [one for one in findings_of(figures(15), found) if one.flag is Flag.KEY_DOUBTFUL]
    assert (first.option, first.count, first.against, first.of, first.sure) == ("C", 3, 1, 5, False)
    assert not is_grave([first])


def test_choosers_of_a_lure_who_did_better_elsewhere() -> None:
    """The key leads among the strongest, 6 to 4, but B has nobody weak: its choosers are the better ones."""
    found = chosen("A" * 10 + "D" * 4 + "A" * 6 + "AABABAABAB", range(30))
    flags = {one.flag: one for one in findings_of(figures(30), found)}
    assert flags[Flag.BETTER_CHOOSERS] == Finding(Flag.BETTER_CHOOSERS, "B", 4, 22, 30, sure=True)
    assert Flag.KEY_DOUBTFUL not in flags
    assert [one.option for one in findings_of(figures(30), found) if one.flag is Flag.DEAD] == ["C"]


def test_what_is_sure_of_all_is_said_beside_what_is_unsure_of_the_strong() -> None:
    found = chosen("B" * 16 + "A" * 2 + "BBBBBBB" + "AAABBBB" + "AAAA", range(36))
    flags = [(one.flag, one.sure) for one in findings_of(figures(36), found) if one.option == "B"]
    assert flags == [(Flag.LURE_AHEAD, True)]
    found = chosen("B" * 16 + "A" * 2 + "BBBBBB" + "BBBBBB" + "AAAAACBCBBBB"[:6], range(36))
    flags = [(one.flag, one.sure) for one in findings_of(figures(36), found) if one.option == "B"]
    assert flags == [(Flag.LURE_AHEAD, True), (Flag.KEY_DOUBTFUL, False)]


def test_a_lure_ahead_among_the_weak() -> None:
    found = chosen("B" * 20 + "A" * 10 + "CD", range(32))
    [first, *_rest] = findings_of(figures(32), found)
    assert first == Finding(Flag.LURE_AHEAD, "B", 20, 10, 32, sure=True)


@pytest.mark.parametrize(
    ("papers", "facility", "discrimination", "expected"),
    [
        (9, "0", -90.0, [(Flag.FEW, True)]),
        (10, "1/2", -20.0, [(Flag.NEGATIVE, False)]),
        (400, "1/2", -20.0, [(Flag.NEGATIVE, True)]),
        (40, "1/2", 5.0, [(Flag.WEAK, False)]),
        (4000, "1/2", 5.0, [(Flag.WEAK, True)]),
        (40, "19/100", 40.0, [(Flag.HARD, True)]),
        (40, "1/5", 40.0, []),
        (40, "19/20", 40.0, []),
        (40, "96/100", 0.0, [(Flag.EASY, True)]),
        (40, "1", None, [(Flag.EASY, True)]),
    ],
)
def test_limits(papers: int, facility: str, discrimination: float | None, expected: list[tuple[Flag, bool]]) -> None:
    found = findings_of(figures(papers, facility, discrimination))
    assert [(one.flag, one.sure) for one in found] == expected


def test_a_quarter_of_four_options_is_guessing() -> None:
    found = chosen("AAABBBCCCDDD", range(12))
    assert Flag.GUESSED in {one.flag for one in findings_of(figures(12, "1/4"), found)}


def test_blanks() -> None:
    assert findings_of(figures(10), blanks=2) == (Finding(Flag.LEFT_BLANK, count=2, of=10),)
    assert findings_of(figures(10), blanks=1) == ()


def test_the_gravest_stand_first() -> None:
    calm, mild, unsure, grave = (
        findings_of(figures(400, *one)) for one in (("1/2", 40.0), ("1/10", 40.0), ("1/2", -5.0), ("1/2", -50.0))
    )
    assert sorted([calm, mild, unsure, grave], key=urgency_of) == [grave, unsure, mild, calm]


def test_every_flag_has_its_words() -> None:
    for flag in Flag:
        assert str(sentence(Finding(flag, "c", 1, 2, 3), {"c": "C"}))
        assert str(badge(flag))


def test_exact_from_marks_to_flags() -> None:
    """Thirds, a half point and a blank: what is summed is exact, whatever the unit."""
    marks = {
        "this": {n: Fraction(int(n in {1, 2})) for n in range(4)},
        "other": {0: Fraction(1, 3), 1: Fraction(1, 2), 2: Fraction(5, 6), 3: Fraction(0)},
    }
    analysis = analyse(marks, dict.fromkeys(marks, ONE))
    found = choices_of(
        {0: ["b"], 1: ["a"], 2: ["a"], 3: []}, analysis.rests["this"], analysis.unit, {"a": True, "b": False}
    )
    assert [one.rest for one in found.options] == [Fraction(2, 3), Fraction(1, 3)]
    assert (found.blanks, found.options[0].share) == (1, Fraction(1, 2))
