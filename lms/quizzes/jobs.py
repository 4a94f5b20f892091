"""What the server does for quizzes by itself: hand in at the deadline, close, take in late answers, keep figures."""

from __future__ import annotations

from collections.abc import Sequence

import structlog

from lms.base import clock, db
from lms.base.jobs import periodic
from lms.quizzes.service import closing, deliveries, departures, keeping
from lms.quizzes.service.releasing import release_by_rule, release_due

log = structlog.get_logger()
EVERY_SECONDS = 15
LATE_SECONDS = 60
FIGURES_SECONDS = 300
DAY_SECONDS = 86_400
FORGOTTEN_AT_ONCE = 500
AT_ONCE = 20  # attempts in one transaction, so that saves never wait long


@periodic(EVERY_SECONDS, long=True)
def close_due() -> None:
    """Hand in every attempt whose time is over, some in each transaction, then close the quizzes that are over."""
    with db.open_session(writes=False) as session:
        due = closing.list_due(session, at=clock.now())
    closed = sum(_close(due[start : start + AT_ONCE]) for start in range(0, len(due), AT_ONCE))
    if due:
        log.info("attempts.closed", due=len(due), closed=closed)
    with db.transaction() as session:
        at = clock.now()
        for quiz in closing.close_over(session, at=at):
            release_by_rule(session, quiz, at=at)
        release_due(session, at=at)


def _close(attempt_ids: Sequence[int]) -> int:
    """Close attempts together; when one of them cannot be closed, each for itself, so that it holds up no other."""
    try:
        with db.transaction() as session:
            return closing.close_due(session, attempt_ids, at=clock.now())
    except Exception:
        log.exception("attempts.not_closed", attempts=list(attempt_ids))
    return sum(_close([attempt_id]) for attempt_id in attempt_ids) if len(attempt_ids) > 1 else 0


@periodic(LATE_SECONDS, long=True)
def take_late() -> None:
    """Let late answers count where the rule of their quiz says so: all of a quiz together, since they make one run."""
    with db.open_session(writes=False) as session:
        waiting = deliveries.list_for_rule(session, at=clock.now())
    for attempt_ids in waiting:
        _take_in(attempt_ids)


def _take_in(attempt_ids: Sequence[int]) -> None:
    """Decide about attempts together; when about one of them nothing can be decided, each for itself."""
    try:
        with db.transaction() as session:
            deliveries.decide_by_rule(session, attempt_ids, at=clock.now())
        return
    except Exception:
        log.exception("attempts.late_not_taken", attempts=list(attempt_ids))
    if len(attempt_ids) > 1:
        for attempt_id in attempt_ids:
            _take_in([attempt_id])


@periodic(FIGURES_SECONDS, long=True)
def keep_figures() -> None:
    """Give the bank the figures of quizzes that have been closed or marked again, each in its own transaction."""
    with db.open_session(writes=False) as session:
        stale = keeping.list_stale(session, at=clock.now())
    for quiz_id in stale:
        try:
            with db.transaction() as session:
                keeping.keep_figures(session, quiz_id, at=clock.now())
        except Exception:
            log.exception("quiz.figures_not_kept", quiz=quiz_id)


@periodic(DAY_SECONDS, long=True)
def forget_departures() -> None:
    """Forget when pages were left once that is older than it may be kept, some in each transaction."""
    with db.open_session(writes=False) as session:
        old = departures.list_old(session, at=clock.now())
    for start in range(0, len(old), FORGOTTEN_AT_ONCE):
        with db.transaction() as session:
            departures.forget(session, old[start : start + FORGOTTEN_AT_ONCE])
    if old:
        log.info("departures.forgotten", count=len(old))
