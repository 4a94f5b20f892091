"""Latent trait models of right and wrong answers (1PL, 2PL), estimated by marginal maximum likelihood.

The probability of a right answer at ability θ is 1 / (1 + exp(−(a·θ + d))): slope and intercept; difficulty is −d/a.
Abilities are taken to be standard normal, on a grid; the likelihood of the answers, summed over the grid (Bock and
Aitkin 1981), is climbed by its own gradient in ln a and d. Priors, where asked for, are normal in both (Mislevy 1986),
so that a question which nearly everybody answers alike stays within reason. Standard errors come from the information
in the gradients of single papers.

Needs numpy and scipy: imported by the verb that estimates, never at the start of a worker.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TypeAlias

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.optimize import minimize

Floats: TypeAlias = NDArray[np.float64]

POINTS, REACH = 61, 6.0  # of the grid of abilities
STEPS = 500
SETTLED = 1e-7  # of the gradient, for each paper


class Model(StrEnum):
    """Whether all questions share one slope."""

    ONE = "1pl"
    TWO = "2pl"


@dataclass(frozen=True, slots=True)
class Priors:
    """What is held of a question before its answers are seen."""

    slope_mean: float = 0.0  # of ln a
    slope_deviation: float = 0.5  # of ln a
    intercept_deviation: float = 2.0  # of d, around 0


@dataclass(frozen=True, slots=True)
class Estimate:
    """What the answers say of the questions, in their order; `likelihood` is its logarithm, without the priors."""

    model: Model
    slopes: Floats
    intercepts: Floats
    slope_errors: Floats
    intercept_errors: Floats
    covariances: Floats  # of the slope and the intercept of each question
    likelihood: float
    settled: bool

    @property
    def difficulties(self) -> Floats:
        """The ability at which half of the pupils answer rightly."""
        return -self.intercepts / self.slopes

    @property
    def difficulty_errors(self) -> Floats:
        """The standard errors of the difficulties, by the first derivatives of b = −d/a."""
        off = self.difficulties
        spread = self.intercept_errors**2 + off**2 * self.slope_errors**2 + 2 * off * self.covariances
        errors: Floats = np.sqrt(spread) / self.slopes
        return errors


def estimate(
    answers: ArrayLike, counts: ArrayLike | None = None, model: Model = Model.TWO, priors: Priors | None = None
) -> Estimate:
    """Fit a model to papers × questions of 1 (right), 0 (wrong) and nan (not asked).

    *counts* says how many papers each row stands for, one by default.

    Raises:
        ValueError: some question was answered alike by all who were asked, and there is no prior to hold it.
    """
    table = np.asarray(answers, dtype=np.float64)
    weights = np.ones(len(table)) if counts is None else np.asarray(counts, dtype=np.float64)
    work = _Work(table, weights, model, priors)
    if priors is None and not work.varied():
        raise ValueError("Without priors every question needs right and wrong answers.")
    papers = float(weights.sum())
    found = minimize(
        work.climb, work.start(), jac=True, method="L-BFGS-B",
        options={"maxiter": STEPS, "maxfun": 2 * STEPS, "ftol": 1e-15, "gtol": SETTLED * papers, "maxcor": 30},
    )  # fmt: skip
    slopes, intercepts = work.unpack(found.x)
    logarithm_errors, intercept_errors, covariances = work.errors(found.x)
    steepest = float(np.abs(found.jac).max()) / papers
    return Estimate(
        model,
        slopes,
        intercepts,
        slopes * logarithm_errors,
        intercept_errors,
        slopes * covariances,
        work.likelihood(found.x),
        bool(found.success) or steepest < 10 * SETTLED,
    )


class _Work:
    """The answers in the shape that each step needs; parameters are ln a (one or each) and then d."""

    def __init__(self, table: Floats, weights: Floats, model: Model, priors: Priors | None) -> None:
        self.asked = (~np.isnan(table)).astype(np.float64)
        self.right = np.nan_to_num(table)
        self.weights, self.priors = weights, priors
        self.questions = table.shape[1]
        self.shared = model is Model.ONE
        self.grid = np.linspace(-REACH, REACH, POINTS)
        density = np.exp(-(self.grid**2) / 2)
        self.prior_of_grid = np.log(density / density.sum())

    def varied(self) -> bool:
        """Whether every question has both right and wrong answers."""
        rights = self.weights @ self.right
        return bool(np.all((rights > 0) & (rights < self.weights @ self.asked)))

    def start(self) -> Floats:
        """Slopes of one, intercepts from the shares of right answers."""
        shares = (self.weights @ self.right + 0.5) / (self.weights @ self.asked + 1)
        return np.concatenate([np.zeros(1 if self.shared else self.questions), np.log(shares / (1 - shares))])

    def unpack(self, parameters: Floats) -> tuple[Floats, Floats]:
        """Slopes and intercepts of the questions."""
        logarithms, intercepts = parameters[: -self.questions], parameters[-self.questions :]
        return np.exp(np.broadcast_to(logarithms, intercepts.shape)), intercepts

    def spread(self, parameters: Floats) -> tuple[Floats, Floats, Floats]:
        """Of each paper the logarithm of its likelihood and its abilities on the grid; the chances of right answers."""
        slopes, intercepts = self.unpack(parameters)
        reach = np.outer(slopes, self.grid) + intercepts[:, None]
        wrong = -np.logaddexp(0, reach)
        joint = self.right @ reach + self.asked @ wrong + self.prior_of_grid
        top = joint.max(axis=1, keepdims=True)
        shares = np.exp(joint - top)
        sums = shares.sum(axis=1, keepdims=True)
        shares /= sums
        return (top + np.log(sums))[:, 0], shares, np.exp(reach + wrong)

    def likelihood(self, parameters: Floats) -> float:
        """The logarithm of the likelihood of all papers."""
        return float(self.weights @ self.spread(parameters)[0])

    def climb(self, parameters: Floats) -> tuple[float, Floats]:
        """What is to become small, the logarithm of likelihood and priors turned round, with its gradient."""
        papers, shares, chances = self.spread(parameters)
        slopes, intercepts = self.unpack(parameters)
        weighed = self.weights[:, None] * shares
        over = self.right.T @ weighed - (self.asked.T @ weighed) * chances  # questions × grid: right beyond expectation
        by_slope, by_intercept = slopes * (over @ self.grid), over.sum(axis=1)
        value = float(self.weights @ papers)
        if self.shared:
            by_slope = by_slope.sum(keepdims=True)
        if self.priors is not None:
            logarithms = parameters[: -self.questions]
            off = (logarithms - self.priors.slope_mean) / self.priors.slope_deviation
            far = intercepts / self.priors.intercept_deviation
            value -= float(off @ off + far @ far) / 2
            by_slope = by_slope - off / self.priors.slope_deviation
            by_intercept = by_intercept - far / self.priors.intercept_deviation
        return -value, -np.concatenate([by_slope, by_intercept])

    def errors(self, parameters: Floats) -> tuple[Floats, Floats, Floats]:
        """The standard errors of ln a and of d, and the covariances of both."""
        _papers, shares, chances = self.spread(parameters)
        slopes, intercepts = self.unpack(parameters)
        along = shares @ self.grid
        by_intercept = self.right - self.asked * (shares @ chances.T)
        by_slope = slopes * (self.right * along[:, None] - self.asked * ((shares * self.grid) @ chances.T))
        if self.shared:
            by_slope = by_slope.sum(axis=1, keepdims=True)
        gradients = np.hstack([by_slope, by_intercept])
        information = gradients.T @ (self.weights[:, None] * gradients)
        if self.priors is not None:
            ends = (by_slope.shape[1], self.priors.slope_deviation), (len(intercepts), self.priors.intercept_deviation)
            information += np.diag(np.concatenate([np.full(count, 1 / deviation**2) for count, deviation in ends]))
        spread = np.linalg.inv(information)
        deviations = np.sqrt(np.diag(spread))
        slopes_end = len(deviations) - self.questions
        rows = np.arange(self.questions)
        covariances = spread[0 if self.shared else rows, slopes_end + rows]
        return np.broadcast_to(deviations[:slopes_end], intercepts.shape), deviations[slopes_end:], covariances
