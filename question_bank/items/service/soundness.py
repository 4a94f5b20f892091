"""What the checks before a review say of versions, with the questions that read the same."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from lms.base.permissions import Actor
from question_bank.competencies.service import subjects_with_outcomes
from question_bank.items.domain import ItemState, Problem
from question_bank.items.models import Item, ItemVersion
from question_bank.items.queries import visible_to
from question_bank.items.review_checks import Surroundings, findings
from question_bank.items.service.content import likeness


@dataclass(frozen=True, slots=True)
class Checked:
    """What should be looked at in a version; `twins` are the uids of other questions that read the same."""

    findings: tuple[Problem, ...] = ()
    twins: tuple[str, ...] = ()

    @property
    def passes(self) -> bool:
        """Nothing was found."""
        return not self.findings and not self.twins


def check_versions(session: Session, actor: Actor, versions: Sequence[ItemVersion]) -> dict[str, Checked]:
    """Check versions that the actor was given to see: uid → what was found.

    Checked anew at each look, so that what is said is never stale. Twins are told as far as the actor may see them.
    """
    bodies = {version.uid: version.body for version in versions}
    hashes = {uid: likeness(body) for uid, body in bodies.items()}
    twins = _items_by_hash(session, actor, versions, set(hashes.values()))
    tagged = subjects_with_outcomes(session, actor.school_id)
    return {
        version.uid: Checked(
            findings(
                bodies[version.uid],
                version.key,
                version.notes,
                Surroundings(
                    version.level,
                    bool(version.outcomes),
                    version.item.subject.code in tagged,
                    version.item.subject.code,
                ),
            ),
            tuple(uid for uid in twins.get(hashes[version.uid], ()) if uid != version.item.uid),
        )
        for version in versions
    }


def _items_by_hash(
    session: Session, actor: Actor, versions: Sequence[ItemVersion], hashes: set[str]
) -> dict[str, list[str]]:
    if not versions:
        return {}
    rows = session.execute(
        select(Item.origin_hash, Item.uid)
        .join(ItemVersion, ItemVersion.item_id == Item.id)
        .where(
            Item.school_id == actor.school_id,
            Item.subject_id.in_({version.subject_id for version in versions}),
            Item.origin_hash.in_(hashes),
            ItemVersion.state != ItemState.RETIRED,
            visible_to(actor),
        )
        .distinct()
        .order_by(Item.uid)
    )
    found: dict[str, list[str]] = {}
    for origin_hash, uid in rows:
        found.setdefault(origin_hash, []).append(uid)
    return found
