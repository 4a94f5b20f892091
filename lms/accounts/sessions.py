"""Glue to Flask-Login: from the cookie's token to the person."""

from __future__ import annotations

from flask import Flask, g
from sqlalchemy.orm import Session

from lms.accounts import service
from lms.accounts.signed_in import Person, find_signed_in
from lms.base import clock
from lms.base.permissions import Actor
from lms.base.web import logins, reading_session


class CurrentUser:
    """A signed-in person as Flask-Login sees them."""

    is_active = is_authenticated = True
    is_anonymous = False

    def __init__(self, token: str, user: Person) -> None:
        self.token = token
        self.user = user

    def get_id(self) -> str:
        """The token, which the signed cookie carries."""
        return self.token

    @property
    def must_change_password(self) -> bool:
        return self.user.must_change_password

    def actor(self, session: Session) -> Actor:
        """The person as the verbs see them."""
        return service.load_actor(session, self.user)

    def oneself(self) -> Actor:
        """The person with roles, without what the school knows of them."""
        return Actor(self.user.id, self.user.school_id, self.user.uid, self.user.full_name, self.user.roles)


def init_app(app: Flask) -> None:
    """Let Flask-Login find people by their session."""
    logins.user_loader(_load)


def _load(token: str) -> CurrentUser | None:
    with reading_session() as session:
        found = find_signed_in(session, token, at=clock.now())
    if found is None:
        return None
    g.language = found.language
    g.timezone = found.timezone
    g.school_name = found.school
    return CurrentUser(token, found)
