"""What is different between two versions of a question, word by word; pure.

Words, formulas, pictures and gaps are each one thing that stays, goes or comes; a word in bold is another thing than
the same word in plain letters, since a question may be about just that.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from difflib import SequenceMatcher
from enum import StrEnum
from html import escape
from itertools import groupby

from lxml.html import HtmlElement

from lms.base.i18n_marks import N_
from lms.base.richtext.vocabulary import BLOCKS, parse
from question_bank.items.domain import EssayKey, ItemBody, ItemKey, ItemNotes, ItemType, Option
from question_bank.items.keys_in_words import key_in_words

MOST_TOKENS = (
    6_000  # of both texts beyond what they begin and end with alike; more is shown as gone and come as a whole
)


class Change(StrEnum):
    """What became of a stretch of text."""

    SAME = "same"
    GONE = "gone"
    COME = "come"


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch of text, a fragment in the vocabulary of `lms.base.richtext`."""

    change: Change
    html: str


@dataclass(frozen=True, slots=True)
class Part:
    """A part of a question that is different: its name, perhaps the letter of an option, and its text in pieces."""

    name: str
    pieces: tuple[Piece, ...]
    letter: str = ""


@dataclass(frozen=True, slots=True)
class Side:
    """A version as it is compared; `labels` are the words of its tags by the name of the tag."""

    body: ItemBody
    key: ItemKey | None
    notes: ItemNotes
    labels: Mapping[str, str] = field(default_factory=dict)


def differences(before: Side, after: Side) -> tuple[Part, ...]:
    """Say what is different, part by part in the order of reading; nothing when both are alike."""
    return tuple(part for part in _parts(before, after) if any(one.change is not Change.SAME for one in part.pieces))


def _parts(before: Side, after: Side) -> Iterator[Part]:
    yield Part(N_("Đoạn dẫn"), compare(before.body.passage, after.body.passage))
    yield Part(N_("Câu dẫn"), compare(before.body.prompt, after.body.prompt))
    yield from _options(
        N_("Phương án") if after.body.type in _CHOICES else N_("Ý"), before.body.options, after.body.options
    )
    yield from _options(N_("Cột phải"), before.body.targets, after.body.targets)
    yield from _options(N_("Lựa chọn ở chỗ trống"), _choices(before.body), _choices(after.body))
    yield Part(N_("Đáp án"), _plain(key_in_words(before.body, before.key), key_in_words(after.body, after.key)))
    yield Part(N_("Hướng dẫn chấm"), compare(_rubric(before.key), _rubric(after.key)))
    yield Part(N_("Lời giải"), compare(before.notes.solution, after.notes.solution))
    yield Part(N_("Nhận xét chung"), compare(before.notes.feedback, after.notes.feedback))
    yield Part(N_("Gợi ý"), compare("<br>".join(before.notes.hints), "<br>".join(after.notes.hints)))
    for tag in dict.fromkeys([*before.labels, *after.labels]):
        yield Part(tag, _plain(before.labels.get(tag, ""), after.labels.get(tag, "")))


def _choices(body: ItemBody) -> tuple[Option, ...]:
    return tuple(choice for gap in body.gaps for choice in gap.choices)


def _rubric(key: ItemKey | None) -> str:
    return key.rubric if isinstance(key, EssayKey) else ""


def _options(name: str, before: Sequence[Option], after: Sequence[Option]) -> Iterator[Part]:
    """Compare options by their id: what is said of C is said of the same option wherever it stands now."""
    old = {option.id: option for option in before}
    for place, option in enumerate(after):
        was = old.pop(option.id, None)
        yield Part(name, compare(was.html if was else "", option.html), _letter(place))
    for place, option in enumerate(before):
        if option.id in old:
            yield Part(name, compare(option.html, ""), _letter(place))
    stayed = [one for one in before if one.id in _ids(after)]
    stand_now = [one for one in after if one.id in _ids(before)]
    if [one.id for one in stayed] != [one.id for one in stand_now]:
        places = {option.id: _letter(place) for place, option in enumerate(before)}
        order = [" ".join(places[one.id] for one in options) for options in (stayed, stand_now)]
        yield Part(N_("Thứ tự phương án"), _plain(order[0], order[1]))


def _ids(options: Sequence[Option]) -> set[str]:
    return {option.id for option in options}


def _letter(place: int) -> str:
    return chr(ord("A") + place) if place < 26 else str(place + 1)


def _plain(before: str, after: str) -> tuple[Piece, ...]:
    """Two short texts as a whole: the one gone, the other come."""
    if before == after:
        return ()
    found = (Piece(Change.GONE, escape(before, quote=False)), Piece(Change.COME, escape(after, quote=False)))
    return tuple(piece for piece in found if piece.html)


@dataclass(frozen=True, slots=True)
class _Token:
    """A word, mark, formula, picture, gap or line end; `spaced` after a space, which makes no difference."""

    html: str
    spaced: bool = field(default=False, compare=False)


def compare(before: str, after: str) -> tuple[Piece, ...]:
    """Compare two stored texts.

    >>> [(one.change.value, one.html) for one in compare("<p>Tính 1 + 1.</p>", "<p>Tính 1 + 2.</p>")]
    [('same', 'Tính 1 +'), ('gone', ' 1'), ('come', ' 2'), ('same', '.')]
    """
    if before == after:
        return (Piece(Change.SAME, after),) if after else ()
    old, new = _tokens(before), _tokens(after)
    pieces = [(Change(change), token) for change, token in _aligned(old, new)]
    return tuple(
        Piece(change, "".join((" " if token.spaced else "") + token.html for _, token in group))
        for change, group in groupby(pieces, key=lambda one: one[0])
    )


def _aligned(old: list[_Token], new: list[_Token]) -> Iterator[tuple[Change, _Token]]:
    start = 0
    while start < min(len(old), len(new)) and old[start] == new[start]:
        start += 1
    end = 0
    while end < min(len(old), len(new)) - start and old[-1 - end] == new[-1 - end]:
        end += 1
    yield from ((Change.SAME, token) for token in new[:start])
    middle_old, middle_new = old[start : len(old) - end], new[start : len(new) - end]
    if len(middle_old) + len(middle_new) > MOST_TOKENS:
        yield from ((Change.GONE, token) for token in middle_old)
        yield from ((Change.COME, token) for token in middle_new)
        middle_old, middle_new = [], []
    steps = SequenceMatcher(None, middle_old, middle_new, autojunk=False).get_opcodes()
    for step, old_from, old_to, new_from, new_to in steps:
        if step == "equal":
            yield from ((Change.SAME, token) for token in middle_new[new_from:new_to])
            continue
        yield from ((Change.GONE, token) for token in middle_old[old_from:old_to])
        yield from ((Change.COME, token) for token in middle_new[new_from:new_to])
    yield from ((Change.SAME, token) for token in new[len(new) - end :])


_CHOICES = frozenset({ItemType.SINGLE_CHOICE, ItemType.MULTIPLE_CHOICE})
_PIECE = re.compile(r"\s+|[^\W_]+|.", re.DOTALL)
_MARKS = frozenset({"b", "strong", "i", "em", "u", "s", "sub", "sup", "code"})
_LINE_END = "<br>"


def _tokens(html: str) -> list[_Token]:
    reader = _Reader()
    if html:
        reader.walk(parse(html), ())
    while reader.found and reader.found[-1].html == _LINE_END:
        reader.found.pop()
    return reader.found


class _Reader:
    """Reads a stored text into tokens, and knows whether a space came last."""

    def __init__(self) -> None:
        self.found: list[_Token] = []
        self._spaced = False

    def walk(self, element: HtmlElement, marks: tuple[str, ...]) -> None:
        self._words(element.text or "", marks)
        for child in element:
            tag = str(child.tag)
            is_cell = tag in {"td", "th"}
            if (tag == "br" or tag in BLOCKS) and not is_cell:
                self._end_line()
            if whole := _whole(child, tag):
                self._add(whole)
            else:
                self.walk(child, (*marks, tag) if tag in _MARKS else marks)
            if is_cell:
                self._spaced = True
                self._add("·")
            elif tag in BLOCKS:
                self._end_line()
            self._words(child.tail or "", marks)

    def _words(self, text: str, marks: tuple[str, ...]) -> None:
        for piece in _PIECE.findall(text):
            if piece.isspace():
                self._spaced = True
                continue
            html = escape(piece, quote=False)
            for mark in reversed(marks):
                html = f"<{mark}>{html}</{mark}>"
            self._add(html)

    def _add(self, html: str) -> None:
        self.found.append(_Token(html, self._spaced and bool(self.found) and self.found[-1].html != _LINE_END))
        self._spaced = False

    def _end_line(self) -> None:
        self._spaced = False
        if self.found and self.found[-1].html != _LINE_END:
            self.found.append(_Token(_LINE_END))


def _whole(element: HtmlElement, tag: str) -> str:
    """Return what is one thing however much it holds: a formula, a picture, a gap; else ""."""
    kind = element.get("class")
    if kind == "tex":
        return f'<{tag} class="tex">{escape(element.text or "", quote=False)}</{tag}>'
    if kind == "gap":
        return f'<span class="gap" data-gap="{escape(element.get("data-gap") or "")}"></span>'
    if tag == "img":
        return f'<img src="{escape(element.get("src") or "")}" alt="{escape(element.get("alt") or "")}">'
    return ""
