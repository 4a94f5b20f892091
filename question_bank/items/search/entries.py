"""What the database says of versions, as the search knows them, and what was marked since."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Row, select
from sqlalchemy.orm import InstrumentedAttribute, Session

from lms.base.subjects import Subject
from lms.base.users import User
from question_bank.competencies.service import get_outcomes
from question_bank.items.domain import ItemState
from question_bank.items.models import ItemLabel, ItemOutcome, ItemVersion
from question_bank.items.search.models import IndexMark
from question_bank.items.search.wanted import ANY_TEXTBOOK, Entry, searchable
from question_bank.permissions import marks_on

TOGETHER = 2000  # versions read from the database at once
_COLUMNS = (
    ItemVersion.id,
    ItemVersion.school_id,
    ItemVersion.subject_id,
    ItemVersion.author_id,
    ItemVersion.type,
    ItemVersion.level,
    ItemVersion.topic,
    ItemVersion.grade,
    ItemVersion.state,
    ItemVersion.reviewed_at,
    ItemVersion.taken_from,
    ItemVersion.year,
    ItemVersion.category,
    ItemVersion.any_textbook,
    ItemVersion.search_text,
    Subject.uid.label("subject"),
    User.uid.label("author"),
)
Areas = dict[int, dict[str, tuple[str, ...]]]  # school → reference of an outcome → names above it


@dataclass(frozen=True, slots=True)
class Position:
    """The last mark that an index was told of."""

    mark_id: int
    token: str


@dataclass(frozen=True, slots=True)
class _Facts:
    """What the rules ask of a version."""

    school_id: int
    subject_id: int
    author_id: int
    state: str
    reviewed: bool

    @property
    def owner_id(self) -> int:
        """Nobody sees a version for having begun the question."""
        return self.author_id

    @property
    def is_draft(self) -> bool:
        return self.state == ItemState.DRAFT

    @property
    def is_submitted(self) -> bool:
        return self.state == ItemState.SUBMITTED

    @property
    def was_reviewed(self) -> bool:
        return not self.is_draft and self.reviewed

    @property
    def is_approved(self) -> bool:
        return self.state == ItemState.APPROVED


def entries(session: Session, *conditions: ColumnElement[bool]) -> Iterator[Entry]:
    """Go through the versions for which the conditions hold, of all schools, in the order of their ids."""
    areas: Areas = defaultdict(dict)
    last = 0
    while True:
        rows = session.execute(
            select(*_COLUMNS)
            .join(Subject, Subject.id == ItemVersion.subject_id)
            .join(User, User.id == ItemVersion.author_id)
            .where(ItemVersion.id > last, *conditions)
            .order_by(ItemVersion.id)
            .limit(TOGETHER)
        ).all()
        if not rows:
            return
        part = (rows[0].id, rows[-1].id)
        outcomes = _held(session, ItemOutcome.version_id, ItemOutcome.outcome, part, *conditions)
        labels = _held(session, ItemLabel.version_id, ItemLabel.label, part, *conditions)
        _learn(session, rows, outcomes, areas)
        for row in rows:
            yield _entry(row, outcomes.get(row.id, ()), labels.get(row.id, ()), areas[row.school_id])
        if len(rows) < TOGETHER:
            return
        last = rows[-1].id


def _held(
    session: Session,
    version: InstrumentedAttribute[int],
    value: InstrumentedAttribute[str],
    part: tuple[int, int],
    *conditions: ColumnElement[bool],
) -> dict[int, tuple[str, ...]]:
    """The several values of versions in a part of the ids."""
    found: dict[int, tuple[str, ...]] = {}
    for version_id, one in session.execute(
        select(version, value)
        .join(ItemVersion, ItemVersion.id == version)
        .where(version.between(*part), *conditions)
        .order_by(version, value)
    ):
        found[version_id] = (*found.get(version_id, ()), one)
    return found


def _learn(
    session: Session, rows: Sequence[Row[*tuple[Any, ...]]], outcomes: Mapping[int, tuple[str, ...]], areas: Areas
) -> None:
    """Look up the names above the outcomes that have not come by yet."""
    unknown: dict[int, set[str]] = defaultdict(set)
    for row in rows:
        unknown[row.school_id].update(code for code in outcomes.get(row.id, ()) if code not in areas[row.school_id])
    for school_id, references in unknown.items():
        known = get_outcomes(session, school_id, references)
        for reference in references:
            areas[school_id][reference] = known[reference].areas if reference in known else ()


def _entry(
    row: Row[*tuple[Any, ...]], outcomes: tuple[str, ...], labels: tuple[str, ...], areas: Mapping[str, tuple[str, ...]]
) -> Entry:
    facts = _Facts(row.school_id, row.subject_id, row.author_id, row.state, row.reviewed_at is not None)
    values = {
        "subject": (row.subject,),
        "grade": (str(row.grade),) if row.grade is not None else (),
        "type": (row.type,),
        "level": (row.level,) if row.level else (),
        "state": (row.state,),
        "topic": (row.topic,) if row.topic else (),
        "outcome": outcomes,
        "competency": tuple(dict.fromkeys(name for code in outcomes for name in areas[code])),
        "label": labels,
        "source": (row.taken_from,) if row.taken_from else (),
        "year": (str(row.year),) if row.year is not None else (),
        "category": (row.category,) if row.category else (),
        "textbook": (ANY_TEXTBOOK,) if row.any_textbook else (),
        "author": (row.author,),
    }
    return Entry(row.id, searchable(row.search_text), values, marks_on(facts))


def marked_since(session: Session, position: Position) -> set[int] | None:
    """Return the versions that were marked after a position; None where the position is not of this database."""
    rows = session.execute(
        select(IndexMark.id, IndexMark.token, IndexMark.version_id)
        .where(IndexMark.id >= position.mark_id)
        .order_by(IndexMark.id)
    ).all()
    if not rows or (rows[0].id, rows[0].token) != (position.mark_id, position.token):
        return None
    return {row.version_id for row in rows[1:]}
