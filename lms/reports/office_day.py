"""The day of the administrator: accounts that wait, lists not taken over, and how the machine is."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import and_, case, func, select
from sqlalchemy.orm import Session

from lms.base.condition import Condition, find_condition
from lms.base.permissions import STAFF, Actor, Role
from lms.base.users import RoleGrant, User
from lms.permissions import Permission, require
from lms.reports import audit_log
from lms.reports.audit_log import LogLine
from lms.school import service as school
from lms.school.models import Guardianship, RosterImport

RECENT = timedelta(days=14)
NOTABLE = (
    "account.admin_made",
    "account.disabled",
    "account.enabled",
    "account.roles_set",
    "parent.accounts_made",
    "roster.applied",
    "staff.applied",
    "year.begun",
    "gradebook.exported",
)


@dataclass(frozen=True, slots=True)
class Accounts:
    """People of one kind who cannot sign in: `without` a password yet, or with a first one that ran out unused."""

    without: int = 0
    expired: int = 0


@dataclass(frozen=True, slots=True)
class OfficeDay:
    """What waits for the administrator. `accounts` by "staff", "pupils", "parents"."""

    overview: school.Overview
    accounts: Mapping[str, Accounts]
    unconfirmed: int  # links of parents and pupils that the school has not confirmed
    lists: Sequence[RosterImport]  # looked at, not taken over
    condition: Condition
    acts: Sequence[LogLine]

    @property
    def waits(self) -> bool:
        """Whether anything waits for an act."""
        return bool(self.unconfirmed or self.lists or any(one.without or one.expired for one in self.accounts.values()))


def office_day(session: Session, actor: Actor, *, at: datetime) -> OfficeDay:
    """Gather the day of the administrator.

    Raises:
        Forbidden: the actor does not run the system.
    """
    require(actor, Permission.ADMINISTER_ACCOUNTS)
    return OfficeDay(
        overview=school.overview(session, actor),
        accounts=_accounts(session, actor, at),
        unconfirmed=_unconfirmed(session, actor),
        lists=_lists(session, actor, at),
        condition=find_condition(session, actor.school_id, at=at),
        acts=audit_log.list_latest(session, actor, NOTABLE, since=at - RECENT),
    )


def _accounts(session: Session, actor: Actor, at: datetime) -> dict[str, Accounts]:
    """Count each person once, as what they are first of all: staff, pupil, parent."""
    kind = case(
        (User.grants.any(RoleGrant.role.in_(STAFF)), "staff"),
        (User.grants.any(RoleGrant.role == Role.PUPIL), "pupils"),
        else_="parents",
    )
    people = (
        select(
            kind.label("kind"),
            case((User.password_hash.is_(None), 1), else_=0).label("without"),
            case(
                (and_(User.password_hash.is_not(None), User.must_change_password, User.first_password_until < at), 1),
                else_=0,
            ).label("expired"),
        )
        .where(User.school_id == actor.school_id, User.disabled_at.is_(None), User.grants.any())
        .subquery()
    )
    rows = session.execute(
        select(people.c.kind, func.sum(people.c.without), func.sum(people.c.expired)).group_by(people.c.kind)
    )
    return {name: Accounts(int(without), int(expired)) for name, without, expired in rows}


def _unconfirmed(session: Session, actor: Actor) -> int:
    return (
        session.scalar(
            select(func.count())
            .select_from(Guardianship)
            .where(Guardianship.school_id == actor.school_id, Guardianship.confirmed_at.is_(None))
        )
        or 0
    )


def _lists(session: Session, actor: Actor, at: datetime) -> Sequence[RosterImport]:
    return session.scalars(
        select(RosterImport)
        .where(
            RosterImport.school_id == actor.school_id,
            RosterImport.applied_at.is_(None),
            RosterImport.created_at >= at - RECENT,
        )
        .order_by(RosterImport.created_at.desc())
        .limit(5)
    ).all()
