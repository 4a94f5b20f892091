"""Accounts of pupils and colleagues: first passwords, closing and reopening."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from lms.accounts import service as accounts
from lms.accounts.passwords import FirstPassword
from lms.base import audit
from lms.base.errors import Conflict, Invalid, NotFound
from lms.base.i18n_marks import N_
from lms.base.permissions import Actor, Role
from lms.base.text import nfc
from lms.base.users import RoleGrant, User, get_user
from lms.permissions import Permission, require
from lms.school.domain import check_sign_in_name, check_title, suggest_sign_in_name
from lms.school.models import GroupMembership, SchoolClass
from lms.school.service.groups import get_group
from lms.school.service.reading import get_class, list_pupils, list_staff


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
    """Close or reopen an account; closing it ends every session and withdraws the tickets of running tests.

    Raises:
        NotFound: nobody of this school has that uid.
        Forbidden: the actor does not administer accounts, or it is their own.
    """
    user = get_user(session, actor.school_id, uid)
    require(actor, Permission.DISABLE_ACCOUNT, user)
    user.disabled_at = at if disabled else None
    accounts.shut_out(session, actor, user)
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


STAFF_ROLES = (Role.TEACHER, Role.LEADER, Role.LIBRARIAN, Role.ADMIN)


def add_colleague(
    session: Session,
    actor: Actor,
    *,
    full_name: str,
    roles: Collection[str],
    first: FirstPassword,
    sign_in_name: str = "",
    code: str = "",
    email: str = "",
    group_uid: str = "",
    at: datetime,
) -> User:
    """Make an account for a colleague with these roles and a first password.

    Without a *sign_in_name* one is made from the name.

    Raises:
        Forbidden: the actor does not administer accounts.
        NotFound: no such subject group.
        Invalid: no name, no role, a sign-in name that is taken, a code that somebody has.
    """
    require(actor, Permission.ADMINISTER_ACCOUNTS)
    name = check_title(full_name, "full_name", 120)
    granted = _staff_roles(roles)
    wanted = check_sign_in_name(sign_in_name) if sign_in_name.strip() else suggest_sign_in_name(name)
    free = accounts.free_sign_in_name(session, wanted)
    if sign_in_name.strip() and free != wanted:
        raise Invalid.at("sign_in_name", N_("Tên đăng nhập này đã có người dùng. Còn trống: %(free)s."), free=free)
    user = accounts.new_user(actor.school_id, free, name, granted, at=at, granted_by_id=actor.user_id)
    user.code = _free_code(session, actor, code)
    user.email = nfc(email).strip()[:200] or None
    session.add(user)
    session.flush()
    if group_uid:
        group = get_group(session, actor, group_uid)
        session.add(GroupMembership(school_id=actor.school_id, group_id=group.id, user_id=user.id))
    audit.record(session, actor, "account.created", user.uid, roles=sorted(granted))
    accounts.give_first_password(session, actor, user, first, at=at)
    return user


def may_administer_or_refuse(actor: Actor) -> None:
    """Go on only for those who administer accounts.

    Raises:
        Forbidden: the actor does not.
    """
    require(actor, Permission.ADMINISTER_ACCOUNTS)


def get_colleague(session: Session, actor: Actor, uid: str) -> User:
    """Find somebody on the staff.

    Raises:
        NotFound: nobody on the staff has that uid.
        Forbidden: the actor may not see the people of the school.
    """
    user = get_user(session, actor.school_id, uid)
    require(actor, Permission.SEE_PEOPLE, user)
    if not user.roles & set(STAFF_ROLES):
        raise NotFound
    return user


def set_roles(session: Session, actor: Actor, uid: str, roles: Collection[str], *, at: datetime) -> User:
    """Write which roles a colleague holds on the staff; being a parent stays as it is.

    Raises:
        NotFound: nobody of this school has that uid.
        Forbidden: the actor does not administer accounts, or it is their own.
        Conflict: the person is a pupil.
        Invalid: no role.
    """
    user = get_user(session, actor.school_id, uid)
    require(actor, Permission.DISABLE_ACCOUNT, user)
    if Role.PUPIL in user.roles:
        raise Conflict(N_("Học sinh không thể giữ vai trò của nhà trường."))
    wanted = _staff_roles(roles) | (user.roles & {Role.PARENT})
    for grant in [one for one in user.grants if one.role not in wanted]:
        user.grants.remove(grant)
    for role in sorted(wanted - user.roles):
        user.grants.append(RoleGrant(role=role, granted_by_id=actor.user_id, granted_at=at))
    session.flush()
    audit.record(session, actor, "account.roles_set", user.uid, roles=sorted(wanted))
    return user


def _staff_roles(roles: Collection[str]) -> frozenset[Role]:
    granted = frozenset(role for role in STAFF_ROLES if role.value in roles)
    if not granted:
        raise Invalid.at("roles", N_("Hãy chọn ít nhất một vai trò."))
    return granted


def _free_code(session: Session, actor: Actor, code: str) -> str | None:
    wanted = nfc(code).strip()[:40] or None
    if wanted and session.scalar(select(User.id).where(User.school_id == actor.school_id, User.code == wanted)):
        raise Invalid.at("code", N_("Mã này đã có người mang."))
    return wanted


def count_staff_without_password(session: Session, actor: Actor) -> int:
    """Say how many first passwords `staff_cards` needs.

    Raises:
        Forbidden: the actor does not administer accounts.
    """
    return len(_staff_without_password(session, actor))


def staff_cards(session: Session, actor: Actor, drawn: Sequence[FirstPassword], *, at: datetime) -> list[Card]:
    """Give the drawn first passwords to colleagues who have none yet; the cards are shown once.

    Raises:
        Forbidden: the actor does not administer accounts.
    """
    cards = []
    for person, first in zip(_staff_without_password(session, actor), drawn, strict=False):
        accounts.give_first_password(session, actor, person, first, at=at)
        cards.append(Card(person.full_name, person.sign_in_name, first.text))
    return cards


def _staff_without_password(session: Session, actor: Actor) -> list[User]:
    require(actor, Permission.ADMINISTER_ACCOUNTS)
    staff = list_staff(session, actor)
    return [one for one in staff if one.password_hash is None and one.disabled_at is None]
