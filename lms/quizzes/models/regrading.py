"""Marking again: what was decided about questions, who proposed it, who agreed."""

from __future__ import annotations

from datetime import datetime
from fractions import Fraction

from sqlalchemy import JSON, ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from lms.base.db import Base
from lms.base.ids import new_uid
from lms.base.users import User
from lms.quizzes.domain.regrading import RegradeState
from lms.quizzes.models.attempts import Attempt


class Correction(Base):
    """What holds of a question in a run instead of its own key. A later run takes over those of the run before.

    `accepted` are keys as the question bank codes them; the one that earns most counts. Empty where the policy asks for
    none.
    """

    __tablename__ = "quiz_correction"
    run_id: Mapped[int] = mapped_column(ForeignKey("quiz_score_run.id"), primary_key=True)
    version_uid: Mapped[str] = mapped_column(String(36), primary_key=True)
    school_id: Mapped[int] = mapped_column(ForeignKey("school.id"))
    policy: Mapped[str] = mapped_column(String(20))
    kind: Mapped[str] = mapped_column(String(20))  # of the question
    accepted: Mapped[list[str]] = mapped_column(JSON, default=list)


class Regrade(Base):
    """A proposal to mark a finished quiz again, and what became of it.

    `run_id` is the dry run: a whole run of its own, in force once a second person has agreed. `fingerprint` stands for
    all that it was made from; when that is not so any more, it has to be run again.
    """

    __tablename__ = "quiz_regrade"
    id: Mapped[int] = mapped_column(primary_key=True)
    uid: Mapped[str] = mapped_column(String(36), unique=True, default=new_uid)
    school_id: Mapped[int] = mapped_column(ForeignKey("school.id"))
    quiz_id: Mapped[int] = mapped_column(ForeignKey("quiz.id"), index=True)
    state: Mapped[str] = mapped_column(String(20), default=RegradeState.PROPOSED)
    reason: Mapped[str] = mapped_column(String(300))
    version_uid: Mapped[str] = mapped_column(String(36), default="")  # the question; empty: points of one attempt
    attempt_id: Mapped[int | None] = mapped_column(ForeignKey("quiz_attempt.id"))
    base_run_id: Mapped[int] = mapped_column(ForeignKey("quiz_score_run.id"))
    run_id: Mapped[int] = mapped_column(ForeignKey("quiz_score_run.id"))
    fingerprint: Mapped[str] = mapped_column(String(64))
    proposed_by_id: Mapped[int] = mapped_column(ForeignKey("user_account.id"))
    proposed_at: Mapped[datetime]
    decided_by_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"))
    decided_at: Mapped[datetime | None]

    attempt: Mapped[Attempt | None] = relationship(lazy="select")
    proposed_by: Mapped[User] = relationship(lazy="joined", innerjoin=True, foreign_keys=[proposed_by_id])
    decided_by: Mapped[User | None] = relationship(lazy="joined", foreign_keys=[decided_by_id])


class RegradePoints(Base):
    """The points that a proposal gives one answer of its attempt."""

    __tablename__ = "quiz_regrade_points"
    regrade_id: Mapped[int] = mapped_column(ForeignKey("quiz_regrade.id"), primary_key=True)
    slot: Mapped[int] = mapped_column(primary_key=True)
    school_id: Mapped[int] = mapped_column(ForeignKey("school.id"))
    points: Mapped[Fraction]
