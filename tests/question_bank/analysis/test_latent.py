"""The latent trait models: published values of LSAT7, what made-up answers were made from, what cannot be estimated."""

from __future__ import annotations

import csv
from pathlib import Path

import numpy as np
import pytest

from question_bank.analysis.domain.latent import Floats, Model, Priors, estimate


@pytest.fixture(scope="module")
def lsat7(inputs: Path) -> tuple[Floats, Floats]:
    """The 32 patterns of answers to five questions, and how many of 1000 gave each."""
    with (inputs / "derived/lsat7.csv").open(newline="") as file:
        rows = np.array([[float(cell) for cell in row] for row in list(csv.reader(file))[1:]])
    return rows[:, :5], rows[:, 5]


def made_up(papers: int, slopes: Floats, intercepts: Floats) -> Floats:
    """Answers of so many pupils of normal ability."""
    draw = np.random.default_rng(20_261_125)
    reach = np.outer(draw.standard_normal(papers), slopes) + intercepts
    return (draw.random(reach.shape) < 1 / (1 + np.exp(-reach))).astype(np.float64)


def test_the_published_values_of_lsat7(lsat7: tuple[Floats, Floats]) -> None:
    found = estimate(*lsat7)
    assert found.settled
    assert found.slopes == pytest.approx([0.987, 1.081, 1.708, 0.765, 0.736], abs=1e-3)
    assert found.intercepts == pytest.approx([1.856, 0.808, 1.805, 0.486, 1.854], abs=1e-3)
    assert found.likelihood == pytest.approx(-2658.805, abs=5e-4)
    assert found.difficulties == pytest.approx(-found.intercepts / found.slopes)


def test_one_slope_fits_worse_than_five(lsat7: tuple[Floats, Floats]) -> None:
    one, two = (estimate(*lsat7, model=model) for model in (Model.ONE, Model.TWO))
    assert len(set(one.slopes)) == 1
    assert one.likelihood < two.likelihood


def test_a_row_counts_for_all_papers_it_stands_for(lsat7: tuple[Floats, Floats]) -> None:
    patterns, counts = lsat7
    each = estimate(np.repeat(patterns, counts.astype(int), axis=0))
    together = estimate(patterns, counts)
    assert each.slopes == pytest.approx(together.slopes, abs=1e-4)
    assert each.slope_errors == pytest.approx(together.slope_errors, abs=1e-4)


def test_errors_cover_what_answers_were_made_from() -> None:
    """Of 2 × 20 parameters each two errors wide, some 95 % hold the true value; at least 85 % must."""
    slopes, intercepts = np.linspace(0.6, 1.8, 20), np.tile([-1.5, -0.5, 0.5, 1.5], 5)
    found = estimate(made_up(3_000, slopes, intercepts))
    off = np.concatenate(
        [(found.slopes - slopes) / found.slope_errors, (found.intercepts - intercepts) / found.intercept_errors]
    )
    assert np.mean(np.abs(off) < 1.96) >= 0.85
    off = (found.difficulties + intercepts / slopes) / found.difficulty_errors
    assert np.mean(np.abs(off) < 1.96) >= 0.85
    assert 0.5 < np.std(off) < 1.5


def test_a_question_that_was_not_asked_says_nothing_of_the_paper() -> None:
    """Two forms with five questions in common come to one scale."""
    slopes, intercepts = np.full(15, 1.2), np.linspace(-2, 2, 15)
    answers = made_up(4_000, slopes, intercepts)
    answers[:2_000, 10:] = np.nan
    answers[2_000:, :5] = np.nan
    found = estimate(answers)
    assert found.difficulties == pytest.approx(-intercepts / slopes, abs=0.3)


def test_priors_hold_a_question_that_all_answer_rightly() -> None:
    answers = made_up(60, np.ones(6), np.zeros(6))
    answers[:, 0] = 1
    with pytest.raises(ValueError, match="right and wrong"):
        estimate(answers)
    held = estimate(answers, priors=Priors())
    assert held.settled
    assert 1.5 < held.intercepts[0] < 6
    assert 0.3 < held.slopes[0] < 3
