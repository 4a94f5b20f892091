"""How a test runs: in which order pupils go through it, and how soon their pages hear of what is decided meanwhile."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from lms.quizzes.domain.timing import Allowance

PULSE = timedelta(milliseconds=3500)
PULSES_A_SECOND = 800  # what a small server answers beside the answers that it stores


class Navigation(StrEnum):
    """How much of a test a pupil has before them."""

    FREE = "free"  # every question at once
    ONE_BY_ONE = "one_by_one"


class ReopeningState(StrEnum):
    """Where the wish to give a handed-in attempt back stands."""

    ASKED = "asked"
    DONE = "done"
    REFUSED = "refused"


def ask_after(running: int) -> timedelta:
    """How long a page of one of so many running attempts waits before it asks whether something changed.

    Up to 2,800 attempts a change is known everywhere within 5 s (3.5 s here, at most 1 s until the server itself looks,
    and the way); beyond that the server answers no more questions a second, so that the wait grows with the crowd.

    >>> ask_after(30).total_seconds(), ask_after(10_000).total_seconds()
    (3.5, 12.5)
    """
    return max(PULSE, timedelta(seconds=running / PULSES_A_SECOND))


@dataclass(frozen=True, slots=True)
class Section:
    """A stretch of a form, from slot to slot, with a time of its own or without."""

    title: str
    first: int
    last: int
    seconds: int | None = None


@dataclass(frozen=True, slots=True)
class Rules:
    """How a form is gone through. A step is what stands alone on the page: a question with what belongs to it.

    `steps` are the first slots of the steps. Sections follow one another and never go back; without sections there is
    none, with sections they cover the whole form.
    """

    navigation: Navigation = Navigation.FREE
    way_back: bool = True
    steps: tuple[int, ...] = ()
    sections: tuple[Section, ...] = ()

    @property
    def forward_only(self) -> bool:
        """Whether there is anything behind which the way is shut."""
        return not self.way_back or bool(self.sections)

    def floor(self, slot: int) -> int:
        """The first slot that may still be answered by a pupil who works on *slot*."""
        if not self.way_back and self.steps:
            return self.steps[max(0, bisect_right(self.steps, slot) - 1)]
        section = self.section_of(slot)
        return section.first if section else 1

    def section_of(self, slot: int) -> Section | None:
        """The section in which a slot lies."""
        return next((one for one in self.sections if one.first <= slot <= one.last), None)

    def after(self, section: Section) -> Section | None:
        """The section that follows."""
        return next((one for one in self.sections if one.first > section.last), None)

    def next_floor(self, slot: int) -> int | None:
        """Where a pupil at *slot* goes on to, leaving behind what is before; None at the end."""
        if not self.way_back:
            return next((first for first in self.steps if first > slot), None)
        section = self.section_of(slot)
        following = self.after(section) if section else None
        return following.first if following else None


FREELY = Rules()


def encode_rules(rules: Rules) -> dict[str, Any]:
    """The rules as a form keeps them and its page reads them; empty where all is as usual."""
    if rules.navigation is Navigation.FREE and rules.way_back and not rules.sections:
        return {}
    return {
        "navigation": rules.navigation.value,
        "way_back": rules.way_back,
        "steps": list(rules.steps),
        "sections": [
            {"title": one.title, "first": one.first, "last": one.last, "seconds": one.seconds} for one in rules.sections
        ],
    }


def decode_rules(kept: Mapping[str, Any]) -> Rules:
    """What `encode_rules` wrote; a form may keep other rules beside (`lms.quizzes.domain.behaviours`)."""
    if "navigation" not in kept:
        return FREELY
    return Rules(
        Navigation(kept["navigation"]),
        kept["way_back"],
        tuple(kept["steps"]),
        tuple(Section(one["title"], one["first"], one["last"], one["seconds"]) for one in kept["sections"]),
    )


def section_length(section: Section, percent: int = 0) -> timedelta | None:
    """How long a section lasts for a pupil with so much extra time; extra minutes go to the section that runs."""
    return None if section.seconds is None else timedelta(seconds=section.seconds * (100 + percent) // 100)


@dataclass(frozen=True, slots=True)
class Place:
    """How far an attempt has come: the slot from which answers are taken, and when its section ends."""

    reached: int = 1
    section_ends_at: datetime | None = None


Length = Callable[[Section], timedelta | None]


def first_place(rules: Rules, allowance: Allowance, at: datetime) -> Place:
    """Where an attempt begins; extra minutes given before go to its first section."""
    if not rules.sections:
        return Place()
    place = _enter(rules.sections[0], lambda section: section_length(section, allowance.percent), at)
    if place.section_ends_at is None:
        return place
    return replace(place, section_ends_at=place.section_ends_at + timedelta(seconds=allowance.seconds))


def place_by_time(rules: Rules, place: Place, length: Length, at: datetime) -> Place:
    """Go on to the section that runs at *at*: one begins when the time of the one before is over.

    Behind the last one the place is a slot that does not exist: nothing is taken any more.
    """
    while place.section_ends_at is not None and at >= place.section_ends_at:
        section = rules.section_of(place.reached)
        following = rules.after(section) if section else None
        if section is None or following is None:
            return Place(section.last + 1 if section else place.reached)
        place = _enter(following, length, place.section_ends_at)
    return place


def place_by_slot(rules: Rules, place: Place, slot: int, length: Length, at: datetime) -> Place:
    """Go on to a slot that the pupil works on; what lies before its floor is left behind."""
    floor = rules.floor(slot)
    if floor <= place.reached:
        return place
    section = rules.section_of(slot)
    if section is None or section == rules.section_of(place.reached):
        return replace(place, reached=floor)
    began = at if place.section_ends_at is None else min(at, place.section_ends_at)
    return replace(_enter(section, length, began), reached=floor)


def _enter(section: Section, length: Length, at: datetime) -> Place:
    lasts = length(section)
    return Place(section.first, None if lasts is None else at + lasts)


def steps_of(document: Sequence[Mapping[str, Any]]) -> tuple[int, ...]:
    """The first slots of the steps of a form: a text to read goes with the question behind it, and questions on one
    passage stay together.

    A slot tells its `number`, its `label` (empty: nothing to answer) and `passage` (empty: none of its own).
    """
    steps: list[int] = []
    open_step = False  # a text stands there and waits for its question
    passage = ""
    for slot in document:
        if not open_step and not (slot["passage"] and slot["passage"] == passage):
            steps.append(slot["number"])
        open_step = not slot["label"]
        passage = slot["passage"]
    return tuple(steps)
