from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import replace
from fractions import Fraction

import pytest

from lms.base.text import fold
from question_bank.assembly.domain.checking import faults
from question_bank.assembly.domain.pool import Candidate, Chosen, Task, Wish, places_of
from question_bank.assembly.domain.specification import Part, PartKind, Place, Row, Specification
from question_bank.assembly.solving.choosing import choose, spread
from question_bank.items.domain import ItemType

LEVELS = ("NB", "TH", "VD")
CHOICE, ESSAY = ItemType.SINGLE_CHOICE, ItemType.ESSAY


def matrix(*counts: tuple[int, int, int]) -> Specification:
    """A row a topic, choice only."""
    parts = (Part(PartKind.CHOICE, (Fraction(1, 4),) * 3),)
    rows = tuple(Row(f"Chủ đề {n}", "", (cells,), ("",) * 3) for n, cells in enumerate(counts, start=1))
    return Specification("three", parts, rows)


def question(number: int, topic: int = 1, level: str = "NB", **facts: object) -> Candidate:
    known = {"share": 0.8, "minutes": 1.0} | facts
    return Candidate(f"q{number}", CHOICE, level, fold(f"Chủ đề {topic}"), **known)  # type: ignore[arg-type]


def many(count: int, seed: int = 1) -> list[Candidate]:
    draw = random.Random(seed)
    return [
        question(n, draw.randint(1, 3), draw.choice(LEVELS), share=draw.random(), minutes=draw.uniform(1, 4))
        for n in range(count)
    ]


@pytest.mark.parametrize("anchor", [0, 3])
def test_forms_keep_every_rule(anchor: int) -> None:
    task = Task(matrix((2, 1, 1), (1, 2, 0), (1, 0, 1)), many(300), Wish(4, anchor, points=0.05, minutes=2))
    found = choose(task)
    assert faults(task, found.forms) == []
    assert spread(task, found.forms).points <= 0.05


def test_another_seed_gives_other_forms() -> None:
    task = Task(matrix((2, 1, 1)), many(300), Wish(2))
    other = replace(task, wish=replace(task.wish, seed=9))
    assert choose(task).forms != choose(other).forms


def test_missing_questions_are_counted_at_their_cell() -> None:
    pool = [question(n, level="NB") for n in range(8)] + [question(n, level="VD") for n in range(8, 14)]
    found = choose(Task(matrix((2, 0, 2)), pool, Wish(forms=4)))
    assert found.forms == ()
    assert [(one.place, one.missing, one.wanted) for one in found.shortages] == [(Place(0, 0, 2), 2, 8)]


def test_common_questions_help_a_small_bank() -> None:
    pool = [question(n) for n in range(6)]
    task = Task(matrix((3, 0, 0)), pool, Wish(forms=4, anchor=2))
    found = choose(task)
    assert faults(task, found.forms) == []


def test_questions_used_of_late_stay_out() -> None:
    pool = [question(n, rest=20 if n < 3 else 200) for n in range(5)]
    found = choose(Task(matrix((3, 0, 0)), pool, Wish(forms=1, rest=90)))
    assert [one.missing for one in found.shortages] == [1]
    assert choose(Task(matrix((2, 0, 0)), pool, Wish(forms=1, rest=90))).forms != ()


def test_a_passage_comes_whole_or_not_at_all() -> None:
    pool = [question(0, passage="p"), question(1, level="VD", passage="p"), question(2), question(3, level="VD")]
    task = Task(matrix((1, 0, 1)), pool, Wish(forms=2, points=1))
    found = choose(task)
    assert faults(task, found.forms) == []
    assert {frozenset(one.key for one in form) for form in found.forms} == {
        frozenset({"q0", "q1"}),
        frozenset({"q2", "q3"}),
    }


def test_a_passage_of_which_a_question_has_no_place_is_left_out() -> None:
    pool = [question(0, passage="p"), question(1, level="TH", passage="p")]
    found = choose(Task(matrix((1, 0, 0)), pool, Wish(forms=1)))
    assert [one.missing for one in found.shortages] == [1]


def test_twins_never_meet() -> None:
    pool = [question(n, twin="t") for n in range(2)]
    assert choose(Task(matrix((2, 0, 0)), pool, Wish(forms=1))).shortages[0].missing == 1
    assert len(choose(Task(matrix((1, 0, 0)), pool, Wish(forms=2))).forms) == 2


def test_forms_that_cannot_be_equal_say_how_far_apart_they_lie() -> None:
    pool = [question(0, share=0.9), question(1, share=0.1)]
    found = choose(Task(matrix((1, 0, 0)), pool, Wish(forms=2, points=0.1)))
    assert found.forms == ()
    assert found.shortages == ()
    assert found.spread is not None
    assert round(found.spread.points, 3) == 0.2


def test_a_question_that_fits_two_rows_stands_in_one_of_them() -> None:
    parts = (Part(PartKind.CHOICE, (Fraction(1),) * 3),)
    rows = tuple(Row("A", name, ((1, 0, 0),), ("",) * 3, (code,)) for name, code in (("x", "C1"), ("y", "C2")))
    both = Candidate("both", CHOICE, "NB", "", 0.5, 1, frozenset({"C1", "C2"}))
    task = Task(Specification("three", parts, rows), [both], Wish(forms=1))
    assert sum(one.missing for one in choose(task).shortages) == 1
    whole = replace(task, pool=[both, replace(both, key="other", outcomes=frozenset({"C2"}))])
    assert [one.key for one in choose(whole).forms[0]] == ["both", "other"]


def test_a_sample_that_has_no_answer_is_no_last_word() -> None:
    """One equal partner among many questions that are all harder."""
    pool = [question(n, share=0.1 + n / 1000) for n in range(300)] + [
        question(900, share=0.95),
        question(901, share=0.95),
    ]
    task = Task(matrix((1, 0, 0)), pool, Wish(forms=2, points=1e-9, minutes=1))
    found = choose(task)
    assert {one.key for form in found.forms for one in form} == {"q900", "q901"}


def test_the_types_of_a_part_and_levels_decide_where_a_question_fits() -> None:
    specification = matrix((1, 1, 1))
    every = list(specification.places())
    assert places_of(question(1, level="VDC"), specification, every) == [Place(0, 0, 2)]
    assert places_of(replace(question(1), type=ESSAY), specification, every) == []
    assert places_of(question(1, level=""), specification, every) == []
    assert places_of(question(1, topic=7), specification, every) == []


GOOD = ((Chosen("q0", Place(0, 0, 0)),), (Chosen("q1", Place(0, 0, 0)),))
BREAKS: dict[str, tuple[str, Callable[[Task], Task], tuple[tuple[Chosen, ...], ...]]] = {
    "a form too few": ("1 forms", lambda task: task, GOOD[:1]),
    "a cell left empty": ("0 questions", lambda task: task, (GOOD[0], ())),
    "one question in both": ("in common", lambda task: task, (GOOD[0], GOOD[0])),
    "twice in a form": ("2 times", lambda task: task, (GOOD[0] * 2, GOOD[1])),
    "in a cell where it does not belong": (
        "does not belong",
        lambda task: replace(task, pool=[replace(one, level="VD") for one in task.pool]),
        GOOD,
    ),
    "used of late": (
        "days ago",
        lambda task: replace(task, pool=[replace(one, rest=1) for one in task.pool]),
        GOOD,
    ),
    "a passage torn": (
        "of 2 questions",
        lambda task: replace(task, pool=[replace(one, passage="p") for one in task.pool]),
        GOOD,
    ),
    "twins together": (
        "alike",
        lambda task: replace(task, pool=[replace(one, twin="t") for one in task.pool]),
        ((*GOOD[0], *GOOD[1]), GOOD[1]),
    ),
    "marks apart": (
        "marks lie",
        lambda task: replace(task, pool=[replace(task.pool[0], share=0.0), task.pool[1]]),
        GOOD,
    ),
    "times apart": (
        "minutes apart",
        lambda task: replace(task, pool=[replace(task.pool[0], minutes=90), task.pool[1]]),
        GOOD,
    ),
}


@pytest.mark.parametrize("broken", BREAKS)
def test_the_checker_sees_each_broken_rule(broken: str) -> None:
    task = Task(matrix((1, 0, 0)), [question(0), question(1)], Wish(forms=2, points=0.1, minutes=1, rest=30))
    assert faults(task, GOOD) == []
    said, change, forms = BREAKS[broken]
    assert any(said in fault for fault in faults(change(task), forms))
