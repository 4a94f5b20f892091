"""Build the demo school into an empty database."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from lms.accounts.service import is_set_up
from lms.base import db
from lms.demo.day import live_until_now
from lms.demo.people import PASSWORD, DemoSchool, build_people


@dataclass(frozen=True, slots=True)
class SignIn:
    """One way in: who it is, the name and the password."""

    who: str
    name: str
    password: str


def build(*, at: datetime) -> DemoSchool | None:
    """Make the demo school at work in one transaction; None when the database has a school already."""
    with db.transaction() as session:
        if is_set_up(session):
            return None
        return build_at_work(session, at=at)


def build_into(session: Session, *, at: datetime) -> DemoSchool:
    """Make the demo school's people in this transaction, before anything was taught."""
    return build_people(session, at=at)


def build_at_work(session: Session, *, at: datetime) -> DemoSchool:
    """Make the demo school in this transaction, with all that was done in it until *at*."""
    made = build_people(session, at=at)
    live_until_now(session, made, at=at)
    return made


def sign_ins() -> list[SignIn]:
    """One sign-in per role, as `./run demo` prints them."""
    return [
        SignIn(who, name, PASSWORD)
        for who, name in (
            ("Hiệu trưởng", "hieutruong"),
            ("Tổ trưởng Toán", "tt.toan"),
            ("Giáo viên Toán 8 (chủ nhiệm 8A2)", "gv.toan8"),
            ("Giáo viên Toán 9", "gv.toan9"),
            ("Học sinh 8A2", "8a2.01"),
            ("Phụ huynh của em đó", "ph.8a2.01"),
            ("Thư viện", "thuvien"),
            ("Quản trị (CNTT)", "quantri"),
        )
    ]
