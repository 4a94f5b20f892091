"""Accounts of pupils and colleagues: first passwords, closing and reopening."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from lms.accounts import service as accounts
from lms.accounts.passwords import FirstPassword
from lms.base import audit
from lms.base.errors import NotFound
from lms.base.permissions import Actor
from lms.base.users import User, get_user
from lms.permissions import Permission, require
from lms.school.models import SchoolClass
from lms.school.service.reading import get_class, list_pupils


def reset_pupil_password(
    session: Session, actor: Actor, class_uid: str, pupil_uid: str, first: FirstPassword, *, at: datetime
) -> User:
    """Give a pupil of the actor's class a new first password, shown once.

    Raises:
        NotFound: no such class, or the pupil is not in it.
        Forbidden: the actor does not teach this class.
    """
    found = get_class(session, actor, class_uid)
    require(actor, Permission.RESET_PUPIL_PASSWORD, found)
    pupil = get_user(session, actor.school_id, pupil_uid)
    if pupil.id not in {one.id for one in list_pupils(session, found.id)}:
        raise NotFound
    accounts.give_first_password(session, actor, pupil, first, at=at)
    return pupil


def reset_staff_password(session: Session, actor: Actor, uid: str, first: FirstPassword, *, at: datetime) -> User:
    """Give a colleague a new first password; for the administrator.

    Raises:
        NotFound: nobody of this school has that uid.
        Forbidden: the actor does not administer accounts.
    """
    user = get_user(session, actor.school_id, uid)
    require(actor, Permission.ADMINISTER_ACCOUNTS, user)
    accounts.give_first_password(session, actor, user, first, at=at)
    return user


def set_disabled(session: Session, actor: Actor, uid: str, *, disabled: bool, at: datetime) -> User:
    """Close or reopen an account; closing it ends every session.

    Raises:
        NotFound: nobody of this school has that uid.
        Forbidden: the actor does not administer accounts, or it is their own.
    """
    user = get_user(session, actor.school_id, uid)
    require(actor, Permission.DISABLE_ACCOUNT, user)
    user.disabled_at = at if disabled else None
    user.session_epoch += 1
    audit.record(session, actor, "account.disabled" if disabled else "account.enabled", user.uid)
    return user


@dataclass(frozen=True, slots=True)
class Card:
    """A person's first way in, printed once."""

    full_name: str
    sign_in_name: str
    password: str


def count_without_password(session: Session, actor: Actor, class_uid: str) -> int:
    """Say how many pupils of a class have no password yet: as many are to be drawn before `class_cards`.

    Raises:
        NotFound: no such class.
        Forbidden: the actor may not give passwords to this class.
    """
    return len(_without_password(session, actor, class_uid)[1])


def class_cards(
    session: Session, actor: Actor, class_uid: str, drawn: Sequence[FirstPassword], *, at: datetime
) -> tuple[SchoolClass, list[Card]]:
    """Give the drawn first passwords to the pupils of a class who have none yet; the cards are shown once.

    Raises:
        NotFound: no such class.
        Forbidden: the actor may not give passwords to this class.
    """
    found, pupils = _without_password(session, actor, class_uid)
    cards = []
    for pupil, first in zip(pupils, drawn, strict=False):  # who came in between gets a card the next time
        accounts.give_first_password(session, actor, pupil, first, at=at)
        cards.append(Card(pupil.full_name, pupil.sign_in_name, first.text))
    return found, cards


def _without_password(session: Session, actor: Actor, class_uid: str) -> tuple[SchoolClass, list[User]]:
    found = get_class(session, actor, class_uid)
    require(actor, Permission.RESET_PUPIL_PASSWORD, found)
    return found, [pupil for pupil in list_pupils(session, found.id) if pupil.password_hash is None]
