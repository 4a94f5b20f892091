"""What is expected of a question, and which ones have answers enough for parameters."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest

from question_bank.analysis.domain.calibration import parameters_of
from question_bank.analysis.domain.expectation import Expected, expected


def test_nothing_known_is_the_level() -> None:
    assert [expected(level).facility for level in ("NB", "TH", "VD", "VDC", "", "Mức 9")] == [
        Fraction(4, 5), Fraction(13, 20), Fraction(9, 20), Fraction(1, 4), Fraction(3, 5), Fraction(3, 5),
    ]  # fmt: skip


def test_what_was_seen_weighs_by_its_papers() -> None:
    """80 papers at 1/2 and 100 at 1/4 are 65 points earned; twenty more at 9/20 are nine."""
    assert expected("VD", [(80, Fraction(1, 2)), (100, Fraction(1, 4))]) == Expected(Fraction(74, 200), 180)


def answers(papers: int) -> dict[str, dict[int, Fraction]]:
    """Answers of so many to five questions, the harder the later."""
    draw = np.random.default_rng(20_261_125)
    ability = draw.standard_normal(papers)
    return {
        f"q{place}": {
            paper: Fraction(int(draw.random() < 1 / (1 + np.exp(-(one - difficulty)))))
            for paper, one in enumerate(ability)
        }
        for place, difficulty in enumerate((-1.0, -0.5, 0.0, 0.5, 1.0))
    }


@pytest.mark.parametrize(("papers", "model"), [(500, "2pl"), (499, "1pl"), (200, "1pl"), (199, "")])
def test_as_many_parameters_as_answers_carry(papers: int, model: str) -> None:
    marks = answers(papers)
    found = parameters_of(marks, dict.fromkeys(marks, Fraction(1)))
    assert {one.model for one in found.values()} == ({model} if model else set())
    assert not found or found["q0"].difficulty < found["q2"].difficulty < found["q4"].difficulty
    assert all(one.difficulty_error > 0 and one.slope_error > 0 for one in found.values())
    assert model != "1pl" or len({one.slope for one in found.values()}) == 1


def test_half_points_and_what_all_answer_alike_have_none() -> None:
    marks = answers(200)
    marks["q0"][0] = Fraction(1, 2)
    marks["q1"] = dict.fromkeys(range(200), Fraction(1))
    found = parameters_of(marks, dict.fromkeys(marks, Fraction(1)))
    assert set(found) == {"q2", "q3", "q4"}
    assert parameters_of({"q2": marks["q2"]}, {"q2": Fraction(1)}) == {}
