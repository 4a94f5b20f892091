"""Taking over a list of pupils: a dry run that says what would happen to every line, then all of it or nothing."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlalchemy import select
from sqlalchemy.orm import Session

from lms.accounts import service as accounts
from lms.base import audit, storage
from lms.base.errors import Conflict, Message, NotFound
from lms.base.i18n_marks import N_
from lms.base.permissions import Actor, Role
from lms.base.storage import Stored
from lms.base.text import collation_key, nfc, slug
from lms.base.users import User
from lms.permissions import Permission, require
from lms.school.models import Enrolment, RosterImport, SchoolClass, SchoolYear
from lms.school.roster.headings import Role as Column
from lms.school.roster.reading import RosterFile, RosterLine, read_roster
from lms.school.service import find_current_year, find_or_make_parent


class Fate(StrEnum):
    """What becomes of a line."""

    NEW = "new"
    CHANGED = "changed"
    MOVED = "moved"  # to another class
    SAME = "same"
    DOUBTFUL = "doubtful"  # a pupil with this name is there already and nothing tells them apart
    WRONG = "wrong"
    SKIPPED = "skipped"  # nobody who works here (lists of the staff)


@dataclass(frozen=True, slots=True)
class PlannedLine:
    """A line of the list, what becomes of it, and whom it speaks of when the school knows them."""

    line: RosterLine
    fate: Fate
    pupil_id: int | None = None
    notes: tuple[Message, ...] = ()


@dataclass(frozen=True, slots=True)
class Plan:
    """What taking over a list would do."""

    file: RosterFile
    lines: tuple[PlannedLine, ...]
    new_classes: tuple[str, ...]

    def count(self, *fates: Fate) -> int:
        """How many lines have one of these fates."""
        return sum(planned.fate in fates for planned in self.lines)

    @property
    def clean(self) -> bool:
        """Whether every line can be taken over."""
        return self.count(Fate.WRONG, Fate.DOUBTFUL) == 0


def start_import(session: Session, actor: Actor, stored: Stored, filename: str, *, at: datetime) -> RosterImport:
    """Keep an uploaded list to be looked at; changes nobody.

    Raises:
        Forbidden: the actor does not keep the school's lists.
        Invalid, TooLarge: the file is not a list of pupils.
    """
    require(actor, Permission.IMPORT_ROSTER)
    read_roster(storage.get_bytes(stored.sha256), filename, on=at.date())
    storage.keep(session, stored, at=at)
    batch = RosterImport(
        school_id=actor.school_id,
        sha256=stored.sha256,
        filename=nfc(filename),
        created_by_id=actor.user_id,
        created_at=at,
    )
    session.add(batch)
    session.flush()
    audit.record(session, actor, "roster.uploaded", batch.uid)
    return batch


def get_import(session: Session, actor: Actor, uid: str, *, kind: str = "pupils") -> RosterImport:
    """Find an uploaded list of *kind*.

    Raises:
        NotFound: no such list in this school.
        Forbidden: the actor does not keep the school's lists.
    """
    batch = session.scalar(
        select(RosterImport).where(
            RosterImport.uid == uid, RosterImport.school_id == actor.school_id, RosterImport.kind == kind
        )
    )
    if batch is None:
        raise NotFound
    require(actor, Permission.IMPORT_ROSTER)
    return batch


def plan_import(session: Session, actor: Actor, batch: RosterImport, *, at: datetime) -> Plan:
    """Say what taking over the list would do to every line, as things stand now."""
    file = read_roster(storage.get_bytes(batch.sha256), batch.filename, on=at.date())
    known = _Known(session, actor.school_id)
    lines = tuple(_fate(line, known) for line in file.lines)
    named = {line.class_name for line in file.usable if line.class_name}
    return Plan(file, lines, tuple(sorted(named - known.class_names, key=_class_key)))


class _Known:
    """The pupils and classes of a school, by what a list may call them."""

    def __init__(self, session: Session, school_id: int) -> None:
        pupils = session.scalars(
            select(User).where(User.school_id == school_id, User.grants.any(role=Role.PUPIL.value))
        ).all()
        self.by_ministry_id = {pupil.ministry_id: pupil for pupil in pupils if pupil.ministry_id}
        self.by_code = {pupil.code: pupil for pupil in pupils if pupil.code}
        self.by_name: dict[str, list[User]] = {}
        for pupil in pupils:
            self.by_name.setdefault(pupil.sort_name, []).append(pupil)
        self.class_of: dict[int, str] = dict(
            session.execute(
                select(Enrolment.pupil_id, SchoolClass.name)
                .join(SchoolClass, SchoolClass.id == Enrolment.class_id)
                .join(SchoolYear, SchoolYear.id == SchoolClass.year_id)
                .where(Enrolment.school_id == school_id, Enrolment.until_on.is_(None), SchoolYear.current)
            ).all()
        )
        year = find_current_year(session, school_id)
        self.classes: dict[str, SchoolClass] = (
            {found.name: found for found in session.scalars(select(SchoolClass).where(SchoolClass.year_id == year.id))}
            if year
            else {}
        )
        self.class_names = set(self.classes)

    def find(self, line: RosterLine) -> tuple[User | None, bool]:
        """The pupil a line speaks of, and whether that is in doubt."""
        for wanted, index in ((line.ministry_id, self.by_ministry_id), (line.code, self.by_code)):
            if wanted and wanted in index:
                return index[wanted], False
        twins = self.by_name.get(collation_key(line.name), [])
        born = [twin for twin in twins if twin.born_on == line.born_on and line.born_on is not None]
        if len(born) == 1 and not (born[0].ministry_id and line.ministry_id) and not (born[0].code and line.code):
            return born[0], False
        unmarked = [twin for twin in born if not (twin.code and line.code)]
        return None, bool(unmarked)


def _fate(line: RosterLine, known: _Known) -> PlannedLine:
    if not line.usable:
        return PlannedLine(line, Fate.WRONG)
    pupil, doubtful = known.find(line)
    if doubtful:
        note = Message(
            N_("Trường đã có học sinh cùng họ tên và ngày sinh. Hãy thêm mã học sinh hoặc mã định danh để phân biệt.")
        )
        return PlannedLine(line, Fate.DOUBTFUL, notes=(note,))
    if pupil is None:
        return PlannedLine(line, Fate.NEW)
    notes = []
    for change, old, new in _identity(pupil, line):
        if new and old != new:
            notes.append(Message(change, {"old": str(old or "–"), "new": str(new)}))
    old_class = known.class_of.get(pupil.id, "")
    if line.class_name and old_class != line.class_name:
        notes.append(Message(N_("Chuyển lớp: %(old)s → %(new)s"), {"old": old_class or "–", "new": line.class_name}))
        return PlannedLine(line, Fate.MOVED, pupil.id, tuple(notes))
    return PlannedLine(line, Fate.CHANGED if notes else Fate.SAME, pupil.id, tuple(notes))


def _identity(pupil: User, line: RosterLine) -> list[tuple[str, object, object]]:
    return [
        (N_("Họ và tên: %(old)s → %(new)s"), pupil.full_name, line.name),
        (N_("Ngày sinh: %(old)s → %(new)s"), pupil.born_on, line.born_on),
        (N_("Giới tính: %(old)s → %(new)s"), pupil.gender, line.gender),
        (N_("Mã định danh: %(old)s → %(new)s"), pupil.ministry_id, line.ministry_id),
        (N_("Mã học sinh: %(old)s → %(new)s"), pupil.code, line.code),
    ]


def apply_import(session: Session, actor: Actor, uid: str, *, at: datetime) -> RosterImport:
    """Take over the whole list: new pupils, changed identity, moves between classes. Running it twice changes nothing.

    Raises:
        Conflict: the list was taken over before, a line cannot be, or no school year runs.
    """
    batch = get_import(session, actor, uid)
    if batch.applied_at is not None:
        raise Conflict(N_("Danh sách này đã được nhập trước đó."))
    plan = plan_import(session, actor, batch, at=at)
    if not plan.clean:
        raise Conflict(N_("Còn dòng cần sửa. Chưa có gì được nhập; hãy sửa tệp rồi tải lên lại."))
    year = find_current_year(session, actor.school_id)
    if year is None:
        raise Conflict(N_("Trường chưa có năm học đang chạy. Hãy tạo năm học trước."))
    classes = _with_new_classes(session, year, plan.new_classes)
    names = set(session.scalars(select(User.sign_in_name)))
    for planned in plan.lines:
        pupil = (
            session.get_one(User, planned.pupil_id)
            if planned.pupil_id
            else _new_pupil(session, actor, planned.line, names, at)
        )
        _take_identity(pupil, planned.line)
        if planned.fate in {Fate.NEW, Fate.MOVED} and planned.line.class_name:
            _enrol(session, pupil, classes[planned.line.class_name], at)
    batch.applied_at = at
    batch.new_count = plan.count(Fate.NEW)
    batch.changed_count = plan.count(Fate.CHANGED, Fate.MOVED)
    audit.record(session, actor, "roster.applied", batch.uid, new=batch.new_count, changed=batch.changed_count)
    return batch


def make_parents(session: Session, actor: Actor, uid: str, *, at: datetime) -> int:
    """Make accounts for the parents that a taken-over list names, to be confirmed one by one; returns how many links.

    Running it twice makes nobody twice.

    Raises:
        NotFound: no such list in this school.
        Forbidden: the actor does not keep the school's lists.
        Conflict: the list has not been taken over, or names no parents.
    """
    batch = get_import(session, actor, uid)
    require(actor, Permission.ARRANGE_SCHOOL)
    if batch.applied_at is None:
        raise Conflict(N_("Hãy nhập danh sách học sinh trước."))
    file = read_roster(storage.get_bytes(batch.sha256), batch.filename, on=at.date())
    if Column.PARENT not in file.columns:
        raise Conflict(N_("Danh sách này không có cột Phụ huynh."))
    known = _Known(session, actor.school_id)
    made = 0
    for line in file.usable:
        pupil, _doubtful = known.find(line)
        if pupil is not None and line.parent:
            made += find_or_make_parent(session, actor, pupil, line.parent, line.phone, at=at) is not None
    audit.record(session, actor, "parent.accounts_made", batch.uid, count=made)
    return made


def _class_key(name: str) -> tuple[int, str]:
    grade = re.match(r"\d+", name)
    return (int(grade.group()) if grade else 0, name)


def _with_new_classes(session: Session, year: SchoolYear, names: Sequence[str]) -> dict[str, SchoolClass]:
    for name in names:
        session.add(SchoolClass(school_id=year.school_id, year_id=year.id, name=name, grade=_class_key(name)[0]))
    session.flush()
    return {found.name: found for found in session.scalars(select(SchoolClass).where(SchoolClass.year_id == year.id))}


def _new_pupil(session: Session, actor: Actor, line: RosterLine, names: set[str], at: datetime) -> User:
    stem = slug(line.code or line.ministry_id or line.name) or "hs"
    name, number = stem, 1
    while name in names:
        number += 1
        name = f"{stem}-{number}"
    names.add(name)
    pupil = accounts.new_user(
        actor.school_id, name, line.name, frozenset({Role.PUPIL}), at=at, granted_by_id=actor.user_id
    )
    pupil.must_change_password = True
    session.add(pupil)
    session.flush()
    return pupil


def _take_identity(pupil: User, line: RosterLine) -> None:
    pupil.full_name, pupil.sort_name = line.name, collation_key(line.name)
    pupil.born_on = line.born_on or pupil.born_on
    pupil.gender = line.gender or pupil.gender
    pupil.ministry_id = line.ministry_id or pupil.ministry_id
    pupil.code = line.code or pupil.code
    pupil.source = "roster"


def _enrol(session: Session, pupil: User, found: SchoolClass, at: datetime) -> None:
    for old in session.scalars(
        select(Enrolment)
        .join(SchoolClass, SchoolClass.id == Enrolment.class_id)
        .where(Enrolment.pupil_id == pupil.id, Enrolment.until_on.is_(None), SchoolClass.year_id == found.year_id)
    ):
        old.until_on = at.date()
    session.add(Enrolment(school_id=found.school_id, class_id=found.id, pupil_id=pupil.id, from_on=at.date()))
