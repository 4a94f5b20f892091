"""Codes to go on with an attempt on another machine."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from lms.base.db import Base
from lms.quizzes.models.attempts import Attempt


class ResumeCode(Base):
    """A code that somebody made for an attempt; the code itself is kept nowhere."""

    __tablename__ = "quiz_resume_code"
    id: Mapped[int] = mapped_column(primary_key=True)
    school_id: Mapped[int] = mapped_column(ForeignKey("school.id"))
    attempt_id: Mapped[int] = mapped_column(ForeignKey("quiz_attempt.id"), index=True)
    code_hash: Mapped[str] = mapped_column(String(64), unique=True)
    made_by_id: Mapped[int] = mapped_column(ForeignKey("user_account.id"))
    made_at: Mapped[datetime]
    used_at: Mapped[datetime | None]

    attempt: Mapped[Attempt] = relationship(lazy="select")
