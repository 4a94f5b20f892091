"""What the administrator finds in the morning."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy.orm import Session

from lms.base.condition import LATE_AFTER, find_condition
from lms.base.errors import Forbidden
from lms.base.jobs import JobRow
from lms.base.mail import Mail
from lms.base.users import User
from lms.reports.office_day import Accounts, OfficeDay, office_day
from lms.school.models import Guardianship, RosterImport
from tests.factories import NOON, World


def day_of(session: Session, world: World) -> OfficeDay:
    return office_day(session, world.actor(session, "admin"), at=NOON)


@pytest.mark.parametrize("persona", ["teacher", "leader", "pupil"])
def test_the_office_is_for_the_administrator(session: Session, world: World, persona: str) -> None:
    with pytest.raises(Forbidden):
        office_day(session, world.actor(session, persona), at=NOON)


def test_people_who_cannot_sign_in_are_counted_once_each(session: Session, world: World) -> None:
    assert not day_of(session, world).waits
    session.get_one(User, world.teacher.id).password_hash = None
    session.get_one(User, world.outsider.id).password_hash = None  # of another school
    late = session.get_one(User, world.pupil.id)
    late.must_change_password, late.first_password_until = True, NOON - timedelta(days=1)
    fresh = session.get_one(User, world.classmate.id)
    fresh.must_change_password, fresh.first_password_until = True, NOON + timedelta(days=1)
    gone = session.get_one(User, world.other_pupil.id)
    gone.password_hash, gone.disabled_at = None, NOON
    session.flush()
    day = day_of(session, world)
    assert day.waits
    assert day.accounts["staff"] == Accounts(without=1)
    assert day.accounts["pupils"] == Accounts(expired=1)
    assert day.accounts["parents"] == Accounts()


def test_links_to_confirm_and_lists_left_about_wait(session: Session, world: World) -> None:
    def listed(name: str, days: int, *, applied: bool = False) -> RosterImport:
        at = NOON - timedelta(days=days)
        batch = RosterImport(
            school_id=world.school.id,
            sha256="0" * 64,
            filename=name,
            created_by_id=world.admin.id,
            created_at=at,
            applied_at=at if applied else None,
        )
        session.add(batch)
        return batch

    listed("cu.xlsx", 30)
    listed("xong.xlsx", 1, applied=True)
    waiting = listed("lop-6.xlsx", 1)
    session.add(Guardianship(school_id=world.school.id, parent_id=world.parent.id, child_id=world.classmate.id))
    session.flush()
    day = day_of(session, world)
    assert (day.lists, day.unconfirmed) == ([waiting], 1)


def test_the_condition_tells_of_jobs_mail_and_files(session: Session, world: World) -> None:
    before = find_condition(session, world.school.id, at=NOON)
    assert (before.jobs_waiting, before.jobs_given_up, before.problem, before.mails_waiting) == (0, 0, "", 0)
    assert not before.jobs_stand_still
    assert before.database_size > 0
    assert before.free > 0
    session.add_all(
        [
            JobRow(name="fresh", args="[]", queued_at=NOON, due_at=NOON),
            JobRow(name="mail.deliver", args="[]", queued_at=NOON, due_at=NOON, failed_at=NOON, problem="OSError"),
            Mail(school_id=world.school.id, to_address="a@b.vn", to_name="", subject="", text="", created_at=NOON),
            Mail(
                school_id=world.other_school.id, to_address="a@b.vn", to_name="", subject="", text="", created_at=NOON
            ),
        ]
    )
    session.flush()
    after = find_condition(session, world.school.id, at=NOON)
    assert (after.jobs_waiting, after.jobs_given_up, after.mails_waiting) == (1, 1, 1)
    assert after.problem == "mail.deliver OSError"
    assert not after.jobs_stand_still
    assert find_condition(session, world.school.id, at=NOON + 2 * LATE_AFTER).jobs_stand_still
