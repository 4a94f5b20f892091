"""Classes of the running year and their homeroom teachers."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from lms.base import audit
from lms.base.errors import Conflict, Forbidden, Invalid
from lms.base.i18n_marks import N_
from lms.base.permissions import Actor, Role
from lms.base.users import User, get_user
from lms.permissions import Permission, allows, require
from lms.school.domain import check_title, grade_of
from lms.school.models import SchoolClass
from lms.school.service.reading import find_current_year, get_class


def add_class(session: Session, actor: Actor, name: str, homeroom_uid: str = "") -> SchoolClass:
    """Make a class of the running year; its grade is what its name begins with.

    Raises:
        Forbidden: the actor does not arrange the school, or is that homeroom teacher.
        Invalid: no class can have this name, or one has it already.
        Conflict: no school year runs.
    """
    require(actor, Permission.ARRANGE_SCHOOL)
    title = "".join(check_title(name, "name", 20).split()).upper()
    grade = grade_of(title)
    year = find_current_year(session, actor.school_id)
    if year is None:
        raise Conflict(N_("Trường chưa có năm học đang chạy. Hãy tạo năm học trước."))
    if session.scalar(select(SchoolClass.id).where(SchoolClass.year_id == year.id, SchoolClass.name == title)):
        raise Invalid.at("name", N_("Năm học này đã có lớp %(name)s."), name=title)
    found = SchoolClass(
        school_id=actor.school_id,
        year_id=year.id,
        name=title,
        grade=grade,
        homeroom_teacher_id=_homeroom(session, actor, homeroom_uid),
    )
    session.add(found)
    session.flush()
    audit.record(session, actor, "class.created", found.uid)
    return found


def set_homeroom_teacher(session: Session, actor: Actor, uid: str, teacher_uid: str) -> SchoolClass:
    """Say who is the homeroom teacher of a class; nobody by an empty uid.

    Raises:
        NotFound: no such class or person.
        Forbidden: the actor does not arrange the school, or is that teacher.
        Invalid: the person is no teacher.
    """
    found = get_class(session, actor, uid)
    require(actor, Permission.ARRANGE_SCHOOL, found)
    found.homeroom_teacher_id = _homeroom(session, actor, teacher_uid, until_now=found.homeroom_teacher_id)
    session.flush()
    session.refresh(found, ["homeroom_teacher"])
    audit.record(session, actor, "class.homeroom_set", found.uid, teacher=teacher_uid)
    return found


def _homeroom(session: Session, actor: Actor, uid: str, until_now: int | None = None) -> int | None:
    if not uid:
        return None
    person = teacher(session, actor, uid, "homeroom")
    if person.id != until_now:
        may_place_or_refuse(actor, person)
    return person.id


def may_place_or_refuse(actor: Actor, person: User) -> None:
    """Go on only when it is somebody else who gets a class, a subject or a group: these are exam and grade rights.

    Raises:
        Forbidden: the actor does not arrange the school, or is that person.
    """
    if not allows(actor, Permission.PLACE_TEACHER, person):
        raise Forbidden(N_("Không ai tự phân công cho mình. Hãy nhờ một tài khoản quản trị khác."))


def teacher(session: Session, actor: Actor, uid: str, field: str) -> User:
    """Find a teacher of the school.

    Raises:
        NotFound: nobody of this school has that uid.
        Invalid: the person is no teacher, or the account is closed.
    """
    user = get_user(session, actor.school_id, uid)
    if Role.TEACHER not in user.roles or user.disabled_at is not None:
        raise Invalid.at(field, N_("%(name)s không phải là giáo viên đang làm việc."), name=user.full_name)
    return user
