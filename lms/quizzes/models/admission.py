"""The door of a quiz: its rules, its sittings in rooms, and who was let in by hand."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import JSON, ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from lms.base.db import Base
from lms.base.ids import new_uid
from lms.quizzes.models.quizzes import Quiz
from lms.school.models import Room


class Admission(Base):
    """What a quiz asks of those who come in; a quiz without a row asks nothing."""

    __tablename__ = "quiz_admission"
    quiz_id: Mapped[int] = mapped_column(ForeignKey("quiz.id"), primary_key=True)
    school_id: Mapped[int] = mapped_column(ForeignKey("school.id"))
    password: Mapped[str] = mapped_column(String(100), default="")  # in clear: a teacher reads it out; "": none
    code_required: Mapped[bool] = mapped_column(default=False)
    network_required: Mapped[bool] = mapped_column(default=False)
    seb_required: Mapped[bool] = mapped_column(default=False)  # Safe Exam Browser
    seb_own: Mapped[bool] = mapped_column(default=True)  # with the settings of the file that the quiz gives out
    seb_config_keys: Mapped[list[str]] = mapped_column(JSON, default=list)  # of other settings that will do
    seb_exam_keys: Mapped[list[str]] = mapped_column(JSON, default=list)  # of the copies of SEB that will do; none: all
    seb_quit_password: Mapped[str] = mapped_column(String(100), default="")  # in clear, for the invigilator


class Sitting(Base):
    """That a class, or some of its pupils, write a quiz in a room under invigilators (ca thi)."""

    __tablename__ = "quiz_sitting"
    id: Mapped[int] = mapped_column(primary_key=True)
    uid: Mapped[str] = mapped_column(String(36), unique=True, default=new_uid)
    school_id: Mapped[int] = mapped_column(ForeignKey("school.id"))
    quiz_id: Mapped[int] = mapped_column(ForeignKey("quiz.id"), index=True)
    room_id: Mapped[int | None] = mapped_column(ForeignKey("school_room.id"))
    code: Mapped[str] = mapped_column(String(10))
    code_changed_at: Mapped[datetime]

    quiz: Mapped[Quiz] = relationship(lazy="select")
    room: Mapped[Room | None] = relationship(lazy="joined")
    invigilators: Mapped[list[SittingInvigilator]] = relationship(cascade="all, delete-orphan", lazy="selectin")
    pupils: Mapped[list[SittingPupil]] = relationship(cascade="all, delete-orphan", lazy="selectin")

    @property
    def class_id(self) -> int:
        return self.quiz.class_id

    @property
    def subject_id(self) -> int:
        return self.quiz.subject_id

    @property
    def invigilator_ids(self) -> frozenset[int]:
        return frozenset(one.teacher_id for one in self.invigilators)

    @property
    def pupil_ids(self) -> frozenset[int]:
        """The pupils named here; none: all whom no other sitting of the quiz names."""
        return frozenset(one.pupil_id for one in self.pupils)


class SittingInvigilator(Base):
    """That a teacher of the school invigilates a sitting."""

    __tablename__ = "quiz_sitting_invigilator"
    sitting_id: Mapped[int] = mapped_column(ForeignKey("quiz_sitting.id"), primary_key=True)
    teacher_id: Mapped[int] = mapped_column(ForeignKey("user_account.id"), primary_key=True, index=True)
    school_id: Mapped[int] = mapped_column(ForeignKey("school.id"))


class SittingPupil(Base):
    """That a pupil writes a quiz in a sitting; in one at most."""

    __tablename__ = "quiz_sitting_pupil"
    __table_args__ = (UniqueConstraint("quiz_id", "pupil_id"),)

    sitting_id: Mapped[int] = mapped_column(ForeignKey("quiz_sitting.id"), primary_key=True)
    pupil_id: Mapped[int] = mapped_column(ForeignKey("user_account.id"), primary_key=True)
    quiz_id: Mapped[int] = mapped_column(ForeignKey("quiz.id"))
    school_id: Mapped[int] = mapped_column(ForeignKey("school.id"))


class LetIn(Base):
    """That somebody let a pupil into a quiz past its rules, and why."""

    __tablename__ = "quiz_let_in"
    quiz_id: Mapped[int] = mapped_column(ForeignKey("quiz.id"), primary_key=True)
    pupil_id: Mapped[int] = mapped_column(ForeignKey("user_account.id"), primary_key=True)
    school_id: Mapped[int] = mapped_column(ForeignKey("school.id"))
    reason: Mapped[str] = mapped_column(String(300))
    given_by_id: Mapped[int] = mapped_column(ForeignKey("user_account.id"))
    given_at: Mapped[datetime]
