"""From the token of a session to the person behind it: the first question of nearly every request, so one statement.

Nothing is kept between requests: who signs out, is disabled or signed out everywhere is outside at the next request.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from sqlalchemy import bindparam, func, select
from sqlalchemy.orm import Session

from lms.accounts.models import SignInSession
from lms.base.db import UtcDateTime
from lms.base.permissions import Role
from lms.base.users import RoleGrant, School, User


class Person(Protocol):
    """Somebody with an account, as far as rules ask: a row of the table or a `SignedIn`."""

    @property
    def id(self) -> int: ...
    @property
    def school_id(self) -> int: ...
    @property
    def uid(self) -> str: ...
    @property
    def full_name(self) -> str: ...
    @property
    def roles(self) -> frozenset[Role]: ...
    @property
    def must_change_password(self) -> bool: ...


@dataclass(frozen=True, slots=True)
class SignedIn:
    """The person behind a session, with what every page needs of them and their school."""

    id: int
    school_id: int
    uid: str
    full_name: str
    roles: frozenset[Role]
    must_change_password: bool
    language: str
    timezone: str
    school: str


_user, _school, _session, _grant = (model.__table__.c for model in (User, School, SignInSession, RoleGrant))
_roles = (
    select(func.aggregate_strings(_grant.role, ","))
    .where(_grant.user_id == _user.id)
    .correlate(User.__table__)
    .scalar_subquery()
)
_BEHIND = (
    select(
        _user.id,
        _user.school_id,
        _user.uid,
        _user.full_name,
        _roles.label("roles"),
        _user.must_change_password,
        _user.language,
        _school.timezone,
        _school.name.label("school"),
    )
    .join_from(SignInSession.__table__, User.__table__, _user.id == _session.user_id)
    .join(School.__table__, _school.id == _user.school_id)
    .where(
        _session.token_hash == bindparam("token_hash"),
        _session.ended_at.is_(None),
        _session.expires_at > bindparam("at", type_=UtcDateTime()),
        _session.epoch == _user.session_epoch,
        _user.disabled_at.is_(None),
    )
)


def hash_token(token: str) -> str:
    """What the database keeps of a token."""
    return hashlib.sha256(token.encode()).hexdigest()


def find_signed_in(session: Session, token: str, *, at: datetime) -> SignedIn | None:
    """Find the person behind a session token; None when the session ended, expired or the account is disabled."""
    found = session.execute(_BEHIND, {"token_hash": hash_token(token), "at": at}).one_or_none()
    if found is None:
        return None
    roles = frozenset(map(Role, found.roles.split(","))) if found.roles else frozenset()
    return SignedIn(**{**found._mapping, "roles": roles})
