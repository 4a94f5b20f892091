"""Accounts of colleagues: making one, its roles, closing and reopening; `passwords` lets people in."""

from __future__ import annotations

from collections.abc import Collection
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
from lms.permissions import EXAM_OR_GRADE_ROLES, Permission, allows, require
from lms.school.domain import check_sign_in_name, check_title, suggest_sign_in_name
from lms.school.models import GroupMembership
from lms.school.service.groups import get_group


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
    """Make an account for a colleague with these roles, and give it a first password where the actor may.

    One with exam or grade rights waits for a leader to hand the password out. Without a *sign_in_name* one is made
    from the name.

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
    if allows(actor, Permission.HAND_OUT_PASSWORD, user):
        accounts.give_first_password(session, actor, user, first, at=at)
    else:
        user.must_change_password = True
        accounts.ask_password(session, actor, user, at=at)
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

    Whoever had no exam or grade rights until now gets them with a new first password, handed out by a leader: the old
    one may be known to the administrator.

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
    gains_rights = bool(wanted & EXAM_OR_GRADE_ROLES) and not user.roles & EXAM_OR_GRADE_ROLES
    for grant in [one for one in user.grants if one.role not in wanted]:
        user.grants.remove(grant)
    for role in sorted(wanted - user.roles):
        user.grants.append(RoleGrant(role=role, granted_by_id=actor.user_id, granted_at=at))
    session.flush()
    audit.record(session, actor, "account.roles_set", user.uid, roles=sorted(wanted))
    if gains_rights:
        accounts.void_password(session, actor, user, at=at)
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
