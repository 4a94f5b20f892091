"""Watch a running quiz: who has not begun, who works, who has handed in; give extra time."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from lms.base import audit
from lms.base.errors import Conflict, Invalid, NotFound
from lms.base.i18n_marks import N_
from lms.base.permissions import Actor
from lms.base.text import nfc
from lms.base.users import User
from lms.permissions import Permission, require
from lms.quizzes.domain.states import AttemptState, EventKind, QuizState, Standing
from lms.quizzes.domain.timing import Allowance
from lms.quizzes.models import Accommodation, Attempt, AttemptEvent, Form, Quiz, Submission
from lms.quizzes.service.flow import tell_running
from lms.quizzes.service.reading import get_quiz
from lms.school import service as school

NO_EXTRA = Allowance()


class Doing(StrEnum):
    """What a pupil is doing with a quiz right now."""

    NOT_BEGUN = "not_begun"
    WORKING = "working"
    HANDED_IN = "handed_in"


@dataclass(frozen=True, slots=True)
class Row:
    """One pupil on the board; counts only, no answer."""

    pupil: User
    doing: Doing
    form_code: str = ""
    answered: int = 0
    left: int = 0  # how often the page was left
    left_seconds: int = 0
    kept: int = 0  # answers that came too late or from another device
    deadline_at: datetime | None = None
    handed_in_at: datetime | None = None
    receipt: str = ""
    extra: Allowance = NO_EXTRA


@dataclass(frozen=True, slots=True)
class Board:
    """A running quiz and its class."""

    quiz: Quiz
    rows: Sequence[Row]
    questions: int

    @property
    def counts(self) -> dict[str, int]:
        """How many pupils do what."""
        found = Counter(row.doing for row in self.rows)
        return {doing.value: found[doing] for doing in Doing}


def board(session: Session, actor: Actor, uid: str) -> Board:
    """What a class is doing with a quiz; of several attempts the latest.

    Raises:
        NotFound, Forbidden: not this person's to watch.
        Conflict: it has not been published.
    """
    quiz = get_quiz(session, actor, uid)
    require(actor, Permission.WATCH_QUIZ, quiz)
    if quiz.state == QuizState.DRAFT:
        raise Conflict(N_("Bài kiểm tra chưa giao cho lớp."))
    attempts = {
        attempt.pupil_id: (attempt, code, submission)
        for attempt, code, submission in session.execute(
            select(Attempt, Form.code, Submission)
            .join(Form, Form.id == Attempt.form_id)
            .outerjoin(Submission, Submission.attempt_id == Attempt.id)
            .where(Attempt.quiz_id == quiz.id)
            .order_by(Attempt.number)
        )
    }
    extras = {
        one.pupil_id: one.allowance
        for one in session.scalars(select(Accommodation).where(Accommodation.quiz_id == quiz.id))
    }
    answered, left, kept = _facts(session, quiz)
    rows = []
    for pupil in school.list_pupils(session, quiz.class_id):
        extra = extras.get(pupil.id, Allowance())
        if pupil.id not in attempts:
            rows.append(Row(pupil, Doing.NOT_BEGUN, extra=extra))
            continue
        attempt, code, submission = attempts[pupil.id]
        times, milliseconds = left.get(attempt.id, (0, 0))
        rows.append(
            Row(
                pupil=pupil,
                doing=Doing.WORKING if attempt.state == AttemptState.OPEN else Doing.HANDED_IN,
                form_code=code,
                answered=answered.get(attempt.id, 0),
                left=times,
                left_seconds=round(milliseconds / 1000),
                kept=kept.get(attempt.id, 0),
                deadline_at=attempt.deadline_at,
                handed_in_at=submission.handed_in_at if submission else None,
                receipt=submission.receipt if submission else "",
                extra=extra,
            )
        )
    form = session.scalar(select(Form).where(Form.quiz_id == quiz.id).limit(1))
    return Board(quiz, rows, sum(1 for slot in form.document if slot["label"]) if form else 0)


def _facts(session: Session, quiz: Quiz) -> tuple[dict[int, int], dict[int, tuple[int, int]], dict[int, int]]:
    mine = select(Attempt.id).where(Attempt.quiz_id == quiz.id)
    event = AttemptEvent
    answers = event.kind == EventKind.ANSWER
    answered = session.execute(
        select(event.attempt_id, func.count(func.distinct(event.slot)))
        .where(event.attempt_id.in_(mine), answers, event.standing == Standing.APPLIED)
        .group_by(event.attempt_id)
    )
    kept = session.execute(
        select(event.attempt_id, func.count())
        .where(event.attempt_id.in_(mine), answers, event.standing != Standing.APPLIED)
        .group_by(event.attempt_id)
    )
    left: dict[int, tuple[int, int]] = {}
    for attempt_id, payload in session.execute(
        select(event.attempt_id, event.payload).where(event.attempt_id.in_(mine), event.kind == EventKind.LEFT)
    ):
        times, milliseconds = left.get(attempt_id, (0, 0))
        left[attempt_id] = times + 1, milliseconds + int(payload)
    return {row[0]: row[1] for row in answered}, left, {row[0]: row[1] for row in kept}


def give_extra_time(
    session: Session,
    actor: Actor,
    uid: str,
    pupil_uids: Sequence[str],
    *,
    minutes: int = 0,
    percent: int = 0,
    reason: str,
    at: datetime,
) -> int:
    """Set the extra time of pupils; deadlines of running attempts move at once. Returns how many pupils.

    Raises:
        NotFound: no such quiz for this person, or a pupil is not in its class.
        Forbidden: the person may not give time here.
        Conflict: the quiz is over.
        Invalid: no reason, no pupil, or out of bounds.
    """
    quiz = get_quiz(session, actor, uid)
    require(actor, Permission.GIVE_EXTRA_TIME, quiz)
    window = quiz.window
    if quiz.state == QuizState.CLOSED or window is None:
        raise Conflict(N_("Bài kiểm tra đã đóng hoặc chưa có giờ, không thêm giờ được."))
    reason = nfc(reason).strip()[:300]
    if not reason:
        raise Invalid.at("reason", N_("Hãy ghi lí do thêm giờ."))
    if not (0 <= minutes <= 600 and 0 <= percent <= 200):
        raise Invalid.at("minutes", N_("Thêm tối đa 600 phút hoặc 200 %%."))
    class_pupils = {pupil.uid: pupil for pupil in school.list_pupils(session, quiz.class_id)}
    if not pupil_uids:
        raise Invalid.at("pupil", N_("Hãy chọn học sinh được thêm giờ."))
    if not set(pupil_uids) <= class_pupils.keys():
        raise NotFound
    chosen = [class_pupils[pupil_uid] for pupil_uid in dict.fromkeys(pupil_uids)]
    _lock_running(session, quiz, [pupil.id for pupil in chosen])
    for pupil in chosen:
        _set_extra(session, actor, quiz, pupil, minutes, percent, reason, at)
    session.flush()
    tell_running(session, quiz)
    return len(set(pupil_uids))


def _lock_running(session: Session, quiz: Quiz, pupil_ids: Sequence[int]) -> None:
    """Lock in the order of ids, as the writer of answers does."""
    session.scalars(
        select(Attempt)
        .where(Attempt.quiz_id == quiz.id, Attempt.pupil_id.in_(pupil_ids), Attempt.state == AttemptState.OPEN)
        .order_by(Attempt.id)
        .with_for_update()
    ).all()


def _set_extra(
    session: Session, actor: Actor, quiz: Quiz, pupil: User, minutes: int, percent: int, reason: str, at: datetime
) -> None:
    found = session.scalar(
        select(Accommodation).where(Accommodation.quiz_id == quiz.id, Accommodation.pupil_id == pupil.id)
    )
    if found is None:
        found = Accommodation(school_id=quiz.school_id, quiz_id=quiz.id, pupil_id=pupil.id)
        session.add(found)
    found.percent, found.seconds, found.reason = percent, minutes * 60, reason
    found.given_by_id, found.given_at = actor.user_id, at
    window = quiz.window
    running = session.scalars(
        select(Attempt).where(
            Attempt.quiz_id == quiz.id, Attempt.pupil_id == pupil.id, Attempt.state == AttemptState.OPEN
        )
    )
    for attempt in running:
        if window is not None:
            attempt.deadline_at = window.deadline(found.allowance, attempt.started_at)
            attempt.accept_until_at = attempt.deadline_at + window.grace
    audit.record(session, actor, "quiz.extra_time", quiz.uid, pupil=pupil.uid, minutes=minutes, percent=percent)
