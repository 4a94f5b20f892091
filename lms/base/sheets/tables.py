"""Any spreadsheet file as tables of values, whichever program wrote it."""

from __future__ import annotations

import csv
import io
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal

from python_calamine import CalamineError, CalamineWorkbook

from lms.base.errors import Invalid
from lms.base.i18n_marks import N_
from lms.base.sheets.container import Kind, Package, kind_of
from lms.base.sheets.xlsx import CELLS_AT_MOST, Sheet, Value, Workbook, too_many_cells
from lms.base.text import nfc

_MERGED_CELLS_AT_MOST = 200_000


@dataclass(frozen=True, slots=True)
class Table:
    """A sheet's values by (row, column), both from 1, with its merged areas (top, left, bottom, right).

    Texts are NFC; `decomposed` names the cells where they were not.
    """

    name: str
    cells: Mapping[tuple[int, int], Value]
    merges: tuple[tuple[int, int, int, int], ...] = ()
    hidden: bool = False
    decomposed: frozenset[tuple[int, int]] = frozenset()
    _anchors: dict[tuple[int, int], tuple[int, int]] = field(default_factory=dict, repr=False, compare=False)

    def __post_init__(self) -> None:
        room = _MERGED_CELLS_AT_MOST
        for top, left, bottom, right in self.merges:
            area = (bottom - top + 1) * (right - left + 1)
            if area <= room:
                room -= area
                for row in range(top, bottom + 1):
                    for column in range(left, right + 1):
                        self._anchors[row, column] = (top, left)

    @property
    def last_row(self) -> int:
        return max((row for row, _ in self.cells), default=0)

    @property
    def last_column(self) -> int:
        return max((column for _, column in self.cells), default=0)

    def value(self, row: int, column: int) -> Value:
        """Return what the cell itself holds."""
        return self.cells.get((row, column))

    def anchor(self, row: int, column: int) -> tuple[int, int]:
        """Return the cell that a merged area shows here; the cell itself where nothing is merged."""
        return self._anchors.get((row, column), (row, column))

    def words(self, row: int, column: int) -> str:
        """Return what a reader sees at the cell, merged areas included, on one line."""
        return one_line(self.cells.get(self.anchor(row, column)))


def one_line(value: Value) -> str:
    """Return a value as words on one line: 8.5 → 8.5, 7.0 → 7, a day as 22/11/2026, an empty cell as nothing."""
    if value is None or isinstance(value, bool):
        return ""
    if isinstance(value, Decimal):
        return format(value.normalize() if value % 1 else value.to_integral_value(), "f")
    if isinstance(value, date):
        return f"{value.day:02d}/{value.month:02d}/{value.year}"
    return " ".join(value.split())


def table_of(workbook: Workbook, sheet: Sheet, *, hidden: bool = False) -> Table:
    """Return the values of an indexed sheet."""
    return _table(
        sheet.name, {place: workbook.value(spot) for place, spot in sheet.cells.items()}, tuple(sheet.merges), hidden
    )


def _table(
    name: str,
    cells: Mapping[tuple[int, int], Value],
    merges: tuple[tuple[int, int, int, int], ...] = (),
    hidden: bool = False,
) -> Table:
    normal = {place: nfc(value) if isinstance(value, str) else value for place, value in cells.items()}
    decomposed = frozenset(
        place
        for place, value in cells.items()
        if isinstance(value, str) and not unicodedata.is_normalized("NFC", value)
    )
    full = {place: value for place, value in normal.items() if value is not None and value != ""}
    return Table(nfc(name), full, merges, hidden, decomposed)


def read_tables(data: bytes, filename: str = "") -> list[Table]:
    """Read every sheet of an .xlsx, .xls or .csv file; the bytes decide, not the name.

    Raises:
        Invalid: empty, damaged, locked, or not a spreadsheet.
        TooLarge: far more than a list of a school.
    """
    kind = kind_of(data)
    if kind is Kind.XLSX:
        workbook = Workbook(Package(data))
        return [table_of(workbook, workbook.sheet(ref), hidden=ref.hidden) for ref in workbook.sheets]
    if kind is Kind.XLS:
        return read_xls(data)
    return [read_csv(data)]


def read_xls(data: bytes) -> list[Table]:
    """Read the older binary .xls."""
    try:
        with CalamineWorkbook.from_filelike(io.BytesIO(data)) as workbook:
            return [_xls_table(workbook, name) for name in workbook.sheet_names]
    except (CalamineError, OSError, ValueError, OverflowError) as error:
        if "assword" in str(error):
            raise Invalid.at("file", N_("Tệp có mật khẩu. Hãy mở bằng Excel, bỏ mật khẩu rồi tải lên lại.")) from error
        raise _damaged() from error
    except BaseException as error:
        # A panic of the Rust reader on a hostile file arrives as a BaseException of its own.
        if type(error).__name__ == "PanicException":
            raise _damaged() from error
        raise


def _xls_table(workbook: CalamineWorkbook, name: str) -> Table:
    sheet = workbook.get_sheet_by_name(name)
    if sheet.total_height * sheet.total_width > 20 * CELLS_AT_MOST:
        raise too_many_cells()
    cells: dict[tuple[int, int], Value] = {}
    for row, line in enumerate(sheet.to_python(skip_empty_area=False), 1):
        for column, found in enumerate(line, 1):
            value = _value(found)
            if value is not None:
                cells[row, column] = value
    merges = tuple(
        (top + 1, left + 1, bottom + 1, right + 1) for (top, left), (bottom, right) in sheet.merged_cell_ranges or ()
    )
    return _table(name, cells, merges)


def _value(found: object) -> Value:
    if isinstance(found, bool):
        return found
    if isinstance(found, int | float):
        return Decimal(repr(found))
    if isinstance(found, datetime):
        return found.date()
    if isinstance(found, date):
        return found
    return found or None if isinstance(found, str) else None


def read_csv(data: bytes) -> Table:
    """Read comma-, semicolon- or tab-separated text in UTF-8, UTF-16 or the Windows code page of Vietnamese."""
    text = _decoded(data)
    head = text[:20_000]
    delimiter = max(";\t,", key=lambda mark: (_steadiness(head, mark), head.count(mark)))
    cells: dict[tuple[int, int], Value] = {}
    try:
        for row, line in enumerate(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter), 1):
            for column, found in enumerate(line, 1):
                if found.strip():
                    cells[row, column] = found.strip()
            if len(cells) > CELLS_AT_MOST:
                raise too_many_cells()
    except csv.Error as error:
        raise _damaged() from error
    return _table("csv", cells)


def _steadiness(text: str, mark: str) -> int:
    """Count the lines that have as many of *mark* as the line that has most."""
    counts = [line.count(mark) for line in text.splitlines()]
    most = max(counts, default=0)
    return sum(count == most for count in counts) if most else 0


def decode(data: bytes) -> str:
    """Return text from UTF-8, UTF-16 or windows-1258, in NFC.

    Raises:
        Invalid: bytes that are no text.
    """
    return nfc(_decoded(data))


def _decoded(data: bytes) -> str:
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        encodings: tuple[str, ...] = ("utf-16",)
    elif data[1:40:2].count(0) > 10:
        encodings = ("utf-16-le",)
    else:
        encodings = ("utf-8-sig", "windows-1258")
    for encoding in encodings:
        try:
            text = data.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\0" not in text and _mostly_text(text[:4000]):
            # The code page can write most tones only apart from their letter; that is no oddity of the list.
            return nfc(text) if encoding == "windows-1258" else text
    raise Invalid.at("file", N_("Tệp này không phải là bảng tính (.xlsx, .xls hoặc .csv)."))


def _mostly_text(text: str) -> bool:
    odd = sum(unicodedata.category(letter) in ("Cc", "Cn", "Co") and letter not in "\r\n\t" for letter in text)
    return odd * 50 <= len(text)


def _damaged() -> Invalid:
    return Invalid.at("file", N_("Tệp bị hỏng hoặc tải lên chưa trọn. Hãy thử mở bằng Excel rồi tải lên lại."))
