"""Two questions that a reader took apart made one, and one that it ran together made two; pure.

Ids of options are given anew, since both parts may use the same. A key is carried where it is sure which part it
belongs to, never guessed: what has none afterwards asks for one.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from lms.base import richtext
from question_bank.formats.drafting import option_id
from question_bank.items.domain import (
    ChoiceKey,
    EssayKey,
    ItemBody,
    ItemDraft,
    ItemKey,
    ItemNotes,
    ItemType,
    Option,
    TruthKey,
)

OPTIONED = frozenset({ItemType.SINGLE_CHOICE, ItemType.MULTIPLE_CHOICE, ItemType.CLUSTER})
_LESS = (ItemType.ESSAY, ItemType.DESCRIPTION)  # nothing but words, until somebody says what is right


def merged(first: ItemDraft, second: ItemDraft) -> ItemDraft | None:
    """Return two questions as one, or None where their kinds do not go together.

    The words of the second follow those of the first, and its options join. Words between two rows of options belong
    to the option before them: a reader took a line of it for the next question.
    """
    kinds = {one.body.type for one in (first, second)} - {*_LESS}
    if len(kinds) > 1 or (kinds - OPTIONED and (first.body.options or second.body.options)):
        return None
    if any(one.body.targets or one.body.gaps or one.body.variables for one in (first, second)):
        return None
    kind = kinds.pop() if kinds else min(first.body.type, second.body.type, key=_LESS.index)
    prompt, options = first.body.prompt + second.body.prompt, first.body.options
    if options and second.body.options:
        prompt, last = first.body.prompt, options[-1]
        options = (*options[:-1], replace(last, html=last.html + second.body.prompt))
    own = {option.id: option_id(place) for place, option in enumerate(options)}
    names = {option.id: option_id(len(options) + place) for place, option in enumerate(second.body.options)}
    return replace(
        first,
        body=ItemBody(
            kind,
            prompt,
            (*_renamed(options, own), *_renamed(second.body.options, names)),
            passage=first.body.passage or second.body.passage,
            passage_id=first.body.passage_id or second.body.passage_id,
            shuffle=first.body.shuffle and second.body.shuffle,
        ),
        key=_one_key(kind, _key_by(first.key, own), _key_by(second.key, names)),
        notes=ItemNotes(
            first.notes.solution + second.notes.solution,
            first.notes.feedback + second.notes.feedback,
            {**_said_by(first.notes, own), **_said_by(second.notes, names)},
            (*first.notes.hints, *second.notes.hints),
        ),
        source="\n".join(one.source for one in (first, second) if one.source),
        problems=tuple({one.code: one for one in (*first.problems, *second.problems)}.values()),
    )


def pieces_of(draft: ItemDraft) -> tuple[str, ...]:
    """Return where a second question may begin: the paragraphs of the prompt, then the options."""
    if draft.body.targets or draft.body.gaps or draft.body.variables:
        return ()
    return (*richtext.blocks(draft.body.prompt), *(option.html for option in draft.body.options))


def split(draft: ItemDraft, at: int) -> tuple[ItemDraft, ItemDraft] | None:
    """Return one question as two, the second beginning at piece *at* (see `pieces_of`); None where it cannot.

    An option at which the second begins becomes its prompt, the options after it are its own. A key stays with the
    part that has everything it names, solution and feedback stay with the first.
    """
    pieces, options = pieces_of(draft), draft.body.options
    if not 0 < at < len(pieces):
        return None
    place = at - (len(pieces) - len(options))
    if place < 0:
        halves = "".join(pieces[:at]), "".join(pieces[at : len(pieces) - len(options)])
        first, second = _part(draft, halves[0], ()), _part(draft, halves[1], options)
    else:
        first = _part(draft, draft.body.prompt, options[:place])
        second = _part(draft, _paragraph(options[place].html), options[place + 1 :])
    return first, replace(
        second, notes=replace(second.notes, solution="", feedback="", hints=()), external_id="", number=""
    )


def _part(draft: ItemDraft, prompt: str, options: tuple[Option, ...]) -> ItemDraft:
    """One half: its words, its options under new ids, and the key when all that it names is here.

    A choice without options asks for its answer as a short text, so that nobody overlooks it.
    """
    kind = draft.body.type if options or draft.body.type not in OPTIONED else ItemType.SHORT_TEXT
    names = {option.id: option_id(place) for place, option in enumerate(options)}
    body = replace(draft.body, type=kind, prompt=prompt, options=tuple(_renamed(options, names)))
    key = None
    if options and _named_by(draft.key) <= names.keys():
        key = _key_by(draft.key, names)
    elif kind is draft.body.type and not draft.body.options:
        key = draft.key
    return replace(draft, body=body, key=key, notes=replace(draft.notes, per_option=_said_by(draft.notes, names)))


def _paragraph(html: str) -> str:
    return html if html.startswith("<") and richtext.blocks(html) == (html,) else f"<p>{html}</p>"


def _renamed(options: tuple[Option, ...], names: Mapping[str, str]) -> list[Option]:
    return [replace(option, id=names[option.id]) for option in options]


def _said_by(notes: ItemNotes, names: Mapping[str, str]) -> dict[str, str]:
    return {names[name]: html for name, html in notes.per_option.items() if name in names}


def _named_by(key: ItemKey | None) -> set[str]:
    """The options that a key says something of."""
    match key:
        case ChoiceKey(weights):
            return {name for name, weight in weights.items() if weight}
        case TruthKey(truths):
            return set(truths)
        case _:
            return set()


def _key_by(key: ItemKey | None, names: Mapping[str, str]) -> ItemKey | None:
    match key:
        case ChoiceKey(weights):
            return ChoiceKey({names[name]: weight for name, weight in weights.items() if name in names})
        case TruthKey(truths) if names:
            return TruthKey({names[name]: truth for name, truth in truths.items() if name in names})
        case _:
            return key


def _one_key(kind: ItemType, first: ItemKey | None, second: ItemKey | None) -> ItemKey | None:
    """The key of two parts: of statements both, else the only one there is; two that say what is right are none."""
    if kind is ItemType.CLUSTER:
        truths = {
            name: truth for key in (first, second) if isinstance(key, TruthKey) for name, truth in key.truths.items()
        }
        return TruthKey(truths) if truths else None
    given = [key for key in (first, second) if key is not None and not isinstance(key, EssayKey)]
    if kind is ItemType.ESSAY:
        return EssayKey("".join(key.rubric for key in (first, second) if isinstance(key, EssayKey)))
    return given[0] if len(given) == 1 else None
