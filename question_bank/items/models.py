"""Banks, items and item versions as they are kept.

The content of a version (body, key, notes) never changes: the database itself refuses it. What is said *about* it
(level, topic, state) may.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from fractions import Fraction

from sqlalchemy import DDL, ForeignKey, Index, String, Text, UniqueConstraint, event, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from lms.base.db import Base
from lms.base.errors import Conflict
from lms.base.i18n_marks import N_
from lms.base.ids import new_uid
from lms.base.subjects import Subject
from lms.base.users import User
from question_bank.items import codec
from question_bank.items.domain import BankItem, ItemBody, ItemKey, ItemNotes, ItemState, ItemType, next_state
from question_bank.items.parameters import drawn


class Bank(Base):
    """Where the questions of a subject live; `owner_id` is empty for the school's own bank of the subject."""

    __tablename__ = "bank"
    __table_args__ = (
        UniqueConstraint("subject_id", "owner_id"),
        Index(  # to a unique constraint two empty owners are two owners
            "uq_bank_school",
            "subject_id",
            unique=True,
            sqlite_where=text("owner_id IS NULL"),
            postgresql_where=text("owner_id IS NULL"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    uid: Mapped[str] = mapped_column(String(36), unique=True, default=new_uid)
    school_id: Mapped[int] = mapped_column(ForeignKey("school.id"))
    subject_id: Mapped[int] = mapped_column(ForeignKey("subject.id"))
    owner_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"))

    subject: Mapped[Subject] = relationship(lazy="joined")


class Item(Base):
    """A question through all its versions."""

    __tablename__ = "item"
    __table_args__ = (
        Index("ix_item_origin", "school_id", "subject_id", "origin_hash"),
        Index("ix_item_external", "school_id", "subject_id", "external_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    uid: Mapped[str] = mapped_column(String(36), unique=True, default=new_uid)
    school_id: Mapped[int] = mapped_column(ForeignKey("school.id"))
    bank_id: Mapped[int] = mapped_column(ForeignKey("bank.id"))
    subject_id: Mapped[int] = mapped_column(ForeignKey("subject.id"))
    owner_id: Mapped[int] = mapped_column(ForeignKey("user_account.id"), index=True)
    origin_hash: Mapped[str] = mapped_column(String(64))  # codec.likeness of the first version: finds duplicates
    import_uid: Mapped[str] = mapped_column(String(36), default="", index=True)  # the import that brought it
    external_id: Mapped[str] = mapped_column(String(200), default="")  # what its source calls it by; not unique
    created_at: Mapped[datetime]

    subject: Mapped[Subject] = relationship(lazy="joined")
    owner: Mapped[User] = relationship(lazy="select")
    versions: Mapped[list[ItemVersion]] = relationship(
        back_populates="item", order_by="ItemVersion.number", cascade="all, delete-orphan"
    )


class ItemVersion(Base):
    """One state of a question's content, for ever, and where it stands on its way into use."""

    __tablename__ = "item_version"
    __table_args__ = (
        UniqueConstraint("item_id", "number"),
        Index("ix_item_version_facets", "school_id", "state", "subject_id", "grade", "type"),
        Index("ix_item_version_author", "author_id", "state"),
        Index("ix_item_version_taken_from", "school_id", "subject_id", "taken_from"),
        Index("ix_item_version_category", "school_id", "subject_id", "category"),
        Index("ix_item_version_year", "school_id", "subject_id", "year"),
        Index("ix_item_version_sha256", "school_id", "subject_id", "sha256"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    uid: Mapped[str] = mapped_column(String(36), unique=True, default=new_uid)
    school_id: Mapped[int] = mapped_column(ForeignKey("school.id"))
    item_id: Mapped[int] = mapped_column(ForeignKey("item.id"), index=True)
    subject_id: Mapped[int] = mapped_column(ForeignKey("subject.id"))
    author_id: Mapped[int] = mapped_column(ForeignKey("user_account.id"))
    number: Mapped[int]
    type: Mapped[str] = mapped_column(String(20))
    body_json: Mapped[str] = mapped_column(Text)
    key_json: Mapped[str] = mapped_column(Text)
    notes_json: Mapped[str] = mapped_column(Text)
    sha256: Mapped[str] = mapped_column(String(64))
    title: Mapped[str] = mapped_column(String(200), default="")
    search_text: Mapped[str] = mapped_column(Text)  # text.fold of everything that can be read in it
    level: Mapped[str] = mapped_column(String(10), default="")
    topic: Mapped[str] = mapped_column(String(200), default="")
    topic_key: Mapped[str] = mapped_column(String(200), default="", index=True)  # text.fold(topic)
    grade: Mapped[int | None]
    taken_from: Mapped[str] = mapped_column(String(200), default="")  # name of the book, paper or file
    year: Mapped[int | None]
    category: Mapped[str] = mapped_column(String(500), default="")  # path in its source: "Toán 8/Đa thức"
    any_textbook: Mapped[bool] = mapped_column(default=False)  # hangs on no series of textbooks
    points: Mapped[Fraction] = mapped_column(default=Fraction(1))
    state: Mapped[str] = mapped_column(String(20), default=ItemState.DRAFT)
    created_at: Mapped[datetime]
    submitted_at: Mapped[datetime | None]
    reviewed_by_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"))
    reviewed_at: Mapped[datetime | None]
    approved_by_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"))
    approved_at: Mapped[datetime | None]

    item: Mapped[Item] = relationship(back_populates="versions", lazy="joined", innerjoin=True)
    author: Mapped[User] = relationship(lazy="select", foreign_keys=[author_id])
    reviewed_by: Mapped[User | None] = relationship(lazy="select", foreign_keys=[reviewed_by_id])
    outcomes: Mapped[list[ItemOutcome]] = relationship(
        back_populates="version", lazy="selectin", order_by="ItemOutcome.outcome", cascade="all, delete-orphan"
    )
    labels: Mapped[list[ItemLabel]] = relationship(
        back_populates="version", lazy="select", order_by="ItemLabel.label_key", cascade="all, delete-orphan"
    )
    assets: Mapped[list[ItemAsset]] = relationship(lazy="select", cascade="all, delete-orphan")
    comments: Mapped[list[ReviewComment]] = relationship(
        back_populates="version", order_by="ReviewComment.id", cascade="all, delete-orphan"
    )

    @property
    def kind(self) -> ItemType:
        """The type of the question."""
        return ItemType(self.type)

    @property
    def body(self) -> ItemBody:
        """What pupils see."""
        return codec.decode_body(self.body_json)

    @property
    def key(self) -> ItemKey | None:
        """What is right."""
        return codec.decode_key(self.kind, self.key_json)

    @property
    def notes(self) -> ItemNotes:
        """What is shown after release."""
        return codec.decode_notes(self.notes_json)

    @property
    def owner_id(self) -> int:
        """Who began the question."""
        return self.item.owner_id

    @property
    def is_draft(self) -> bool:
        """Nobody but its author has seen it."""
        return self.state == ItemState.DRAFT

    @property
    def is_submitted(self) -> bool:
        """It waits for the subject head."""
        return self.state == ItemState.SUBMITTED

    @property
    def was_reviewed(self) -> bool:
        """A subject head has decided about it."""
        return not self.is_draft and self.reviewed_at is not None

    @property
    def is_approved(self) -> bool:
        """It may be used."""
        return self.state == ItemState.APPROVED

    def move(self, state: ItemState) -> None:
        """Go on to *state*.

        Raises:
            Conflict: no way leads there from where the version stands.
        """
        if state not in next_state(ItemState(self.state)):
            raise Conflict(N_("Câu hỏi này đã đổi trạng thái. Hãy tải lại trang để xem trạng thái mới."))
        self.state = state

    def to_value(self) -> BankItem:
        """Return the version as the rest of the product sees it: of a template, what its own uid draws."""
        body, key, notes = drawn(self.body, self.key, self.notes, self.uid)
        return BankItem(
            item_uid=self.item.uid,
            version_uid=self.uid,
            version_no=self.number,
            body=body,
            key=key,
            notes=notes,
            subject_id=self.subject_id,
            grade=self.grade,
            level=self.level,
            topic=self.topic,
            outcomes=tuple(aligned.outcome for aligned in self.outcomes),
            title=self.title,
            points=self.points,
            state=ItemState(self.state),
        )


class ItemOutcome(Base):
    """That a version asks for a requirement of the curriculum, by its uid or code."""

    __tablename__ = "item_outcome"
    version_id: Mapped[int] = mapped_column(ForeignKey("item_version.id"), primary_key=True)
    outcome: Mapped[str] = mapped_column(String(120), primary_key=True)
    school_id: Mapped[int] = mapped_column(ForeignKey("school.id"), index=True)

    version: Mapped[ItemVersion] = relationship(back_populates="outcomes")


class ItemLabel(Base):
    """A free word said about a version; two spellings of a word (`text.exact_key`) are one."""

    __tablename__ = "item_label"
    __table_args__ = (Index("ix_item_label_word", "school_id", "label_key", "version_id"),)

    version_id: Mapped[int] = mapped_column(ForeignKey("item_version.id"), primary_key=True)
    label_key: Mapped[str] = mapped_column(String(120), primary_key=True)
    school_id: Mapped[int] = mapped_column(ForeignKey("school.id"))
    label: Mapped[str] = mapped_column(String(120))

    version: Mapped[ItemVersion] = relationship(back_populates="labels")


class ItemAsset(Base):
    """A picture that a version shows; the bytes lie in the content store."""

    __tablename__ = "item_asset"
    version_id: Mapped[int] = mapped_column(ForeignKey("item_version.id"), primary_key=True)
    sha256: Mapped[str] = mapped_column(ForeignKey("blob.sha256"), primary_key=True, index=True)
    school_id: Mapped[int] = mapped_column(ForeignKey("school.id"))
    media_type: Mapped[str] = mapped_column(String(127))
    name: Mapped[str] = mapped_column(String(200), default="")


class ReviewComment(Base):
    """What the subject head or the author said about a version."""

    __tablename__ = "review_comment"
    id: Mapped[int] = mapped_column(primary_key=True)
    uid: Mapped[str] = mapped_column(String(36), unique=True, default=new_uid)
    school_id: Mapped[int] = mapped_column(ForeignKey("school.id"))
    version_id: Mapped[int] = mapped_column(ForeignKey("item_version.id"), index=True)
    author_id: Mapped[int] = mapped_column(ForeignKey("user_account.id"))
    text: Mapped[str] = mapped_column(Text)
    created_at: Mapped[datetime]

    version: Mapped[ItemVersion] = relationship(back_populates="comments")
    author: Mapped[User] = relationship(lazy="joined")


FIXED = ("item_id", "number", "author_id", "type", "body_json", "key_json", "notes_json", "sha256")
_CHANGED = " OR ".join(f"NEW.{column} IS DISTINCT FROM OLD.{column}" for column in FIXED)
FIXED_SQLITE = (
    f"CREATE TRIGGER item_version_fixed BEFORE UPDATE OF {', '.join(FIXED)} ON item_version "
    f"WHEN {_CHANGED.replace('IS DISTINCT FROM', 'IS NOT')} "
    "BEGIN SELECT RAISE(ABORT, 'the content of an item_version never changes'); END",
)
FIXED_POSTGRESQL = (
    "CREATE FUNCTION item_version_refuse() RETURNS trigger LANGUAGE plpgsql AS "
    "$$ BEGIN RAISE EXCEPTION 'the content of an item_version never changes'; END $$",
    f"CREATE TRIGGER item_version_fixed BEFORE UPDATE ON item_version FOR EACH ROW WHEN ({_CHANGED}) "
    "EXECUTE FUNCTION item_version_refuse()",
)
TRIGGERS: Mapping[str, tuple[str, ...]] = {"sqlite": FIXED_SQLITE, "postgresql": FIXED_POSTGRESQL}
for _dialect, _statements in TRIGGERS.items():
    for _statement in _statements:
        event.listen(
            ItemVersion.__table__,
            "after_create",
            DDL(_statement).execute_if(dialect=_dialect),  # type: ignore[no-untyped-call]  # SQLAlchemy's stub
        )
