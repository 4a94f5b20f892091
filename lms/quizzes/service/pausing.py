"""Stop the clock of a quiz, or of some pupils, and let it go on."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy.orm import Session

from lms.base import audit
from lms.base.errors import Conflict
from lms.base.i18n_marks import N_
from lms.base.permissions import Actor
from lms.base.users import User
from lms.permissions import Permission, require
from lms.quizzes.domain.states import QuizState
from lms.quizzes.models import Pause, Quiz
from lms.quizzes.service.flow import lock_flow
from lms.quizzes.service.reading import Entry, get_quiz
from lms.quizzes.service.running import checked_reason, lock_running, pupils_meant


def pause(
    session: Session, actor: Actor, uid: str, pupil_uids: Sequence[str] | None, *, reason: str, at: datetime
) -> int:
    """Stop the clock of running attempts (None: of the whole class, and nobody begins); returns how many stopped.

    What pupils typed until then is still sent, stored and counts. Doing it again stops those who were not reached.

    Raises:
        NotFound: no such quiz for this person, or a pupil is not in its class.
        Forbidden: the person may not stop it.
        Conflict: it is not running.
        Invalid: no reason, or no pupil.
    """
    quiz = _published(session, actor, uid)
    everyone = pupil_uids is None
    return stop_clocks(
        session, actor, quiz, pupils_meant(session, quiz, pupil_uids), reason=reason, at=at, everyone=everyone
    )


def stop_clocks(
    session: Session,
    actor: Actor,
    quiz: Quiz,
    pupils: Sequence[User],
    *,
    reason: str,
    at: datetime,
    everyone: bool = False,
) -> int:
    """Stop the clocks of these pupils. Knows no permission: for verbs that have asked.

    Raises:
        Invalid: no reason.
    """
    reason = checked_reason(reason, N_("Hãy ghi lí do tạm dừng."))
    stopped = [
        attempt
        for attempt in lock_running(session, quiz, pupils)
        if attempt.paused_at is None and at <= attempt.accept_until_at
    ]
    for attempt in stopped:
        attempt.paused_at = at
    flow = lock_flow(session, quiz)
    flow.bulletin += 1
    if everyone and flow.paused_at is None:
        flow.paused_at = at
    why = Pause(
        school_id=quiz.school_id,
        quiz_id=quiz.id,
        everyone=everyone,
        reason=reason,
        made_by_id=actor.user_id,
        made_at=at,
    )
    session.add(why)
    session.flush()
    audit.record(session, actor, "quiz.paused", quiz.uid, everyone=everyone, attempts=len(stopped), pause=why.uid)
    return len(stopped)


def resume(session: Session, actor: Actor, uid: str, pupil_uids: Sequence[str] | None, *, at: datetime) -> int:
    """Let stopped clocks go on (None: of the whole class); returns how many.

    Deadlines move by as long as each attempt stood, the end of the window by as long as the quiz did.

    Raises:
        NotFound: no such quiz for this person, or a pupil is not in its class.
        Forbidden: the person may not do this.
        Conflict: the quiz is not running.
        Invalid: no pupil.
    """
    quiz = _published(session, actor, uid)
    everyone = pupil_uids is None
    return start_clocks(session, actor, quiz, pupils_meant(session, quiz, pupil_uids), at=at, everyone=everyone)


def start_clocks(
    session: Session, actor: Actor, quiz: Quiz, pupils: Sequence[User], *, at: datetime, everyone: bool = False
) -> int:
    """Let the clocks of these pupils go on. Knows no permission: for verbs that have asked."""
    stopped = [attempt for attempt in lock_running(session, quiz, pupils) if attempt.paused_at is not None]
    for attempt in stopped:
        attempt.go_on(at)
    flow = lock_flow(session, quiz)
    flow.bulletin += 1
    if everyone and flow.paused_at is not None:
        if quiz.closes_at is not None:
            quiz.closes_at += at - flow.paused_at
        flow.paused_at = None
    audit.record(session, actor, "quiz.resumed", quiz.uid, everyone=everyone, attempts=len(stopped))
    session.flush()
    return len(stopped)


def check_not_paused(quiz: Entry) -> None:
    """Go on only while nobody stopped the whole quiz.

    Raises:
        Conflict: it stands.
    """
    if quiz.paused_at is not None:
        raise Conflict(N_("Bài kiểm tra đang tạm dừng. Em chờ thầy cô cho làm tiếp rồi bấm lại."))


def _published(session: Session, actor: Actor, uid: str) -> Quiz:
    quiz = get_quiz(session, actor, uid)
    require(actor, Permission.GIVE_EXTRA_TIME, quiz)
    if quiz.state != QuizState.PUBLISHED:
        raise Conflict(N_("Bài kiểm tra không đang mở."))
    return quiz
