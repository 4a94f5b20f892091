"""Signing in and out, passwords, and loading the facts about who acts."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from datetime import datetime, timedelta

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from lms.accounts.domain import password_problems
from lms.accounts.models import SignInSession
from lms.accounts.passwords import FirstPassword, hash_password, verify_password
from lms.accounts.signed_in import Person, hash_token
from lms.base import audit
from lms.base.errors import Conflict, Invalid, NotFound
from lms.base.i18n_marks import N_
from lms.base.ids import new_uid
from lms.base.permissions import Actor, Role
from lms.base.text import collation_key, nfc
from lms.base.users import RoleGrant, School, User
from lms.permissions import EXAM_OR_GRADE_ROLES, Permission, require

FIRST_PASSWORD_DAYS = 14
ActorFacts = Callable[[Session, Person], Actor]
AfterShuttingOut = Callable[[Session, Actor, User], None]

_facts: list[ActorFacts] = []
_after_shutting_out: list[AfterShuttingOut] = []


def facts_from(loader: ActorFacts) -> None:
    """Let a feature above tell which classes, subjects and children a person has (`lms.school` does)."""
    _facts[:] = [loader]


def after_shutting_out(call: AfterShuttingOut) -> None:
    """Let a feature above end what it lets a person do without a session (`lms.quizzes` withdraws tickets)."""
    if call not in _after_shutting_out:
        _after_shutting_out.append(call)


def shut_out(session: Session, actor: Actor, user: User) -> None:
    """End whatever *user* has open in any browser: every session, and what features above gave out beside them.

    The caller has checked that the actor may do this to this person. Whoever may still sign in begins anew.
    """
    user.session_epoch += 1
    session.flush()
    for call in _after_shutting_out:
        call(session, actor, user)


def load_actor(session: Session, user: Person) -> Actor:
    """Gather what rules may ask about a person."""
    if _facts:
        return _facts[0](session, user)
    return Actor(user.id, user.school_id, user.uid, user.full_name, user.roles)


def check_password(session: Session, sign_in_name: str, password: str, *, at: datetime) -> int:
    """Return the id of the person whose name and password these are.

    Takes a reading session: hashing is slow on purpose, and nobody may wait at the writers' gate for it.

    Raises:
        Invalid: no such person, wrong password, a disabled account or an expired first password; all but the last
            say the same words.
    """
    user = session.scalar(select(User).where(User.sign_in_name == nfc(sign_in_name).strip().lower()))
    right = verify_password(password, user.password_hash if user else None)
    if user is None or not right or user.disabled_at is not None:
        raise Invalid.at("", N_("Tên đăng nhập hoặc mật khẩu chưa đúng. Hãy kiểm tra phím Caps Lock và thử lại."))
    if user.must_change_password and user.first_password_until is not None and user.first_password_until < at:
        raise Invalid.at("", N_("Mật khẩu lần đầu đã hết hạn. Hãy nhờ giáo viên hoặc nhà trường cấp lại."))
    return user.id


def begin_session(session: Session, user_id: int, *, device: str, hours: int, at: datetime) -> tuple[str, User]:
    """Open a session for the person whose password was checked; returns its token and the person."""
    user = session.get_one(User, user_id)
    token = secrets.token_urlsafe(32)
    session.add(
        SignInSession(
            school_id=user.school_id,
            user_id=user.id,
            token_hash=hash_token(token),
            device=device[:120],
            epoch=user.session_epoch,
            created_at=at,
            expires_at=at + timedelta(hours=hours),
        )
    )
    audit.record(session, Actor(user.id, user.school_id), "account.signed_in", user.uid)
    return token, user


def end_session(session: Session, actor: Actor, token: str, *, at: datetime) -> None:
    """Sign out of this browser; the token is worth nothing from now on."""
    session.execute(
        update(SignInSession)
        .where(SignInSession.token_hash == hash_token(token), SignInSession.user_id == actor.user_id)
        .values(ended_at=at)
    )
    audit.record(session, actor, "account.signed_out", actor.uid)


def end_all_sessions(session: Session, actor: Actor) -> None:
    """Sign out everywhere, this browser included."""
    shut_out(session, actor, session.get_one(User, actor.user_id))
    audit.record(session, actor, "account.signed_out_everywhere", actor.uid)


def get_own_account(session: Session, actor: Actor) -> User:
    """The actor's own row."""
    return session.get_one(User, actor.user_id)


def list_sessions(session: Session, actor: Actor, *, at: datetime) -> list[SignInSession]:
    """List the browsers in which the actor is signed in, newest first."""
    return list(
        session.scalars(
            select(SignInSession)
            .where(
                SignInSession.user_id == actor.user_id,
                SignInSession.ended_at.is_(None),
                SignInSession.expires_at > at,
                SignInSession.epoch == select(User.session_epoch).where(User.id == actor.user_id).scalar_subquery(),
            )
            .order_by(SignInSession.id.desc())
        )
    )


def check_new_password(session: Session, actor: Actor, current: str, new: str) -> str:
    """Return the hash of the password that the actor wants to have from now on.

    Takes a reading session: hashing is slow on purpose, and nobody may wait at the writers' gate for it.

    Raises:
        Invalid: the current password is wrong, or the new one cannot be taken.
    """
    user = session.get_one(User, actor.user_id)
    if not verify_password(current, user.password_hash):
        raise Invalid.at("current", N_("Mật khẩu hiện tại chưa đúng."))
    problems = password_problems(new, user.sign_in_name, user.full_name)
    if problems:
        raise Invalid({"new": problems})
    if new == current:
        raise Invalid.at("new", N_("Mật khẩu mới phải khác mật khẩu hiện tại."))
    return hash_password(new)


def change_password(session: Session, actor: Actor, password_hash: str, *, token: str, at: datetime) -> None:
    """Set the actor's own password (`check_new_password` gave its hash) and sign out every other browser."""
    user = session.get_one(User, actor.user_id)
    user.password_hash = password_hash
    user.must_change_password = False
    user.first_password_until = None
    user.password_asked_at = user.password_asked_by_id = None
    if user.school.led_since is None and Role.LEADER in user.roles and Role.ADMIN not in user.roles:
        user.school.led_since = at
        audit.record(session, actor, "school.led", user.school.uid)
    session.execute(
        update(SignInSession)
        .where(SignInSession.user_id == user.id, SignInSession.token_hash != hash_token(token))
        .values(ended_at=at)
    )
    audit.record(session, actor, "account.password_changed", user.uid)


def give_first_password(session: Session, actor: Actor, user: User, first: FirstPassword, *, at: datetime) -> None:
    """Let *user* in with a new first password, and nowhere with the old one.

    The caller has checked that the actor may do this to this person. That no administrator sees a password of those
    with exam or grade rights is checked here, whatever way led here.

    Raises:
        Forbidden: the person has exam or grade rights, and the actor is none who hands out their passwords.
    """
    if user.roles & EXAM_OR_GRADE_ROLES:
        require(actor, Permission.HAND_OUT_PASSWORD, user)
    _let_in(session, actor, user, first, at)


def _let_in(session: Session, actor: Actor, user: User, first: FirstPassword, at: datetime) -> None:
    user.password_hash = first.hashed
    user.must_change_password = True
    user.first_password_until = at + timedelta(days=FIRST_PASSWORD_DAYS)
    user.password_asked_at = user.password_asked_by_id = None
    shut_out(session, actor, user)
    audit.record(session, actor, "account.password_reset", user.uid)


def ask_password(session: Session, actor: Actor, user: User, *, at: datetime) -> None:
    """Note that *user* needs a first password, which another person hands out; one they have is good until then.

    The caller has checked that the actor may do this.
    """
    user.password_asked_at, user.password_asked_by_id = at, actor.user_id
    audit.record(session, actor, "account.password_asked", user.uid)


def void_password(session: Session, actor: Actor, user: User, *, at: datetime) -> None:
    """Let *user* in nowhere any more until a first password is handed out.

    The caller has checked that the actor may do this.
    """
    user.password_hash = None
    user.must_change_password = True
    user.first_password_until = None
    shut_out(session, actor, user)
    audit.record(session, actor, "account.password_voided", user.uid)
    ask_password(session, actor, user, at=at)


def new_user(
    school_id: int,
    sign_in_name: str,
    full_name: str,
    roles: frozenset[Role],
    *,
    at: datetime,
    password_hash: str | None = None,
    granted_by_id: int | None = None,
) -> User:
    """Make a person with roles; the caller adds them to the session."""
    full_name = " ".join(nfc(full_name).split())
    user = User(
        uid=new_uid(),
        school_id=school_id,
        sign_in_name=sign_in_name.strip().lower(),
        full_name=full_name,
        sort_name=collation_key(full_name),
        password_hash=password_hash,
        created_at=at,
    )
    user.grants = [RoleGrant(role=role, granted_by_id=granted_by_id, granted_at=at) for role in sorted(roles)]
    return user


def let_in_at_the_server(
    session: Session,
    school: School,
    role: Role,
    sign_in_name: str,
    full_name: str,
    first: FirstPassword,
    *,
    at: datetime,
) -> User:
    """Give the person of this sign-in name a role (administrator or leader) and a first password; made where unknown.

    For the command line: whoever may run it holds the database anyway.

    Raises:
        Conflict: the name belongs to another school, or to a pupil.
    """
    name = sign_in_name.strip().lower()
    user = session.scalar(select(User).where(User.sign_in_name == name))
    if user is None:
        user = new_user(school.id, name, full_name, frozenset({role}), at=at)
        session.add(user)
    elif user.school_id != school.id or Role.PUPIL in user.roles:
        raise Conflict(N_("Tên đăng nhập này đã có người dùng."))
    elif role not in user.roles:
        user.grants.append(RoleGrant(role=role, granted_at=at))
    user.disabled_at = None
    session.flush()
    actor = Actor(user.id, school.id)
    audit.record(session, actor, "account.admin_made" if role is Role.ADMIN else "account.leader_made", user.uid)
    _let_in(session, actor, user, first, at)
    return user


def choose_language(session: Session, actor: Actor, language: str) -> None:
    """Keep the language in which the actor reads."""
    session.execute(update(User).where(User.id == actor.user_id).values(language=language))


def must_be_empty(session: Session) -> None:
    """Go on only on an installation without a school.

    Raises:
        NotFound: a school exists, so the set-up page does not.
    """
    if is_set_up(session):
        raise NotFound


def is_set_up(session: Session) -> bool:
    """Say whether this installation has a school yet."""
    return session.scalar(select(School.id).limit(1)) is not None


def check_first_account(sign_in_name: str, full_name: str, password: str) -> str:
    """Return the hash of the password for a first administrator, who chooses it; needs no transaction.

    Raises:
        Invalid: the password cannot be taken.
    """
    problems = password_problems(password, sign_in_name, full_name)
    if problems:
        raise Invalid({"password": problems})
    return hash_password(password)


def free_sign_in_name(session: Session, wanted: str) -> str:
    """Return *wanted*, or with a number behind it where somebody has that name already."""
    stem = wanted[:70]
    taken = set(session.scalars(select(User.sign_in_name).where(User.sign_in_name.startswith(stem, autoescape=True))))
    name, number = stem, 1
    while name in taken:
        number += 1
        name = f"{stem}{number}"
    return name
