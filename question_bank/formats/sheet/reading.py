"""Spreadsheets → drafts: a row a question, problems named by their cell."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal, InvalidOperation
from fractions import Fraction

from lms.base.errors import Invalid
from lms.base.i18n_marks import N_
from lms.base.sheets.container import Kind, Package, kind_of
from lms.base.sheets.headings import heading_key
from lms.base.sheets.tables import Table, one_line, read_csv, read_xls, table_of
from lms.base.sheets.xlsx import Value, Workbook, reference
from question_bank.formats import drafting, problems
from question_bank.formats.reading import NotCarried, Reading
from question_bank.formats.sheet.columns import LETTERS, Column, column_of, type_of
from question_bank.items.domain import (
    LEVELS,
    ChoiceKey,
    ItemBody,
    ItemDraft,
    ItemKey,
    ItemType,
    Problem,
)
from question_bank.items.forms import draft_from_form

WHY_COLUMN = N_("Cột này không có chỗ tương ứng trong câu hỏi nên không mang sang.")
COLUMNS_AT_MOST = 200
ROWS_ABOVE = 20  # where the headings may stand
LINES_AT_MOST = 20_000
_GUARD = re.compile(r"'(?=[=+\-@\t\r])")
_TRUE = {"đ", "đúng", "true"}
_TRUTH = re.compile("đúng|sai|true|false|đ|s")
_LABEL = re.compile(r"\b[a-l]\s*[).:]")
_SHARE = re.compile(r"([A-L])(?:\s*[:=]?\s*(-?\d{1,3}(?:[.,]\d{1,6})?)\s*%)?", re.I)
_ARROW = re.compile(r"\s*(?:=>|->|→)\s*")


def is_workbook(names: Sequence[str]) -> bool:
    """Tell whether an archive of these names is a workbook."""
    return any(name.lower().startswith("xl/") for name in names)


def read(data: bytes, filename: str = "") -> Reading:
    """Return the questions of a spreadsheet.

    Raises:
        Invalid: no spreadsheet, damaged, locked, or without the headings of questions; says the way out.
        TooLarge: over a limit.
    """
    tables, formulas, told = _tables(data)
    drafts: list[ItemDraft] = []
    unknown: Counter[str] = Counter()
    headed = False
    for table in tables:
        heading = None if table.hidden else _headings(table)
        if heading is None:
            continue
        headed = True
        row, columns = heading
        for number in range(row + 1, min(table.last_row, row + LINES_AT_MOST) + 1):
            line = _Line(table, number, columns, formulas.get(table.name, frozenset()))
            if line.is_filled:
                drafts.append(line.draft())
                unknown.update(_unread(table, row, number, columns))
    if not headed:
        raise Invalid.at(
            "file", N_("Không thấy hàng tiêu đề có cột “Câu hỏi” và “Đáp án”. Hãy tải tệp mẫu rồi điền vào đó.")
        )
    if not drafts:
        raise Invalid.at("file", N_("Bảng tính này chưa có câu hỏi nào dưới hàng tiêu đề."))
    name = "csv" if kind_of(data) is Kind.TEXT else "xlsx"
    lost = tuple(NotCarried(f"{name}:{heading}", count, WHY_COLUMN) for heading, count in sorted(unknown.items()))
    return Reading(name, tuple(drafts), len(drafts), not_carried=lost, problems=told)


def _unread(table: Table, headings: int, row: int, columns: Mapping[Column | str, int]) -> Iterator[str]:
    """Yield the headings whose cells in a row hold something that no question of ours has; a running number is none."""
    read = set(columns.values())
    for column in range(1, min(table.last_column, COLUMNS_AT_MOST) + 1):
        if column not in read and table.value(row, column) is not None:
            heading = table.words(headings, column) or reference(headings, column)
            if heading_key(heading) not in ("stt", "tt", "so thu tu", "cau", "cau so"):
                yield heading[:60]


def _tables(data: bytes) -> tuple[list[Table], dict[str, frozenset[tuple[int, int]]], tuple[Problem, ...]]:
    """Return the tables, by their names the cells that hold formulas, and what to say of the file."""
    kind = kind_of(data)
    if kind is Kind.XLS:
        return read_xls(data), {}, ()
    if kind is Kind.TEXT:
        text, told = drafting.decode(data)
        return [read_csv(text.encode("utf-8-sig"))], {}, told
    package = Package(data)
    workbook = Workbook(package)
    tables, formulas = [], {}
    for ref in workbook.sheets:
        sheet = workbook.sheet(ref)
        tables.append(table_of(workbook, sheet, hidden=ref.hidden))
        formulas[tables[-1].name] = frozenset(place for place, spot in sheet.cells.items() if spot.formula)
    names = [name.lower() for name in package.names]
    found: list[Problem] = []
    if any(name.endswith("vbaproject.bin") for name in names):
        found.append(Problem("macros", N_("Tệp có macro; macro không được chạy và không mang sang.")))
    if any("externallinks/" in name for name in names):
        found.append(Problem("links", N_("Tệp có liên kết tới tệp khác; các liên kết ấy không được mở.")))
    if any(re.search(r"xl/media/", name) for name in names):
        found.append(Problem("sheet_pictures", N_("Hình trong bảng tính không mang sang được. Hãy thêm lại vào câu.")))
    return tables, formulas, tuple(found)


def _headings(table: Table) -> tuple[int, dict[Column | str, int]] | None:
    """Return the row of the headings and where each column stands."""
    for row in range(1, min(table.last_row, ROWS_ABOVE) + 1):
        columns: dict[Column | str, int] = {}
        for column in range(1, min(table.last_column, COLUMNS_AT_MOST) + 1):
            name = column_of(table.words(row, column))
            if name is not None:
                columns.setdefault(name, column)
        if Column.PROMPT in columns and (Column.KEY in columns or Column.TYPE in columns):
            return row, columns
    return None


@dataclass(slots=True)
class _Form:
    """The fields of a question's form, as `draft_from_form` asks for them."""

    fields: dict[str, list[str]] = field(default_factory=dict)

    def put(self, name: str, value: str) -> None:
        if value:
            self.fields.setdefault(name, []).append(value)

    def getlist(self, key: str) -> Sequence[str]:
        return self.fields.get(key, [])


class _Line:
    """One row while it is read."""

    def __init__(
        self, table: Table, row: int, columns: Mapping[Column | str, int], formulas: frozenset[tuple[int, int]]
    ) -> None:
        self.table, self.row, self.columns = table, row, columns
        self.found: list[Problem] = []
        for name in columns:
            if (row, columns[name]) in formulas:
                self.say("formula", N_("Ô %(cell)s có công thức: chỉ lấy kết quả đã tính sẵn."), name, blocking=False)

    @property
    def options(self) -> list[tuple[str, str]]:
        """The letters and words of the options that are filled."""
        return [(letter, text) for letter in LETTERS if (text := self.text(letter))]

    @property
    def is_filled(self) -> bool:
        return any(self.text(name) for name in self.columns if name not in (Column.TYPE, Column.LEVEL, Column.SHUFFLE))

    def text(self, name: Column | str) -> str:
        """Return what stands in a column, lines kept, without the guard against formulas."""
        column = self.columns.get(name)
        return _GUARD.sub("", _words(self.table.value(self.row, column)), count=1) if column else ""

    def cell(self, name: Column | str) -> str:
        return reference(self.row, self.columns[name]) if name in self.columns else f"{self.row}"

    def say(self, code: str, message: str, name: Column | str, *, blocking: bool = True, **more: str | int) -> None:
        self.found.append(Problem(code, message, {"cell": self.cell(name), **more}, blocking=blocking))

    def draft(self) -> ItemDraft:
        kind = self.kind()
        form = _Form()
        form.put("prompt", self.text(Column.PROMPT))
        form.put("passage", self.text(Column.PASSAGE))
        form.put("solution", self.text(Column.SOLUTION))
        form.put("feedback", self.text(Column.FEEDBACK))
        for hint in self.text(Column.HINTS).split("\n"):
            form.put("hint", hint.strip())
        form.put("shuffle", "" if self.text(Column.SHUFFLE).lower() in ("không", "khong", "no") else "y")
        weights = self.key(kind, form)
        draft = draft_from_form(form, ItemDraft(ItemBody(kind, ""), None))
        draft = self.labelled(replace(draft, key=_weighed(draft.key, weights)))
        return replace(draft, number=f"Hàng {self.row}", source=self.source(), problems=tuple(self.found))

    def kind(self) -> ItemType:
        """Return the type that the row names, else the one that its cells show."""
        named = self.text(Column.TYPE)
        if named:
            kind = type_of(named)
            if kind is not None:
                return kind
            self.say("unknown_type", N_("Ô %(cell)s: không có loại câu “%(text)s”."), Column.TYPE, text=named[:60])
        key = self.text(Column.KEY)
        if self.options:
            return ItemType.MULTIPLE_CHOICE if len(_SHARE.findall(key)) > 1 else ItemType.SINGLE_CHOICE
        if "[[" in self.text(Column.PROMPT):
            return ItemType.GAP_FILL
        if not key:
            return ItemType.ESSAY
        return ItemType.SHORT_TEXT if drafting.number(key) is None else ItemType.SHORT_NUMBER

    def key(self, kind: ItemType, form: _Form) -> dict[str, Fraction]:
        """Put options and key into the form; returns the shares of options where they are written."""
        text = self.text(Column.KEY)
        for place, (_, words) in enumerate(self.options):
            left, *right = _ARROW.split(words, maxsplit=1) if kind is ItemType.MATCHING else [words]
            if kind is ItemType.MATCHING and not left:
                form.put("distractors", "\n".join([*form.fields.pop("distractors", []), right[0]]))
                continue
            form.put(f"text-{place}", left)
            form.put(f"other-{place}", right[0] if right else "")
            form.put(f"fixed-{place}", "y" if drafting.options([words])[0].fixed else "")
        match kind:
            case ItemType.SINGLE_CHOICE | ItemType.MULTIPLE_CHOICE:
                return self.choices(kind, text, form)
            case ItemType.TRUE_FALSE | ItemType.CLUSTER:
                self.truths(kind, text, form)
            case ItemType.SHORT_TEXT | ItemType.SHORT_NUMBER:
                form.put("accepted", text)
            case ItemType.ESSAY:
                form.put("rubric", text)
            case _:
                return {}
        if not text and kind is not ItemType.ESSAY:
            self.no_key()
        return {}

    def choices(self, kind: ItemType, text: str, form: _Form) -> dict[str, Fraction]:
        letters = [letter for letter, _ in self.options]
        named = _SHARE.findall(text)
        left = _SHARE.sub("", text).strip(" ,;.\n")
        if not text:
            self.no_key()
        elif left:
            self.say("unknown_key", N_("Ô %(cell)s: đáp án “%(text)s” không đọc được."), Column.KEY, text=text[:60])
            return {}
        elif any(letter.upper() not in letters for letter, _ in named):
            said = N_("Ô %(cell)s: đáp án “%(text)s” chỉ vào phương án không có.")
            self.say("unknown_key", said, Column.KEY, text=text[:60])
            return {}
        if kind is ItemType.SINGLE_CHOICE and len(named) > 1 and not any(percent for _, percent in named):
            self.found.append(problems.several_keys(", ".join(letter.upper() for letter, _ in named)))
            return {}
        weights: dict[str, Fraction] = {}
        for letter, percent in named:
            place = letters.index(letter.upper())
            form.put("right", str(place))
            if percent:
                weights[drafting.option_id(place)] = drafting.share(percent.replace(",", "."))
        return weights

    def truths(self, kind: ItemType, text: str, form: _Form) -> None:
        """Read "Đ S Đ S", "ĐSĐS", "a) đúng b) sai …"."""
        bare = _LABEL.sub(" ", text.lower())
        truths = ["true" if word in _TRUE else "false" for word in _TRUTH.findall(bare)]
        wanted = 1 if kind is ItemType.TRUE_FALSE else len(self.options)
        if text and (len(truths) != wanted or _TRUTH.sub("", bare).strip(" ,;.:/|-\n\t")):
            self.say("unknown_key", N_("Ô %(cell)s: đáp án “%(text)s” không đọc được."), Column.KEY, text=text[:60])
            return
        for place, truth in enumerate(truths):
            form.put("truth" if kind is ItemType.TRUE_FALSE else f"truth-{place}", truth)

    def no_key(self) -> None:
        self.say("no_key", N_("Ô %(cell)s: chưa có đáp án."), Column.KEY)

    def labelled(self, draft: ItemDraft) -> ItemDraft:
        level = self.text(Column.LEVEL)
        code = level.split("–")[0].split("-")[0].strip().upper()
        if level and code not in LEVELS:
            self.say(
                "unknown_level", N_("Ô %(cell)s: không có mức độ “%(text)s”."), Column.LEVEL, blocking=False,
                text=level[:60],
            )  # fmt: skip
        return replace(
            draft,
            title=self.line(Column.TITLE)[:200],
            level=code if code in LEVELS else "",
            topic=self.line(Column.TOPIC)[:200],
            category=self.line(Column.CATEGORY),
            codes=tuple(self.several(Column.CODES)),
            tags=tuple(self.several(Column.TAGS)),
            points=self.points(),
            grade=self.whole(Column.GRADE, 1, 12),
            year=self.whole(Column.YEAR, 1900, 2100),
            taken_from=self.line(Column.TAKEN_FROM)[:200],
            external_id=self.line(Column.EXTERNAL_ID),
            any_textbook=self.text(Column.ANY_TEXTBOOK).lower() in ("có", "co", "x", "yes"),
        )

    def line(self, name: Column) -> str:
        return " ".join(self.text(name).split())

    def several(self, name: Column) -> Iterator[str]:
        return (word for part in re.split(r"[;\n]", self.text(name)) if (word := " ".join(part.split())))

    def points(self) -> Fraction | None:
        text = drafting.number(self.text(Column.POINTS)) if self.text(Column.POINTS) else ""
        if text == "":
            return None
        try:
            value = Decimal(text or "x")
        except InvalidOperation:
            value = Decimal(0)
        if 0 < value <= 1000:
            return Fraction(value)
        self.say("points", N_("Ô %(cell)s: điểm phải là một số lớn hơn 0."), Column.POINTS, blocking=False)
        return None

    def whole(self, name: Column, least: int, most: int) -> int | None:
        text = self.text(name)
        if text.isascii() and text.isdigit() and len(text) <= 4 and least <= int(text) <= most:
            return int(text)
        if text:
            self.say(
                "number", N_("Ô %(cell)s: cần một số từ %(least)s đến %(most)s."), name, blocking=False, least=least,
                most=most,
            )  # fmt: skip
        return None

    def source(self) -> str:
        lines = [self.text(Column.PROMPT), *(f"{letter}. {words}" for letter, words in self.options)]
        return "\n".join([*lines, self.text(Column.KEY)]).strip()[:2000]


def _words(value: Value) -> str:
    """Return a cell as it was typed, its lines kept."""
    if isinstance(value, bool):
        return "Đ" if value else "S"
    return value.strip() if isinstance(value, str) else one_line(value)


def _weighed(key: ItemKey | None, weights: Mapping[str, Fraction]) -> ItemKey | None:
    return ChoiceKey(dict(weights)) if weights and isinstance(key, ChoiceKey) else key
