"""The class's own sheet: right in Excel, right as text, and no text in it ever becomes a formula."""

import csv
import io
from datetime import date
from decimal import Decimal

import openpyxl
import pytest

from lms.gradebook.domain.cells import Cell, State, mark_cell, zero_by_rule
from lms.gradebook.domain.circular22 import VERSIONS
from lms.gradebook.domain.columns import columns_of
from lms.gradebook.exports import MarkSheet, SheetRow, as_csv, as_xlsx

RULES = VERSIONS[0]


def mark(text: str) -> Cell:
    return mark_cell(Decimal(text), RULES)


FULL = {"tx1": mark("8"), "tx2": mark("7.5"), "gk": mark("7"), "ck": mark("10")}
ROWS = (
    SheetRow("Nguyễn Minh Anh", "0012", "0123456789", date(2013, 2, 28), FULL, Decimal("8.5"), comment="Chăm, vững"),
    SheetRow("Trần Gia Bảo", "HS2", cells={**FULL, "gk": Cell(State.EXCUSED), "ck": zero_by_rule("bỏ thi")}),
)


def sheet(rows: tuple[SheetRow, ...] = ROWS, *, by_comment: bool = False, subject: str = "Toán") -> MarkSheet:
    return MarkSheet(
        "Trường THCS Hoa Phượng",
        "8A2",
        subject,
        "Học kì I",
        "2026–2027",
        "Trần Thu Hà",
        columns_of(2),
        rows,
        by_comment,
    )


def test_the_text_file_opens_right_in_excel() -> None:
    data = as_csv(sheet())
    assert data.startswith(b"\xef\xbb\xbf")
    head, first, second = csv.reader(io.StringIO(data.decode("utf-8-sig")))
    assert head[5:] == ["ĐĐGtx 1", "ĐĐGtx 2", "ĐĐGgk", "ĐĐGck", "ĐTBmhk", "Nhận xét"]
    assert first == [
        "1",
        "0123456789",
        "0012",
        "Nguyễn Minh Anh",
        "28/02/2013",
        "8,0",
        "7,5",
        "7,0",
        "10",
        "8,5",
        "Chăm, vững",
    ]
    assert second[5:] == ["8,0", "7,5", "p", "0", "", ""]


def test_the_workbook_holds_numbers_and_is_set_up_for_print() -> None:
    page = openpyxl.load_workbook(io.BytesIO(as_xlsx(sheet()))).active
    assert page["A3"].value == "BẢNG ĐIỂM MÔN TOÁN – LỚP 8A2 – HỌC KÌ I"
    assert [cell.value for cell in page[8]][:10] == [
        1, "0012", "Nguyễn Minh Anh", page["D8"].value, 8, 7.5, 7, 10, 8.5, "Chăm, vững",
    ]  # fmt: skip
    assert [cell.value for cell in page[9]][4:9] == [8, 7.5, "p", 0, None]
    assert page["E8"].number_format == "0.0"
    assert (page.page_setup.orientation, page.page_setup.paperSize) == ("landscape", 9)
    assert page.freeze_panes == "D8"
    assert page.print_title_rows == "$6:$7"
    assert "p: vắng phép" in page["A11"].value


@pytest.mark.parametrize("text", ["=1+1", "+84", "-2", "@SUM(A1)", "\t=1", "\r=1", '=HYPERLINK("http://x")'])
def test_no_text_becomes_a_formula(text: str) -> None:
    hostile = (SheetRow(text, text, text, cells={}, comment=text),)
    book = openpyxl.load_workbook(io.BytesIO(as_xlsx(sheet(hostile, subject=text))))
    assert {cell.data_type for row in book.active.iter_rows() for cell in row} <= {"s", "n"}
    (_, row) = csv.reader(io.StringIO(as_csv(sheet(hostile)).decode("utf-8-sig"), newline=""))
    assert all(not cell.startswith(("=", "+", "-", "@", "\t", "\r")) for cell in row)


def test_a_comment_subject_shows_verdicts() -> None:
    cells = {"tx1": Cell(State.MARK, passed=True), "ck": Cell(State.MARK, passed=False)}
    rows = (SheetRow("Lê An", cells=cells, passed=False),)
    _, line = csv.reader(io.StringIO(as_csv(sheet(rows, by_comment=True)).decode("utf-8-sig")))
    assert line[5:10] == ["Đ", "", "", "CĐ", "CĐ"]
    page = openpyxl.load_workbook(io.BytesIO(as_xlsx(sheet(rows, by_comment=True)))).active
    assert [page["E8"].value, page["H8"].value, page["I8"].value] == ["Đ", "CĐ", "CĐ"]


def test_one_regular_column_and_a_long_name_of_a_subject_still_make_a_sheet() -> None:
    one = MarkSheet("T", "10/Tin", "Nội dung giáo dục của địa phương: tỉnh", "Học kì II", "2026", "", columns_of(1), ())
    assert openpyxl.load_workbook(io.BytesIO(as_xlsx(one))).sheetnames[0].startswith("Nội dung")
