"""Taking over a list of the staff: a dry run that says what would happen to every line, then all of it or nothing."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from lms.accounts import service as accounts
from lms.base import audit, storage
from lms.base.errors import Conflict, Message
from lms.base.i18n_marks import N_
from lms.base.permissions import Actor, Role
from lms.base.storage import Stored
from lms.base.subjects import SubjectGroup
from lms.base.text import collation_key, fold, nfc
from lms.base.users import User
from lms.permissions import Permission, require
from lms.school.domain import suggest_sign_in_name
from lms.school.importing import Fate, get_import
from lms.school.models import GroupMembership, RosterImport
from lms.school.roster.staff import Post, StaffLine, read_staff
from lms.school.service import list_staff

KIND = "staff"
_ROLES = {
    Post.TEACHER: Role.TEACHER,
    Post.HEAD: Role.TEACHER,
    Post.LEADER: Role.LEADER,
    Post.LIBRARIAN: Role.LIBRARIAN,
}


@dataclass(frozen=True, slots=True)
class PlannedColleague:
    """A line of the list, what becomes of it, and whom it speaks of when the school knows them."""

    line: StaffLine
    fate: Fate
    group: str = ""  # as the school calls it
    user_id: int | None = None
    notes: tuple[Message, ...] = ()


@dataclass(frozen=True, slots=True)
class StaffPlan:
    """What taking over a list of the staff would do."""

    lines: tuple[PlannedColleague, ...]
    new_groups: tuple[str, ...]

    def count(self, *fates: Fate) -> int:
        """How many lines have one of these fates."""
        return sum(planned.fate in fates for planned in self.lines)

    @property
    def clean(self) -> bool:
        """Whether every line can be taken over."""
        return self.count(Fate.WRONG, Fate.DOUBTFUL) == 0


def start_import(session: Session, actor: Actor, stored: Stored, filename: str, *, at: datetime) -> RosterImport:
    """Keep an uploaded list of the staff to be looked at; changes nobody.

    Raises:
        Forbidden: the actor does not administer accounts.
        Invalid, TooLarge: the file is not a list of people.
    """
    require(actor, Permission.ADMINISTER_ACCOUNTS)
    read_staff(storage.get_bytes(stored.sha256), filename)
    storage.keep(session, stored, at=at)
    batch = RosterImport(
        school_id=actor.school_id,
        kind=KIND,
        sha256=stored.sha256,
        filename=nfc(filename),
        created_by_id=actor.user_id,
        created_at=at,
    )
    session.add(batch)
    session.flush()
    audit.record(session, actor, "staff.uploaded", batch.uid)
    return batch


def plan_import(session: Session, actor: Actor, uid: str) -> tuple[RosterImport, StaffPlan]:
    """Say what taking over the list would do to every line, as things stand now.

    Raises:
        NotFound: no such list in this school.
        Forbidden: the actor does not keep the school's lists.
    """
    batch = get_import(session, actor, uid, kind=KIND)
    staff = list_staff(session, actor)
    groups = {
        _group_key(name): name
        for name in session.scalars(select(SubjectGroup.name).where(SubjectGroup.school_id == actor.school_id))
    }
    new: dict[str, str] = {}
    lines = []
    for line in read_staff(storage.get_bytes(batch.sha256), batch.filename):
        key = _group_key(line.group)
        group = groups.get(key) or (new.setdefault(key, line.group) if key and line.post is not Post.NONE else "")
        lines.append(_fate(line, group, staff))
    return batch, StaffPlan(tuple(lines), tuple(new.values()))


def _group_key(name: str) -> str:
    """Two spellings of a group are one: case, dashes, "và"."""
    words = "".join(letter if letter.isalnum() else " " for letter in fold(name)).split()
    return " ".join(word for word in words if word != "va")


def _fate(line: StaffLine, group: str, staff: list[User]) -> PlannedColleague:
    if line.problems:
        return PlannedColleague(line, Fate.WRONG, group)
    if line.post is Post.NONE:
        note = Message(N_("Vị trí này không dùng Gieo, bỏ qua."))
        return PlannedColleague(line, Fate.SKIPPED, notes=(note,))
    known = next((one for one in staff if line.code and one.code == line.code), None) or next(
        (one for one in staff if line.email and (one.email or "").lower() == line.email.lower()), None
    )
    if known is None:
        twins = [one for one in staff if one.sort_name == collation_key(line.name)]
        open_twins = [one for one in twins if not (one.code and line.code)]
        if len(open_twins) > 1:
            note = Message(N_("Trường có nhiều người cùng họ tên. Hãy thêm mã cán bộ hoặc email để phân biệt."))
            return PlannedColleague(line, Fate.DOUBTFUL, group, notes=(note,))
        known = open_twins[0] if open_twins else None
    if known is None:
        return PlannedColleague(line, Fate.NEW, group)
    changed = [
        Message(change, {"old": old or "–", "new": new})
        for change, old, new in (
            (N_("Họ và tên: %(old)s → %(new)s"), known.full_name, line.name),
            (N_("Mã cán bộ: %(old)s → %(new)s"), known.code, line.code),
            (N_("Email: %(old)s → %(new)s"), known.email, line.email),
            (N_("Điện thoại: %(old)s → %(new)s"), known.phone, line.phone),
        )
        if new and old != new
    ]
    return PlannedColleague(line, Fate.CHANGED if changed else Fate.SAME, group, known.id, tuple(changed))


def apply_import(session: Session, actor: Actor, uid: str, *, at: datetime) -> RosterImport:
    """Take over the whole list: new accounts without password, changed identity, places in groups.

    Roles that somebody holds already are left as they are.

    Raises:
        Conflict: the list was taken over before, or a line cannot be.
    """
    batch, plan = plan_import(session, actor, uid)
    if batch.applied_at is not None:
        raise Conflict(N_("Danh sách này đã được nhập trước đó."))
    if not plan.clean:
        raise Conflict(N_("Còn dòng cần sửa. Chưa có gì được nhập; hãy sửa tệp rồi tải lên lại."))
    session.add_all(SubjectGroup(school_id=actor.school_id, name=name) for name in plan.new_groups)
    session.flush()
    groups = {
        group.name: group
        for group in session.scalars(select(SubjectGroup).where(SubjectGroup.school_id == actor.school_id))
    }
    for planned in plan.lines:
        if planned.fate is Fate.SKIPPED:
            continue
        person = session.get_one(User, planned.user_id) if planned.user_id else _new(session, actor, planned.line, at)
        _take_identity(person, planned.line)
        if planned.group and Role.TEACHER in person.roles and person.id != actor.user_id:  # nobody places themselves
            _join(session, person, groups[planned.group], head=planned.line.post is Post.HEAD)
    batch.applied_at = at
    batch.new_count = plan.count(Fate.NEW)
    batch.changed_count = plan.count(Fate.CHANGED)
    audit.record(session, actor, "staff.applied", batch.uid, new=batch.new_count, changed=batch.changed_count)
    return batch


def _new(session: Session, actor: Actor, line: StaffLine, at: datetime) -> User:
    person = accounts.new_user(
        actor.school_id,
        accounts.free_sign_in_name(session, suggest_sign_in_name(line.name)),
        line.name,
        frozenset({_ROLES[line.post]}),
        at=at,
        granted_by_id=actor.user_id,
    )
    person.must_change_password = True
    session.add(person)
    session.flush()
    audit.record(session, actor, "account.created", person.uid, roles=sorted(person.roles))
    return person


def _take_identity(person: User, line: StaffLine) -> None:
    person.full_name, person.sort_name = line.name, collation_key(line.name)
    person.code = line.code or person.code
    person.email = line.email or person.email
    person.phone = line.phone or person.phone


def _join(session: Session, person: User, group: SubjectGroup, *, head: bool) -> None:
    place = session.scalar(
        select(GroupMembership).where(GroupMembership.group_id == group.id, GroupMembership.user_id == person.id)
    )
    if place is None:
        place = GroupMembership(school_id=group.school_id, group_id=group.id, user_id=person.id, is_head=False)
        session.add(place)
    place.is_head = place.is_head or head
    session.flush()
