"""Make what counts of finished attempts again, after it was decided that a kept answer counts."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import delete
from sqlalchemy.orm import Session

from lms.quizzes.models import Attempt, AttemptScore, ItemScore, Quiz, ResponseCurrent
from lms.quizzes.service.events import count_answers
from lms.quizzes.service.scoring import paper_of, score_papers


def forget_outcome(session: Session, quiz: Quiz, attempts: Sequence[Attempt]) -> None:
    """Take away what was made from the events of these attempts; the events and what people marked stay."""
    ids = [attempt.id for attempt in attempts]
    session.flush()
    session.execute(delete(ResponseCurrent).where(ResponseCurrent.attempt_id.in_(ids)))
    for table in (ItemScore, AttemptScore):
        session.execute(delete(table).where(table.attempt_id.in_(ids), table.run_id == quiz.current_run_id))


def recount(session: Session, quiz: Quiz, attempts: Sequence[Attempt], *, at: datetime) -> None:
    """Make answers and points of handed-in attempts from their events again, in the run in force.

    The receipt stays as it was: it stands for what was handed in. The caller holds the locks of the attempts.
    """
    forget_outcome(session, quiz, attempts)
    counted = count_answers(session, {attempt.id: attempt.school_id for attempt in attempts})
    papers = [paper_of(session, attempt, quiz, counted[attempt.id]) for attempt in attempts]
    score_papers(session, papers, at=at)
