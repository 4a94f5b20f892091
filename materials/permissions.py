"""Who may do what with the materials of a school.

- A draft: its author reads and writes it.
- A submitted edition: its author, school leaders and the head of the subject read it; the head decides, never about an
  own edition.
- A returned edition: the same people read it, its author writes it.
- An approved edition, and one that a newer has replaced: teachers, leaders and the librarian of the school read it, and
  so do pupils and parents of the classes into whose courses it was put. The author begins a new edition, the head
  withdraws it.
- A withdrawn edition: its author, school leaders and the head of the subject read it.

The administrator runs the system and reads none of it.
"""

from __future__ import annotations

from collections.abc import Collection
from enum import StrEnum
from typing import Protocol

from lms.base.errors import NotFound
from lms.base.permissions import Actor, PolicyTable

APPROVED = frozenset({"approved", "superseded"})
REVIEWED = frozenset({"submitted", "changes_requested", "withdrawn"})
EDITABLE = frozenset({"draft", "changes_requested"})


class Permission(StrEnum):
    """What can be done in the library."""

    OPEN_LIBRARY = "open_library"  # no thing: search and browse
    DEPOSIT = "deposit"  # no thing
    OPEN_QUEUE = "open_queue"  # no thing: the editions that wait for a decision
    READ = "read"  # an EditionFacts and all below
    EDIT = "edit"
    SUBMIT = "submit"
    RENEW = "renew"  # begin a new edition
    COMMENT = "comment"
    APPROVE = "approve"
    REQUEST_CHANGES = "request_changes"
    WITHDRAW = "withdraw"
    USE = "use"  # put it into a course
    DELETE = "delete"


class EditionFacts(Protocol):
    """What rules ask about an edition."""

    @property
    def school_id(self) -> int: ...
    @property
    def subject_id(self) -> int | None: ...
    @property
    def author_id(self) -> int: ...
    @property
    def state(self) -> str: ...
    @property
    def class_ids(self) -> Collection[int]:
        """The classes into whose courses it was put."""


def _wrote(actor: Actor, edition: EditionFacts) -> bool:
    return actor.is_teacher and actor.user_id == edition.author_id


def _heads(actor: Actor, edition: EditionFacts) -> bool:
    return actor.is_teacher and edition.subject_id in actor.headed_subject_ids


def may_read(actor: Actor, edition: EditionFacts) -> bool:
    """Say whether the actor may see the edition; `catalogue.queries.visible_to` is the same rule in SQL."""
    if actor.school_id != edition.school_id:
        return False
    if _wrote(actor, edition):
        return True
    if edition.state in REVIEWED:
        return actor.is_leader or _heads(actor, edition)
    if edition.state in APPROVED:
        return reads_all(actor) or not classes_of(actor).isdisjoint(edition.class_ids)
    return False


def reads_all(actor: Actor) -> bool:
    """Say whether the whole library of the school is open to the actor."""
    return actor.is_teacher or actor.is_leader or actor.is_librarian


def classes_of(actor: Actor) -> frozenset[int]:
    """The classes through whose courses a pupil, or a parent, comes to materials."""
    return actor.class_ids | actor.child_class_ids


def _decides(actor: Actor, edition: EditionFacts) -> bool:
    return _heads(actor, edition) and not _wrote(actor, edition) and may_read(actor, edition)


POLICY: PolicyTable[Permission] = PolicyTable(
    {
        Permission.OPEN_LIBRARY: lambda actor, _: reads_all(actor) or actor.is_pupil or actor.is_parent,
        Permission.DEPOSIT: lambda actor, _: actor.is_teacher,
        Permission.OPEN_QUEUE: lambda actor, _: actor.is_leader or bool(actor.headed_subject_ids),
        Permission.READ: may_read,
        Permission.EDIT: _wrote,
        Permission.SUBMIT: _wrote,
        Permission.RENEW: _wrote,
        Permission.COMMENT: lambda actor, edition: _wrote(actor, edition) or _decides(actor, edition),
        Permission.APPROVE: _decides,
        Permission.REQUEST_CHANGES: _decides,
        Permission.WITHDRAW: lambda actor, edition: _heads(actor, edition) and may_read(actor, edition),
        Permission.USE: lambda actor, edition: (
            actor.is_teacher and edition.state in APPROVED and may_read(actor, edition)
        ),
        Permission.DELETE: _wrote,
    }
)


def can(actor: Actor, permission: Permission, thing: object = None) -> bool:
    """Say whether the actor may do this; pages hide what cannot be done."""
    return POLICY.allows(actor, permission, thing)


def require(actor: Actor, permission: Permission, thing: object = None) -> None:
    """Go on only when allowed.

    Raises:
        NotFound: the thing belongs to another school.
        Forbidden: this person may not do this.
    """
    POLICY.require(actor, permission, thing)


def require_visible(actor: Actor, edition: EditionFacts | None) -> None:
    """Go on only with an edition that the actor may see.

    Raises:
        NotFound: there is none, or it is not theirs to know of.
    """
    if edition is None or not can(actor, Permission.READ, edition):
        raise NotFound
