"""The class's own mark sheet as .xlsx for print and as .csv for any program."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

import xlsxwriter

from lms.base.marks import with_comma
from lms.gradebook.domain.cells import STATE_NAMES, Cell, State, shown
from lms.gradebook.domain.columns import Column, Kind

_STARTS_A_FORMULA = ("=", "+", "-", "@", "\t", "\r")


@dataclass(frozen=True, slots=True)
class SheetRow:
    """A pupil's line: cells by column key, the result, the comment."""

    name: str
    code: str = ""
    ministry_id: str = ""
    born_on: date | None = None
    cells: Mapping[str, Cell] = field(default_factory=dict)
    average: Decimal | None = None
    passed: bool | None = None
    comment: str = ""

    @property
    def result(self) -> str:
        """ĐTBmhk with a comma, Đ or CĐ, or nothing while something is missing."""
        if self.passed is not None:
            return "Đ" if self.passed else "CĐ"
        return "" if self.average is None else with_comma(self.average)


@dataclass(frozen=True, slots=True)
class MarkSheet:
    """Everything that stands on the printed sheet of one class, subject and semester."""

    school: str
    class_name: str
    subject: str
    semester: str
    school_year: str
    teacher: str
    columns: Sequence[Column]
    rows: Sequence[SheetRow]
    by_comment: bool = False
    identities: bool = True  # whether birth dates and the Ministry's IDs stand on it


def inert(text: str) -> str:
    """Return a text that no spreadsheet program takes for a formula: an apostrophe before a dangerous beginning.

    >>> inert("=1+1"), inert("Nguyễn An")
    ("'=1+1", 'Nguyễn An')
    """
    return f"'{text}" if text.startswith(_STARTS_A_FORMULA) else text


def as_csv(sheet: MarkSheet) -> bytes:
    """Return the sheet as UTF-8 with a byte-order mark, comma-separated, decimal comma, texts inert."""
    out = io.StringIO(newline="")
    writer = csv.writer(out)
    identities = sheet.identities
    writer.writerow(
        ["STT", *(["Mã định danh"] if identities else []), "Mã học sinh", "Họ và tên"]
        + (["Ngày sinh"] if identities else [])
        + [column.heading for column in sheet.columns]
        + [_result_heading(sheet), "Nhận xét"]
    )
    for number, row in enumerate(sheet.rows, 1):
        born = f"{row.born_on:%d/%m/%Y}" if row.born_on else ""
        marks = [shown(row.cells.get(column.key, Cell())) for column in sheet.columns]
        who = [row.ministry_id, row.code, row.name, born] if identities else [row.code, row.name]
        texts = [*who, *marks, row.result, row.comment]
        writer.writerow([number, *map(inert, texts)])
    return b"\xef\xbb\xbf" + out.getvalue().encode()


def as_xlsx(sheet: MarkSheet) -> bytes:
    """Return the sheet as .xlsx: A4 landscape, headings repeated on each page and frozen on the screen."""
    out = io.BytesIO()
    book = xlsxwriter.Workbook(out, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False})
    _Writer(book, sheet).write()
    book.close()
    return out.getvalue()


def _result_heading(sheet: MarkSheet) -> str:
    return "KQHT" if sheet.by_comment else "ĐTBmhk"


class _Writer:
    """Lays the sheet out: titles in rows 1–4, headings in 6–7, pupils from row 8, signatures below."""

    HEAD = 5
    FIRST = 7

    def __init__(self, book: xlsxwriter.Workbook, sheet: MarkSheet) -> None:
        font = {"font_name": "Times New Roman", "font_size": 12, "valign": "vcenter"}
        line = {**font, "border": 1, "border_color": "#AAB3AB"}
        self.sheet = sheet
        self.left = ("STT", "Mã học sinh", "Họ và tên", *(("Ngày sinh",) if sheet.identities else ()))
        self.page = book.add_worksheet(f"{sheet.subject} {sheet.class_name}".translate(_NOT_IN_NAMES)[:31])
        self.plain = book.add_format(font)
        self.small = book.add_format({**font, "font_size": 10, "italic": True})
        self.title = book.add_format({**font, "font_size": 16, "bold": True, "align": "center"})
        self.middle = book.add_format({**font, "align": "center"})
        self.head = book.add_format({**line, "bold": True, "align": "center", "text_wrap": True, "bg_color": "#DFF6E4"})
        self.text = book.add_format(line)
        self.inert = book.add_format({**line, "quote_prefix": True})
        self.code = book.add_format({**line, "num_format": "@", "align": "center"})
        self.centre = book.add_format({**line, "align": "center"})
        self.day = book.add_format({**line, "num_format": "dd/mm/yyyy", "align": "center"})
        self.mark = book.add_format({**line, "num_format": "0.0", "align": "center"})
        self.result = book.add_format(
            {**line, "num_format": "0.0", "align": "center", "bold": True, "bg_color": "#F4F3EB"}
        )
        book.set_properties({"title": f"Sổ điểm {sheet.subject} {sheet.class_name}", "company": sheet.school})

    def write(self) -> None:
        last = len(self.left) + len(self.sheet.columns) + 1
        self._titles(last)
        self._headings()
        for place, row in enumerate(self.sheet.rows):
            self._row(self.FIRST + place, place + 1, row)
        self._foot(self.FIRST + len(self.sheet.rows) + 1, last)
        self._set_up(last)

    def _titles(self, last: int) -> None:
        sheet = self.sheet
        self.page.write_string(0, 0, sheet.school, self.plain)
        self.page.write_string(1, 0, f"Năm học {sheet.school_year}", self.plain)
        title = f"BẢNG ĐIỂM MÔN {sheet.subject.upper()} – LỚP {sheet.class_name} – {sheet.semester.upper()}"
        self.page.merge_range(2, 0, 2, last, title, self.title)
        self.page.set_row(2, 30)

    def _headings(self) -> None:
        page, top = self.page, self.HEAD
        for place, text in enumerate(self.left):
            page.merge_range(top, place, top + 1, place, text, self.head)
        at = len(self.left)
        regular = [column for column in self.sheet.columns if column.kind is Kind.REGULAR]
        if len(regular) > 1:
            page.merge_range(top, at, top, at + len(regular) - 1, "ĐĐGtx", self.head)
        elif regular:
            page.write_string(top, at, "ĐĐGtx", self.head)
        for column in regular:
            page.write_string(top + 1, at + column.number - 1, f"TX{column.number}", self.head)
        at += len(regular)
        ends = [column.heading for column in self.sheet.columns if column.kind is not Kind.REGULAR]
        for place, text in enumerate([*ends, _result_heading(self.sheet), "Nhận xét"], at):
            page.merge_range(top, place, top + 1, place, text, self.head)

    def _row(self, at: int, number: int, row: SheetRow) -> None:
        page = self.page
        page.write_number(at, 0, number, self.centre)
        page.write_string(at, 1, row.code, self.code)
        page.write_string(at, 2, row.name, self._safe(row.name))
        if not self.sheet.identities:
            pass
        elif row.born_on:
            page.write_datetime(at, 3, row.born_on, self.day)
        else:
            page.write_blank(at, 3, None, self.text)
        for place, column in enumerate(self.sheet.columns, len(self.left)):
            self._cell(at, place, row.cells.get(column.key, Cell()))
        place = len(self.left) + len(self.sheet.columns)
        if row.average is not None:
            page.write_number(at, place, row.average, self.result)
        elif row.result:
            page.write_string(at, place, row.result, self.result)
        else:
            page.write_blank(at, place, None, self.result)
        page.write_string(at, place + 1, row.comment, self._safe(row.comment))

    def _cell(self, at: int, place: int, cell: Cell) -> None:
        if cell.counted is not None:
            self.page.write_number(at, place, cell.counted, self.mark)
        elif shown(cell):
            self.page.write_string(at, place, shown(cell), self.centre)
        else:
            self.page.write_blank(at, place, None, self.mark)

    def _safe(self, text: str) -> xlsxwriter.format.Format:
        return self.inert if text.startswith(_STARTS_A_FORMULA) else self.text

    def _foot(self, at: int, last: int) -> None:
        used = {cell.state for row in self.sheet.rows for cell in row.cells.values()}
        words = {State.MISSING: "v", State.EXCUSED: "p", State.MAKE_UP: "b"}
        legend = "; ".join(f"{words[state]}: {STATE_NAMES[state]}" for state in words if state in used)
        if legend:
            self.page.write_string(at, 0, f"Kí hiệu – {legend}.", self.small)
        self.page.merge_range(at + 1, max(last - 3, 1), at + 1, last, "Giáo viên bộ môn", self.middle)
        self.page.merge_range(at + 5, max(last - 3, 1), at + 5, last, self.sheet.teacher, self.middle)

    def _set_up(self, last: int) -> None:
        page = self.page
        page.set_column(0, 0, 5)
        page.set_column(1, 1, 13)
        page.set_column(2, 2, 27)
        page.set_column(3, last - 1, 8)
        if self.sheet.identities:
            page.set_column(3, 3, 12)
        page.set_column(last, last, 34)
        page.freeze_panes(self.FIRST, 3)
        page.repeat_rows(self.HEAD, self.HEAD + 1)
        page.set_landscape()
        page.set_paper(9)
        page.fit_to_pages(1, 0)
        page.set_margins(left=0.5, right=0.5, top=0.5, bottom=0.6)
        page.set_footer("&L&10&F&R&10Trang &P/&N")


_NOT_IN_NAMES = str.maketrans("[]:*?/\\", "       ")
