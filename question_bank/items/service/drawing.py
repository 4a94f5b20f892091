"""Questions for other features: lists of what may be used, random draws, and versions that were pinned."""

from __future__ import annotations

import random
from collections.abc import Collection, Iterable, Mapping, Sequence

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from lms.base.errors import NotFound
from lms.base.paging import Page, PageRequest
from lms.base.permissions import Actor
from question_bank.items.domain import BankItem, DrawRule, ItemFilter, ItemType
from question_bank.items.models import ItemAsset, ItemVersion
from question_bank.items.queries import narrowed, newest_first, usable_by, versions


def list_usable(session: Session, actor: Actor, wanted: ItemFilter, page: PageRequest) -> Page[BankItem]:
    """List the approved questions that the actor may put into a quiz, newest first."""
    conditions = (usable_by(actor), narrowed(wanted))
    total = session.scalar(select(func.count(ItemVersion.id)).where(*conditions)) or 0
    rows = session.scalars(versions(*conditions).order_by(*newest_first()).offset(page.offset).limit(page.size))
    return Page(tuple(row.to_value() for row in rows), max(1, page.number), page.size, total)


def get_versions(session: Session, actor: Actor, version_uids: Sequence[str]) -> list[BankItem]:
    """Return approved versions that the actor may use, in the order asked.

    Raises:
        NotFound: one of them is unknown, not approved, or not theirs to use.
    """
    rows = session.scalars(versions(usable_by(actor), ItemVersion.uid.in_(version_uids)))
    found = {row.uid: row.to_value() for row in rows}
    try:
        return [found[uid] for uid in version_uids]
    except KeyError:
        raise NotFound from None


def load_versions(session: Session, school_id: int, version_uids: Iterable[str]) -> dict[str, BankItem]:
    """Return versions that a feature has pinned, whatever became of them since; it answers for who may see them.

    Raises:
        NotFound: the school has no such version.
    """
    wanted = set(version_uids)
    rows = session.scalars(versions(ItemVersion.school_id == school_id, ItemVersion.uid.in_(wanted)))
    found = {row.uid: row.to_value() for row in rows}
    if len(found) != len(wanted):
        raise NotFound
    return found


def holds_asset(session: Session, school_id: int, version_uids: Collection[str], sha256: str) -> str | None:
    """Return the media type of a picture if one of the versions shows it, else None."""
    return session.scalar(
        select(ItemAsset.media_type)
        .join(ItemVersion, ItemVersion.id == ItemAsset.version_id)
        .where(ItemAsset.sha256 == sha256, ItemVersion.uid.in_(version_uids), ItemVersion.school_id == school_id)
        .limit(1)
    )


def assets_of(session: Session, school_id: int, version_uids: Collection[str]) -> Mapping[str, str]:
    """Return the media types of all pictures that the versions show, by SHA-256."""
    found = session.execute(
        select(ItemAsset.sha256, ItemAsset.media_type)
        .join(ItemVersion, ItemVersion.id == ItemAsset.version_id)
        .where(ItemVersion.uid.in_(version_uids), ItemVersion.school_id == school_id)
    )
    return {row.sha256: row.media_type for row in found}


def count_matching(session: Session, actor: Actor, rule: DrawRule, *, exclude: Collection[str] = ()) -> int:
    """Count the questions that a draw could take; `exclude` holds version uids."""
    return len(_candidates(session, actor, rule, exclude))


def draw(
    session: Session, actor: Actor, rule: DrawRule, *, seed: int | str, exclude: Collection[str] = ()
) -> list[BankItem]:
    """Draw `rule.count` questions, fewer where the bank has fewer; the same seed and bank give the same draw.

    `exclude` holds version uids that must not come.
    """
    candidates = _candidates(session, actor, rule, exclude)
    # A draw must be repeatable, not secret.
    chosen = random.Random(str(seed)).sample(candidates, min(rule.count, len(candidates)))  # noqa: S311
    return get_versions(session, actor, chosen)


def draw_for_school(
    session: Session, school_id: int, rule: DrawRule, *, seed: int | str, exclude: Collection[str] = ()
) -> list[BankItem]:
    """Draw as `draw` does, for a quiz that its teacher published: the pupil who starts it has no bank of their own."""
    staff = _anyone(school_id, rule.subject_id)
    return draw(session, staff, rule, seed=seed, exclude=exclude)


def _anyone(school_id: int, subject_id: int) -> Actor:
    from lms.base.permissions import Role

    return Actor(0, school_id, roles=frozenset({Role.TEACHER}), subject_ids=frozenset({subject_id}))


def _candidates(session: Session, actor: Actor, rule: DrawRule, exclude: Collection[str]) -> list[str]:
    """Uids in the order of making, so that a seed means the same on every database."""
    query = (
        select(ItemVersion.uid)
        .where(usable_by(actor), narrowed(rule), ItemVersion.type != ItemType.DESCRIPTION)
        .order_by(ItemVersion.id)
    )
    left_out = set(exclude)
    return [uid for uid in session.scalars(query) if uid not in left_out]


def facet_counts(session: Session, actor: Actor, rule: DrawRule) -> Mapping[tuple[str, str], int]:
    """Count usable questions by (type, level), for a page that plans a draw."""
    query = (
        select(ItemVersion.type, ItemVersion.level, func.count())
        .where(usable_by(actor), narrowed(rule))
        .group_by(ItemVersion.type, ItemVersion.level)
    )
    return {(kind, level): count for kind, level, count in session.execute(query)}
