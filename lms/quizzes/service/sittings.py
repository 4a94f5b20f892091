"""Sittings of a quiz: which room, which invigilators, which pupils, and the code that lets them in."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from lms.base import audit
from lms.base.errors import Conflict, Invalid, NotFound
from lms.base.i18n_marks import N_
from lms.base.permissions import Actor
from lms.base.users import User
from lms.permissions import Permission, require
from lms.quizzes.domain.admission import new_code
from lms.quizzes.domain.states import QuizState
from lms.quizzes.models import Quiz, Sitting, SittingInvigilator, SittingPupil
from lms.quizzes.service import admission
from lms.quizzes.service.reading import get_quiz
from lms.school import service as school
from lms.school.models import Room

MOST = 40  # sittings of one quiz


@dataclass(frozen=True, slots=True)
class Plan:
    """The sittings of a quiz with the names of their people, and what the forms may choose from."""

    quiz: Quiz
    rules: admission.Rules
    sittings: Sequence[Line]
    rooms: Sequence[Room]
    teachers: Sequence[User]
    pupils: Sequence[User]
    unplaced: Sequence[User]  # named by no sitting while each names some
    problem: str


@dataclass(frozen=True, slots=True)
class Line:
    """A sitting with the names of its people; no pupil named: the whole class, or whoever is left of it."""

    sitting: Sitting
    invigilators: Sequence[User]
    pupils: Sequence[User]


@dataclass(frozen=True, slots=True)
class Wanted:
    """What the form of a sitting holds, all by uid; no room: none, no pupils: the whole class."""

    room: str = ""
    invigilators: Sequence[str] = ()
    pupils: Sequence[str] = ()


def plan_of(session: Session, actor: Actor, uid: str) -> Plan:
    """The sittings of a quiz, for those who build it.

    Raises:
        NotFound, Forbidden: not this person's quiz.
    """
    quiz = get_quiz(session, actor, uid)
    require(actor, Permission.BUILD_QUIZ, quiz)
    sittings = list_sittings(session, quiz)
    class_pupils = school.list_pupils(session, quiz.class_id)
    teachers = school.teachers_of(session, quiz.school_id)
    named = {pupil_id for one in sittings for pupil_id in one.pupil_ids}
    left = [] if any(not one.pupils for one in sittings) or not sittings else class_pupils
    guard = admission.read_guard(session, quiz.id)
    return Plan(
        quiz,
        admission.rules_of(session, quiz),
        [
            Line(
                one,
                [teacher for teacher in teachers if teacher.id in one.invigilator_ids],
                [pupil for pupil in class_pupils if pupil.id in one.pupil_ids],
            )
            for one in sittings
        ],
        school.list_rooms(session, quiz.school_id),
        teachers,
        class_pupils,
        [pupil for pupil in left if pupil.id not in named],
        guard.problem() if guard is not None else "",
    )


def list_sittings(session: Session, quiz: Quiz) -> list[Sitting]:
    """The sittings of a quiz, the first made first. Knows no permission: for verbs that have asked."""
    return list(session.scalars(select(Sitting).where(Sitting.quiz_id == quiz.id).order_by(Sitting.id)))


def get_sitting_of(session: Session, actor: Actor, uid: str) -> Sitting:
    """A sitting of a quiz that the actor builds.

    Raises:
        NotFound, Forbidden: no such sitting for this person.
    """
    sitting = session.scalar(select(Sitting).where(Sitting.uid == uid, Sitting.school_id == actor.school_id))
    if sitting is None:
        raise NotFound
    quiz = get_quiz(session, actor, sitting.quiz.uid)
    require(actor, Permission.BUILD_QUIZ, quiz)
    return sitting


def add_sitting(session: Session, actor: Actor, quiz_uid: str, wanted: Wanted, *, at: datetime) -> Sitting:
    """Add a sitting with a code of its own.

    Raises:
        NotFound, Forbidden: not this person's quiz; or a room, teacher or pupil that is not of it.
        Conflict: the quiz is over.
        Invalid: too many sittings, or a pupil is named by another one.
    """
    quiz = get_quiz(session, actor, quiz_uid)
    require(actor, Permission.BUILD_QUIZ, quiz)
    _open(quiz)
    if admission.count_sittings(session, quiz) >= MOST:
        raise Invalid.at("", N_("Một bài kiểm tra có tối đa %(most)s ca thi."), most=MOST)
    sitting = Sitting(school_id=quiz.school_id, quiz=quiz, code=new_code(), code_changed_at=at)
    session.add(sitting)
    session.flush()
    _write(session, quiz, sitting, wanted)
    audit.record(session, actor, "sitting.added", sitting.uid, quiz=quiz.uid, **_told(wanted))
    return sitting


def change_sitting(session: Session, actor: Actor, uid: str, wanted: Wanted) -> Sitting:
    """Write a sitting's room, invigilators and pupils.

    Raises:
        NotFound, Forbidden, Conflict, Invalid: as in `add_sitting`.
    """
    sitting = get_sitting_of(session, actor, uid)
    _open(sitting.quiz)
    _write(session, sitting.quiz, sitting, wanted)
    audit.record(session, actor, "sitting.changed", sitting.uid, quiz=sitting.quiz.uid, **_told(wanted))
    return sitting


def remove_sitting(session: Session, actor: Actor, uid: str) -> Quiz:
    """Take a sitting away; its pupils go by the others.

    Raises:
        NotFound, Forbidden, Conflict: as in `add_sitting`.
        Invalid: in a running quiz, nobody could come in then.
    """
    sitting = get_sitting_of(session, actor, uid)
    quiz = sitting.quiz
    _open(quiz)
    session.delete(sitting)
    session.flush()
    _settle(session, quiz)
    audit.record(session, actor, "sitting.removed", uid, quiz=quiz.uid)
    return quiz


def _open(quiz: Quiz) -> None:
    if quiz.state == QuizState.CLOSED:
        raise Conflict(N_("Bài kiểm tra đã đóng, không xếp phòng được nữa."))


def _settle(session: Session, quiz: Quiz) -> None:
    if quiz.state == QuizState.PUBLISHED:
        admission.check_ready(session, quiz)
    admission.changed(session, quiz.id)


def _write(session: Session, quiz: Quiz, sitting: Sitting, wanted: Wanted) -> None:
    sitting.room = _room(session, quiz, sitting, wanted.room)
    teachers = {one.uid: one.id for one in school.teachers_of(session, quiz.school_id)}
    pupils = {one.uid: one.id for one in school.list_pupils(session, quiz.class_id)}
    if not set(wanted.invigilators) <= teachers.keys() or not set(wanted.pupils) <= pupils.keys():
        raise NotFound
    taken = {pupil_id for one in list_sittings(session, quiz) if one is not sitting for pupil_id in one.pupil_ids} & {
        pupils[uid] for uid in wanted.pupils
    }
    if taken:
        raise Invalid.at("pupils", N_("Có học sinh đã được xếp vào ca khác. Hãy bỏ tên ở ca kia trước."))
    sid = sitting.id
    kept = {one.teacher_id: one for one in sitting.invigilators}
    sitting.invigilators = [
        kept.get(teachers[uid])
        or SittingInvigilator(sitting_id=sid, teacher_id=teachers[uid], school_id=quiz.school_id)
        for uid in dict.fromkeys(wanted.invigilators)
    ]
    there = {one.pupil_id: one for one in sitting.pupils}
    sitting.pupils = [
        there.get(pupils[uid])
        or SittingPupil(sitting_id=sid, pupil_id=pupils[uid], quiz_id=quiz.id, school_id=quiz.school_id)
        for uid in dict.fromkeys(wanted.pupils)
    ]
    session.flush()
    _settle(session, quiz)


def _room(session: Session, quiz: Quiz, sitting: Sitting, uid: str) -> Room | None:
    """The room in use with this uid; the sitting's own stays, even out of use."""
    if not uid:
        return None
    if sitting.room is not None and sitting.room.uid == uid:
        return sitting.room
    for room in school.list_rooms(session, quiz.school_id):
        if room.uid == uid:
            return room
    raise NotFound


def _told(wanted: Wanted) -> dict[str, Any]:
    return {"room": wanted.room, "invigilators": sorted(wanted.invigilators), "pupils": len(set(wanted.pupils))}
