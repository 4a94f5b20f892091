"""A workbook of the .xlsx kind (ISO/IEC 29500): its sheets, and for each cell its value and its very bytes."""

from __future__ import annotations

import posixpath
import re
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal, InvalidOperation
from typing import TypeAlias

from lms.base.errors import Invalid, TooLarge
from lms.base.i18n_marks import N_
from lms.base.sheets.container import Package
from lms.base.sheets.markup import Elements, TextsOf, local, walk
from lms.base.text import nfc

Value: TypeAlias = str | Decimal | date | bool | None

CELLS_AT_MOST = 300_000  # also of rows and shared strings; each becomes an object here
SHEETS_AT_MOST = 100
STYLES_AT_MOST = 66_000
MERGES_AT_MOST = 20_000
_BUILTIN_DATES = frozenset({*range(14, 18), 22, *range(27, 37), *range(50, 59)})
TEXT_FORMAT = 49


@dataclass(frozen=True, slots=True)
class Style:
    """What of a cell's format matters to reading and filling."""

    is_date: bool = False
    is_text: bool = False
    locked: bool = True


@dataclass(frozen=True, slots=True)
class SheetRef:
    """A sheet of the workbook and the part it lives in."""

    name: str
    part: str
    hidden: bool


@dataclass(slots=True)
class Spot:
    """A cell as it stands in the part: offsets of the whole element, and what it holds."""

    start: int
    end: int
    style: int | None
    kind: str  # the cell's `t`: "n", "s", "str", "inlineStr", "b", "e", "d"
    raw: str = ""
    formula: bool = False
    extra: str = ""  # other attributes worth keeping, ready to write


@dataclass(slots=True)
class RowSpot:
    """A row as it stands in the part."""

    start: int
    tag_end: int
    end: int
    closed: bool
    prefix: str
    style: int | None


@dataclass(slots=True)
class Sheet:
    """A sheet, indexed by (row, column), both from 1."""

    name: str
    part: str
    cells: dict[tuple[int, int], Spot] = field(default_factory=dict)
    rows: dict[int, RowSpot] = field(default_factory=dict)
    merges: list[tuple[int, int, int, int]] = field(default_factory=list)  # top, left, bottom, right
    column_styles: list[tuple[int, int, int]] = field(default_factory=list)  # from, to, style
    protected: bool = False


def column_letters(column: int) -> str:
    """Return the letters of a column: 1 → A, 28 → AB."""
    letters = ""
    while column:
        column, rest = divmod(column - 1, 26)
        letters = chr(65 + rest) + letters
    return letters


def reference(row: int, column: int) -> str:
    """Return a cell's name: (8, 6) → F8."""
    return f"{column_letters(column)}{row}"


def parse_reference(text: str) -> tuple[int, int]:
    """Return row and column of a cell's name.

    Raises:
        ValueError: not a cell of a sheet.
    """
    found = re.fullmatch(r"\$?([A-Za-z]{1,3})\$?([1-9][0-9]{0,6})", text)
    if not found:
        raise ValueError(text)
    column = 0
    for letter in found[1].upper():
        column = column * 26 + ord(letter) - 64
    return int(found[2]), column


class Workbook:
    """The workbook in a package, read part by part when asked."""

    def __init__(self, package: Package) -> None:
        """Find the sheets.

        Raises:
            Invalid: the package is no workbook.
        """
        self.package = package
        self.part = self._main_part()
        self.sheets: list[SheetRef] = []
        self.epoch_1904 = False
        targets = self._targets(self.part)

        def seen(path: tuple[str, ...], attributes: dict[str, str]) -> None:
            if path[-1] == "workbookPr":
                self.epoch_1904 = attributes.get("date1904", "") in ("1", "true")
            if path[-2:] == ("sheets", "sheet"):
                link = next((value for name, value in attributes.items() if ":" in name and local(name) == "id"), "")
                if targets.get(link, "") in package.names and len(self.sheets) < SHEETS_AT_MOST:
                    hidden = attributes.get("state", "visible") != "visible"
                    self.sheets.append(SheetRef(nfc(attributes.get("name", "")), targets[link], hidden))

        walk(package.read(self.part), Elements(seen))
        base = posixpath.dirname(self.part)
        self._strings = self._shared_strings(posixpath.join(base, "sharedStrings.xml"))
        self.styles = self._styles(posixpath.join(base, "styles.xml"))

    def _main_part(self) -> str:
        if "_rels/.rels" in self.package.names:
            for target in self._targets("").values():
                if target.endswith("workbook.xml") and target in self.package.names:
                    return target
        if "xl/workbook.xml" in self.package.names:
            return "xl/workbook.xml"
        raise Invalid.at("file", N_("Tệp này không phải là bảng tính .xlsx. Hãy lưu lại bằng Excel dạng .xlsx."))

    def _targets(self, part: str) -> dict[str, str]:
        folder, name = posixpath.split(part)
        relations = posixpath.join(folder, "_rels", f"{name}.rels")
        targets: dict[str, str] = {}

        def seen(path: tuple[str, ...], attributes: dict[str, str]) -> None:
            if path[-1] == "Relationship" and attributes.get("TargetMode") != "External":
                joined = posixpath.normpath(posixpath.join("/", folder, attributes.get("Target", "")))
                targets[attributes.get("Id", "")] = joined.lstrip("/")

        if relations in self.package.names:
            walk(self.package.read(relations), Elements(seen))
        return targets

    def _shared_strings(self, part: str) -> list[str]:
        if part not in self.package.names:
            return []
        texts = TextsOf("si", "t", most=CELLS_AT_MOST)
        walk(self.package.read(part), texts)
        return texts.texts

    def _styles(self, part: str) -> list[Style]:
        formats: dict[int, str] = {}
        styles: list[Style] = []

        def seen(path: tuple[str, ...], attributes: dict[str, str]) -> None:
            if path[-1] == "numFmt":
                formats[_number(attributes.get("numFmtId"))] = attributes.get("formatCode", "")
            elif path[-2:] == ("cellXfs", "xf") and len(styles) < STYLES_AT_MOST:
                number = _number(attributes.get("numFmtId"))
                code = formats.get(number, "")
                styles.append(Style(number in _BUILTIN_DATES or _is_date(code), number == TEXT_FORMAT or code == "@"))
            elif path[-3:] == ("cellXfs", "xf", "protection") and attributes.get("locked") in ("0", "false"):
                styles[-1] = Style(styles[-1].is_date, styles[-1].is_text, locked=False)

        if part in self.package.names:
            walk(self.package.read(part), Elements(seen))
        return styles

    def style(self, number: int | None) -> Style:
        """Return a style by its number; the plain one where there is none."""
        return self.styles[number or 0] if (number or 0) < len(self.styles) else Style()

    def sheet(self, ref: SheetRef) -> Sheet:
        """Index a sheet.

        Raises:
            Invalid: not readable.
            TooLarge: more cells than a list of a school ever has.
        """
        reader = _SheetReader(Sheet(ref.name, ref.part))
        walk(self.package.read(ref.part), reader)
        return reader.sheet

    def value(self, spot: Spot) -> Value:
        """Return what a cell holds; numbers as Decimal, dates by the cell's format, texts as they stand."""
        if spot.kind == "s":
            place = _number(spot.raw, -1)
            return _text(self._strings[place]) if 0 <= place < len(self._strings) else None
        if spot.kind in ("str", "inlineStr", "e"):
            return _text(spot.raw)
        if spot.kind == "b":
            return spot.raw.strip() == "1"
        try:
            number = Decimal(repr(float(spot.raw))) if spot.raw.strip() else None
        except (ValueError, InvalidOperation):
            return _text(spot.raw)
        if number is None or not number.is_finite():
            return None
        if self.style(spot.style).is_date:
            return serial_date(number, epoch_1904=self.epoch_1904)
        return number


class _SheetReader:
    def __init__(self, sheet: Sheet) -> None:
        self.sheet = sheet
        self._row, self._column = 0, 0
        self._cell: Spot | None = None
        self._catch = False
        self._phonetic = 0

    def open(self, name: str, attributes: dict[str, str], start: int, tag_end: int, closed: bool) -> None:
        kind = local(name)
        if kind == "c":
            self._open_cell(attributes, start, tag_end)
        elif kind in ("v", "t"):
            self._catch = self._cell is not None and not self._phonetic
        elif kind == "f" and self._cell is not None:
            self._cell.formula = True
        elif kind == "rPh":
            self._phonetic += 1
        elif kind == "row":
            self._row, self._column = _number(attributes.get("r"), self._row + 1), 0
            style = _number(attributes["s"]) if "s" in attributes else None
            prefix = name[: -len("row")]
            self.sheet.rows[self._row] = RowSpot(start, tag_end, tag_end, closed, prefix, style)
            if len(self.sheet.rows) > CELLS_AT_MOST:
                raise too_many_cells()
        elif kind == "mergeCell" and len(self.sheet.merges) < MERGES_AT_MOST:
            self._merge(attributes.get("ref", ""))
        elif kind == "col" and "style" in attributes and len(self.sheet.column_styles) < MERGES_AT_MOST:
            first, last = _number(attributes.get("min")), _number(attributes.get("max"))
            self.sheet.column_styles.append((first, last, _number(attributes["style"])))
        elif kind == "sheetProtection":
            self.sheet.protected = attributes.get("sheet") in ("1", "true")

    def _open_cell(self, attributes: dict[str, str], start: int, tag_end: int) -> None:
        row, column = self._row, self._column + 1
        if "r" in attributes:
            try:
                row, column = parse_reference(attributes["r"])
            except ValueError as error:
                raise Invalid.at("file", N_("Tệp có ô sai địa chỉ. Hãy mở bằng Excel, lưu lại rồi tải lên.")) from error
        self._column = column
        style = _number(attributes["s"]) if "s" in attributes else None
        extra = ' ph="1"' if attributes.get("ph") in ("1", "true") else ""
        self._cell = Spot(start, tag_end, style, attributes.get("t", "n"), extra=extra)
        self.sheet.cells[row, column] = self._cell
        if len(self.sheet.cells) > CELLS_AT_MOST:
            raise too_many_cells()

    def _merge(self, text: str) -> None:
        first, _, last = text.partition(":")
        try:
            top, left = parse_reference(first)
            bottom, right = parse_reference(last or first)
        except ValueError:
            return
        self.sheet.merges.append((top, left, bottom, right))

    def close(self, name: str, end: int) -> None:
        kind = local(name)
        if kind == "c" and self._cell is not None:
            self._cell.end = end
            self._cell = None
        elif kind in ("v", "t"):
            self._catch = False
        elif kind == "rPh":
            self._phonetic -= 1
        elif kind == "row":
            self.sheet.rows[self._row].end = end

    def text(self, text: str) -> None:
        if self._catch and self._cell is not None:
            self._cell.raw += text


def too_many_cells() -> TooLarge:
    """Say that this is far more than a list of a school."""
    return TooLarge(N_("Bảng tính có quá nhiều ô. Hãy tách ra từng lớp rồi tải lên."))


def serial_date(number: Decimal, *, epoch_1904: bool = False) -> date | None:
    """Return the day of a serial number, or None where it is no day of the calendar.

    Day 60 of the 1900 system is a 29 February that never was (ISO/IEC 29500-1, 18.17.4.1).
    """
    if not 0 < number < 2_956_000:
        return None
    start = date(1904, 1, 1) if epoch_1904 else date(1899, 12, 30 if number >= 60 else 31)
    return start + timedelta(days=int(number))


def _is_date(code: str) -> bool:
    bare = re.sub(r'"[^"]*"|\\.|\[[^\]]*\]', "", code).lower()
    return any(letter in bare for letter in "yd") or ("m" in bare and "h" not in bare and "0" not in bare)


def _number(text: str | None, otherwise: int = 0) -> int:
    return int(text) if text and text.strip().isdecimal() and len(text) < 10 else otherwise


def _text(text: str) -> str | None:
    unescaped = re.sub(r"_x([0-9A-Fa-f]{4})_", lambda found: chr(int(found[1], 16)), text)
    return unescaped or None
