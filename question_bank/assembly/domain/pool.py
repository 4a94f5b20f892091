"""What is known of a question before it is chosen, and what is asked of a choice."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType

from lms.base.text import fold
from question_bank.assembly.domain.specification import PART_TYPES, Place, Row, Specification, level_place
from question_bank.items.domain import ItemType

MOST_SETS = 12  # of questions, to be asked for at once


@dataclass(frozen=True, slots=True)
class Candidate:
    """An approved question.

    `share` is the part of its points that pupils are expected to get (0 to 1), `minutes` what it takes them; `topic` is
    folded (`lms.base.text.fold`). Questions with one `passage` come together or not at all; questions with one `twin`
    differ in their numbers only and never meet in a form. `rest` counts the days since its last use.
    """

    key: str
    type: ItemType
    level: str
    topic: str
    share: float
    minutes: float
    outcomes: frozenset[str] = frozenset()
    passage: str = ""
    twin: str = ""
    rest: int | None = None


@dataclass(frozen=True, slots=True)
class Wish:
    """What the forms must be: how many, with how many questions in common, how equal, how long rested.

    `points` is how far the expected marks of two forms may lie apart, `minutes` how far their times; `rest` is in days.
    """

    forms: int = 4
    anchor: int = 0
    points: float = 0.2
    minutes: float = 5
    rest: int = 0
    seed: int = 0


@dataclass(frozen=True, slots=True)
class Task:
    """A specification, the questions that there are, and the wish."""

    specification: Specification
    pool: Sequence[Candidate]
    wish: Wish


@dataclass(frozen=True, slots=True)
class Chosen:
    """A question in its cell; `shared` means that every form holds it."""

    key: str
    place: Place
    shared: bool = False


@dataclass(frozen=True, slots=True)
class Shortage:
    """How many questions are missing for a cell over all forms, of how many."""

    place: Place
    missing: int
    wanted: int


@dataclass(frozen=True, slots=True)
class Figures:
    """What is expected of a form: its mark, and its minutes."""

    points: float
    minutes: float


@dataclass(frozen=True, slots=True)
class Outcome:
    """Forms that keep every rule, or why there are none.

    Without forms, `shortages` name the cells for which questions must be written; where there are none, the forms that
    could be made lie `spread` apart, more than was wished.
    """

    forms: tuple[tuple[Chosen, ...], ...] = ()
    shortages: tuple[Shortage, ...] = ()
    spread: Figures | None = None


_MINUTES: Mapping[ItemType, float] = MappingProxyType(
    {ItemType.SINGLE_CHOICE: 1.5, ItemType.CLUSTER: 5, ItemType.TRUE_FALSE: 1, ItemType.ESSAY: 12}
)
_OTHER_MINUTES = 4.0
_LONGER: Mapping[str, float] = MappingProxyType({"NB": 0.7, "TH": 1.0, "VD": 1.4, "VDC": 1.8})


def expected_minutes(kind: ItemType, level: str) -> float:
    """How long pupils are expected to sit over a question of this kind and level.

    >>> round(expected_minutes(ItemType.SINGLE_CHOICE, "NB"), 2)
    1.05
    """
    return _MINUTES.get(kind, _OTHER_MINUTES) * _LONGER.get(level, 1.0)


def fits(candidate: Candidate, row: Row) -> bool:
    """Say whether a question is about what a row asks: by its outcomes where the row names some, else by its topic."""
    if row.outcomes:
        return not candidate.outcomes.isdisjoint(row.outcomes)
    return candidate.topic == fold(row.name)


def places_of(candidate: Candidate, specification: Specification, wanted: Iterable[Place]) -> list[Place]:
    """The cells that a question can fill."""
    level = level_place(candidate.level, specification.scheme)
    return [
        place
        for place in wanted
        if place.level == level
        and candidate.type in PART_TYPES[specification.parts[place.part].kind]
        and fits(candidate, specification.rows[place.row])
    ]


@dataclass(frozen=True, slots=True)
class Supply:
    """The questions that may be taken, by cell; those of a passage only when all of them may."""

    of_place: Mapping[Place, tuple[Candidate, ...]]
    places: Mapping[str, tuple[Place, ...]] = field(default_factory=dict)


def supply_of(task: Task) -> Supply:
    """Sort the pool by the cells of the specification, without what was used too lately."""
    wanted = task.specification.wanted()
    fitting: dict[tuple[ItemType, str], list[Place]] = {}
    places: dict[str, tuple[Place, ...]] = {}
    passages: dict[str, list[Candidate]] = defaultdict(list)
    for one in task.pool:
        about = (one.type, one.level)
        if about not in fitting:  # type and level first: there are few of them, and many questions
            level = level_place(one.level, task.specification.scheme)
            fitting[about] = [
                place
                for place in wanted
                if place.level == level and one.type in PART_TYPES[task.specification.parts[place.part].kind]
            ]
        rested = one.rest is None or one.rest >= task.wish.rest
        found = tuple(place for place in fitting[about] if rested and fits(one, task.specification.rows[place.row]))
        places[one.key] = found
        if one.passage:
            passages[one.passage].append(one)
    broken = {name for name, members in passages.items() if not all(places[one.key] for one in members)}
    of_place: dict[Place, list[Candidate]] = {place: [] for place in wanted}
    for one in task.pool:
        if one.passage in broken:
            places[one.key] = ()
        for place in places[one.key]:
            of_place[place].append(one)
    return Supply({place: tuple(found) for place, found in of_place.items()}, places)


def figures_of(task: Task, form: Sequence[Chosen], by_key: Mapping[str, Candidate]) -> Figures:
    """What is expected of a form."""
    points, minutes = 0.0, 0.0
    for one in form:
        candidate = by_key[one.key]
        points += float(task.specification.worth_at(one.place)) * candidate.share
        minutes += candidate.minutes
    return Figures(points, minutes)


def spread_of(figures: Sequence[Figures]) -> Figures:
    """How far the forms lie apart at most."""
    return Figures(
        max(one.points for one in figures) - min(one.points for one in figures),
        max(one.minutes for one in figures) - min(one.minutes for one in figures),
    )
