"""How the pupils of a quiz go through it, the word that reaches those who are working, attempts given back."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from lms.base.db import Base
from lms.base.ids import new_uid
from lms.base.users import User
from lms.quizzes.domain.flow import Navigation, ReopeningState
from lms.quizzes.models.attempts import Attempt


class QuizFlow(Base):
    """The rules of going through a quiz, and what its running attempts have to hear. Without a row: the defaults.

    `bulletin` grows with every act that concerns running attempts: extra time, a pause, the end, another device. Pages
    ask for it all the time (`lms.quizzes.hot.pulse`) and look closer only when it is not the one that they know.
    """

    __tablename__ = "quiz_flow"
    quiz_id: Mapped[int] = mapped_column(ForeignKey("quiz.id"), primary_key=True)
    school_id: Mapped[int] = mapped_column(ForeignKey("school.id"))
    bulletin: Mapped[int] = mapped_column(default=0)
    paused_at: Mapped[datetime | None]
    navigation: Mapped[str] = mapped_column(String(20), default=Navigation.FREE)
    way_back: Mapped[bool] = mapped_column(default=True)
    sections: Mapped[list[dict[str, Any]]] = mapped_column(JSON, default=list)


class Pause(Base):
    """Why the clock of a quiz, or of some of its pupils, was stopped. The log of acts names it and holds no words."""

    __tablename__ = "quiz_pause"
    id: Mapped[int] = mapped_column(primary_key=True)
    uid: Mapped[str] = mapped_column(String(36), unique=True, default=new_uid)
    school_id: Mapped[int] = mapped_column(ForeignKey("school.id"))
    quiz_id: Mapped[int] = mapped_column(ForeignKey("quiz.id"), index=True)
    everyone: Mapped[bool]
    reason: Mapped[str] = mapped_column(String(300))
    made_by_id: Mapped[int] = mapped_column(ForeignKey("user_account.id"))
    made_at: Mapped[datetime]


class Reopening(Base):
    """That a handed-in attempt was given back, or that somebody asks for it; keeps the hand-in that it replaced.

    `receipt` is empty until it takes effect: until then the hand-in still stands in `quiz_submission`.
    """

    __tablename__ = "quiz_reopening"
    id: Mapped[int] = mapped_column(primary_key=True)
    uid: Mapped[str] = mapped_column(String(36), unique=True, default=new_uid)
    school_id: Mapped[int] = mapped_column(ForeignKey("school.id"))
    attempt_id: Mapped[int] = mapped_column(ForeignKey("quiz_attempt.id"), index=True)
    state: Mapped[str] = mapped_column(String(20), default=ReopeningState.ASKED)
    reason: Mapped[str] = mapped_column(String(300))
    seconds: Mapped[int]  # how long the pupil may go on, from the moment it takes effect
    asked_by_id: Mapped[int] = mapped_column(ForeignKey("user_account.id"))
    asked_at: Mapped[datetime]
    decided_by_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"))
    decided_at: Mapped[datetime | None]
    handed_in_at: Mapped[datetime | None]
    handed_in_by: Mapped[str] = mapped_column(String(10), default="")
    receipt: Mapped[str] = mapped_column(String(20), default="")

    attempt: Mapped[Attempt] = relationship(lazy="joined", innerjoin=True)
    asked_by: Mapped[User] = relationship(lazy="joined", innerjoin=True, foreign_keys=[asked_by_id])
    decided_by: Mapped[User | None] = relationship(lazy="joined", foreign_keys=[decided_by_id])


class Absence(Base):
    """Since when nothing was heard of the page of a running attempt; gone once it is heard again."""

    __tablename__ = "quiz_absence"
    attempt_id: Mapped[int] = mapped_column(ForeignKey("quiz_attempt.id"), primary_key=True)
    quiz_id: Mapped[int] = mapped_column(ForeignKey("quiz.id"), index=True)
    since_at: Mapped[datetime]
