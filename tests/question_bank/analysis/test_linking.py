"""Linking by anchors and drift: exact where the scales are exact, silent where chance will do."""

from __future__ import annotations

import math
import random
from fractions import Fraction
from statistics import NormalDist

import pytest

from question_bank.analysis.domain.linking import (
    FEWEST_ANCHORS,
    Link,
    Placed,
    drift_between,
    drift_of,
    from_facility,
    link,
    mean_sigma,
)

OLD = {f"q{place}": Placed(difficulty, 0.1) for place, difficulty in enumerate(
    (-1.8, -1.1, -0.7, -0.4, -0.1, 0.2, 0.5, 0.9, 1.3, 2.0)
)}  # fmt: skip


def on_another_scale(slope: float, shift: float) -> dict[str, Placed]:
    """The same questions where b_old = slope·b_new + shift."""
    return {key: Placed((one.difficulty - shift) / slope, one.error / slope) for key, one in OLD.items()}


@pytest.mark.parametrize(("slope", "shift"), [(1.0, 0.0), (1.25, -0.4), (0.8, 0.75)])
def test_an_exact_link_is_found_exactly(slope: float, shift: float) -> None:
    found = link(OLD, on_another_scale(slope, shift))
    assert found is not None
    assert (found.slope, found.shift, found.anchors) == (pytest.approx(slope), pytest.approx(shift), 10)
    moved = found.moved(on_another_scale(slope, shift)["q3"])
    assert (moved.difficulty, moved.error) == (pytest.approx(-0.4), pytest.approx(0.1))


def test_mean_and_sigma_by_hand() -> None:
    """Old −2, −1, 0, 1, 2 twice, new 0, 2, 4, 6, 8 twice: A = 1/2 and B = 0 − 4/2."""
    old = {place: Placed(float(place % 5 - 2), 0.1) for place in range(10)}
    new = {place: Placed(2.0 * (place % 5), 0.1) for place in range(10)}
    assert mean_sigma(old, new) == Link(pytest.approx(0.5), pytest.approx(-2.0), 10)


def test_few_anchors_move_the_zero_only() -> None:
    five = dict(list(OLD.items())[:FEWEST_ANCHORS])
    found = link(five, on_another_scale(2.0, 0.0))
    assert found is not None
    assert (found.slope, found.anchors) == (1.0, 5)
    four = dict(list(OLD.items())[: FEWEST_ANCHORS - 1])
    assert link(four, on_another_scale(1.0, 0.0)) is None


def test_an_anchor_that_moved_is_none() -> None:
    new = on_another_scale(1.0, 0.5)
    new["q4"] = Placed(new["q4"].difficulty + 2, 0.1)
    found = link(OLD, new)
    assert found is not None
    assert (found.shift, found.anchors) == (pytest.approx(0.5), 9)


def test_a_question_that_moved_is_judged_by_the_others() -> None:
    new = on_another_scale(1.0, 0.5)
    new["q4"] = Placed(new["q4"].difficulty - 1, 0.1)
    told = drift_between(OLD, new, "q4")
    assert told is not None
    found, moved = told
    assert found.anchors == 9
    assert (moved.change, moved.error, moved.sure) == (pytest.approx(-1), pytest.approx(math.hypot(0.1, 0.1)), True)
    calm = drift_between(OLD, new, "q5")
    assert calm is not None
    assert not calm[1].sure
    assert drift_between(dict(list(OLD.items())[:5]), new, "q0") is None


def test_what_is_large_but_may_be_chance_is_not_sure() -> None:
    same = Link(1.0, 0.0, 9)
    assert not drift_of(same, Placed(0, 0.4), Placed(0.6, 0.4)).sure
    assert drift_of(same, Placed(0, 0.1), Placed(0.6, 0.1)).sure
    assert not drift_of(same, Placed(0, 0.01), Placed(0.2, 0.01)).sure  # sure, but of no weight


def test_a_share_as_a_difficulty() -> None:
    placed = from_facility(Fraction(30, 40), 40)
    share = 30.5 / 41
    assert placed.difficulty == pytest.approx(-NormalDist().inv_cdf(share))
    assert placed.error == pytest.approx(math.sqrt(share * (1 - share) / 40) / NormalDist().pdf(placed.difficulty))
    everybody, nobody = from_facility(Fraction(1), 40), from_facility(Fraction(0), 40)
    assert everybody.difficulty == pytest.approx(-nobody.difficulty)
    assert everybody.error > placed.error


def test_a_stronger_class_is_no_drift() -> None:
    """Forty of mean 0 and forty of mean 1 answer twenty questions: few drifts are called sure."""
    draw = random.Random(20_261_125)
    difficulties = [draw.gauss(0, 0.8) for _ in range(20)]
    tests = []
    for level in (0.0, 1.0):
        abilities = [draw.gauss(level, 1) for _ in range(40)]
        tests.append(
            {
                place: from_facility(Fraction(sum(draw.gauss(one, 1) > difficulty for one in abilities), 40), 40)
                for place, difficulty in enumerate(difficulties)
            }
        )
    told = [drift_between(tests[0], tests[1], place) for place in range(20)]
    assert sum(1 for one in told if one is not None and one[1].sure) <= 3
    found = link(tests[0], tests[1])
    assert found is not None
    assert found.shift == pytest.approx(1 / math.sqrt(2), abs=0.25)
