"""Keep what is known of the uses of questions, and say what to expect of them."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from fractions import Fraction

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from lms.base.permissions import Actor
from question_bank.analysis.domain.calibration import Parameters
from question_bank.analysis.domain.chance import share_bounds
from question_bank.analysis.domain.classical import ItemFigures
from question_bank.analysis.domain.expectation import Expected, expected
from question_bank.analysis.domain.flags import FEWEST
from question_bank.analysis.domain.linking import Drift, Link, Placed, drift_between, from_facility
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
class UseTold:
    """A use of a version, and how the version moved since its first use, where enough other questions came again."""

    version: ItemVersion
    use: ItemUse
    first: bool  # of this version, among uses with papers enough
    link: Link | None = None
    drift: Drift | None = None

    @property
    def known(self) -> bool:
        """Whether there were papers enough to say anything."""
        return self.use.papers >= FEWEST

    @property
    def bounds(self) -> tuple[float, float]:
        """The bounds of its facility."""
        return share_bounds(self.use.facility, self.use.papers)


@dataclass(frozen=True, slots=True)
class History:
    """A question with the uses of its versions that the reader may see, the oldest first."""

    item: Item
    uses: Sequence[UseTold]


def history_of(session: Session, actor: Actor, item_uid: str) -> History:
    """Where a question was used, how it did there, and whether it drifted.

    Raises:
        NotFound: no such question, or none of its versions is theirs to see.
    """
    item = get_item(session, actor, item_uid)
    versions = {version.id: version for version in visible_versions(item, actor)}
    own = session.scalars(
        select(ItemUse).where(ItemUse.version_id.in_(versions)).order_by(ItemUse.used_at, ItemUse.id)
    ).all()
    beside = _beside(session, item.school_id, {use.occasion_uid for use in own})
    firsts: dict[int, ItemUse] = {}
    told = []
    for use in own:
        version, first = versions[use.version_id], firsts.get(use.version_id)
        if use.papers < FEWEST or first is None:
            told.append(UseTold(version, use, first=use.papers >= FEWEST))
        else:
            found = drift_between(*_placed(beside[first.occasion_uid], beside[use.occasion_uid]), use.version_id)
            told.append(UseTold(version, use, False, *(found or (None, None))))
        if use.papers >= FEWEST:
            firsts.setdefault(use.version_id, use)
    return History(item, told)


def _beside(session: Session, school_id: int, occasions: Collection[str]) -> dict[str, dict[int, ItemUse]]:
    """All uses with papers enough in these occasions, by the occasion and the version."""
    found: dict[str, dict[int, ItemUse]] = {uid: {} for uid in occasions}
    for use in session.scalars(
        select(ItemUse).where(
            ItemUse.school_id == school_id, ItemUse.occasion_uid.in_(occasions), ItemUse.papers >= FEWEST
        )
    ):
        found[use.occasion_uid][use.version_id] = use
    return found


def _placed(older: Mapping[int, ItemUse], newer: Mapping[int, ItemUse]) -> tuple[dict[int, Placed], dict[int, Placed]]:
    """The common questions of two occasions by their parameters where both have them all, else by their facility."""
    common = older.keys() & newer.keys()
    estimated = all(side[one].difficulty is not None for one in common for side in (older, newer))
    place = _by_parameters if estimated else _by_facility
    return {one: place(older[one]) for one in common}, {one: place(newer[one]) for one in common}


def _by_parameters(use: ItemUse) -> Placed:
    return Placed(use.difficulty or 0.0, use.difficulty_error or 0.0)


def _by_facility(use: ItemUse) -> Placed:
    return from_facility(use.facility, use.papers)
