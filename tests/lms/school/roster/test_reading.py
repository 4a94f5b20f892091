"""Lists of pupils as schools keep them, and a sentence for every cell that is wrong."""

import io
from datetime import date
from typing import Any

import pytest
import xlsxwriter

from lms.base.errors import Invalid
from lms.school.roster import Role, RosterFile, RosterLine, read_roster
from lms.school.roster.reading import read_class

HEAD = ["STT", "Mã định danh", "Mã học sinh", "Họ và tên", "Ngày sinh", "Giới tính", "Lớp", "Email", "SĐT phụ huynh"]
AN = [1, "0123456789", "HS001", "Nguyễn Minh Anh", "28/02/2013", "Nữ", "8A2", "me.an@thu.vn", "0912345678"]
BINH = [2, "0123456790", "HS002", "Trần Gia Bảo", date(2013, 3, 12), "Nam", "8a2", None, 912345679]


def book(*rows: list[Any], title: str | None = None, name: str = "Sheet1", merges: tuple[str, ...] = ()) -> bytes:
    out = io.BytesIO()
    workbook = xlsxwriter.Workbook(out, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False})
    sheet = workbook.add_worksheet(name)
    day = workbook.add_format({"num_format": "d/m/yyyy"})
    for number, row in enumerate(([title],) * bool(title) + rows):
        for column, value in enumerate(row):
            if isinstance(value, date):
                sheet.write_datetime(number, column, value, day)
            elif value is not None:
                sheet.write(number, column, value)
    for area in merges:
        sheet.merge_range(area, "Họ và tên")
    workbook.close()
    return out.getvalue()


def read(*rows: list[Any], **options: Any) -> RosterFile:
    return read_roster(book(HEAD, *rows, **options), "ds.xlsx")


def changed(column: str, value: Any, number: int = 1, base: list[Any] = AN) -> list[Any]:
    row = list(base)
    row[HEAD.index(column)] = value
    row[0] = number
    return row


def sentences(line: RosterLine) -> list[str]:
    return [str(problem.message) for problem in line.problems]


def test_reads_a_tidy_list() -> None:
    found = read(AN, BINH)
    assert found.errors == 0
    first, second = found.lines
    assert first == RosterLine(
        2, "Sheet1", "Nguyễn Minh Anh", date(2013, 2, 28), "0123456789", "HS001", "female", "8A2", "me.an@thu.vn",
        "0912345678",
    )  # fmt: skip
    assert (second.born_on, second.gender, second.class_name, second.phone) == (
        date(2013, 3, 12), "male", "8A2", "0912345679",
    )  # fmt: skip
    assert Role.MINISTRY_ID in found.columns


def test_reads_below_titles_with_the_name_in_two_columns_and_the_class_in_the_title() -> None:
    data = book(
        ["TRƯỜNG THCS HOA PHƯỢNG"],
        ["DANH SÁCH HỌC SINH LỚP 8A2 – NĂM HỌC 2026–2027"],
        [],
        ["TT", "Họ và tên", None, "Ngày, tháng, năm sinh", "Nữ"],
        [1, "Nguyễn Minh", "Anh", "28/2/2013", "x"],
        [2, "Trần Gia", "Bảo", "12-3-13", None],
        [None, None, "Tổng cộng: 2 học sinh"],
        [None, None, None, "Hoa Phượng, ngày 5 tháng 9 năm 2026"],
        [None, "Giáo viên chủ nhiệm"],
        merges=("B4:C4",),
    )
    lines = read_roster(data).lines
    assert [(line.name, line.born_on, line.gender, line.class_name) for line in lines] == [
        ("Nguyễn Minh Anh", date(2013, 2, 28), "female", "8A2"),
        ("Trần Gia Bảo", date(2013, 3, 12), None, "8A2"),
    ]
    assert all(line.usable for line in lines)


def test_family_and_given_names_may_have_headings_of_their_own() -> None:
    data = book(["STT", "Họ và tên đệm", "Tên", "Ngày sinh"], [1, "Lê Hoàng", "Châu", "1/2/2013"], name="6A1")
    (line,) = read_roster(data).lines
    assert (line.name, line.class_name) == ("Lê Hoàng Châu", "6A1")


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "windows-1258"])
def test_reads_text_files(encoding: str) -> None:
    text = "STT;Ho va ten;Ngày sinh;Lớp\n1;Đặng Thị Hà;1/2/2013;8A2\n"
    if encoding == "windows-1258":  # writes tones apart from their letters
        text = text.replace("ị", "i\u0323").replace("ớ", "\u01a1\u0301").replace("ặ", "\u0103\u0323")
    (line,) = read_roster(text.encode(encoding), "ds.csv").lines
    assert (line.name, line.born_on, line.class_name, line.problems) == ("Đặng Thị Hà", date(2013, 2, 1), "8A2", ())


def test_a_duplicate_code_is_pointed_out_on_both_lines() -> None:
    found = read(AN, changed("Họ và tên", "Trần Gia Bảo", 2))
    assert found.errors == 2
    assert "Dòng 2, cột Mã định danh: mã trùng với dòng 3." in sentences(found.lines[0])
    assert "Dòng 3, cột Mã học sinh: mã trùng với dòng 2." in sentences(found.lines[1])


@pytest.mark.parametrize(
    ("column", "value", "sentence"),
    [
        ("Ngày sinh", None, "Dòng 2, cột Ngày sinh: thiếu ngày sinh."),
        ("Ngày sinh", "30/2/2013", "không có ngày “30/2/2013”"),
        ("Ngày sinh", "02/28/2013", "Hãy ghi ngày/tháng/năm"),
        ("Ngày sinh", "chưa rõ", "không có ngày “chưa rõ”"),
        ("Ngày sinh", "1/2/1913", "không hợp với tuổi đi học"),
        ("Họ và tên", "Nguyễn Minh 4nh", "họ tên có chữ số"),
        ("Họ và tên", "=HYPERLINK(a)", "họ tên có kí tự lạ"),
        ("Họ và tên", "<script>", "họ tên có kí tự lạ"),
        ("Họ và tên", None, "Dòng 2, cột Họ và tên: thiếu họ tên."),
        ("Mã định danh", "12345", "10 chữ số"),
        ("Lớp", None, "thiếu lớp"),
        ("Lớp", "9A9", "trường không có lớp “9A9”"),
        ("Email", "khong-phai-thu", "không phải địa chỉ thư"),
    ],
)
def test_an_error_names_its_line_and_column(column: str, value: Any, sentence: str) -> None:
    found = read_roster(book(HEAD, changed(column, value), BINH), classes={"8A2"}, on=date(2026, 9, 1))
    assert found.errors == 1
    line = found.lines[0]
    assert any(sentence in text for text in sentences(line))
    assert all(text.startswith("Dòng 2, cột ") for text in sentences(line))


@pytest.mark.parametrize(
    ("column", "value", "sentence"),
    [
        ("Họ và tên", "Nguyê\u0303n Minh Anh", "đã được chuẩn hoá thành “Nguyễn Minh Anh”"),
        ("Họ và tên", "Anh", "chỉ có một chữ"),
        ("Giới tính", "?", "không phải Nam hay Nữ"),
        ("SĐT phụ huynh", "123", "không giống số điện thoại"),
    ],
)
def test_a_notice_does_not_hold_a_line_back(column: str, value: Any, sentence: str) -> None:
    found = read(changed(column, value))
    assert found.errors == 0
    assert any(sentence in text for text in sentences(found.lines[0]))


def test_a_decomposed_name_is_composed() -> None:
    assert read(changed("Họ và tên", "Nguyê\u0303n  Minh\u00a0Anh")).lines[0].name == "Nguyễn Minh Anh"


def test_two_of_one_name_birth_date_and_class_are_asked_about() -> None:
    twin = changed("Mã học sinh", "HS009", 2, changed("Mã định danh", "0123450000"))
    found = read(AN, twin)
    assert found.errors == 0
    assert all("Có phải hai em?" in sentences(line)[0] for line in found.lines)


def test_an_id_that_became_a_number_gets_its_zero_back() -> None:
    assert read(changed("Mã định danh", 123456789)).lines[0].ministry_id == "0123456789"


def test_a_citizens_id_is_not_taken_for_the_ministrys() -> None:
    data = book(["STT", "Số định danh cá nhân", "Họ và tên"], [1, "001213000001", "Lê An Bình"])
    assert read_roster(data).lines[0].ministry_id == ""


def test_what_is_no_list_is_said_so() -> None:
    for data, word in (
        (book(["a", "b"], [1, 2]), "hàng tiêu đề"),
        (book(HEAD), "không có học sinh"),
        (b"", "rỗng"),
        (b"Nguyen Van A\n", "hàng tiêu đề"),
    ):
        with pytest.raises(Invalid, match=word):
            read_roster(data)


@pytest.mark.parametrize(
    ("text", "name"),
    [("8A2", "8A2"), ("Lớp 8a2", "8A2"), ("lớp 10 Toán", "10TOÁN"), ("6/3", "6/3"), ("12.4", "12/4"), ("", ""),
     ("Sheet1", ""), ("2026", "")],
)  # fmt: skip
def test_reads_the_name_of_a_class(text: str, name: str) -> None:
    assert read_class(text) == name
