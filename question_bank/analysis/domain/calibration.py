"""Which questions of a test have enough answers for parameters, and what those are.

Needs numpy and scipy as soon as something is estimated, so they are imported there.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction

from question_bank.analysis.domain.classical import P, Q

ENOUGH_FOR_ONE, ENOUGH_FOR_TWO = 200, 500  # answers to a question, for a common slope and for its own


@dataclass(frozen=True, slots=True)
class Parameters:
    """Slope and difficulty of a question in a logistic model ("1pl", "2pl"), with their standard errors."""

    model: str
    slope: float
    difficulty: float
    slope_error: float
    difficulty_error: float


def parameters_of(marks: Mapping[Q, Mapping[P, Fraction]], most: Mapping[Q, Fraction]) -> dict[Q, Parameters]:
    """The parameters of the questions that are right or wrong and have enough answers; none where it did not settle.

    Questions that earn parts of their points are left out, as are those that all answered alike. All share a slope
    unless each has answers enough for its own.
    """
    rows = {
        question: own
        for question, own in marks.items()
        if len(own) >= ENOUGH_FOR_ONE and set(own.values()) == {Fraction(0), most[question]}
    }
    if len(rows) < 2:
        return {}
    import numpy as np

    from question_bank.analysis.domain.latent import Model, Priors, estimate

    papers = {paper: place for place, paper in enumerate(dict.fromkeys(p for own in rows.values() for p in own))}
    table = np.full((len(papers), len(rows)), np.nan)
    for column, (question, own) in enumerate(rows.items()):
        for paper, mark in own.items():
            table[papers[paper], column] = mark == most[question]
    model = Model.TWO if all(len(own) >= ENOUGH_FOR_TWO for own in rows.values()) else Model.ONE
    found = estimate(table, model=model, priors=Priors())
    if not found.settled:
        return {}
    columns = zip(found.slopes, found.difficulties, found.slope_errors, found.difficulty_errors, strict=True)
    return {
        question: Parameters(model.value, *(float(value) for value in column))
        for question, column in zip(rows, columns, strict=True)
    }
