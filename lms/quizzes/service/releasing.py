"""Let results out: by the teacher's hand or by the quiz's own rule."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from lms.base import audit
from lms.base.errors import Conflict
from lms.base.i18n_marks import N_
from lms.base.permissions import Actor
from lms.permissions import Permission, require
from lms.quizzes.domain.states import AttemptState, HandedInBy, QuizState, ReleasePolicy, move
from lms.quizzes.models import Attempt, Quiz, Release
from lms.quizzes.service.closing import close_attempt
from lms.quizzes.service.feeding import feed, feed_if_possible
from lms.quizzes.service.flow import tell_running
from lms.quizzes.service.reading import get_quiz


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
    _let_out(session, actor, quiz, at)
    return quiz


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
    quiz.state = move(QuizState(quiz.state), QuizState.CLOSED)
    working = session.scalars(
        select(Attempt)
        .where(Attempt.quiz_id == quiz.id, Attempt.state == AttemptState.OPEN)
        .order_by(Attempt.id)
        .with_for_update()
    ).all()
    for attempt in working:
        close_attempt(session, attempt, HandedInBy.TEACHER, at=at, actor=actor)
    tell_running(session, quiz)
    quiz.closed_at = at
    audit.record(session, actor, "quiz.closed", quiz.uid, handed_in=len(working))
    release_by_rule(session, quiz, at=at)
    return quiz
