"""Who acts, and how a package writes down who may do what.

Each package has one `Permission` enum and one `PolicyTable` that reads like the matrix in the design. A rule is a
pure function of the actor and the thing; everything a rule asks of the actor is in the frozen `Actor`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Generic, TypeAlias, TypeVar

from lms.base.errors import Forbidden, NotFound


class Role(StrEnum):
    """The roles of the permission matrix; a person may hold several."""

    ADMIN = "admin"  # IT officer: runs the system, reads no exam content
    LEADER = "leader"  # head of school, deputies
    TEACHER = "teacher"
    LIBRARIAN = "librarian"
    PUPIL = "pupil"
    PARENT = "parent"


STAFF = frozenset({Role.ADMIN, Role.LEADER, Role.TEACHER, Role.LIBRARIAN})


@dataclass(frozen=True, slots=True)
class Actor:
    """The person who acts, with every fact that a rule may ask for; a value, not a live object.

    Ids are those of the database. A subject head is a teacher with `headed_group_ids`.
    """

    user_id: int
    school_id: int
    uid: str = ""
    name: str = ""
    roles: frozenset[Role] = frozenset()
    group_ids: frozenset[int] = frozenset()  # subject groups the person belongs to
    headed_group_ids: frozenset[int] = frozenset()
    subject_ids: frozenset[int] = frozenset()  # subjects of those groups
    headed_subject_ids: frozenset[int] = frozenset()
    teaches: frozenset[tuple[int, int]] = frozenset()  # (class id, subject id) in the running school year
    class_ids: frozenset[int] = frozenset()  # classes a pupil is enrolled in
    homeroom_class_ids: frozenset[int] = frozenset()
    child_ids: frozenset[int] = frozenset()  # user ids of a parent's confirmed children
    child_class_ids: frozenset[int] = frozenset()

    @property
    def is_staff(self) -> bool:
        return bool(self.roles & STAFF)

    @property
    def is_teacher(self) -> bool:
        return Role.TEACHER in self.roles

    @property
    def is_pupil(self) -> bool:
        return Role.PUPIL in self.roles

    @property
    def is_parent(self) -> bool:
        return Role.PARENT in self.roles

    @property
    def is_leader(self) -> bool:
        return Role.LEADER in self.roles

    @property
    def is_librarian(self) -> bool:
        return Role.LIBRARIAN in self.roles

    @property
    def is_admin(self) -> bool:
        return Role.ADMIN in self.roles

    @property
    def taught_class_ids(self) -> frozenset[int]:
        return frozenset(class_id for class_id, _ in self.teaches)


Rule: TypeAlias = Callable[[Actor, Any], bool]
P = TypeVar("P", bound=StrEnum)


class PolicyTable(Generic[P]):
    """Who may do what in one package: permission → rule. What is not listed is denied."""

    def __init__(self, rules: Mapping[P, Rule]) -> None:
        self.rules = dict(rules)

    def allows(self, actor: Actor, permission: P, thing: Any = None) -> bool:
        """Say whether *actor* may do this to *thing*; things of another school are never allowed."""
        rule = self.rules.get(permission)
        if rule is None or foreign(actor, thing):
            return False
        return rule(actor, thing)

    def require(self, actor: Actor, permission: P, thing: Any = None) -> None:
        """Go on only when allowed.

        Raises:
            NotFound: the thing belongs to another school.
            Forbidden: this person may not do this.
        """
        if foreign(actor, thing):
            raise NotFound
        if not self.allows(actor, permission, thing):
            raise Forbidden


def foreign(actor: Actor, thing: Any) -> bool:
    """Say whether *thing* belongs to another school than the actor's."""
    school_id = getattr(thing, "school_id", None)
    return school_id is not None and school_id != actor.school_id
