from __future__ import annotations

import io
import zipfile
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from flask.testing import FlaskClient
from lxml import etree

from lms.base import db
from question_bank.assembly.domain.specification import PartKind, Specification
from question_bank.assembly.service import specifications
from question_bank.assembly.service.specifications import About
from tests.factories import NOON, World
from tests.question_bank.assembly.samples import matrix
from tests.question_bank.assembly.samples import specification_fields as fields

SignedIn = Callable[[str], FlaskClient]
ABOUT = About("Kiểm tra giữa học kì I", 8, 90)
W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"


@pytest.fixture
def kept(world: World) -> str:
    """The uid of the teacher's matrix."""
    with db.transaction() as session:
        actor = world.actor(session, "teacher")
        return specifications.begin(session, actor, world.maths, ABOUT, matrix(), at=NOON).uid


def said_by(world: World, uid: str) -> Specification:
    """What a kept matrix says."""
    with db.open_session(writes=False) as session:
        return specifications.get_specification(session, world.actor(session, "teacher"), uid).specification


def test_from_a_template_to_a_filled_matrix(signed_in: SignedIn, world: World) -> None:
    client = signed_in("teacher")
    assert "Chưa có ma trận nào" in client.get("/bank/specifications").text
    begun = client.post(
        "/bank/specifications/new",
        data={"title": "Giữa kì I", "grade": "8", "subject": world.maths.uid, "template": "periodic"},
    )
    assert begun.status_code == 303
    edit = begun.headers["Location"]
    assert client.get(edit).text.count("data-row>") == 1  # one to write on in
    assert client.post(edit, data=fields()).status_code == 303
    page = client.get(edit.removesuffix("/edit")).text
    assert "Kiểm tra giữa học kì I" in page
    assert "Hằng đẳng thức" in page
    assert "Vận dụng tính chất hình thoi." in page
    assert "Kiểm tra giữa học kì I" in client.get("/bank/specifications").text


def test_what_is_typed_is_what_is_kept(signed_in: SignedIn, world: World, kept: str) -> None:
    signed_in("teacher").post(f"/bank/specifications/{kept}/edit", data=fields())
    assert said_by(world, kept) == matrix()


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"n": ["x"] * 36}, "Dòng 1: số câu phải là số nguyên."),
        ({"n": ["1"] * 35}, "Bảng gửi lên thiếu ô"),
        ({"head": "three:choice"}, "Bảng gửi lên thiếu ô"),
        ({"head": "none:choice"}, "Bảng gửi lên thiếu ô"),
        ({"worth": ["0"] * 12}, "Điểm mỗi câu phải lớn hơn 0"),
        ({"worth": ["1/0"] * 12}, "Hãy ghi điểm mỗi câu"),
        ({"goal-essay": "nhiều"}, "Hãy ghi số điểm của phần"),
        ({"title": " "}, "Hãy đặt tên cho ma trận"),
        ({"minutes": "3"}, "Thời gian làm bài từ 5 đến 240 phút."),
        ({"grade": "13"}, "Khối lớp từ 1 đến 12."),
    ],
)
def test_a_mistake_is_said_and_nothing_typed_is_lost(
    signed_in: SignedIn, kept: str, changed: dict[str, Any], said: str
) -> None:
    answer = signed_in("teacher").post(
        f"/bank/specifications/{kept}/edit", data=fields(**{"unit": ["Chữ vừa gõ", "b", "c"], **changed})
    )
    assert answer.status_code == 422
    assert said in answer.text
    assert "Chữ vừa gõ" in answer.text or "thiếu ô" in said


def test_a_row_goes_and_a_part_comes_without_a_script(signed_in: SignedIn, world: World, kept: str) -> None:
    client, edit = signed_in("teacher"), f"/bank/specifications/{kept}/edit"
    assert client.post(edit, data=fields(act="remove-1")).headers["Location"] == edit
    page = client.get(edit).text
    assert "Hằng đẳng thức" not in page
    assert "Cộng, trừ đa thức" in page
    client.post(edit, data=fields(act="head", kind=["choice", "pairs"], scheme="four"))
    found = said_by(world, kept)
    assert [part.kind for part in found.parts] == [PartKind.CHOICE, PartKind.PAIRS]
    assert found.rows[0].counts == ((3, 1, 0, 0), (0, 0, 0, 0))


def test_a_colleague_reads_and_copies_but_does_not_write(signed_in: SignedIn, kept: str) -> None:
    client, place = signed_in("colleague"), f"/bank/specifications/{kept}"
    assert client.get(place).status_code == 200
    assert client.get(f"{place}/edit").status_code == 403
    assert client.post(f"{place}/edit", data=fields()).status_code == 403
    assert client.post(f"{place}/delete", data={"confirm": "xoá"}).status_code == 403
    copied = client.post(f"{place}/copy").headers["Location"]
    assert copied != f"{place}/edit"
    assert "Hằng đẳng thức" in client.get(copied).text


def test_a_matrix_of_another_subject_is_not_there(signed_in: SignedIn, kept: str) -> None:
    assert signed_in("it_teacher").get(f"/bank/specifications/{kept}").status_code == 404
    assert "giữa học kì" not in signed_in("it_teacher").get("/bank/specifications").text
    assert "giữa học kì" in signed_in("leader").get("/bank/specifications").text


def test_a_matrix_goes_only_when_the_word_is_fields(signed_in: SignedIn, kept: str) -> None:
    client, place = signed_in("subject_head"), f"/bank/specifications/{kept}"
    assert client.post(f"{place}/delete", data={"confirm": "gì"}).status_code == 422
    assert client.post(f"{place}/delete", data={"confirm": "xoá"}).status_code == 303
    assert client.get(place).status_code == 404


def rows_of(table: etree._Element) -> Iterator[list[str]]:
    for row in table.iter(f"{W}tr"):
        yield ["".join(cell.itertext()).strip() for cell in row.iterchildren(f"{W}tc")]


def test_the_sheets_stand_as_official_letter_7991_lays_them_out(signed_in: SignedIn, kept: str) -> None:
    answer = signed_in("colleague").get(f"/bank/specifications/{kept}/word")
    assert answer.headers["Content-Disposition"] == 'attachment; filename="ma-tran-kiem-tra-giua-hoc-ki-i.docx"'
    with zipfile.ZipFile(io.BytesIO(answer.data)) as file:
        body = etree.fromstring(file.read("word/document.xml"))
    matrix_sheet, details = (list(rows_of(table)) for table in body.iter(f"{W}tbl"))
    assert matrix_sheet[0][:5] == ["TT", "Chủ đề/Chương", "Nội dung/đơn vị kiến thức", "Mức độ đánh giá", "Tổng"]
    assert matrix_sheet[1] == ["", "", "", "TNKQ", "Tự luận", "", ""]  # a cell that reaches down stays one cell
    assert matrix_sheet[2][3:6] == ["Nhiều lựa chọn", "Đúng – Sai", "Trả lời ngắn"]
    assert matrix_sheet[3][3:6] == ["Biết", "Hiểu", "VD"]
    assert matrix_sheet[4] == (
        ["1", "Đa thức", "Cộng, trừ đa thức", *"3|1||1|||||".split("|"), "", "1", "", "4", "2", "", "30%"]
    )
    assert matrix_sheet[5][:2] == ["", ""]  # the topic reaches down
    assert matrix_sheet[-3][-4:] == ["9", "8", "4", "21"]
    assert matrix_sheet[-2] == ["Tổng số điểm", "3", "2", "2", "3", "3,25", "4", "2,75", "10"]
    assert matrix_sheet[-1][:5] == ["Tỉ lệ %", "30%", "20%", "20%", "30%"]
    assert details[4][3] == "Biết:– Nhận biết đa thức."
    assert details[5][3].startswith("– ")  # the code, where no framework of the school knows it
