"""What a person's day holds, read across features."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from lms.base.permissions import Actor
from lms.base.users import User
from lms.school import service as school
from lms.school.models import SchoolClass


@dataclass(frozen=True, slots=True)
class StaffDay:
    """A teacher's day."""

    at: datetime


@dataclass(frozen=True, slots=True)
class PupilDay:
    """A pupil's day."""

    at: datetime


@dataclass(frozen=True, slots=True)
class ParentDay:
    """A parent's day: their children with their classes."""

    at: datetime
    children: list[tuple[User, SchoolClass | None]]


def staff_day(session: Session, actor: Actor, *, at: datetime) -> StaffDay:
    """What waits for a member of staff."""
    return StaffDay(at)


def pupil_day(session: Session, actor: Actor, *, at: datetime) -> PupilDay:
    """What is due, what goes on and what to practise."""
    return PupilDay(at)


def parent_day(session: Session, actor: Actor, *, at: datetime) -> ParentDay:
    """A parent's children."""
    return ParentDay(at, school.list_children(session, actor))
