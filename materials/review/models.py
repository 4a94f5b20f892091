"""What happened to an edition on its way: one row an act, never changed."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from lms.base.db import Base
from lms.base.ids import new_uid
from lms.base.users import User


class ReviewEvent(Base):
    """An act of a review, by whom and with what words."""

    __tablename__ = "material_review_event"
    __table_args__ = (Index("ix_material_review_event_edition", "edition_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    uid: Mapped[str] = mapped_column(String(36), unique=True, default=new_uid)
    school_id: Mapped[int] = mapped_column(ForeignKey("school.id"))
    edition_id: Mapped[int] = mapped_column(ForeignKey("material_edition.id", ondelete="CASCADE"))
    actor_id: Mapped[int] = mapped_column(ForeignKey("user_account.id"))
    act: Mapped[str] = mapped_column(String(20))
    note: Mapped[str] = mapped_column(Text, default="")
    at: Mapped[datetime]

    actor: Mapped[User] = relationship(lazy="joined", innerjoin=True)
