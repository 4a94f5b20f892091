"""What the entries of the audit log are about, by name: the log holds ids, and names are looked up when it is read.

One question to the database for each kind of thing on the page, however many lines there are. Nothing is named that the
reader may not know of: a question goes by its subject, a draft quiz by its course, a material by its title where the
reader may open it. What is gone has no name any more.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType
from typing import Any

from sqlalchemy import Select, or_, select
from sqlalchemy.orm import Session

from lms.base.audit import AuditEntry
from lms.base.i18n import _
from lms.base.permissions import Actor
from lms.base.subjects import Subject, SubjectGroup
from lms.base.users import School, User
from lms.courses.models import Activity, Course, Lesson, LessonFile, Section
from lms.gradebook.models import Gradebook, PortalWorkbook
from lms.quizzes.domain.states import QuizState
from lms.quizzes.models import Attempt, Pause, Quiz, Reopening, Sitting
from lms.school.models import Room, RosterImport, SchoolClass, SchoolYear, Semester
from materials import api as materials
from question_bank import api as bank

MOST = 3  # of a list of people that are named; the rest is counted
Key = str | int  # a uid; of a person also the id


class Thing(StrEnum):
    """What an entry, or a word of its detail, may be about."""

    PERSON = "person"
    SCHOOL = "school"
    CLASS = "class"
    GROUP = "group"
    YEAR = "year"
    PAUSE = "pause"  # by its reason, as a reopening
    REOPENING = "reopening"
    ROOM = "room"
    LIST = "list"  # of pupils or staff, uploaded
    SUBJECT = "subject"  # by its code
    COURSE = "course"
    SECTION = "section"
    ACTIVITY = "activity"
    LESSON = "lesson"
    LESSON_FILE = "lesson_file"
    QUIZ = "quiz"
    ATTEMPT = "attempt"
    SITTING = "sitting"
    GRADEBOOK = "gradebook"
    WORKBOOK = "workbook"
    ITEM = "item"
    IMPORT = "import"
    SPECIFICATION = "specification"
    FRAMEWORK = "framework"
    MATERIAL = "material"


ABOUT: Mapping[str, Thing] = MappingProxyType(
    {
        "account": Thing.PERSON,
        "assignment": Thing.CLASS,
        "attempt": Thing.ATTEMPT,
        "class": Thing.CLASS,
        "course": Thing.ACTIVITY,
        "course.section_added": Thing.SECTION,
        "course.section_removed": Thing.SECTION,
        "course.section_renamed": Thing.SECTION,
        "framework": Thing.FRAMEWORK,
        "gradebook": Thing.GRADEBOOK,
        "group": Thing.GROUP,
        "import": Thing.IMPORT,
        "item": Thing.ITEM,
        "lesson": Thing.LESSON,
        "material": Thing.MATERIAL,
        "parent": Thing.PERSON,
        "parent.accounts_made": Thing.LIST,
        "quiz": Thing.QUIZ,
        "room": Thing.ROOM,
        "roster": Thing.LIST,
        "school": Thing.SCHOOL,
        "sitting": Thing.SITTING,
        "specification": Thing.SPECIFICATION,
        "staff": Thing.LIST,
        "year": Thing.YEAR,
    }
)
"""What an act is about: by its whole kind, else by the part before the dot."""

NAMED_IN_DETAIL: Mapping[str, Thing] = MappingProxyType(
    {
        "adjudicator": Thing.PERSON,
        "asked_by": Thing.PERSON,
        "cells": Thing.PERSON,
        "comments": Thing.PERSON,
        "course": Thing.COURSE,
        "file": Thing.LESSON_FILE,
        "heads": Thing.PERSON,
        "invigilators": Thing.PERSON,
        "parent": Thing.PERSON,
        "pause": Thing.PAUSE,
        "pupil": Thing.PERSON,
        "pupils": Thing.PERSON,
        "quiz": Thing.QUIZ,
        "reopening": Thing.REOPENING,
        "room": Thing.ROOM,
        "second_marker": Thing.PERSON,
        "sitting": Thing.SITTING,
        "subject": Thing.SUBJECT,
        "teacher": Thing.PERSON,
        "workbook": Thing.WORKBOOK,
    }
)
"""The words of a detail that name things, by uid or id; a list names several."""


def about(kind: str) -> Thing | None:
    """What an act of this kind is about."""
    return ABOUT.get(kind) or ABOUT.get(kind.partition(".")[0])


def first_keys(value: Any) -> list[Key]:
    """The first things that a word of a detail names: one, several, or each with its column."""
    listed = value if isinstance(value, list) else [value]
    heads = [one[0] if isinstance(one, list) and one else one for one in listed]
    return list(dict.fromkeys(one for one in heads if isinstance(one, str | int) and one))[:MOST]


@dataclass(frozen=True, slots=True)
class Names:
    """The names of things by kind and uid; of people also by id."""

    found: Mapping[Thing, Mapping[Any, str]]

    def of(self, thing: Thing | None, key: Key | None) -> str:
        """The name of a thing; "" where it is gone, or not for the reader."""
        return self.found.get(thing, {}).get(key, "") if thing is not None and key else ""


def find_names(session: Session, actor: Actor, entries: Sequence[AuditEntry]) -> Names:
    """Look up what these entries name, for this reader."""
    wanted: dict[Thing, dict[Key, None]] = {}
    for entry in entries:
        for thing, key in _named_by(entry):
            wanted.setdefault(thing, {})[key] = None
    return Names({thing: FINDERS[thing](session, actor, list(keys)) for thing, keys in wanted.items()})


def _named_by(entry: AuditEntry) -> Iterator[tuple[Thing, Key]]:
    if entry.actor_id:
        yield Thing.PERSON, entry.actor_id
    subject = about(entry.kind)
    if subject is not None and entry.subject_uid:
        yield subject, entry.subject_uid
    for word, value in entry.detail.items():
        if word in NAMED_IN_DETAIL:
            for key in first_keys(value):
                yield NAMED_IN_DETAIL[word], key


Finder = Callable[[Session, Actor, Collection[Any]], Mapping[Any, str]]


def _people(session: Session, actor: Actor, keys: Collection[Key]) -> dict[Key, str]:
    ids = [key for key in keys if isinstance(key, int)]
    uids = [key for key in keys if isinstance(key, str)]
    rows = session.execute(
        select(User.id, User.uid, User.full_name).where(
            User.school_id == actor.school_id, or_(User.id.in_(ids), User.uid.in_(uids))
        )
    ).all()
    return {key: name for number, uid, name in rows for key in (number, uid)}


def _column(model: Any, name: Any) -> Finder:
    """A finder for things that carry their name in a column."""

    def find(session: Session, actor: Actor, keys: Collection[str]) -> dict[str, str]:
        rows = session.execute(select(model.uid, name).where(model.school_id == actor.school_id, model.uid.in_(keys)))
        return dict(rows.all())

    return find


def _school(session: Session, actor: Actor, keys: Collection[str]) -> dict[str, str]:
    rows = session.execute(select(School.uid, School.name).where(School.id == actor.school_id, School.uid.in_(keys)))
    return dict(rows.all())


def _subjects(session: Session, actor: Actor, keys: Collection[str]) -> dict[str, str]:
    rows = session.execute(
        select(Subject.code, Subject.name).where(Subject.school_id == actor.school_id, Subject.code.in_(keys))
    )
    return dict(rows.all())


def _in_course(model: Any, query: Callable[[Select[Any]], Select[Any]]) -> Finder:
    """A finder for things that lie in a course: "Bài 1 (Toán 8A2)"."""

    def find(session: Session, actor: Actor, keys: Collection[str]) -> dict[str, str]:
        rows = session.execute(
            query(select(model.uid, model.title, Course.title)).where(
                model.school_id == actor.school_id, model.uid.in_(keys)
            )
        )
        return {uid: f"{title} ({course})" for uid, title, course in rows}

    return find


_QUIZ = (Quiz.title, Quiz.state, Course.title.label("course"), Course.class_id, Course.subject_id)


def _quiz_words(actor: Actor, quiz: Any) -> str:
    """A quiz by its title; while it is a draft, only its teachers know that, and others know the course."""
    if quiz.state == QuizState.DRAFT and (quiz.class_id, quiz.subject_id) not in actor.teaches:
        return str(_("bài kiểm tra đang soạn (%(course)s)", course=quiz.course))
    return f"{quiz.title} ({quiz.course})"


def _quizzes(session: Session, actor: Actor, keys: Collection[str]) -> dict[str, str]:
    rows = session.execute(
        select(Quiz.uid, *_QUIZ)
        .join(Course, Course.id == Quiz.course_id)
        .where(Quiz.school_id == actor.school_id, Quiz.uid.in_(keys))
    )
    return {row.uid: _quiz_words(actor, row) for row in rows}


def _attempts(session: Session, actor: Actor, keys: Collection[str]) -> dict[str, str]:
    rows = session.execute(
        select(Attempt.uid, User.full_name, *_QUIZ)
        .join(User, User.id == Attempt.pupil_id)
        .join(Quiz, Quiz.id == Attempt.quiz_id)
        .join(Course, Course.id == Quiz.course_id)
        .where(Attempt.school_id == actor.school_id, Attempt.uid.in_(keys))
    )
    return {row.uid: f"{row.full_name} – {_quiz_words(actor, row)}" for row in rows}


def _sittings(session: Session, actor: Actor, keys: Collection[str]) -> dict[str, str]:
    rows = session.execute(
        select(Sitting.uid, Room.name.label("room"), *_QUIZ)
        .join(Quiz, Quiz.id == Sitting.quiz_id)
        .join(Course, Course.id == Quiz.course_id)
        .outerjoin(Room, Room.id == Sitting.room_id)
        .where(Sitting.school_id == actor.school_id, Sitting.uid.in_(keys))
    )
    return {row.uid: " – ".join(filter(None, (row.room, _quiz_words(actor, row)))) for row in rows}


def _gradebooks(session: Session, actor: Actor, keys: Collection[str]) -> dict[str, str]:
    rows = session.execute(
        select(Gradebook.uid, Subject.name, SchoolClass.name, Semester.number)
        .join(Subject, Subject.id == Gradebook.subject_id)
        .join(SchoolClass, SchoolClass.id == Gradebook.class_id)
        .join(Semester, Semester.id == Gradebook.semester_id)
        .where(Gradebook.school_id == actor.school_id, Gradebook.uid.in_(keys))
    )
    return {
        uid: _("%(subject)s %(name)s, học kì %(number)s", subject=subject, name=name, number=number)
        for uid, subject, name, number in rows
    }


def _of_bank(names: Callable[[Session, int, Collection[str]], Mapping[str, str]]) -> Finder:
    """A finder that asks the question bank."""
    return lambda session, actor, keys: names(session, actor.school_id, keys)


FINDERS: Mapping[Thing, Finder] = MappingProxyType(
    {
        Thing.PERSON: _people,
        Thing.SCHOOL: _school,
        Thing.CLASS: _column(SchoolClass, SchoolClass.name),
        Thing.GROUP: _column(SubjectGroup, SubjectGroup.name),
        Thing.YEAR: _column(SchoolYear, SchoolYear.name),
        Thing.ROOM: _column(Room, Room.name),
        Thing.LIST: _column(RosterImport, RosterImport.filename),
        Thing.SUBJECT: _subjects,
        Thing.COURSE: _column(Course, Course.title),
        Thing.SECTION: _in_course(Section, lambda query: query.join(Course, Course.id == Section.course_id)),
        Thing.ACTIVITY: _in_course(
            Activity,
            lambda query: query.join(Section, Section.id == Activity.section_id).join(
                Course, Course.id == Section.course_id
            ),
        ),
        Thing.LESSON: _in_course(Lesson, lambda query: query.join(Course, Course.id == Lesson.course_id)),
        Thing.LESSON_FILE: _column(LessonFile, LessonFile.name),
        Thing.QUIZ: _quizzes,
        Thing.ATTEMPT: _attempts,
        Thing.SITTING: _sittings,
        Thing.PAUSE: _column(Pause, Pause.reason),
        Thing.REOPENING: _column(Reopening, Reopening.reason),
        Thing.GRADEBOOK: _gradebooks,
        Thing.WORKBOOK: _column(PortalWorkbook, PortalWorkbook.name),
        Thing.ITEM: _of_bank(bank.subjects_of_items),
        Thing.IMPORT: _of_bank(bank.subjects_of_imports),
        Thing.SPECIFICATION: _of_bank(bank.subjects_of_specifications),
        Thing.FRAMEWORK: _of_bank(bank.framework_titles),
        Thing.MATERIAL: materials.visible_titles,
    }
)
