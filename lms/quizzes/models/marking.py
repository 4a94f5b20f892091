"""What people did while they marked by hand."""

from __future__ import annotations

from datetime import datetime
from fractions import Fraction
from typing import Any

from sqlalchemy import JSON, ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from lms.base.db import Base
from lms.base.ids import new_uid
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
    levels: Mapped[list[dict[str, Any]] | None] = mapped_column(
        JSON(none_as_null=True)
    )  # what was chosen of each criterion
    comment: Mapped[str] = mapped_column(Text, default="")
    given_by_id: Mapped[int] = mapped_column(ForeignKey("user_account.id"))
    given_at: Mapped[datetime]

    given_by: Mapped[User] = relationship(lazy="joined", innerjoin=True)


class QuizRubric(Base):
    """The criteria by which a question of a quiz is marked (`lms.quizzes.domain.rubrics`), fixed by the first mark."""

    __tablename__ = "quiz_rubric"
    __table_args__ = (UniqueConstraint("quiz_id", "version_uid"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    school_id: Mapped[int] = mapped_column(ForeignKey("school.id"))
    quiz_id: Mapped[int] = mapped_column(ForeignKey("quiz.id"))
    version_uid: Mapped[str] = mapped_column(String(36))
    criteria: Mapped[list[dict[str, Any]]] = mapped_column(JSON)
    saved_by_id: Mapped[int] = mapped_column(ForeignKey("user_account.id"))
    saved_at: Mapped[datetime]


class SavedComment(Base):
    """A comment that a teacher uses again, in one subject."""

    __tablename__ = "quiz_saved_comment"
    id: Mapped[int] = mapped_column(primary_key=True)
    uid: Mapped[str] = mapped_column(String(36), unique=True, default=new_uid)
    school_id: Mapped[int] = mapped_column(ForeignKey("school.id"))
    owner_id: Mapped[int] = mapped_column(ForeignKey("user_account.id"), index=True)
    subject_id: Mapped[int] = mapped_column(ForeignKey("subject.id"))
    text: Mapped[str] = mapped_column(Text)
    saved_at: Mapped[datetime]
