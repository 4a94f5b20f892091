"""Requests to look at a marked paper again: a family asks, a teacher answers, a changed mark takes a second person."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from fractions import Fraction

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session

from lms.base import audit
from lms.base.errors import Conflict, Invalid, NotFound
from lms.base.i18n_marks import N_
from lms.base.permissions import Actor
from lms.base.text import nfc
from lms.permissions import Permission, require
from lms.quizzes.domain.requests import OPEN, Outcome, RequestState, move, taken_until
from lms.quizzes.domain.states import AttemptState
from lms.quizzes.models import Attempt, AttemptScore, ItemScore, Quiz, Regrade, ReviewRequest
from lms.quizzes.service.deliveries import rules_of
from lms.quizzes.service.reading import get_own_attempt, get_quiz, shown_of
from lms.quizzes.service.regrading import propose_points
from lms.school import service as school

LONGEST = 1000  # characters of a reason or an answer


@dataclass(frozen=True, slots=True)
class Asking:
    """What a family may ask about a paper, and what it has asked."""

    attempt: Attempt
    quiz: Quiz
    requests: Sequence[ReviewRequest]
    until: datetime | None
    may_ask: bool


@dataclass(frozen=True, slots=True)
class Waiting:
    """A request as its teacher sees it, with the points of each answer by slot."""

    request: ReviewRequest
    scores: Sequence[ItemScore]
    labels: Mapping[int, str]
    regrade: Regrade | None


def asking(session: Session, actor: Actor, attempt_uid: str, child_uid: str = "", *, at: datetime) -> Asking:
    """What may be asked about one's own paper, or a child's.

    Raises:
        NotFound: not this person's paper, or its marks are not out.
    """
    return _asking(session, _attempt(session, actor, attempt_uid, child_uid), at)


def _attempt(session: Session, actor: Actor, attempt_uid: str, child_uid: str, *, lock: bool = False) -> Attempt:
    if not child_uid:
        return get_own_attempt(session, actor, attempt_uid, lock=lock)
    child = school.get_child(session, actor, child_uid)
    query = select(Attempt).where(Attempt.uid == attempt_uid, Attempt.pupil_id == child.id)
    attempt = session.scalar(query.with_for_update(of=Attempt, key_share=True) if lock else query)
    if attempt is None:
        raise NotFound
    return attempt


def _asking(session: Session, attempt: Attempt, at: datetime) -> Asking:
    quiz = attempt.quiz
    if attempt.state != AttemptState.HANDED_IN or not shown_of(quiz, at).marks:
        raise NotFound
    found = session.scalars(
        select(ReviewRequest)
        .join(Attempt, Attempt.id == ReviewRequest.attempt_id)
        .where(Attempt.quiz_id == quiz.id, Attempt.pupil_id == attempt.pupil_id)
        .order_by(ReviewRequest.id.desc())
    ).all()
    until = taken_until(quiz.released_at, rules_of(session, quiz).request_days)
    still = until is not None and at <= until and not any(one.state in OPEN for one in found)
    return Asking(attempt, quiz, found, until, still)


def send(
    session: Session, actor: Actor, attempt_uid: str, child_uid: str = "", *, reason: str, at: datetime
) -> ReviewRequest:
    """Ask that a paper is looked at again.

    Raises:
        NotFound: as `asking`.
        Conflict: it is too late, or one of the pupil's requests is open already.
        Invalid: no reason.
    """
    attempt = _attempt(session, actor, attempt_uid, child_uid)
    mine = select(Attempt.id).where(Attempt.quiz_id == attempt.quiz_id, Attempt.pupil_id == attempt.pupil_id)
    session.execute(mine.order_by(Attempt.id).with_for_update(key_share=True))  # one at a time of each pupil
    found = _asking(session, attempt, at)
    if any(one.state in OPEN for one in found.requests):
        raise Conflict(N_("Bài này đang có một đơn phúc khảo chưa trả lời."))
    if not found.may_ask:
        raise Conflict(N_("Đã hết hạn xin phúc khảo bài này."))
    total = session.get(AttemptScore, (found.quiz.current_run_id, attempt.id))
    if total is None:
        raise NotFound
    made = ReviewRequest(
        school_id=attempt.school_id,
        attempt_id=attempt.id,
        state=RequestState.SENT,
        reason=_words(reason, "reason", N_("Hãy ghi điều cần xem lại.")),
        asked_by_id=actor.user_id,
        asked_at=at,
        points_before=total.points,
        worth_before=total.worth,
    )
    session.add(made)
    session.flush()
    audit.record(session, actor, "attempt.review_asked", attempt.uid, quiz=found.quiz.uid)
    return made


def withdraw(session: Session, actor: Actor, attempt_uid: str, request_uid: str, child_uid: str = "") -> ReviewRequest:
    """Take a request back before a teacher has taken it up.

    Raises:
        NotFound: not this family's request.
        Conflict: it was taken up already.
    """
    found = _own(session, actor, attempt_uid, request_uid, child_uid)
    found.state = move(RequestState(found.state), RequestState.WITHDRAWN)
    session.flush()
    audit.record(session, actor, "attempt.review_withdrawn", found.attempt.uid, quiz=found.attempt.quiz.uid)
    return found


def close(session: Session, actor: Actor, attempt_uid: str, request_uid: str, child_uid: str = "") -> ReviewRequest:
    """Say that the answer was read.

    Raises:
        NotFound: not this family's request.
        Conflict: it has no answer yet, or was closed.
    """
    found = _own(session, actor, attempt_uid, request_uid, child_uid)
    found.state = move(RequestState(found.state), RequestState.CLOSED)
    session.flush()
    audit.record(session, actor, "attempt.review_closed", found.attempt.uid, quiz=found.attempt.quiz.uid)
    return found


def _own(session: Session, actor: Actor, attempt_uid: str, request_uid: str, child_uid: str) -> ReviewRequest:
    attempt = _attempt(session, actor, attempt_uid, child_uid, lock=True)
    return _of(session, request_uid, ReviewRequest.attempt_id == attempt.id)


def _of(session: Session, request_uid: str, where: ColumnElement[bool]) -> ReviewRequest:
    query = select(ReviewRequest).join(Attempt, Attempt.id == ReviewRequest.attempt_id)
    found = session.scalar(query.where(ReviewRequest.uid == request_uid, where))
    if found is None:
        raise NotFound
    session.refresh(found, ["state", "regrade_id"])
    return found


def list_requests(session: Session, actor: Actor, uid: str) -> tuple[Quiz, list[Waiting]]:
    """The requests about a quiz, open ones first.

    Raises:
        NotFound, Forbidden: not this person's to read.
    """
    quiz = get_quiz(session, actor, uid)
    require(actor, Permission.READ_ATTEMPTS, quiz)
    requests = session.scalars(
        select(ReviewRequest)
        .join(Attempt, Attempt.id == ReviewRequest.attempt_id)
        .where(Attempt.quiz_id == quiz.id)
        .order_by(ReviewRequest.id)
    ).all()
    waiting = []
    for one in sorted(requests, key=lambda request: request.state not in OPEN):
        scores = session.scalars(
            select(ItemScore)
            .where(ItemScore.run_id == quiz.current_run_id, ItemScore.attempt_id == one.attempt_id)
            .order_by(ItemScore.slot)
        ).all()
        labels = {slot["number"]: slot["label"] for slot in one.attempt.form.document}
        regrade = session.get(Regrade, one.regrade_id) if one.regrade_id else None
        waiting.append(Waiting(one, scores, labels, regrade))
    return quiz, waiting


def count_open(session: Session, quiz: Quiz) -> int:
    """How many requests wait for an answer. Knows no permission: for pages that asked."""
    return session.scalars(
        select(func.count(ReviewRequest.id))
        .join(Attempt, Attempt.id == ReviewRequest.attempt_id)
        .where(Attempt.quiz_id == quiz.id, ReviewRequest.state.in_(OPEN))
    ).one()


def take_up(session: Session, actor: Actor, uid: str, request_uid: str) -> ReviewRequest:
    """Say that one looks at a paper again.

    Raises:
        NotFound, Forbidden: not this person's to answer.
        Conflict: it was taken up, answered or withdrawn.
    """
    quiz, found = _to_answer(session, actor, uid, request_uid)
    found.state = move(RequestState(found.state), RequestState.TAKEN_UP)
    found.taken_by_id = actor.user_id
    session.flush()
    audit.record(session, actor, "attempt.review_taken_up", found.attempt.uid, quiz=quiz.uid)
    return found


def keep(session: Session, actor: Actor, uid: str, request_uid: str, *, answer: str, at: datetime) -> ReviewRequest:
    """Answer that the mark stays.

    Raises:
        NotFound, Forbidden: not this person's to answer.
        Conflict: it is not taken up, or a change waits for its second person.
        Invalid: no words.
    """
    quiz, found = _to_answer(session, actor, uid, request_uid)
    _check_taken_up(found)
    found.answer = _words(answer, "answer", N_("Hãy ghi câu trả lời cho học sinh."))
    found.state, found.outcome = move(RequestState(found.state), RequestState.ANSWERED), Outcome.KEPT
    found.answered_at = at
    found.points_after, found.worth_after = found.points_before, found.worth_before
    session.flush()
    audit.record(session, actor, "attempt.review_kept", found.attempt.uid, quiz=quiz.uid)
    return found


def change(
    session: Session,
    actor: Actor,
    uid: str,
    request_uid: str,
    points: Mapping[int, Fraction],
    *,
    answer: str,
    at: datetime,
) -> Regrade:
    """Propose other points for the paper, by slot; the request is answered once a second person has agreed.

    Raises:
        NotFound, Forbidden: not this person's to answer.
        Conflict: it is not taken up, a change waits already, or the quiz is not closed.
        Invalid: no words, nothing changes, or points are out of bounds.
    """
    _quiz, found = _to_answer(session, actor, uid, request_uid)
    _check_taken_up(found)
    found.answer = _words(answer, "answer", N_("Hãy ghi câu trả lời cho học sinh."))
    regrade = propose_points(
        session, actor, found.attempt.quiz, found.attempt, points, reason=found.answer[:300], at=at
    )
    found.regrade_id = regrade.id
    session.flush()
    return regrade


def _to_answer(session: Session, actor: Actor, uid: str, request_uid: str) -> tuple[Quiz, ReviewRequest]:
    quiz = get_quiz(session, actor, uid)
    require(actor, Permission.REGRADE_QUIZ, quiz)
    found = _of(session, request_uid, Attempt.quiz_id == quiz.id)
    session.execute(select(Attempt.id).where(Attempt.id == found.attempt_id).with_for_update(key_share=True))
    session.refresh(found, ["state", "regrade_id"])
    return quiz, found


def _check_taken_up(found: ReviewRequest) -> None:
    if found.state != RequestState.TAKEN_UP:
        raise Conflict(N_("Đơn phúc khảo không còn ở trạng thái cho phép việc này. Hãy tải lại trang."))
    if found.regrade_id is not None:
        raise Conflict(N_("Điểm mới của bài này đang chờ người thứ hai duyệt."))


def _words(text: str, field: str, missing: str) -> str:
    text = nfc(text).strip()[:LONGEST]
    if not text:
        raise Invalid.at(field, missing)
    return text
