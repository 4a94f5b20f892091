"""No administrator sees a password of somebody with exam or grade rights, whatever way is tried."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from lms.accounts import service as accounts
from lms.accounts.passwords import FirstPassword
from lms.base import audit, clock, db
from lms.base.errors import Conflict, Forbidden, NotFound
from lms.base.permissions import Role
from lms.base.users import RoleGrant, School, User
from lms.school import service
from lms.school.models import Guardianship
from tests import factories
from tests.factories import NOON, PASSWORD, World

SignedIn = Callable[[str], FlaskClient]
SHOWN = re.compile(r"[a-z]{3}[2-9]{3}-[a-z]{3}[2-9]{3}")
FIRST = FirstPassword("abc234-def567", "hash")
NEW = "bong hoa phuong do"


def enters(app: Flask, name: str, password: str) -> FlaskClient | None:
    client = app.test_client()
    sent = client.post("/sign-in", data={"sign_in_name": name, "password": password})
    return client if sent.status_code == 303 else None


def user(user_id: int) -> User:
    with db.open_session(writes=False) as session:
        return session.get_one(User, user_id)


def kinds_about(uid: str) -> list[str]:
    with db.open_session(writes=False) as session:
        about = select(audit.AuditEntry.kind).where(audit.AuditEntry.subject_uid == uid)
        return list(session.scalars(about.order_by(audit.AuditEntry.seq)))


def test_a_new_teacher_gets_the_password_from_the_leader(app: Flask, signed_in: SignedIn, world: World) -> None:
    admin, leader = signed_in("admin"), signed_in("leader")
    answer = admin.post("/school/staff/new", data={"full_name": "Lý Thu Trang", "roles": ["teacher"], "code": "GV99"})
    assert answer.location == "/school/people"
    page = admin.get("/school/people").text
    assert "Lãnh đạo trường phát mật khẩu lần đầu" in page
    assert not SHOWN.search(page)
    with db.open_session(writes=False) as session:
        made = session.scalars(select(User).where(User.code == "GV99")).one()
    path = f"/school/people/{made.uid}/password"
    assert admin.post(path).status_code == 403
    assert "1 người chờ bạn phát mật khẩu" in leader.get("/").text
    assert "1 người chờ bạn phát mật khẩu" in leader.get("/school/people").text
    shown = SHOWN.search(leader.post(path).text)
    assert shown
    entered = enters(app, "trang.lt", shown[0])
    assert entered
    assert entered.get("/courses").location == "/account/password"
    assert leader.post(path).status_code == 409  # nobody asked for another
    assert kinds_about(made.uid)[:3] == ["account.created", "account.password_asked", "account.password_reset"]


def test_a_forgotten_password_takes_two_people(app: Flask, signed_in: SignedIn, world: World) -> None:
    admin, leader, path = signed_in("admin"), signed_in("leader"), f"/school/people/{world.teacher.uid}/password"
    assert leader.post(path).status_code == 409  # the leader alone changes nobody's password
    assert leader.post(f"{path}/ask").status_code == 403
    assert admin.post(f"{path}/ask").status_code == 303
    assert admin.post(f"{path}/ask").status_code == 303  # once more changes nothing
    assert admin.post(path).status_code == 403
    assert enters(app, "gv.toan8", PASSWORD)  # good until the new one is there
    assert f"{world.admin.full_name} xin cấp mật khẩu" in leader.get("/school/people").text
    shown = SHOWN.search(leader.post(path).text)
    assert shown
    assert not enters(app, "gv.toan8", PASSWORD)
    teacher = enters(app, "gv.toan8", shown[0])
    assert teacher
    sent = {"current": shown[0], "new": NEW, "again": NEW}
    assert teacher.post("/account/password", data=sent).status_code == 303
    today = teacher.get("/").text
    assert "Tài khoản của bạn vừa được thay đổi" in today
    assert f"{world.leader.full_name} – cấp lại mật khẩu" in today
    log = teacher.get("/reports/acts").text.partition("<table")[2]
    assert world.admin.full_name in log
    assert "xin cấp mật khẩu" in log
    assert f"{world.admin.full_name}: xin cấp mật khẩu" in leader.get("/").text
    assert "xin cấp mật khẩu" in leader.get("/reports/acts?kind=rights").text


def test_a_request_is_dropped_by_the_leader_or_by_a_change_of_ones_own(signed_in: SignedIn, world: World) -> None:
    admin, leader, path = signed_in("admin"), signed_in("leader"), f"/school/people/{world.teacher.uid}/password"
    assert leader.post(f"{path}/decline").status_code == 409
    admin.post(f"{path}/ask")
    assert admin.post(f"{path}/decline").status_code == 403
    assert leader.post(f"{path}/decline").status_code == 303
    assert leader.post(path).status_code == 409
    admin.post(f"{path}/ask")
    sent = {"current": PASSWORD, "new": NEW, "again": NEW}
    assert signed_in("teacher").post("/account/password", data=sent).status_code == 303
    assert not user(world.teacher.id).waits_for_password


def test_new_rights_come_with_a_new_password(app: Flask, signed_in: SignedIn, world: World) -> None:
    admin, leader = signed_in("admin"), signed_in("leader")
    page = admin.post("/school/staff/new", data={"full_name": "Bế Thị Sách", "roles": ["librarian"]}).text
    known = SHOWN.search(page)
    assert known  # a librarian's password is the administrator's to hand out
    held = enters(app, "sach.bt", known[0])
    assert held
    with db.open_session(writes=False) as session:
        person = session.scalars(select(User).where(User.sign_in_name == "sach.bt")).one()
    assert admin.post(f"/school/people/{person.uid}", data={"roles": ["librarian", "teacher"]}).status_code == 303
    assert held.get("/account").status_code == 303  # out
    assert not enters(app, "sach.bt", known[0])
    assert admin.post(f"/school/people/{person.uid}/password").status_code == 403
    assert leader.post(f"/school/people/{person.uid}/password").status_code == 200
    assert admin.post(f"/school/people/{person.uid}", data={"roles": ["leader"]}).status_code == 303
    assert user(person.id).password_hash is not None  # that password was never the administrator's


def test_whoever_keeps_to_ones_own_kind_is_reset_at_once(signed_in: SignedIn, world: World) -> None:
    with db.transaction() as session:
        other = factories.make_user(session, world.school, "quantri2", "Tô Văn Máy", Role.ADMIN)
    admin = signed_in("admin")
    assert SHOWN.search(admin.post(f"/school/people/{other.uid}/password").text)
    assert admin.post(f"/school/people/{other.uid}/password/ask").status_code == 409
    assert signed_in("leader").post(f"/school/people/{other.uid}/password").status_code == 403


def test_who_leads_and_administers_counts_as_administrator(session: Session, world: World) -> None:
    both = session.merge(world.leader, load=False)
    both.grants.append(RoleGrant(role=Role.ADMIN, granted_at=NOON))
    session.flush()
    actor = service.load_actor(session, both)
    service.ask_password(session, actor, world.teacher.uid, at=NOON)
    with pytest.raises(Forbidden):
        service.hand_out_password(session, actor, world.teacher.uid, FIRST, at=NOON)


def test_no_leader_hands_out_to_themselves_nor_to_strangers(session: Session, world: World) -> None:
    leader, admin = world.actor(session, "leader"), world.actor(session, "admin")
    service.ask_password(session, admin, world.leader.uid, at=NOON)
    with pytest.raises(Forbidden):
        service.hand_out_password(session, leader, world.leader.uid, FIRST, at=NOON)
    for verb in (service.hand_out_password, service.ask_password, service.decline_password):
        more: tuple[Any, ...] = (FIRST,) if verb is service.hand_out_password else ()
        times = {} if verb is service.decline_password else {"at": NOON}
        with pytest.raises(NotFound):
            verb(session, admin, world.outsider.uid, *more, **times)


@pytest.mark.parametrize("role", [Role.TEACHER, Role.LEADER])
def test_no_way_leads_past_the_guard(session: Session, world: World, role: Role) -> None:
    """The verb that all ways end in refuses, also where a way forgot to ask."""
    admin = world.actor(session, "admin")
    person = factories.make_user(session, world.school, "ai.do", "Ai Đó", role)
    with pytest.raises(Forbidden):
        accounts.give_first_password(session, admin, person, FIRST, at=NOON)


def test_cards_of_parents_leave_colleagues_out(signed_in: SignedIn, world: World) -> None:
    with db.transaction() as session:
        colleague = session.get_one(User, world.colleague.id)
        colleague.password_hash = None
        colleague.grants.append(RoleGrant(role=Role.PARENT, granted_at=NOON))
        session.add(
            Guardianship(
                school_id=world.school.id,
                parent_id=colleague.id,
                child_id=world.pupil.id,
                confirmed_at=NOON,
                confirmed_by_id=world.admin.id,
            )
        )
    admin = signed_in("admin")
    assert world.colleague.full_name not in admin.post(f"/school/classes/{world.class_8a2.uid}/parent-cards").text
    assert admin.get(f"/school/classes/{world.class_8a2.uid}/parents").status_code == 200
    assert world.colleague.full_name not in admin.post("/school/people/cards").text
    assert world.colleague.full_name in signed_in("leader").post("/school/people/cards").text


def test_a_school_without_a_leader_lets_its_first_one_in(app: Flask, signed_in: SignedIn, world: World) -> None:
    with db.transaction() as session:
        session.get_one(School, world.school.id).led_since = None
        session.delete(session.get_one(User, world.leader.id).grants[0])
    admin = signed_in("admin")
    assert "Hãy tạo tài khoản lãnh đạo trước" in admin.get("/school/people").text
    waiting = admin.post("/school/staff/new", data={"full_name": "Lý Thu Trang", "roles": ["teacher"]})
    assert waiting.status_code == 303  # a teacher waits even now
    page = admin.post("/school/staff/new", data={"full_name": "Vi Thị Hương", "roles": ["leader"]}).text
    shown = SHOWN.search(page)
    assert shown
    leader = enters(app, "huong.vt", shown[0])
    assert leader
    sent = {"current": shown[0], "new": NEW, "again": NEW}
    assert leader.post("/account/password", data=sent).status_code == 303
    assert "Hãy tạo tài khoản lãnh đạo trước" not in admin.get("/school/people").text
    assert "school.led" in kinds_about(world.school.uid)
    second = admin.post("/school/staff/new", data={"full_name": "Mã Văn Phó", "roles": ["leader"]})
    assert second.status_code == 303  # from now on, leaders let leaders in
    assert "trang.lt" in leader.post("/school/people/cards").text


def test_once_led_a_school_stays_so(session: Session, world: World) -> None:
    """Closing the leader's account or taking the role away opens no way back to the founding."""
    admin = world.actor(session, "admin")
    service.set_disabled(session, admin, world.leader.uid, disabled=True, at=NOON)
    service.set_roles(session, admin, world.leader.uid, ["librarian"], at=NOON)
    made = service.add_colleague(session, admin, full_name="Vi Thị Hương", roles=["leader"], first=FIRST, at=NOON)
    assert made.password_hash is None
    with pytest.raises(Forbidden):
        service.hand_out_password(session, admin, made.uid, FIRST, at=NOON)


def test_an_administrator_who_becomes_leader_does_not_end_the_founding(session: Session, world: World) -> None:
    school = session.get_one(School, world.school.id)
    school.led_since = None
    admin = session.get_one(User, world.admin.id)
    admin.grants.append(RoleGrant(role=Role.LEADER, granted_at=NOON))
    session.flush()
    accounts.change_password(session, world.actor(session, "admin"), "hash", token="t", at=NOON)
    assert school.led_since is None


def test_asking_twice_keeps_who_asked_first(session: Session, world: World) -> None:
    admin = world.actor(session, "admin")
    person = service.ask_password(session, admin, world.teacher.uid, at=NOON)
    service.ask_password(session, admin, world.teacher.uid, at=clock.now())
    assert (person.password_asked_at, person.password_asked_by_id) == (NOON, world.admin.id)
    with pytest.raises(Conflict):
        service.ask_password(session, admin, world.pupil.uid, at=NOON)
