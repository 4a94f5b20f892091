"""Who may do what with the questions of a school.

| | reads | writes | approves |
|---|---|---|---|
| a draft | its author | its author | – |
| a submitted or returned one | its author, the subject head | the author, once returned | the head, not an own one |
| an approved one | teachers of the subject group, school leaders | – (a new version) | the head retires it |

A test specification is read by the teachers of its subject group and school leaders, written by who began it and by the
subject head.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Protocol

from lms.base.errors import NotFound
from lms.base.permissions import Actor, PolicyTable


class Permission(StrEnum):
    """What can be done in the question bank."""

    OPEN_BANK = "open_bank"  # no thing: see the pages of the bank at all
    ADD = "add"  # a SubjectPlace: put questions into the subject's bank
    READ = "read"  # an ItemFacts and all below
    EDIT = "edit"
    TAG = "tag"
    SUBMIT = "submit"
    REVIEW = "review"  # see it in the queue, send it back
    APPROVE = "approve"
    RETIRE = "retire"
    RENEW = "renew"  # write a new version
    USE = "use"  # put it into a quiz
    READ_SPECIFICATION = "read_specification"  # a SpecificationFacts and below
    WRITE_SPECIFICATION = "write_specification"  # change it, delete it
    READ_IMPORT = "read_import"  # an import, before anything of it is saved
    READ_FRAMEWORKS = "read_frameworks"  # no thing: the school's competency frameworks
    IMPORT_FRAMEWORK = "import_framework"


class SubjectPlace(Protocol):
    """The bank of a subject."""

    @property
    def school_id(self) -> int: ...
    @property
    def subject_id(self) -> int: ...


class ItemFacts(Protocol):
    """What rules ask about a version of a question."""

    @property
    def school_id(self) -> int: ...
    @property
    def subject_id(self) -> int: ...
    @property
    def author_id(self) -> int: ...
    @property
    def owner_id(self) -> int: ...
    @property
    def is_draft(self) -> bool:
        """Nobody but its author has seen it."""

    @property
    def is_submitted(self) -> bool: ...
    @property
    def was_reviewed(self) -> bool:
        """A head has seen it: sent back, approved, or retired after that."""

    @property
    def is_approved(self) -> bool: ...


class SpecificationFacts(SubjectPlace, Protocol):
    """What rules ask about a test specification."""

    @property
    def owner_id(self) -> int: ...


def _heads(actor: Actor, item: ItemFacts) -> bool:
    return actor.is_teacher and item.subject_id in actor.headed_subject_ids


def _wrote(actor: Actor, item: ItemFacts) -> bool:
    return actor.is_teacher and actor.user_id == item.author_id


def may_read(actor: Actor, item: ItemFacts) -> bool:
    """Say whether the actor may see the version; `items.queries.visible_to` is the same rule in SQL.

    `marks_on` and `marks_of` are the same rule for the search.
    """
    if actor.school_id != item.school_id:
        return False
    if _wrote(actor, item):
        return True
    if _heads(actor, item) and (item.is_submitted or item.was_reviewed):
        return True
    return item.is_approved and (actor.is_leader or (actor.is_teacher and item.subject_id in actor.subject_ids))


def marks_on(item: ItemFacts) -> frozenset[str]:
    """Return the marks by which people see the version; who holds one of them may read it, as `may_read` says."""
    school, subject = item.school_id, item.subject_id
    marks = {f"{school}:by:{item.author_id}"}
    if item.is_submitted or item.was_reviewed:
        marks.add(f"{school}:reviewed:{subject}")
    if item.is_approved:
        marks |= {f"{school}:approved", f"{school}:approved:{subject}"}
    return frozenset(marks)


def marks_of(actor: Actor) -> frozenset[str]:
    """Return the marks that the actor holds."""
    school, marks = actor.school_id, set()
    if actor.is_teacher:
        marks.add(f"{school}:by:{actor.user_id}")
        marks |= {f"{school}:approved:{subject}" for subject in actor.subject_ids}
        marks |= {f"{school}:reviewed:{subject}" for subject in actor.headed_subject_ids}
    if actor.is_leader:
        marks.add(f"{school}:approved")
    return frozenset(marks)


def _works_in(actor: Actor, place: SubjectPlace) -> bool:
    return actor.is_teacher and place.subject_id in actor.subject_ids


def may_read_specification(actor: Actor, thing: SpecificationFacts) -> bool:
    """Say whether the actor may see a specification: it is the subject group's, and leaders read all."""
    return actor.school_id == thing.school_id and (actor.is_leader or _works_in(actor, thing))


POLICY: PolicyTable[Permission] = PolicyTable(
    {
        Permission.OPEN_BANK: lambda actor, _: actor.is_teacher or actor.is_leader,
        Permission.ADD: _works_in,
        Permission.READ: may_read,
        Permission.EDIT: _wrote,
        Permission.TAG: lambda actor, item: (
            (_wrote(actor, item) and not item.is_approved) or (_heads(actor, item) and may_read(actor, item))
        ),
        Permission.SUBMIT: _wrote,
        Permission.REVIEW: lambda actor, item: _heads(actor, item) and may_read(actor, item),
        Permission.APPROVE: lambda actor, item: (
            _heads(actor, item) and may_read(actor, item) and actor.user_id not in {item.author_id, item.owner_id}
        ),
        Permission.RETIRE: lambda actor, item: _wrote(actor, item) if not item.was_reviewed else _heads(actor, item),
        Permission.RENEW: lambda actor, item: (
            may_read(actor, item) and (_heads(actor, item) or (actor.is_teacher and actor.user_id == item.owner_id))
        ),
        Permission.USE: lambda actor, item: item.is_approved and _works_in(actor, item),
        Permission.READ_SPECIFICATION: may_read_specification,
        Permission.WRITE_SPECIFICATION: lambda actor, thing: (
            _works_in(actor, thing)
            and (actor.user_id == thing.owner_id or thing.subject_id in actor.headed_subject_ids)
        ),
        Permission.READ_FRAMEWORKS: lambda actor, _: actor.is_staff,
        Permission.IMPORT_FRAMEWORK: lambda actor, _: actor.is_admin or actor.is_leader,
        Permission.READ_IMPORT: lambda actor, thing: actor.is_teacher and actor.user_id == thing.owner_id,
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


def require_visible(actor: Actor, item: ItemFacts | None) -> None:
    """Go on only with a version that the actor may see.

    Raises:
        NotFound: there is none, or it is not theirs to know of.
    """
    if item is None or not may_read(actor, item):
        raise NotFound
