"""Make what counts of finished attempts again, after it was decided that a kept answer counts."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from lms.quizzes.domain.answers import project
from lms.quizzes.domain.runs import Cause
from lms.quizzes.models import Attempt, AttemptScore, ItemScore, Quiz, ResponseCurrent, ScoreRun
from lms.quizzes.service.corrections import add_corrections, read_corrections
from lms.quizzes.service.events import count_answers, events_of
from lms.quizzes.service.runs import next_run, put_in_force, take_over
from lms.quizzes.service.scoring import Trial, paper_of, score_papers


def forget_outcome(session: Session, quiz: Quiz, attempts: Sequence[Attempt]) -> None:
    """Take away what was made from the events of these attempts; the events and what people marked stay."""
    ids = [attempt.id for attempt in attempts]
    session.flush()
    session.execute(delete(ResponseCurrent).where(ResponseCurrent.attempt_id.in_(ids)))
    for table in (ItemScore, AttemptScore):
        session.execute(delete(table).where(table.attempt_id.in_(ids), table.run_id == quiz.current_run_id))


def recount(
    session: Session, quiz: Quiz, attempts: Sequence[Attempt], *, reason: str, decided_by_id: int | None, at: datetime
) -> ScoreRun | None:
    """Make answers and points of handed-in attempts from their events again, in another run, put in force at once.

    All other attempts have in it what they have in the run before, which stays as it is. None where other answers would
    not count than before. The receipt stays as it was: it stands for what was handed in. The caller holds the locks of
    the attempts.
    """
    changed = _changed(session, attempts)
    if not changed:
        return None
    ids = [attempt.id for attempt in changed]
    run = next_run(session, quiz, Cause.LATE, reason=reason, made_by_id=decided_by_id, at=at)
    take_over(session, quiz, run, but=ids)
    corrections = read_corrections(session, quiz.current_run_id) if quiz.current_run_id else {}
    add_corrections(session, run, corrections)
    session.execute(delete(ResponseCurrent).where(ResponseCurrent.attempt_id.in_(ids)))
    counted = count_answers(session, {attempt.id: attempt.school_id for attempt in changed})
    papers = [paper_of(session, attempt, quiz, counted[attempt.id]) for attempt in changed]
    score_papers(session, papers, at=at, trial=Trial(run.id, corrections, {}))
    put_in_force(session, quiz, run, at=at)
    return run


def _changed(session: Session, attempts: Sequence[Attempt]) -> list[Attempt]:
    """Those of which by now other events count than those kept."""
    session.flush()
    ids = [attempt.id for attempt in attempts]
    kept = {
        (row.attempt_id, row.slot, row.event_id)
        for row in session.execute(
            select(ResponseCurrent.attempt_id, ResponseCurrent.slot, ResponseCurrent.event_id).where(
                ResponseCurrent.attempt_id.in_(ids)
            )
        )
    }
    counting = {
        (attempt_id, slot, event.id)
        for attempt_id, events in events_of(session, ids).items()
        for slot, event in project(events).items()
    }
    other = {attempt_id for attempt_id, _slot, _event_id in kept ^ counting}
    return [attempt for attempt in attempts if attempt.id in other]
