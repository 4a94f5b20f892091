"""What the server does for quizzes by itself: hand in at the deadline, close what is over."""

from __future__ import annotations

import structlog

from lms.base import clock, db
from lms.base.jobs import periodic
from lms.quizzes.service.closing import AT_ONCE, close_over, close_some
from lms.quizzes.service.releasing import release_by_rule

log = structlog.get_logger()
EVERY_SECONDS = 15


@periodic(EVERY_SECONDS, long=True)
def close_due() -> None:
    """Hand in every attempt whose time is over, some in each transaction, then close the quizzes that are over."""
    closed = AT_ONCE
    while closed == AT_ONCE:
        with db.transaction() as session:
            closed = close_some(session, at=clock.now())
        if closed:
            log.info("attempts closed", count=closed)
    with db.transaction() as session:
        at = clock.now()
        for quiz in close_over(session, at=at):
            release_by_rule(session, quiz, at=at)
