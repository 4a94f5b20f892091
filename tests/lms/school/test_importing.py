"""Lists of pupils: dry run, all or nothing, and running twice changes nothing."""

from __future__ import annotations

import io
from collections.abc import Callable

import pytest
from flask.testing import FlaskClient
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from lms.base import db, storage
from lms.base.errors import Conflict, Forbidden, Invalid
from lms.base.users import User
from lms.school import importing
from lms.school.importing import Fate
from lms.school.models import Enrolment, Guardianship, RosterImport
from tests.factories import NOON, World

SignedIn = Callable[[str], FlaskClient]
HEAD = "STT,Mã học sinh,Họ và tên,Ngày sinh,Giới tính,Lớp\n"
GOOD = HEAD + (
    "1,HS0001,Nguyễn Minh Anh,02/03/2013,Nữ,8A1\n"  # moves from 8A2
    "2,HS0002,Trần Gia Bình,20/11/2013,Nam,8A2\n"
    "3,HS0900,Lưu Thị Ngọc,05/06/2013,Nữ,8A5\n"  # new, in a new class
)


def start(session: Session, world: World, text: str, persona: str = "admin") -> RosterImport:
    stored = storage.put_bytes(text.encode("utf-8-sig"))
    return importing.start_import(session, world.actor(session, persona), stored, "ds.csv", at=NOON)


def test_a_dry_run_says_what_would_happen_and_changes_nothing(session: Session, world: World) -> None:
    before = session.scalar(select(func.count()).select_from(User))
    batch = start(session, world, GOOD)
    plan = importing.plan_import(session, world.actor(session, "admin"), batch, at=NOON)
    assert [planned.fate for planned in plan.lines] == [Fate.MOVED, Fate.CHANGED, Fate.NEW]
    assert plan.new_classes == ("8A5",)
    assert session.scalar(select(func.count()).select_from(User)) == before


def test_taking_over_twice_changes_nothing(session: Session, world: World) -> None:
    admin = world.actor(session, "admin")
    importing.apply_import(session, admin, start(session, world, GOOD).uid, at=NOON)
    again = start(session, world, GOOD)
    plan = importing.plan_import(session, admin, again, at=NOON)
    assert {planned.fate for planned in plan.lines} == {Fate.SAME}
    current = session.scalars(
        select(Enrolment).where(Enrolment.pupil_id == world.pupil.id, Enrolment.until_on.is_(None))
    ).all()
    assert [one.class_id for one in current] == [world.class_8a1.id]


@pytest.mark.parametrize(
    ("line", "word"),
    [
        ("4,HS0900,Vũ Gia Hân,,Nữ,8A2\n", "Ngày sinh"),
        ("4,HS0900,Vũ Gia Hân,31/02/2013,Nữ,8A2\n", "Ngày sinh"),
        ("4,HS0900,Trùng Mã,01/02/2013,Nữ,8A2\n5,HS0900,Trùng Mã Hai,01/02/2013,Nữ,8A2\n", "mã trùng"),
    ],
)
def test_one_wrong_line_stops_the_whole_list(session: Session, world: World, line: str, word: str) -> None:
    admin = world.actor(session, "admin")
    batch = start(session, world, HEAD + line + "9,HS0999,Bạn Tốt,01/02/2013,Nam,8A2\n")
    plan = importing.plan_import(session, admin, batch, at=NOON)
    said = " ".join(str(problem.message) for planned in plan.lines for problem in planned.line.problems)
    assert word in said
    with pytest.raises(Conflict):
        importing.apply_import(session, admin, batch.uid, at=NOON)
    assert session.scalar(select(User).where(User.code == "HS0999")) is None


def test_names_in_nfd_meet_the_same_pupil(session: Session, world: World) -> None:
    import unicodedata

    batch = start(session, world, unicodedata.normalize("NFD", HEAD + "1,HS0002,Trần Gia Bình,20/11/2013,,8A2\n"))
    plan = importing.plan_import(session, world.actor(session, "admin"), batch, at=NOON)
    assert [planned.fate for planned in plan.lines] == [Fate.SAME]


def test_only_the_administrator_takes_lists(session: Session, world: World) -> None:
    for persona in ("teacher", "leader", "pupil", "parent"):
        with pytest.raises(Forbidden):
            start(session, world, GOOD, persona)


def test_a_file_that_is_no_list_is_refused(session: Session, world: World) -> None:
    with pytest.raises(Invalid):
        start(session, world, "xin chào")


def test_the_pages_carry_the_whole_way(signed_in: SignedIn, world: World) -> None:
    admin = signed_in("admin")
    answer = admin.post("/school/import", data={"file": (io.BytesIO(GOOD.encode()), "ds.csv")})
    assert answer.status_code == 303, answer.text
    page = admin.get(answer.location)
    assert "Lưu Thị Ngọc" in page.text
    assert admin.post(answer.location).status_code == 303
    assert admin.post(answer.location).status_code == 409
    assert signed_in("teacher").post(answer.location).status_code == 403
    assert signed_in("outsider").get(answer.location).status_code == 404
    bad = admin.post("/school/import", data={"file": (io.BytesIO(b"\x00" * 50), "ds.xlsx")})
    assert bad.status_code == 422


def test_cards_are_shown_once(signed_in: SignedIn, world: World) -> None:
    admin = signed_in("admin")
    listed = GOOD.replace("8A5", "8A2")
    where = admin.post("/school/import", data={"file": (io.BytesIO(listed.encode()), "ds.csv")}).location
    admin.post(where)
    teacher = signed_in("teacher")
    first = teacher.post(f"/school/classes/{world.class_8a2.uid}/cards")
    assert "Lưu Thị Ngọc" in first.text
    assert "Lưu Thị Ngọc" not in teacher.post(f"/school/classes/{world.class_8a2.uid}/cards").text
    assert signed_in("classmate").post(f"/school/classes/{world.class_8a2.uid}/cards").status_code == 403


def test_parents_of_the_list_get_accounts_that_wait_for_confirmation(signed_in: SignedIn, world: World) -> None:
    admin = signed_in("admin")
    named = (
        "Mã học sinh,Họ và tên,Ngày sinh,Lớp,Họ tên phụ huynh,Điện thoại\n"
        "HS0002,Trần Gia Bình,20/11/2013,8A2,Trần Văn Gia,0912345678\n"
        "HS0901,Trần Gia Minh,21/11/2012,8A2,Trần Văn Gia,0912345678\n"  # the same father
        "HS0001,Nguyễn Minh Anh,02/03/2013,8A2,Nguyễn Văn Thắng,\n"  # linked before
    )
    where = admin.post("/school/import", data={"file": (io.BytesIO(named.encode()), "ds.csv")}).location
    assert admin.post(f"{where}/parents").status_code == 409  # not taken over yet
    admin.post(where)
    assert "Tạo tài khoản phụ huynh" in admin.get(where).text
    assert signed_in("leader").post(f"{where}/parents").status_code == 403
    assert signed_in("outsider").post(f"{where}/parents").status_code == 404
    assert admin.post(f"{where}/parents").status_code == 303
    assert admin.post(f"{where}/parents").status_code == 303  # nobody twice
    with db.open_session(writes=False) as session:
        father = session.scalars(select(User).where(User.sign_in_name == "ph.0912345678")).one()
        links = session.scalars(select(Guardianship).where(Guardianship.parent_id == father.id)).all()
        assert [link.confirmed_at for link in links] == [None, None]
        assert len(session.scalars(select(Guardianship)).all()) == 3
    assert "chờ xác nhận" in admin.get(f"/school/classes/{world.class_8a2.uid}/parents").text
    bare = admin.post("/school/import", data={"file": (io.BytesIO(GOOD.encode()), "ds.csv")}).location
    admin.post(bare)
    assert admin.post(f"{bare}/parents").status_code == 409  # no such column
