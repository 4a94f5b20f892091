"""School years: their days, and which one runs."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from lms.base import audit
from lms.base.errors import Conflict, NotFound
from lms.base.i18n_marks import N_
from lms.base.permissions import Actor
from lms.permissions import Permission, require
from lms.school.domain import check_days
from lms.school.models import SchoolClass, SchoolYear
from lms.school.service.founding import add_year
from lms.school.standard import StandardYear, year_from, year_on

Days = Sequence[tuple[date, date]]


def list_years(session: Session, actor: Actor) -> list[tuple[SchoolYear, int]]:
    """List the school's years, the newest first, each with its number of classes.

    Raises:
        Forbidden: the actor may not see how the school is arranged.
    """
    require(actor, Permission.SEE_PEOPLE)
    classes = (
        select(func.count()).select_from(SchoolClass).where(SchoolClass.year_id == SchoolYear.id).scalar_subquery()
    )
    rows = session.execute(
        select(SchoolYear, classes)
        .where(SchoolYear.school_id == actor.school_id)
        .order_by(SchoolYear.starts_on.desc(), SchoolYear.id.desc())
    )
    return [(year, count) for year, count in rows]


def next_year(session: Session, actor: Actor, *, at: datetime) -> StandardYear:
    """Return the usual days of the year after the last one that the school has; of the running one at first."""
    last = session.scalar(select(func.max(SchoolYear.starts_on)).where(SchoolYear.school_id == actor.school_id))
    return year_from(last.year + 1) if last else year_on(at.date())


def get_year(session: Session, actor: Actor, uid: str) -> SchoolYear:
    """Find a year of the school.

    Raises:
        NotFound: there is none with that uid.
    """
    year = session.scalar(select(SchoolYear).where(SchoolYear.uid == uid, SchoolYear.school_id == actor.school_id))
    if year is None:
        raise NotFound
    return year


def plan_year(session: Session, actor: Actor, days: Days) -> SchoolYear:
    """Add a year with these two semesters; it does not run yet.

    Raises:
        Forbidden: the actor does not arrange the school.
        Invalid: the days are in disorder.
        Conflict: the school has that year.
    """
    require(actor, Permission.ARRANGE_SCHOOL)
    check_days(days)
    first, second = days
    name = year_from(first[0].year).name
    if session.scalar(select(SchoolYear.id).where(SchoolYear.school_id == actor.school_id, SchoolYear.name == name)):
        raise Conflict(N_("Trường đã có năm học %(name)s."), name=name)
    year = add_year(session, actor.school_id, StandardYear(name, (first, second)))
    audit.record(session, actor, "year.planned", year.uid)
    return year


def change_days(session: Session, actor: Actor, uid: str, days: Days) -> SchoolYear:
    """Write the days of a year's semesters.

    Raises:
        NotFound: no such year.
        Forbidden: the actor does not arrange the school.
        Invalid: the days are in disorder.
    """
    year = get_year(session, actor, uid)
    require(actor, Permission.ARRANGE_SCHOOL, year)
    check_days(days)
    for semester, (starts, ends) in zip(year.semesters, days, strict=True):
        semester.starts_on, semester.ends_on = starts, ends
    year.starts_on, year.ends_on = days[0][0], days[1][1]
    audit.record(session, actor, "year.days_changed", year.uid)
    return year


def begin_year(session: Session, actor: Actor, uid: str) -> SchoolYear:
    """Let a year run; the one before it stays to be read. Can be taken back by beginning that one again.

    Raises:
        NotFound: no such year.
        Forbidden: the actor does not arrange the school.
        Conflict: it runs already.
    """
    year = get_year(session, actor, uid)
    require(actor, Permission.ARRANGE_SCHOOL, year)
    if year.current:
        raise Conflict(N_("Năm học %(name)s đang chạy rồi."), name=year.name)
    for other in session.scalars(select(SchoolYear).where(SchoolYear.school_id == actor.school_id, SchoolYear.current)):
        other.current = False
    year.current = True
    audit.record(session, actor, "year.begun", year.uid)
    return year
