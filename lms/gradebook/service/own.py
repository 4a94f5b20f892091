"""What pupils see of their own marks and parents of their child's: published columns, nothing of anybody else."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from lms.base.permissions import Actor
from lms.base.subjects import Subject
from lms.base.users import User, get_user
from lms.gradebook.domain.averages import SemesterResult
from lms.gradebook.domain.cells import EMPTY, Cell
from lms.gradebook.domain.columns import Column
from lms.gradebook.models import Gradebook, SemesterComment
from lms.gradebook.service.books import marks_by_pupil, result_of
from lms.permissions import Permission, require
from lms.school import service as school
from lms.school.models import Enrolment, Semester


@dataclass(frozen=True, slots=True)
class OwnMarks:
    """One subject of one pupil in a semester, as far as it is published; no rank and no average of the class."""

    subject: Subject
    columns: tuple[tuple[Column, Cell], ...]
    result: SemesterResult
    by_comment: bool
    comment: str = ""


def own_marks(session: Session, actor: Actor, semester: Semester) -> list[OwnMarks]:
    """Return the actor's own marks of a semester.

    Raises:
        NotFound, Forbidden: the actor is no pupil.
    """
    pupil = get_user(session, actor.school_id, actor.uid)
    require(actor, Permission.SEE_OWN_MARKS, pupil)
    return _published(session, pupil, semester)


def marks_of_child(session: Session, actor: Actor, child_uid: str, semester: Semester) -> tuple[User, list[OwnMarks]]:
    """Return a child's marks of a semester, for its confirmed parents.

    Raises:
        NotFound: not a child of this person.
    """
    child = school.get_child(session, actor, child_uid)
    require(actor, Permission.SEE_OWN_MARKS, child)
    return child, _published(session, child, semester)


def _published(session: Session, pupil: User, semester: Semester) -> list[OwnMarks]:
    books: Sequence[Gradebook] = session.scalars(
        select(Gradebook)
        .where(
            Gradebook.semester_id == semester.id,
            Gradebook.class_id.in_(select(Enrolment.class_id).where(Enrolment.pupil_id == pupil.id)),
            Gradebook.publications.any(),
        )
        .order_by(Gradebook.id)
    ).all()
    marks = marks_by_pupil(session, books, [pupil.id])
    comments = session.execute(
        select(SemesterComment.gradebook_id, SemesterComment.text).where(
            SemesterComment.pupil_id == pupil.id, SemesterComment.gradebook_id.in_([book.id for book in books])
        )
    )
    words = {row.gradebook_id: row.text for row in comments}
    found: list[OwnMarks] = []
    for book in books:
        own, shown = marks[book.id].get(pupil.id, {}), book.published_keys
        result = result_of(book, own, only=shown)
        columns = tuple(
            (column, own[column.key].cell(book.rules) if column.key in own else EMPTY)
            for column in book.columns
            if column.key in shown
        )
        # The words belong to the whole semester, so they come with its result.
        comment = words.get(book.id, "") if not result.missing else ""
        found.append(OwnMarks(book.subject, columns, result, book.by_comment, comment))
    return sorted(found, key=lambda one: one.subject.name)
