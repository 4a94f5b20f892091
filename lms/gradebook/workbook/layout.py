"""Find the sheet, the headings and the pupils in a portal's workbook."""

from __future__ import annotations

import io
import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from hashlib import sha256

import xlsxwriter

from lms.base.errors import Invalid, Message
from lms.base.i18n_marks import N_
from lms.base.sheets.container import Kind, Package, kind_of
from lms.base.sheets.headings import Headings, find_headings
from lms.base.sheets.tables import Table, read_xls, table_of
from lms.base.sheets.xlsx import Sheet, SheetRef, Value, Workbook
from lms.gradebook.workbook.headings import AVERAGE, COMMENT, classify
from lms.school.roster.headings import Role
from lms.school.roster.values import read_code, read_day, read_ministry_id, read_name

_OURS = re.compile(r"tx[1-9]|gk|ck|tb|nx")


@dataclass(frozen=True, slots=True)
class PortalRow:
    """A pupil as the file names them."""

    row: int
    name: str
    ministry_id: str = ""
    code: str = ""
    born_on: date | None = None
    class_name: str = ""


@dataclass(frozen=True, slots=True)
class Layout:
    """What was found in a workbook: the sheet, its columns by key (`tx1`, `gk`, `ck`, `tb`, `nx`), its pupils."""

    digest: str  # SHA-256 of the file as uploaded
    sheet: str
    part: str
    header_rows: tuple[int, int]
    columns: Mapping[str, int]
    headings: Mapping[str, str]  # the words over each column
    rows: tuple[PortalRow, ...]
    values: Mapping[tuple[int, int], Value]
    index: Sheet
    workbook: Workbook
    other_sheets: tuple[str, ...] = ()
    warnings: tuple[Message, ...] = ()


def as_xlsx(data: bytes) -> tuple[bytes, tuple[Message, ...]]:
    """Return the file as .xlsx, with a warning where an old .xls had to be written anew.

    Raises:
        Invalid: not a spreadsheet that can be filled.
    """
    kind = kind_of(data)
    if kind is Kind.XLSX:
        return data, ()
    if kind is Kind.XLS:
        warning = Message(
            N_("Tệp .xls kiểu cũ được trả lại thành .xlsx: chữ và số giữ nguyên, định dạng và công thức thì không.")
        )
        return _rewritten(read_xls(data)), (warning,)
    raise Invalid.at("file", N_("Hãy tải lên tệp Excel (.xlsx hoặc .xls) mà cổng điểm đã xuất ra."))


def _rewritten(tables: list[Table]) -> bytes:
    out = io.BytesIO()
    book = xlsxwriter.Workbook(out, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False})
    day = book.add_format({"num_format": "dd/mm/yyyy"})
    for table in tables:
        sheet = book.add_worksheet(re.sub(r"[\[\]:*?/\\]", " ", table.name)[:31].strip("'") or None)
        for top, left, bottom, right in table.merges:
            if (top, left) != (bottom, right):
                sheet.merge_range(top - 1, left - 1, bottom - 1, right - 1, "")
        for (row, column), value in table.cells.items():
            if isinstance(value, date):
                sheet.write_datetime(row - 1, column - 1, value, day)
            elif isinstance(value, bool):
                sheet.write_boolean(row - 1, column - 1, value)
            elif isinstance(value, str):
                sheet.write_string(row - 1, column - 1, value)
            elif value is not None:
                sheet.write_number(row - 1, column - 1, value)
    book.close()
    return out.getvalue()


def detect(data: bytes, sheet: str = "") -> Layout:
    """Find the sheet of marks (or take the one named), its columns and its pupils.

    Raises:
        Invalid: not a workbook, or no sheet in it looks like a gradebook.
        TooLarge: unpacks to far more than a gradebook.
    """
    content, warnings = as_xlsx(data)
    workbook = Workbook(Package(content))
    found: list[tuple[int, SheetRef, Sheet, Table, Headings]] = []
    for ref in workbook.sheets:
        if ref.hidden or (sheet and ref.name != sheet):
            continue
        index = workbook.sheet(ref)
        table = table_of(workbook, index)
        headings = find_headings(table, classify, Role.NAME)
        ours = sum(bool(_OURS.fullmatch(role)) for role in headings.roles.values()) if headings else 0
        if headings and ours:
            found.append((ours, ref, index, table, headings))
    if not found:
        raise Invalid.at(
            "file",
            N_("Không thấy hàng tiêu đề có “Họ và tên” và các cột điểm (ĐĐGtx, ĐĐGgk, ĐĐGck). Đây có phải tệp điểm?"),
        )
    _, ref, index, table, headings = max(found, key=lambda one: one[0])
    rows = _rows(table, headings)
    if not rows:
        raise Invalid.at("file", N_("Không thấy học sinh nào dưới hàng tiêu đề của trang “%(sheet)s”."), sheet=ref.name)
    columns = _columns(headings)
    return Layout(
        digest=sha256(data).hexdigest(),
        sheet=ref.name,
        part=ref.part,
        header_rows=(headings.top, headings.bottom),
        columns=columns,
        headings={key: _heading(table, headings, column) for key, column in columns.items()},
        rows=rows,
        values=table.cells,
        index=index,
        workbook=workbook,
        other_sheets=tuple(other.name for _, other, *_ in found if other != ref),
        warnings=warnings,
    )


def _columns(headings: Headings) -> dict[str, int]:
    counted = Counter(role for role in headings.roles.values() if _OURS.fullmatch(role))
    twice = sorted(role for role, count in counted.items() if count > 1 and role not in (AVERAGE, COMMENT))
    if twice:
        raise Invalid.at(
            "file",
            N_("Trang này có nhiều cột cùng tên (%(columns)s), có lẽ gồm hai học kì. Hãy xuất tệp của một học kì."),
            columns=", ".join(twice),
        )
    return {
        role: column for column, role in sorted(headings.roles.items()) if _OURS.fullmatch(role) and counted[role] == 1
    }


def _heading(table: Table, headings: Headings, column: int) -> str:
    words: list[str] = []
    for row in range(headings.top, headings.bottom + 1):
        word = table.words(row, column)
        if word and word not in words:
            words.append(word)
    return " · ".join(words)


def _rows(table: Table, headings: Headings) -> tuple[PortalRow, ...]:
    names = headings.columns(Role.NAME)
    at = {role: headings.column(role) for role in Role}

    def cell(row: int, role: Role) -> Value:
        column = at[role]
        return table.value(row, column) if column else None

    rows: list[PortalRow] = []
    for row in range(headings.bottom + 1, table.last_row + 1):
        parts = (table.value(row, column) for column in names)
        name = read_name(" ".join(part for part in parts if isinstance(part, str)))
        ministry_id, code = read_ministry_id(cell(row, Role.MINISTRY_ID)), read_code(cell(row, Role.CODE))
        born_on = read_day(cell(row, Role.BIRTH))
        if not any(letter.isalpha() for letter in name):
            continue
        if not (ministry_id or code or born_on or read_code(cell(row, Role.NUMBER)).isdecimal()):
            continue  # a signature or a sum under the list
        rows.append(PortalRow(row, name, ministry_id, code, born_on, read_name(str(cell(row, Role.CLASS) or ""))))
    return tuple(rows)
