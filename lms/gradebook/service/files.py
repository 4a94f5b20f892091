"""Marks as files: the class's own sheet, and a portal's workbook filled in place."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from lms.base import audit, storage
from lms.base.errors import NotFound
from lms.base.permissions import Actor
from lms.base.storage import Stored
from lms.base.text import slug
from lms.gradebook import exports
from lms.gradebook.domain.cells import Cell, State
from lms.gradebook.exports import MarkSheet, SheetRow
from lms.gradebook.models import Gradebook, MarkChange, PortalWorkbook
from lms.gradebook.service.books import Grid, GridRow, get_gradebook, grid_of
from lms.gradebook.workbook import Plan, PupilMarks, detect, fill, plan
from lms.gradebook.workbook.matching import MarkValue
from lms.permissions import Permission, allows, require
from lms.school import service as school

SEMESTERS = {1: "Học kì I", 2: "Học kì II"}


@dataclass(frozen=True, slots=True)
class File:
    """A file to hand out."""

    name: str
    data: bytes


def may_export_or_refuse(session: Session, actor: Actor, uid: str) -> Gradebook:
    """Return a gradebook that the actor may take away as a file.

    Raises:
        NotFound: no such gradebook for this person.
        Forbidden: the person may look at it but not take it away.
    """
    book = get_gradebook(session, actor, uid)
    require(actor, Permission.EXPORT_MARKS, book)
    return book


def export_xlsx(session: Session, actor: Actor, uid: str) -> File:
    """Return the class's own sheet as .xlsx.

    Raises:
        NotFound, Forbidden: see `may_export_or_refuse`.
    """
    sheet, name = _sheet(session, actor, uid, "xlsx")
    return File(f"{name}.xlsx", exports.as_xlsx(sheet))


def export_csv(session: Session, actor: Actor, uid: str) -> File:
    """Return the class's own sheet as .csv; raises as `export_xlsx`."""
    sheet, name = _sheet(session, actor, uid, "csv")
    return File(f"{name}.csv", exports.as_csv(sheet))


def _sheet(session: Session, actor: Actor, uid: str, kind: str) -> tuple[MarkSheet, str]:
    book = may_export_or_refuse(session, actor, uid)
    grid = grid_of(session, book)
    identities = allows(actor, Permission.SEE_IDENTITIES, book)
    teachers = [
        one.teacher.full_name
        for one in school.list_assignments(session, book.class_id)
        if one.subject_id == book.subject_id
    ]
    sheet = MarkSheet(
        school=school.get_school(session, actor).name,
        class_name=book.school_class.name,
        subject=book.subject.name,
        semester=SEMESTERS[book.semester.number],
        school_year=book.semester.year.name,
        teacher=", ".join(teachers),
        columns=book.columns,
        rows=[_row(row, identities) for row in grid.rows],
        by_comment=book.by_comment,
        identities=identities,
    )
    audit.record(session, actor, "gradebook.exported", book.uid, ending=kind, identities=identities)
    name = f"so-diem-{slug(book.subject.name)}-{slug(book.school_class.name)}-hk{book.semester.number}"
    return sheet, name


def _row(row: GridRow, identities: bool) -> SheetRow:
    pupil = row.pupil
    return SheetRow(
        name=pupil.full_name,
        code=pupil.code or "",
        ministry_id=(pupil.ministry_id or "") if identities else "",
        born_on=pupil.born_on if identities else None,
        cells=row.cells,
        average=row.result.average,
        passed=row.result.passed,
        comment=row.comment,
    )


def bring_workbook(
    session: Session, actor: Actor, uid: str, stored: Stored, name: str, *, at: datetime
) -> PortalWorkbook:
    """Bring a portal's file in, so that it can be looked at before it is filled.

    Raises:
        NotFound, Forbidden: see `may_export_or_refuse`.
        Invalid, TooLarge: not a workbook of marks.
    """
    book = may_export_or_refuse(session, actor, uid)
    detect(storage.get_bytes(stored.sha256))
    storage.keep(session, stored, at=at)
    workbook = PortalWorkbook(
        school_id=book.school_id,
        gradebook_id=book.id,
        brought_by_id=actor.user_id,
        name=name[:200],
        sha256=stored.sha256,
        brought_at=at,
    )
    session.add(workbook)
    session.flush()
    audit.record(session, actor, "gradebook.workbook_brought", book.uid, workbook=workbook.uid)
    return workbook


def get_workbook(session: Session, actor: Actor, uid: str) -> PortalWorkbook:
    """Find a file that the actor brought in.

    Raises:
        NotFound: there is none, or another person brought it.
    """
    workbook = session.scalar(
        select(PortalWorkbook).where(PortalWorkbook.uid == uid, PortalWorkbook.school_id == actor.school_id)
    )
    if workbook is None or workbook.brought_by_id != actor.user_id:
        raise NotFound
    get_gradebook(session, actor, workbook.gradebook.uid)
    return workbook


def plan_workbook(
    session: Session, actor: Actor, uid: str, *, replace: Collection[str] = ()
) -> tuple[PortalWorkbook, Plan]:
    """Say what filling would write, cell by cell.

    Raises:
        NotFound, Forbidden: see `get_workbook` and `export_xlsx`.
    """
    workbook = get_workbook(session, actor, uid)
    require(actor, Permission.EXPORT_MARKS, workbook.gradebook)
    grid = grid_of(session, workbook.gradebook)
    layout = detect(storage.get_bytes(workbook.sha256))
    return workbook, plan(layout, _pupils(session, grid), replace=replace)


def fill_workbook(session: Session, actor: Actor, uid: str, *, replace: Collection[str] = (), at: datetime) -> File:
    """Return the portal's file with the marks in it; raises as `plan_workbook`."""
    workbook, planned = plan_workbook(session, actor, uid, replace=replace)
    data = fill(storage.get_bytes(workbook.sha256), planned)
    workbook.filled_at = at
    session.flush()
    audit.record(
        session,
        actor,
        "gradebook.workbook_filled",
        workbook.gradebook.uid,
        workbook=workbook.uid,
        cells=len(planned.written),
    )
    stem, _, ending = workbook.name.rpartition(".")
    return File(f"{stem or workbook.name}.{'xlsm' if ending.lower() == 'xlsm' else 'xlsx'}", data)


def _pupils(session: Session, grid: Grid) -> list[PupilMarks]:
    earlier = _earlier(session, grid.book)
    return [
        PupilMarks(
            uid=row.pupil.uid,
            name=row.pupil.full_name,
            ministry_id=row.pupil.ministry_id or "",
            code=row.pupil.code or "",
            born_on=row.pupil.born_on,
            marks=_values(row),
            earlier=earlier.get(row.pupil.id, {}),
        )
        for row in grid.rows
    ]


def _values(row: GridRow) -> dict[str, MarkValue]:
    values: dict[str, MarkValue] = {}
    for key, cell in row.cells.items():
        value = _value(cell)
        if value is not None:
            values[key] = value
    if row.result.average is not None:
        values["tb"] = row.result.average
    elif row.result.passed is not None:
        values["tb"] = "Đ" if row.result.passed else "CĐ"
    if row.comment:
        values["nx"] = row.comment
    return values


def _value(cell: Cell) -> MarkValue | None:
    if cell.state is State.MARK and cell.passed is not None:
        return "Đ" if cell.passed else "CĐ"
    return cell.counted


def _earlier(session: Session, book: Gradebook) -> dict[int, Mapping[str, Sequence[MarkValue]]]:
    """Gather the values that cells of this gradebook ever held: those in a file may be ours from an older filling."""
    found: dict[int, dict[str, list[MarkValue]]] = {}
    for change in session.scalars(select(MarkChange).where(MarkChange.gradebook_id == book.id)):
        value = _value(change.cell(book.rules))
        if value is not None:
            found.setdefault(change.pupil_id, {}).setdefault(change.column_key, []).append(value)
    return {pupil_id: dict(columns) for pupil_id, columns in found.items()}
