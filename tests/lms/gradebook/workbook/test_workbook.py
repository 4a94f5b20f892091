"""The portal's own file comes back filled, and nothing else in it has moved."""

import io
import random
import re
from dataclasses import replace
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from lms.base.errors import Conflict, Invalid
from lms.gradebook.workbook import By, PupilMarks, Verdict, detect, fill, plan
from tests.lms.gradebook.workbook.templates import PUPILS, Choices, Pupil, parts, sector, vnedu, with_parts

MARKS: dict[str, Decimal | str] = {
    "tx1": Decimal("8.0"), "tx2": Decimal("7.5"), "tx3": Decimal("10.0"), "tx4": Decimal("6.3"),
    "gk": Decimal("7.3"), "ck": Decimal("8.5"), "tb": Decimal("7.9"),
}  # fmt: skip


def rows_of(pupils: tuple[Pupil, ...] = PUPILS, marks: dict[str, Decimal | str] = MARKS) -> list[PupilMarks]:
    return [PupilMarks(one.uid, one.name, one.ministry_id, one.code, one.born_on, marks) for one in pupils]


def reopened(data: bytes) -> Any:
    return openpyxl.load_workbook(io.BytesIO(data)).worksheets[0]


SHEET = "xl/worksheets/sheet1.xml"
CELL = re.compile(rb'<c r="([A-Z]+\d+)"[^>]*?(?:/>|>.*?</c>)', re.DOTALL)


def assert_only(before: bytes, after: bytes, refs: set[str]) -> None:
    """Every part is the same byte for byte, and in the sheet every byte outside the named cells."""
    old, new = parts(before), parts(after)
    assert list(old) == list(new)
    assert [name for name in old if old[name] != new[name]] in ([SHEET], [])
    assert CELL.split(old[SHEET])[0] == CELL.split(new[SHEET])[0]
    kept = [CELL.sub(lambda found: b"" if found[1].decode() in refs else found[0], part[SHEET]) for part in (old, new)]
    assert kept[0] == kept[1]


def test_finds_the_layout_of_a_vnedu_sheet() -> None:
    layout = detect(vnedu())
    assert layout.sheet == "Toán 8A2"
    assert layout.header_rows == (6, 7)
    assert dict(layout.columns) == {
        "tx1": 5, "tx2": 6, "tx3": 7, "tx4": 8, "tx5": 9, "gk": 10, "ck": 11, "tb": 12, "nx": 13,
    }  # fmt: skip
    assert layout.headings["tx2"] == "ĐĐGtx · TX2"
    assert [(row.row, row.name, row.code) for row in layout.rows] == [
        (7 + pupil.number, pupil.name, pupil.code) for pupil in PUPILS
    ]


def test_finds_the_layout_of_the_sector_database() -> None:
    layout = detect(sector())
    assert layout.header_rows == (5, 6)
    assert dict(layout.columns) == {
        "tx1": 6, "tx2": 7, "tx3": 8, "tx4": 9, "gk": 10, "ck": 11, "tb": 12, "nx": 14,
    }  # fmt: skip
    first = layout.rows[0]
    assert (first.row, first.ministry_id, first.born_on) == (8, PUPILS[0].ministry_id, PUPILS[0].born_on)
    assert first.class_name == "8A2"


def test_fills_by_code_however_the_pupils_are_shuffled() -> None:
    shuffled = list(PUPILS)
    random.Random(7).shuffle(shuffled)
    data = vnedu(shuffled)
    marks = [replace(row, marks={"tx1": Decimal(number)}) for number, row in enumerate(rows_of(), 1)]
    planned = plan(detect(data), marks)
    sheet = reopened(fill(data, planned))
    for row, pupil in enumerate(shuffled, 8):
        assert sheet.cell(row, 5).value == pupil.number
    assert {match.by for match in planned.matching.matches} == {By.CODE}


def test_numbers_stay_numbers_and_nothing_else_moves() -> None:
    data = vnedu()
    planned = plan(detect(data), rows_of())
    filled = fill(data, planned)
    assert_only(data, filled, {cell.ref for cell in planned.written})
    sheet = reopened(filled)
    assert [sheet.cell(8, column).value for column in range(5, 13)] == [8, 7.5, 10, 6.3, None, 7.3, 8.5, 7.9]
    assert sheet.cell(8, 5).number_format == "0.0"
    assert sheet.protection.sheet
    assert sheet.column_dimensions["N"].hidden
    assert planned.count(Verdict.WRITE) == 7 * len(PUPILS)


def test_text_cells_get_text_with_a_decimal_comma_and_absent_cells_are_made() -> None:
    data = sector()
    planned = plan(detect(data), rows_of(marks={**MARKS, "nx": "Chăm, tiến bộ & tự tin"}))
    filled = fill(data, planned)
    assert_only(data, filled, {cell.ref for cell in planned.written})
    sheet = reopened(filled)
    assert [sheet.cell(8, column).value for column in range(6, 13)] == ["8", "7,5", "10", "6,3", "7,3", "8,5", "7,9"]
    assert sheet.cell(8, 14).value == "Chăm, tiến bộ & tự tin"
    assert sheet.cell(8, 3).value == PUPILS[0].ministry_id
    assert {match.by for match in planned.matching.matches} == {By.MINISTRY_ID}


@pytest.mark.parametrize(
    ("held", "written"), [("8.5", "7.5"), ("8,5", "7,5"), ("9,0", "7,5")], ids=["point", "comma", "padded"]
)
def test_the_decimal_sign_follows_the_file(held: str, written: str) -> None:
    data = sector(choices=Choices(existing={(8, 5): held, (9, 5): held}))
    planned = plan(detect(data), rows_of(marks={"tx1": Decimal("7.5"), "gk": Decimal("8.0")}))
    first = planned.cells[0]
    assert (first.after, first.as_text) == (written, True)
    assert planned.cells[1].after == ("8,0" if held == "9,0" else "8")
    assert plan(detect(data), rows_of(marks={"tx1": Decimal("7.5")}), comma=False).cells[0].after == "7.5"


def test_another_hands_value_is_kept_and_ones_own_is_renewed() -> None:
    data = vnedu(choices=Choices(existing={(7, 4): 9, (8, 4): 6.5, (9, 4): 8}))
    rows = rows_of(marks={"tx1": Decimal("8.0")})
    rows[1] = replace(rows[1], earlier={"tx1": [Decimal("6.5")]})
    planned = plan(detect(data), rows)
    assert [cell.verdict for cell in planned.cells[:4]] == [
        Verdict.KEPT, Verdict.REPLACE, Verdict.SAME, Verdict.WRITE,
    ]  # fmt: skip
    assert (planned.cells[0].before, planned.cells[0].after) == ("9", "8")
    sheet = reopened(fill(data, planned))
    assert [sheet.cell(row, 5).value for row in range(8, 12)] == [9, 8, 8, 8]
    ticked = plan(detect(data), rows, replace={"E8"})
    assert ticked.cells[0].verdict is Verdict.REPLACE


def test_a_formula_is_never_written_over_and_is_computed_anew() -> None:
    data = vnedu(choices=Choices(average_formula=True))
    planned = plan(detect(data), rows_of())
    assert {cell.verdict for cell in planned.cells if cell.key == "tb"} == {Verdict.FORMULA}
    filled = fill(data, planned)
    assert reopened(filled).cell(8, 12).value.startswith("=ROUND")
    changed = [name for name, part in parts(data).items() if parts(filled)[name] != part]
    assert set(changed) <= {SHEET, "xl/workbook.xml"}
    assert parts(filled)["xl/workbook.xml"].count(b'fullCalcOnLoad="1"') == 1


def test_twins_and_doubles_are_left_out_and_shown() -> None:
    twin = replace(PUPILS[1], number=20, ministry_id="", code="")
    other = replace(twin, number=21)
    double = replace(PUPILS[2], number=22)
    data = sector([*PUPILS[:1], twin, other, PUPILS[2], double])
    ours = (PUPILS[0], twin, other, PUPILS[2])
    planned = plan(detect(data), rows_of(ours))
    assert [match.pupil.uid for match in planned.matching.matches] == ["uid-1"]
    assert [row.row for row in planned.matching.doubtful] == [9, 10, 11, 12]
    assert {pupil.uid for pupil in planned.matching.absent} == {"uid-20", "uid-21", "uid-3"}
    assert {cell.row for cell in planned.cells} == {8}


def test_twins_with_their_own_ids_are_told_apart() -> None:
    twin = replace(PUPILS[1], number=20, ministry_id="0999999999", code="HS0999")
    data = sector([twin, PUPILS[1]])
    planned = plan(detect(data), rows_of((PUPILS[1], twin)))
    assert [(match.row.row, match.pupil.uid) for match in planned.matching.matches] == [(8, "uid-20"), (9, "uid-2")]


def test_the_same_name_and_day_with_another_id_is_a_stranger() -> None:
    data = sector([replace(PUPILS[0], ministry_id="0777777777")])
    planned = plan(detect(data), rows_of(PUPILS[:1]))
    assert planned.matching.matches == ()
    assert [row.row for row in planned.matching.strangers] == [8]


def test_name_and_birth_date_match_across_spellings_and_a_wrong_day_does_not() -> None:
    file_side = Pupil(1, "ĐẶNG  HÒA", date(2013, 5, 1), "", "")
    ours = Pupil(1, "Đặng Hoà", date(2013, 5, 1), "0123456789", "HS1")
    assert plan(detect(sector([file_side])), rows_of((ours,))).matching.matches[0].by is By.NAME
    wrong_day = replace(ours, born_on=date(2013, 5, 2))
    assert plan(detect(sector([file_side])), rows_of((wrong_day,))).matching.matches == ()


def test_a_number_that_lost_its_leading_zero_is_still_the_ministrys_id() -> None:
    data = sector(choices=Choices(existing={(7, 2): int(PUPILS[0].ministry_id)}))
    assert detect(data).rows[0].ministry_id == PUPILS[0].ministry_id


def test_warns_of_names_that_differ_and_of_columns_that_lack() -> None:
    data = sector([replace(PUPILS[0], name="Nguyễn Minh Ánh")])
    planned = plan(detect(data), rows_of(PUPILS[:1], {"tx5": Decimal(8)}))
    assert planned.matching.matches[0].names_differ
    assert any("tx5" in str(warning) for warning in planned.warnings)
    assert len(planned.warnings) == 2


def test_locked_cells_stay_where_others_are_open() -> None:
    data = vnedu(choices=Choices(average_formula=False))
    sheet = parts(data)[SHEET]
    plain = re.sub(rb'(<c r="L\d+") s="\d+"/>', rb"\1/>", sheet)  # the average's column without an unlocked style
    planned = plan(detect(with_parts(data, {SHEET: plain})), rows_of())
    assert {cell.verdict for cell in planned.cells if cell.key == "tb"} == {Verdict.LOCKED}
    unprotected = with_parts(data, {SHEET: re.sub(rb"<sheetProtection[^>]*/>", b"", plain)})
    assert {cell.verdict for cell in plan(detect(unprotected), rows_of()).cells} == {Verdict.WRITE}


@pytest.mark.parametrize("text", ["=1+1", "+84", "-2", "@SUM(A1)", "\t=1", "\r=1", '=cmd|"/c calc"!A1'])
def test_no_text_becomes_a_formula(text: str) -> None:
    data = sector()
    filled = fill(data, plan(detect(data), rows_of(marks={"nx": text})))
    cell = reopened(filled).cell(8, 14)
    assert b"<f" not in parts(filled)[SHEET]
    assert b't="inlineStr"' in parts(filled)[SHEET]
    assert str(cell.value).strip() == text.strip()


def test_prefixed_markup_and_selfclosed_rows_are_understood() -> None:
    """Some portals write `<x:row>`; a row may have no cell at all beyond the pupil's own."""
    data = sector()
    sheet = parts(data)[SHEET]
    sheet = re.sub(rb"<(/?)(?=[A-Za-z])", rb"<\1x:", sheet).replace(b"xmlns=", b"xmlns:x=", 1)
    prefixed = with_parts(data, {SHEET: sheet})
    filled = fill(prefixed, plan(detect(prefixed), rows_of()))
    assert reopened(filled).cell(8, 10).value == "7,3"
    assert b'<x:c r="J8"' in parts(filled)[SHEET]


def test_comment_subjects_are_written_as_words() -> None:
    data = sector()
    filled = fill(data, plan(detect(data), rows_of(marks={"tx1": "Đ", "gk": "CĐ"})))
    assert (reopened(filled).cell(8, 6).value, reopened(filled).cell(8, 10).value) == ("Đ", "CĐ")


def test_a_second_filling_finds_everything_the_same() -> None:
    for data in (vnedu(), sector()):
        filled = fill(data, plan(detect(data), rows_of()))
        again = plan(detect(filled), rows_of())
        assert {cell.verdict for cell in again.cells} == {Verdict.SAME}
        assert parts(fill(filled, again)) == parts(filled)


def test_only_the_previewed_file_is_filled() -> None:
    with pytest.raises(Conflict):
        fill(sector(), plan(detect(vnedu()), rows_of()))


def test_a_sheet_of_two_semesters_is_refused() -> None:
    data = vnedu()
    strings = parts(data)["xl/sharedStrings.xml"].replace("ĐĐGck".encode(), "ĐĐGgk".encode())
    with pytest.raises(Invalid, match="gk"):
        detect(with_parts(data, {"xl/sharedStrings.xml": strings}))


def test_a_roster_is_not_a_gradebook() -> None:
    book = openpyxl.Workbook()
    book.active.append(["STT", "Họ và tên", "Ngày sinh"])
    book.active.append([1, "Nguyễn Minh Anh", "1/2/2013"])
    out = io.BytesIO()
    book.save(out)
    with pytest.raises(Invalid, match="ĐĐGtx"):
        detect(out.getvalue())


def test_an_old_xls_comes_back_as_xlsx_with_a_warning() -> None:
    data = (Path(__file__).parent / "so_diem_cu.xls").read_bytes()
    layout = detect(data)
    assert [row.born_on for row in layout.rows] == [pupil.born_on for pupil in PUPILS[:3]]
    planned = plan(layout, rows_of(PUPILS[:3], {"tx1": Decimal("8.5"), "tx2": Decimal("7.5")}))
    assert any(".xls" in str(warning) for warning in planned.warnings)
    assert [cell.verdict for cell in planned.cells[:3]] == [Verdict.SAME, Verdict.WRITE, Verdict.WRITE]
    sheet = reopened(fill(data, planned))
    assert [sheet.cell(row, 5).value for row in (5, 6, 7)] == ["8,5", "8,5", "8,5"]
    assert sheet["A1"].value == "BẢNG ĐIỂM MÔN TOÁN LỚP 8A2"
    assert "E3:G3" in {str(area) for area in sheet.merged_cells.ranges}
