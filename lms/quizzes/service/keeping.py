"""Give the question bank the figures of finished quizzes, and again when their points have changed."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import exists, or_, select
from sqlalchemy.orm import Session

from lms.quizzes.domain.regrading import Policy
from lms.quizzes.domain.states import Counts, QuizState
from lms.quizzes.models import AttemptScore, FiguresKept, Quiz, is_practice
from lms.quizzes.service.corrections import corrections_in_force
from lms.quizzes.service.feeding import counting_results, results_of
from lms.quizzes.service.item_results import ItemResults, item_results
from question_bank import api as bank

LOOKED_AT_AGAIN = timedelta(days=120)  # after that, only another run of marking makes the figures anew


def list_stale(session: Session, *, at: datetime, most: int = 50) -> list[int]:
    """The ids of closed quizzes whose figures the bank lacks or holds from an earlier marking; no practices.

    In a practice a pupil tries again until the answer is right: its figures say nothing of the questions.
    """
    scored_since = exists().where(
        AttemptScore.run_id == Quiz.current_run_id, AttemptScore.scored_at > FiguresKept.kept_at
    )
    return list(
        session.scalars(
            select(Quiz.id)
            .outerjoin(FiguresKept, FiguresKept.quiz_id == Quiz.id)
            .where(
                Quiz.state == QuizState.CLOSED,
                ~is_practice(),
                or_(
                    FiguresKept.quiz_id.is_(None),
                    FiguresKept.run_id != Quiz.current_run_id,
                    (Quiz.closed_at > at - LOOKED_AT_AGAIN) & scored_since,
                ),
            )
            .order_by(Quiz.id)
            .limit(most)
        )
    )


def keep_figures(session: Session, quiz_id: int, *, at: datetime) -> int:
    """Keep the figures of a quiz, in place of those kept before; returns of how many questions."""
    quiz = session.get_one(Quiz, quiz_id)
    if quiz.current_run_id is None or quiz.closed_at is None:
        raise ValueError("A closed quiz has a score run.")
    counted = counting_results(results_of(session, quiz), Counts(quiz.counts))
    found = item_results(session, quiz, [one.attempt_id for one in counted.values()])
    given_away = {
        version
        for version, decided in corrections_in_force(session, quiz.current_run_id).items()
        if decided.policy is Policy.FULL_CREDIT
    }
    occasion = bank.Occasion(
        quiz.school_id, quiz.uid, quiz.title, quiz.course.school_class.year.name, quiz.opens_at or quiz.closed_at
    )
    uses = {version: use for version, use in _uses(found).items() if version not in given_away}
    bank.keep_uses(session, occasion, uses, at=at)
    session.merge(FiguresKept(quiz_id=quiz.id, school_id=quiz.school_id, run_id=quiz.current_run_id, kept_at=at))
    session.flush()
    return len(uses)


def _uses(found: ItemResults) -> dict[str, bank.Use]:
    parameters = bank.parameters_of(found.marks, found.most)
    return {
        row.item.version_uid: bank.Use(
            row.figures,
            row.blanks,
            {one.option: one.count for one in row.choices.options} if row.choices else {},
            parameters.get(row.item.version_uid),
        )
        for row in found.rows
    }
