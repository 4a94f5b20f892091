"""Mark by hand: one question across all pupils, with points and a comment."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from fractions import Fraction
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from lms.base import audit
from lms.base.errors import Conflict, Invalid, NotFound
from lms.base.i18n_marks import N_
from lms.base.permissions import Actor
from lms.base.text import nfc
from lms.base.users import User
from lms.permissions import Permission, require
from lms.quizzes.domain.results import is_released
from lms.quizzes.domain.states import AttemptState, QuizState, ReleasePolicy
from lms.quizzes.models import Attempt, EssayMark, ItemScore, Quiz, ResponseCurrent, TeacherComment
from lms.quizzes.service.feeding import feed_attempt
from lms.quizzes.service.reading import get_attempt_of, get_quiz
from lms.quizzes.service.scoring import total_up
from question_bank import api as bank

LONGEST_COMMENT = 4000


@dataclass(frozen=True, slots=True)
class Task:
    """A question that a person marks, and how far that is."""

    item: bank.BankItem
    waiting: int
    total: int


@dataclass(frozen=True, slots=True)
class Answer:
    """One pupil's answer to a question that a person marks."""

    attempt: Attempt
    pupil: User
    slot: int
    response: Any
    points: Fraction | None
    worth: Fraction
    comment: str


def list_tasks(session: Session, actor: Actor, uid: str) -> tuple[Quiz, list[Task]]:
    """The questions of a quiz that a person marks.

    Raises:
        NotFound, Forbidden: not this person's quiz.
    """
    quiz = get_quiz(session, actor, uid)
    require(actor, Permission.MARK_QUIZ, quiz)
    rows = session.execute(
        select(ItemScore.version_uid, func.count(), func.count(ItemScore.points))
        .where(ItemScore.run_id == quiz.current_run_id)
        .group_by(ItemScore.version_uid)
    )
    counts = {version: (total, total - done) for version, total, done in rows}
    items = bank.load_versions(session, quiz.school_id, counts)
    tasks = [
        Task(item, waiting=counts[uid_][1], total=counts[uid_][0])
        for uid_, item in items.items()
        if item.type is bank.ItemType.ESSAY or counts[uid_][1]
    ]
    return quiz, sorted(tasks, key=lambda task: (-task.waiting, task.item.version_uid))


def answers_to(session: Session, actor: Actor, uid: str, version_uid: str) -> tuple[Quiz, bank.BankItem, list[Answer]]:
    """Every pupil's answer to one question, those that wait first.

    Raises:
        NotFound: no such quiz for this person, or the question is not in it.
        Forbidden: the person may not mark it.
    """
    quiz = get_quiz(session, actor, uid)
    require(actor, Permission.MARK_QUIZ, quiz)
    rows = session.execute(
        select(ItemScore, Attempt, User, ResponseCurrent.response, TeacherComment.text)
        .join(Attempt, Attempt.id == ItemScore.attempt_id)
        .join(User, User.id == Attempt.pupil_id)
        .outerjoin(
            ResponseCurrent,
            (ResponseCurrent.attempt_id == ItemScore.attempt_id) & (ResponseCurrent.slot == ItemScore.slot),
        )
        .outerjoin(
            TeacherComment,
            (TeacherComment.attempt_id == ItemScore.attempt_id) & (TeacherComment.slot == ItemScore.slot),
        )
        .where(ItemScore.run_id == quiz.current_run_id, ItemScore.version_uid == version_uid)
        .order_by(User.sort_name, Attempt.number)
    ).all()
    if not rows:
        raise NotFound
    item = bank.load_versions(session, quiz.school_id, [version_uid])[version_uid]
    answers = [
        Answer(attempt, pupil, score.slot, response or {}, score.points, score.worth, comment or "")
        for score, attempt, pupil, response, comment in rows
    ]
    return quiz, item, sorted(answers, key=lambda answer: answer.points is not None)


def give_points(
    session: Session,
    actor: Actor,
    uid: str,
    attempt_uid: str,
    slot: int,
    *,
    points: Fraction | None,
    comment: str = "",
    at: datetime,
) -> Attempt:
    """Give an answer its points (None: leave them) and a comment; total and, once released, gradebook follow.

    Raises:
        NotFound: no such quiz, attempt or answer for this person.
        Forbidden: the person may not mark it.
        Conflict: the attempt is still running.
        Invalid: the points are not between 0 and what the question is worth.
    """
    quiz = get_quiz(session, actor, uid)
    require(actor, Permission.MARK_QUIZ, quiz)
    attempt = get_attempt_of(session, quiz, attempt_uid, lock=True)
    if attempt.state != AttemptState.HANDED_IN:
        raise Conflict(N_("Học sinh còn đang làm bài, chưa chấm được."))
    score = session.get(ItemScore, (quiz.current_run_id, attempt.id, slot))
    if score is None:
        raise NotFound
    if points is not None:
        if not 0 <= points <= score.worth:
            raise Invalid.at("points", N_("Điểm phải từ 0 đến %(worth)s."), worth=_shown(score.worth))
        _keep_mark(session, actor, attempt, slot, points, at)
        score.points = points
        total_up(session, attempt, at=at)
        audit.record(session, actor, "attempt.marked", attempt.uid, slot=slot, points=str(points))
    _keep_comment(session, actor, attempt, slot, comment, at)
    if is_released(ReleasePolicy(quiz.release_policy), QuizState(quiz.state), quiz.released_at):
        feed_attempt(session, actor, attempt, at=at)
    return attempt


def _shown(points: Fraction) -> str:
    return f"{float(points):g}".replace(".", ",")


def _keep_mark(session: Session, actor: Actor, attempt: Attempt, slot: int, points: Fraction, at: datetime) -> None:
    mark = session.scalar(select(EssayMark).where(EssayMark.attempt_id == attempt.id, EssayMark.slot == slot))
    if mark is None:
        mark = EssayMark(school_id=attempt.school_id, attempt_id=attempt.id, slot=slot)
        session.add(mark)
    mark.points, mark.marked_by_id, mark.marked_at = points, actor.user_id, at


def _keep_comment(session: Session, actor: Actor, attempt: Attempt, slot: int, text: str, at: datetime) -> None:
    text = nfc(text).strip()[:LONGEST_COMMENT]
    comment = session.scalar(
        select(TeacherComment).where(TeacherComment.attempt_id == attempt.id, TeacherComment.slot == slot)
    )
    if comment is None and not text:
        return
    if comment is None:
        comment = TeacherComment(school_id=attempt.school_id, attempt_id=attempt.id, slot=slot)
        session.add(comment)
    if not text:
        session.delete(comment)
        return
    comment.text, comment.written_by_id, comment.written_at = text, actor.user_id, at


def comments_of(session: Session, attempt: Attempt) -> dict[int, str]:
    """The teacher's comments on an attempt by slot; 0 is the whole."""
    rows: Sequence[TeacherComment] = session.scalars(
        select(TeacherComment).where(TeacherComment.attempt_id == attempt.id)
    ).all()
    return {row.slot: row.text for row in rows}
