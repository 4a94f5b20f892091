"""A specification on paper: the matrix and the sheet of requirements (bản đặc tả).

The layout is that of the appendix of Official letter 7991/BGDĐT-GDTrH (2024). What is printed is Vietnamese whatever
language its teacher works in.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from fractions import Fraction
from itertools import groupby

from lms.base.documents.model import (
    Align,
    Block,
    Cell,
    Document,
    Inline,
    Paragraph,
    Section,
    Table,
    line,
    words,
)
from question_bank.assembly.domain.specification import PART_NAMES, PartKind, Row, Specification

_SMALL, _TINY = 9.5, 8  # points of letters in the tables, and in their narrow columns
_NARROW = 5  # letters that fit there
_COUNT, _NUMBER, _SHARE = 12.0, 9.0, 15.0  # millimetres of a column
_LINE = 262.0


@dataclass(frozen=True, slots=True)
class Head:
    """What stands over the sheets."""

    school: str
    title: str
    subject: str
    grade: int
    year: int
    minutes: int


def sheets(head: Head, specification: Specification, statements: Mapping[str, str]) -> Document:
    """Return both sheets; `statements` are the words of outcomes by their codes."""
    matrix = Section(
        (
            *_title(head, "MA TRẬN ĐỀ KIỂM TRA"),
            _matrix(specification),
        ),
        foot=head.title,
        landscape=True,
    )
    details = Section(
        (
            *_title(head, "BẢN ĐẶC TẢ ĐỀ KIỂM TRA"),
            _details(specification, statements),
        ),
        foot=head.title,
        landscape=True,
    )
    return Document(head.title, (matrix, details), page_word="Trang")


def _title(head: Head, kind: str) -> Iterator[Block]:
    yield line(head.school, bold=True)
    yield Paragraph(words(f"{kind} – {head.title.upper()}", bold=True), align=Align.CENTRE, size=13)
    year = f"Năm học {head.year}–{head.year + 1}"
    yield line(
        f"Môn: {head.subject} – Lớp {head.grade} – Thời gian làm bài: {head.minutes} phút – {year}",
        italic=True,
        align=Align.CENTRE,
    )
    yield Paragraph(())


def _cell(
    text: str,
    *,
    bold: bool = False,
    align: Align = Align.CENTRE,
    columns: int = 1,
    rows: int = 1,
    shaded: bool = False,
    size: float = _SMALL,
) -> Cell:
    paragraph = Paragraph(words(text, bold=bold), align=align, size=size)
    return Cell((paragraph,), columns=columns, rows=rows, shaded=shaded)


def _head(text: str, columns: int = 1, rows: int = 1) -> Cell:
    return _cell(text, bold=True, columns=columns, rows=rows, shaded=True)


def _heads(specification: Specification, left: tuple[str, ...], over: str, totals: bool) -> list[tuple[Cell, ...]]:
    """The four rows over the counts: what they say, objective or essay, part, level."""
    levels = specification.levels
    kinds = [part.kind for part in specification.parts]
    objective = [kind for kind in kinds if kind is not PartKind.ESSAY]
    first = [_head(text, rows=4) for text in left]
    first.append(_head(over, columns=len(kinds) * len(levels)))
    if totals:
        first += [_head("Tổng", columns=len(levels), rows=3), _head("Tỉ lệ % điểm", rows=4)]
    second = [_head("TNKQ", columns=len(objective) * len(levels))] if objective else []
    if len(objective) < len(kinds):
        second.append(_head("Tự luận", columns=len(levels), rows=2))
    third = [_head(PART_NAMES[kind], columns=len(levels)) for kind in objective]
    groups = len(kinds) + (1 if totals else 0)
    short = [level.name if len(level.name) <= _NARROW else level.code for level in levels]
    fourth = [_cell(name, bold=True, shaded=True, size=_TINY) for _ in range(groups) for name in short]
    return [tuple(first), tuple(second), tuple(third), tuple(fourth)]


def _ordered(specification: Specification) -> Specification:
    """The essay stands last, as its head has no part under TNKQ."""
    order = sorted(range(len(specification.parts)), key=lambda at: specification.parts[at].kind is PartKind.ESSAY)
    return replace(
        specification,
        parts=tuple(specification.parts[at] for at in order),
        rows=tuple(replace(row, counts=tuple(row.counts[at] for at in order)) for row in specification.rows),
    )


def _matrix(specification: Specification) -> Table:
    specification = _ordered(specification)
    levels, parts = range(len(specification.levels)), range(len(specification.parts))
    whole = specification.total()
    rows = _heads(specification, ("TT", "Chủ đề/Chương", "Nội dung/đơn vị kiến thức"), "Mức độ đánh giá", totals=True)
    for left, row, place in _left(specification):
        cells = [*left, _cell(row.unit, align=Align.LEFT)]
        cells += [_count(row.counts[part][level]) for part in parts for level in levels]
        cells += [_count(specification.total(row=place, level=level).questions) for level in levels]
        cells.append(_cell(_percent(specification.total(row=place).share_of(whole))))
        rows.append(tuple(cells))
    rows += _feet(specification, 3, totals=True)
    counts = (len(parts) + 1) * len(levels)
    rest = _LINE - _NUMBER - counts * _COUNT - _SHARE
    return Table(tuple(rows), (_NUMBER, rest * 0.42, rest * 0.58, *(_COUNT,) * counts, _SHARE), heads=4)


def _details(specification: Specification, statements: Mapping[str, str]) -> Table:
    specification = _ordered(specification)
    levels, parts = range(len(specification.levels)), range(len(specification.parts))
    left_heads = ("TT", "Chủ đề/Chương", "Nội dung/đơn vị kiến thức", "Yêu cầu cần đạt")
    rows = _heads(specification, left_heads, "Số câu hỏi ở các mức độ đánh giá", totals=False)
    for left, row, _place in _left(specification):
        cells = [*left, _cell(row.unit, align=Align.LEFT), _requirements(specification, row, statements)]
        cells += [_count(row.counts[part][level]) for part in parts for level in levels]
        rows.append(tuple(cells))
    rows += _feet(specification, 4, totals=False)
    counts = len(parts) * len(levels)
    rest = _LINE - _NUMBER - counts * _COUNT
    return Table(tuple(rows), (_NUMBER, rest * 0.18, rest * 0.22, rest * 0.6, *(_COUNT,) * counts), heads=4)


def _left(specification: Specification) -> Iterator[tuple[list[Cell], Row, int]]:
    """Each row with its place and the cells that its topic begins with; neighbours share number and topic."""
    runs = groupby(enumerate(specification.rows), key=lambda one: one[1].topic)
    for number, (topic, run) in enumerate(runs, start=1):
        members = list(run)
        for at, (place, row) in enumerate(members):
            shared = [
                _cell(str(number), rows=len(members)),
                _cell(topic, align=Align.LEFT, rows=len(members)),
            ]
            yield (shared if at == 0 else []), row, place


def _requirements(specification: Specification, row: Row, statements: Mapping[str, str]) -> Cell:
    blocks: list[Block] = []

    def said(inlines: tuple[Inline, ...]) -> None:
        blocks.append(Paragraph(inlines, size=_SMALL))

    for level, text in zip(specification.levels, row.requirements, strict=True):
        if text:
            said(words(f"{level.name}:", bold=True))
            for one in text.splitlines():
                said(words(one if one.startswith(("–", "-")) else f"– {one}"))
    if not any(row.requirements):
        for code in row.outcomes:
            said(words(f"– {statements.get(code, code)}"))
    return Cell(tuple(blocks) or (Paragraph(()),))


def _feet(specification: Specification, left: int, *, totals: bool) -> Iterator[tuple[Cell, ...]]:
    """Sums under the counts: questions by column, points and their share by part, all by level at the right."""
    levels, parts = range(len(specification.levels)), range(len(specification.parts))
    whole = specification.total()

    def head(text: str) -> Cell:
        return _cell(text, bold=True, columns=left, shaded=True)

    questions = [
        _cell(str(specification.total(part=part, level=level).questions), bold=True)
        for part in parts
        for level in levels
    ]
    points = [_cell(_number(specification.total(part=part).points), bold=True, columns=len(levels)) for part in parts]
    shares = [
        _cell(_percent(specification.total(part=part).share_of(whole)), bold=True, columns=len(levels))
        for part in parts
    ]
    if totals:
        by_level = [specification.total(level=level) for level in levels]
        questions += [
            *(_cell(str(one.questions), bold=True) for one in by_level),
            _cell(str(whole.questions), bold=True),
        ]
        points += [
            *(_cell(_number(one.points), bold=True, size=_TINY) for one in by_level),
            _cell(_number(whole.points), bold=True),
        ]
        shares += [
            *(_cell(_percent(one.share_of(whole)), bold=True, size=_TINY) for one in by_level),
            _cell("100%" if whole.points else "", bold=True),
        ]
    yield (head("Tổng số câu"), *questions)
    yield (head("Tổng số điểm"), *points)
    yield (head("Tỉ lệ %"), *shares)


def _count(count: int) -> Cell:
    return _cell(str(count) if count else "")


def _number(value: Fraction) -> str:
    return f"{float(value):.2f}".rstrip("0").rstrip(".").replace(".", ",")


def _percent(value: Fraction) -> str:
    return f"{float(value):.1f}".rstrip("0").rstrip(".").replace(".", ",") + "%"
