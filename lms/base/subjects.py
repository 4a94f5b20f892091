"""Subjects and subject groups: the tables by which questions, materials and courses are sorted."""

from __future__ import annotations

from sqlalchemy import ForeignKey, String, UniqueConstraint, select
from sqlalchemy.orm import Mapped, Session, mapped_column, relationship

from lms.base.db import Base
from lms.base.errors import NotFound
from lms.base.ids import new_uid


class SubjectGroup(Base):
    """A group of teachers of neighbouring subjects (tổ chuyên môn); its head reviews what they share."""

    __tablename__ = "subject_group"
    __table_args__ = (UniqueConstraint("school_id", "name"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    uid: Mapped[str] = mapped_column(String(36), unique=True, default=new_uid)
    school_id: Mapped[int] = mapped_column(ForeignKey("school.id"))
    name: Mapped[str] = mapped_column(String(120))


class Subject(Base):
    """A subject as the school teaches it (môn học)."""

    __tablename__ = "subject"
    __table_args__ = (UniqueConstraint("school_id", "code"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    uid: Mapped[str] = mapped_column(String(36), unique=True, default=new_uid)
    school_id: Mapped[int] = mapped_column(ForeignKey("school.id"))
    group_id: Mapped[int | None] = mapped_column(ForeignKey("subject_group.id"))
    code: Mapped[str] = mapped_column(String(20))  # "toan", "tin-hoc"
    name: Mapped[str] = mapped_column(String(80))
    hue: Mapped[int] = mapped_column(default=1)  # 1–12, the subject's small fixed colour (class `hue-N`)
    comment_only: Mapped[bool] = mapped_column(default=False)  # marked Đạt / Chưa đạt

    group: Mapped[SubjectGroup | None] = relationship(lazy="joined")


def get_subject(session: Session, school_id: int, uid: str) -> Subject:
    """Find a subject of the school.

    Raises:
        NotFound: the school has no such subject.
    """
    subject = session.scalar(select(Subject).where(Subject.uid == uid, Subject.school_id == school_id))
    if subject is None:
        raise NotFound
    return subject


def list_subjects(session: Session, school_id: int) -> list[Subject]:
    """List the school's subjects by name."""
    return list(session.scalars(select(Subject).where(Subject.school_id == school_id).order_by(Subject.name)))
