"""What came out: runs of marking, points, what people gave and wrote, releases."""

from __future__ import annotations

from datetime import datetime
from fractions import Fraction

from sqlalchemy import ForeignKey, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from lms.base.db import Base
from lms.base.ids import new_uid
from lms.quizzes.domain.runs import Cause


class ScoreRun(Base):
    """One marking of a quiz: which keys, which engine, why. A later run replaces none; the quiz points at one.

    `in_force_at` says since when it was pointed at; a run on trial has none.
    """

    __tablename__ = "quiz_score_run"
    __table_args__ = (UniqueConstraint("quiz_id", "number"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    uid: Mapped[str] = mapped_column(String(36), unique=True, default=new_uid)
    school_id: Mapped[int] = mapped_column(ForeignKey("school.id"))
    quiz_id: Mapped[int] = mapped_column(ForeignKey("quiz.id"))
    number: Mapped[int]
    engine: Mapped[str] = mapped_column(String(20))
    cause: Mapped[str] = mapped_column(String(20), server_default=Cause.REGRADE.value)
    reason: Mapped[str] = mapped_column(String(300), default="")
    made_by_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"))  # None: by a rule of the quiz
    made_at: Mapped[datetime]
    in_force_at: Mapped[datetime | None]


class ItemScore(Base):
    """The points of one answer in a run; None while it waits for a person."""

    __tablename__ = "quiz_item_score"
    run_id: Mapped[int] = mapped_column(ForeignKey("quiz_score_run.id"), primary_key=True)
    attempt_id: Mapped[int] = mapped_column(ForeignKey("quiz_attempt.id"), primary_key=True, index=True)
    slot: Mapped[int] = mapped_column(primary_key=True)
    school_id: Mapped[int] = mapped_column(ForeignKey("school.id"))
    version_uid: Mapped[str] = mapped_column(String(36), index=True)
    points: Mapped[Fraction | None]
    worth: Mapped[Fraction]


class AttemptScore(Base):
    """The total of an attempt in a run; `waiting` answers have no points yet."""

    __tablename__ = "quiz_attempt_score"
    run_id: Mapped[int] = mapped_column(ForeignKey("quiz_score_run.id"), primary_key=True)
    attempt_id: Mapped[int] = mapped_column(ForeignKey("quiz_attempt.id"), primary_key=True, index=True)
    school_id: Mapped[int] = mapped_column(ForeignKey("school.id"))
    points: Mapped[Fraction]
    worth: Mapped[Fraction]
    waiting: Mapped[int] = mapped_column(default=0)
    scored_at: Mapped[datetime]


class EssayMark(Base):
    """The points that a teacher gave an answer."""

    __tablename__ = "quiz_essay_mark"
    __table_args__ = (UniqueConstraint("attempt_id", "slot"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    school_id: Mapped[int] = mapped_column(ForeignKey("school.id"))
    attempt_id: Mapped[int] = mapped_column(ForeignKey("quiz_attempt.id"))
    slot: Mapped[int]
    points: Mapped[Fraction]
    marked_by_id: Mapped[int] = mapped_column(ForeignKey("user_account.id"))
    marked_at: Mapped[datetime]


class TeacherComment(Base):
    """What a teacher wrote to the pupil about one answer, or about the whole (slot 0)."""

    __tablename__ = "quiz_comment"
    __table_args__ = (UniqueConstraint("attempt_id", "slot"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    school_id: Mapped[int] = mapped_column(ForeignKey("school.id"))
    attempt_id: Mapped[int] = mapped_column(ForeignKey("quiz_attempt.id"))
    slot: Mapped[int] = mapped_column(default=0)
    text: Mapped[str] = mapped_column(Text)
    written_by_id: Mapped[int] = mapped_column(ForeignKey("user_account.id"))
    written_at: Mapped[datetime]


class Release(Base):
    """That the results of a quiz were let out: when, by whom (None: by its own rule), from which run."""

    __tablename__ = "quiz_release"
    id: Mapped[int] = mapped_column(primary_key=True)
    school_id: Mapped[int] = mapped_column(ForeignKey("school.id"))
    quiz_id: Mapped[int] = mapped_column(ForeignKey("quiz.id"), index=True)
    run_id: Mapped[int] = mapped_column(ForeignKey("quiz_score_run.id"))
    released_at: Mapped[datetime]
    released_by_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"))
