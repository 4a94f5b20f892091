"""Frameworks, their items and associations as a school keeps them.

An item keeps its row over imports, so that what is tagged with it stays tagged; one that its issuer dropped is retired.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from lms.base.db import Base
from lms.base.ids import new_uid


class CompetencyFramework(Base):
    """A framework that a school works with; `subject_code` ties it to the school's subject of that code."""

    __tablename__ = "competency_framework"
    __table_args__ = (UniqueConstraint("school_id", "identifier"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    uid: Mapped[str] = mapped_column(String(36), unique=True, default=new_uid)
    school_id: Mapped[int] = mapped_column(ForeignKey("school.id"))
    identifier: Mapped[str] = mapped_column(String(100))  # the issuer's (CASE)
    title: Mapped[str] = mapped_column(String(300))
    creator: Mapped[str] = mapped_column(String(200), default="")
    subject_code: Mapped[str] = mapped_column(String(60), default="")
    source: Mapped[str] = mapped_column(Text, default="")
    note: Mapped[str] = mapped_column(Text, default="")
    extra: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    definitions: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    changed_at: Mapped[datetime]

    items: Mapped[list[CompetencyItem]] = relationship(
        back_populates="framework", order_by="CompetencyItem.place", cascade="all, delete-orphan"
    )
    associations: Mapped[list[CompetencyAssociation]] = relationship(
        back_populates="framework", order_by="CompetencyAssociation.id", cascade="all, delete-orphan"
    )


class CompetencyItem(Base):
    """A node of a framework in its place: `place` counts through the whole tree, parents before children."""

    __tablename__ = "competency_item"
    __table_args__ = (
        UniqueConstraint("framework_id", "identifier"),
        Index("ix_competency_item_code", "school_id", "code"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    uid: Mapped[str] = mapped_column(String(36), unique=True, default=new_uid)
    school_id: Mapped[int] = mapped_column(ForeignKey("school.id"))
    framework_id: Mapped[int] = mapped_column(ForeignKey("competency_framework.id"))
    parent_id: Mapped[int | None] = mapped_column(ForeignKey("competency_item.id"))
    identifier: Mapped[str] = mapped_column(String(100))
    code: Mapped[str] = mapped_column(String(120), default="")
    kind: Mapped[str] = mapped_column(String(60), default="")
    statement: Mapped[str] = mapped_column(Text)
    notes: Mapped[str] = mapped_column(Text, default="")
    grades: Mapped[str] = mapped_column(String(120), default="")  # ",6,7,"; empty: any grade
    search_key: Mapped[str] = mapped_column(Text, default="")  # text.fold of code and statement
    depth: Mapped[int] = mapped_column(default=0)
    place: Mapped[int] = mapped_column(default=0)
    number: Mapped[int] = mapped_column(default=0)  # the place in the issuer's file
    extra: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    retired_at: Mapped[datetime | None]

    framework: Mapped[CompetencyFramework] = relationship(back_populates="items")

    @property
    def reference(self) -> str:
        """What questions and materials are tagged with: the code, or the uid where there is none."""
        return self.code or self.uid

    @property
    def grade_list(self) -> tuple[str, ...]:
        return tuple(grade for grade in self.grades.split(",") if grade)


class CompetencyAssociation(Base):
    """An association between two items, or from an item to somebody else's; by identifiers, as it came."""

    __tablename__ = "competency_association"
    __table_args__ = (Index("ix_competency_association_framework", "framework_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    school_id: Mapped[int] = mapped_column(ForeignKey("school.id"))
    framework_id: Mapped[int] = mapped_column(ForeignKey("competency_framework.id"))
    identifier: Mapped[str] = mapped_column(String(100))
    origin: Mapped[str] = mapped_column(String(100))
    kind: Mapped[str] = mapped_column(String(40))
    destination: Mapped[str] = mapped_column(String(100))
    position: Mapped[int | None]
    extra: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)

    framework: Mapped[CompetencyFramework] = relationship(back_populates="associations")
