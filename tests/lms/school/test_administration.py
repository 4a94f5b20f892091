"""Pages by which the administrator arranges the school: each works, refuses the wrong person and the wrong state."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from lms.base import db
from lms.base.permissions import Role
from lms.base.subjects import SubjectGroup
from lms.base.users import RoleGrant, User
from lms.courses.models import Course
from lms.school.models import GroupMembership, Guardianship, SchoolClass, SchoolYear, TeachingAssignment
from tests.factories import NOON, World

SignedIn = Callable[[str], FlaskClient]
PAGES = (
    "/school/people",
    "/school/groups",
    "/school/classes",
    "/school/assignments",
    "/school/years",
    "/school/parents",
)


def one(statement):  # type: ignore[no-untyped-def]  # any row, for looking at what was stored
    with db.open_session(writes=False) as session:
        return session.scalars(statement).unique().one_or_none()


@pytest.mark.parametrize("page", PAGES)
def test_administrator_and_leader_read_others_do_not(signed_in: SignedIn, page: str) -> None:
    answers = {name: signed_in(name).get(page) for name in ("admin", "leader", "teacher", "pupil", "parent")}
    assert {name: answer.status_code for name, answer in answers.items()} == {
        "admin": 200, "leader": 200, "teacher": 403, "pupil": 403, "parent": 403,
    }  # fmt: skip
    main = answers["leader"].text.partition("<main")[2].partition("</main>")[0]
    assert 'method="post"' not in main


@pytest.mark.parametrize(
    "path",
    ["/school/staff/new", "/school/groups", "/school/classes", "/school/years"],
)
def test_only_the_administrator_writes(signed_in: SignedIn, path: str) -> None:
    for persona in ("leader", "subject_head", "teacher", "pupil", "parent"):
        assert signed_in(persona).post(path, data=SENT.get(path, {})).status_code == 403, persona


NEW_YEAR = {"starts_1": "2027-09-05", "ends_1": "2028-01-16", "starts_2": "2028-01-17", "ends_2": "2028-05-31"}
COLLEAGUE = {"full_name": "Lý Thu Trang", "roles": ["teacher"], "code": "GV99"}
SENT = {
    "/school/staff/new": COLLEAGUE,
    "/school/groups": {"name": "Ngữ văn"},
    "/school/classes": {"name": "8A3"},
    "/school/years": NEW_YEAR,
}


def test_a_colleague_gets_an_account(signed_in: SignedIn, world: World) -> None:
    admin = signed_in("admin")
    made_at = admin.post("/school/staff/new", data=COLLEAGUE | {"group": world.maths_group.uid})
    assert made_at.location == "/school/people"
    made = one(select(User).where(User.code == "GV99"))
    assert (made.sign_in_name, made.roles, made.must_change_password) == ("trang.lt", {"teacher"}, True)
    assert one(select(GroupMembership).where(GroupMembership.user_id == made.id)).group_id == world.maths_group.id
    assert admin.post("/school/staff/new", data=COLLEAGUE).status_code == 422  # the code is taken
    again = admin.post("/school/staff/new", data=COLLEAGUE | {"code": "", "sign_in_name": "trang.lt"})
    assert again.status_code == 422
    assert "trang.lt2" in again.text
    assert admin.post("/school/staff/new", data={"full_name": "Ai Đó"}).status_code == 422  # no role


def test_roles_are_changed_but_never_ones_own_nor_a_pupils(signed_in: SignedIn, world: World) -> None:
    admin = signed_in("admin")
    assert admin.get(f"/school/people/{world.colleague.uid}").status_code == 200
    path = f"/school/people/{world.colleague.uid}"
    assert admin.post(path, data={"roles": ["teacher", "librarian"]}).status_code == 303
    changed = one(select(User).where(User.id == world.colleague.id))
    assert (changed.roles, changed.password_hash is None) == ({"teacher", "librarian"}, False)
    assert admin.post(path, data={}).status_code == 422
    assert admin.post(f"/school/people/{world.admin.uid}", data={"roles": ["teacher"]}).status_code == 403
    assert admin.post(f"/school/people/{world.pupil.uid}", data={"roles": ["teacher"]}).status_code == 409
    assert admin.post(f"/school/people/{world.outsider.uid}", data={"roles": ["teacher"]}).status_code == 404
    assert signed_in("leader").post(path, data={"roles": ["admin"]}).status_code == 403


def test_a_group_gets_members_heads_and_subjects(signed_in: SignedIn, world: World) -> None:
    admin = signed_in("admin")
    path = admin.post("/school/groups", data={"name": " Toán –  Tin "}).location
    form = {
        "name": "Toán – Tin",
        "members": [world.it_teacher.uid],
        "heads": [world.colleague.uid],
        "subjects": [world.informatics.uid],
    }
    assert admin.post(path, data=form).status_code == 303
    group = one(select(SubjectGroup).where(SubjectGroup.name == "Toán – Tin"))
    with db.open_session(writes=False) as session:
        places = session.scalars(select(GroupMembership).where(GroupMembership.group_id == group.id)).all()
    assert {(place.user_id, place.is_head) for place in places} == {
        (world.it_teacher.id, False),
        (world.colleague.id, True),
    }
    assert "Tổ trưởng" in admin.get(path).text
    assert signed_in("leader").get(path).status_code == 200
    assert signed_in("subject_head").post(path, data=form).status_code == 403
    assert signed_in("outsider").get(path).status_code == 404
    assert admin.post(path, data=form | {"name": "Toán"}).status_code == 422  # another group has that name
    assert admin.post(path, data=form | {"heads": [world.pupil.uid]}).status_code == 404
    assert admin.post("/school/groups", data={"name": "Toán"}).status_code == 422


def test_a_class_is_made_and_gets_its_homeroom_teacher(signed_in: SignedIn, world: World) -> None:
    admin = signed_in("admin")
    assert admin.post("/school/classes", data={"name": "8a3", "homeroom": world.colleague.uid}).status_code == 303
    made = one(select(SchoolClass).where(SchoolClass.name == "8A3"))
    assert (made.grade, made.homeroom_teacher_id) == (8, world.colleague.id)
    for wrong in ({"name": "8A3"}, {"name": "Chọn"}, {"name": ""}, {"name": "8A4", "homeroom": world.pupil.uid}):
        assert admin.post("/school/classes", data=wrong).status_code == 422, wrong
    path = f"/school/classes/{world.class_8a1.uid}/homeroom"
    assert admin.post(path, data={"homeroom": world.it_teacher.uid}).status_code == 303
    assert one(select(SchoolClass).where(SchoolClass.name == "8A1")).homeroom_teacher_id == world.it_teacher.id
    assert admin.post(path, data={"homeroom": ""}).status_code == 303
    assert admin.post(path, data={"homeroom": world.parent.uid}).status_code == 422
    assert signed_in("leader").post(path, data={"homeroom": ""}).status_code == 403
    assert signed_in("outsider").post(path, data={"homeroom": ""}).status_code == 404


def test_without_a_running_year_no_class_is_made(signed_in: SignedIn, world: World) -> None:
    with db.transaction() as session:
        session.get_one(SchoolYear, world.year.id).current = False
    assert signed_in("admin").get("/school/classes").status_code == 200
    assert signed_in("admin").post("/school/classes", data={"name": "8A9"}).status_code == 409


def test_assigning_a_class_opens_its_courses(signed_in: SignedIn, world: World) -> None:
    admin = signed_in("admin")
    page = admin.get("/school/assignments", query_string={"class": world.class_8a2.uid})
    assert "Tin học" in page.text
    path = f"/school/assignments/class/{world.class_8a2.uid}"
    sent = {f"subject-{world.informatics.uid}": world.it_teacher.uid, f"subject-{world.maths.uid}": ""}
    assert admin.post(path, data=sent).status_code == 303
    course = one(select(Course).where(Course.class_id == world.class_8a2.id, Course.subject_id == world.informatics.id))
    assert course.title == "Tin học 8A2"
    with db.open_session(writes=False) as session:
        rows = session.scalars(
            select(TeachingAssignment).where(TeachingAssignment.class_id == world.class_8a2.id)
        ).all()
    assert [row.teacher_id for row in rows] == [world.it_teacher.id]
    assert signed_in("it_teacher").get(f"/courses/{course.uid}").status_code == 200
    assert signed_in("leader").post(path, data=sent).status_code == 403
    assert signed_in("outsider").post(path, data=sent).status_code == 404
    assert admin.post(path, data={f"subject-{world.maths.uid}": world.pupil.uid}).status_code == 422
    assert admin.post(path, data={"subject-nothing": world.teacher.uid}).status_code == 404


def test_assigning_a_teacher_takes_over_and_gives_back(signed_in: SignedIn, world: World) -> None:
    admin = signed_in("admin")
    page = admin.get("/school/assignments", query_string={"teacher": world.colleague.uid})
    assert page.status_code == 200
    path = f"/school/assignments/teacher/{world.colleague.uid}"
    assert admin.post(path, data={"cell": [f"{world.class_8a2.uid}|{world.maths.uid}"]}).status_code == 303
    with db.open_session(writes=False) as session:
        rows = session.scalars(select(TeachingAssignment).where(TeachingAssignment.subject_id == world.maths.id)).all()
    assert [(row.class_id, row.teacher_id) for row in rows] == [(world.class_8a2.id, world.colleague.id)]
    assert admin.post(path, data={"cell": ["x|y"]}).status_code == 404
    assert admin.post(f"/school/assignments/teacher/{world.pupil.uid}", data={}).status_code == 422
    assert signed_in("teacher").post(path, data={}).status_code == 403


def test_a_year_is_planned_begun_and_its_days_changed(signed_in: SignedIn, world: World) -> None:
    admin = signed_in("admin")
    assert "2027–2028" in admin.get("/school/years").text
    assert admin.post("/school/years", data=NEW_YEAR).status_code == 303
    assert admin.post("/school/years", data=NEW_YEAR).status_code == 409
    assert admin.post("/school/years", data=NEW_YEAR | {"ends_1": "2027-09-01"}).status_code == 422
    assert admin.post("/school/years", data=NEW_YEAR | {"ends_1": "một ngày"}).status_code == 422
    coming = one(select(SchoolYear).where(SchoolYear.name == "2027–2028"))
    path = f"/school/years/{coming.uid}"
    assert admin.post(path, data=NEW_YEAR | {"ends_2": "2028-05-26"}).status_code == 303
    assert admin.post(path, data=NEW_YEAR | {"starts_2": "2027-12-01"}).status_code == 422
    assert signed_in("leader").get(path).status_code == 200
    assert signed_in("leader").post(path, data=NEW_YEAR).status_code == 403
    assert signed_in("leader").post(f"{path}/begin").status_code == 403
    assert signed_in("outsider").post(f"{path}/begin").status_code == 404
    assert admin.post(f"{path}/begin").status_code == 303
    assert admin.post(f"{path}/begin").status_code == 409
    assert one(select(SchoolYear).where(SchoolYear.current)).uid == coming.uid


def test_parents_are_added_linked_confirmed_and_taken_back(signed_in: SignedIn, world: World) -> None:
    admin = signed_in("admin")
    path = f"/school/classes/{world.class_8a2.uid}/parents/{world.classmate.uid}"
    assert world.pupil.full_name in admin.get(f"/school/classes/{world.class_8a2.uid}/parents").text
    assert "chưa có phụ huynh" in admin.get(path).text
    page = admin.post(path, data={"full_name": "Trần Văn Gia", "phone": "0912 345 678"})
    assert page.status_code == 200
    assert "ph.0912345678" in page.text
    assert admin.post(path, data={"full_name": ""}).status_code == 422
    assert admin.post(f"{path}/link", data={"sign_in_name": "ph.an"}).status_code == 303
    assert admin.post(f"{path}/link", data={"sign_in_name": "ph.an"}).status_code == 409
    assert admin.post(f"{path}/link", data={"sign_in_name": "hs.an"}).status_code == 422
    assert admin.post(f"{path}/{world.parent.uid}/confirm").status_code == 409
    with db.transaction() as session:
        link = session.scalars(
            select(Guardianship).where(
                Guardianship.child_id == world.classmate.id, Guardianship.parent_id == world.parent.id
            )
        ).one()
        link.confirmed_at = None
    assert admin.post(f"{path}/{world.parent.uid}/confirm").status_code == 303
    assert signed_in("leader").get(path).status_code == 200
    for persona in ("leader", "teacher", "parent"):
        for way in ("", "/link", f"/{world.parent.uid}/confirm", f"/{world.parent.uid}/unlink"):
            assert signed_in(persona).post(path + way, data={"full_name": "X Y"}).status_code == 403
    assert admin.post(f"{path}/{world.parent.uid}/unlink").status_code == 303
    assert admin.post(f"{path}/{world.parent.uid}/unlink").status_code == 404
    assert signed_in("outsider").get(path).status_code == 404


def test_parents_of_a_class_get_cards_once(signed_in: SignedIn, world: World) -> None:
    with db.transaction() as session:
        session.get_one(User, world.parent.id).password_hash = None
    path = f"/school/classes/{world.class_8a2.uid}/parent-cards"
    assert signed_in("teacher").post(path).status_code == 403
    assert world.parent.full_name in signed_in("admin").post(path).text
    assert world.parent.full_name not in signed_in("admin").post(path).text


def test_nobody_places_themselves(signed_in: SignedIn, world: World) -> None:
    """An administrator who teaches, too, gets no class, homeroom, group or headship by their own hand."""
    with db.transaction() as session:
        person = session.get_one(User, world.it_teacher.id)
        person.grants.append(RoleGrant(role=Role.ADMIN, granted_at=NOON))
    both, me = signed_in("it_teacher"), world.it_teacher.uid
    taken = {f"subject-{world.maths.uid}": me}
    group = {"name": "Toán", "subjects": [world.maths.uid]}
    own = {"name": "Tin học – Công nghệ", "members": [me], "heads": [me]}
    for path, form in (
        (f"assignments/class/{world.class_8a2.uid}", taken),
        (f"assignments/teacher/{me}", {"cell": [f"{world.class_8a2.uid}|{world.maths.uid}"]}),
        (f"classes/{world.class_8a2.uid}/homeroom", {"homeroom": me}),
        ("classes", {"name": "8A3", "homeroom": me}),
        (f"groups/{world.maths_group.uid}", group | {"members": [me]}),
        (f"groups/{world.maths_group.uid}", group | {"heads": [me]}),
        (f"groups/{world.it_group.uid}", own | {"subjects": [world.informatics.uid, world.maths.uid]}),
    ):
        assert both.post(f"/school/{path}", data=form).status_code == 403, path
    # What they have stays theirs while they write the rest.
    assert both.post(f"/school/groups/{world.it_group.uid}", data=own | {"subjects": []}).status_code == 303
    kept = {"cell": [f"{world.class_8a1.uid}|{world.informatics.uid}"]}
    assert both.post(f"/school/assignments/teacher/{me}", data=kept).status_code == 303
    assert signed_in("admin").post(f"/school/assignments/class/{world.class_8a2.uid}", data=taken).status_code == 303
    assert both.post(f"/school/assignments/class/{world.class_8a2.uid}", data=taken).status_code == 303
