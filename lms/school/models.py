"""Years, classes, and who teaches, learns and belongs where."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import JSON, ForeignKey, Index, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from lms.base.db import Base
from lms.base.ids import new_uid
from lms.base.subjects import Subject
from lms.base.users import User


class SchoolYear(Base):
    """A school year (năm học), "2026–2027"."""

    __tablename__ = "school_year"
    __table_args__ = (UniqueConstraint("school_id", "name"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    uid: Mapped[str] = mapped_column(String(36), unique=True, default=new_uid)
    school_id: Mapped[int] = mapped_column(ForeignKey("school.id"))
    name: Mapped[str] = mapped_column(String(20))
    starts_on: Mapped[date]
    ends_on: Mapped[date]
    current: Mapped[bool] = mapped_column(default=False)

    semesters: Mapped[list[Semester]] = relationship(back_populates="year", order_by="Semester.number", lazy="selectin")


class Semester(Base):
    """A semester (học kì): number 1 or 2."""

    __tablename__ = "semester"
    __table_args__ = (UniqueConstraint("year_id", "number"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    uid: Mapped[str] = mapped_column(String(36), unique=True, default=new_uid)
    school_id: Mapped[int] = mapped_column(ForeignKey("school.id"))
    year_id: Mapped[int] = mapped_column(ForeignKey("school_year.id"))
    number: Mapped[int]
    starts_on: Mapped[date]
    ends_on: Mapped[date]

    year: Mapped[SchoolYear] = relationship(back_populates="semesters", lazy="joined")


class SchoolClass(Base):
    """A class (lớp) of one school year: 8A2."""

    __tablename__ = "school_class"
    __table_args__ = (UniqueConstraint("year_id", "name"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    uid: Mapped[str] = mapped_column(String(36), unique=True, default=new_uid)
    school_id: Mapped[int] = mapped_column(ForeignKey("school.id"))
    year_id: Mapped[int] = mapped_column(ForeignKey("school_year.id"))
    name: Mapped[str] = mapped_column(String(20))
    grade: Mapped[int]
    homeroom_teacher_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"))

    year: Mapped[SchoolYear] = relationship(lazy="joined")
    homeroom_teacher: Mapped[User | None] = relationship(lazy="select")


class Enrolment(Base):
    """That a pupil is in a class, from a day until a day (None: still)."""

    __tablename__ = "enrolment"
    __table_args__ = (UniqueConstraint("class_id", "pupil_id", "from_on"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    school_id: Mapped[int] = mapped_column(ForeignKey("school.id"))
    class_id: Mapped[int] = mapped_column(ForeignKey("school_class.id"), index=True)
    pupil_id: Mapped[int] = mapped_column(ForeignKey("user_account.id"), index=True)
    from_on: Mapped[date]
    until_on: Mapped[date | None]

    pupil: Mapped[User] = relationship(lazy="select")


class TeachingAssignment(Base):
    """That a teacher teaches a subject to a class in a school year (phân công giảng dạy)."""

    __tablename__ = "teaching_assignment"
    __table_args__ = (UniqueConstraint("class_id", "subject_id", "teacher_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    school_id: Mapped[int] = mapped_column(ForeignKey("school.id"))
    class_id: Mapped[int] = mapped_column(ForeignKey("school_class.id"))
    subject_id: Mapped[int] = mapped_column(ForeignKey("subject.id"))
    teacher_id: Mapped[int] = mapped_column(ForeignKey("user_account.id"), index=True)

    teacher: Mapped[User] = relationship(lazy="select")
    subject: Mapped[Subject] = relationship(lazy="joined")
    school_class: Mapped[SchoolClass] = relationship(lazy="joined")


class GroupMembership(Base):
    """That a teacher belongs to a subject group, and perhaps heads it."""

    __tablename__ = "group_membership"
    __table_args__ = (UniqueConstraint("group_id", "user_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    school_id: Mapped[int] = mapped_column(ForeignKey("school.id"))
    group_id: Mapped[int] = mapped_column(ForeignKey("subject_group.id"))
    user_id: Mapped[int] = mapped_column(ForeignKey("user_account.id"), index=True)
    is_head: Mapped[bool] = mapped_column(default=False)


class GradePeriods(Base):
    """How many periods a year a subject has in a grade; decides the number of regular marks (Circular 22)."""

    __tablename__ = "grade_periods"
    __table_args__ = (UniqueConstraint("subject_id", "grade"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    school_id: Mapped[int] = mapped_column(ForeignKey("school.id"))
    subject_id: Mapped[int] = mapped_column(ForeignKey("subject.id"))
    grade: Mapped[int]
    periods: Mapped[int]


class Guardianship(Base):
    """That a parent stands for a pupil; worth something only once the school confirmed it."""

    __tablename__ = "guardianship"
    __table_args__ = (UniqueConstraint("parent_id", "child_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    school_id: Mapped[int] = mapped_column(ForeignKey("school.id"))
    parent_id: Mapped[int] = mapped_column(ForeignKey("user_account.id"), index=True)
    child_id: Mapped[int] = mapped_column(ForeignKey("user_account.id"), index=True)
    confirmed_at: Mapped[datetime | None]
    confirmed_by_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"))

    child: Mapped[User] = relationship(lazy="select", foreign_keys=[child_id])


IN_USE = text("closed_at IS NULL")


class Room(Base):
    """A room of the school in which tests are written, and the networks of its machines."""

    __tablename__ = "school_room"
    __table_args__ = (
        Index("uq_school_room_name", "school_id", "name", unique=True, sqlite_where=IN_USE, postgresql_where=IN_USE),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    uid: Mapped[str] = mapped_column(String(36), unique=True, default=new_uid)
    school_id: Mapped[int] = mapped_column(ForeignKey("school.id"))
    name: Mapped[str] = mapped_column(String(80))
    networks: Mapped[list[str]] = mapped_column(JSON)  # canonical, as lms.base.networks reads them
    closed_at: Mapped[datetime | None]  # no longer in use; its name is free for another


class RosterImport(Base):
    """A list of pupils or staff (`kind`) that was uploaded: first only looked at, then taken over once or never."""

    __tablename__ = "roster_import"
    id: Mapped[int] = mapped_column(primary_key=True)
    uid: Mapped[str] = mapped_column(String(36), unique=True, default=new_uid)
    school_id: Mapped[int] = mapped_column(ForeignKey("school.id"))
    kind: Mapped[str] = mapped_column(String(10), default="pupils")  # or "staff"
    sha256: Mapped[str] = mapped_column(String(64))
    filename: Mapped[str] = mapped_column(String(200))
    created_by_id: Mapped[int] = mapped_column(ForeignKey("user_account.id"))
    created_at: Mapped[datetime]
    applied_at: Mapped[datetime | None]
    new_count: Mapped[int] = mapped_column(default=0)
    changed_count: Mapped[int] = mapped_column(default=0)
