"""What a pupil does: the attempt, its events as they came, what was handed in."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, BigInteger, ForeignKey, Index, Integer, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from lms.base import db
from lms.base.db import Base
from lms.base.ids import new_uid
from lms.base.users import User
from lms.quizzes.domain.states import AttemptState, EventKind, HandedInBy, Standing
from lms.quizzes.models.quizzes import Form, Quiz

WideInt = BigInteger().with_variant(Integer, "sqlite")  # SQLite numbers rows by itself only in INTEGER


class Attempt(Base):
    """One go of a pupil at a quiz. `accept_until_at` is the deadline plus grace.

    While it is paused the clock stands at `paused_at`. Answers are taken from slot `reached` on; `section_ends_at` is
    the end of the section in which that slot lies, where sections have their own time.
    """

    __tablename__ = "quiz_attempt"
    __table_args__ = (
        UniqueConstraint("quiz_id", "pupil_id", "number"),
        Index("ix_quiz_attempt_due", "state", "accept_until_at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    uid: Mapped[str] = mapped_column(String(36), unique=True, default=new_uid)
    school_id: Mapped[int] = mapped_column(ForeignKey("school.id"))
    quiz_id: Mapped[int] = mapped_column(ForeignKey("quiz.id"))
    form_id: Mapped[int] = mapped_column(ForeignKey("quiz_form.id"))
    pupil_id: Mapped[int] = mapped_column(ForeignKey("user_account.id"), index=True)
    number: Mapped[int]
    state: Mapped[str] = mapped_column(String(20), default=AttemptState.OPEN)
    started_at: Mapped[datetime]
    deadline_at: Mapped[datetime]
    accept_until_at: Mapped[datetime]
    paused_at: Mapped[datetime | None]
    reached: Mapped[int] = mapped_column(default=1)
    section_ends_at: Mapped[datetime | None]
    device: Mapped[str] = mapped_column(String(40))  # holds the lease: answers from others are kept, not applied

    quiz: Mapped[Quiz] = relationship(lazy="select")
    form: Mapped[Form] = relationship(lazy="select")
    pupil: Mapped[User] = relationship(lazy="select")
    submission: Mapped[Submission | None] = relationship(lazy="select", viewonly=True)

    def go_on(self, at: datetime) -> None:
        """Let the clock go on after a pause: every end moves by as long as it stood."""
        if self.paused_at is None:
            return
        stood = at - self.paused_at
        self.deadline_at += stood
        self.accept_until_at += stood
        if self.section_ends_at is not None:
            self.section_ends_at += stood
        self.paused_at = None


class AttemptEvent(Base):
    """What a pupil's page told us, in the order of arrival; rows are only ever added.

    `client_seq` is the client's count in milliseconds since the start, so that answers held back for a while find
    their place among the others. `id` is the server's own sequence.
    """

    __tablename__ = "quiz_attempt_event"
    __table_args__ = (UniqueConstraint("attempt_id", "client_id", "client_seq"),)

    id: Mapped[int] = mapped_column(WideInt, primary_key=True)
    school_id: Mapped[int]  # of the attempt; no second foreign key on the hot path
    attempt_id: Mapped[int] = mapped_column(ForeignKey("quiz_attempt.id"))
    client_id: Mapped[str] = mapped_column(String(80))
    client_seq: Mapped[int] = mapped_column(BigInteger)
    kind: Mapped[str] = mapped_column(String(10), default=EventKind.ANSWER)
    slot: Mapped[int | None]
    payload: Mapped[str] = mapped_column(Text)  # JSON of the response, or of the fact
    client_mono_ms: Mapped[int] = mapped_column(BigInteger)
    standing: Mapped[str] = mapped_column(String(20), default=Standing.APPLIED)
    server_at: Mapped[datetime]


class ResponseCurrent(Base):
    """What counts for each slot of an attempt that was handed in; made from the events, and can be made again."""

    __tablename__ = "quiz_response"
    attempt_id: Mapped[int] = mapped_column(ForeignKey("quiz_attempt.id"), primary_key=True)
    slot: Mapped[int] = mapped_column(primary_key=True)
    school_id: Mapped[int] = mapped_column(ForeignKey("school.id"))
    event_id: Mapped[int] = mapped_column(ForeignKey("quiz_attempt_event.id"))
    response: Mapped[Any] = mapped_column(JSON)


class Submission(Base):
    """That an attempt was handed in: once, by whom, and the receipt of its answers."""

    __tablename__ = "quiz_submission"
    __table_args__ = (Index("ix_quiz_submission_receipt", "school_id", "receipt"),)

    attempt_id: Mapped[int] = mapped_column(ForeignKey("quiz_attempt.id"), primary_key=True)
    school_id: Mapped[int] = mapped_column(ForeignKey("school.id"))
    handed_in_at: Mapped[datetime]
    handed_in_by: Mapped[str] = mapped_column(String(10), default=HandedInBy.PUPIL)
    receipt: Mapped[str] = mapped_column(String(20))


# tests/lms/quizzes/test_hot.py holds that events cannot be changed; that a page was left is forgotten in time.
db.append_only(AttemptEvent, may_go="OLD.kind = 'left'")
