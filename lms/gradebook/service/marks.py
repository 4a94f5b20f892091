"""Write marks: typed by the teacher, or sent by a quiz; every change leaves a line."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from fractions import Fraction

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from lms.base import audit
from lms.base.errors import Invalid, Message, NotFound
from lms.base.i18n_marks import N_
from lms.base.permissions import Actor
from lms.base.subjects import Subject
from lms.base.text import nfc
from lms.gradebook.domain.cells import (
    EMPTY,
    Cell,
    Doubt,
    State,
    mark_of_test,
    may_follow,
    read_typed,
    shown,
    zero_by_rule,
)
from lms.gradebook.domain.columns import column_of
from lms.gradebook.models import Gradebook, Mark, MarkChange, SemesterComment
from lms.gradebook.service.books import add_gradebook, editable, get_gradebook, make_gradebook, marks_by_pupil, widen
from lms.school import service as school
from lms.school.models import SchoolClass, Semester

COMMENT_AT_MOST = 1000
COMMENT = "nx"


@dataclass(frozen=True, slots=True)
class Change:
    """What a field of the grid says now, and what it said when the page was made."""

    text: str
    was: str


@dataclass(frozen=True, slots=True)
class Saved:
    """How many cells and comments a save changed."""

    marks: int
    comments: int


@dataclass(frozen=True, slots=True)
class QuizMark:
    """A pupil's total in a quiz, exact: *points* of *worth*."""

    pupil_id: int
    points: Fraction
    worth: Fraction
    attempt_uid: str = ""


@dataclass(frozen=True, slots=True)
class Received:
    """What became of a quiz's marks: written, already so, or kept out because a person's mark stands there."""

    book_uid: str
    written: int = 0
    same: int = 0
    kept: tuple[int, ...] = ()  # ids of pupils whose cell was left alone


def save_grid(
    session: Session, actor: Actor, uid: str, changes: Mapping[tuple[str, str], Change], *, at: datetime
) -> Saved:
    """Save what changed on the page of a gradebook: all of it, or nothing.

    *changes* maps (pupil uid, column key or `nx` for the comment) to what was typed. A field that says what it said
    when the page was made is left alone, so that a mark which came in from a quiz meanwhile is not lost.

    Raises:
        NotFound, Forbidden, Conflict: see `editable`.
        Invalid: at `pupil:column`, for what is no mark, is doubtful, or was changed meanwhile by somebody else.
    """
    book = editable(session, actor, uid)
    pupils = {pupil.uid: pupil.id for pupil in school.list_pupils(session, book.class_id)}
    marks = marks_by_pupil(session, [book])[book.id]
    comments = _comments(session, book)
    problems: dict[str, list[Message]] = {}
    cells: list[tuple[int, str, Cell]] = []
    words: list[tuple[int, str]] = []
    keys = {column.key for column in book.columns}
    for (pupil_uid, key), change in changes.items():
        if pupil_uid not in pupils or key not in keys | {COMMENT}:
            raise NotFound
        if change.text.strip() == change.was.strip():
            continue
        pupil_id = pupils[pupil_uid]
        try:
            if key == COMMENT:
                words.append((pupil_id, _comment(change, comments.get(pupil_id))))
            else:
                mark = marks.get(pupil_id, {}).get(key)
                before = mark.cell(book.rules) if mark else EMPTY
                cells.append((pupil_id, key, _typed(book, change, before)))
        except Invalid as problem:
            problems[f"{pupil_uid}:{key}"] = [message for texts in problem.fields.values() for message in texts]
    if problems:
        raise Invalid(problems, N_("Có ô cần xem lại. Chưa có gì được lưu."))
    written = sum(
        _put(session, book, marks, pupil_id, key, cell, by_id=actor.user_id, at=at) for pupil_id, key, cell in cells
    )
    for pupil_id, text in words:
        _put_comment(session, book, comments, pupil_id, text, by_id=actor.user_id, at=at)
    session.flush()
    if written or words:
        audit.record(
            session,
            actor,
            "gradebook.marks_typed",
            book.uid,
            cells=[[pupil_id, key] for pupil_id, key, _ in cells],
            comments=[pupil_id for pupil_id, _ in words],
        )
    return Saved(written, len(words))


def _typed(book: Gradebook, change: Change, before: Cell) -> Cell:
    typed = read_typed(change.text, book.rules, by_comment=book.by_comment)
    if isinstance(typed, Doubt):
        raise Invalid({"mark": [typed.question]})
    now = shown(before)
    if now != change.was.strip() and typed != before:
        raise Invalid.at("mark", N_("Ô này vừa được đổi thành “%(now)s” ở nơi khác. Hãy xem lại."), now=now or "–")
    return typed


def _comment(change: Change, current: SemesterComment | None) -> str:
    text = " ".join(nfc(change.text).split())
    if len(text) > COMMENT_AT_MOST:
        raise Invalid.at(COMMENT, N_("Nhận xét dài nhất %(count)s kí tự."), count=COMMENT_AT_MOST)
    if current is not None and current.text != change.was.strip() and current.text != text:
        raise Invalid.at(COMMENT, N_("Nhận xét này vừa được sửa ở nơi khác. Hãy tải lại trang."))
    return text


def set_mark(
    session: Session, actor: Actor, uid: str, pupil_uid: str, column_key: str, cell: Cell, *, at: datetime
) -> Mark | None:
    """Put one cell, as the gradebook's teacher; returns the mark that stands there now.

    Raises:
        NotFound: no such gradebook for this person, or the pupil is not in the class.
        Forbidden, Conflict: see `editable`.
        Invalid: no such column, or a zero by rule without a reason.
    """
    book = editable(session, actor, uid)
    pupil_id = _pupil_id(session, book, pupil_uid)
    column = column_of(column_key)
    if column not in book.columns:
        raise Invalid.at("column", N_("Sổ điểm không có cột này."))
    marks = marks_by_pupil(session, [book], [pupil_id])[book.id]
    if _put(session, book, marks, pupil_id, column.key, cell, by_id=actor.user_id, at=at):
        session.flush()
        audit.record(session, actor, "gradebook.marks_typed", book.uid, cells=[[pupil_id, column.key]], comments=[])
    return marks.get(pupil_id, {}).get(column.key)


def set_zero_by_rule(
    session: Session, actor: Actor, uid: str, pupil_uid: str, column_key: str, reason: str, *, at: datetime
) -> Mark | None:
    """Give the zero for an assessment that was not attended; the reason stays with it.

    Raises:
        Invalid: no reason; else as `set_mark`.
    """
    return set_mark(session, actor, uid, pupil_uid, column_key, zero_by_rule(nfc(reason)[:500]), at=at)


def history_of(session: Session, actor: Actor, uid: str, pupil_uid: str) -> tuple[Gradebook, list[MarkChange]]:
    """Return every change of a pupil's cells, the latest first, for whoever may open the gradebook.

    Raises:
        NotFound: no such gradebook for this person, or the pupil is not in the class.
    """
    book = get_gradebook(session, actor, uid)
    pupil_id = _pupil_id(session, book, pupil_uid)
    changes = session.scalars(
        select(MarkChange)
        .where(MarkChange.gradebook_id == book.id, MarkChange.pupil_id == pupil_id)
        .options(joinedload(MarkChange.by))
        .order_by(MarkChange.id.desc())
    )
    return book, list(changes)


def receive_quiz_marks(
    session: Session,
    actor: Actor | None,
    *,
    class_id: int,
    subject_id: int,
    semester: int,
    column_key: str,
    quiz_uid: str,
    marks: Sequence[QuizMark],
    at: datetime,
) -> Received:
    """Take over a quiz's results into a column: 10 × points / worth, rounded once; opens the gradebook if need be.

    Called by `lms.quizzes` after it has checked who may release; *actor* is whoever released, or None when the clock
    did. A pupil whose hand-in released the own result is not named as the one who gave the mark.

    What this quiz wrote before follows it; a mark that a person typed, a zero by rule and another quiz's mark stay.
    Where the subject is assessed by comments, the quiz has no points, or the gradebook is locked, everything stays.

    Raises:
        NotFound: the class's year has no such semester.
        Invalid: no such column.
        Conflict: no rules of assessment are known for the grade.
    """
    giver = actor if actor is not None and actor.is_staff else None
    found = session.get_one(SchoolClass, class_id)
    subject = session.get_one(Subject, subject_id)
    term = session.scalar(select(Semester).where(Semester.year_id == found.year_id, Semester.number == semester))
    if term is None:
        raise NotFound
    column = column_of(column_key)
    book = make_gradebook(session, found, subject, term, at=at)
    if book.id is None:
        book = add_gradebook(session, book)
    widen(book, column)
    if book.by_comment or book.locked:
        return Received(book.uid, kept=tuple(mark.pupil_id for mark in marks))
    stored = marks_by_pupil(session, [book], [mark.pupil_id for mark in marks])[book.id]
    written, same, kept, changed = 0, 0, [], []
    for mark in marks:
        there = stored.get(mark.pupil_id, {}).get(column.key)
        if mark.worth <= 0 or (there is not None and not _yields(there, quiz_uid)):
            kept.append(mark.pupil_id)
            continue
        points = min(max(mark.points, Fraction(0)), mark.worth)  # bonus and deduction end at the ends of the scale
        cell = mark_of_test(points, mark.worth, book.rules)
        if _put(
            session,
            book,
            stored,
            mark.pupil_id,
            column.key,
            cell,
            by_id=giver.user_id if giver else None,
            at=at,
            quiz_uid=quiz_uid,
            attempt_uid=mark.attempt_uid,
        ):
            written += 1
            changed.append(mark.pupil_id)
        else:
            same += 1
    session.flush()
    if written:
        audit.record(
            session,
            giver,
            "gradebook.quiz_marks_received",
            book.uid,
            school_id=book.school_id,
            quiz=quiz_uid,
            column=column.key,
            pupils=changed,
        )
    return Received(book.uid, written, same, tuple(kept))


def _yields(there: Mark, quiz_uid: str) -> bool:
    """Say whether a stored cell makes room for the quiz: its own earlier mark, or no mark at all."""
    if there.state == State.ZERO_BY_RULE:
        return False
    return there.state != State.MARK or there.quiz_uid == quiz_uid


def _put(
    session: Session,
    book: Gradebook,
    marks: dict[int, dict[str, Mark]],
    pupil_id: int,
    key: str,
    cell: Cell,
    *,
    by_id: int | None,
    at: datetime,
    quiz_uid: str = "",
    attempt_uid: str = "",
) -> bool:
    """Let a cell stand where it belongs and note the change; False when it stood there already."""
    mark = marks.get(pupil_id, {}).get(key)
    before = mark.cell(book.rules) if mark else EMPTY
    may_follow(before, cell, locked=book.locked)
    if before == cell:
        return False
    if mark is None:
        mark = Mark(school_id=book.school_id, gradebook_id=book.id, pupil_id=pupil_id, column_key=key)
        session.add(mark)
        marks.setdefault(pupil_id, {})[key] = mark
    mark.put(cell, quiz_uid=quiz_uid, attempt_uid=attempt_uid, at=at)
    session.add(
        MarkChange(
            school_id=book.school_id,
            gradebook_id=book.id,
            pupil_id=pupil_id,
            column_key=key,
            state=mark.state,
            value=mark.value,
            passed=mark.passed,
            reason=mark.reason,
            quiz_uid=quiz_uid,
            by_id=by_id,
            at=at,
        )
    )
    return True


def _comments(session: Session, book: Gradebook) -> dict[int, SemesterComment]:
    found = session.scalars(select(SemesterComment).where(SemesterComment.gradebook_id == book.id))
    return {comment.pupil_id: comment for comment in found}


def _put_comment(
    session: Session,
    book: Gradebook,
    comments: dict[int, SemesterComment],
    pupil_id: int,
    text: str,
    *,
    by_id: int,
    at: datetime,
) -> None:
    comment = comments.get(pupil_id)
    if comment is None:
        comment = SemesterComment(school_id=book.school_id, gradebook_id=book.id, pupil_id=pupil_id)
        session.add(comment)
    comment.text, comment.changed_at, comment.changed_by_id = text, at, by_id


def _pupil_id(session: Session, book: Gradebook, pupil_uid: str) -> int:
    for pupil in school.list_pupils(session, book.class_id):
        if pupil.uid == pupil_uid:
            return pupil.id
    raise NotFound
