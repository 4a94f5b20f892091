"""Parallel forms of a quiz: which question stands where, and in which order its options are shown."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass

MOST_FORMS = 24


@dataclass(frozen=True, slots=True)
class Choice:
    """A question that takes part in the shuffle: the key of its slot and of what must stay together."""

    key: int
    passage: str = ""  # questions on the same passage stay together, in their order


@dataclass(frozen=True, slots=True)
class OptionPlace:
    """An option and whether it keeps its place ("Cả A và B")."""

    id: str
    fixed: bool = False


def form_code(index: int) -> str:
    """The code printed on the form with this index, counted from 0: 101, 102 and on.

    >>> form_code(0), form_code(11)
    ('101', '112')
    """
    return str(101 + index)


def order_questions(questions: Sequence[Choice], rng: random.Random) -> list[Choice]:
    """Shuffle questions; those on one passage stay together and keep their order."""
    blocks: list[list[Choice]] = []
    by_passage: dict[str, list[Choice]] = {}
    for question in questions:
        if question.passage and question.passage in by_passage:
            by_passage[question.passage].append(question)
            continue
        block = [question]
        blocks.append(block)
        if question.passage:
            by_passage[question.passage] = block
    rng.shuffle(blocks)
    return [question for block in blocks for question in block]


def order_options(options: Sequence[OptionPlace], rng: random.Random) -> list[str]:
    """Shuffle the ids of options around those that keep their place."""
    free = [option.id for option in options if not option.fixed]
    rng.shuffle(free)
    following = iter(free)
    return [option.id if option.fixed else next(following) for option in options]
