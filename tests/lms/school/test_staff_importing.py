"""Lists of the staff: dry run, all or nothing, and running twice changes nothing."""

from __future__ import annotations

import io
from collections.abc import Callable

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from lms.base import storage
from lms.base.errors import Conflict, Forbidden
from lms.base.subjects import SubjectGroup
from lms.base.users import User
from lms.school import staff_importing
from lms.school.importing import Fate
from lms.school.models import GroupMembership, RosterImport
from tests.factories import NOON, World

SignedIn = Callable[[str], FlaskClient]
HEAD = "STT,Họ và tên,Mã cán bộ,Tổ chuyên môn,Chức vụ\n"
GOOD = HEAD + (
    "1,Lý Thu Trang,GV90,Tổ Toán,Tổ trưởng\n"
    "2,Trần Văn Đức,GV91,toán,Giáo viên\n"  # known by name, gets a code
    "3,Phan Quốc Huy,GV92,Âm nhạc,Giáo viên\n"  # a new group
    "4,Bùi Thị Kế,GV93,,Kế toán\n"
)


def start(session: Session, world: World, text: str, persona: str = "admin") -> RosterImport:
    stored = storage.put_bytes(text.encode("utf-8-sig"))
    return staff_importing.start_import(session, world.actor(session, persona), stored, "cb.csv", at=NOON)


def test_the_whole_list_or_nothing_and_twice_is_once(session: Session, world: World) -> None:
    admin = world.actor(session, "admin")
    batch = start(session, world, GOOD)
    _batch, plan = staff_importing.plan_import(session, admin, batch.uid)
    assert [planned.fate for planned in plan.lines] == [Fate.NEW, Fate.CHANGED, Fate.NEW, Fate.SKIPPED]
    assert plan.new_groups == ("Âm nhạc",)
    staff_importing.apply_import(session, admin, batch.uid, at=NOON)
    trang = session.scalars(select(User).where(User.code == "GV90")).one()
    assert (trang.sign_in_name, trang.roles, trang.password_hash) == ("trang.lt", {"teacher"}, None)
    place = session.scalars(select(GroupMembership).where(GroupMembership.user_id == trang.id)).one()
    assert (place.group_id, place.is_head) == (world.maths_group.id, True)
    assert session.scalars(select(User.code).where(User.id == world.colleague.id)).one() == "GV91"
    assert session.scalar(select(SubjectGroup).where(SubjectGroup.name == "Âm nhạc")) is not None
    with pytest.raises(Conflict):
        staff_importing.apply_import(session, admin, batch.uid, at=NOON)
    again = start(session, world, GOOD)
    _batch, plan = staff_importing.plan_import(session, admin, again.uid)
    assert plan.count(Fate.NEW, Fate.CHANGED) == 0


def test_one_wrong_line_stops_the_list(session: Session, world: World) -> None:
    admin = world.actor(session, "admin")
    batch = start(session, world, GOOD + "5,Ai Đó,GV90,,\n")
    with pytest.raises(Conflict):
        staff_importing.apply_import(session, admin, batch.uid, at=NOON)
    assert session.scalar(select(User).where(User.code == "GV92")) is None


@pytest.mark.parametrize("persona", ["leader", "subject_head", "teacher", "pupil"])
def test_only_the_administrator_takes_lists_of_the_staff(session: Session, world: World, persona: str) -> None:
    with pytest.raises(Forbidden):
        start(session, world, GOOD, persona)


def test_the_pages_carry_the_whole_way(signed_in: SignedIn, world: World) -> None:
    admin = signed_in("admin")
    assert admin.get("/school/staff/import").status_code == 200
    answer = admin.post("/school/staff/import", data={"file": (io.BytesIO(GOOD.encode()), "cb.csv")})
    assert answer.status_code == 303, answer.text
    assert "Lý Thu Trang" in admin.get(answer.location).text
    assert signed_in("leader").get(answer.location).status_code == 403
    assert signed_in("leader").post(answer.location).status_code == 403
    assert signed_in("outsider").get(answer.location).status_code == 404
    assert admin.get(answer.location.replace("staff/import", "import")).status_code == 404  # not a list of pupils
    assert admin.post(answer.location).status_code == 303
    assert admin.post(answer.location).status_code == 409
    assert "trang.lt" not in admin.post("/school/people/cards").text
    leader = signed_in("leader")
    assert "trang.lt" in leader.post("/school/people/cards").text
    assert "trang.lt" not in leader.post("/school/people/cards").text
    assert admin.post("/school/staff/import", data={"file": (io.BytesIO(b"\x00" * 9), "cb.xlsx")}).status_code == 422
