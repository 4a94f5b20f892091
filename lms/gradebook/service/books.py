"""Open, find and read gradebooks."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from sqlalchemy import ColumnElement, and_, false, func, or_, select, tuple_
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from lms.base import audit
from lms.base.errors import Conflict, Invalid, NotFound
from lms.base.i18n_marks import N_
from lms.base.permissions import Actor
from lms.base.subjects import Subject, get_subject
from lms.base.users import User
from lms.gradebook.domain.averages import SemesterResult, semester_result, year_average, year_verdict
from lms.gradebook.domain.cells import EMPTY, Cell
from lms.gradebook.domain.circular22 import annual_periods, comment_only, regular_marks, rules_for
from lms.gradebook.domain.columns import Column, Kind, columns_of
from lms.gradebook.models import Gradebook, Mark, SemesterComment
from lms.permissions import Permission, allows, require
from lms.school import service as school
from lms.school.models import SchoolClass, Semester, TeachingAssignment

PERIODS_UNKNOWN = 35  # asks for the fewest marks; the teacher opens more columns


@dataclass(frozen=True, slots=True)
class BookLine:
    """A line of the list: a class and a subject, with the gradebook where it is open."""

    school_class: SchoolClass
    subject: Subject
    book: Gradebook | None
    filled: int = 0  # cells that hold something


@dataclass(frozen=True, slots=True)
class GridRow:
    """A pupil's line. `cells` has every open column; `sources` the quiz behind a cell, where there is one."""

    pupil: User
    cells: Mapping[str, Cell]
    sources: Mapping[str, str]
    result: SemesterResult
    comment: str = ""
    year_average: Decimal | None = None
    year_passed: bool | None = None


@dataclass(frozen=True, slots=True)
class Grid:
    """A whole gradebook as it stands."""

    book: Gradebook
    rows: tuple[GridRow, ...]

    def row(self, pupil_uid: str) -> GridRow:
        """Find a pupil's line.

        Raises:
            NotFound: the pupil is not in this gradebook.
        """
        for row in self.rows:
            if row.pupil.uid == pupil_uid:
                return row
        raise NotFound


def may_see(actor: Actor, book: Gradebook) -> bool:
    """Say whether the actor may open the gradebook; `visible_to` says the same in SQL."""
    return allows(actor, Permission.SEE_MARKS, book)


def visible_to(actor: Actor) -> ColumnElement[bool]:
    """The condition under which a gradebook may be opened by the actor; `may_see` says the same of one."""
    same_school = Gradebook.school_id == actor.school_id
    if actor.is_leader:
        return same_school
    ways: list[ColumnElement[bool]] = []
    if actor.teaches:
        ways.append(tuple_(Gradebook.class_id, Gradebook.subject_id).in_(sorted(actor.teaches)))
    if actor.homeroom_class_ids:
        ways.append(Gradebook.class_id.in_(actor.homeroom_class_ids))
    if actor.headed_subject_ids:
        ways.append(Gradebook.subject_id.in_(actor.headed_subject_ids))
    return and_(same_school, or_(*ways)) if ways else false()


def get_gradebook(session: Session, actor: Actor, uid: str) -> Gradebook:
    """Find a gradebook that the actor may open.

    Raises:
        NotFound: no such gradebook for this person.
    """
    book = session.scalar(select(Gradebook).where(Gradebook.uid == uid, Gradebook.school_id == actor.school_id))
    if book is None or not may_see(actor, book):
        raise NotFound
    return book


def editable(session: Session, actor: Actor, uid: str) -> Gradebook:
    """Find a gradebook in which the actor may write now.

    Raises:
        NotFound: no such gradebook for this person.
        Forbidden: the actor does not teach this subject in this class.
        Conflict: it is locked.
    """
    book = get_gradebook(session, actor, uid)
    require(actor, Permission.EDIT_MARKS, book)
    refuse_locked(book)
    return book


def refuse_locked(book: Gradebook) -> None:
    """Go on only where the gradebook is open.

    Raises:
        Conflict: it is locked.
    """
    if book.locked:
        raise Conflict(N_("Sổ điểm đã khoá. Điểm chưa thay đổi; hãy đề nghị ban giám hiệu mở khoá."))


def open_gradebook(
    session: Session, actor: Actor, class_uid: str, subject_uid: str, semester_uid: str, *, at: datetime
) -> Gradebook:
    """Open the gradebook of a class, subject and semester, or return the one that is open.

    Raises:
        NotFound: no such class, subject or semester.
        Forbidden: the actor does not teach this subject in this class.
        Conflict: no rules of assessment are known for the grade.
    """
    found = school.get_class(session, actor, class_uid)
    subject = get_subject(session, actor.school_id, subject_uid)
    semester = school.get_semester(session, actor, semester_uid)
    book = make_gradebook(session, found, subject, semester, at=at)
    require(actor, Permission.EDIT_MARKS, book)
    if book.id is None:
        book = add_gradebook(session, book)
        audit.record(session, actor, "gradebook.opened", book.uid)
    return book


def make_gradebook(
    session: Session, found: SchoolClass, subject: Subject, semester: Semester, *, at: datetime
) -> Gradebook:
    """Return the gradebook as stored, else a new one that is not added to the session yet."""
    if semester.year_id != found.year_id:
        raise NotFound
    book = session.scalar(
        select(Gradebook).where(
            Gradebook.class_id == found.id, Gradebook.subject_id == subject.id, Gradebook.semester_id == semester.id
        )
    )
    if book is not None:
        return book
    rules = rules_for(found.grade, found.year.starts_on.year)
    by_comment = subject.comment_only or comment_only(subject.name)
    periods = school.periods_of(session, subject.id, found.grade) or annual_periods(subject.name, found.grade)
    count = regular_marks(rules, periods=periods or PERIODS_UNKNOWN, by_comment=by_comment)
    return Gradebook(
        school_id=found.school_id,
        class_id=found.id,
        subject_id=subject.id,
        semester_id=semester.id,
        rules_code=rules.code,
        by_comment=by_comment,
        required=count,
        regular=count,
        created_at=at,
    )


def add_gradebook(session: Session, book: Gradebook) -> Gradebook:
    """Store a new gradebook; where another transaction opened the same one just now, return that."""
    try:
        with session.begin_nested():
            session.add(book)
    except IntegrityError:
        return session.scalars(
            select(Gradebook).where(
                Gradebook.class_id == book.class_id,
                Gradebook.subject_id == book.subject_id,
                Gradebook.semester_id == book.semester_id,
            )
        ).one()
    return book


def set_columns(session: Session, actor: Actor, uid: str, regular: int) -> Gradebook:
    """Open more regular columns than the rules ask for, or close empty ones again.

    Raises:
        NotFound, Forbidden, Conflict: see `editable`; or a column that would close holds something.
        Invalid: fewer than the rules ask for, or more than the portals have.
    """
    book = editable(session, actor, uid)
    if not book.required <= regular <= book.rules.columns_at_most:
        raise Invalid.at(
            "regular",
            N_("Số cột thường xuyên từ %(least)s đến %(most)s."),
            least=book.required,
            most=book.rules.columns_at_most,
        )
    closing = {column.key for column in book.columns} - {column.key for column in columns_of(regular)}
    if closing and session.scalar(
        select(func.count()).where(Mark.gradebook_id == book.id, Mark.column_key.in_(closing), Mark.state != "not_yet")
    ):
        raise Conflict(N_("Cột định bỏ đang có điểm. Chưa có gì thay đổi."))
    book.regular = regular
    session.flush()
    audit.record(session, actor, "gradebook.columns_set", book.uid, regular=regular)
    return book


def pick_semester(session: Session, actor: Actor, uid: str, *, at: datetime) -> tuple[Semester | None, list[Semester]]:
    """Return the semester asked for, else the one that runs at *at*, with all of the running year.

    Raises:
        NotFound: a semester was asked for that the school does not have.
    """
    year = school.find_current_year(session, actor.school_id)
    semesters = list(year.semesters) if year else []
    if uid:
        return school.get_semester(session, actor, uid), semesters
    begun = [semester for semester in semesters if semester.starts_on <= at.date()] or semesters[:1]
    return (begun[-1] if begun else None), semesters


def list_gradebooks(session: Session, actor: Actor, semester: Semester) -> list[BookLine]:
    """List what the actor may open in a semester: gradebooks, and own classes whose gradebook is not open yet."""
    filled = (
        select(Mark.gradebook_id, func.count().label("filled"))
        .where(Mark.state != "not_yet")
        .group_by(Mark.gradebook_id)
        .subquery()
    )
    rows = session.execute(
        select(Gradebook, func.coalesce(filled.c.filled, 0))
        .outerjoin(filled, filled.c.gradebook_id == Gradebook.id)
        .where(visible_to(actor), Gradebook.semester_id == semester.id)
    ).all()
    lines = [BookLine(book.school_class, book.subject, book, count) for book, count in rows]
    there = {(line.school_class.id, line.subject.id) for line in lines}
    assigned = session.scalars(
        select(TeachingAssignment)
        .join(SchoolClass, SchoolClass.id == TeachingAssignment.class_id)
        .where(TeachingAssignment.teacher_id == actor.user_id, SchoolClass.year_id == semester.year_id)
    )
    for one in assigned:
        if (one.class_id, one.subject_id) not in there:
            there.add((one.class_id, one.subject_id))
            lines.append(BookLine(one.school_class, one.subject, None))
    return sorted(lines, key=lambda line: (line.school_class.grade, line.school_class.name, line.subject.name))


def grid_of(session: Session, book: Gradebook) -> Grid:
    """Return the gradebook with its pupils, cells, results and comments. Knows no permission: for verbs."""
    pupils = school.list_pupils(session, book.class_id)
    marks = marks_by_pupil(session, [book])[book.id]
    comments = session.execute(
        select(SemesterComment.pupil_id, SemesterComment.text).where(SemesterComment.gradebook_id == book.id)
    )
    words = {row.pupil_id: row.text for row in comments}
    first = _first_semester(session, book)
    earlier = marks_by_pupil(session, [first])[first.id] if first else {}
    rows: list[GridRow] = []
    for pupil in pupils:
        own = marks.get(pupil.id, {})
        cells = {
            column.key: own[column.key].cell(book.rules) if column.key in own else EMPTY for column in book.columns
        }
        sources = {key: mark.quiz_uid for key, mark in own.items() if mark.quiz_uid}
        result = result_of(book, own)
        row = GridRow(pupil, cells, sources, result, words.get(pupil.id, ""))
        rows.append(_with_year(row, result_of(first, earlier.get(pupil.id, {})), book) if first else row)
    return Grid(book, tuple(rows))


def _first_semester(session: Session, book: Gradebook) -> Gradebook | None:
    if book.semester.number != 2:
        return None
    return session.scalar(
        select(Gradebook)
        .join(Semester, Semester.id == Gradebook.semester_id)
        .where(
            Gradebook.class_id == book.class_id,
            Gradebook.subject_id == book.subject_id,
            Semester.year_id == book.semester.year_id,
            Semester.number == 1,
        )
    )


def _with_year(row: GridRow, first: SemesterResult, book: Gradebook) -> GridRow:
    average = None
    if first.average is not None and row.result.average is not None:
        average = year_average(first.average, row.result.average, book.rules)
    passed = year_verdict(first.passed, row.result.passed) if book.by_comment else None
    return GridRow(row.pupil, row.cells, row.sources, row.result, row.comment, average, passed)


def marks_by_pupil(
    session: Session, books: Sequence[Gradebook], pupil_ids: Iterable[int] = ()
) -> dict[int, dict[int, dict[str, Mark]]]:
    """Load cells as book id → pupil id → column key → mark; of these pupils or of all."""
    found: dict[int, dict[int, dict[str, Mark]]] = {book.id: {} for book in books}
    query = select(Mark).where(Mark.gradebook_id.in_(found))
    wanted = list(pupil_ids)
    if wanted:
        query = query.where(Mark.pupil_id.in_(wanted))
    for mark in session.scalars(query):
        found[mark.gradebook_id].setdefault(mark.pupil_id, {})[mark.column_key] = mark
    return found


def result_of(book: Gradebook, marks: Mapping[str, Mark], *, only: frozenset[str] | None = None) -> SemesterResult:
    """Return a pupil's semester; with *only*, as if nothing stood in the other columns."""
    cells = [
        (
            column,
            marks[column.key].cell(book.rules)
            if column.key in marks and (only is None or column.key in only)
            else EMPTY,
        )
        for column in book.columns
    ]
    return semester_result(cells, required=book.required, rules=book.rules, by_comment=book.by_comment)


def columns_for_quiz(grade: int, school_year: int) -> tuple[Column, ...]:
    """Return the columns that a quiz may feed: as many regular ones as the portals have, mid-term, final."""
    return columns_of(rules_for(grade, school_year).columns_at_most)


def widen(book: Gradebook, column: Column) -> None:
    """Open regular columns up to *column*, where the rules leave room.

    Raises:
        Invalid: the gradebook can never have this column.
    """
    if column.kind is Kind.REGULAR and column.number > book.regular:
        if column.number > book.rules.columns_at_most:
            raise Invalid.at("column", N_("Sổ điểm không có cột này."))
        book.regular = column.number
