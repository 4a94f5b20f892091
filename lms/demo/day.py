"""The middle of November in the demo school: what people have done by then, through the verbs they use themselves."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from lms.base.permissions import Actor
from lms.base.users import User
from lms.courses import service as courses
from lms.demo.lessons import write_lessons
from lms.demo.library import stock_library
from lms.demo.marks import abilities, type_marks
from lms.demo.people import DemoSchool
from lms.demo.questions import fill_informatics, fill_maths
from lms.demo.quizzes import hold_quiz, open_informatics_quiz, open_practice, open_quiz
from lms.school.service import load_actor

CLASS = "8A2"
TAUGHT = {  # typed columns by class and subject; the quiz brings tx2 of Toán 8A2
    ("8A2", "Toán"): ("tx1", "tx3"),
    ("8A1", "Toán"): ("tx1", "tx2"),
    ("8A3", "Toán"): ("tx1",),
    ("8A2", "Ngữ văn"): ("tx1", "tx2"),
    ("8A2", "Tiếng Anh"): ("tx1", "tx2"),
    ("8A2", "Khoa học tự nhiên"): ("tx1", "tx2", "tx3"),
    ("8A2", "Tin học"): ("tx1",),
    ("8A2", "Giáo dục thể chất"): ("tx1", "tx2"),
}


def live_until_now(session: Session, made: DemoSchool, *, at: datetime, seed: int = 2026) -> None:
    """Let the school work until *at*: lessons, questions, quizzes, materials, marks.

    One quiz is open at *at* and for five days, a practice to the end of the year; nearly everything else lies before.
    Same seed, same school.
    """
    actors = {user.sign_in_name: load_actor(session, user) for user in _staff(made)}
    teacher = actors["gv.toan8"]
    maths, informatics = made.subjects["Toán"], made.subjects["Tin học"]
    course = made.courses[CLASS, "Toán"]

    algebra, geometry = write_lessons(session, teacher, course, at=at)
    items = fill_maths(session, teacher, actors["gv.toan9"], actors["tt.toan"], maths.id, at=at)
    practice = fill_informatics(session, actors["gv.tin8"], actors["tt.tin"], informatics.id, at=at)

    able = abilities([pupil.sign_in_name for found in made.pupils.values() for pupil in found], seed)
    class_list = {
        pupil.sign_in_name: (load_actor(session, pupil), able[pupil.sign_in_name]) for pupil in made.pupils[CLASS]
    }
    hold_quiz(session, teacher, course, algebra.uid, items, class_list, at=at, seed=seed)
    open_quiz(session, teacher, course, geometry.uid, items, at=at, seed=seed + 1)
    open_practice(session, teacher, course, algebra.uid, items, at=at, seed=seed + 3)

    computing = made.courses[CLASS, "Tin học"]
    its_teacher = actors[made.teacher_of(CLASS, "Tin học").sign_in_name]
    section = courses.add_section(session, its_teacher, computing.uid, "Chủ đề E và F")
    open_informatics_quiz(session, its_teacher, computing, section.uid, practice, at=at, seed=seed + 2)

    editions = stock_library(session, actors, made.subjects, at=at)
    slides = editions["Phương trình bậc nhất một ẩn"]
    courses.place_material(session, teacher, algebra.uid, slides.uid, at=at - timedelta(days=4))
    _type_all_marks(session, made, actors, able, at=at, seed=seed)


def _staff(made: DemoSchool) -> list[User]:
    return [teacher for teachers in made.teachers.values() for teacher in teachers]


def _type_all_marks(
    session: Session, made: DemoSchool, actors: dict[str, Actor], able: dict[str, float], *, at: datetime, seed: int
) -> None:
    for (class_name, subject), columns in TAUGHT.items():
        type_marks(
            session,
            actors[made.teacher_of(class_name, subject).sign_in_name],
            made.classes[class_name],
            made.subjects[subject],
            made.semesters[0],
            [(pupil, able[pupil.sign_in_name]) for pupil in made.pupils[class_name]],
            columns,
            fed_by_quiz="tx2" if (class_name, subject) == (CLASS, "Toán") else "",
            at=at,
            seed=seed,
        )
