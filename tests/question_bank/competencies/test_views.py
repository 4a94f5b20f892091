from __future__ import annotations

import io
from collections.abc import Callable

import pytest
from flask.testing import FlaskClient

from lms.base import db
from question_bank.competencies import service
from tests.factories import NOON, World

SignedIn = Callable[[str], FlaskClient]


@pytest.fixture
def maths(world: World) -> str:
    with db.transaction() as session:
        return service.install_shipped(session, world.school.id, at=NOON)[0].uid


def send(client: FlaskClient, data: bytes, name: str, **fields: str) -> tuple[int, str]:
    answer = client.post("/frameworks/import", data={**fields, "file": (io.BytesIO(data), name)})
    return answer.status_code, answer.headers.get("Location", answer.text)


def test_the_list_and_the_tree(signed_in: SignedIn, maths: str) -> None:
    client = signed_in("teacher")
    assert "Toán 6–9" in client.get("/frameworks").text
    page = client.get(f"/frameworks/{maths}?grade=8&q=phan+thuc").text
    assert "Phân thức đại số" in page
    assert "Làm quen với một số mô hình xác suất" not in page
    assert "Không có mục nào khớp" in client.get(f"/frameworks/{maths}?q=xyz").text


def test_an_empty_school_is_told_what_to_do(signed_in: SignedIn, world: World) -> None:
    assert "Nhập khung" in signed_in("admin").get("/frameworks").text
    assert "frameworks/import" not in signed_in("teacher").get("/frameworks").text


@pytest.mark.parametrize(("form", "start"), [("csv", b"\xef\xbb\xbfcode,parent"), ("json", b"{")])
def test_export(signed_in: SignedIn, maths: str, form: str, start: bytes) -> None:
    answer = signed_in("teacher").get(f"/frameworks/{maths}/export.{form}")
    assert answer.data.startswith(start)
    assert "toan-6-9" in answer.headers["Content-Disposition"]
    assert signed_in("teacher").get(f"/frameworks/{maths}/export.pdf").status_code == 404


def test_import_works_for_the_admin(signed_in: SignedIn, world: World) -> None:
    status, where = send(
        signed_in("admin"), "code,statement\nA,Đọc hiểu\n".encode(), "van.csv", title="Ngữ văn", subject="tin-hoc"
    )
    assert status == 303
    assert "Đọc hiểu" in signed_in("admin").get(where).text


@pytest.mark.parametrize(
    ("data", "name", "sentence"),
    [
        (b"{", "a.json", "không phải JSON hợp lệ"),
        (b" ", "a.json", "Tệp rỗng"),
        (b"PK\x03\x04" + b"\0" * 40, "a.csv", "không phải là tệp .csv"),
        (b"x", "a.exe", "không thuộc loại nhận ở đây"),
    ],
)
def test_a_bad_file_is_answered_on_the_form(
    signed_in: SignedIn, world: World, data: bytes, name: str, sentence: str
) -> None:
    status, page = send(signed_in("admin"), data, name, title="Giữ lại")
    assert status == 422
    assert sentence in page
    assert "Giữ lại" in page


def test_import_is_closed_to_others(signed_in: SignedIn, maths: str) -> None:
    assert send(signed_in("teacher"), b"code,statement\nA,x\n", "a.csv", title="x")[0] == 403
    assert signed_in("pupil").get("/frameworks").status_code == 403
    assert signed_in("outsider").get(f"/frameworks/{maths}").status_code == 404
