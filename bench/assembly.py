"""Parallel forms from a large bank: four of 10,000 questions, every rule checked by reading the forms again.

The bank is made up: topics, levels and kinds as a subject of upper secondary school has them, difficulties and times
that scatter, passages of two to four questions, twins that differ in numbers, questions used of late. Asked for are
disjoint forms, forms with an anchor, and forms of a bank from which some cells were emptied: there the cells that are
named must be the emptied ones, with the numbers that are missing.
"""

from __future__ import annotations

import argparse
import random
import time
from dataclasses import replace
from fractions import Fraction
from typing import Any

from bench.outcome import Outcome
from lms.base.text import fold
from question_bank.analysis.domain.expectation import expected
from question_bank.assembly.domain.checking import faults
from question_bank.assembly.domain.pool import Candidate, Task, Wish, expected_minutes
from question_bank.assembly.domain.specification import Part, PartKind, Place, Row, Specification
from question_bank.assembly.solving.choosing import choose, spread
from question_bank.items.domain import ItemType

GOALS = (
    "4 forms from 10,000 questions in ≤ 10 s for each seed, 0 rules broken; "
    "of an emptied bank exactly the emptied cells named, with the numbers missing"
)

LIMIT = 10.0
TOPICS = tuple(f"Chủ đề {number}" for number in range(1, 13))
ASKED = 6  # of the topics, by the matrix
LEVELS = ("NB", "TH", "VD")
KINDS = ((ItemType.SINGLE_CHOICE, 60), (ItemType.CLUSTER, 15), (ItemType.SHORT_NUMBER, 15), (ItemType.ESSAY, 10))


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Take --quick, --items and --seeds."""
    parser.add_argument("--quick", action="store_true", help="4,000 questions and two seeds")
    parser.add_argument("--items", type=int, default=10_000)
    parser.add_argument("--seeds", type=int, nargs="+", default=[1, 2, 3, 4, 5])


def run(options: argparse.Namespace) -> Outcome:
    """Ask for forms of each kind and seed, and check them."""
    items, seeds = (4_000, options.seeds[:2]) if options.quick else (options.items, options.seeds)
    choose(Task(matrix(), bank(200, 0), Wish(forms=1)))  # the first call loads libraries
    runs: list[dict[str, Any]] = []
    for seed in seeds:
        pool = bank(items, seed)
        for name, wish in (
            ("disjoint", Wish(forms=4, rest=180, points=0.1, minutes=3, seed=seed)),
            ("anchor", Wish(forms=4, anchor=5, rest=180, points=0.1, minutes=3, seed=seed)),
        ):
            runs.append({"seed": seed, "asked": name, **_good(Task(matrix(), pool, wish))})
        runs.append({"seed": seed, "asked": "emptied", **_emptied(pool, seed)})
    slowest = max(one["seconds"] for one in runs)
    broken = sum(len(one["faults"]) for one in runs)
    lines = [
        f"seed {one['seed']} {one['asked']:>8}: {one['seconds']:6.2f} s  {one['said']}"
        f"{'  ' + '; '.join(one['faults'][:3]) if one['faults'] else ''}"
        for one in runs
    ]
    figures = {"items": items, "seeds": seeds, "slowest_s": round(slowest, 2), "rules_broken": broken, "runs": runs}
    return Outcome(figures, slowest <= LIMIT and broken == 0, "\n".join(lines))


def matrix() -> Specification:
    """Twelve, four and six questions and an essay over six topics."""
    third = Fraction(1, 4), Fraction(1), Fraction(1, 2), Fraction(1)
    kinds = (PartKind.CHOICE, PartKind.TRUTHS, PartKind.SHORT, PartKind.ESSAY)
    parts = tuple(Part(kind, (worth,) * 3) for kind, worth in zip(kinds, third, strict=True))
    rows = []
    for number, topic in enumerate(TOPICS[:ASKED]):
        counts = [[1, 1, 0], [0, 0, 0], [0, 0, 0], [0, 0, 0]]
        counts[0][2] = int(number % 3 == 0)
        counts[1][number % 3] = int(number < 4)
        counts[2][2 - number % 3] = 1
        counts[3][2] = int(number == 5)
        rows.append(Row(topic, "", tuple(tuple(cells) for cells in counts), ("",) * 3))
    return Specification("three", parts, tuple(rows))


def bank(items: int, seed: int) -> list[Candidate]:
    """A made-up bank of so many questions or a few more; one in twenty is its neighbour's twin."""
    draw = random.Random(seed)
    kinds = [kind for kind, share in KINDS for _ in range(share)]
    pool: list[Candidate] = []
    while len(pool) < items:
        kind, level, topic = draw.choice(kinds), draw.choice(LEVELS), fold(draw.choice(TOPICS))
        passage = f"p{len(pool)}" if kind is ItemType.SINGLE_CHOICE and draw.random() < 0.03 else ""
        for _ in range(draw.choice((2, 3, 4)) if passage else 1):
            twin = pool[-1].twin if pool and not passage and draw.random() < 0.05 else f"t{len(pool)}"
            share = min(0.98, max(0.05, draw.gauss(float(expected(level).facility), 0.12)))
            minutes = expected_minutes(kind, level) * draw.uniform(0.7, 1.4)
            rest = draw.randrange(1, 900) if draw.random() < 0.4 else None
            key = f"q{len(pool)}"
            pool.append(Candidate(key, kind, level, topic, share, minutes, passage=passage, twin=twin, rest=rest))
            level = draw.choice(LEVELS)
    return pool


def _good(task: Task) -> dict[str, Any]:
    began = time.perf_counter()
    found = choose(task)
    seconds = time.perf_counter() - began
    if not found.forms:
        return {"seconds": round(seconds, 2), "said": "no forms", "faults": ["no forms"]}
    apart = spread(task, found.forms)
    said = f"forms of {len(found.forms[0])}, {apart.points:.3f} points and {apart.minutes:.1f} min apart"
    return {"seconds": round(seconds, 2), "said": said, "faults": faults(task, found.forms)}


def _emptied(pool: list[Candidate], seed: int) -> dict[str, Any]:
    """Take questions out of three cells until too few are left; these must be named, and how many are missing."""
    draw = random.Random(seed)
    specification, wish = matrix(), Wish(forms=4, seed=seed)
    kinds = {PartKind.CHOICE: ItemType.SINGLE_CHOICE, PartKind.TRUTHS: ItemType.CLUSTER}
    places = [place for place in specification.wanted() if specification.parts[place.part].kind in kinds]
    left = [replace(one, twin="") for one in pool if not one.passage]
    expected: dict[Place, int] = {}
    for place in draw.sample(places, 3):
        kind = kinds[specification.parts[place.part].kind]
        topic, level = fold(specification.rows[place.row].name), LEVELS[place.level]
        own = [one for one in left if (one.type, one.level, one.topic) == (kind, level, topic)]
        wanted = specification.count_at(place) * wish.forms
        remaining = draw.randrange(wanted)
        gone = {one.key for one in own[remaining:]}
        left = [one for one in left if one.key not in gone]
        expected[place] = wanted - remaining
    began = time.perf_counter()
    found = choose(Task(specification, left, wish))
    seconds = time.perf_counter() - began
    named = {one.place: one.missing for one in found.shortages}
    wrong = [] if named == expected else [f"named {named} instead of {expected}"]
    return {
        "seconds": round(seconds, 2),
        "said": f"{sum(named.values())} missing in {len(named)} cells",
        "faults": wrong,
    }
