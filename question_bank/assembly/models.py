"""Specifications as a subject group keeps them."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from lms.base.db import Base
from lms.base.ids import new_uid
from lms.base.subjects import Subject
from lms.base.users import User
from question_bank.assembly import codec
from question_bank.assembly.domain.specification import Specification


class KeptSpecification(Base):
    """A matrix of a subject and grade; `year` is the one in which its school year begins."""

    __tablename__ = "specification"
    __table_args__ = (Index("ix_specification_list", "school_id", "subject_id", "year"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    uid: Mapped[str] = mapped_column(String(36), unique=True, default=new_uid)
    school_id: Mapped[int] = mapped_column(ForeignKey("school.id"))
    subject_id: Mapped[int] = mapped_column(ForeignKey("subject.id"))
    owner_id: Mapped[int] = mapped_column(ForeignKey("user_account.id"))
    title: Mapped[str] = mapped_column(String(200))
    grade: Mapped[int]
    year: Mapped[int]
    minutes: Mapped[int]
    document: Mapped[dict[str, Any]] = mapped_column(JSON)  # codec.encode
    created_at: Mapped[datetime]
    changed_at: Mapped[datetime]

    subject: Mapped[Subject] = relationship(lazy="joined")
    owner: Mapped[User] = relationship(lazy="joined")

    @property
    def specification(self) -> Specification:
        """What it says."""
        return codec.decode(self.document)
