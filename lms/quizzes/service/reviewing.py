"""Look at one finished attempt: its pupil and parents as far as results are out, its teacher at everything."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from decimal import Decimal
from fractions import Fraction
from typing import Any

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session, joinedload, lazyload, load_only

from lms.base.errors import Conflict, NotFound
from lms.base.i18n_marks import N_
from lms.base.marks import TENTH, round_half_up
from lms.base.permissions import Actor
from lms.base.users import User
from lms.courses.models import Course
from lms.permissions import Permission, require
from lms.quizzes.domain.departures import Departure
from lms.quizzes.domain.results import on_ten
from lms.quizzes.domain.sheets import sheet_uid
from lms.quizzes.domain.states import AttemptState
from lms.quizzes.domain.switches import Shown
from lms.quizzes.models import Attempt, AttemptScore, Quiz, Submission
from lms.quizzes.service.corrections import Decided, corrections_in_force
from lms.quizzes.service.departures import departures_of
from lms.quizzes.service.frozen import FrozenForm, get_form
from lms.quizzes.service.given import Scored, responses_of, scores_of
from lms.quizzes.service.marking import comments_of
from lms.quizzes.service.noting import Feedback, feedback_on
from lms.quizzes.service.panels import panel_of
from lms.quizzes.service.reading import get_attempt_of, get_quiz, shown_of
from lms.quizzes.service.rubrics import versions_with_rubric
from lms.quizzes.service.scoring import items_of, score_of
from lms.quizzes.service.sheets import written_in
from lms.quizzes.service.statistics import class_shares
from lms.school import service as school
from question_bank import api as bank

EVERYTHING = Shown(marks=True, key=True, comments=True)


@dataclass(frozen=True, slots=True)
class ReviewedQuestion:
    """One question of a finished attempt, with what may be seen of it."""

    slot: Mapping[str, Any]
    item: bank.BankItem  # with the options in the order of the form; its key only to be shown when `key` says so
    response: Mapping[str, Any]
    outcome: bank.Score | None
    points: Fraction | None
    worth: Fraction
    comment: str
    share: Fraction | None = None  # of the points that the class could earn, where statistics are out
    decided: Decided | None = None  # where it was marked again
    feedback: Feedback | None = None  # beside the comment, where comments are out

    @property
    def keys(self) -> Sequence[bank.ItemKey | None]:
        """The keys by which it is marked."""
        return self.decided.keys if self.decided and self.decided.keys else (self.item.key,)


@dataclass(frozen=True, slots=True)
class Review:
    """A finished attempt."""

    attempt: Attempt
    form: FrozenForm
    quiz: Quiz
    pupil: User
    handed_in_at: datetime
    receipt: str
    shown: Shown
    questions: Sequence[ReviewedQuestion]
    points: Fraction | None
    worth: Fraction | None
    waiting: int
    comment: str
    departures: Sequence[Departure] = ()  # for teachers; a pupil's own stand on a page of their own
    sheets: Mapping[int, str] = field(default_factory=dict)  # for teachers: where a slot with a rubric is marked

    @property
    def mark(self) -> Decimal | None:
        """The total on the scale of ten, rounded once; None while not shown or not all marked."""
        if self.points is None or not self.worth or self.waiting:
            return None
        return round_half_up(on_ten(self.points, self.worth), TENTH)


def own_review(session: Session, actor: Actor, uid: str, *, at: datetime) -> Review:
    """A pupil's own finished attempt, as far as results are out.

    Raises:
        NotFound: not this pupil's attempt, or not handed in.
    """
    own = {"uid": uid, "pupil_id": actor.user_id, "school_id": actor.school_id}
    attempt = session.scalars(_OWN, own).unique().one_or_none()
    if attempt is None:
        raise NotFound
    return _review(session, attempt, shown_of(attempt.quiz, at), at)


_OWN = (
    select(Attempt)
    .where(
        Attempt.uid == bindparam("uid"),
        Attempt.pupil_id == bindparam("pupil_id"),
        Attempt.school_id == bindparam("school_id"),
    )
    .options(
        joinedload(Attempt.quiz).options(
            joinedload(Quiz.course).options(
                load_only(Course.uid, Course.title), lazyload(Course.school_class), lazyload(Course.subject)
            ),
            joinedload(Quiz.release_acts),
        ),
        joinedload(Attempt.pupil).options(
            load_only(User.uid, User.full_name), lazyload(User.school), lazyload(User.grants)
        ),
    )
)


def child_review(session: Session, actor: Actor, child_uid: str, uid: str, *, at: datetime) -> Review:
    """A child's finished attempt, exactly as the child may see it.

    Raises:
        NotFound: not a confirmed child of this parent, or not an attempt of the child.
    """
    child = school.get_child(session, actor, child_uid)
    attempt = session.scalar(select(Attempt).where(Attempt.uid == uid, Attempt.pupil_id == child.id))
    if attempt is None:
        raise NotFound
    return _review(session, attempt, shown_of(attempt.quiz, at), at)


def teacher_review(session: Session, actor: Actor, quiz_uid: str, uid: str, *, at: datetime) -> Review:
    """A pupil's finished attempt with everything.

    Raises:
        NotFound, Forbidden: not this person's to see, or not handed in.
        Conflict: it is marked without names, and the marks are not out.
    """
    quiz = get_quiz(session, actor, quiz_uid)
    require(actor, Permission.READ_ATTEMPTS, quiz)
    panel = panel_of(session, quiz)
    if panel.hides_names:
        raise Conflict(N_("Bài này chấm ẩn danh: đến khi công bố kết quả mới xem được bài của từng học sinh."))
    attempt = get_attempt_of(session, quiz, uid)
    review = _review(session, attempt, EVERYTHING, at)
    scaled = versions_with_rubric(session, quiz)
    sheets = {
        one.slot["number"]: sheet_uid(panel.rules.secret, attempt.uid, one.slot["number"])
        for one in review.questions
        if one.item.version_uid in scaled
    }
    return replace(review, departures=departures_of(session, attempt), sheets=sheets)


def child_attempts(
    session: Session, actor: Actor, child_uid: str, *, at: datetime
) -> tuple[User, list[tuple[Attempt, bool]]]:
    """A child's finished attempts, newest first, each with whether anything of its result is out.

    Raises:
        NotFound: not a confirmed child of this parent.
    """
    child = school.get_child(session, actor, child_uid)
    attempts = session.scalars(
        select(Attempt)
        .where(Attempt.pupil_id == child.id, Attempt.state == AttemptState.HANDED_IN)
        .order_by(Attempt.id.desc())
        .options(joinedload(Attempt.quiz).selectinload(Quiz.release_acts))
    )
    return child, [(attempt, shown_of(attempt.quiz, at).anything) for attempt in attempts]


def _review(session: Session, attempt: Attempt, may: Shown, at: datetime) -> Review:
    quiz = attempt.quiz
    found = session.execute(_ENDED, {"attempt_id": attempt.id, "run_id": quiz.current_run_id}).one_or_none()
    if found is None:
        raise NotFound
    total = found if may.marks and found.worth is not None else None
    comments = comments_of(session, attempt) if may.comments else {}
    return Review(
        attempt=attempt,
        form=get_form(session, attempt.form_id),
        quiz=quiz,
        pupil=attempt.pupil,
        handed_in_at=found.handed_in_at,
        receipt=found.receipt,
        shown=may,
        questions=_questions(session, attempt, may, comments, at) if may.anything else (),
        points=total.points if total else None,
        worth=total.worth if total else None,
        waiting=total.waiting if total else 0,
        comment=comments.get(0, ""),
    )


_submission, _total = Submission.__table__.c, AttemptScore.__table__.c
_ENDED = (
    select(_submission.handed_in_at, _submission.receipt, _total.points, _total.worth, _total.waiting)
    .outerjoin_from(
        Submission.__table__,
        AttemptScore.__table__,
        (_total.attempt_id == _submission.attempt_id) & (_total.run_id == bindparam("run_id")),
    )
    .where(_submission.attempt_id == bindparam("attempt_id"))
)


def _questions(
    session: Session, attempt: Attempt, may: Shown, comments: Mapping[int, str], at: datetime
) -> list[ReviewedQuestion]:
    quiz = attempt.quiz
    responses = responses_of(session, attempt.id)
    points = scores_of(session, attempt.id, quiz.current_run_id) if may.marks else {}
    items = items_of(session, attempt.form_id)
    shares = class_shares(session, quiz, at) if may.statistics else {}
    corrections = corrections_in_force(session, quiz.current_run_id) if may.marks and quiz.current_run_id else {}
    form = get_form(session, attempt.form_id)
    essays = {
        slot["number"]: written_in(responses.get(slot["number"]))
        for slot in form.document
        if may.comments and items[slot["version"]].type is bank.ItemType.ESSAY
    }
    feedback = feedback_on(session, attempt, essays) if essays else {}
    reviewed = []
    for slot in form.document:
        number, item = slot["number"], items[slot["version"]]
        response = responses.get(number, {})
        scored, decided = points.get(number), corrections.get(slot["version"])
        plain = decided is None and not form.conduct.is_practice
        reviewed.append(
            ReviewedQuestion(
                slot=slot,
                item=item,
                response=response,
                outcome=_outcome(score_of(quiz, item, response, decided.keys if decided else ()), scored, plain)
                if may.marks and slot["label"]
                else None,
                points=scored.points if scored else None,
                worth=Fraction(slot["worth"]),
                comment=comments.get(number, ""),
                share=shares.get(slot["version"]),
                decided=decided,
                feedback=feedback.get(number),
            )
        )
    return reviewed


def _outcome(score: bank.Score, scored: Scored | None, plain: bool) -> bank.Score:
    """What marking says of a response; for what a person marked, what the person said.

    Points of a *plain* question, one without a correction or several tries, are a person's where marking says others.
    """
    if scored is None or scored.points is None or not scored.worth:
        return score
    if score.needs_marking or (plain and scored.points != scored.worth * score.fraction):
        return bank.Score(scored.points / scored.worth, answered=True)
    return score
