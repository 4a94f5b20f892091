"""Parents and their children: links that the school confirms, and accounts for parents."""

from __future__ import annotations

from collections.abc import Sequence
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
from lms.base.text import collation_key, nfc
from lms.base.users import RoleGrant, User, get_user
from lms.permissions import EXAM_OR_GRADE_ROLES, Permission, require
from lms.school.domain import check_title, suggest_sign_in_name
from lms.school.models import Guardianship, SchoolClass
from lms.school.service.passwords import Card
from lms.school.service.reading import get_class, list_pupils


@dataclass(frozen=True, slots=True)
class Family:
    """A pupil with the parents that are linked, confirmed or not."""

    child: User
    parents: list[tuple[User, Guardianship]]

    @property
    def needs_card(self) -> bool:
        """Whether a confirmed parent has no password yet."""
        return any(
            link.confirmed_at is not None and parent.password_hash is None and _gets_card(parent)
            for parent, link in self.parents
        )


def _gets_card(parent: User) -> bool:
    """A parent who is a colleague, too, gets the password by that way."""
    return not parent.roles & EXAM_OR_GRADE_ROLES


def list_families(session: Session, actor: Actor, class_uid: str) -> tuple[SchoolClass, list[Family]]:
    """List the pupils of a class with their parents.

    Raises:
        NotFound: no such class.
        Forbidden: the actor may not see parents.
    """
    found = get_class(session, actor, class_uid)
    require(actor, Permission.SEE_CONTACTS, found)
    pupils = list_pupils(session, found.id)
    parents: dict[int, list[tuple[User, Guardianship]]] = {}
    for user, link in session.execute(
        select(User, Guardianship)
        .join(Guardianship, Guardianship.parent_id == User.id)
        .where(Guardianship.child_id.in_([pupil.id for pupil in pupils]))
        .order_by(Guardianship.id)
    ):
        parents.setdefault(link.child_id, []).append((user, link))
    return found, [Family(pupil, parents.get(pupil.id, [])) for pupil in pupils]


def get_family(session: Session, actor: Actor, class_uid: str, child_uid: str) -> tuple[SchoolClass, Family]:
    """A pupil of a class with the parents.

    Raises:
        NotFound: no such class, or the pupil is not in it.
        Forbidden: the actor may not see parents.
    """
    found, families = list_families(session, actor, class_uid)
    for family in families:
        if family.child.uid == child_uid:
            return found, family
    raise NotFound


def add_parent(
    session: Session,
    actor: Actor,
    class_uid: str,
    child_uid: str,
    *,
    full_name: str,
    phone: str,
    first: FirstPassword,
    at: datetime,
) -> User:
    """Make an account for a parent of a pupil, confirmed, with a first password.

    Raises:
        NotFound: no such pupil in the class.
        Forbidden: the actor does not arrange the school.
        Invalid: no name.
    """
    child = _child(session, actor, class_uid, child_uid)
    parent = new_parent(session, actor, check_title(full_name, "full_name", 120), phone, at=at)
    session.add(_link(actor, parent, child, at))
    accounts.give_first_password(session, actor, parent, first, at=at)
    audit.record(session, actor, "parent.linked", child.uid, parent=parent.uid)
    return parent


def new_parent(session: Session, actor: Actor, full_name: str, phone: str, *, at: datetime) -> User:
    """Make a parent's account without a password; the caller has checked the right to."""
    stem = "ph." + ("".join(letter for letter in phone if letter.isdigit()) or suggest_sign_in_name(full_name))
    parent = accounts.new_user(
        actor.school_id,
        accounts.free_sign_in_name(session, stem),
        full_name,
        frozenset({Role.PARENT}),
        at=at,
        granted_by_id=actor.user_id,
    )
    parent.phone = nfc(phone).strip()[:30] or None
    parent.must_change_password = True
    session.add(parent)
    session.flush()
    return parent


def link_parent(
    session: Session, actor: Actor, class_uid: str, child_uid: str, sign_in_name: str, *, at: datetime
) -> User:
    """Link a person who has an account (another child's parent, a colleague) to a pupil, confirmed.

    Raises:
        NotFound: no such pupil in the class.
        Forbidden: the actor does not arrange the school.
        Invalid: nobody signs in by that name, or a pupil does.
        Conflict: they are linked already.
    """
    child = _child(session, actor, class_uid, child_uid)
    parent = session.scalar(
        select(User).where(User.school_id == actor.school_id, User.sign_in_name == sign_in_name.strip().lower())
    )
    if parent is None or Role.PUPIL in parent.roles:
        raise Invalid.at("sign_in_name", N_("Không có phụ huynh nào đăng nhập bằng tên này."))
    if _find(session, parent, child) is not None:
        raise Conflict(N_("Hai người này đã được liên kết."))
    if Role.PARENT not in parent.roles:
        parent.grants.append(RoleGrant(role=Role.PARENT, granted_by_id=actor.user_id, granted_at=at))
    session.add(_link(actor, parent, child, at))
    audit.record(session, actor, "parent.linked", child.uid, parent=parent.uid)
    return parent


def confirm_parent(
    session: Session, actor: Actor, class_uid: str, child_uid: str, parent_uid: str, *, at: datetime
) -> User:
    """Confirm that a parent stands for a pupil.

    Raises:
        NotFound: no such pupil in the class, or they are not linked.
        Forbidden: the actor does not arrange the school.
        Conflict: it was confirmed before.
    """
    child = _child(session, actor, class_uid, child_uid)
    parent, link = _linked(session, actor, child, parent_uid)
    if link.confirmed_at is not None:
        raise Conflict(N_("Liên kết này đã được xác nhận."))
    link.confirmed_at, link.confirmed_by_id = at, actor.user_id
    audit.record(session, actor, "parent.confirmed", child.uid, parent=parent.uid)
    return parent


def unlink_parent(session: Session, actor: Actor, class_uid: str, child_uid: str, parent_uid: str) -> User:
    """Take back that a parent stands for a pupil; the account stays.

    Raises:
        NotFound: no such pupil in the class, or they are not linked.
        Forbidden: the actor does not arrange the school.
    """
    child = _child(session, actor, class_uid, child_uid)
    parent, link = _linked(session, actor, child, parent_uid)
    session.delete(link)
    audit.record(session, actor, "parent.unlinked", child.uid, parent=parent.uid)
    return parent


def count_parents_without_password(session: Session, actor: Actor, class_uid: str) -> int:
    """Say how many first passwords `parent_cards` needs for a class.

    Raises:
        NotFound: no such class.
        Forbidden: the actor does not arrange the school.
    """
    return len(_without_password(session, actor, class_uid)[1])


def parent_cards(
    session: Session, actor: Actor, class_uid: str, drawn: Sequence[FirstPassword], *, at: datetime
) -> tuple[SchoolClass, list[Card]]:
    """Give the drawn first passwords to the confirmed parents of a class who have none yet; shown once.

    Raises:
        NotFound: no such class.
        Forbidden: the actor does not arrange the school.
    """
    found, parents = _without_password(session, actor, class_uid)
    cards = []
    for parent, first in zip(parents, drawn, strict=False):
        accounts.give_first_password(session, actor, parent, first, at=at)
        cards.append(Card(parent.full_name, parent.sign_in_name, first.text))
    return found, cards


def find_or_make_parent(
    session: Session, actor: Actor, child: User, full_name: str, phone: str, *, at: datetime
) -> User | None:
    """The parent of a pupil whom a list names: linked but to be confirmed; None when the link is there already.

    The same name and telephone number are the same person: the parent of brothers and sisters. The caller has
    checked the right to.
    """
    known = session.scalars(
        select(User)
        .where(
            User.school_id == actor.school_id,
            User.sort_name == collation_key(full_name),
            User.grants.any(role=Role.PARENT.value),
        )
        .order_by(User.id)
    ).all()
    linked = {link.parent_id for link in session.scalars(select(Guardianship).where(Guardianship.child_id == child.id))}
    if any(one.id in linked for one in known):
        return None
    parent = next((one for one in known if phone and one.phone == phone), None) or new_parent(
        session, actor, full_name, phone, at=at
    )
    session.add(Guardianship(school_id=actor.school_id, parent_id=parent.id, child_id=child.id))
    session.flush()
    return parent


def _without_password(session: Session, actor: Actor, class_uid: str) -> tuple[SchoolClass, list[User]]:
    require(actor, Permission.ARRANGE_SCHOOL)
    found, families = list_families(session, actor, class_uid)
    waiting = {
        parent.id: parent
        for family in families
        for parent, link in family.parents
        if link.confirmed_at is not None and parent.password_hash is None and _gets_card(parent)
    }
    return found, list(waiting.values())


def _child(session: Session, actor: Actor, class_uid: str, uid: str) -> User:
    child = get_user(session, actor.school_id, uid)
    require(actor, Permission.ARRANGE_SCHOOL, child)
    if child.id not in {pupil.id for pupil in list_pupils(session, get_class(session, actor, class_uid).id)}:
        raise NotFound
    return child


def _link(actor: Actor, parent: User, child: User, at: datetime) -> Guardianship:
    return Guardianship(
        school_id=actor.school_id,
        parent_id=parent.id,
        child_id=child.id,
        confirmed_at=at,
        confirmed_by_id=actor.user_id,
    )


def _find(session: Session, parent: User, child: User) -> Guardianship | None:
    return session.scalar(
        select(Guardianship).where(Guardianship.parent_id == parent.id, Guardianship.child_id == child.id)
    )


def _linked(session: Session, actor: Actor, child: User, parent_uid: str) -> tuple[User, Guardianship]:
    parent = get_user(session, actor.school_id, parent_uid)
    link = _find(session, parent, child)
    if link is None:
        raise NotFound
    return parent, link
