"""Watch a running quiz: who has not begun, who works, who has handed in."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from lms.base.errors import Conflict
from lms.base.i18n_marks import N_
from lms.base.permissions import Actor
from lms.base.users import User
from lms.permissions import Permission, require
from lms.quizzes.domain.departures import departures
from lms.quizzes.domain.states import AttemptState, EventKind, QuizState, Standing
from lms.quizzes.domain.timing import Allowance
from lms.quizzes.models import Absence, Accommodation, Attempt, AttemptEvent, Form, Quiz, Submission
from lms.quizzes.service.flow import flow_of
from lms.quizzes.service.reading import get_quiz
from lms.school import service as school

NO_EXTRA = Allowance()


class Doing(StrEnum):
    """What a pupil is doing with a quiz right now."""

    NOT_BEGUN = "not_begun"
    WORKING = "working"
    SILENT = "silent"  # its page has not been heard for a while
    PAUSED = "paused"
    HANDED_IN = "handed_in"


@dataclass(frozen=True, slots=True)
class Row:
    """One pupil on the board; counts only, no answer."""

    pupil: User
    doing: Doing
    attempt_uid: str = ""
    started_at: datetime | None = None
    form_code: str = ""
    answered: int = 0
    left: int = 0  # how often the page was left
    left_seconds: int = 0
    left_last: datetime | None = None
    kept: int = 0  # answers that came too late or from another device
    silent_since: datetime | None = None
    deadline_at: datetime | None = None
    left_minutes: int | None = None  # while the clock stands
    handed_in_at: datetime | None = None
    receipt: str = ""
    extra: Allowance = NO_EXTRA


@dataclass(frozen=True, slots=True)
class Board:
    """A running quiz and its class."""

    quiz: Quiz
    rows: Sequence[Row]
    questions: int
    paused_at: datetime | None  # the whole class

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
    return board_of(session, quiz)


def board_of(session: Session, quiz: Quiz) -> Board:
    """What a class is doing with a quiz. Knows no permission: for verbs that have asked."""
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
    absences = select(Absence.attempt_id, Absence.since_at).where(Absence.quiz_id == quiz.id)
    silent = {row.attempt_id: row.since_at for row in session.execute(absences)}
    answered, left, kept = _facts(session, quiz)
    rows = []
    for pupil in school.list_pupils(session, quiz.class_id):
        extra = extras.get(pupil.id, Allowance())
        if pupil.id not in attempts:
            rows.append(Row(pupil, Doing.NOT_BEGUN, extra=extra))
            continue
        attempt, code, submission = attempts[pupil.id]
        away = departures(attempt.started_at, left.get(attempt.id, ()))
        rows.append(
            Row(
                pupil=pupil,
                doing=_doing(attempt, attempt.id in silent),
                attempt_uid=attempt.uid,
                started_at=attempt.started_at,
                form_code=code,
                answered=answered.get(attempt.id, 0),
                left=len(away),
                left_seconds=sum(one.seconds for one in away),
                left_last=away[-1].left_at if away else None,
                kept=kept.get(attempt.id, 0),
                silent_since=silent.get(attempt.id) if attempt.state == AttemptState.OPEN else None,
                deadline_at=attempt.deadline_at,
                left_minutes=_left_minutes(attempt),
                handed_in_at=submission.handed_in_at if submission else None,
                receipt=submission.receipt if submission else "",
                extra=extra,
            )
        )
    form = session.scalar(select(Form).where(Form.quiz_id == quiz.id).limit(1))
    questions = sum(1 for slot in form.document if slot["label"]) if form else 0
    return Board(quiz, rows, questions, flow_of(session, quiz).paused_at)


def _doing(attempt: Attempt, silent: bool) -> Doing:
    if attempt.state != AttemptState.OPEN:
        return Doing.HANDED_IN
    if attempt.paused_at is not None:
        return Doing.PAUSED
    return Doing.SILENT if silent else Doing.WORKING


def _left_minutes(attempt: Attempt) -> int | None:
    if attempt.paused_at is None:
        return None
    return max(0, int((attempt.deadline_at - attempt.paused_at).total_seconds()) // 60)


def _facts(
    session: Session, quiz: Quiz
) -> tuple[dict[int, int], dict[int, list[tuple[int, int, datetime]]], dict[int, int]]:
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
    left: dict[int, list[tuple[int, int, datetime]]] = {}
    for row in session.execute(
        select(event.attempt_id, event.client_seq, event.payload, event.server_at).where(
            event.attempt_id.in_(mine), event.kind == EventKind.LEFT
        )
    ):
        left.setdefault(row.attempt_id, []).append((row.client_seq, int(row.payload), row.server_at))
    return {row[0]: row[1] for row in answered}, left, {row[0]: row[1] for row in kept}
