"""What was decided about answers that came late or from another device."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from lms.base import db
from lms.base.db import Base
from lms.base.users import User
from lms.quizzes.domain.requests import DAYS
from lms.quizzes.models.attempts import WideInt


class AfterRules(Base):
    """What happens after the end of a quiz without anybody's word. Without a row: the defaults."""

    __tablename__ = "quiz_after_rules"
    quiz_id: Mapped[int] = mapped_column(ForeignKey("quiz.id"), primary_key=True)
    school_id: Mapped[int] = mapped_column(ForeignKey("school.id"))
    late_minutes: Mapped[int] = mapped_column(default=0)  # 0: a person decides about every late answer
    request_days: Mapped[int] = mapped_column(default=DAYS)  # after the release; 0: no requests for review


class EventDecision(Base):
    """That a kept event counts, or does not; the event itself stays as it came. One decision for each event.

    `decided_by_id` is empty where the quiz's own rule decided.
    """

    __tablename__ = "quiz_event_decision"
    event_id: Mapped[int] = mapped_column(
        WideInt, ForeignKey("quiz_attempt_event.id"), primary_key=True, autoincrement=False
    )
    school_id: Mapped[int] = mapped_column(ForeignKey("school.id"))
    attempt_id: Mapped[int] = mapped_column(ForeignKey("quiz_attempt.id"), index=True)
    counts: Mapped[bool]
    reason: Mapped[str] = mapped_column(String(300), default="")
    decided_by_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"))
    decided_at: Mapped[datetime]

    decided_by: Mapped[User | None] = relationship(lazy="joined")


db.append_only(EventDecision)  # tests/lms/quizzes/test_deliveries.py holds it
