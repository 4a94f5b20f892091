"""How the installation is: its jobs, its mail, its files and its disk, for the person who looks after it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import func, select, text
from sqlalchemy.orm import Session

from lms.base import jobs, storage
from lms.base.jobs import JobRow
from lms.base.mail import Mail
from lms.base.storage import Blob

LATE_AFTER = timedelta(minutes=10)  # a job due for so long is waiting for workers, not for its turn
LITTLE = 2 << 30  # bytes of free disk below which the administrator should act


@dataclass(frozen=True, slots=True)
class Condition:
    """What was found; sizes in bytes. `problem` names the job given up last and the error that ended it."""

    jobs_waiting: int
    jobs_late: int
    jobs_given_up: int
    problem: str
    mails_waiting: int
    database_size: int
    files_size: int
    free: int

    @property
    def jobs_stand_still(self) -> bool:
        """Whether nobody seems to do the jobs."""
        return self.jobs_late > 0 or not jobs.at_work()

    @property
    def little_room(self) -> bool:
        """Whether the disk is about to be full."""
        return self.free < LITTLE


def find_condition(session: Session, school_id: int, *, at: datetime) -> Condition:
    """Look at the installation, and at the mail of one school."""
    undone = select(func.count()).select_from(JobRow)
    waiting, late, given_up = session.execute(
        select(
            undone.where(JobRow.failed_at.is_(None)).scalar_subquery(),
            undone.where(JobRow.failed_at.is_(None), JobRow.due_at < at - LATE_AFTER).scalar_subquery(),
            undone.where(JobRow.failed_at.is_not(None)).scalar_subquery(),
        )
    ).one()
    last = given_up and session.scalar(select(JobRow).where(JobRow.failed_at.is_not(None)).order_by(JobRow.id.desc()))
    mails, files = session.execute(
        select(
            select(func.count())
            .select_from(Mail)
            .where(Mail.school_id == school_id, Mail.sent_at.is_(None))
            .scalar_subquery(),
            select(func.coalesce(func.sum(Blob.size), 0)).scalar_subquery(),
        )
    ).one()
    return Condition(
        jobs_waiting=waiting,
        jobs_late=late,
        jobs_given_up=given_up,
        problem=f"{last.name} {last.problem}".strip() if last else "",
        mails_waiting=mails,
        database_size=_database_size(session),
        files_size=int(files),
        free=storage.free_bytes(),
    )


def _database_size(session: Session) -> int:
    if session.get_bind().dialect.name == "postgresql":
        return int(session.scalar(text("SELECT pg_database_size(current_database())")) or 0)
    pages, size = session.execute(
        text("SELECT page_count, page_size FROM pragma_page_count(), pragma_page_size()")
    ).one()
    return int(pages * size)
