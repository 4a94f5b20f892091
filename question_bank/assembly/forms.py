"""From what a teacher types into the grid of a matrix to a specification, and back.

The fields of rows have no numbers: they come in the order of the page, so that rows can be added and removed in it.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from fractions import Fraction

from werkzeug.datastructures import MultiDict

from lms.base.errors import Invalid
from lms.base.i18n import show_number
from lms.base.i18n_marks import N_
from lms.base.text import nfc
from question_bank.assembly.domain.specification import Part, PartKind, Row, Specification, rearranged, stretched
from question_bank.assembly.service.specifications import About
from question_bank.competencies.domain import LEVEL_SCHEMES, Level

_NEW_WORTH = {PartKind.CHOICE: Fraction(1, 4), PartKind.SHORT: Fraction(1, 2)}


@dataclass(slots=True)
class GridRow:
    """A row as it stands in the fields."""

    topic: str = ""
    unit: str = ""
    cells: list[str] = field(default_factory=list)
    requirements: list[str] = field(default_factory=list)
    outcomes: str = ""

    @property
    def is_blank(self) -> bool:
        """Nothing stands in it."""
        return not (self.topic or self.unit or self.outcomes or any(self.cells) or any(self.requirements))


@dataclass(slots=True)
class Grid:
    """The fields of a matrix; `worths` by column, `goals` by part."""

    scheme: str
    kinds: tuple[PartKind, ...]
    worths: list[str]
    goals: dict[PartKind, str]
    rows: list[GridRow]

    @property
    def levels(self) -> tuple[Level, ...]:
        """The levels of its scheme."""
        return LEVEL_SCHEMES[self.scheme].levels

    @property
    def head(self) -> str:
        """What the page says about its own columns, for reading them again."""
        return f"{self.scheme}:{','.join(self.kinds)}"

    def blank(self) -> GridRow:
        """A row with empty fields."""
        levels = len(self.levels)
        return GridRow(cells=[""] * (levels * len(self.kinds)), requirements=[""] * levels)


def grid_of(specification: Specification) -> Grid:
    """Show a specification in fields."""
    return Grid(
        specification.scheme,
        tuple(part.kind for part in specification.parts),
        [show_number(worth) for part in specification.parts for worth in part.worths],
        {part.kind: show_number(part.goal) if part.goal else "" for part in specification.parts},
        [
            GridRow(
                row.topic,
                row.unit,
                [str(count) if count else "" for cells in row.counts for count in cells],
                list(row.requirements),
                ", ".join(row.outcomes),
            )
            for row in specification.rows
        ],
    )


def typed_about(values: MultiDict[str, str]) -> About:
    """Read what stands over the matrix; what is no number is out of bounds."""

    def whole(name: str) -> int:
        text = values.get(name, "").strip()
        return int(text) if text.isascii() and text.isdigit() and len(text) < 5 else 0

    return About(nfc(values.get("title", "")), whole("grade"), whole("minutes"))


def typed_grid(values: MultiDict[str, str]) -> Grid:
    """Read the fields as they were typed.

    Raises:
        Invalid: the fields do not fit the head that came with them.
    """
    scheme, _, listed = values.get("head", "").partition(":")
    named = listed.split(",")
    if scheme not in LEVEL_SCHEMES or not set(named) <= set(PartKind) or len(set(named)) < len(named):
        raise Invalid.at("rows", _BROKEN)
    kinds = tuple(PartKind(name) for name in named)
    levels, columns = len(LEVEL_SCHEMES[scheme].levels), len(kinds) * len(LEVEL_SCHEMES[scheme].levels)
    topics, units, cells, needs, outcomes = (
        [nfc(text).strip() for text in values.getlist(name)] for name in ("topic", "unit", "n", "need", "outcomes")
    )
    worths = values.getlist("worth")
    whole = {len(units) == len(topics), len(outcomes) == len(topics), len(worths) == columns}
    if whole != {True} or len(cells) != columns * len(topics) or len(needs) != levels * len(topics):
        raise Invalid.at("rows", _BROKEN)
    rows = [
        GridRow(
            topic,
            unit,
            cells[place * columns : (place + 1) * columns],
            needs[place * levels : (place + 1) * levels],
            codes,
        )
        for place, (topic, unit, codes) in enumerate(zip(topics, units, outcomes, strict=True))
    ]
    return Grid(scheme, kinds, worths, {kind: values.get(f"goal-{kind}", "") for kind in PartKind}, rows)


_BROKEN = N_("Bảng gửi lên thiếu ô. Hãy tải lại trang rồi sửa tiếp.")


def specification_of(grid: Grid) -> Specification:
    """Make a specification of what was typed.

    Raises:
        Invalid: a number cannot be read; says in which row.
    """
    levels = len(grid.levels)
    worths = [_points(text, "worth", N_("Hãy ghi điểm mỗi câu, ví dụ 0,25.")) for text in grid.worths]
    parts = tuple(
        Part(kind, tuple(worths[place * levels : (place + 1) * levels]), _goal(grid.goals.get(kind, "")))
        for place, kind in enumerate(grid.kinds)
    )
    rows = []
    for number, row in enumerate(grid.rows, start=1):
        counts = [_count(text, number) for text in row.cells]
        rows.append(
            Row(
                row.topic,
                row.unit,
                tuple(tuple(counts[at : at + levels]) for at in range(0, len(counts), levels)),
                tuple(row.requirements),
                tuple(dict.fromkeys(code.strip()[:120] for code in row.outcomes.split(",") if code.strip())),
            )
        )
    return Specification(grid.scheme, parts, tuple(rows))


def with_typed_head(specification: Specification, values: MultiDict[str, str]) -> Specification:
    """Put the specification under the head that the form asks for."""
    scheme = values.get("scheme", specification.scheme)
    wanted = set(values.getlist("kind"))
    if scheme not in LEVEL_SCHEMES or not wanted & set(PartKind):
        return specification
    known = {part.kind: part for part in specification.parts}
    levels = len(LEVEL_SCHEMES[scheme].levels)
    parts = []
    for kind in PartKind:
        if kind in wanted:
            part = known.get(kind) or Part(
                kind, (_NEW_WORTH.get(kind, Fraction(1)),), _goal(values.get(f"goal-{kind}", ""))
            )
            parts.append(Part(kind, stretched(part.worths, levels), part.goal))
    if (scheme, tuple(parts)) == (specification.scheme, specification.parts):
        return specification
    return rearranged(specification, scheme, parts)


def _count(text: str, number: int) -> int:
    if not text:
        return 0
    if not (text.isascii() and text.isdigit() and len(text) <= 3):
        raise Invalid.at("rows", N_("Dòng %(number)s: số câu phải là số nguyên."), number=number)
    return int(text)


def _goal(text: str) -> Fraction:
    return _points(text, "goal", N_("Hãy ghi số điểm của phần, ví dụ 3.")) if text.strip() else Fraction(0)


def _points(text: str, name: str, said: str) -> Fraction:
    written = text.strip().replace(",", ".")
    try:
        value = Fraction(written) if len(written) <= 12 else None
    except (ValueError, ZeroDivisionError):
        value = None
    if value is None or not 0 <= value <= 100:
        raise Invalid.at(name, said)
    return value
