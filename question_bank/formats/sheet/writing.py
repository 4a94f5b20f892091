"""Drafts → spreadsheets; no cell ever becomes a formula."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Mapping, Sequence
from fractions import Fraction

import xlsxwriter

from question_bank.formats import drafting
from question_bank.formats.reading import Asset
from question_bank.formats.sheet.columns import LETTERS, Column
from question_bank.items.domain import LEVELS, TYPE_NAMES, ChoiceKey, ItemDraft, ItemType
from question_bank.items.forms import Fields, fields_of

SHEET = "Câu hỏi"
ROWS_OFFERED = 2000  # rows with lists of allowed values
_STARTS_A_FORMULA = ("=", "+", "-", "@", "\t", "\r")
_WIDTHS: Mapping[Column, int] = {
    Column.TYPE: 20, Column.PROMPT: 60, Column.KEY: 24, Column.SOLUTION: 40, Column.LEVEL: 10, Column.TOPIC: 24,
    Column.CODES: 18, Column.POINTS: 8, Column.GRADE: 8, Column.YEAR: 8,
}  # fmt: skip
COLUMNS: tuple[Column | str, ...] = (Column.TYPE, Column.PROMPT, *LETTERS[:8], *list(Column)[2:])


def row_of(draft: ItemDraft) -> dict[Column | str, str]:
    """Return a question as the cells of its row."""
    fields = fields_of(draft)
    cells: dict[Column | str, str] = {
        Column.TYPE: TYPE_NAMES[draft.body.type],
        Column.PROMPT: fields.prompt,
        Column.PASSAGE: fields.passage,
        Column.SOLUTION: fields.solution,
        Column.FEEDBACK: fields.feedback,
        Column.HINTS: "\n".join(" ".join(hint.split()) for hint in fields.hints).strip(),
        Column.LEVEL: draft.level,
        Column.TOPIC: draft.topic,
        Column.CATEGORY: draft.category,
        Column.CODES: "; ".join(draft.codes),
        Column.TAGS: "; ".join(draft.tags),
        Column.POINTS: _number(draft.points),
        Column.GRADE: str(draft.grade or ""),
        Column.YEAR: str(draft.year or ""),
        Column.TAKEN_FROM: draft.taken_from,
        Column.EXTERNAL_ID: draft.external_id,
        Column.ANY_TEXTBOOK: "có" if draft.any_textbook else "",
        Column.SHUFFLE: "" if draft.body.shuffle else "không",
        Column.TITLE: draft.title,
    }
    rows = [row for row in fields.rows if row.text]
    matching = draft.body.type is ItemType.MATCHING
    texts = [f"{row.text} => {row.other}" if matching else row.text for row in rows]
    texts += [f"=> {line}" for line in fields.distractors.split("\n") if line] if matching else []
    cells.update(zip(LETTERS, texts, strict=False))
    cells[Column.KEY] = _key(draft, fields)
    return cells


def _key(draft: ItemDraft, fields: Fields) -> str:
    rows = [row for row in fields.rows if row.text]
    match draft.body.type:
        case ItemType.SINGLE_CHOICE | ItemType.MULTIPLE_CHOICE:
            return _choices(draft)
        case ItemType.TRUE_FALSE:
            return {"true": "Đ", "false": "S"}.get(fields.truth, "")
        case ItemType.CLUSTER:
            return " ".join("" if row.truth is None else "Đ" if row.truth else "S" for row in rows).strip()
        case ItemType.SHORT_TEXT | ItemType.SHORT_NUMBER:
            return fields.accepted
        case ItemType.ESSAY:
            return fields.rubric
        case _:
            return ""


def _choices(draft: ItemDraft) -> str:
    weights = draft.key.weights if isinstance(draft.key, ChoiceKey) else {}
    named = [(LETTERS[place : place + 1], weights.get(one.id)) for place, one in enumerate(draft.body.options)]
    right = [weight for _, weight in named if weight]
    plain = all(weight == Fraction(1, len(right)) for weight in right)
    return ", ".join(
        letter if plain else f"{letter} {drafting.percent(weight).replace('.', ',')}%"
        for letter, weight in named
        if weight
    )


def _number(value: Fraction | None) -> str:
    return drafting.percent(value / 100).replace(".", ",") if value is not None else ""


def write_csv(drafts: Iterable[ItemDraft], assets: Mapping[str, Asset] | None = None) -> bytes:
    """Return the questions as a .csv that Excel opens in UTF-8; what a program would run is behind a `'`."""
    out = io.StringIO(newline="")
    writer = csv.writer(out)
    writer.writerow([str(column) for column in COLUMNS])
    for draft in _fitting(drafts):
        cells = row_of(draft)
        writer.writerow([_guarded(cells.get(column, "")) for column in COLUMNS])
    return out.getvalue().encode("utf-8-sig")


def _guarded(text: str) -> str:
    return f"'{text}" if text.startswith((*_STARTS_A_FORMULA, "'")) else text


def write_xlsx(drafts: Iterable[ItemDraft], assets: Mapping[str, Asset] | None = None) -> bytes:
    """Return the questions as a workbook in which every cell is text."""
    return workbook(_fitting(drafts), ())


def _fitting(drafts: Iterable[ItemDraft]) -> list[ItemDraft]:
    """Leave out templates: no column says what their variables are."""
    return [draft for draft in drafts if not draft.body.variables]


def workbook(drafts: Sequence[ItemDraft], guide: Sequence[tuple[str, str]]) -> bytes:
    """Return a workbook of questions with lists of what may be chosen; a second sheet holds the *guide*."""
    out = io.BytesIO()
    book = xlsxwriter.Workbook(
        out, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    )
    text = book.add_format({"num_format": "@", "text_wrap": True, "valign": "top"})
    head = book.add_format({"bold": True, "bg_color": "#E3EFE6", "border": 1, "border_color": "#AAB3AB"})
    page = book.add_worksheet(SHEET)
    for place, column in enumerate(COLUMNS):
        page.write_string(0, place, column if isinstance(column, Column) else f"Phương án {column}", head)
        width = _WIDTHS.get(column, 20) if isinstance(column, Column) else 20
        page.set_column(place, place, width, text)
    page.freeze_panes(1, 2)
    for line, draft in enumerate(drafts, 1):
        cells = row_of(draft)
        for place, column in enumerate(COLUMNS):
            if value := cells.get(column, ""):
                page.write_string(line, place, value, text)
    for name, choices in (
        (Column.TYPE, list(TYPE_NAMES.values())),
        (Column.LEVEL, list(LEVELS)),
        (Column.GRADE, [str(grade) for grade in range(1, 13)]),
    ):
        place = COLUMNS.index(name)
        page.data_validation(1, place, max(ROWS_OFFERED, len(drafts)), place, {"validate": "list", "source": choices})
    if guide:
        _guide(book, guide)
    book.close()
    return out.getvalue()


def _guide(book: xlsxwriter.Workbook, guide: Sequence[tuple[str, str]]) -> None:
    page = book.add_worksheet("Hướng dẫn")
    name = book.add_format({"bold": True, "valign": "top", "text_wrap": True})
    words = book.add_format({"valign": "top", "text_wrap": True})
    page.set_column(0, 0, 24)
    page.set_column(1, 1, 100)
    for line, (first, second) in enumerate(guide):
        page.write_string(line, 0, first, name)
        page.write_string(line, 1, second, words)
