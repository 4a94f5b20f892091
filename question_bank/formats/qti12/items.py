"""One item of QTI 1.2 → a draft, or the name of what is not carried."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from fractions import Fraction

from lxml import etree

from question_bank.formats import fragments, problems
from question_bank.formats.drafting import number
from question_bank.formats.qti12 import choosing, feedback, joining, typed
from question_bank.formats.qti12.material import MARK, Source
from question_bank.formats.qti12.rules import Rules, Unreadable
from question_bank.formats.qti12.tree import fields, responses
from question_bank.items.domain import EssayKey, ItemBody, ItemDraft, ItemKey, ItemType

# By question_type (Canvas), cc_profile (Common Cartridge), bbmd_questiontype (Blackboard), in lower case.
_LOST = {
    "calculated_question": "calculated",
    "calculated": "calculated",
    "file_upload_question": "upload",
    "file upload": "upload",
    "hot_spot_question": "hotspot",
    "hot spot": "hotspot",
    "categorization_question": "categorization",
    "jumbled sentence": "jumbled",
    "opinion scale": "opinion",
    "likert": "opinion",
}
_ESSAYS = {"essay_question", "cc.essay.v0p1", "essay", "short response"}
_MATCHING = {"matching_question", "cc.matching.v0p1", "matching"}
_TRUTHS = {"true_false_question", "cc.true_false.v0p1", "true/false", "either/or"}
_NUMBERS = {"numerical_question", "numeric"}
_LISTED = {"fill_in_multiple_blanks_question"}
_NAMED = {*_LISTED, "multiple_dropdowns_question", "fill in the blank plus"}
_TEXTS = {"text_only_question"}


class Lost(Exception):
    """The item is not carried; the argument names why."""


@dataclass(frozen=True, slots=True)
class Found:
    """A question as read, with how many words of feedback found no place."""

    draft: ItemDraft
    unsaid: int = 0


def kind_of(item: etree._Element) -> str:
    """Return what the item calls itself, in lower case."""
    said = fields(item)
    names = ("question_type", "cc_profile", "bbmd_questiontype", "qmd_itemtype")
    return next((said[name].lower() for name in names if said.get(name)), "")


def read_item(item: etree._Element, shelf: fragments.Shelf, picture: Callable[[str], str]) -> Found:
    """Return the question of an item.

    Raises:
        Lost: we have nothing like it.
    """
    kind = kind_of(item)
    presentation = item.find("presentation")
    if kind in _LOST or item.find("itemproc_extension/calculated") is not None:
        raise Lost(_LOST.get(kind, "calculated"))
    if presentation is None:
        raise Lost("presentation")
    asked = list(responses(presentation))
    for one in asked:
        if one.tag in ("response_xy", "response_grp") or one.find(".//render_slider") is not None:
            raise Lost(one.tag if one.tag != "response_xy" else "hotspot")
    source = Source(shelf, picture)
    try:
        rules = Rules(item, numbers=kind in _NUMBERS)
    except Unreadable as error:
        raise Lost("rules") from error
    own = len(asked) == 1 and kind not in _NAMED
    prompt = source.prompt(presentation, own)
    body, key = _question(source, rules, kind, prompt, asked, presentation)
    said = feedback.read(source, item, _parts(body, asked, source))
    if isinstance(key, EssayKey):
        notes = said.notes()
        key = EssayKey(notes.solution + fragments.paragraphs(fields(item).get("grading_notes", "")))
        said.solution = ""
    return Found(_draft(source, item, body, key, said), said.unsaid)


def _question(
    source: Source,
    rules: Rules,
    kind: str,
    prompt: str,
    asked: list[etree._Element],
    presentation: etree._Element,
) -> tuple[ItemBody, ItemKey | None]:
    whole = MARK.sub("", prompt).replace("<p></p>", "")
    tags = {str(one.tag) for one in asked}
    if kind in _ESSAYS:
        return ItemBody(ItemType.ESSAY, whole), EssayKey()
    if not asked or kind in _TEXTS:
        return ItemBody(ItemType.DESCRIPTION, whole), None
    if kind in _NAMED and tags <= {"response_lid", "response_str"}:
        return joining.blanks(source, rules, prompt, asked, named=True, listed=kind in _LISTED)
    if len(asked) == 1:
        return _alone(source, rules, kind, whole, asked[0])
    if tags == {"response_lid"}:
        if any(rules.cardinality(one.get("ident") or "") != "single" for one in asked):
            raise Lost("composite")
        if kind in _MATCHING or _same_choices(asked):
            return joining.matching(source, rules, whole, asked, _rights(source, presentation))
        if any(one.find("material") is not None for one in asked):
            raise Lost("composite")
        return joining.blanks(source, rules, prompt, asked, named=False, listed=False)
    if tags <= {"response_lid", "response_str"} and not any(rules.numeric(one.get("ident") or "") for one in asked):
        return joining.blanks(source, rules, prompt, asked, named=False, listed=False)
    raise Lost("composite")


def _alone(
    source: Source, rules: Rules, kind: str, prompt: str, response: etree._Element
) -> tuple[ItemBody, ItemKey | None]:
    ident = response.get("ident") or ""
    if response.tag == "response_lid":
        how = rules.cardinality(ident)
        if how == "ordered":
            return choosing.ordered(source, rules, prompt, response)
        if how == "multiple":
            return choosing.several(source, rules, prompt, response)
        labels = choosing.labels_of(response)
        sides = choosing.truth(labels, source)
        if sides and (kind in _TRUTHS or not kind):
            return choosing.true_false(source, rules, prompt, response, sides)
        return choosing.single(source, rules, prompt, response)
    if rules.numeric(ident):
        return ItemBody(ItemType.SHORT_NUMBER, prompt), typed.number_key(source, rules, ident)
    key = typed.text_key(source, rules, ident)
    rows = next((one.get("rows") or "" for one in response.iter("render_fib")), "")
    if key is None and not kind and not source.problems and (rules.silent or rows not in ("", "1")):
        return ItemBody(ItemType.ESSAY, prompt), EssayKey()
    return ItemBody(ItemType.SHORT_TEXT, prompt), key


def _same_choices(asked: list[etree._Element]) -> bool:
    """Tell whether several responses are chosen from the same things, as in a matching."""
    lists = [{one.get("ident") for one in choosing.labels_of(response)} for response in asked]
    return all(one == lists[0] for one in lists) and all(one.find("material") is not None for one in asked)


def _rights(source: Source, presentation: etree._Element) -> list[str]:
    """Return the right side where it stands apart from the choices (Blackboard's RIGHT_MATCH_BLOCK)."""
    for flow in presentation.iter("flow"):
        if flow.get("class") == "RIGHT_MATCH_BLOCK":
            return [fragments.unwrap(source.material(one)) for one in flow.iterchildren("flow")]
    return []


def _parts(body: ItemBody, asked: list[etree._Element], source: Source) -> dict[tuple[str, str], str]:
    """Return our options and gaps by the response and the choice that stand for them in the file."""
    if body.type in (ItemType.SINGLE_CHOICE, ItemType.MULTIPLE_CHOICE):
        ident = asked[0].get("ident") or ""
        labels = choosing.labels_of(asked[0])
        return {(ident, one.get("ident") or ""): ours.id for one, ours in zip(labels, body.options, strict=True)}
    if body.type is ItemType.MATCHING:
        names = [one.get("ident") or "" for one in asked if not fragments.is_empty(joining.left(source, one))]
        return {(name, ""): ours.id for name, ours in zip(names, body.options, strict=True)}
    if body.type is ItemType.GAP_FILL:
        return {(one.get("ident") or "", ""): gap.id for one, gap in zip(asked, body.gaps, strict=True)}
    return {}


def _draft(
    source: Source, item: etree._Element, body: ItemBody, key: ItemKey | None, said: feedback.Feedback
) -> ItemDraft:
    shelf, noted = source.shelf, fields(item)
    if fragments.is_empty(body.prompt):
        source.problems.append(problems.empty_prompt())
    source.problems += [problems.missing_picture(name) for name in dict.fromkeys(shelf.missing)]
    source.problems += [problems.file_left_out(name) for name in dict.fromkeys(shelf.left_out)]
    if key is None and body.type is not ItemType.DESCRIPTION and not any(one.blocking for one in source.problems):
        source.problems.append(problems.no_key())
    shelf.missing.clear()
    shelf.left_out.clear()
    return ItemDraft(
        body,
        key,
        said.notes(),
        title=" ".join(fragments.tidy(item.get("title") or "").split()),
        points=_points(noted.get("points_possible") or noted.get("qmd_weighting") or ""),
        external_id=fragments.tidy(item.get("ident") or noted.get("bbmd_asi_object_id") or "").strip(),
        source=fragments.plain(body.prompt)[:2000],
        problems=tuple(one for place, one in enumerate(source.problems) if one not in source.problems[:place]),
    )


def _points(text: str) -> Fraction | None:
    found = number(text) if len(text) < 40 else None
    worth = Fraction(found) if found else None
    return worth if worth is not None and 0 < worth < 10_000 else None


def with_passage(found: Found, passage: str, name: str) -> Found:
    """Return a question with the text that stands before it."""
    return replace(found, draft=replace(found.draft, body=replace(found.draft.body, passage=passage, passage_id=name)))
