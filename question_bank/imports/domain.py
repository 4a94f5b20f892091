"""What an import holds, and what a teacher can do to one of its questions; pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from fractions import Fraction
from typing import Any

from question_bank.formats.reading import Changed, NotCarried
from question_bank.items.domain import (
    KEY_OF,
    AcceptedNumber,
    AcceptedText,
    ChoiceKey,
    EssayKey,
    GapKey,
    ItemBody,
    ItemDraft,
    ItemKey,
    ItemType,
    NumberKey,
    OrderKey,
    PairKey,
    Problem,
    TextKey,
    TruthKey,
)
from question_bank.items.tagging import Tags


@dataclass(frozen=True, slots=True)
class ReadDraft:
    """A question of an import with what is known about it.

    `twin_uid` is the question of the bank that it repeats, `older_uid` one that the file has changed; `renews` says
    that the teacher may write the change as its next version.
    """

    uid: str
    position: int
    draft: ItemDraft
    tags: Tags
    blocked: bool
    left_out: bool
    item_uid: str
    twin_uid: str
    repeats: int  # the position of an earlier question in the same file that reads the same; 0: none
    older_uid: str = ""
    renews: bool = False

    @property
    def is_double(self) -> bool:
        """Whether the bank or the file holds it already, or something like it that is not the teacher's to change."""
        return bool(self.twin_uid or self.repeats or (self.older_uid and not self.renews))

    @property
    def is_newer(self) -> bool:
        """Whether it can become the next version of a question of the bank."""
        return self.renews and not self.repeats

    @property
    def open(self) -> bool:
        """Whether it is neither saved nor left out nor in need of mending."""
        return not (self.blocked or self.left_out or self.item_uid)

    @property
    def ready(self) -> bool:
        """Whether saving the import would take it."""
        return self.open and not self.is_double


@dataclass(frozen=True, slots=True)
class ReadImport:
    """An import as its page shows it."""

    uid: str
    filename: str
    format: str
    subject_id: int
    subject_name: str
    found: int
    drafts: tuple[ReadDraft, ...]
    changed: tuple[Changed, ...]
    not_carried: tuple[NotCarried, ...]
    problems: tuple[Problem, ...]
    saved_at: datetime | None
    earlier: tuple[tuple[str, datetime], ...] = ()  # imports of the very same file before this one: uid, when

    def count_open(self, what: str) -> int:
        """Count those that could be saved by a property: "ready", "is_newer", "is_double", "twin_uid"."""
        return sum(one.open and bool(getattr(one, what)) for one in self.drafts)

    def count(self, what: str) -> int:
        """Count drafts by a property: "ready", "blocked", "left_out", "is_double", "item_uid" (saved)."""
        return sum(bool(getattr(draft, what)) for draft in self.drafts)


@dataclass(frozen=True, slots=True)
class Saved:
    """What saving did: positions of questions saved, which of them as new versions, and of those that stayed out."""

    saved: tuple[int, ...]
    renewed: tuple[int, ...]
    blocked: tuple[int, ...]
    doubles: tuple[int, ...]


def key_from_response(body: ItemBody, response: Mapping[str, Any]) -> ItemKey | None:
    """Make the key of a question from the response that would be right; None where a response says too little."""
    match body.type:
        case ItemType.SINGLE_CHOICE:
            return ChoiceKey({response["choice"]: Fraction(1)}) if response.get("choice") else None
        case ItemType.MULTIPLE_CHOICE:
            right = response.get("choices") or []
            return ChoiceKey({name: Fraction(1, len(right)) for name in right}) if right else None
        case ItemType.TRUE_FALSE | ItemType.CLUSTER:
            truths = {name: truth for name, truth in response["truths"].items() if truth is not None}
            return TruthKey(truths) if truths else None
        case ItemType.SHORT_TEXT:
            return TextKey((AcceptedText(response["text"].strip()),)) if response["text"].strip() else None
        case ItemType.SHORT_NUMBER:
            number = response["text"].strip().replace(",", ".")
            return NumberKey((AcceptedNumber(number),)) if number else None
        case ItemType.MATCHING:
            return PairKey(response["pairs"]) if response["pairs"] else None
        case ItemType.ORDERING:
            return OrderKey(tuple(response["order"])) if response["order"] else None
        case ItemType.GAP_FILL:
            gaps = {name: (AcceptedText(text),) for name, text in response["gaps"].items() if text.strip()}
            return GapKey(gaps) if gaps else None
        case _:
            return None


def turned_into(draft: ItemDraft, kind: ItemType) -> ItemDraft:
    """Return the question as another kind of the same shape; a key that fits no more goes."""
    key = draft.key
    if isinstance(key, ChoiceKey) and kind in {ItemType.SINGLE_CHOICE, ItemType.MULTIPLE_CHOICE}:
        right = [name for name, weight in key.weights.items() if weight > 0]
        several = kind is ItemType.MULTIPLE_CHOICE
        key = ChoiceKey({name: Fraction(1, len(right)) for name in right}) if several or len(right) == 1 else None
    elif KEY_OF[kind] is not None and not isinstance(key, KEY_OF[kind] or object):
        key = None
    return replace(draft, body=replace(draft.body, type=kind), key=EssayKey() if kind is ItemType.ESSAY else key)
