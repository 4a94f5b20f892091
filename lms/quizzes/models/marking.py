"""What people did while they marked by hand."""

from __future__ import annotations

from datetime import datetime
from fractions import Fraction
from secrets import token_hex
from typing import Any

from sqlalchemy import JSON, ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from lms.base.db import Base
from lms.base.ids import new_uid
from lms.base.users import User
from lms.quizzes.domain.rounds import Round, SettledBy


def _new_secret() -> str:
    return token_hex(16)


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
    round: Mapped[int] = mapped_column(default=Round.FIRST, server_default="1")
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


class MarkingRules(Base):
    """How a quiz is marked by hand. Without a row: by the teachers of the class, who see whose answer it is.

    With a second marker there are two rounds. `secret` makes the names of sheets, so that they lead to no pupil.
    """

    __tablename__ = "quiz_marking_rules"
    quiz_id: Mapped[int] = mapped_column(ForeignKey("quiz.id"), primary_key=True)
    school_id: Mapped[int] = mapped_column(ForeignKey("school.id"))
    anonymous: Mapped[bool] = mapped_column(default=False)
    secret: Mapped[str] = mapped_column(String(32), default=_new_secret)
    second_marker_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"), index=True)
    adjudicator_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"), index=True)  # None: the heads
    tolerance: Mapped[Fraction] = mapped_column(default=Fraction(1, 2))  # points of a question
    settled_by: Mapped[str] = mapped_column(String(10), default=SettledBy.MEAN)

    second_marker: Mapped[User | None] = relationship(lazy="joined", foreign_keys=[second_marker_id])
    adjudicator: Mapped[User | None] = relationship(lazy="joined", foreign_keys=[adjudicator_id])


class AnswerNote(Base):
    """What a marker noted on a part of a written answer; taken back it stays, and is shown to nobody.

    The part is quoted too, so that the note finds its place again should the answer have changed.
    """

    __tablename__ = "quiz_answer_note"
    __table_args__ = (Index("ix_quiz_answer_note_answer", "attempt_id", "slot"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    uid: Mapped[str] = mapped_column(String(36), unique=True, default=new_uid)
    school_id: Mapped[int] = mapped_column(ForeignKey("school.id"))
    attempt_id: Mapped[int] = mapped_column(ForeignKey("quiz_attempt.id"))
    slot: Mapped[int]
    round: Mapped[int] = mapped_column(default=Round.FIRST)
    start: Mapped[int]
    quote: Mapped[str] = mapped_column(Text)
    note: Mapped[str] = mapped_column(Text)
    written_by_id: Mapped[int] = mapped_column(ForeignKey("user_account.id"))
    written_at: Mapped[datetime]
    taken_back_at: Mapped[datetime | None]
