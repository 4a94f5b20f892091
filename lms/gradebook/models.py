"""Gradebooks, their columns and cells, every change of a cell, and the portals' files that were brought in."""

from __future__ import annotations

from datetime import datetime
from fractions import Fraction

from sqlalchemy import ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from lms.base import db
from lms.base.db import Base
from lms.base.ids import new_uid
from lms.base.marks import round_half_up
from lms.base.subjects import Subject
from lms.base.users import User
from lms.gradebook.domain.cells import Cell, State
from lms.gradebook.domain.circular22 import VERSIONS, RuleSet
from lms.gradebook.domain.columns import Column, columns_of
from lms.school.models import SchoolClass, Semester


class Gradebook(Base):
    """The marks of one class in one subject in one semester (sổ điểm)."""

    __tablename__ = "gradebook"
    __table_args__ = (UniqueConstraint("class_id", "subject_id", "semester_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    uid: Mapped[str] = mapped_column(String(36), unique=True, default=new_uid)
    school_id: Mapped[int] = mapped_column(ForeignKey("school.id"), index=True)
    class_id: Mapped[int] = mapped_column(ForeignKey("school_class.id"))
    subject_id: Mapped[int] = mapped_column(ForeignKey("subject.id"))
    semester_id: Mapped[int] = mapped_column(ForeignKey("semester.id"), index=True)
    rules_code: Mapped[str] = mapped_column(String(20))  # the version of the circular, kept for good
    by_comment: Mapped[bool] = mapped_column(default=False)  # Đạt / Chưa đạt
    required: Mapped[int]  # regular marks that the rules ask for
    regular: Mapped[int]  # regular columns that are open
    created_at: Mapped[datetime]
    locked_at: Mapped[datetime | None]
    locked_by_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"))
    unlock_reason: Mapped[str] = mapped_column(String(500), default="")  # asked for, waiting for a second person
    unlock_asked_by_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"))

    school_class: Mapped[SchoolClass] = relationship(lazy="joined", innerjoin=True)
    subject: Mapped[Subject] = relationship(lazy="joined", innerjoin=True)
    semester: Mapped[Semester] = relationship(lazy="joined", innerjoin=True)
    publications: Mapped[list[Publication]] = relationship(back_populates="gradebook", lazy="selectin")

    @property
    def rules(self) -> RuleSet:
        """The rules by which this gradebook is reckoned."""
        return next(rules for rules in VERSIONS if rules.code == self.rules_code)

    @property
    def columns(self) -> tuple[Column, ...]:
        """The open columns in order."""
        return columns_of(self.regular)

    @property
    def locked(self) -> bool:
        return self.locked_at is not None

    @property
    def published_keys(self) -> frozenset[str]:
        """The columns that pupils and parents may see."""
        return frozenset(one.column_key for one in self.publications)


class Publication(Base):
    """That pupils and parents may see a column."""

    __tablename__ = "gradebook_publication"
    __table_args__ = (UniqueConstraint("gradebook_id", "column_key"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    school_id: Mapped[int] = mapped_column(ForeignKey("school.id"))
    gradebook_id: Mapped[int] = mapped_column(ForeignKey("gradebook.id"))
    column_key: Mapped[str] = mapped_column(String(5))
    published_at: Mapped[datetime]
    published_by_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"))

    gradebook: Mapped[Gradebook] = relationship(back_populates="publications")


class Mark(Base):
    """What stands in a cell now. A pupil without a row has nothing there yet."""

    __tablename__ = "mark"
    __table_args__ = (
        UniqueConstraint("gradebook_id", "pupil_id", "column_key"),
        Index("ix_mark_pupil", "pupil_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    uid: Mapped[str] = mapped_column(String(36), unique=True, default=new_uid)
    school_id: Mapped[int] = mapped_column(ForeignKey("school.id"))
    gradebook_id: Mapped[int] = mapped_column(ForeignKey("gradebook.id"))
    pupil_id: Mapped[int] = mapped_column(ForeignKey("user_account.id"))
    column_key: Mapped[str] = mapped_column(String(5))
    state: Mapped[str] = mapped_column(String(20))
    value: Mapped[Fraction | None]
    passed: Mapped[bool | None]
    reason: Mapped[str] = mapped_column(String(500), default="")
    quiz_uid: Mapped[str] = mapped_column(String(36), default="")  # where the mark came from; empty: typed
    attempt_uid: Mapped[str] = mapped_column(String(36), default="")
    changed_at: Mapped[datetime]

    def cell(self, rules: RuleSet) -> Cell:
        """The cell as the rules know it."""
        return _cell(self.state, self.value, self.passed, self.reason, rules)

    def put(self, cell: Cell, *, quiz_uid: str, attempt_uid: str, at: datetime) -> None:
        """Let *cell* stand here."""
        self.state, self.passed, self.reason = cell.state.value, cell.passed, cell.reason
        self.value = None if cell.mark is None else Fraction(cell.mark)
        self.quiz_uid, self.attempt_uid, self.changed_at = quiz_uid, attempt_uid, at


class MarkChange(Base):
    """One change of a cell; rows are only ever added."""

    __tablename__ = "mark_change"
    __table_args__ = (Index("ix_mark_change_cell", "gradebook_id", "pupil_id", "column_key"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    school_id: Mapped[int] = mapped_column(ForeignKey("school.id"))
    gradebook_id: Mapped[int] = mapped_column(ForeignKey("gradebook.id"))
    pupil_id: Mapped[int] = mapped_column(ForeignKey("user_account.id"))
    column_key: Mapped[str] = mapped_column(String(5))
    state: Mapped[str] = mapped_column(String(20))
    value: Mapped[Fraction | None]
    passed: Mapped[bool | None]
    reason: Mapped[str] = mapped_column(String(500), default="")
    quiz_uid: Mapped[str] = mapped_column(String(36), default="")
    by_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"))  # None: the clock closed a quiz
    at: Mapped[datetime]

    by: Mapped[User | None] = relationship(lazy="select", foreign_keys=[by_id])

    def cell(self, rules: RuleSet) -> Cell:
        """What the change put into the cell."""
        return _cell(self.state, self.value, self.passed, self.reason, rules)


class SemesterComment(Base):
    """A teacher's words about a pupil's semester (nhận xét)."""

    __tablename__ = "semester_comment"
    __table_args__ = (UniqueConstraint("gradebook_id", "pupil_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    school_id: Mapped[int] = mapped_column(ForeignKey("school.id"))
    gradebook_id: Mapped[int] = mapped_column(ForeignKey("gradebook.id"))
    pupil_id: Mapped[int] = mapped_column(ForeignKey("user_account.id"))
    text: Mapped[str] = mapped_column(Text)
    changed_at: Mapped[datetime]
    changed_by_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"))


class PortalWorkbook(Base):
    """A portal's own file, brought in to be filled."""

    __tablename__ = "portal_workbook"

    id: Mapped[int] = mapped_column(primary_key=True)
    uid: Mapped[str] = mapped_column(String(36), unique=True, default=new_uid)
    school_id: Mapped[int] = mapped_column(ForeignKey("school.id"))
    gradebook_id: Mapped[int] = mapped_column(ForeignKey("gradebook.id"), index=True)
    brought_by_id: Mapped[int] = mapped_column(ForeignKey("user_account.id"))
    name: Mapped[str] = mapped_column(String(200))
    sha256: Mapped[str] = mapped_column(ForeignKey("blob.sha256"))
    brought_at: Mapped[datetime]
    filled_at: Mapped[datetime | None]

    gradebook: Mapped[Gradebook] = relationship(lazy="joined", innerjoin=True)


def _cell(state: str, value: Fraction | None, passed: bool | None, reason: str, rules: RuleSet) -> Cell:
    mark = None if value is None else round_half_up(value, rules.step)
    return Cell(State(state), mark, passed, reason)


db.append_only(MarkChange)
