"""Hand in through one thread of this process: a grade hands in at the bell, and what is waiting is closed together.

One transaction locks the attempts in the order of their ids, marks them by a few statements for all, and appends to
the audit log once, whose chain all processes share. Each pupil gets the receipt after the commit that holds it.
"""

from __future__ import annotations

from collections.abc import Sequence

import structlog
from sqlalchemy.exc import OperationalError

from lms.base import clock, db
from lms.base.errors import AppError, Unavailable
from lms.quizzes.hot.gathering import Gathering
from lms.quizzes.models import Submission
from lms.quizzes.service import taking
from lms.quizzes.service.taking import Leaving

log = structlog.get_logger()


class Closer(Gathering[Leaving, Submission]):
    """The thread of this process that hands in."""

    name = "exam-closer"
    most = 32  # so that saves never wait long

    def work(self, arrivals: Sequence[Leaving]) -> Sequence[Submission | AppError]:
        """Hand in together; when one of them stands in the way, each for itself, so that it holds up no other."""
        try:
            with db.transaction() as session:
                return taking.hand_in_together(session, arrivals, at=clock.now())
        except (OperationalError, OSError):  # the database's own trouble: the pages try again
            raise
        except Exception:
            if len(arrivals) == 1:
                raise
            log.exception("exam.hand_ins_parted", requests=len(arrivals))
        return [self._alone(one) for one in arrivals]

    def _alone(self, one: Leaving) -> Submission | AppError:
        try:
            with db.transaction() as session:
                return taking.hand_in_together(session, [one], at=clock.now())[0]
        except Exception:
            log.exception("exam.not_handed_in", attempt=one.uid)
            return Unavailable()
