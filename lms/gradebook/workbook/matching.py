"""Who in the file is who in the class: by Ministry ID, by the school's code, by name and birth date; never by row."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import TypeAlias, TypeVar

from lms.gradebook.workbook.layout import PortalRow
from lms.school.roster.values import name_key

MarkValue: TypeAlias = Decimal | str


@dataclass(frozen=True, slots=True)
class PupilMarks:
    """A pupil of the class and what is to be written, by column key (`tx1`, `gk`, `ck`, `tb`, `nx`).

    `earlier` holds values of ours that an older filling may have left in the file; those may be written over.
    """

    uid: str
    name: str
    ministry_id: str = ""
    code: str = ""
    born_on: date | None = None
    marks: Mapping[str, MarkValue] = field(default_factory=dict)
    earlier: Mapping[str, Sequence[MarkValue]] = field(default_factory=dict)


T = TypeVar("T", PortalRow, PupilMarks)


class By(StrEnum):
    """What a pupil was recognised by."""

    MINISTRY_ID = "ministry_id"
    CODE = "code"
    NAME = "name"


@dataclass(frozen=True, slots=True)
class Match:
    """A row of the file and the pupil it belongs to."""

    row: PortalRow
    pupil: PupilMarks
    by: By

    @property
    def names_differ(self) -> bool:
        """Whether the file writes another name than the class list."""
        return name_key(self.row.name) != name_key(self.pupil.name)


@dataclass(frozen=True, slots=True)
class Matching:
    """Every row and every pupil stands in exactly one of these, but that several `doubtful` rows may share a pupil."""

    matches: tuple[Match, ...]
    strangers: tuple[PortalRow, ...]  # rows of nobody in the class
    doubtful: tuple[PortalRow, ...]  # rows that could be several pupils, or one pupil in several rows
    absent: tuple[PupilMarks, ...]  # pupils that the file does not name


def match_pupils(rows: Sequence[PortalRow], pupils: Sequence[PupilMarks]) -> Matching:
    """Match rows and pupils; whoever could be two is left out and shown."""
    keys: tuple[tuple[By, Callable[[PortalRow | PupilMarks], Hashable]], ...] = (
        (By.MINISTRY_ID, lambda one: one.ministry_id.casefold()),
        (By.CODE, lambda one: one.code.casefold()),
        (By.NAME, lambda one: (name_key(one.name), one.born_on) if one.born_on else ""),
    )
    doubtful: set[int] = set()
    found: dict[int, tuple[PupilMarks, By]] = {}
    for by, key in keys:
        known = _grouped(pupils, key)
        for value, group in _grouped((row for row in rows if row.row not in found), key).items():
            owners = [pupil for pupil in known.get(value, []) if not _contradicts(by, group, pupil)]
            if not owners:
                continue
            if len(owners) > 1 or len(group) > 1:
                doubtful |= {row.row for row in group}
            elif group[0].row not in doubtful:
                found[group[0].row] = (owners[0], by)
    taken: dict[str, list[int]] = defaultdict(list)
    for number, (pupil, _) in found.items():
        taken[pupil.uid].append(number)
    doubtful |= {number for numbers in taken.values() if len(numbers) > 1 for number in numbers}
    matches = tuple(Match(row, *found[row.row]) for row in rows if row.row in found and row.row not in doubtful)
    matched = {match.pupil.uid for match in matches}
    return Matching(
        matches,
        tuple(row for row in rows if row.row not in found and row.row not in doubtful),
        tuple(row for row in rows if row.row in doubtful),
        tuple(pupil for pupil in pupils if pupil.uid not in matched),
    )


def _contradicts(by: By, group: Sequence[PortalRow], pupil: PupilMarks) -> bool:
    """Say whether a stronger identity speaks against a weaker one: same name and day, but another ID or code."""
    if by is By.MINISTRY_ID:
        return False
    return any(
        (row.ministry_id and pupil.ministry_id and row.ministry_id.casefold() != pupil.ministry_id.casefold())
        or (by is By.NAME and row.code and pupil.code and row.code.casefold() != pupil.code.casefold())
        for row in group
    )


def _grouped(things: Iterable[T], key: Callable[[PortalRow | PupilMarks], Hashable]) -> dict[Hashable, list[T]]:
    groups: dict[Hashable, list[T]] = defaultdict(list)
    for one in things:
        value = key(one)
        if value:
            groups[value].append(one)
    return groups
