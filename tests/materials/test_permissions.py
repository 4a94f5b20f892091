"""One rule, said twice: for one edition in Python, for many in SQL."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from lms.base.permissions import Actor, Role
from materials import permissions
from materials.catalogue import service
from materials.catalogue.domain import State
from materials.catalogue.models import Edition
from materials.catalogue.queries import visible_to
from materials.permissions import Permission
from materials.search.service import marks_of
from tests.factories import NOON, World
from tests.materials.samples import in_state

PERSONAS = (
    "admin", "leader", "teacher", "colleague", "it_teacher", "subject_head", "pupil", "classmate", "other_pupil",
    "parent", "outsider", "outsider_pupil",
)  # fmt: skip
READERS = {
    State.DRAFT: {"teacher"},
    State.SUBMITTED: {"teacher", "leader", "subject_head"},
    State.CHANGES_REQUESTED: {"teacher", "leader", "subject_head"},
    State.APPROVED: {"teacher", "leader", "subject_head", "colleague", "it_teacher"},
    State.SUPERSEDED: {"teacher", "leader", "subject_head", "colleague", "it_teacher"},
    State.WITHDRAWN: {"teacher", "leader", "subject_head"},
}


def library(session: Session, world: World) -> dict[State, list[Edition]]:
    """Two materials in each state: one put into a course of 8A2 (where it can be), one not; and one of the head."""
    made: dict[State, list[Edition]] = {}
    for state in State:
        made[state] = [in_state(session, world, state), in_state(session, world, state, title="Đa thức nhiều biến")]
    approved = made[State.APPROVED][0]
    service.record_use(
        session, world.actor(session, "teacher"), approved.uid, class_id=world.class_8a2.id, place="p1", at=NOON
    )
    return made


def test_may_read_and_visible_to_are_one_rule(session: Session, world: World) -> None:
    library(session, world)
    editions = session.scalars(select(Edition)).all()
    for persona in PERSONAS:
        actor = world.actor(session, persona)
        in_sql = set(session.scalars(select(Edition.uid).where(visible_to(actor))))
        assert in_sql == {edition.uid for edition in editions if permissions.may_read(actor, edition)}, persona


def test_who_reads_what(session: Session, world: World) -> None:
    for state, (used, unused) in library(session, world).items():
        for persona in PERSONAS:
            actor = world.actor(session, persona)
            assert permissions.may_read(actor, unused) is (persona in READERS[state]), (state, persona)
            through_class = state is State.APPROVED and persona in {"pupil", "classmate", "parent"}
            assert permissions.may_read(actor, used) is (persona in READERS[state] or through_class), (state, persona)


def test_who_decides(session: Session, world: World) -> None:
    edition = in_state(session, world, "submitted")
    deciding = (Permission.APPROVE, Permission.REQUEST_CHANGES, Permission.WITHDRAW)
    for persona in PERSONAS:
        actor = world.actor(session, persona)
        for permission in deciding:
            assert permissions.can(actor, permission, edition) is (persona == "subject_head"), (persona, permission)
        assert permissions.can(actor, Permission.EDIT, edition) is (persona == "teacher")


def test_nobody_decides_about_an_own_edition(session: Session, world: World) -> None:
    own = in_state(session, world, "submitted", author="subject_head")
    head = world.actor(session, "subject_head")
    assert permissions.may_read(head, own)
    assert not permissions.can(head, Permission.APPROVE, own)
    assert not permissions.can(head, Permission.REQUEST_CHANGES, own)


def test_every_permission_has_a_rule() -> None:
    assert set(permissions.POLICY.rules) == set(Permission)


def test_the_librarian_reads_what_was_approved_and_no_more(session: Session, world: World) -> None:
    library(session, world)
    actor = Actor(user_id=0, school_id=world.school.id, roles=frozenset({Role.LIBRARIAN}))
    assert permissions.can(actor, permissions.Permission.OPEN_LIBRARY)
    assert not permissions.can(actor, permissions.Permission.DEPOSIT)
    editions = session.scalars(select(Edition)).all()
    readable = {edition.uid for edition in editions if permissions.may_read(actor, edition)}
    assert readable == {edition.uid for edition in editions if edition.state in permissions.APPROVED}
    assert readable == set(session.scalars(select(Edition.uid).where(visible_to(actor))))
    assert marks_of(actor) == {f"school:{world.school.id}"}
    foreign = Actor(user_id=0, school_id=world.other_school.id, roles=frozenset({Role.LIBRARIAN}))
    assert not any(permissions.may_read(foreign, edition) for edition in editions)
