"""Which marks of a semester are still missing, subject by subject."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import and_, case, func, select
from sqlalchemy.orm import Session, lazyload

from lms.base.i18n import local
from lms.base.permissions import Actor
from lms.base.subjects import Subject
from lms.gradebook import service as gradebook
from lms.gradebook.domain.cells import State
from lms.gradebook.domain.columns import FINAL, MIDTERM, Kind
from lms.gradebook.models import Gradebook, Mark
from lms.permissions import Permission, require
from lms.school.models import Enrolment, SchoolClass, Semester, TeachingAssignment

_OPEN_STATES = (State.NOT_YET, State.MAKE_UP)  # the others say for good what stands there


@dataclass(slots=True)
class SubjectMarks:
    """A subject's gradebooks, and how many marks that the rules ask for are missing, by kind of column."""

    subject: Subject
    opened: int = 0
    not_opened: int = 0  # assignments whose gradebook nobody has opened
    missing: dict[Kind, int] = field(default_factory=lambda: dict.fromkeys(Kind, 0))


@dataclass(frozen=True, slots=True)
class SemesterMarks:
    """The running semester with what is missing in it; `days_left` is negative once it is over."""

    semester: Semester
    days_left: int
    subjects: Sequence[SubjectMarks]

    @property
    def begun(self) -> list[SubjectMarks]:
        """The subjects with a gradebook."""
        return [one for one in self.subjects if one.opened]

    @property
    def untouched(self) -> list[SubjectMarks]:
        """The subjects that are taught, with no gradebook yet."""
        return [one for one in self.subjects if not one.opened]


def missing_marks(session: Session, actor: Actor, *, at: datetime) -> SemesterMarks | None:
    """Count what is missing in the semester that runs; None before the school has a year.

    A pupil owes as many regular marks as the circular asks of the subject, the mid-term and the final mark; an excused
    absence owes nothing, a make-up test still does.

    Raises:
        Forbidden: the actor does not answer for the school.
    """
    require(actor, Permission.SEE_REPORTS)
    semester, _all = gradebook.pick_semester(session, actor, "", at=at)
    if semester is None:
        return None
    lines: dict[int, SubjectMarks] = {}
    filled = _filled(semester)
    pupils = _pupils()
    rows = session.execute(
        select(
            Gradebook,
            func.coalesce(pupils.c.pupils, 0),
            func.coalesce(filled.c.regular, 0),
            func.coalesce(filled.c.midterm, 0),
            func.coalesce(filled.c.final, 0),
        )
        .outerjoin(pupils, pupils.c.class_id == Gradebook.class_id)
        .outerjoin(filled, filled.c.gradebook_id == Gradebook.id)
        .where(Gradebook.school_id == actor.school_id, Gradebook.semester_id == semester.id)
        .options(lazyload(Gradebook.publications))
    )
    for book, count, regular, midterm, final in rows:
        line = lines.setdefault(book.subject_id, SubjectMarks(book.subject))
        line.opened += 1
        line.missing[Kind.REGULAR] += count * book.required - regular
        line.missing[Kind.MIDTERM] += count - midterm
        line.missing[Kind.FINAL] += count - final
    for subject, number in _not_opened(session, semester):
        lines.setdefault(subject.id, SubjectMarks(subject)).not_opened = number
    return SemesterMarks(
        semester,
        (semester.ends_on - local(at).date()).days,
        sorted(lines.values(), key=lambda line: line.subject.name),
    )


def _pupils() -> Any:
    return (
        select(Enrolment.class_id, func.count().label("pupils"))
        .where(Enrolment.until_on.is_(None))
        .group_by(Enrolment.class_id)
        .subquery()
    )


def _filled(semester: Semester) -> Any:
    """Count the cells that are done: a pupil's regular marks up to the number asked for, mid-term, final."""

    def cells(*condition: Any) -> Any:
        return func.sum(case((and_(*condition), 1), else_=0))

    each = (
        select(
            Mark.gradebook_id,
            Gradebook.required,
            cells(Mark.column_key.startswith(Kind.REGULAR)).label("regular"),
            cells(Mark.column_key == MIDTERM.key).label("midterm"),
            cells(Mark.column_key == FINAL.key).label("final"),
        )
        .join(Gradebook, Gradebook.id == Mark.gradebook_id)
        .join(
            Enrolment,
            and_(
                Enrolment.class_id == Gradebook.class_id,
                Enrolment.pupil_id == Mark.pupil_id,
                Enrolment.until_on.is_(None),
            ),
        )
        .where(Gradebook.semester_id == semester.id, Mark.state.not_in(_OPEN_STATES))
        .group_by(Mark.gradebook_id, Gradebook.required, Mark.pupil_id)
        .subquery()
    )
    enough = case((each.c.regular > each.c.required, each.c.required), else_=each.c.regular)
    return (
        select(
            each.c.gradebook_id,
            func.sum(enough).label("regular"),
            func.sum(each.c.midterm).label("midterm"),
            func.sum(each.c.final).label("final"),
        )
        .group_by(each.c.gradebook_id)
        .subquery()
    )


def _not_opened(session: Session, semester: Semester) -> list[tuple[Subject, int]]:
    """Count the classes of a subject that somebody teaches and whose gradebook is not there, by subject."""
    rows = session.execute(
        select(Subject, func.count(func.distinct(TeachingAssignment.class_id)))
        .join(TeachingAssignment, TeachingAssignment.subject_id == Subject.id)
        .join(SchoolClass, SchoolClass.id == TeachingAssignment.class_id)
        .outerjoin(
            Gradebook,
            and_(
                Gradebook.class_id == TeachingAssignment.class_id,
                Gradebook.subject_id == TeachingAssignment.subject_id,
                Gradebook.semester_id == semester.id,
            ),
        )
        .where(SchoolClass.year_id == semester.year_id, Gradebook.id.is_(None))
        .group_by(Subject.id)
    )
    return [(subject, int(number)) for subject, number in rows]
