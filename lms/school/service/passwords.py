"""First passwords: a teacher's for pupils, an administrator's for colleagues, a leader's for those who teach or lead.

Who makes an account with exam or grade rights is never who sees its password (docs/decisions/0034).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from lms.accounts import service as accounts
from lms.accounts.passwords import FirstPassword
from lms.base import audit
from lms.base.errors import Conflict, NotFound
from lms.base.i18n_marks import N_
from lms.base.permissions import Actor, Role
from lms.base.users import User, get_user
from lms.permissions import EXAM_OR_GRADE_ROLES, Permission, allows, require
from lms.school.models import SchoolClass
from lms.school.service.people import STAFF_ROLES
from lms.school.service.reading import get_class, list_pupils, list_staff


@dataclass(frozen=True, slots=True)
class Card:
    """A person's first way in, printed once."""

    full_name: str
    sign_in_name: str
    password: str


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


@dataclass(frozen=True, slots=True)
class Colleague:
    """Somebody on the staff, and what the reader may do about their password."""

    user: User
    may_hand_out: bool  # now, by themselves
    may_ask: bool  # for a leader to hand one out
    asked_by: str  # the name, "" when nobody asked

    @property
    def may_decline(self) -> bool:
        """Whether a request may be dropped: there is a password that goes on being good."""
        return self.may_hand_out and self.user.password_hash is not None and self.user.password_asked_at is not None


def list_colleagues(session: Session, actor: Actor) -> list[Colleague]:
    """List the staff by name, those first to whom the actor hands out a password that they wait for.

    Raises:
        Forbidden: the actor may not see the people of the school.
    """
    staff = list_staff(session, actor)
    names = {one.id: one.full_name for one in staff}
    colleagues = [
        Colleague(
            one,
            may_hand_out=_may_hand_out_now(actor, one),
            may_ask=allows(actor, Permission.ADMINISTER_ACCOUNTS, one)
            and one.id != actor.user_id
            and _is_guarded(one)
            and not one.waits_for_password,
            asked_by=names.get(one.password_asked_by_id or 0, ""),
        )
        for one in staff
    ]
    return sorted(colleagues, key=lambda one: not (one.may_hand_out and one.user.waits_for_password))


def _is_guarded(user: User) -> bool:
    return bool(user.roles & EXAM_OR_GRADE_ROLES)


def _may_hand_out_now(actor: Actor, user: User) -> bool:
    """Nobody alone changes the password of somebody with exam or grade rights: it must have been asked for."""
    return allows(actor, Permission.HAND_OUT_PASSWORD, user) and (user.waits_for_password or not _is_guarded(user))


def ask_password(session: Session, actor: Actor, uid: str, *, at: datetime) -> User:
    """Ask for a first password for a colleague with exam or grade rights who forgot theirs; a leader hands it out.

    Raises:
        NotFound: nobody of this school has that uid.
        Forbidden: the actor does not administer accounts.
        Conflict: the actor hands out this person's passwords.
    """
    user = get_user(session, actor.school_id, uid)
    require(actor, Permission.ADMINISTER_ACCOUNTS, user)
    if not _is_guarded(user):
        raise Conflict(N_("Mật khẩu của người này bạn tự cấp được."))
    if not user.waits_for_password:
        accounts.ask_password(session, actor, user, at=at)
    return user


def decline_password(session: Session, actor: Actor, uid: str) -> User:
    """Drop the request for a new first password; the person goes on with the one they have.

    Raises:
        NotFound: nobody of this school has that uid.
        Forbidden: the actor does not hand out this person's passwords.
        Conflict: nobody asked, or there is no password to go on with.
    """
    user = get_user(session, actor.school_id, uid)
    require(actor, Permission.HAND_OUT_PASSWORD, user)
    if user.password_asked_at is None or user.password_hash is None:
        raise Conflict(N_("Không có đề nghị cấp mật khẩu nào để bỏ."))
    user.password_asked_at = user.password_asked_by_id = None
    audit.record(session, actor, "account.password_declined", user.uid)
    return user


def hand_out_password(session: Session, actor: Actor, uid: str, first: FirstPassword, *, at: datetime) -> User:
    """Give a colleague a new first password, shown once to whoever hands it over.

    Raises:
        NotFound: nobody of this school has that uid.
        Forbidden: the actor does not hand out this person's passwords.
        Conflict: the person has exam or grade rights, and no administrator asked for a password.
    """
    user = get_user(session, actor.school_id, uid)
    require(actor, Permission.HAND_OUT_PASSWORD, user)
    if not _may_hand_out_now(actor, user):
        raise Conflict(N_("Chưa ai xin cấp lại mật khẩu cho người này. Hãy nhờ cán bộ quản trị xin trước."))
    accounts.give_first_password(session, actor, user, first, at=at)
    return user


def list_waiting(session: Session, actor: Actor) -> list[User]:
    """List the colleagues who wait for a first password that the actor may hand out; nobody for most people."""
    if not (actor.is_admin or actor.is_leader):
        return []
    waiting = session.scalars(
        select(User)
        .where(
            User.school_id == actor.school_id,
            User.disabled_at.is_(None),
            or_(User.password_hash.is_(None), User.password_asked_at.is_not(None)),
            User.grants.any(),
            ~User.grants.any(role=Role.PUPIL.value),
        )
        .order_by(User.sort_name, User.id)
    )
    return [one for one in waiting if one.roles & set(STAFF_ROLES) and allows(actor, Permission.HAND_OUT_PASSWORD, one)]


def count_waiting(session: Session, actor: Actor) -> int:
    """Say how many first passwords `staff_cards` needs.

    Raises:
        Forbidden: the actor may not see the people of the school.
    """
    require(actor, Permission.SEE_PEOPLE)
    return len(list_waiting(session, actor))


def staff_cards(session: Session, actor: Actor, drawn: Sequence[FirstPassword], *, at: datetime) -> list[Card]:
    """Give the drawn first passwords to the colleagues of `list_waiting`; the cards are shown once.

    Raises:
        Forbidden: the actor may not see the people of the school.
    """
    require(actor, Permission.SEE_PEOPLE)
    cards = []
    for person, first in zip(list_waiting(session, actor), drawn, strict=False):
        accounts.give_first_password(session, actor, person, first, at=at)
        cards.append(Card(person.full_name, person.sign_in_name, first.text))
    return cards
