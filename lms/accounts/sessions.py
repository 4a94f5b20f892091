"""Glue to Flask-Login: from the cookie's token to the person."""

from __future__ import annotations

from flask import Flask, g
from sqlalchemy.orm import Session

from lms.accounts import service
from lms.base import clock, db
from lms.base.permissions import Actor
from lms.base.users import User
from lms.base.web import logins


class CurrentUser:
    """A signed-in person as Flask-Login sees them."""

    is_active = is_authenticated = True
    is_anonymous = False

    def __init__(self, token: str, user: User) -> None:
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


def init_app(app: Flask) -> None:
    """Let Flask-Login find people by their session."""
    logins.user_loader(_load)


def _load(token: str) -> CurrentUser | None:
    with db.open_session(writes=False) as session:
        user = service.find_signed_in(session, token, at=clock.now())
        session.expunge_all()
    if user is None:
        return None
    g.language = user.language
    g.timezone = user.school.timezone
    return CurrentUser(token, user)
