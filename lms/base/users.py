"""Schools, people and their roles: the tables that all three packages refer to.

Flows (signing in, inviting, importing) live in `lms.accounts` and `lms.school`; only the tables and reads by
identity live here.
"""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import ForeignKey, String, UniqueConstraint, select
from sqlalchemy.orm import Mapped, Session, mapped_column, relationship

from lms.base.db import Base
from lms.base.errors import NotFound
from lms.base.ids import new_uid
from lms.base.permissions import Role


class School(Base):
    """A school: the tenant that every other row belongs to."""

    __tablename__ = "school"
    id: Mapped[int] = mapped_column(primary_key=True)
    uid: Mapped[str] = mapped_column(String(36), unique=True, default=new_uid)
    code: Mapped[str] = mapped_column(String(40), unique=True)
    name: Mapped[str] = mapped_column(String(200))
    level: Mapped[str] = mapped_column(String(20), default="lower_secondary")
    timezone: Mapped[str] = mapped_column(String(40), default="Asia/Ho_Chi_Minh")
    led_since: Mapped[datetime | None]  # its first leader chose a password; never taken back
    created_at: Mapped[datetime]


class User(Base):
    """A person with an account. Identity fields that came from a roster are read-only here (`source`)."""

    __tablename__ = "user_account"
    __table_args__ = (UniqueConstraint("school_id", "code"), UniqueConstraint("school_id", "ministry_id"))

    id: Mapped[int] = mapped_column(primary_key=True)
    uid: Mapped[str] = mapped_column(String(36), unique=True, default=new_uid)
    school_id: Mapped[int] = mapped_column(ForeignKey("school.id"), index=True)
    sign_in_name: Mapped[str] = mapped_column(String(80), unique=True)  # folded, lower case, unique in the installation
    code: Mapped[str | None] = mapped_column(String(40))  # the school's own code (mã học sinh, mã giáo viên)
    ministry_id: Mapped[str | None] = mapped_column(String(20))  # mã định danh Bộ GD&ĐT
    full_name: Mapped[str] = mapped_column(String(120))
    sort_name: Mapped[str] = mapped_column(String(240), index=True)  # text.collation_key(full_name)
    gender: Mapped[str | None] = mapped_column(String(10))  # "female", "male"
    born_on: Mapped[date | None]
    email: Mapped[str | None] = mapped_column(String(200))
    phone: Mapped[str | None] = mapped_column(String(30))
    source: Mapped[str] = mapped_column(String(20), default="typed")  # "roster": identity is read-only
    password_hash: Mapped[str | None] = mapped_column(String(200))
    must_change_password: Mapped[bool] = mapped_column(default=False)
    first_password_until: Mapped[datetime | None]  # a first password is worth nothing after this
    password_asked_at: Mapped[datetime | None]  # somebody asked for a new one; the old one is good until it is there
    password_asked_by_id: Mapped[int | None]  # no foreign key: it says who, no more
    session_epoch: Mapped[int] = mapped_column(default=0)  # raising it ends every open session
    language: Mapped[str] = mapped_column(String(5), default="vi")
    disabled_at: Mapped[datetime | None]
    created_at: Mapped[datetime]

    school: Mapped[School] = relationship(lazy="joined", innerjoin=True)
    grants: Mapped[list[RoleGrant]] = relationship(
        back_populates="user", lazy="selectin", cascade="all, delete-orphan", foreign_keys="RoleGrant.user_id"
    )

    @property
    def roles(self) -> frozenset[Role]:
        """The roles that the person holds today."""
        return frozenset(Role(grant.role) for grant in self.grants)

    @property
    def waits_for_password(self) -> bool:
        """Whether a first password is to be handed out: there is none yet, or a new one was asked for."""
        return self.password_hash is None or self.password_asked_at is not None


class RoleGrant(Base):
    """That a person holds a role, and who said so."""

    __tablename__ = "role_grant"
    __table_args__ = (UniqueConstraint("user_id", "role"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("user_account.id"))
    role: Mapped[str] = mapped_column(String(20))
    granted_by_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"))
    granted_at: Mapped[datetime]

    user: Mapped[User] = relationship(back_populates="grants", foreign_keys=[user_id])


def get_user(session: Session, school_id: int, uid: str) -> User:
    """Find a person of the school.

    Raises:
        NotFound: nobody of this school has that uid.
    """
    user = session.scalar(select(User).where(User.uid == uid, User.school_id == school_id))
    if user is None:
        raise NotFound
    return user
