"""What of a finished attempt is out: each part by the quiz's rule, or by the switch that a person set for it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from itertools import pairwise
from types import MappingProxyType
from typing import Protocol

from lms.base.i18n_marks import N_
from lms.quizzes.domain.results import ReleaseRules, is_released
from lms.quizzes.domain.states import QuizState


class Part(StrEnum):
    """A part of the results that is let out by itself."""

    MARKS = "marks"
    COMMENTS = "comments"
    KEY = "key"  # and solutions
    STATISTICS = "statistics"  # of each question: how the class did


PART_NAMES: Mapping[str, str] = MappingProxyType(
    {
        Part.MARKS: N_("Điểm"),
        Part.COMMENTS: N_("Nhận xét"),
        Part.KEY: N_("Đáp án và lời giải"),
        Part.STATISTICS: N_("Thống kê của lớp"),
    }
)
WHEN_CLOSED = frozenset({Part.KEY, Part.STATISTICS})
"""Parts that wait until nobody can take the test any more, whatever was set: a classmate may still be working."""


class Act(Protocol):
    """That somebody set a switch: the part is out from then on; None holds it back."""

    @property
    def part(self) -> str: ...
    @property
    def out_at(self) -> datetime | None: ...
    @property
    def made_at(self) -> datetime: ...


@dataclass(frozen=True, slots=True)
class Shown:
    """The parts of a finished attempt that its pupil may see now."""

    marks: bool = False
    key: bool = False
    comments: bool = False
    statistics: bool = False

    @property
    def anything(self) -> bool:
        return self.marks or self.key or self.comments

    def has(self, part: Part) -> bool:
        return bool(getattr(self, part))


def last_of(acts: Iterable[Act]) -> dict[Part, Act]:
    """The act in force for each part that has one; acts come in the order in which they were made."""
    return {Part(act.part): act for act in acts}


def shown(
    rules: ReleaseRules, acts: Iterable[Act], state: QuizState, released_at: datetime | None, at: datetime
) -> Shown:
    """Say what a pupil sees of a finished attempt at this moment.

    A part goes by the last act on it; without one, by the rule of the quiz.
    """
    by_rule = is_released(rules.policy, state, released_at)
    wanted = {Part.MARKS: rules.marks, Part.COMMENTS: rules.comments, Part.KEY: rules.key, Part.STATISTICS: False}
    out = {part: by_rule and wanted[part] for part in Part}
    for part, act in last_of(acts).items():
        out[part] = act.out_at is not None and act.out_at <= at
    if state is not QuizState.CLOSED:
        out.update(dict.fromkeys(WHEN_CLOSED, False))
    return Shown(**{part.value: out[part] for part in Part})


def was_ever_out(acts: Sequence[Act], at: datetime) -> bool:
    """Say whether a switch has let anything out until now, be it held back again since."""
    by_part: dict[str, list[Act]] = {}
    for act in acts:
        by_part.setdefault(act.part, []).append(act)
    ends: list[tuple[Act, datetime]] = []
    for own in by_part.values():
        ends += [(act, later.made_at) for act, later in pairwise(own)]
        ends.append((own[-1], at))
    return any(act.out_at is not None and act.out_at <= end for act, end in ends)


def marks_due(acts: Mapping[Part, Act], at: datetime) -> bool:
    """Say whether a switch lets the marks out by now."""
    act = acts.get(Part.MARKS)
    return act is not None and act.out_at is not None and act.out_at <= at
