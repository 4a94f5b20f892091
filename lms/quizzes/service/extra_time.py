"""Give pupils more time, before a quiz or while they work."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from lms.base import audit
from lms.base.errors import Conflict, Invalid
from lms.base.i18n_marks import N_
from lms.base.permissions import Actor
from lms.permissions import Permission, require
from lms.quizzes.domain.flow import decode_rules, section_length
from lms.quizzes.domain.states import QuizState
from lms.quizzes.domain.timing import Allowance
from lms.quizzes.models import Accommodation, Attempt, Quiz
from lms.quizzes.service.flow import tell_running
from lms.quizzes.service.reading import get_quiz
from lms.quizzes.service.running import checked_reason, lock_running, pupils_meant

MOST_MINUTES = 600
MOST_PERCENT = 200


def give_extra_time(
    session: Session,
    actor: Actor,
    uid: str,
    pupil_uids: Sequence[str] | None,
    *,
    minutes: int = 0,
    percent: int | None = None,
    reason: str,
    at: datetime,
) -> int:
    """Add minutes to the extra time of pupils (None: the whole class), or set their percentage; returns how many.

    Deadlines of running attempts move at once, by as much as the extra time grew; minutes below 0 take time back.

    Raises:
        NotFound: no such quiz for this person, or a pupil is not in its class.
        Forbidden: the person may not give time here.
        Conflict: the quiz is over.
        Invalid: no reason, no pupil, nothing to add, or out of bounds.
    """
    quiz = get_quiz(session, actor, uid)
    require(actor, Permission.GIVE_EXTRA_TIME, quiz)
    if quiz.state == QuizState.CLOSED or quiz.window is None:
        raise Conflict(N_("Bài kiểm tra đã đóng hoặc chưa có giờ, không thêm giờ được."))
    reason = checked_reason(reason, N_("Hãy ghi lí do thêm giờ."))
    if not minutes and percent is None:
        raise Invalid.at("minutes", N_("Hãy ghi số phút hoặc phần trăm."))
    pupils = pupils_meant(session, quiz, pupil_uids)
    running = lock_running(session, quiz, pupils)
    ids = [pupil.id for pupil in pupils]
    given = {
        one.pupil_id: one
        for one in session.scalars(
            select(Accommodation).where(Accommodation.quiz_id == quiz.id, Accommodation.pupil_id.in_(ids))
        )
    }
    grown: dict[int, timedelta] = {}
    percents: dict[int, tuple[int, int]] = {}  # before and after
    for pupil in pupils:
        one = given.get(pupil.id)
        if one is None:
            one = Accommodation(school_id=quiz.school_id, quiz_id=quiz.id, pupil_id=pupil.id, percent=0, seconds=0)
            session.add(one)
        before = one.allowance
        one.seconds += minutes * 60
        one.percent = one.percent if percent is None else percent
        _check_bounds(one.allowance)
        one.reason, one.given_by_id, one.given_at = reason, actor.user_id, at
        percents[pupil.id] = before.percent, one.percent
        grown[pupil.id] = _extra(quiz, one.allowance) - _extra(quiz, before)
        audit.record(session, actor, "quiz.extra_time", quiz.uid, pupil=pupil.uid, minutes=minutes, percent=one.percent)
    for attempt in running:
        attempt.deadline_at += grown[attempt.pupil_id]
        attempt.accept_until_at += grown[attempt.pupil_id]
        if attempt.section_ends_at is not None:
            attempt.section_ends_at += _section_grown(attempt, minutes, *percents[attempt.pupil_id])
    session.flush()
    tell_running(session, quiz)
    return len(pupils)


def _check_bounds(allowance: Allowance) -> None:
    if not (0 <= allowance.seconds <= MOST_MINUTES * 60 and 0 <= allowance.percent <= MOST_PERCENT):
        raise Invalid.at("minutes", N_("Giờ thêm của mỗi học sinh từ 0 đến 600 phút, từ 0 đến 200 %%."))


def _section_grown(attempt: Attempt, minutes: int, before: int, after: int) -> timedelta:
    """By how much the section that runs grows: minutes go to it alone, a percentage is of its own length."""
    section = decode_rules(attempt.form.rules).section_of(attempt.reached)
    lengths = [section_length(section, percent) for percent in (before, after)] if section else []
    grown = lengths[1] - lengths[0] if lengths and lengths[0] and lengths[1] else timedelta(0)
    return grown + timedelta(minutes=minutes)


def _extra(quiz: Quiz, allowance: Allowance) -> timedelta:
    window = quiz.window
    return allowance.over(window.length) if window else timedelta(0)
