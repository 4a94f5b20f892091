"""Let results out: by the teacher's hand or by the quiz's own rule."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from lms.base import audit
from lms.base.errors import Conflict, Invalid
from lms.base.i18n_marks import N_
from lms.base.permissions import Actor
from lms.permissions import Permission, require
from lms.quizzes.domain.states import AttemptState, HandedInBy, QuizState, ReleasePolicy, move
from lms.quizzes.domain.switches import Part, last_of, marks_due
from lms.quizzes.models import Attempt, Quiz, Release, ReleaseAct
from lms.quizzes.service.closing import close_attempt
from lms.quizzes.service.feeding import feed, feed_if_possible
from lms.quizzes.service.flow import tell_running
from lms.quizzes.service.reading import get_quiz, shown_of

FARTHEST = timedelta(days=366)


def release(session: Session, actor: Actor, uid: str, *, at: datetime) -> Quiz:
    """Let the pupils see their results and send them to the gradebook.

    Raises:
        NotFound, Forbidden: not this person's quiz.
        Conflict: it is not closed, or the results are out already.
    """
    quiz = get_quiz(session, actor, uid)
    require(actor, Permission.RELEASE_RESULTS, quiz)
    if quiz.state != QuizState.CLOSED:
        raise Conflict(N_("Bài kiểm tra chưa đóng. Kết quả chỉ công bố được khi không còn ai làm bài."))
    if quiz.released_at is not None:
        raise Conflict(N_("Kết quả đã được công bố."))
    if quiz.release_acts:
        raise Conflict(N_("Bài này được công bố từng phần. Hãy mở trang Công bố."))
    _let_out(session, actor, quiz, at)
    return quiz


@dataclass(frozen=True, slots=True)
class Switch:
    """How one part of the results stands."""

    part: Part
    out: bool  # pupils see it now
    out_at: datetime | None  # when that began or will begin


def switches_of(session: Session, actor: Actor, uid: str, *, at: datetime) -> tuple[Quiz, list[Switch]]:
    """How each part of the results of a quiz stands, for who may let them out.

    Raises:
        NotFound, Forbidden: not this person's quiz.
    """
    quiz = get_quiz(session, actor, uid)
    require(actor, Permission.RELEASE_RESULTS, quiz)
    may, acts = shown_of(quiz, at), last_of(quiz.release_acts)
    return quiz, [
        Switch(part, may.has(part), acts[part].out_at if part in acts else quiz.released_at if may.has(part) else None)
        for part in Part
    ]


def set_part(session: Session, actor: Actor, uid: str, part: Part, *, out_at: datetime | None, at: datetime) -> Quiz:
    """Let one part of the results out from a moment on (*at* itself: now), or hold it back (None).

    From the first such act on every part goes by its own switch; the others stay as they were. Marks that come out go
    to the gradebook too; there, what pupils see is published column by column.

    Raises:
        NotFound, Forbidden: not this person's quiz.
        Conflict: it is not closed.
        Invalid: the moment is past or more than a year away.
        AppError: the gradebook refuses the marks.
    """
    quiz = get_quiz(session, actor, uid)
    require(actor, Permission.RELEASE_RESULTS, quiz)
    session.refresh(quiz, with_for_update={"of": Quiz})
    if quiz.state != QuizState.CLOSED:
        raise Conflict(N_("Bài kiểm tra chưa đóng. Kết quả chỉ công bố được khi không còn ai làm bài."))
    if out_at is not None and not at <= out_at <= at + FARTHEST:
        raise Invalid.at(part, N_("Hãy chọn một lúc ở sau bây giờ, trong vòng một năm."))
    before = shown_of(quiz, at)
    moments = {part: out_at}
    if not quiz.release_acts:
        moments = {one: (quiz.released_at or at) if before.has(one) else None for one in Part} | moments
    for one, moment in moments.items():
        quiz.release_acts.append(
            ReleaseAct(school_id=quiz.school_id, part=one, out_at=moment, made_by_id=actor.user_id, made_at=at)
        )
    audit.record(
        session,
        actor,
        "quiz.part_held" if out_at is None else "quiz.part_released",
        quiz.uid,
        part=part.value,
        out_at=out_at.isoformat() if out_at else "",
    )
    if part is Part.MARKS and out_at == at and quiz.released_at is None:
        _let_out(session, actor, quiz, at)
    session.flush()
    return quiz


def release_due(session: Session, *, at: datetime) -> int:
    """Send to the gradebook the marks whose switch has come to its moment; returns of how many quizzes."""
    quizzes = session.scalars(
        select(Quiz)
        .where(
            Quiz.state == QuizState.CLOSED,
            Quiz.released_at.is_(None),
            Quiz.id.in_(select(ReleaseAct.quiz_id).where(ReleaseAct.part == Part.MARKS.value, ReleaseAct.out_at <= at)),
        )
        .with_for_update(skip_locked=True, of=Quiz)
    ).all()
    due = [quiz for quiz in quizzes if marks_due(last_of(quiz.release_acts), at)]
    for quiz in due:
        _let_out(session, None, quiz, at)
    return len(due)


def release_by_rule(session: Session, quiz: Quiz, *, at: datetime) -> None:
    """Let results out where the quiz says so by itself; it has just been closed."""
    if quiz.release_policy != ReleasePolicy.BY_HAND and quiz.released_at is None:
        _let_out(session, None, quiz, at)


def _let_out(session: Session, actor: Actor | None, quiz: Quiz, at: datetime) -> None:
    quiz.released_at = at
    session.add(
        Release(
            school_id=quiz.school_id,
            quiz_id=quiz.id,
            run_id=quiz.current_run_id,
            released_at=at,
            released_by_id=actor.user_id if actor else None,
        )
    )
    # A person is told what the gradebook refuses, and nothing is released; the clock goes on.
    fed = (feed if actor else feed_if_possible)(session, actor, quiz, at=at)
    audit.record(session, actor, "quiz.released", quiz.uid, school_id=quiz.school_id, fed=fed)


def end_now(session: Session, actor: Actor, uid: str, *, at: datetime) -> Quiz:
    """End a running quiz: hand in for everyone who works, and close it.

    Raises:
        NotFound, Forbidden: not this person's quiz.
        Conflict: it is not running.
    """
    quiz = get_quiz(session, actor, uid)
    require(actor, Permission.END_QUIZ, quiz)
    closed = move(QuizState(quiz.state), QuizState.CLOSED)
    working = session.scalars(
        select(Attempt)
        .where(Attempt.quiz_id == quiz.id, Attempt.state == AttemptState.OPEN)
        .order_by(Attempt.id)
        .with_for_update()
    ).all()
    for attempt in working:
        close_attempt(session, attempt, HandedInBy.TEACHER, at=at, actor=actor)
    quiz.state = closed  # not before the attempts are held: who hands in holds one and then asks for the quiz
    tell_running(session, quiz)
    quiz.closed_at = at
    audit.record(session, actor, "quiz.closed", quiz.uid, handed_in=len(working))
    release_by_rule(session, quiz, at=at)
    return quiz
