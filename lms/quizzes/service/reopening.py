"""Give a handed-in attempt back to its pupil: the hand-in becomes history, and there will be another one."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from lms.base import audit
from lms.base.errors import Conflict, Forbidden, Invalid, NotFound
from lms.base.i18n_marks import N_
from lms.base.permissions import Actor
from lms.permissions import Permission, require
from lms.quizzes.domain.flow import ReopeningState
from lms.quizzes.domain.states import AttemptState, QuizState, move
from lms.quizzes.domain.switches import was_ever_out
from lms.quizzes.models import (
    Attempt,
    Quiz,
    Reopening,
    Submission,
)
from lms.quizzes.service.flow import tell_running
from lms.quizzes.service.reading import get_attempt_of, get_quiz
from lms.quizzes.service.recounting import forget_outcome
from lms.quizzes.service.running import checked_reason
from lms.quizzes.service.runs import hold_run

MOST_MINUTES = 600


def reopen(
    session: Session,
    actor: Actor,
    uid: str,
    attempt_uid: str,
    *,
    minutes: int | None = None,
    reason: str,
    at: datetime,
) -> Reopening:
    """Let a pupil go on with a handed-in attempt, for some minutes (None: for as long as was left).

    While the quiz runs it takes effect at once. Once it is closed, the subject head or a school leader has to agree.

    Raises:
        NotFound: no such attempt at a quiz of this person.
        Forbidden: the person may not give it back.
        Conflict: it is running, waits already, was marked by a person, or results are out.
        Invalid: no reason, or the minutes are missing or out of bounds.
    """
    quiz = get_quiz(session, actor, uid)
    require(actor, Permission.REOPEN_ATTEMPT, quiz)
    attempt = get_attempt_of(session, quiz, attempt_uid, lock=True)
    submission = _check_may_reopen(session, quiz, attempt, at)
    reason = checked_reason(reason, N_("Hãy ghi lí do mở lại bài."))
    left = attempt.deadline_at - submission.handed_in_at
    seconds = int(left.total_seconds()) if minutes is None else minutes * 60
    if not 0 < seconds <= MOST_MINUTES * 60:
        raise Invalid.at("minutes", N_("Hãy ghi số phút cho làm tiếp, từ 1 đến 600."))
    waiting = select(Reopening.id).where(Reopening.attempt_id == attempt.id, Reopening.state == ReopeningState.ASKED)
    if session.scalar(waiting) is not None:
        raise Conflict(N_("Bài này đang chờ duyệt mở lại."))
    reopening = Reopening(
        school_id=quiz.school_id,
        attempt_id=attempt.id,
        state=ReopeningState.ASKED,
        reason=reason,
        seconds=seconds,
        asked_by_id=actor.user_id,
        asked_at=at,
    )
    session.add(reopening)
    session.flush()
    if quiz.state == QuizState.PUBLISHED:
        _give_back(session, actor, quiz, attempt, reopening, at)
    else:
        audit.record(session, actor, "attempt.reopening_asked", attempt.uid, quiz=quiz.uid, reopening=reopening.uid)
    return reopening


def find_for_reopening(
    session: Session, actor: Actor, uid: str, attempt_uid: str, *, at: datetime
) -> tuple[Quiz, Attempt, Submission]:
    """A handed-in attempt, for those who may give it back.

    Raises:
        NotFound, Forbidden, Conflict: as in `reopen`.
    """
    quiz = get_quiz(session, actor, uid)
    require(actor, Permission.REOPEN_ATTEMPT, quiz)
    attempt = get_attempt_of(session, quiz, attempt_uid)
    return quiz, attempt, _check_may_reopen(session, quiz, attempt, at)


def decide(session: Session, actor: Actor, uid: str, reopening_uid: str, *, agree: bool, at: datetime) -> Reopening:
    """Agree that an attempt is given back, or not.

    Raises:
        NotFound: nothing of that kind in this quiz.
        Forbidden: the person may not decide, or asked for it.
        Conflict: it was decided already, or cannot be given back any more.
    """
    quiz = get_quiz(session, actor, uid)
    require(actor, Permission.APPROVE_REOPENING, quiz)
    reopening = session.scalar(
        select(Reopening)
        .join(Attempt, Attempt.id == Reopening.attempt_id)
        .where(Reopening.uid == reopening_uid, Attempt.quiz_id == quiz.id)
    )
    if reopening is None:
        raise NotFound
    attempt = get_attempt_of(session, quiz, reopening.attempt.uid, lock=True)
    session.refresh(reopening, ["state"])
    if reopening.state != ReopeningState.ASKED:
        raise Conflict(N_("Yêu cầu này đã được giải quyết."))
    if reopening.asked_by_id == actor.user_id:
        raise Forbidden(N_("Người đề nghị không tự duyệt được."))
    if agree:
        _check_may_reopen(session, quiz, attempt, at)
        _give_back(session, actor, quiz, attempt, reopening, at)
        return reopening
    reopening.state, reopening.decided_by_id, reopening.decided_at = ReopeningState.REFUSED, actor.user_id, at
    audit.record(session, actor, "attempt.reopening_refused", attempt.uid, quiz=quiz.uid)
    session.flush()
    return reopening


def list_reopenings(session: Session, actor: Actor, uid: str) -> tuple[Quiz, Sequence[Reopening]]:
    """Every attempt that was given back or is asked for, the latest first.

    Raises:
        NotFound, Forbidden: not this person's quiz.
    """
    quiz = get_quiz(session, actor, uid)
    require(actor, Permission.SEE_QUIZ_RESULTS, quiz)
    return quiz, session.scalars(
        select(Reopening)
        .join(Attempt, Attempt.id == Reopening.attempt_id)
        .where(Attempt.quiz_id == quiz.id)
        .order_by(Reopening.asked_at.desc(), Reopening.id.desc())
    ).all()


def _check_may_reopen(session: Session, quiz: Quiz, attempt: Attempt, at: datetime) -> Submission:
    submission = session.get(Submission, attempt.id)
    if attempt.state != AttemptState.HANDED_IN or submission is None:
        raise Conflict(N_("Học sinh đang làm bài này, không cần mở lại."))
    if quiz.released_at is not None or was_ever_out(quiz.release_acts, at):
        raise Conflict(N_("Kết quả đã công bố, không mở lại bài được nữa."))
    return submission


def _give_back(
    session: Session, actor: Actor, quiz: Quiz, attempt: Attempt, reopening: Reopening, at: datetime
) -> None:
    """Let the hand-in and what was made from it become history; events stay, and the next hand-in is made from all."""
    submission = session.get_one(Submission, attempt.id)
    reopening.handed_in_at, reopening.handed_in_by = submission.handed_in_at, submission.handed_in_by
    reopening.receipt = submission.receipt
    reopening.state, reopening.decided_by_id, reopening.decided_at = ReopeningState.DONE, actor.user_id, at
    session.delete(submission)
    hold_run(session, quiz)
    forget_outcome(session, quiz, [attempt])
    grace = attempt.accept_until_at - attempt.deadline_at
    attempt.state = AttemptState.OPEN
    attempt.deadline_at = at + timedelta(seconds=reopening.seconds)
    attempt.accept_until_at = attempt.deadline_at + grace
    if attempt.section_ends_at is not None:
        attempt.section_ends_at = attempt.deadline_at
    if quiz.state == QuizState.CLOSED:
        quiz.state, quiz.closed_at = move(QuizState(quiz.state), QuizState.PUBLISHED), None
    session.flush()
    tell_running(session, quiz)
    audit.record(
        session, actor, "attempt.reopened", attempt.uid, quiz=quiz.uid, receipt=reopening.receipt,
        seconds=reopening.seconds, reopening=reopening.uid,
    )  # fmt: skip
