"""Keep what is known of the uses of questions, and say what to expect of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from fractions import Fraction

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from lms.base.permissions import Actor
from question_bank.analysis.domain.calibration import Parameters
from question_bank.analysis.domain.classical import ItemFigures
from question_bank.analysis.domain.expectation import Expected, expected
from question_bank.analysis.models import ItemUse
from question_bank.items.models import Item, ItemVersion
from question_bank.items.service.reading import get_item, visible_versions

AT_ONCE = 5_000  # identifiers in one statement; SQLite takes 32,766 values


@dataclass(frozen=True, slots=True)
class Occasion:
    """A test that questions were used in: who it was of lies above the bank."""

    school_id: int
    uid: str
    title: str
    year: str  # the school year, as the school names it
    held_at: datetime


@dataclass(frozen=True, slots=True)
class Use:
    """How a version did: its figures, blanks, how many chose each option, parameters where answers sufficed."""

    figures: ItemFigures
    blanks: int = 0
    counts: Mapping[str, int] = field(default_factory=dict)
    parameters: Parameters | None = None


def keep_uses(session: Session, occasion: Occasion, uses: Mapping[str, Use], *, at: datetime) -> None:
    """Keep how the versions of an occasion did, in place of what was kept of it before."""
    session.execute(
        delete(ItemUse).where(ItemUse.school_id == occasion.school_id, ItemUse.occasion_uid == occasion.uid)
    )
    ids = dict(
        session.execute(
            select(ItemVersion.uid, ItemVersion.id).where(
                ItemVersion.school_id == occasion.school_id, ItemVersion.uid.in_(uses)
            )
        ).all()
    )
    session.add_all(_row(occasion, ids[version], use, at) for version, use in uses.items())
    session.flush()


def _row(occasion: Occasion, version_id: int, use: Use, at: datetime) -> ItemUse:
    found = use.parameters
    return ItemUse(
        school_id=occasion.school_id,
        version_id=version_id,
        occasion_uid=occasion.uid,
        title=occasion.title,
        year=occasion.year,
        used_at=occasion.held_at,
        papers=use.figures.papers,
        blanks=use.blanks,
        facility=use.figures.facility,
        discrimination=use.figures.discrimination,
        counts=dict(use.counts),
        model=found.model if found else "",
        slope=found.slope if found else None,
        difficulty=found.difficulty if found else None,
        slope_error=found.slope_error if found else None,
        difficulty_error=found.difficulty_error if found else None,
        kept_at=at,
    )


def expected_difficulties(session: Session, school_id: int, levels: Mapping[str, str]) -> dict[str, Expected]:
    """What to expect of each version of *levels* (its uid → its level, which may be empty), from all its uses.

    A share of the points: the higher, the easier. Where nothing is known of a version, what its level lets expect.
    """
    seen: dict[str, list[tuple[int, Fraction]]] = {}
    uids = list(levels)
    for start in range(0, len(uids), AT_ONCE):
        for uid, papers, facility in session.execute(
            select(ItemVersion.uid, ItemUse.papers, ItemUse.facility)
            .join(ItemVersion, ItemVersion.id == ItemUse.version_id)
            .where(ItemUse.school_id == school_id, ItemVersion.uid.in_(uids[start : start + AT_ONCE]))
        ):
            seen.setdefault(uid, []).append((papers, facility))
    return {uid: expected(level, seen.get(uid, ())) for uid, level in levels.items()}


@dataclass(frozen=True, slots=True)
class History:
    """A question with the uses of its versions that the reader may see, the oldest first."""

    item: Item
    uses: Sequence[tuple[ItemVersion, ItemUse]]


def history_of(session: Session, actor: Actor, item_uid: str) -> History:
    """Where a question was used and how it did there.

    Raises:
        NotFound: no such question, or none of its versions is theirs to see.
    """
    item = get_item(session, actor, item_uid)
    versions = {version.id: version for version in visible_versions(item, actor)}
    rows = session.scalars(
        select(ItemUse).where(ItemUse.version_id.in_(versions)).order_by(ItemUse.used_at, ItemUse.id)
    )
    return History(item, [(versions[row.version_id], row) for row in rows])
