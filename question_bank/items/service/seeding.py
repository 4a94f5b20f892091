"""Many questions at once, straight to a state; for the demo school and for tests of other features."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from sqlalchemy.orm import Session

from lms.base.permissions import Actor
from question_bank.items.domain import BankItem, ItemDraft, ItemState
from question_bank.items.service.content import Bytes, keep_pictures
from question_bank.items.service.reviewing import approve
from question_bank.items.service.writing import new_items, submit
from question_bank.items.tagging import Tags


def save_new_items(
    session: Session,
    actor: Actor,
    subject_id: int,
    drafts: Sequence[ItemDraft],
    *,
    assets: Mapping[str, Bytes] | None = None,
    tags: Tags = Tags(),
    state: ItemState = ItemState.DRAFT,
    reviewer: Actor | None = None,
    at: datetime,
) -> list[BankItem]:
    """Save drafts as questions of *actor* and lead them to *state* by the ordinary verbs.

    *assets* are the pictures of a `Reading`; *reviewer*, a head of the subject who is not the author, is needed for
    APPROVED.

    Raises:
        Invalid: a draft is not whole.
        Forbidden: the actor is not of the subject's group, or the reviewer may not approve.
    """
    pictures = keep_pictures(session, (assets or {}).values(), at=at)
    tagged = [(draft, tags) for draft in drafts]
    items = new_items(session, actor, subject_id, tagged, pictures=pictures, at=at)
    versions = [item.versions[0] for item in items]
    uids = [version.uid for version in versions]
    if uids and state in {ItemState.SUBMITTED, ItemState.APPROVED}:
        submit(session, actor, uids, at=at)
    if uids and state == ItemState.APPROVED:
        if reviewer is None:
            raise ValueError("Approved questions need a reviewer.")
        approve(session, reviewer, uids, at=at)
    return [version.to_value() for version in versions]
