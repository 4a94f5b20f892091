"""A test specification (ma trận đề kiểm tra): how many questions of which kind and level each topic gives.

Rows are topics with their unit of knowledge and the requirements behind it; columns are parts of the paper, each by the
levels of one scheme (Official letter 7991/BGDĐT-GDTrH of 2024, appendix).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction
from types import MappingProxyType

from lms.base.errors import Invalid
from lms.base.i18n_marks import N_
from question_bank.competencies.domain import LEVEL_SCHEMES, Level
from question_bank.items.domain import ItemType

MOST_ROWS = 60
MOST_IN_A_CELL = 50
MOST_QUESTIONS = 200
LONGEST_NAME = 200
LONGEST_REQUIREMENT = 2000


class PartKind(StrEnum):
    """A part of a paper, by what pupils do in it."""

    CHOICE = "choice"
    TRUTHS = "truths"
    SHORT = "short"
    PAIRS = "pairs"
    ESSAY = "essay"


PART_NAMES: Mapping[PartKind, str] = MappingProxyType(
    {
        PartKind.CHOICE: N_("Nhiều lựa chọn"),
        PartKind.TRUTHS: N_("Đúng – Sai"),
        PartKind.SHORT: N_("Trả lời ngắn"),
        PartKind.PAIRS: N_("Nối cột, sắp xếp"),
        PartKind.ESSAY: N_("Tự luận"),
    }
)
PART_TYPES: Mapping[PartKind, tuple[ItemType, ...]] = MappingProxyType(
    {
        PartKind.CHOICE: (ItemType.SINGLE_CHOICE, ItemType.MULTIPLE_CHOICE),
        PartKind.TRUTHS: (ItemType.CLUSTER, ItemType.TRUE_FALSE),
        PartKind.SHORT: (ItemType.SHORT_NUMBER, ItemType.SHORT_TEXT, ItemType.GAP_FILL),
        PartKind.PAIRS: (ItemType.MATCHING, ItemType.ORDERING),
        PartKind.ESSAY: (ItemType.ESSAY,),
    }
)


@dataclass(frozen=True, slots=True)
class Part:
    """A part of the paper: what a question of each level is worth, and the points that it should come to (0: any)."""

    kind: PartKind
    worths: tuple[Fraction, ...]
    goal: Fraction = Fraction(0)


@dataclass(frozen=True, slots=True)
class Row:
    """A topic: `counts` by part and level, `requirements` (yêu cầu cần đạt) by level, codes of outcomes if any."""

    topic: str
    unit: str
    counts: tuple[tuple[int, ...], ...]
    requirements: tuple[str, ...]
    outcomes: tuple[str, ...] = ()

    @property
    def name(self) -> str:
        """What questions for the row are tagged with: the unit, or the topic where no unit is named."""
        return self.unit or self.topic

    @property
    def has_words(self) -> bool:
        """Some requirement stands behind it."""
        return bool(self.outcomes) or any(self.requirements)

    @property
    def is_blank(self) -> bool:
        """Nothing has been written in it."""
        return not (self.topic or self.unit or self.has_words or any(map(any, self.counts)))


@dataclass(frozen=True, slots=True)
class Place:
    """A cell of the matrix by its row, part and level, all counted from 0."""

    row: int
    part: int
    level: int


@dataclass(frozen=True, slots=True)
class Sum:
    """How many questions, and the points they are worth."""

    questions: int = 0
    points: Fraction = Fraction(0)

    def __add__(self, other: Sum) -> Sum:
        return Sum(self.questions + other.questions, self.points + other.points)

    def share_of(self, whole: Sum) -> Fraction:
        """The share of the points in per cent; 0 of nothing."""
        return 100 * self.points / whole.points if whole.points else Fraction(0)


@dataclass(frozen=True, slots=True)
class Specification:
    """A whole matrix. `scheme` names the levels (`competencies.domain.LEVEL_SCHEMES`)."""

    scheme: str
    parts: tuple[Part, ...]
    rows: tuple[Row, ...]

    @property
    def levels(self) -> tuple[Level, ...]:
        """The levels of its scheme, from easy to hard."""
        return LEVEL_SCHEMES[self.scheme].levels

    @property
    def has_words(self) -> bool:
        """Some requirement stands behind some row."""
        return any(row.has_words for row in self.rows)

    def count_at(self, place: Place) -> int:
        """How many questions a cell wants."""
        return self.rows[place.row].counts[place.part][place.level]

    def worth_at(self, place: Place) -> Fraction:
        """What each question of a cell is worth."""
        return self.parts[place.part].worths[place.level]

    def places(self) -> Iterator[Place]:
        """All cells, row by row."""
        for row in range(len(self.rows)):
            for part in range(len(self.parts)):
                for level in range(len(self.levels)):
                    yield Place(row, part, level)

    def wanted(self) -> dict[Place, int]:
        """The cells that want questions, in the order of a paper: part by part, then level, then row."""
        filled = [place for place in self.places() if self.count_at(place)]
        filled.sort(key=lambda place: (place.part, place.level, place.row))
        return {place: self.count_at(place) for place in filled}

    def total(self, *, row: int | None = None, part: int | None = None, level: int | None = None) -> Sum:
        """Sum up the cells of a row, a part, a level, or of those that lie in all that are named."""
        found = Sum()
        for place in self.places():
            if row in (None, place.row) and part in (None, place.part) and level in (None, place.level):
                count = self.count_at(place)
                found += Sum(count, count * self.worth_at(place))
        return found


def blank_row(parts: int, levels: int) -> Row:
    """A row in which nothing is written yet."""
    return Row("", "", ((0,) * levels,) * parts, ("",) * levels)


def check(specification: Specification) -> Specification:
    """Return the specification without its blank last rows when it can be kept; it need not be finished.

    Raises:
        Invalid: something is out of bounds, or the table does not fit its own head; says where.
    """
    rows = list(specification.rows)
    while rows and rows[-1].is_blank:
        rows.pop()
    levels = len(specification.levels)
    if not specification.parts:
        raise Invalid.at("parts", N_("Hãy chọn ít nhất một dạng câu hỏi."))
    if len({part.kind for part in specification.parts}) < len(specification.parts):
        raise Invalid.at("parts", N_("Mỗi dạng câu hỏi chỉ có một nhóm cột."))
    if len(rows) > MOST_ROWS:
        raise Invalid.at("rows", N_("Ma trận có nhiều nhất %(most)s dòng."), most=MOST_ROWS)
    for part in specification.parts:
        if len(part.worths) != levels or not all(0 < worth <= 100 for worth in part.worths):
            raise Invalid.at("worth", N_("Điểm mỗi câu phải lớn hơn 0 và không quá 100."))
    for number, row in enumerate(rows, start=1):
        _check_row(row, number, len(specification.parts), levels)
    checked = Specification(specification.scheme, specification.parts, tuple(rows))
    if checked.total().questions > MOST_QUESTIONS:
        raise Invalid.at("rows", N_("Một đề có nhiều nhất %(most)s câu."), most=MOST_QUESTIONS)
    return checked


def _check_row(row: Row, number: int, parts: int, levels: int) -> None:
    if len(row.counts) != parts or any(len(cells) != levels for cells in row.counts):
        raise Invalid.at("rows", N_("Bảng gửi lên thiếu ô. Hãy tải lại trang rồi sửa tiếp."))
    if any(not 0 <= count <= MOST_IN_A_CELL for cells in row.counts for count in cells):
        raise Invalid.at(
            "rows", N_("Dòng %(number)s: mỗi ô từ 0 đến %(most)s câu."), number=number, most=MOST_IN_A_CELL
        )
    if any(map(any, row.counts)) and not row.name:
        raise Invalid.at("rows", N_("Dòng %(number)s có câu hỏi nhưng chưa ghi chủ đề."), number=number)
    if max(len(row.topic), len(row.unit)) > LONGEST_NAME:
        raise Invalid.at(
            "rows", N_("Dòng %(number)s: tên chủ đề dài quá %(most)s chữ."), number=number, most=LONGEST_NAME
        )
    if any(len(text) > LONGEST_REQUIREMENT for text in row.requirements):
        raise Invalid.at("rows", N_("Dòng %(number)s: yêu cầu cần đạt dài quá."), number=number)


def rearranged(specification: Specification, scheme: str, parts: Sequence[Part]) -> Specification:
    """Put a specification under another head: counts go with their part and the place of their level.

    A level past the end of a shorter scheme gives its counts to the last one.
    """
    old_places = {part.kind: place for place, part in enumerate(specification.parts)}
    levels = len(LEVEL_SCHEMES[scheme].levels)

    def moved(counts: Sequence[int]) -> tuple[int, ...]:
        new = [0] * levels
        for place, count in enumerate(counts):
            new[min(place, levels - 1)] += count
        return tuple(new)

    def joined(texts: Sequence[str]) -> tuple[str, ...]:
        new = [""] * levels
        for place, text in enumerate(texts):
            at = min(place, levels - 1)
            new[at] = "\n".join(one for one in (new[at], text) if one)
        return tuple(new)

    rows = tuple(
        Row(
            row.topic,
            row.unit,
            tuple(
                moved(row.counts[old_places[part.kind]]) if part.kind in old_places else (0,) * levels for part in parts
            ),
            joined(row.requirements),
            row.outcomes,
        )
        for row in specification.rows
    )
    return Specification(scheme, tuple(parts), rows)


def stretched(worths: Sequence[Fraction], levels: int) -> tuple[Fraction, ...]:
    """Return worths for so many levels: cut short, or the last one again."""
    return tuple(worths[min(place, len(worths) - 1)] for place in range(levels))


_LEVEL_PLACES: Mapping[str, int] = MappingProxyType({"NB": 0, "TH": 1, "VD": 2, "VDC": 3})


def level_place(written: str, scheme: str) -> int | None:
    """Find the place of a question's level in a scheme; None where it has none.

    The bank speaks of four levels. Three of Official letter 7991 and of primary schools take both last ones as one.

    >>> [level_place(level, "primary") for level in ("NB", "TH", "VDC", "")]
    [0, 1, 2, None]
    """
    found = LEVEL_SCHEMES[scheme].find(written)
    if found is not None:
        return found.rank - 1
    place = _LEVEL_PLACES.get(written.strip().upper())
    return None if place is None else min(place, len(LEVEL_SCHEMES[scheme].levels) - 1)
