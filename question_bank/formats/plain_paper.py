"""Papers typed as plain text, the way they are typed in Word: "Câu 1.", "A.", "Đáp án: B" → drafts."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import replace

from question_bank.formats import drafting, fragments
from question_bank.formats.docx.labels import LONGEST_LABEL, OPTION, norm, question_start
from question_bank.formats.docx.lines import PLAIN, Block, Line
from question_bank.formats.docx.reading import drafts_of
from question_bank.formats.docx.typed_tex import with_formulas
from question_bank.formats.reading import Reading
from question_bank.items.domain import Problem

_GIFT = re.compile(r"(?<!\\)\{[^{}]*?(?<!\\)[=~#][^{}]*\}|^\s*::", re.M)
LOOKED_AT = 2000  # lines


def is_paper(text: str) -> bool:
    """Tell whether a text holds labelled questions with options or answers, and is no GIFT."""
    lines = [norm(line[:LONGEST_LABEL]) for line in text.split("\n")[:LOOKED_AT]]
    starts = [start for line in lines if (start := question_start(line)) is not None]
    strong = any(start.kind == "strong" for start in starts)
    letters = [match["letter"] or match["round"] for line in lines if (match := OPTION.match(line.lstrip()))]
    options = sum(letter in "AB" for letter in letters)
    if not (strong or (starts and options >= 2)):
        return False
    return not _GIFT.search(text)


def read(data: bytes, filename: str = "") -> Reading:
    """Return the questions of a text file.

    Raises:
        Invalid: the file is empty, no text, or holds no question.
        TooLarge: it is over the limit for text files.
    """
    text, warnings = drafting.decode(data)
    return of_lines("text", re.split(r"\r\n?|[\n\x0b\x0c\u2028\u2029]", text), warnings)


def of_lines(
    form: str, lines: Iterable[str], warnings: tuple[Problem, ...] = (), each: tuple[Problem, ...] = ()
) -> Reading:
    """Return the questions that stand in lines of text; *each* is said beside every one of them.

    Raises:
        Invalid: there is no question.
    """
    blocks: list[Block] = []
    for words in lines:
        line = Line()
        line.add(fragments.tidy(words).rstrip(), PLAIN)
        blocks.append(with_formulas(line))
    drafts, loose = drafts_of(blocks)
    drafts = tuple(replace(draft, problems=(*draft.problems, *each)) for draft in drafts)
    return Reading(form, drafts, len(drafts), {}, loose, warnings)
