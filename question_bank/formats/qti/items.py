"""One QTI item (2.1, 2.2 or 3.0) → a draft, or the name of what is not carried."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from fractions import Fraction

from lxml import etree

from question_bank.formats import fragments, problems
from question_bank.formats.qti import feedback
from question_bank.formats.qti.choosing import choice, order
from question_bank.formats.qti.entering import essay, inline
from question_bank.formats.qti.judging import Judge
from question_bank.formats.qti.marks import PASSAGE, UNNAMED
from question_bank.formats.qti.pairing import gap_match, match
from question_bank.formats.qti.source import Lost, Source, block, take_out
from question_bank.formats.qti.values import Unprocessable
from question_bank.items.domain import EssayKey, ItemBody, ItemDraft, ItemKey, ItemNotes, ItemType

_INLINE = ("textEntryInteraction", "inlineChoiceInteraction")
_READERS: dict[str, Callable[[Source, etree._Element, etree._Element], tuple[ItemBody, ItemKey | None]]] = {
    "choiceInteraction": choice,
    "orderInteraction": order,
    "matchInteraction": match,
    "gapMatchInteraction": gap_match,
    "extendedTextInteraction": essay,
}


@dataclass(frozen=True, slots=True)
class Found:
    """A question as read, with how many feedbacks found no place."""

    draft: ItemDraft
    unsaid: int = 0


def read_item(root: etree._Element, shelf: fragments.Shelf, picture: Callable[[str], str]) -> Found:
    """Return the question of an item.

    Raises:
        Lost: we have nothing like it.
    """
    if root.get("adaptive") == "true":
        raise Lost("adaptive")
    if root.find("templateProcessing") is not None or root.find("templateDeclaration") is not None:
        raise Lost("template")
    body = root.find("itemBody")
    if body is None:
        raise Lost("itemBody")
    found = [one for one in body.iter() if str(one.tag).endswith("Interaction")]
    kinds = [str(one.tag) for one in found]
    unknown = [kind for kind in kinds if kind not in _READERS and kind not in _INLINE]
    if unknown:
        raise Lost(unknown[0])
    if len(found) > 1 and not all(kind in _INLINE for kind in kinds):
        raise Lost("composite")
    try:
        judge = Judge(root)
    except Unprocessable as error:
        raise Lost("declaration") from error
    source = Source(root, shelf, picture, judge)
    passage, passage_id = _passage(source, body)
    rubric = _rubric(source, body)
    try:
        if not found:
            content, key = ItemBody(ItemType.DESCRIPTION, block(source.html(body))), None
        elif kinds[0] in _INLINE:
            content, key = inline(source, body, found)
        else:
            content, key = _READERS[kinds[0]](source, body, found[0])
    except Unprocessable as error:
        raise Lost("declaration") from error
    if isinstance(key, EssayKey):
        key = EssayKey(rubric)
    notes, unsaid = feedback.read(source, root, content)
    content = replace(content, passage=passage, passage_id=passage_id)
    return Found(_draft(source, content, key, notes), unsaid)


def _passage(source: Source, body: etree._Element) -> tuple[str, str]:
    """Return the text that stands before the question, where the item marks one."""
    for one in body.iterchildren("div"):
        if PASSAGE in (one.get("class") or "").split():
            take_out(one)
            return source.html(one), one.get("id") or ""
    return "", ""


def _draft(source: Source, content: ItemBody, key: ItemKey | None, notes: ItemNotes) -> ItemDraft:
    root, shelf = source.root, source.shelf
    if fragments.is_empty(content.prompt):
        source.problems.append(problems.empty_prompt())
    source.problems += [problems.missing_picture(name) for name in shelf.missing]
    source.problems += [problems.file_left_out(name) for name in shelf.left_out]
    if key is None and content.type is not ItemType.DESCRIPTION and not any(one.blocking for one in source.problems):
        source.problems.append(problems.no_key())
    shelf.missing.clear()
    shelf.left_out.clear()
    name = fragments.tidy(root.get("identifier") or "").strip()
    most = source.judge.declared.get("MAXSCORE")
    worth = most.default.items[0] if most and most.default else None
    return ItemDraft(
        content,
        key,
        notes,
        title=" ".join(fragments.tidy(root.get("title") or "").split()),
        points=worth if isinstance(worth, Fraction) and 0 < worth < 10_000 else None,
        external_id="" if name.startswith(UNNAMED) else name,
        source=fragments.plain(content.prompt)[:2000],
        problems=tuple(source.problems),
    )


def _rubric(source: Source, body: etree._Element) -> str:
    kept = []
    for rubric in list(body.iter("rubricBlock")):
        if "candidate" not in (rubric.get("view") or "").split():
            take_out(rubric)
            kept.append(source.html(rubric))
    for one in list(body.iter("feedbackBlock", "stylesheet", "infoControl")):
        take_out(one)
    return "".join(kept)
