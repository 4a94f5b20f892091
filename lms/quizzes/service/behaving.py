"""Choose how the questions of a draft answer: a test, or a practice of one kind."""

from __future__ import annotations

from sqlalchemy.orm import Session

from lms.base import audit
from lms.base.errors import Invalid
from lms.base.i18n_marks import N_
from lms.base.permissions import Actor
from lms.quizzes.domain.behaviours import MOST_TRIES, Behaviour, Conduct, Penalty
from lms.quizzes.models import Quiz, QuizBehaviour
from lms.quizzes.service.behaviours import behaviour_of
from lms.quizzes.service.building import draft_for_editing

SUGGESTED = Conduct(Behaviour.INTERACTIVE, 3, Penalty.THIRD)  # what a practice with several tries begins with


def behaviour_of_draft(session: Session, actor: Actor, uid: str) -> tuple[Quiz, QuizBehaviour]:
    """The behaviour of a draft that the actor builds.

    Raises:
        NotFound, Forbidden: not this person's quiz.
        Conflict: it has been published.
    """
    quiz = draft_for_editing(session, actor, uid)
    return quiz, behaviour_of(session, quiz)


def change_behaviour(
    session: Session,
    actor: Actor,
    uid: str,
    behaviour: Behaviour,
    *,
    tries: int = SUGGESTED.tries,
    penalty: Penalty = SUGGESTED.penalty,
    marks_count: bool = False,
) -> QuizBehaviour:
    """Make a draft a test, or a practice of one kind; tries and penalty belong to the kind with several tries.

    Raises:
        NotFound, Forbidden, Conflict: as in `behaviour_of_draft`.
        Invalid: fewer tries than two, or too many.
    """
    quiz, kept = behaviour_of_draft(session, actor, uid)
    several = behaviour is Behaviour.INTERACTIVE
    if several and not 2 <= tries <= MOST_TRIES:
        raise Invalid.at("tries", N_("Số lần trả lời mỗi câu từ 2 đến %(most)s."), most=MOST_TRIES)
    kept.behaviour = behaviour
    kept.tries = tries if several else 1
    kept.penalty = penalty if several else Penalty.NOTHING
    kept.marks_count = marks_count and behaviour is not Behaviour.DEFERRED
    session.add(kept)
    session.flush()
    audit.record(session, actor, "quiz.changed", quiz.uid)
    return kept
