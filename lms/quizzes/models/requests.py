"""Requests to look at a marked paper again."""

from __future__ import annotations

from datetime import datetime
from fractions import Fraction

from sqlalchemy import ForeignKey, String, Text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from lms.base.db import Base
from lms.base.ids import new_uid
from lms.base.users import User
from lms.quizzes.domain.requests import RequestState
from lms.quizzes.models.attempts import Attempt


class ReviewRequest(Base):
    """What a pupil or a parent asks, what the teacher answers, and the points before and after.

    While a change waits for its second person the request is taken up and `regrade_id` names the proposal.
    """

    __tablename__ = "quiz_review_request"
    id: Mapped[int] = mapped_column(primary_key=True)
    uid: Mapped[str] = mapped_column(String(36), unique=True, default=new_uid)
    school_id: Mapped[int] = mapped_column(ForeignKey("school.id"))
    attempt_id: Mapped[int] = mapped_column(ForeignKey("quiz_attempt.id"), index=True)
    state: Mapped[str] = mapped_column(String(20), default=RequestState.SENT)
    outcome: Mapped[str] = mapped_column(String(10), default="")
    reason: Mapped[str] = mapped_column(Text)
    asked_by_id: Mapped[int] = mapped_column(ForeignKey("user_account.id"))
    asked_at: Mapped[datetime]
    taken_by_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"))
    answer: Mapped[str] = mapped_column(Text, default="")
    answered_at: Mapped[datetime | None]
    regrade_id: Mapped[int | None] = mapped_column(ForeignKey("quiz_regrade.id"))
    points_before: Mapped[Fraction]
    worth_before: Mapped[Fraction]
    points_after: Mapped[Fraction | None]
    worth_after: Mapped[Fraction | None]

    attempt: Mapped[Attempt] = relationship(lazy="joined", innerjoin=True)
    asked_by: Mapped[User] = relationship(lazy="joined", innerjoin=True, foreign_keys=[asked_by_id])
    taken_by: Mapped[User | None] = relationship(lazy="joined", foreign_keys=[taken_by_id])
