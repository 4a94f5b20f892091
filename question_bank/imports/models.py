"""An uploaded file of questions and what was read from it."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from lms.base.db import Base
from lms.base.ids import new_uid
from lms.base.subjects import Subject


class ImportBatch(Base):
    """One file of one teacher, read; `found` questions were in it."""

    __tablename__ = "import_batch"
    __table_args__ = (Index("ix_import_batch_sha256", "school_id", "owner_id", "sha256"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    uid: Mapped[str] = mapped_column(String(36), unique=True, default=new_uid)
    school_id: Mapped[int] = mapped_column(ForeignKey("school.id"))
    owner_id: Mapped[int] = mapped_column(ForeignKey("user_account.id"), index=True)
    subject_id: Mapped[int] = mapped_column(ForeignKey("subject.id"))
    sha256: Mapped[str] = mapped_column(ForeignKey("blob.sha256"))
    filename: Mapped[str] = mapped_column(String(200))
    format: Mapped[str] = mapped_column(String(20))
    found: Mapped[int]
    not_carried_json: Mapped[str] = mapped_column(Text)
    changed_json: Mapped[str] = mapped_column(Text, server_default="[]")
    problems_json: Mapped[str] = mapped_column(Text)
    created_at: Mapped[datetime]
    saved_at: Mapped[datetime | None]

    subject: Mapped[Subject] = relationship(lazy="joined")
    drafts: Mapped[list[ImportDraft]] = relationship(
        back_populates="batch", order_by="ImportDraft.position", cascade="all, delete-orphan"
    )
    assets: Mapped[list[ImportAsset]] = relationship(cascade="all, delete-orphan")


class ImportDraft(Base):
    """One question of the file, as it would be saved; the tags are the teacher's."""

    __tablename__ = "import_draft"
    id: Mapped[int] = mapped_column(primary_key=True)
    uid: Mapped[str] = mapped_column(String(36), unique=True, default=new_uid)
    school_id: Mapped[int] = mapped_column(ForeignKey("school.id"))
    batch_id: Mapped[int] = mapped_column(ForeignKey("import_batch.id"), index=True)
    position: Mapped[int]
    draft_json: Mapped[str] = mapped_column(Text)
    likeness: Mapped[str] = mapped_column(String(64))
    content_sha256: Mapped[str] = mapped_column(String(64), default="")  # codec.fingerprint, as its version would have
    blocked: Mapped[bool]
    left_out: Mapped[bool] = mapped_column(default=False)
    grade: Mapped[int | None]
    topic: Mapped[str] = mapped_column(String(200), default="")
    level: Mapped[str] = mapped_column(String(10), default="")
    outcomes_json: Mapped[str] = mapped_column(Text, default="[]")
    labels_json: Mapped[str] = mapped_column(Text, default="[]")
    taken_from: Mapped[str] = mapped_column(String(200), default="")
    year: Mapped[int | None]
    category: Mapped[str] = mapped_column(String(500), default="")
    any_textbook: Mapped[bool] = mapped_column(default=False)
    external_id: Mapped[str] = mapped_column(String(200), default="")
    item_uid: Mapped[str] = mapped_column(String(36), default="")  # the question it became
    version_uid: Mapped[str] = mapped_column(String(36), default="")  # of an older question, the version it became

    batch: Mapped[ImportBatch] = relationship(back_populates="drafts")


class ImportAsset(Base):
    """A picture of the file; the bytes lie in the content store."""

    __tablename__ = "import_asset"
    batch_id: Mapped[int] = mapped_column(ForeignKey("import_batch.id"), primary_key=True)
    sha256: Mapped[str] = mapped_column(ForeignKey("blob.sha256"), primary_key=True, index=True)
    school_id: Mapped[int] = mapped_column(ForeignKey("school.id"))
    media_type: Mapped[str] = mapped_column(String(127))
    name: Mapped[str] = mapped_column(String(200), default="")
