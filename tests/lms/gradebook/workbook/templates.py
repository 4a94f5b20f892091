"""Portal workbooks as they are handed out, written by XlsxWriter, which the filler never uses on .xlsx."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

import xlsxwriter

NAMES = (
    "Nguyễn Minh Anh", "Trần Gia Bảo", "Lê Hoàng Châu", "Phạm Đức Duy", "Vũ Khánh Linh", "Đặng Hoài Thương",
    "Bùi Quang Huy", "Ngô Bảo Ngọc",
)  # fmt: skip


@dataclass(frozen=True)
class Pupil:
    number: int
    name: str
    born_on: date
    ministry_id: str
    code: str

    @property
    def uid(self) -> str:
        return f"uid-{self.number}"


PUPILS = tuple(
    Pupil(number, name, date(2013, 1 + number % 12, 10 + number), f"0{123456700 + number}", f"HS{number:04d}")
    for number, name in enumerate(NAMES, 1)
)


@dataclass
class Choices:
    """What varies between the files of one portal."""

    existing: dict[tuple[int, int], Any] = field(default_factory=dict)  # (row, column) from 0
    protect: bool = True
    text_marks: bool = False
    average_formula: bool = False


def _book(build: Callable[[xlsxwriter.Workbook], None]) -> bytes:
    out = io.BytesIO()
    book = xlsxwriter.Workbook(out, {"in_memory": True, "strings_to_formulas": False})
    build(book)
    book.close()
    return out.getvalue()


def vnedu(pupils: Sequence[Pupil] = PUPILS, choices: Choices | None = None) -> bytes:
    """A vnEdu subject sheet: titles in rows 1–4, headings in 6–7, name over two columns, TX1…TX5, data from row 8."""
    chosen = choices or Choices()

    def build(book: xlsxwriter.Workbook) -> None:
        sheet = book.add_worksheet("Toán 8A2")
        bold = book.add_format({"bold": True, "align": "center", "border": 1})
        code = book.add_format({"num_format": "@", "border": 1})
        mark = book.add_format({"locked": False, "border": 1, "num_format": "@" if chosen.text_marks else "0.0"})
        other = book.add_format({"bg_color": "#EEEEEE", "border": 1})
        sheet.merge_range("A1:E1", "PHÒNG GD&ĐT QUẬN HOA", bold)
        sheet.merge_range("A2:E2", "TRƯỜNG THCS HOA PHƯỢNG", bold)
        sheet.merge_range("A3:N3", "BẢNG ĐIỂM MÔN TOÁN LỚP 8A2 – HỌC KÌ I", bold)
        sheet.write("A4", "Năm học 2026 – 2027")
        for column, text in enumerate(("STT", "Mã học sinh")):
            sheet.merge_range(5, column, 6, column, text, bold)
        sheet.merge_range(5, 2, 6, 3, "Họ và tên", bold)
        sheet.merge_range(5, 4, 5, 8, "ĐĐGtx", bold)
        for number in range(5):
            sheet.write(6, 4 + number, f"TX{number + 1}", bold)
        for column, text in enumerate(("ĐĐGgk", "ĐĐGck", "ĐTBmhk", "Nhận xét"), 9):
            sheet.merge_range(5, column, 6, column, text, bold)
        sheet.write(5, 13, "ID_HOC_SINH")
        for row, pupil in enumerate(pupils, 7):
            family, given = pupil.name.rsplit(" ", 1)
            sheet.write_number(row, 0, row - 6, other)
            sheet.write_string(row, 1, pupil.code, code)
            sheet.write_string(row, 2, family, other)
            sheet.write_string(row, 3, given, other)
            for column in range(4, 13):
                sheet.write_blank(row, column, None, mark)
            if chosen.average_formula:
                sheet.write_formula(row, 11, f"=ROUND((SUM(E{row + 1}:I{row + 1})+2*J{row + 1}+3*K{row + 1})/9,1)")
            sheet.write_string(row, 13, f"{{hidden-{pupil.number}}}", code)
        for (row, column), value in chosen.existing.items():
            sheet.write(row, column, value, mark)
        sheet.write(len(pupils) + 8, 2, "Giáo viên bộ môn")
        sheet.set_column("N:N", None, None, {"hidden": True})
        if chosen.protect:
            sheet.protect("bi-mat")
        sheet.freeze_panes(7, 4)
        sheet.data_validation("E8:K60", {"validate": "decimal", "criteria": "between", "minimum": 0, "maximum": 10})
        codes = book.add_worksheet("_ma")
        codes.write("A1", "LOP_HOC_ID")
        codes.very_hidden()
        book.set_properties({"title": "Mẫu nhập điểm"})

    return _book(build)


def sector(pupils: Sequence[Pupil] = PUPILS, choices: Choices | None = None) -> bytes:
    """The sector database's secondary form: headings in rows 5–6, numbers of columns in 7, text cells from row 8."""
    chosen = choices or Choices(text_marks=True, protect=False)

    def build(book: xlsxwriter.Workbook) -> None:
        sheet = book.add_worksheet("Sheet1")
        head = book.add_format({"bold": True, "text_wrap": True, "border": 1})
        text = book.add_format({"num_format": "@", "border": 1})
        sheet.write("A1", "BẢNG TỔNG HỢP KẾT QUẢ ĐÁNH GIÁ MÔN HỌC")
        sheet.write("A2", "Khối 8 – Môn Toán – Học kì I")
        for column, words in enumerate(("STT", "Tên lớp", "Mã định danh\nBộ GD&ĐT", "Họ và tên", "Ngày sinh")):
            sheet.merge_range(4, column, 5, column, words, head)
        sheet.merge_range(4, 5, 4, 8, "ĐĐGtx", head)
        for number in range(4):
            sheet.write_number(5, 5 + number, number + 1, head)
        for column, words in enumerate(("ĐĐGgk", "ĐĐGck", "ĐTBmhk", "Mã nhận xét", "Nội dung nhận xét"), 9):
            sheet.merge_range(4, column, 5, column, words, head)
        for column in range(14):
            sheet.write_number(6, column, column + 1, head)
        for row, pupil in enumerate(pupils, 7):
            sheet.write_number(row, 0, row - 6)
            born = pupil.born_on.strftime("%d/%m/%Y")
            for column, words in enumerate(("8A2", pupil.ministry_id, pupil.name, born), 1):
                sheet.write_string(row, column, words, text)
            for column in range(5, 9):  # the other marks' cells are not in the file at all
                sheet.write_blank(row, column, None, text)
        for (row, column), value in chosen.existing.items():
            sheet.write(row, column, value, text)

    return _book(build)


def parts(data: bytes) -> dict[str, bytes]:
    """Every part of a package."""
    with zipfile.ZipFile(io.BytesIO(data)) as package:
        return {name: package.read(name) for name in package.namelist()}


def with_parts(data: bytes, changed: dict[str, bytes]) -> bytes:
    """The package with some parts replaced or added."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as package:
        for name, content in {**parts(data), **changed}.items():
            package.writestr(name, content)
    return out.getvalue()
