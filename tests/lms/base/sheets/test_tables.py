"""The same list in every kind of file reads as the same table."""

import io
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import openpyxl
import pytest
import xlsxwriter

from lms.base.sheets.headings import find_headings
from lms.base.sheets.tables import Table, decode, one_line, read_tables
from lms.base.sheets.xlsx import parse_reference, reference, serial_date
from lms.school.roster.headings import Role, classify_person


def written(rows: list[list[Any]], **options: Any) -> bytes:
    out = io.BytesIO()
    book = xlsxwriter.Workbook(out, {"in_memory": True, **options})
    sheet = book.add_worksheet("Lớp 8A2")
    day = book.add_format({"num_format": "dd/mm/yyyy"})
    for number, row in enumerate(rows):
        for column, value in enumerate(row):
            if isinstance(value, date):
                sheet.write_datetime(number, column, value, day)
            elif value is not None:
                sheet.write(number, column, value)
    book.close()
    return out.getvalue()


ROWS: list[list[Any]] = [["STT", "Họ và tên", "Ngày sinh", "Điểm"], [1, "Nguyễn An", date(2013, 2, 28), 8.3]]


def test_reads_words_numbers_and_days() -> None:
    (table,) = read_tables(written(ROWS))
    assert table.name == "Lớp 8A2"
    assert table.value(2, 1) == Decimal(1)
    assert table.value(2, 3) == date(2013, 2, 28)
    assert table.value(2, 4) == Decimal("8.3")
    assert [table.words(2, column) for column in range(1, 6)] == ["1", "Nguyễn An", "28/02/2013", "8.3", ""]


def test_reads_days_of_both_calendars() -> None:
    (table,) = read_tables(written(ROWS, date_1904=True))
    assert table.value(2, 3) == date(2013, 2, 28)
    assert serial_date(Decimal(59)) == date(1900, 2, 28)
    assert serial_date(Decimal(61)) == date(1900, 3, 1)
    assert serial_date(Decimal(1), epoch_1904=True) == date(1904, 1, 2)
    for number in (Decimal(0), Decimal(-1), Decimal(10) ** 9):
        assert serial_date(number) is None


def test_agrees_with_openpyxl_on_its_own_files() -> None:
    book = openpyxl.Workbook()
    sheet = book.active
    for row in ROWS:
        sheet.append(row)
    sheet["E2"], sheet["F2"], sheet["G2"] = True, "=1+1", " hai\ndòng "
    out = io.BytesIO()
    book.save(out)
    (table,) = read_tables(out.getvalue())
    assert table.value(2, 3) == date(2013, 2, 28)
    assert table.value(2, 5) is True
    assert table.value(2, 6) is None
    assert table.words(2, 7) == "hai dòng"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le"])
@pytest.mark.parametrize("mark", [",", ";", "\t"])
def test_reads_delimited_text_of_every_kind(encoding: str, mark: str) -> None:
    text = f'STT{mark}"Họ và tên{mark} đệm"{mark}Điểm\r\n1{mark}Nguyễn An{mark}8.5\r\n'
    (table,) = read_tables(text.encode(encoding), "a.csv")
    assert table.words(1, 2) == f"Họ và tên{mark} đệm".replace("\t", " ").replace("  ", " ")
    assert [table.words(2, column) for column in (1, 2, 3)] == ["1", "Nguyễn An", "8.5"]


def test_reads_the_windows_code_page_of_vietnamese() -> None:
    assert decode("H\u1ecd t\u00ean".encode("utf-8")) == "Họ tên"
    typed = "Nguy\u00ea\u0303n Thi\u0323 Ho\u0300a, \u0110a\u0300 N\u0103\u0303ng".encode("windows-1258")
    assert decode(typed) == "Nguyễn Thị Hòa, Đà Nẵng"


def test_reads_an_old_xls(inputs: Path) -> None:
    found = sorted(inputs.rglob("*.xls"))
    if not found:
        pytest.skip("no .xls among the real files")
    assert all(read_tables(path.read_bytes()) for path in found)


def test_cells_have_names() -> None:
    assert [reference(1, column) for column in (1, 26, 27, 702, 703)] == ["A1", "Z1", "AA1", "ZZ1", "AAA1"]
    assert all(parse_reference(reference(7, column)) == (7, column) for column in range(1, 800))
    for text in ("", "A0", "1", "A", "ABCD1", "A-1"):
        with pytest.raises(ValueError, match=f"^{text}$"):
            parse_reference(text)


def test_one_line_shows_any_value() -> None:
    values = [Decimal("8.50"), Decimal(10), Decimal("0.5"), date(2013, 2, 1), " a \n b ", None, True]
    assert [one_line(value) for value in values] == ["8.5", "10", "0.5", "01/02/2013", "a b", "", ""]


def test_headings_are_found_below_junk_and_over_two_rows() -> None:
    cells = {(3, 1): "DANH SÁCH HỌC SINH", (5, 1): "TT", (5, 2): "Họ và tên", (5, 4): "Sinh", (6, 4): "Ngày sinh"}
    table = Table("x", {**cells, (7, 1): Decimal(1), (7, 2): "Nguyễn", (7, 3): "An"}, ((5, 2, 6, 3),))
    headings = find_headings(table, classify_person, Role.NAME)
    assert headings is not None
    assert (headings.top, headings.bottom) == (5, 6)
    assert headings.columns(Role.NAME) == (2, 3)
    assert headings.column(Role.BIRTH) == 4
    assert find_headings(Table("x", {(1, 1): "a"}), classify_person, Role.NAME) is None
