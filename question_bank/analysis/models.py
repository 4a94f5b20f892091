"""What is kept of the uses of questions: their figures, and the parameters that were estimated."""

from __future__ import annotations

from datetime import datetime
from fractions import Fraction

from sqlalchemy import JSON, Double, ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from lms.base.db import Base


class ItemUse(Base):
    """How a version of a question did in one test, when its papers were last counted.

    It says of no pupil and of no class who they were: the bank is read by all teachers of the subject. Parameters are
    of the logistic model named, of which the slope and the difficulty are on the scale of that test's own papers.
    """

    __tablename__ = "item_use"
    __table_args__ = (UniqueConstraint("version_id", "occasion_uid"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    school_id: Mapped[int] = mapped_column(ForeignKey("school.id"))
    version_id: Mapped[int] = mapped_column(ForeignKey("item_version.id"))
    occasion_uid: Mapped[str] = mapped_column(String(36), index=True)  # of the test, which lies above the bank
    title: Mapped[str] = mapped_column(String(200))
    year: Mapped[str] = mapped_column(String(20))
    used_at: Mapped[datetime]
    papers: Mapped[int]
    blanks: Mapped[int]
    facility: Mapped[Fraction]
    discrimination: Mapped[float | None] = mapped_column(Double)
    counts: Mapped[dict[str, int]] = mapped_column(JSON)  # how many chose each option
    model: Mapped[str] = mapped_column(String(5), default="")  # empty: too few answers to estimate
    slope: Mapped[float | None] = mapped_column(Double)
    difficulty: Mapped[float | None] = mapped_column(Double)
    slope_error: Mapped[float | None] = mapped_column(Double)
    difficulty_error: Mapped[float | None] = mapped_column(Double)
    kept_at: Mapped[datetime]
