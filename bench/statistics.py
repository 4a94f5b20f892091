"""Figures of tests and questions: known values first, then how long they take, beside the formulae written plainly.

Made-up answers of pupils of normal ability to 40 questions; classical figures of every question and of the test, then
the two-parameter model with priors and standard errors. The plain baseline is the formulae in fractions, on the
smaller table.
"""

from __future__ import annotations

import argparse
import csv
import time
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np

from bench.outcome import Outcome
from question_bank.analysis.domain.classical import Analysis, analyse
from question_bank.analysis.domain.latent import Estimate, Floats, Priors, estimate

GOALS = (
    "golden values to six digits (attempts of the inputs) and as published (LSAT7); "
    "500 × 40 in ≤ 1 s and 10,000 × 40 in ≤ 15 s, classical and latent together"
)

INPUTS = Path(__file__).resolve().parents[2] / "shared" / "inputs"
ATTEMPTS = "7-roster-case-oai/winmagpantay+dps/mod/quiz/tests/fixtures/results00.csv"
QUESTIONS = 40
LIMITS = {500: 1.0, 10_000: 15.0}
ALPHA, RATIO, ERROR = 0.610071, 62.444303, 0.996977
FACILITIES = (0.44, 0.7, 0.866667, 0.7, 0.55, 0.7, 0.55)
DISCRIMINATIONS = (30.798319, 55.614502, -3.664713, 79.231508, 8.400270, 52.023772, 0.911501)
SLOPES, INTERCEPTS = (0.987, 1.081, 1.708, 0.765, 0.736), (1.856, 0.808, 1.805, 0.486, 1.854)
LIKELIHOOD = -2658.805
ONE = Fraction(1)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Take --quick, --inputs and --seed."""
    parser.add_argument("--quick", action="store_true", help="the known values and 500 papers only")
    parser.add_argument("--inputs", type=Path, default=INPUTS, help="the folder of real files")
    parser.add_argument("--seed", type=int, default=20_261_125)


def run(options: argparse.Namespace) -> Outcome:
    """Compare with known values, then take the time of each size."""
    faults = _classical_faults(options.inputs) + _latent_faults(options.inputs)
    figures: dict[str, Any] = {"seed": options.seed, "faults": faults}
    lines = [f"known values: {'; '.join(faults) or 'all there'}"]
    ok = not faults
    estimate(_made_up(50, options.seed), priors=Priors())  # the first call loads libraries
    for papers in [500] if options.quick else LIMITS:
        answers = _made_up(papers, options.seed)
        marks = _marks(answers)
        classical, _analysis = _timed(lambda marks=marks: analyse(marks, dict.fromkeys(marks, ONE)))
        latent, found = _timed(lambda answers=answers: estimate(answers, priors=Priors()))
        within = classical + latent <= LIMITS[papers] and found.settled
        ok = ok and within
        figures[f"{papers}x{QUESTIONS}"] = {
            "classical_s": round(classical, 3), "latent_s": round(latent, 3), "settled": found.settled,
        }  # fmt: skip
        lines.append(
            f"{papers:>6} × {QUESTIONS}: classical {classical:.3f} s, 2PL {latent:.3f} s, "
            f"limit {LIMITS[papers]:g} s{'' if within else '  TOO SLOW OR NOT SETTLED'}"
        )
        if papers == 500:
            plain, _alpha = _timed(lambda marks=marks: _plainly(marks))
            figures["plain_s"], figures["plain_over_ours"] = round(plain, 3), round(plain / classical, 1)
            lines.append(f"        classical figures in plain fractions: {plain:.3f} s, {plain / classical:.0f} ×")
    return Outcome(figures, ok, "\n".join(lines))


def _timed(act: Callable[[], Any]) -> tuple[float, Any]:
    began = time.perf_counter()
    result = act()
    return time.perf_counter() - began, result


def _classical_faults(inputs: Path) -> list[str]:
    with (inputs / ATTEMPTS).open(newline="") as file:
        rows = list(csv.DictReader(file))
    marks = {n: {place: Fraction(row[f"slots.{n}.mark"]) for place, row in enumerate(rows)} for n in range(1, 8)}
    found: Analysis[int, int] = analyse(marks, dict.fromkeys(marks, ONE))
    pairs = list(zip([float(one.facility) for one in found.items.values()], FACILITIES, strict=True))
    pairs += zip([one.discrimination or 0.0 for one in found.items.values()], DISCRIMINATIONS, strict=True)
    if found.test is None:
        return ["no figures of the test"]
    pairs += [(float(found.test.alpha), ALPHA), (found.test.ratio, RATIO), (found.test.error, ERROR)]
    return [f"{ours:.6f} for {golden}" for ours, golden in pairs if abs(ours - golden) > 5e-7]


def _latent_faults(inputs: Path) -> list[str]:
    with (inputs / "derived/lsat7.csv").open(newline="") as file:
        table = np.array([[float(cell) for cell in row] for row in list(csv.reader(file))[1:]])
    found: Estimate = estimate(table[:, :-1], table[:, -1])
    pairs = [*zip(found.slopes, SLOPES, strict=True), *zip(found.intercepts, INTERCEPTS, strict=True)]
    pairs.append((found.likelihood, LIKELIHOOD))
    return [f"LSAT7 {ours:.4f} for {golden}" for ours, golden in pairs if abs(ours - golden) > 1e-3]


def _made_up(papers: int, seed: int) -> Floats:
    draw = np.random.default_rng(seed)
    slopes, intercepts = np.exp(draw.normal(0, 0.3, QUESTIONS)), draw.normal(0, 1, QUESTIONS)
    reach = np.outer(draw.standard_normal(papers), slopes) + intercepts
    return (draw.random(reach.shape) < 1 / (1 + np.exp(-reach))).astype(np.float64)


def _marks(answers: Floats) -> dict[int, dict[int, Fraction]]:
    return {question: {paper: Fraction(int(mark)) for paper, mark in enumerate(column)}
            for question, column in enumerate(answers.T)}  # fmt: skip


def _plainly(marks: dict[int, dict[int, Fraction]]) -> Fraction:
    """Facility, discrimination, efficiency and alpha as the formulae are written, in fractions; returns alpha."""
    columns = [list(own.values()) for own in marks.values()]
    totals = [sum(paper, Fraction(0)) for paper in zip(*columns, strict=True)]
    for column in columns:
        rests = [total - mark for total, mark in zip(totals, column, strict=True)]
        _covariance(column, rests)
        _covariance(rests, rests)
        _covariance(sorted(column), sorted(rests))
    single = sum((_covariance(column, column) for column in columns), Fraction(0))
    count = len(columns)
    return Fraction(count, count - 1) * (1 - single / _covariance(totals, totals))


def _covariance(first: list[Fraction], second: list[Fraction]) -> Fraction:
    one, two = sum(first, Fraction(0)) / len(first), sum(second, Fraction(0)) / len(second)
    return sum(((a - one) * (b - two) for a, b in zip(first, second, strict=True)), Fraction(0)) / (len(first) - 1)
