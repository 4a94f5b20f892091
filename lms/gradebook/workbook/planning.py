"""What would be written into a portal's workbook, cell by cell, before anything is."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from dataclasses import replace as replaced
from decimal import Decimal
from enum import StrEnum

from lms.base.errors import Message
from lms.base.i18n_marks import N_
from lms.base.sheets.tables import one_line
from lms.base.sheets.xlsx import Value, reference
from lms.base.text import exact_key
from lms.gradebook.workbook.headings import AVERAGE, COMMENT
from lms.gradebook.workbook.layout import Layout
from lms.gradebook.workbook.matching import MarkValue, Match, Matching, PupilMarks, match_pupils


class Verdict(StrEnum):
    """What happens to a cell, or why nothing does."""

    WRITE = "write"  # it was empty
    REPLACE = "replace"  # an older value of ours, or one that the teacher ticked
    SAME = "same"
    KEPT = "kept"  # somebody else's value
    FORMULA = "formula"
    LOCKED = "locked"
    COVERED = "covered"  # hidden behind a merged area

    @property
    def writes(self) -> bool:
        return self in (Verdict.WRITE, Verdict.REPLACE)


@dataclass(frozen=True, slots=True)
class Manner:
    """How a column of the file writes marks: as text or number, with comma or point, with a place after 8 or not."""

    as_text: bool
    comma: bool = True
    padded: bool = False

    def written(self, value: MarkValue) -> str:
        """Return a value as the file writes it."""
        if isinstance(value, str):
            return value
        short = value.to_integral_value() if value % 1 == 0 else value.normalize()
        text = format(value if self.padded and value != 10 else short, "f")
        return text.replace(".", ",") if self.as_text and self.comma else text


@dataclass(frozen=True, slots=True)
class CellPlan:
    """One cell: before, after, and whether it is written. `value` is what `after` shows."""

    row: int
    column: int
    key: str
    pupil: str  # name as our class list has it
    before: str
    after: str
    value: MarkValue
    as_text: bool
    verdict: Verdict
    style: int | None

    @property
    def ref(self) -> str:
        """The cell's name in the sheet: F8."""
        return reference(self.row, self.column)


@dataclass(frozen=True, slots=True)
class Plan:
    """Everything that `fill` will do to the file whose digest it names, and everything it will not."""

    digest: str
    sheet: str
    part: str
    cells: tuple[CellPlan, ...]
    matching: Matching
    headings: Mapping[str, str]  # the file's own words over each column that has a plan, from the left
    warnings: tuple[Message, ...]

    @property
    def written(self) -> tuple[CellPlan, ...]:
        """The cells that will change."""
        return tuple(cell for cell in self.cells if cell.verdict.writes)

    def count(self, verdict: Verdict) -> int:
        """Return how many cells have a verdict."""
        return sum(cell.verdict is verdict for cell in self.cells)


def plan(
    layout: Layout, rows: Sequence[PupilMarks], *, replace: Collection[str] = (), comma: bool | None = None
) -> Plan:
    """Say what would be written where.

    *replace* names cells (`F8`) that the teacher chose to write over although they hold another value; *comma*
    overrides the decimal sign that the file itself uses in text cells.
    """
    matching = match_pupils(layout.rows, rows)
    manners = _manners(layout, comma)
    guarded = _some_unlocked(layout)
    cells = [
        _cell(layout, match, key, value, manners[key], frozenset(replace), guarded)
        for match in matching.matches
        for key, value in match.pupil.marks.items()
        if key in layout.columns
    ]
    return Plan(
        layout.digest,
        layout.sheet,
        layout.part,
        tuple(cells),
        matching,
        {key: words for key, words in layout.headings.items() if any(cell.key == key for cell in cells)},
        (*layout.warnings, *_warnings(layout, matching, rows)),
    )


def _cell(
    layout: Layout, match: Match, key: str, value: MarkValue, manner: Manner, replace: frozenset[str], guarded: bool
) -> CellPlan:
    row, column = match.row.row, layout.columns[key]
    spot = layout.index.cells.get((row, column))
    before = layout.values.get((row, column))
    style = spot.style if spot else _style(layout, row, column)
    as_text = isinstance(value, str) or manner.as_text
    earlier = match.pupil.earlier.get(key, ())
    if spot and spot.formula:
        verdict = Verdict.FORMULA
    elif _covered(layout, row, column):
        verdict = Verdict.COVERED
    elif before is not None and _equal(before, value):
        verdict = Verdict.SAME
    elif guarded and layout.workbook.style(style).locked:
        verdict = Verdict.LOCKED
    elif before is None:
        verdict = Verdict.WRITE
    elif reference(row, column) in replace or any(_equal(before, old) for old in earlier):
        verdict = Verdict.REPLACE
    else:
        verdict = Verdict.KEPT
    return CellPlan(
        row,
        column,
        key,
        match.pupil.name,
        one_line(before),
        manner.written(value),
        value,
        as_text,
        verdict,
        style,
    )


def _equal(before: Value, value: MarkValue) -> bool:
    if isinstance(value, Decimal):
        return _as_number(before) == value
    return exact_key(one_line(before)) == exact_key(" ".join(value.split()))


def _as_number(value: Value) -> Decimal | None:
    if isinstance(value, Decimal):
        return value
    text = one_line(value)
    return Decimal(text.replace(",", ".")) if re.fullmatch(r"\d{1,2}([.,]\d{1,3})?", text) else None


def _manners(layout: Layout, comma: bool | None) -> dict[str, Manner]:
    """Read how each column writes from the marks already in it; else from its format and how the others write."""
    held = {key: _held(layout, column, comma) for key, column in layout.columns.items()}
    formatted = {key for key, column in layout.columns.items() if _is_text(layout, column)}
    known = Counter(manner for manner in held.values() if manner is not None)
    usual = known.most_common(1)[0][0] if known else Manner(bool(formatted), comma is not False)
    as_text = replaced(usual, as_text=True, comma=usual.comma if comma is None else comma)
    return {key: manner or (as_text if key in formatted else usual) for key, manner in held.items()}


def _held(layout: Layout, column: int, comma: bool | None) -> Manner | None:
    values = [layout.values.get((row.row, column)) for row in layout.rows]
    texts = [one_line(value) for value in values if isinstance(value, str) and _as_number(value) is not None]
    if texts:
        points = sum("." in text for text in texts) > sum("," in text for text in texts)
        return Manner(
            True, (not points) if comma is None else comma, any(re.fullmatch(r"\d[.,]0", text) for text in texts)
        )
    return Manner(False) if any(isinstance(value, Decimal) for value in values) else None


def _is_text(layout: Layout, column: int) -> bool:
    """Say whether most of the pupils' cells of a column are formatted as text."""
    styles = [layout.workbook.style(_style_at(layout, row.row, column)) for row in layout.rows]
    return sum(style.is_text for style in styles) * 2 > len(styles)


def _style_at(layout: Layout, row: int, column: int) -> int | None:
    spot = layout.index.cells.get((row, column))
    return spot.style if spot else _style(layout, row, column)


def _style(layout: Layout, row: int, column: int) -> int | None:
    """Return the style for a cell that is not in the file: its column's among the pupils, else the row's."""
    used = Counter(
        spot.style
        for other in layout.rows
        if (spot := layout.index.cells.get((other.row, column))) is not None and spot.style is not None
    )
    if used:
        return used.most_common(1)[0][0]
    held = layout.index.rows.get(row)
    if held is not None and held.style is not None:
        return held.style
    return next((style for first, last, style in layout.index.column_styles if first <= column <= last), None)


def _some_unlocked(layout: Layout) -> bool:
    """Say whether a protected sheet leaves some of the marks' cells open; then the locked ones are meant to stay."""
    return layout.index.protected and any(
        not layout.workbook.style(_style_at(layout, row.row, column)).locked
        for row in layout.rows
        for column in layout.columns.values()
    )


def _covered(layout: Layout, row: int, column: int) -> bool:
    return any(
        top <= row <= bottom and left <= column <= right and (row, column) != (top, left)
        for top, left, bottom, right in layout.index.merges
    )


def _warnings(layout: Layout, matching: Matching, rows: Sequence[PupilMarks]) -> list[Message]:
    warnings: list[Message] = []
    lacking = sorted({key for pupil in rows for key in pupil.marks} - set(layout.columns) - {AVERAGE, COMMENT})
    if lacking:
        warnings.append(
            Message(
                N_("Tệp không có cột cho: %(columns)s. Các điểm này không được ghi."), {"columns": ", ".join(lacking)}
            )
        )
    differing = [match for match in matching.matches if match.names_differ]
    if differing:
        warnings.append(
            Message(
                N_("%(count)s học sinh có mã trùng khớp nhưng tên trong tệp viết khác. Hãy xem lại trước khi tải về."),
                {"count": len(differing)},
            )
        )
    classes = {row.class_name for row in layout.rows if row.class_name}
    if len(classes) > 1:
        warnings.append(Message(N_("Tệp gồm %(count)s lớp. Chỉ ghi điểm của lớp đang mở."), {"count": len(classes)}))
    return warnings
