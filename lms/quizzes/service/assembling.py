"""Make a draft quiz whose forms follow a specification, and hold its forms against the specification."""

from __future__ import annotations

import secrets
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from fractions import Fraction

from sqlalchemy import select
from sqlalchemy.orm import Session

from lms.base import audit
from lms.base.errors import Invalid, NotFound
from lms.base.i18n_marks import N_
from lms.base.permissions import Actor
from lms.courses import service as courses
from lms.courses.models import Course
from lms.permissions import Permission, allows
from lms.quizzes.domain.forms import form_code
from lms.quizzes.domain.states import QuizState
from lms.quizzes.models import Form, Quiz, QuizAssembly, QuizSlot
from lms.quizzes.service.building import QuizSettings, course_for_quiz, create_quiz
from lms.quizzes.service.reading import forms_for_teacher, get_quiz
from question_bank import api as bank

MONTH = timedelta(days=30)
MOST_MONTHS = 36


@dataclass(frozen=True, slots=True)
class Asked:
    """What a teacher asks of the forms.

    `sets` is how many sets of questions there are: as many as forms, or one whose order alone differs. `common` is how
    many questions all sets share, `months` how long none was given to pupils, `points` how far expected marks may lie
    apart.
    """

    forms: int = 4
    sets: int = 4
    common: int = 0
    months: int = 6
    points: Fraction = Fraction(1, 5)

    def check(self) -> None:
        """Go on only with what can be asked.

        Raises:
            Invalid: a number is out of bounds.
        """
        if not 1 <= self.forms <= bank.MOST_SETS:
            raise Invalid.at("forms", N_("Số mã đề từ 1 đến %(most)s."), most=bank.MOST_SETS)
        if not 0 <= self.common <= 100:
            raise Invalid.at("common", N_("Số câu chung từ 0 đến 100."))
        if not 0 <= self.months <= MOST_MONTHS:
            raise Invalid.at("months", N_("Số tháng từ 0 đến %(most)s."), most=MOST_MONTHS)
        if not 0 < self.points <= 2:
            raise Invalid.at("points", N_("Chênh lệch cho phép lớn hơn 0 và không quá 2 điểm."))


@dataclass(frozen=True, slots=True)
class Made:
    """The draft, or None with what keeps the forms from being made."""

    quiz: Quiz | None
    found: bank.Assembled


def courses_for(session: Session, actor: Actor, kept: bank.KeptSpecification) -> list[Course]:
    """The courses of the specification's subject and grade in which the actor builds quizzes."""
    return [
        course
        for course in courses.list_courses(session, actor, taught_only=True)
        if course.subject_id == kept.subject_id
        and course.school_class.grade == kept.grade
        and allows(actor, Permission.BUILD_QUIZ, course)
    ]


def assemble_quiz(
    session: Session, actor: Actor, specification_uid: str, course_uid: str, asked: Asked, *, at: datetime
) -> Made:
    """Choose questions by a specification and begin a quiz of a course with them.

    Raises:
        NotFound, Forbidden: not this person's course or specification.
        Conflict: the specification asks for no question.
        Invalid: a number is out of bounds, or the course is of another subject.
    """
    course = course_for_quiz(session, actor, course_uid)
    asked.check()
    kept = bank.get_specification(session, actor, specification_uid)
    if course.subject_id != kept.subject_id:
        raise Invalid.at("course", N_("Lớp học này thuộc môn khác với ma trận."))
    wish = bank.Wish(
        forms=asked.sets,
        anchor=asked.common if asked.sets > 1 else 0,
        points=float(asked.points),
        minutes=max(3.0, kept.minutes / 15),
        rest=(asked.months * MONTH).days,
        seed=secrets.randbits(31),
    )
    used = last_used(session, course, since=at - asked.months * MONTH) if asked.months else {}
    found = bank.assemble(session, actor, specification_uid, wish, used=used, at=at)
    if not found.forms:
        return Made(None, found)
    settings = QuizSettings(title=kept.title, duration_seconds=kept.minutes * 60, form_count=asked.forms)
    quiz = create_quiz(session, actor, course, settings, at=at)
    for position, row in enumerate(zip(*found.forms, strict=True), start=1):
        quiz.slots.append(_slot(quiz, position, row))
    places = {one.version_uid: [one.place.row, one.place.part, one.place.level] for form in found.forms for one in form}
    session.add(
        QuizAssembly(
            quiz_id=quiz.id,
            school_id=quiz.school_id,
            specification_uid=kept.uid,
            document=bank.encode_specification(found.specification),
            places=places,
            made_at=at,
        )
    )
    session.flush()
    audit.record(session, actor, "quiz.assembled", quiz.uid)
    return Made(quiz, found)


def _slot(quiz: Quiz, position: int, row: Sequence[bank.Placed]) -> QuizSlot:
    versions = [one.version_uid for one in row]
    same = len(set(versions)) == 1
    return QuizSlot(
        school_id=quiz.school_id,
        position=position,
        version_uid=versions[0] if same else None,
        by_form=None if same else versions,
        worth=row[0].worth,
    )


def last_used(session: Session, course: Course, *, since: datetime) -> dict[str, datetime]:
    """When questions of a course's subject were last given to pupils of the school since then, by version."""
    rows = session.execute(
        select(Form.document, Quiz.published_at)
        .join(Quiz, Quiz.id == Form.quiz_id)
        .join(Course, Course.id == Quiz.course_id)
        .where(
            Quiz.school_id == course.school_id,
            Course.subject_id == course.subject_id,
            Quiz.published_at >= since,
        )
        .order_by(Quiz.published_at)
    )
    return {slot["version"]: published_at for document, published_at in rows for slot in document}


@dataclass(frozen=True, slots=True)
class FormFigures:
    """A form: what is expected of it, what its cells hold, and how many questions lie outside the matrix."""

    code: str
    expected: bank.Expectation
    counts: Counter[bank.Place]
    outside: int


@dataclass(frozen=True, slots=True)
class Comparison:
    """The forms of a quiz beside the specification that they were made by."""

    quiz: Quiz
    specification_uid: str
    specification: bank.Specification
    forms: Sequence[FormFigures]

    @property
    def spread(self) -> bank.Expectation:
        """How far the forms lie apart."""
        return bank.spread_of([form.expected for form in self.forms])

    def amiss(self, place: bank.Place) -> list[tuple[str, int]]:
        """The forms whose count at a cell is not the one wanted, with what they hold there."""
        wanted = self.specification.count_at(place)
        return [(form.code, form.counts[place]) for form in self.forms if form.counts[place] != wanted]

    @property
    def keeps(self) -> bool:
        """Every form holds what every cell wants, and nothing else."""
        return not any(self.amiss(place) for place in self.specification.places()) and not any(
            form.outside for form in self.forms
        )


def find_assembly(session: Session, quiz: Quiz) -> QuizAssembly | None:
    """By which specification a quiz that the caller has found was made; None for one made by hand."""
    return session.get(QuizAssembly, quiz.id)


def compare(session: Session, actor: Actor, uid: str) -> Comparison:
    """Hold the forms of a quiz against its specification: of a draft those that it would have now.

    Raises:
        NotFound: not this person's quiz, or not made by a specification.
        Forbidden: its questions are not this person's to see.
    """
    forms = forms_for_teacher(session, actor, uid)
    quiz = get_quiz(session, actor, uid)
    assembly = find_assembly(session, quiz)
    if assembly is None:
        raise NotFound
    specification = bank.decode_specification(assembly.document)
    papers = _papers(quiz, forms)
    expected = bank.expect(session, quiz.school_id, [worths for _code, worths in papers])
    found = []
    for (code, worths), figures in zip(papers, expected, strict=True):
        places = [bank.Place(*assembly.places[version]) for version in worths if version in assembly.places]
        found.append(FormFigures(code, figures, Counter(places), len(worths) - len(places)))
    return Comparison(quiz, assembly.specification_uid, specification, found)


def _papers(quiz: Quiz, forms: Sequence[Form]) -> list[tuple[str, dict[str, Fraction]]]:
    """What each question is worth by version, form by form."""
    if quiz.state != QuizState.DRAFT:
        return [
            (form.code, {slot["version"]: Fraction(slot["worth"]) for slot in form.document if slot["label"]})
            for form in forms
        ]
    return [
        (form_code(index), {slot.version_in(index): slot.worth for slot in quiz.slots if slot.draw is None})
        for index in range(quiz.form_count)
    ]
