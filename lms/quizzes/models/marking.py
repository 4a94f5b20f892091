"""What people did while they marked by hand."""

from __future__ import annotations

from datetime import datetime
from fractions import Fraction

from sqlalchemy import ForeignKey, Index, Text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from lms.base.db import Base
from lms.base.users import User


class MarkGiven(Base):
    """One act of marking: what a person said of an answer and when. Kept as it is; the next act is a row of its own.

    The points in force stand in `EssayMark`, the words for the pupil in `TeacherComment`.
    """

    __tablename__ = "quiz_mark_given"
    __table_args__ = (Index("ix_quiz_mark_given_answer", "attempt_id", "slot"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    school_id: Mapped[int] = mapped_column(ForeignKey("school.id"))
    attempt_id: Mapped[int] = mapped_column(ForeignKey("quiz_attempt.id"))
    slot: Mapped[int]
    points: Mapped[Fraction | None]  # None: only words
    comment: Mapped[str] = mapped_column(Text, default="")
    given_by_id: Mapped[int] = mapped_column(ForeignKey("user_account.id"))
    given_at: Mapped[datetime]

    given_by: Mapped[User] = relationship(lazy="joined", innerjoin=True)
