"""Answers that came late or from another device: look at them, decide whether they count."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import msgspec
from sqlalchemy import Result, func, select
from sqlalchemy.orm import Session

from lms.base import audit
from lms.base.errors import Conflict, Invalid, NotFound
from lms.base.i18n_marks import N_
from lms.base.permissions import Actor
from lms.permissions import Permission, require
from lms.quizzes.domain.answers import project
from lms.quizzes.domain.deliveries import MOST_MINUTES, counts_by_rule, made_at
from lms.quizzes.domain.requests import DAYS, MOST_DAYS
from lms.quizzes.domain.results import is_released
from lms.quizzes.domain.states import AttemptState, EventKind, QuizState, ReleasePolicy, Standing
from lms.quizzes.models import AfterRules, Attempt, AttemptEvent, EventDecision, Quiz, Submission
from lms.quizzes.service.events import events_of
from lms.quizzes.service.feeding import feed_if_possible
from lms.quizzes.service.frozen import FrozenForm, get_form
from lms.quizzes.service.reading import get_attempt_of, get_quiz
from lms.quizzes.service.recounting import recount
from lms.quizzes.service.running import checked_reason

OPEN_TO_DECISION = (Standing.LATE.value, Standing.OTHER_DEVICE.value)


@dataclass(frozen=True, slots=True)
class Delivery:
    """One kept answer beside the one that stands."""

    event: AttemptEvent
    made_at: datetime | None
    came: Any
    stands: Any
    decision: EventDecision | None

    @property
    def waits(self) -> bool:
        """Whether somebody has to decide; what was left behind on purpose is only shown."""
        return self.decision is None and self.event.standing in OPEN_TO_DECISION


@dataclass(frozen=True, slots=True)
class Parcel:
    """All that was kept of one attempt."""

    attempt: Attempt
    form: FrozenForm
    handed_in_at: datetime | None
    deliveries: Sequence[Delivery]

    @property
    def waiting(self) -> int:
        return sum(1 for one in self.deliveries if one.waits)


def list_deliveries(session: Session, actor: Actor, uid: str) -> tuple[Quiz, list[Parcel]]:
    """Every kept answer of a quiz by pupil, those with something to decide first.

    Raises:
        NotFound, Forbidden: not this person's to read.
    """
    quiz = get_quiz(session, actor, uid)
    require(actor, Permission.READ_ATTEMPTS, quiz)
    kept: dict[int, list[tuple[AttemptEvent, EventDecision | None]]] = defaultdict(list)
    attempts: dict[int, tuple[Attempt, Submission | None]] = {}
    rows: Result[AttemptEvent, EventDecision | None, Attempt, Submission | None] = session.execute(
        select(AttemptEvent, EventDecision, Attempt, Submission)
        .join(Attempt, Attempt.id == AttemptEvent.attempt_id)
        .outerjoin(EventDecision, EventDecision.event_id == AttemptEvent.id)
        .outerjoin(Submission, Submission.attempt_id == Attempt.id)
        .where(Attempt.quiz_id == quiz.id, *_KEPT_ANSWER)
        .order_by(Attempt.id, AttemptEvent.slot, AttemptEvent.client_seq)
    )
    for event, decision, attempt, submission in rows:
        kept[attempt.id].append((event, decision))
        attempts[attempt.id] = attempt, submission
    standing = {attempt_id: project(events) for attempt_id, events in events_of(session, list(attempts)).items()}
    parcels = []
    for attempt_id, (attempt, submission) in attempts.items():
        deliveries = []
        for event, decision in kept[attempt_id]:
            known = standing[attempt_id].get(event.slot or 0)
            made = made_at(attempt.started_at, event.client_seq)
            came = msgspec.json.decode(event.payload)
            deliveries.append(Delivery(event, made, came, known.response if known else {}, decision))
        handed_in_at = submission.handed_in_at if submission else None
        parcels.append(Parcel(attempt, get_form(session, attempt.form_id), handed_in_at, deliveries))
    parcels.sort(key=lambda parcel: (not parcel.waiting, parcel.attempt.pupil.sort_name, parcel.attempt.number))
    return quiz, parcels


_KEPT_ANSWER = (AttemptEvent.kind == EventKind.ANSWER, AttemptEvent.standing != Standing.APPLIED)
_UNDECIDED = (
    AttemptEvent.kind == EventKind.ANSWER,
    AttemptEvent.standing.in_(OPEN_TO_DECISION),
    ~select(EventDecision.event_id).where(EventDecision.event_id == AttemptEvent.id).exists(),
)


def count_waiting(session: Session, quiz: Quiz) -> int:
    """How many kept answers of finished attempts wait for a decision. Knows no permission: for pages that asked."""
    return session.scalars(
        select(func.count(AttemptEvent.id))
        .join(Attempt, Attempt.id == AttemptEvent.attempt_id)
        .where(Attempt.quiz_id == quiz.id, Attempt.state == AttemptState.HANDED_IN, *_UNDECIDED)
    ).one()


def decide(
    session: Session,
    actor: Actor,
    uid: str,
    attempt_uid: str,
    event_ids: Collection[int],
    *,
    counts: bool,
    reason: str,
    at: datetime,
) -> int:
    """Let kept answers of a finished attempt count, or leave them; where other answers count now, another run follows.

    Returns how many were decided.

    Raises:
        NotFound: no such quiz, attempt or answer for this person.
        Forbidden: the person may not decide.
        Conflict: the pupil is still working, or one of them was decided before.
        Invalid: nothing was chosen, or no reason given.
    """
    quiz = get_quiz(session, actor, uid)
    require(actor, Permission.MARK_QUIZ, quiz)
    attempt = get_attempt_of(session, quiz, attempt_uid, lock=True)
    if attempt.state != AttemptState.HANDED_IN:
        raise Conflict(N_("Học sinh đang làm bài. Hãy xét các câu này sau khi em nộp."))
    reason = checked_reason(reason, N_("Hãy ghi lí do của quyết định."))
    if not event_ids:
        raise Invalid.at("event", N_("Hãy chọn câu cần xét."))
    events = session.scalars(
        select(AttemptEvent).where(
            AttemptEvent.id.in_(event_ids),
            AttemptEvent.attempt_id == attempt.id,
            AttemptEvent.kind == EventKind.ANSWER,
            AttemptEvent.standing.in_(OPEN_TO_DECISION),
        )
    ).all()
    if len(events) < len(set(event_ids)):
        raise NotFound
    known = select(EventDecision.event_id).where(EventDecision.event_id.in_(event_ids)).limit(1)
    if session.scalar(known) is not None:
        raise Conflict(N_("Có câu vừa được người khác xét. Hãy tải lại trang."))
    _keep(session, actor, attempt, events, counts=counts, reason=reason, at=at)
    if counts:
        recount(session, quiz, [attempt], reason=reason, decided_by_id=actor.user_id, at=at)
        _feed(session, actor, quiz, [attempt], at=at)
    return len(events)


def _keep(
    session: Session,
    actor: Actor | None,
    attempt: Attempt,
    events: Sequence[AttemptEvent],
    *,
    counts: bool,
    reason: str,
    at: datetime,
) -> None:
    session.add_all(
        EventDecision(
            event_id=event.id,
            school_id=attempt.school_id,
            attempt_id=attempt.id,
            counts=counts,
            reason=reason,
            decided_by_id=actor.user_id if actor else None,
            decided_at=at,
        )
        for event in events
    )
    session.flush()
    audit.record(
        session,
        actor,
        "attempt.delivery_counts" if counts else "attempt.delivery_left",
        attempt.uid,
        school_id=attempt.school_id,
        quiz=attempt.quiz.uid,
        answers=len(events),
    )


def _feed(session: Session, actor: Actor | None, quiz: Quiz, attempts: Sequence[Attempt], *, at: datetime) -> None:
    if is_released(ReleasePolicy(quiz.release_policy), QuizState(quiz.state), quiz.released_at):
        feed_if_possible(session, actor, quiz, at=at, pupil_ids=[attempt.pupil_id for attempt in attempts])


def rules_of(session: Session, quiz: Quiz) -> AfterRules:
    """What happens after the end of a quiz without anybody's word; not stored yet where nobody changed it."""
    found = session.get(AfterRules, quiz.id)
    return found or AfterRules(quiz_id=quiz.id, school_id=quiz.school_id, late_minutes=0, request_days=DAYS)


def get_rules(session: Session, actor: Actor, uid: str) -> tuple[Quiz, AfterRules]:
    """A quiz and what happens after its end, for those who may set it.

    Raises:
        NotFound, Forbidden: not this person's quiz.
    """
    quiz = get_quiz(session, actor, uid)
    require(actor, Permission.BUILD_QUIZ, quiz)
    return quiz, rules_of(session, quiz)


def set_rules(session: Session, actor: Actor, uid: str, *, late_minutes: int, request_days: int = DAYS) -> AfterRules:
    """Set for how many minutes after the end late answers count by themselves, and for how many days reviews are asked.

    Only as long as the quiz is not closed.

    Raises:
        NotFound, Forbidden: not this person's quiz.
        Conflict: it is closed, and late answers may have been decided by the rule as it was.
        Invalid: the minutes or days are out of bounds.
    """
    quiz, rules = get_rules(session, actor, uid)
    if quiz.state == QuizState.CLOSED:
        raise Conflict(N_("Bài đã đóng, không đổi quy định được nữa."))
    if not 0 <= late_minutes <= MOST_MINUTES:
        raise Invalid.at("late_minutes", N_("Hãy ghi số phút từ 0 đến 1440."))
    if not 0 <= request_days <= MOST_DAYS:
        raise Invalid.at("request_days", N_("Hãy ghi số ngày từ 0 đến 60."))
    rules.late_minutes, rules.request_days = late_minutes, request_days
    session.add(rules)
    session.flush()
    audit.record(session, actor, "quiz.after_rules_set", quiz.uid, late_minutes=late_minutes, days=request_days)
    return rules


def list_for_rule(session: Session, *, at: datetime) -> list[list[int]]:
    """The ids of finished attempts with late answers about which their quiz's rule may have to decide, by quiz."""
    by_quiz: dict[int, list[int]] = {}
    for quiz_id, attempt_id in session.execute(
        select(Attempt.quiz_id, Attempt.id)
        .join(AfterRules, AfterRules.quiz_id == Attempt.quiz_id)
        .where(
            AfterRules.late_minutes > 0,
            Attempt.state == AttemptState.HANDED_IN,
            Attempt.accept_until_at >= at - 2 * timedelta(minutes=MOST_MINUTES),
            select(AttemptEvent.id)
            .where(AttemptEvent.attempt_id == Attempt.id, AttemptEvent.standing == Standing.LATE, *_UNDECIDED)
            .exists(),
        )
        .order_by(Attempt.id)
    ):
        by_quiz.setdefault(quiz_id, []).append(attempt_id)
    return list(by_quiz.values())


def decide_by_rule(session: Session, attempt_ids: Sequence[int], *, at: datetime) -> int:
    """Let those late answers count that the rule of their quiz lets in; the others wait for a person.

    The attempts are of one quiz, so that one run holds what comes of them all. Those that somebody else holds just now
    are left for later.
    """
    attempts = session.scalars(
        select(Attempt)
        .where(Attempt.id.in_(attempt_ids), Attempt.state == AttemptState.HANDED_IN)
        .order_by(Attempt.id)
        .with_for_update(skip_locked=True, key_share=True, of=Attempt)
    ).all()
    if not attempts:
        return 0
    quiz, decided, touched = attempts[0].quiz, 0, []
    minutes = rules_of(session, quiz).late_minutes
    for attempt in attempts:
        let_in = _let_in(session, attempt, minutes)
        if let_in:
            _keep(session, None, attempt, let_in, counts=True, reason="", at=at)
            decided += len(let_in)
            touched.append(attempt)
    if touched:
        recount(session, quiz, touched, reason="", decided_by_id=None, at=at)
        _feed(session, None, quiz, touched, at=at)
    return decided


def _let_in(session: Session, attempt: Attempt, minutes: int) -> list[AttemptEvent]:
    """The late answers of an attempt that the rule of its quiz lets in."""
    ended_at = min(session.get_one(Submission, attempt.id).handed_in_at, attempt.deadline_at)
    late = session.scalars(
        select(AttemptEvent)
        .where(AttemptEvent.attempt_id == attempt.id, AttemptEvent.standing == Standing.LATE, *_UNDECIDED)
        .order_by(AttemptEvent.id)
    )
    return [
        event
        for event in late
        if counts_by_rule(
            made_at(attempt.started_at, event.client_seq),
            event.server_at,
            ended_at=ended_at,
            accept_until_at=attempt.accept_until_at,
            minutes=minutes,
        )
    ]
