"""The verbs of competency frameworks: bring in, look through, find an outcome to tag with, hand out."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from lms.base import audit
from lms.base.errors import Invalid, NotFound
from lms.base.i18n_marks import N_
from lms.base.permissions import Actor
from lms.base.text import fold, nfc
from question_bank.competencies.case_csv import read_csv, write_csv
from question_bank.competencies.case_json import read_case, write_case
from question_bank.competencies.domain import Association, Framework, Item, Node, walk
from question_bank.competencies.models import CompetencyAssociation, CompetencyFramework, CompetencyItem
from question_bank.competencies.shipped import SHIPPED, shipped
from question_bank.permissions import Permission, require

PICK = 60  # outcomes offered at once to tag with
GRADE = "grade"  # the kind of a node that only says for which grade what is below it is meant


@dataclass(frozen=True, slots=True)
class Outcome:
    """Something that can be tagged with; `reference` (its code, or its uid) is what the tag holds.

    `path` names the nodes above it, the nearest last; `areas` are those of them that are no mere grade.
    """

    reference: str
    uid: str
    code: str
    statement: str
    grades: tuple[str, ...]
    subject_code: str
    path: tuple[str, ...] = ()
    areas: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Filter:
    """Which items of a framework to show: of a grade, holding these words (accents do not matter)."""

    grade: str = ""
    typed: str = ""


@dataclass(frozen=True, slots=True)
class Change:
    """What an import did: how many items are new, changed and retired."""

    framework: CompetencyFramework
    added: int
    changed: int
    retired: int


def list_frameworks(session: Session, actor: Actor) -> list[tuple[CompetencyFramework, int]]:
    """List the school's frameworks by title, each with how many items it has."""
    require(actor, Permission.READ_FRAMEWORKS)
    counts = (
        select(CompetencyItem.framework_id, func.count().label("how_many"))
        .where(CompetencyItem.school_id == actor.school_id, CompetencyItem.retired_at.is_(None))
        .group_by(CompetencyItem.framework_id)
        .subquery()
    )
    rows = session.execute(
        select(CompetencyFramework, func.coalesce(counts.c.how_many, 0))
        .outerjoin(counts, counts.c.framework_id == CompetencyFramework.id)
        .where(CompetencyFramework.school_id == actor.school_id)
        .order_by(CompetencyFramework.title, CompetencyFramework.id)
    )
    return [(framework, count) for framework, count in rows]


def framework_titles(session: Session, school_id: int, uids: Collection[str]) -> dict[str, str]:
    """The titles of frameworks, by uid. Knows no permission: every member of the staff reads them."""
    rows = session.execute(
        select(CompetencyFramework.uid, CompetencyFramework.title).where(
            CompetencyFramework.school_id == school_id, CompetencyFramework.uid.in_(uids)
        )
    )
    return dict(rows.all())


def get_framework(session: Session, actor: Actor, uid: str) -> CompetencyFramework:
    """Find a framework of the actor's school.

    Raises:
        NotFound: the school has none with that uid.
    """
    require(actor, Permission.READ_FRAMEWORKS)
    found = session.scalar(
        select(CompetencyFramework).where(
            CompetencyFramework.uid == uid, CompetencyFramework.school_id == actor.school_id
        )
    )
    if found is None:
        raise NotFound
    return found


def tree(session: Session, actor: Actor, uid: str, wanted: Filter = Filter()) -> list[CompetencyItem]:
    """List the items that the filter asks for with everything above them, in the order of the tree."""
    framework = get_framework(session, actor, uid)
    items = list(
        session.scalars(
            select(CompetencyItem)
            .where(CompetencyItem.framework_id == framework.id, CompetencyItem.retired_at.is_(None))
            .order_by(CompetencyItem.place)
        )
    )
    by_id = {item.id: item for item in items}
    words = fold(wanted.typed).split()
    kept: set[int] = set()
    for item in items:
        if wanted.grade and item.grades and f",{wanted.grade}," not in item.grades:
            continue
        if not all(word in item.search_key for word in words):
            continue
        at: CompetencyItem | None = item
        while at is not None and at.id not in kept:
            kept.add(at.id)
            at = by_id.get(at.parent_id) if at.parent_id else None
    if not words and wanted.grade:  # a heading without grades that has nothing left below it says nothing
        above = {item.parent_id for item in items if item.id in kept}
        kept = {one for one in kept if one in above or by_id[one].grades}
    return [item for item in items if item.id in kept]


def grades_of(session: Session, framework: CompetencyFramework) -> list[str]:
    """List the grades that a framework speaks of, in order."""
    written = session.scalars(
        select(CompetencyItem.grades).where(CompetencyItem.framework_id == framework.id).distinct()
    )
    grades = {grade for text in written for grade in text.split(",") if grade}
    return sorted(grades, key=lambda grade: (not grade.isdigit(), int(grade) if grade.isdigit() else 0, grade))


def find_outcomes(
    session: Session, actor: Actor, *, subject_code: str = "", grade: str = "", typed: str = "", limit: int = PICK
) -> list[Outcome]:
    """List what can be tagged with: the leaves of the school's frameworks, narrowed, in the order of the trees."""
    require(actor, Permission.READ_FRAMEWORKS)
    parents = select(CompetencyItem.parent_id).where(
        CompetencyItem.parent_id.is_not(None), CompetencyItem.retired_at.is_(None)
    )
    query = (
        select(CompetencyItem, CompetencyFramework.subject_code)
        .join(CompetencyItem.framework)
        .where(
            CompetencyItem.school_id == actor.school_id,
            CompetencyItem.retired_at.is_(None),
            CompetencyItem.id.not_in(parents),
        )
        .order_by(CompetencyItem.framework_id, CompetencyItem.place)
        .limit(limit)
    )
    if subject_code:
        query = query.where(CompetencyFramework.subject_code == subject_code)
    if grade:
        query = query.where(CompetencyItem.grades.contains(f",{grade},", autoescape=True))
    for word in fold(typed).split():
        query = query.where(CompetencyItem.search_key.contains(word, autoescape=True))
    return _outcomes(session, [(item, code) for item, code in session.execute(query)])


def get_outcomes(session: Session, school_id: int, references: Collection[str]) -> dict[str, Outcome]:
    """Look up what tags stand for, retired ones too; unknown references are left out."""
    if not references:
        return {}
    rows = session.execute(
        select(CompetencyItem, CompetencyFramework.subject_code)
        .join(CompetencyItem.framework)
        .where(
            CompetencyItem.school_id == school_id,
            CompetencyItem.code.in_(references) | CompetencyItem.uid.in_(references),
        )
        .order_by(CompetencyItem.retired_at.is_not(None), CompetencyItem.framework_id, CompetencyItem.place)
    )
    found: dict[str, Outcome] = {}
    for outcome in _outcomes(session, [(item, code) for item, code in rows]):
        found.setdefault(outcome.reference, outcome)
    return found


def subjects_with_outcomes(session: Session, school_id: int) -> frozenset[str]:
    """The codes of the subjects for which the school has requirements to align to. Knows no permission."""
    query = select(CompetencyFramework.subject_code).where(
        CompetencyFramework.id.in_(
            select(CompetencyItem.framework_id).where(
                CompetencyItem.school_id == school_id, CompetencyItem.retired_at.is_(None)
            )
        )
    )
    return frozenset(session.scalars(query))


def _outcomes(session: Session, rows: Sequence[tuple[CompetencyItem, str]]) -> list[Outcome]:
    """Give items with the names above them; one more query for each level of the trees, whatever their size."""
    above: dict[int, CompetencyItem] = {}
    wanted = {item.parent_id for item, _ in rows if item.parent_id}
    while wanted:
        level = session.scalars(select(CompetencyItem).where(CompetencyItem.id.in_(wanted))).all()
        above.update({item.id: item for item in level})
        wanted = {item.parent_id for item in level if item.parent_id} - above.keys()
    outcomes = []
    for item, subject_code in rows:
        path: list[CompetencyItem] = []
        at = above.get(item.parent_id) if item.parent_id else None
        while at is not None:
            path.insert(0, at)
            at = above.get(at.parent_id) if at.parent_id else None
        outcomes.append(
            Outcome(
                item.reference,
                item.uid,
                item.code,
                item.statement,
                item.grade_list,
                subject_code,
                tuple(node.statement for node in path),
                tuple(node.statement for node in path if node.kind != GRADE),
            )
        )
    return outcomes


def import_framework(
    session: Session, actor: Actor, data: bytes, *, name: str, title: str = "", subject_code: str = "", at: datetime
) -> Change:
    """Bring in a framework from a CASE JSON or CSV file; one that is known is brought up to date.

    Raises:
        Forbidden: this person does not look after the frameworks.
        Invalid: the file cannot be taken, with the reason.
    """
    require(actor, Permission.IMPORT_FRAMEWORK)
    if name.lower().endswith(".csv"):
        if not nfc(title).strip():
            raise Invalid.at("title", N_("Hãy điền tên khung năng lực; tệp CSV không mang theo tên."))
        framework = read_csv(data, title=title[:300], subject=subject_code)
    else:
        framework = read_case(data)
    change = save_framework(session, actor.school_id, framework, subject_code=subject_code, title=title, at=at)
    audit.record(
        session,
        actor,
        "framework.imported",
        change.framework.uid,
        added=change.added,
        changed=change.changed,
        retired=change.retired,
    )
    return change


def install_shipped(session: Session, school_id: int, *, at: datetime) -> list[CompetencyFramework]:
    """Give a school the frameworks that come with the product; ones it has are brought up to date."""
    return [save_framework(session, school_id, shipped(name), at=at).framework for name in SHIPPED]


def save_framework(
    session: Session, school_id: int, framework: Framework, *, at: datetime, subject_code: str = "", title: str = ""
) -> Change:
    """Store a sound framework for a school, keeping the rows of items that were there before."""
    row = session.scalar(
        select(CompetencyFramework).where(
            CompetencyFramework.school_id == school_id, CompetencyFramework.identifier == framework.identifier
        )
    )
    if row is None:
        row = CompetencyFramework(school_id=school_id, identifier=framework.identifier, changed_at=at, title="")
        session.add(row)
    row.title = (nfc(title).strip() or framework.title)[:300]
    row.creator = framework.creator[:200]
    row.subject_code = (subject_code or row.subject_code or framework.subject)[:60]
    row.source, row.note = framework.source, framework.note
    row.extra, row.definitions = dict(framework.extra), dict(framework.definitions)
    row.changed_at = at
    session.flush()
    added, changed, retired = _save_items(session, row, framework, at)
    session.execute(delete(CompetencyAssociation).where(CompetencyAssociation.framework_id == row.id))
    session.add_all(
        CompetencyAssociation(
            school_id=school_id,
            framework_id=row.id,
            identifier=link.identifier,
            origin=link.origin,
            kind=link.kind,
            destination=link.destination,
            position=link.position,
            extra=dict(link.extra),
        )
        for link in framework.associations
    )
    session.flush()
    return Change(row, added, changed, retired)


def _save_items(session: Session, row: CompetencyFramework, framework: Framework, at: datetime) -> tuple[int, int, int]:
    known = {
        item.identifier: item
        for item in session.scalars(select(CompetencyItem).where(CompetencyItem.framework_id == row.id))
    }
    numbers = {item.identifier: number for number, item in enumerate(framework.items)}
    added = changed = 0
    present: dict[str, CompetencyItem] = {}
    for place, node in enumerate(walk(framework)):
        held = known.get(node.item.identifier)
        if held is None:
            held = CompetencyItem(school_id=row.school_id, framework_id=row.id, identifier=node.item.identifier)
            session.add(held)
            added += 1
        elif (held.statement, held.code, held.retired_at) != (node.item.statement, node.item.code, None):
            changed += 1
        _fill(held, node, place, numbers[node.item.identifier])
        present[node.item.identifier] = held
    session.flush()
    for node in walk(framework):
        present[node.item.identifier].parent_id = present[node.parent].id if node.parent else None
    retired = [item for name, item in known.items() if name not in present and item.retired_at is None]
    for item in retired:
        item.retired_at = at
    return added, changed, len(retired)


def _fill(held: CompetencyItem, node: Node, place: int, number: int) -> None:
    item = node.item
    held.code, held.kind, held.statement, held.notes = item.code, item.kind, item.statement, item.notes
    held.grades = f",{','.join(item.grades)},"[:120] if item.grades else ""
    held.search_key = fold(f"{item.code} {item.statement}")
    held.depth, held.place, held.number = node.depth, place, number
    held.extra = dict(item.extra)
    held.retired_at = None


def export_framework(
    session: Session, actor: Actor, uid: str, *, form: str, base_url: str = "", at: datetime
) -> tuple[str, bytes]:
    """Write a framework as a file; return its ending and content. `form` is "csv" or "json" (CASE 1.0).

    Raises:
        NotFound: no such framework, or no such form.
    """
    row = get_framework(session, actor, uid)
    if form == "csv":
        return "csv", write_csv(_as_domain(row))
    if form == "json":
        return "json", write_case(_as_domain(row), base_url=base_url, at=at)
    raise NotFound


def _as_domain(row: CompetencyFramework) -> Framework:
    living = sorted((item for item in row.items if item.retired_at is None), key=lambda item: item.number)
    return Framework(
        identifier=row.identifier,
        title=row.title,
        creator=row.creator,
        subject=row.subject_code,
        source=row.source,
        note=row.note,
        items=tuple(
            Item(item.identifier, item.statement, item.code, item.kind, item.grade_list, item.notes, item.extra)
            for item in living
        ),
        associations=tuple(
            Association(link.identifier, link.origin, link.kind, link.destination, link.position, link.extra)
            for link in row.associations
        ),
        extra=row.extra,
        definitions=row.definitions,
    )
