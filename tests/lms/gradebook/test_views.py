"""Gradebook pages over HTTP: each act as the teacher, as somebody else, and in the wrong state."""

from __future__ import annotations

import io
import json
import re
from collections.abc import Callable, Iterator
from datetime import date
from decimal import Decimal

import openpyxl
import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import event, select

from lms.base import db
from lms.base.users import User
from lms.gradebook import service
from lms.gradebook.domain.cells import mark_cell
from lms.gradebook.domain.circular22 import VERSIONS
from lms.gradebook.models import Gradebook
from lms.school.models import SchoolClass, TeachingAssignment
from tests.factories import NOON, World
from tests.lms.gradebook.workbook.templates import Choices, Pupil, sector

SignedIn = Callable[[str], FlaskClient]
FULL = {"tx1": "8", "tx2": "9", "tx3": "7", "tx4": "8", "gk": "7.5", "ck": "8"}


@pytest.fixture
def book(app: Flask, world: World) -> str:
    """The uid of the gradebook Toán 8A2 with one pupil's marks."""
    with db.transaction() as session:
        teacher = world.actor(session, "teacher")
        opened = service.open_gradebook(
            session, teacher, world.class_8a2.uid, world.maths.uid, world.semester.uid, at=NOON
        )
        for key, text in FULL.items():
            cell = mark_cell(Decimal(text), VERSIONS[0])
            service.set_mark(session, teacher, opened.uid, world.pupil.uid, key, cell, at=NOON)
        return opened.uid


def hidden(page: str, name: str) -> str:
    found = re.search(rf'name="{name}" value="([^"]*)"', page)
    assert found, name
    return found[1].replace("&#34;", '"').replace("&quot;", '"')


def form_of(client: FlaskClient, book: str, **typed: str) -> dict[str, str]:
    page = client.get(f"/gradebook/{book}").text
    was = hidden(page, "was")
    fields = {"was": was, "keys": hidden(page, "keys"), "column": ""}
    for pupil, texts in json.loads(was).items():
        for key, text in zip([*fields["keys"].split(), "nx"], texts, strict=True):
            fields[f"{pupil}:{key}"] = text
    return {**fields, **typed}


def test_the_teacher_opens_types_and_saves(signed_in: SignedIn, world: World) -> None:
    teacher = signed_in("teacher")
    listed = teacher.get("/gradebook")
    assert "Mở sổ điểm" in listed.text
    data = {"class": world.class_8a2.uid, "subject": world.maths.uid, "semester": world.semester.uid}
    opened = teacher.post("/gradebook/open", data=data)
    assert opened.status_code == 303
    uid = opened.location.rsplit("/", 1)[1]
    pupil = world.pupil.uid
    typed = {f"{pupil}:{key}": text.replace(".", ",") for key, text in FULL.items()}
    saved = teacher.post(
        f"/gradebook/{uid}", data=form_of(teacher, uid, **typed, **{f"{pupil}:nx": "Vững hằng đẳng thức"})
    )
    assert saved.status_code == 303, saved.text
    page = teacher.get(f"/gradebook/{uid}").text
    assert "Đã lưu 6 ô điểm, 1 nhận xét." in page
    assert re.search(r"data-result>\s*7,9", page)
    assert "Vững hằng đẳng thức" in page


def test_a_forgotten_comma_is_asked_back_and_nothing_is_saved(signed_in: SignedIn, world: World, book: str) -> None:
    teacher = signed_in("teacher")
    mate = world.classmate.uid
    answer = teacher.post(
        f"/gradebook/{book}", data=form_of(teacher, book, **{f"{mate}:tx1": "85", f"{mate}:tx2": "9,0"})
    )
    assert answer.status_code == 422
    assert "Bạn gõ 85. Có phải 8,5 không?" in answer.text
    assert 'value="8,5"' in answer.text
    assert 'value="9,0"' in answer.text
    assert json.loads(hidden(teacher.get(f"/gradebook/{book}").text, "was"))[mate][0] == ""


def test_a_page_whose_marks_moved_on_is_not_overwritten(signed_in: SignedIn, world: World, book: str) -> None:
    teacher = signed_in("teacher")
    first = form_of(teacher, book, **{f"{world.pupil.uid}:ck": "9"})
    second = form_of(teacher, book, **{f"{world.pupil.uid}:ck": "5"})
    assert teacher.post(f"/gradebook/{book}", data=first).status_code == 303
    answer = teacher.post(f"/gradebook/{book}", data=second)
    assert answer.status_code == 422
    assert "vừa được đổi thành “9,0”" in answer.text


def test_one_column_can_be_typed_alone(signed_in: SignedIn, world: World, book: str) -> None:
    teacher = signed_in("teacher")
    page = teacher.get(f"/gradebook/{book}?column=gk").text
    assert hidden(page, "keys") == "gk"
    name = f"{world.classmate.uid}:gk"
    data = {"was": hidden(page, "was"), "keys": "gk", "column": "gk", name: "6,5"}
    answer = teacher.post(f"/gradebook/{book}", data=data)
    assert (answer.status_code, answer.location) == (303, f"/gradebook/{book}?column=gk")


def test_a_meddled_form_is_refused(signed_in: SignedIn, world: World, book: str) -> None:
    teacher = signed_in("teacher")
    for was, keys in (("[]", "tx1"), ("{", "tx1"), ('{"x": 3}', "tx1"), ('{"x": ["1"]}', "tx1 tx2")):
        assert teacher.post(f"/gradebook/{book}", data={"was": was, "keys": keys}).status_code == 422
    stranger = {
        "was": json.dumps({world.other_pupil.uid: ["", ""]}),
        "keys": "tx1",
        f"{world.other_pupil.uid}:tx1": "9",
    }
    assert teacher.post(f"/gradebook/{book}", data=stranger).status_code == 404


WRITES = [
    ("", {"was": "{}", "keys": "tx1"}),
    ("/columns", {"regular": "5"}),
    ("/publish", {"column": "tx1"}),
    ("/lock", {}),
    ("/unlock-request", {"reason": "nhập nhầm"}),
    ("/unlock", {}),
    ("/export", {"kind": "csv"}),
]


@pytest.mark.parametrize("persona", ["colleague", "it_teacher", "admin", "pupil", "parent", "outsider"])
def test_strangers_find_nothing(signed_in: SignedIn, world: World, book: str, persona: str) -> None:
    client = signed_in(persona)
    for path, data in WRITES:
        assert client.post(f"/gradebook/{book}{path}", data=data).status_code == 404, path
    for path in ("", f"/pupils/{world.pupil.uid}", "/workbook"):
        assert client.get(f"/gradebook/{book}{path}").status_code == 404, path
    assert (
        client.post(f"/gradebook/{book}/pupils/{world.pupil.uid}", data={"column": "tx1", "reason": "x"}).status_code
        == 404
    )


def test_leaders_and_heads_read_but_do_not_write(signed_in: SignedIn, world: World, book: str) -> None:
    for persona in ("leader", "subject_head"):
        client = signed_in(persona)
        page = client.get(f"/gradebook/{book}")
        assert page.status_code == 200
        assert "Lưu điểm" not in page.text
        assert client.post(f"/gradebook/{book}", data={"was": "{}", "keys": "tx1"}).status_code == 403
        assert client.post(f"/gradebook/{book}/publish", data={"column": "tx1"}).status_code == 403
    assert signed_in("teacher").post(f"/gradebook/{book}/lock").status_code == 403
    assert signed_in("subject_head").post(f"/gradebook/{book}/export").status_code == 403


def test_a_locked_gradebook_takes_nothing_until_two_people_open_it(
    signed_in: SignedIn, world: World, book: str
) -> None:
    teacher, leader = signed_in("teacher"), signed_in("leader")
    form = form_of(teacher, book, **{f"{world.pupil.uid}:ck": "9"})
    assert leader.post(f"/gradebook/{book}/lock").status_code == 303
    assert leader.post(f"/gradebook/{book}/lock").status_code == 409
    assert teacher.post(f"/gradebook/{book}", data=form).status_code == 409
    assert teacher.post(f"/gradebook/{book}/publish", data={"column": "tx1"}).status_code == 409
    zero = {"column": "ck", "reason": "bỏ thi"}
    assert teacher.post(f"/gradebook/{book}/pupils/{world.pupil.uid}", data=zero).status_code == 409
    assert leader.post(f"/gradebook/{book}/unlock").status_code == 409
    assert "Sổ điểm đã khoá từ" in teacher.get(f"/gradebook/{book}").text
    assert teacher.post(f"/gradebook/{book}/unlock-request", data={"reason": " "}).status_code == 422
    assert teacher.post(f"/gradebook/{book}/unlock-request", data={"reason": "Nhập nhầm cột"}).status_code == 303
    assert "Nhập nhầm cột" in leader.get(f"/gradebook/{book}").text
    assert leader.post(f"/gradebook/{book}/unlock").status_code == 303
    assert teacher.post(f"/gradebook/{book}", data=form).status_code == 303


def test_a_zero_by_rule_is_given_with_its_reason(signed_in: SignedIn, world: World, book: str) -> None:
    teacher = signed_in("teacher")
    page = f"/gradebook/{book}/pupils/{world.classmate.uid}"
    assert teacher.post(page, data={"column": "gk", "reason": ""}).status_code == 422
    assert teacher.post(page, data={"column": "gk", "reason": "Vắng không phép, không dự bù"}).status_code == 303
    history = teacher.get(page).text
    assert "Vắng không phép, không dự bù" in history
    assert "Nguyễn Thị Thu Hà" in history
    assert teacher.get(f"/gradebook/{book}/pupils/{world.other_pupil.uid}").status_code == 404


@pytest.mark.usefixtures("on_a_school_day")
def test_pupils_and_parents_see_their_own_published_marks(signed_in: SignedIn, world: World, book: str) -> None:
    teacher, pupil, parent = signed_in("teacher"), signed_in("pupil"), signed_in("parent")
    assert "Chưa có điểm nào" in pupil.get("/marks").text
    assert teacher.post(f"/gradebook/{book}/publish", data={"column": ["gk"]}).status_code == 303
    page = pupil.get("/marks").text
    assert "7,5" in page
    assert "7,9" not in page
    everything = {"column": ["tx1", "tx2", "tx3", "tx4", "ck"]}
    assert teacher.post(f"/gradebook/{book}/publish", data=everything).status_code == 303
    assert "7,9" in pupil.get("/marks").text
    led = parent.get("/marks")
    assert led.location == f"/children/{world.pupil.uid}/marks"
    seen = parent.get(led.location).text
    assert "Điểm của Nguyễn Minh Anh" in seen
    assert "7,9" in seen
    assert parent.get(f"/children/{world.classmate.uid}/marks").status_code == 404
    assert pupil.get(f"/children/{world.pupil.uid}/marks").status_code == 404
    assert "7,9" not in signed_in("classmate").get("/marks").text
    assert signed_in("teacher").get("/marks").location == "/gradebook"
    hide = {"column": ["gk"], "act": "withdraw"}
    assert teacher.post(f"/gradebook/{book}/publish", data=hide).status_code == 303
    assert "7,5" not in pupil.get("/marks").text
    assert teacher.post(f"/gradebook/{book}/publish", data={}).status_code == 422


def test_the_class_sheet_is_handed_out(signed_in: SignedIn, world: World, book: str) -> None:
    teacher, leader = signed_in("teacher"), signed_in("leader")
    answer = leader.post(f"/gradebook/{book}/export", data={"kind": "xlsx"})
    assert "so-diem-toan-8a2-hk1.xlsx" in answer.headers["Content-Disposition"]
    page = openpyxl.load_workbook(io.BytesIO(answer.data)).active
    assert page["C8"].value == "Nguyễn Minh Anh"
    text = teacher.post(f"/gradebook/{book}/export", data={"kind": "csv"}).data.decode("utf-8-sig")
    assert "HS0001,Nguyễn Minh Anh,2/3/2013".replace("2/3/2013", "02/03/2013") in text  # homeroom: birth dates too
    assert '"7,9"' in text


def portal(world: World, **choices: object) -> bytes:
    ours = [
        Pupil(1, world.classmate.full_name, date(2013, 11, 20), "7912345602", "HS0002"),
        Pupil(2, world.pupil.full_name, date(2013, 3, 2), "7912345601", "HS0001"),
        Pupil(3, "Người Lạ Mặt", date(2013, 1, 1), "7900000000", "HS9"),
    ]
    return sector(ours, Choices(text_marks=True, protect=False, **choices))  # type: ignore[arg-type]


def bring(client: FlaskClient, book: str, data: bytes, name: str = "Toán 8A2.xlsx") -> str:
    answer = client.post(f"/gradebook/{book}/workbook", data={"file": (io.BytesIO(data), name)})
    assert answer.status_code == 303, answer.text
    return answer.location


def test_the_portals_own_file_comes_back_filled(signed_in: SignedIn, world: World, book: str) -> None:
    teacher = signed_in("teacher")
    location = bring(teacher, book, portal(world, existing={(8, 5): "9"}))
    page = teacher.get(location).text
    assert "Người Lạ Mặt: không có trong lớp" in page
    assert 'name="replace" value="F9"' in page
    kept = openpyxl.load_workbook(io.BytesIO(teacher.post(location).data)).active
    assert [kept.cell(9, column).value for column in range(6, 13)] == ["9", "9", "7", "8", "7,5", "8", "7,9"]
    assert kept.cell(8, 6).value is None
    ticked = teacher.post(location, data={"replace": ["F9"]})
    assert "To%C3%A1n%208A2.xlsx" in ticked.headers["Content-Disposition"]
    assert openpyxl.load_workbook(io.BytesIO(ticked.data)).active.cell(9, 6).value == "8"


def test_only_who_brought_a_file_sees_it(signed_in: SignedIn, world: World, book: str) -> None:
    location = bring(signed_in("teacher"), book, portal(world))
    for persona in ("leader", "colleague", "pupil", "outsider"):
        client = signed_in(persona)
        assert client.get(location).status_code == 404, persona
        assert client.post(location).status_code == 404, persona
    for persona, status in (("subject_head", 403), ("pupil", 404)):
        answer = signed_in(persona).post(
            f"/gradebook/{book}/workbook", data={"file": (io.BytesIO(portal(world)), "a.xlsx")}
        )
        assert answer.status_code == status, persona


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("a.xlsx", b""),
        ("a.xlsx", b"PK\x03\x04 broken"),
        ("a.xls", b"<html><table></table></html>"),
        ("a.pdf", b"%PDF-1.7"),
        ("a.xlsx", sector([])),
    ],
)
def test_a_hostile_file_is_answered_with_a_sentence(
    signed_in: SignedIn, world: World, book: str, name: str, data: bytes
) -> None:
    answer = signed_in("teacher").post(f"/gradebook/{book}/workbook", data={"file": (io.BytesIO(data), name)})
    assert answer.status_code == 422
    assert 'role="alert"' in answer.text or "error" in answer.text


@pytest.fixture
def counted(app: Flask) -> Iterator[list[str]]:
    """Collects the statements that the database is asked."""
    seen: list[str] = []
    engine = app.extensions["gieo_engine"]

    def note(_connection: object, _cursor: object, statement: str, *_rest: object) -> None:
        seen.append(statement)

    event.listen(engine, "before_cursor_execute", note)
    yield seen
    event.remove(engine, "before_cursor_execute", note)


def test_the_list_asks_no_more_for_more_classes(
    app: Flask, signed_in: SignedIn, world: World, book: str, counted: list[str]
) -> None:
    teacher = signed_in("teacher")
    teacher.get("/gradebook")
    counted.clear()
    assert teacher.get("/gradebook").status_code == 200
    before = len(counted)
    with db.transaction() as session:
        for number in range(3, 9):
            added = SchoolClass(school_id=world.school.id, year_id=world.year.id, name=f"8A{number}", grade=8)
            session.add(added)
            session.flush()
            session.add(
                TeachingAssignment(
                    school_id=world.school.id, class_id=added.id, subject_id=world.maths.id, teacher_id=world.teacher.id
                )
            )
            session.flush()
            if number % 2:
                actor = world.actor(session, "teacher")
                service.open_gradebook(session, actor, added.uid, world.maths.uid, world.semester.uid, at=NOON)
    counted.clear()
    page = teacher.get("/gradebook")
    assert page.text.count("<strong>Lớp 8A") == 7
    assert len(counted) == before


def test_the_grid_asks_no_more_for_more_pupils(
    app: Flask, signed_in: SignedIn, world: World, book: str, counted: list[str]
) -> None:
    from lms.school.models import Enrolment
    from tests.factories import Role, make_user

    teacher = signed_in("teacher")
    teacher.get(f"/gradebook/{book}")
    counted.clear()
    assert teacher.get(f"/gradebook/{book}").status_code == 200
    before = len(counted)
    with db.transaction() as session:
        for number in range(30):
            user: User = make_user(session, world.school, f"hs.{number}", f"Lê Thị Bích {number}", Role.PUPIL)
            session.add(
                Enrolment(
                    school_id=world.school.id, class_id=world.class_8a2.id, pupil_id=user.id, from_on=date(2026, 9, 5)
                )
            )
    counted.clear()
    assert "32 học sinh" in teacher.get(f"/gradebook/{book}").text
    assert len(counted) == before


def test_reading_changes_nothing(app: Flask, signed_in: SignedIn, world: World, book: str) -> None:
    teacher, pupil = signed_in("teacher"), signed_in("pupil")
    with db.open_session(writes=False) as session:
        before = session.scalars(select(Gradebook.uid)).all()
    for path in ("/gradebook", f"/gradebook?semester={world.semester2.uid}", f"/gradebook/{book}"):
        assert teacher.get(path).status_code == 200
    assert pupil.get("/marks").status_code == 200
    with db.open_session(writes=False) as session:
        assert session.scalars(select(Gradebook.uid)).all() == before
