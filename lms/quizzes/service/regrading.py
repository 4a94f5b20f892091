"""Mark a finished quiz again: a dry run that shows what changes, and a second person who puts it in force."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from fractions import Fraction
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from lms.base import audit
from lms.base.errors import Conflict, Forbidden, Invalid, NotFound
from lms.base.i18n_marks import N_
from lms.base.permissions import Actor
from lms.permissions import Permission, require
from lms.quizzes.domain.answers import project
from lms.quizzes.domain.regrading import (
    Change,
    Policy,
    RegradeState,
    Standing,
    changes,
    count_turns,
    fingerprint,
)
from lms.quizzes.domain.requests import Outcome, RequestState
from lms.quizzes.domain.runs import Cause
from lms.quizzes.domain.states import AttemptState, QuizState
from lms.quizzes.models import (
    Attempt,
    AttemptScore,
    ItemScore,
    Quiz,
    Regrade,
    RegradePoints,
    ResponseCurrent,
    ReviewRequest,
    ScoreRun,
)
from lms.quizzes.service.corrections import Decided, add_corrections, corrections_in_force, read_corrections
from lms.quizzes.service.events import events_of
from lms.quizzes.service.feeding import feed
from lms.quizzes.service.frozen import forms_of, get_form
from lms.quizzes.service.marking import keep_mark
from lms.quizzes.service.reading import get_quiz
from lms.quizzes.service.running import checked_reason
from lms.quizzes.service.runs import hold_run, next_run, put_in_force
from lms.quizzes.service.scoring import Paper, Trial, items_of, paper_of, score_papers
from question_bank import api as bank


@dataclass(frozen=True, slots=True)
class Question:
    """A question of a quiz, with what holds of it in the run in force."""

    item: bank.BankItem
    decided: Decided | None

    @property
    def keys(self) -> Sequence[bank.ItemKey]:
        """The keys by which it is marked now."""
        if self.decided is not None and self.decided.keys:
            return self.decided.keys
        return () if self.item.key is None else (self.item.key,)


@dataclass(frozen=True, slots=True)
class DryRun:
    """A proposal and what it changes."""

    quiz: Quiz
    regrade: Regrade
    changes: Sequence[tuple[Attempt, Change]]
    question: Question | None  # as it stands in the dry run; None where points of one attempt are meant
    points: Sequence[RegradePoints]
    current: bool  # all that it was made from is still so

    @property
    def counts(self) -> dict[str, int]:
        return count_turns(change for _attempt, change in self.changes)


def list_questions(session: Session, actor: Actor, uid: str) -> tuple[Quiz, list[Question]]:
    """The questions of a closed quiz that can be marked again.

    Raises:
        NotFound, Forbidden: not this person's to correct.
        Conflict: it is not closed.
    """
    quiz = get_quiz(session, actor, uid)
    require(actor, Permission.REGRADE_QUIZ, quiz)
    _check_closed(quiz)
    decided = corrections_in_force(session, _run_in_force(quiz))
    items = {
        slot["version"]: items_of(session, form_id)[slot["version"]]
        for form_id in forms_of(session, quiz.id)
        for slot in get_form(session, form_id).document
    }
    return quiz, [
        Question(item, decided.get(version))
        for version, item in items.items()
        if item.type is not bank.ItemType.DESCRIPTION
    ]


def get_question(session: Session, actor: Actor, uid: str, version_uid: str) -> tuple[Quiz, Question]:
    """One of the questions that can be marked again.

    Raises:
        NotFound: no such quiz for this person, or the question is not in it.
        Forbidden, Conflict: as `list_questions`.
    """
    quiz, questions = list_questions(session, actor, uid)
    found = next((one for one in questions if one.item.version_uid == version_uid), None)
    if found is None:
        raise NotFound
    return quiz, found


def propose(
    session: Session,
    actor: Actor,
    uid: str,
    version_uid: str,
    policy: Policy,
    *,
    answer: Mapping[str, Any] | None = None,
    reason: str,
    at: datetime,
) -> Regrade:
    """Mark the quiz on trial with another decision about one question; `answer` is the right one where a key is meant.

    Raises:
        NotFound, Forbidden, Conflict: as `get_question`.
        Invalid: no reason, no whole answer, or nothing would be left of a paper.
    """
    quiz, question = get_question(session, actor, uid, version_uid)
    reason = checked_reason(reason, N_("Hãy ghi lí do chấm lại."))
    item = question.item
    keys: tuple[bank.ItemKey, ...] = ()
    if policy in {Policy.KEY, Policy.SEVERAL}:
        key = bank.key_from(item.body, bank.check_response(item.body, answer or {}))
        keys = (key,) if policy is Policy.KEY else (*question.keys, key)
    corrections = dict(corrections_in_force(session, _run_in_force(quiz)))
    corrections[version_uid] = Decided(policy, item.type, keys)
    regrade = Regrade(reason=reason, version_uid=version_uid)
    _try(session, actor, quiz, regrade, corrections, {}, at=at)
    return regrade


def propose_points(
    session: Session,
    actor: Actor,
    quiz: Quiz,
    attempt: Attempt,
    points: Mapping[int, Fraction],
    *,
    reason: str,
    at: datetime,
) -> Regrade:
    """Mark the quiz on trial with other points for answers of one attempt, by slot.

    Raises:
        Forbidden: the person may not correct it.
        Conflict: the quiz is not closed.
        Invalid: nothing changes, or points are out of bounds.
    """
    require(actor, Permission.REGRADE_QUIZ, quiz)
    _check_closed(quiz)
    known = {
        score.slot: score
        for score in session.scalars(
            select(ItemScore).where(ItemScore.run_id == quiz.current_run_id, ItemScore.attempt_id == attempt.id)
        )
    }
    if not points.keys() <= known.keys():
        raise NotFound
    if any(not 0 <= given <= known[slot].worth for slot, given in points.items()):
        raise Invalid.at("points", N_("Có câu được ghi điểm cao hơn điểm tối đa hoặc thấp hơn 0."))
    changed = {slot: given for slot, given in points.items() if given != known[slot].points}
    if not changed:
        raise Invalid.at("points", N_("Chưa có câu nào đổi điểm."))
    regrade = Regrade(reason=reason, attempt_id=attempt.id)
    corrections = corrections_in_force(session, _run_in_force(quiz))
    _try(session, actor, quiz, regrade, corrections, {(attempt.id, slot): one for slot, one in changed.items()}, at=at)
    return regrade


def run_again(session: Session, actor: Actor, uid: str, regrade_uid: str, *, at: datetime) -> Regrade:
    """Make the dry run of a proposal anew, from what is so now.

    Raises:
        NotFound, Forbidden: not this person's to correct.
        Conflict: the quiz is not closed, or the proposal was decided.
    """
    quiz = get_quiz(session, actor, uid)
    require(actor, Permission.REGRADE_QUIZ, quiz)
    regrade = _find(session, quiz, regrade_uid)
    _check_closed(quiz)
    _check_proposed(regrade)
    corrections = dict(corrections_in_force(session, _run_in_force(quiz)))
    if regrade.version_uid:
        corrections[regrade.version_uid] = read_corrections(session, regrade.run_id)[regrade.version_uid]
    points = {(regrade.attempt_id or 0, one.slot): one.points for one in _points(session, regrade)}
    _try(session, actor, quiz, regrade, corrections, points, at=at)
    return regrade


def _try(
    session: Session,
    actor: Actor,
    quiz: Quiz,
    regrade: Regrade,
    corrections: Mapping[str, Decided],
    points: Mapping[tuple[int, int], Fraction],
    *,
    at: datetime,
) -> None:
    """Make the whole run of a proposal and keep what it was made from."""
    run = next_run(session, quiz, Cause.REGRADE, reason=regrade.reason, made_by_id=actor.user_id, at=at)
    regrade.base_run_id = _run_in_force(quiz)
    regrade.fingerprint = _fingerprint(session, quiz)
    add_corrections(session, run, corrections)
    score_papers(session, _papers(session, quiz), at=at, trial=Trial(run.id, corrections, points))
    if any(not one.worth for one in _standings(session, run.id).values()):
        raise Invalid.at("", N_("Bỏ câu này thì có bài không còn câu nào để chấm. Hãy cho mọi học sinh trọn điểm."))
    regrade.run_id = run.id
    if regrade.id is None:
        regrade.school_id, regrade.quiz_id = quiz.school_id, quiz.id
        regrade.state, regrade.proposed_by_id, regrade.proposed_at = RegradeState.PROPOSED, actor.user_id, at
        session.add(regrade)
        session.flush()
        session.add_all(
            RegradePoints(regrade_id=regrade.id, slot=slot, school_id=quiz.school_id, points=given)
            for (_attempt_id, slot), given in points.items()
        )
    session.flush()
    turns = count_turns(change for _attempt, change in _changes(session, regrade))
    audit.record(session, actor, "quiz.regrade_proposed", quiz.uid, run=run.uid, up=turns["up"], down=turns["down"])


def decide(session: Session, actor: Actor, uid: str, regrade_uid: str, *, agree: bool, at: datetime) -> Regrade:
    """Put the run of a proposal in force, or refuse it; the run before stays as it is.

    Raises:
        NotFound: nothing of that kind in this quiz.
        Forbidden: the person may not decide, or proposed it.
        Conflict: it was decided already, or something has changed since the dry run.
        AppError: the gradebook refuses the marks.
    """
    quiz = get_quiz(session, actor, uid)
    require(actor, Permission.APPROVE_REGRADE, quiz)
    # Whoever marks, lets late answers in or gives an attempt back holds one of these locks.
    attempts = select(Attempt.id).where(Attempt.quiz_id == quiz.id).order_by(Attempt.id)
    session.execute(attempts.with_for_update(key_share=True))
    hold_run(session, quiz)
    session.refresh(quiz, ["state", "released_at"])
    regrade = _find(session, quiz, regrade_uid)
    session.refresh(regrade)
    _check_proposed(regrade)
    if regrade.proposed_by_id == actor.user_id:
        raise Forbidden(N_("Người đề nghị không tự duyệt được."))
    if agree and not _is_current(session, quiz, regrade):
        raise Conflict(N_("Bài, điểm hoặc câu trả lời đã thay đổi sau lần chấm thử. Hãy chấm thử lại rồi duyệt."))
    regrade.state = RegradeState.IN_FORCE if agree else RegradeState.REFUSED
    regrade.decided_by_id, regrade.decided_at = actor.user_id, at
    run = session.get_one(ScoreRun, regrade.run_id)
    request = session.scalar(select(ReviewRequest).where(ReviewRequest.regrade_id == regrade.id))
    if not agree:
        if request is not None:
            request.regrade_id = None  # still taken up: to be answered otherwise
        audit.record(session, actor, "quiz.regrade_refused", quiz.uid, run=run.uid)
        session.flush()
        return regrade
    if regrade.attempt is not None:
        for one in _points(session, regrade):
            keep_mark(session, regrade.proposed_by_id, regrade.attempt, one.slot, one.points, at)
    put_in_force(session, quiz, run, at=at)
    if request is not None:
        _answer(session, request, run, at)
    session.flush()
    turns = count_turns(change for _attempt, change in _changes(session, regrade))
    audit.record(session, actor, "quiz.regraded", quiz.uid, run=run.uid, up=turns["up"], down=turns["down"])
    if quiz.released_at is not None:
        feed(session, actor, quiz, at=at)
    return regrade


def _answer(session: Session, request: ReviewRequest, run: ScoreRun, at: datetime) -> None:
    """A request for review is answered by the run that changed the mark."""
    total = session.get_one(AttemptScore, (run.id, request.attempt_id))
    request.state, request.outcome, request.answered_at = RequestState.ANSWERED, Outcome.CHANGED, at
    request.points_after, request.worth_after = total.points, total.worth


def list_regrades(session: Session, actor: Actor, uid: str) -> tuple[Quiz, Sequence[Regrade], Sequence[ScoreRun]]:
    """The proposals of a quiz, the latest first, and the runs that are or were in force.

    Raises:
        NotFound, Forbidden: not this person's to see.
    """
    quiz = get_quiz(session, actor, uid)
    require(actor, Permission.SEE_QUIZ_RESULTS, quiz)
    regrades = session.scalars(select(Regrade).where(Regrade.quiz_id == quiz.id).order_by(Regrade.id.desc())).all()
    runs = session.scalars(
        select(ScoreRun)
        .where(ScoreRun.quiz_id == quiz.id, ScoreRun.in_force_at.is_not(None))
        .order_by(ScoreRun.number.desc())
    ).all()
    return quiz, regrades, runs


def get_dry_run(session: Session, actor: Actor, uid: str, regrade_uid: str) -> DryRun:
    """A proposal with what it changes for each pupil, those whose mark changes first.

    Raises:
        NotFound, Forbidden: not this person's to see.
    """
    quiz = get_quiz(session, actor, uid)
    require(actor, Permission.SEE_QUIZ_RESULTS, quiz)
    regrade = _find(session, quiz, regrade_uid)
    question = None
    if regrade.version_uid:
        item = bank.load_versions(session, quiz.school_id, [regrade.version_uid])[regrade.version_uid]
        question = Question(item, read_corrections(session, regrade.run_id)[regrade.version_uid])
    current = regrade.state == RegradeState.PROPOSED and _is_current(session, quiz, regrade)
    found = sorted(
        _changes(session, regrade), key=lambda one: (one[1].turn == "same", one[0].pupil.sort_name, one[0].number)
    )
    return DryRun(quiz, regrade, found, question, _points(session, regrade), current)


def get_run(
    session: Session, actor: Actor, uid: str, run_uid: str
) -> tuple[Quiz, ScoreRun, list[tuple[Attempt, Standing]]]:
    """A run of a quiz with the totals that it gave, whether it is in force or not.

    Raises:
        NotFound, Forbidden: not this person's to see.
    """
    quiz = get_quiz(session, actor, uid)
    require(actor, Permission.SEE_QUIZ_RESULTS, quiz)
    run = session.scalar(select(ScoreRun).where(ScoreRun.quiz_id == quiz.id, ScoreRun.uid == run_uid))
    if run is None:
        raise NotFound
    totals = _standings(session, run.id)
    attempts = session.scalars(select(Attempt).where(Attempt.id.in_(totals))).all()
    rows = [(attempt, totals[attempt.id]) for attempt in attempts]
    return quiz, run, sorted(rows, key=lambda row: (row[0].pupil.sort_name, row[0].number))


def _run_in_force(quiz: Quiz) -> int:
    if quiz.current_run_id is None:
        raise ValueError("A published quiz has a score run.")
    return quiz.current_run_id


def _check_closed(quiz: Quiz) -> None:
    if quiz.state != QuizState.CLOSED:
        raise Conflict(N_("Bài kiểm tra chưa đóng. Chấm lại được khi không còn ai làm bài."))


def _check_proposed(regrade: Regrade) -> None:
    if regrade.state != RegradeState.PROPOSED:
        raise Conflict(N_("Đề nghị chấm lại này đã được giải quyết."))


def _find(session: Session, quiz: Quiz, regrade_uid: str) -> Regrade:
    regrade = session.scalar(select(Regrade).where(Regrade.uid == regrade_uid, Regrade.quiz_id == quiz.id))
    if regrade is None:
        raise NotFound
    return regrade


def _points(session: Session, regrade: Regrade) -> Sequence[RegradePoints]:
    query = select(RegradePoints).where(RegradePoints.regrade_id == regrade.id).order_by(RegradePoints.slot)
    return session.scalars(query).all()


def _is_current(session: Session, quiz: Quiz, regrade: Regrade) -> bool:
    if quiz.state != QuizState.CLOSED or quiz.current_run_id != regrade.base_run_id:
        return False
    return _fingerprint(session, quiz) == regrade.fingerprint


def _fingerprint(session: Session, quiz: Quiz) -> str:
    """Of the run in force, of every answer that counts in it."""
    scores = session.execute(
        select(ItemScore.run_id, ItemScore.attempt_id, ItemScore.slot, ItemScore.points).where(
            ItemScore.run_id == quiz.current_run_id
        )
    )
    answers = session.execute(
        select(ResponseCurrent.attempt_id, ResponseCurrent.slot, ResponseCurrent.event_id)
        .join(Attempt, Attempt.id == ResponseCurrent.attempt_id)
        .where(Attempt.quiz_id == quiz.id)
    )
    return fingerprint([*map(tuple, scores), *map(tuple, answers)])


def _papers(session: Session, quiz: Quiz) -> list[Paper]:
    attempts = session.scalars(
        select(Attempt).where(Attempt.quiz_id == quiz.id, Attempt.state == AttemptState.HANDED_IN).order_by(Attempt.id)
    ).all()
    events = events_of(session, [attempt.id for attempt in attempts])
    return [paper_of(session, attempt, quiz, project(events[attempt.id])) for attempt in attempts]


def _standings(session: Session, run_id: int) -> dict[int, Standing]:
    rows = session.execute(
        select(AttemptScore.attempt_id, AttemptScore.points, AttemptScore.worth, AttemptScore.waiting).where(
            AttemptScore.run_id == run_id
        )
    )
    return {row[0]: Standing(*row[1:]) for row in rows}


def _changes(session: Session, regrade: Regrade) -> list[tuple[Attempt, Change]]:
    before, after = _standings(session, regrade.base_run_id), _standings(session, regrade.run_id)
    attempts = {attempt.id: attempt for attempt in session.scalars(select(Attempt).where(Attempt.id.in_(after)))}
    both = {attempt_id: one for attempt_id, one in before.items() if attempt_id in after}
    return [(attempts[change.attempt_id], change) for change in changes(both, after)]
