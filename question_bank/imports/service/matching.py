"""Which questions of an import the bank holds already, and which are newer than what it holds."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, or_, select
from sqlalchemy.orm import Session, defer

from lms.base.permissions import Actor
from question_bank.imports.models import ImportBatch, ImportDraft
from question_bank.items.codec import decode_draft
from question_bank.items.comparing import sense_of, words_in
from question_bank.items.domain import ItemNotes, ItemState
from question_bank.items.models import Item, ItemVersion
from question_bank.items.queries import visible_to
from question_bank.items.service.content import likeness

AT_ONCE = 500  # values of one condition


@dataclass(frozen=True, slots=True)
class Match:
    """A question of the bank that a question of a file is: the `same` one, or one that the file has changed.

    `renewable` says that the actor may write the change as its next version now.
    """

    item_uid: str
    same: bool
    renewable: bool


def matches(session: Session, actor: Actor, batch: ImportBatch) -> dict[str, Match]:
    """Return what the questions of an import that are not saved yet are in the bank, by their uids.

    Only questions of the subject that the actor may see count, and none that this import brought. A question is
    recognised by the id that its source gives it, else by reading the same.
    """
    rows = [row for row in batch.drafts if not row.item_uid]
    candidates = _Candidates(session, actor, batch, rows)
    return {row.uid: found for row in rows if (found := candidates.match(row)) is not None}


class _Candidates:
    """The versions that may be one of the rows, looked up together."""

    def __init__(self, session: Session, actor: Actor, batch: ImportBatch, rows: list[ImportDraft]) -> None:
        self.actor = actor
        self.by_content: dict[str, ItemVersion] = {}
        self.by_likeness: dict[str, ItemVersion] = {}
        self.by_name: dict[str, ItemVersion] = {}
        asked: tuple[tuple[Any, set[str]], ...] = (
            (ItemVersion.sha256, {row.content_sha256 for row in rows} - {""}),
            (Item.origin_hash, {row.likeness for row in rows}),
            (Item.external_id, {row.external_id for row in rows} - {""}),
        )
        for column, values in asked:
            for part in _parted(values):
                for version in session.scalars(_query(actor, batch, column.in_(part))):
                    self._note(version)

    def _note(self, version: ItemVersion) -> None:
        """Remember a version; of one question the newest, of several the first."""
        self.by_content.setdefault(version.sha256, version)
        for known, name in ((self.by_likeness, version.item.origin_hash), (self.by_name, version.item.external_id)):
            if name and (name not in known or known[name].item_id == version.item_id):
                known[name] = version

    def match(self, row: ImportDraft) -> Match | None:
        """Return what a row is, None when the bank does not hold it."""
        named = self.by_name.get(row.external_id)
        same = self.by_content.get(row.content_sha256)
        if same is not None and named is None:
            return Match(same.item.uid, True, False)
        version = named or self.by_likeness.get(row.likeness)
        if version is None:
            return None
        if same is not None and same.item_id == version.item_id:
            return Match(version.item.uid, True, False)
        if _says_the_same(row, version, notes=named is not None):
            return Match(version.item.uid, True, False)
        return Match(version.item.uid, False, _renewable(self.actor, version.item))


def _query(actor: Actor, batch: ImportBatch, condition: ColumnElement[bool]) -> Any:
    return (
        select(ItemVersion)
        .join(Item, Item.id == ItemVersion.item_id)
        .where(
            visible_to(actor),
            Item.subject_id == batch.subject_id,
            or_(Item.import_uid != batch.uid, Item.import_uid == ""),
            condition,
        )
        .options(defer(ItemVersion.search_text))
        .order_by(ItemVersion.item_id, ItemVersion.number)
    )


def _parted(values: Iterable[str]) -> Iterator[list[str]]:
    listed = sorted(values)
    for start in range(0, len(listed), AT_ONCE):
        yield listed[start : start + AT_ONCE]


def _renewable(actor: Actor, item: Item) -> bool:
    """Whether the actor, who owns the question, can write its next version now; as `writing.new_version` asks."""
    newest = item.versions[-1]
    at_work = newest.state in {ItemState.DRAFT, ItemState.CHANGES_REQUESTED} and newest.author_id != actor.user_id
    return item.owner_id == actor.user_id and not newest.is_submitted and not at_work


def _says_the_same(row: ImportDraft, version: ItemVersion, *, notes: bool) -> bool:
    """Whether a version reads the same and has the same key, whatever its options are called; *notes* count too."""
    body = version.body
    if likeness(body) != row.likeness:
        return False
    draft = decode_draft(row.draft_json)
    if sense_of(draft.body, draft.key) != sense_of(body, version.key):
        return False
    return not notes or _said(draft.notes) == _said(version.notes)


def _said(notes: ItemNotes) -> list[str]:
    return [
        words_in(html) for html in (notes.solution, notes.feedback, *sorted(notes.per_option.values()), *notes.hints)
    ]
