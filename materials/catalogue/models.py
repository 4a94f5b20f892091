"""Works, their editions and files as they are kept.

A work lives through its editions; at most one of them is the approved one, and the database itself sees to that.
"""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import JSON, BigInteger, ForeignKey, Index, String, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from lms.base.db import Base
from lms.base.ids import new_uid
from lms.base.subjects import Subject
from lms.base.users import User
from materials.catalogue.domain import LICENCES, Facts, State, move


class Work(Base):
    """A material through all its editions."""

    __tablename__ = "material_work"

    id: Mapped[int] = mapped_column(primary_key=True)
    uid: Mapped[str] = mapped_column(String(36), unique=True, default=new_uid)
    school_id: Mapped[int] = mapped_column(ForeignKey("school.id"))
    created_at: Mapped[datetime]

    editions: Mapped[list[Edition]] = relationship(
        back_populates="work", order_by="Edition.number", cascade="all, delete-orphan"
    )
    uses: Mapped[list[Use]] = relationship(back_populates="work", cascade="all, delete-orphan")


class Edition(Base):
    """One edition of a work: description, licence, files, and where it stands on its way into the library."""

    __tablename__ = "material_edition"
    __table_args__ = (
        UniqueConstraint("work_id", "number"),
        Index("ix_material_edition_state", "school_id", "state", "subject_id"),
        Index("ix_material_edition_author", "author_id", "state"),
        Index(
            "uq_material_edition_approved",
            "work_id",
            unique=True,
            sqlite_where=text("state = 'approved'"),
            postgresql_where=text("state = 'approved'"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    uid: Mapped[str] = mapped_column(String(36), unique=True, default=new_uid)
    school_id: Mapped[int] = mapped_column(ForeignKey("school.id"))
    work_id: Mapped[int] = mapped_column(ForeignKey("material_work.id"))
    author_id: Mapped[int] = mapped_column(ForeignKey("user_account.id"))
    subject_id: Mapped[int | None] = mapped_column(ForeignKey("subject.id"))
    number: Mapped[int] = mapped_column(default=1)
    state: Mapped[str] = mapped_column(String(20), default=State.DRAFT)
    title: Mapped[str] = mapped_column(String(200))
    summary: Mapped[str] = mapped_column(Text, default="")
    kind: Mapped[str] = mapped_column(String(20), default="other")
    grades: Mapped[list[str]] = mapped_column(JSON, default=list)
    licence: Mapped[str] = mapped_column(String(20), default="")
    rights: Mapped[str] = mapped_column(String(20), default="")
    credit: Mapped[str] = mapped_column(Text, default="")  # whose work it is and where it comes from
    changes: Mapped[str] = mapped_column(Text, default="")  # what is new against the edition before
    created_at: Mapped[datetime]
    changed_at: Mapped[datetime]
    submitted_at: Mapped[datetime | None]
    approved_at: Mapped[datetime | None]
    withdrawn_at: Mapped[datetime | None]

    work: Mapped[Work] = relationship(back_populates="editions", lazy="joined", innerjoin=True)
    author: Mapped[User] = relationship(lazy="joined", innerjoin=True)
    subject: Mapped[Subject | None] = relationship(lazy="joined")
    files: Mapped[list[MaterialFile]] = relationship(
        back_populates="edition", order_by="MaterialFile.position", lazy="selectin", cascade="all, delete-orphan"
    )
    aligned: Mapped[list[EditionOutcome]] = relationship(
        order_by="EditionOutcome.outcome", lazy="selectin", cascade="all, delete-orphan"
    )

    @property
    def stage(self) -> State:
        return State(self.state)

    @property
    def class_ids(self) -> frozenset[int]:
        """The classes into whose courses the work was put."""
        return frozenset(use.class_id for use in self.work.uses)

    @property
    def outcomes(self) -> tuple[str, ...]:
        """The references of the outcomes (yêu cầu cần đạt) that it serves."""
        return tuple(one.outcome for one in self.aligned)

    @property
    def licence_name(self) -> str:
        found = LICENCES.get(self.licence)
        return found.name if found else ""

    @property
    def size(self) -> int:
        """Bytes of all files."""
        return sum(file.size for file in self.files)

    @property
    def preview_sha256(self) -> str | None:
        return next((file.preview_sha256 for file in self.files if file.preview_sha256), None)

    def move(self, to: State, *, at: datetime) -> None:
        """Go on to the next state.

        Raises:
            Conflict: an edition in this state cannot go there.
        """
        self.state = move(self.stage, to)
        self.changed_at = at

    def facts(self) -> Facts:
        """What the automatic checks look at."""
        return Facts(
            title=self.title,
            summary=self.summary,
            has_subject=self.subject_id is not None,
            grades=self.grades,
            licence=self.licence,
            rights=self.rights,
            credit=self.credit,
            outcomes=len(self.aligned),
            files=len(self.files),
            unreadable=[file.name for file in self.files if file.reading == "failed"],
        )


class MaterialFile(Base):
    """A file of an edition; its content lies in the store under its hash."""

    __tablename__ = "material_file"
    __table_args__ = (Index("ix_material_file_edition", "edition_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    uid: Mapped[str] = mapped_column(String(36), unique=True, default=new_uid)
    school_id: Mapped[int] = mapped_column(ForeignKey("school.id"))
    edition_id: Mapped[int] = mapped_column(ForeignKey("material_edition.id"))
    position: Mapped[int] = mapped_column(default=0)
    name: Mapped[str] = mapped_column(String(200))
    sha256: Mapped[str] = mapped_column(ForeignKey("blob.sha256"))
    size: Mapped[int] = mapped_column(BigInteger)
    media_type: Mapped[str] = mapped_column(String(127))
    reading: Mapped[str] = mapped_column(String(10), default="waiting")  # waiting, done, failed, none
    pages: Mapped[int | None]
    text: Mapped[str] = mapped_column(Text, default="", deferred=True)
    preview_sha256: Mapped[str | None] = mapped_column(ForeignKey("blob.sha256"))

    edition: Mapped[Edition] = relationship(back_populates="files")


class EditionOutcome(Base):
    """That an edition serves an outcome, by the outcome's reference in the question bank's frameworks."""

    __tablename__ = "material_edition_outcome"

    edition_id: Mapped[int] = mapped_column(ForeignKey("material_edition.id"), primary_key=True)
    outcome: Mapped[str] = mapped_column(String(120), primary_key=True)
    school_id: Mapped[int] = mapped_column(ForeignKey("school.id"))


class Use(Base):
    """That a work was put into a course of a class: its pupils and their parents see it from then on.

    Classes belong to a package above, so `class_id` is no foreign key here; `place` is the uid of the activity.
    """

    __tablename__ = "material_use"
    __table_args__ = (UniqueConstraint("place"), Index("ix_material_use_class", "school_id", "class_id"))

    id: Mapped[int] = mapped_column(primary_key=True)
    school_id: Mapped[int] = mapped_column(ForeignKey("school.id"))
    work_id: Mapped[int] = mapped_column(ForeignKey("material_work.id"), index=True)
    edition_uid: Mapped[str] = mapped_column(String(36))  # the edition that was put there
    class_id: Mapped[int]
    place: Mapped[str] = mapped_column(String(36))
    created_at: Mapped[datetime]

    work: Mapped[Work] = relationship(back_populates="uses")
