"""Aiken, the smallest format: a question, lettered options, `ANSWER: B` (docs.moodle.org, "Aiken format")."""

from __future__ import annotations

import re
import string
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from lms.base.errors import Invalid
from lms.base.i18n_marks import N_
from question_bank.formats import drafting, fragments, problems
from question_bank.formats.reading import Asset, Reading
from question_bank.items.domain import ChoiceKey, ItemBody, ItemDraft, ItemType, Problem

ANSWER = re.compile(r"^\s*ANSWER\s*:\s*([A-Z])\s*$", re.M)
_OPTION = re.compile(r"^\s*([A-Z])[.)]\s+(.*)$")


@dataclass(slots=True)
class _Open:
    prompt: list[str] = field(default_factory=list)
    options: list[tuple[str, str]] = field(default_factory=list)


def is_aiken(text: str) -> bool:
    """Tell whether a text file is Aiken: answers on lines of their own, options above them."""
    return bool(ANSWER.search(text)) and any(_OPTION.match(line) for line in text.split("\n")[:200])


def read(data: bytes, filename: str = "") -> Reading:
    """Return the questions of an Aiken file.

    Raises:
        Invalid: the file is empty, no text, or holds no question.
        TooLarge: it is over the limit for text files.
    """
    text, warnings = drafting.decode(data)
    drafts: list[ItemDraft] = []
    current = _Open()
    for line in fragments.tidy(text).replace("\r", "\n").split("\n"):
        if answer := ANSWER.match(line):
            drafts.append(_draft(current, answer[1]))
            current = _Open()
        elif option := _OPTION.match(line):
            current.options.append((option[1], option[2].strip()))
        elif line.strip() and current.options:
            drafts.append(_draft(current, ""))
            current = _Open([line.strip()])
        elif line.strip():
            current.prompt.append(line.strip())
    if current.options:
        drafts.append(_draft(current, ""))
    if not drafts:
        raise Invalid.at("file", N_("Không thấy câu hỏi nào trong tệp Aiken này."))
    return Reading("aiken", tuple(drafts), len(drafts), {}, (), warnings)


def _draft(question: _Open, answer: str) -> ItemDraft:
    letters = [letter for letter, _ in question.options]
    options = drafting.options([fragments.inline(words) for _, words in question.options])
    found: list[Problem] = []
    if not answer:
        found.append(problems.no_key())
    elif letters.count(answer) != 1:
        found.append(problems.unknown_key(answer))
    if len(options) < 2:
        found.append(problems.too_few_options())
    prompt = fragments.paragraphs("\n".join(question.prompt))
    if not prompt:
        found.append(problems.empty_prompt())
    key = (
        None
        if not answer or letters.count(answer) != 1
        else ChoiceKey({options[letters.index(answer)].id: drafting.share("100")})
    )
    source = "\n".join([*question.prompt, *(f"{letter}. {words}" for letter, words in question.options)])
    return ItemDraft(ItemBody(ItemType.SINGLE_CHOICE, prompt, options), key, source=source, problems=tuple(found))


def write(drafts: Iterable[ItemDraft], assets: Mapping[str, Asset] | None = None) -> bytes:
    """Return the questions of one right answer as Aiken, which knows words only and one line for each of them.

    Questions of other kinds, with shares, or with more options than letters are left out.
    """
    return "\n".join(block for draft in drafts if (block := _block(draft))).encode()


def _block(draft: ItemDraft) -> str:
    body, key = draft.body, draft.key
    if body.type is not ItemType.SINGLE_CHOICE or body.variables or not isinstance(key, ChoiceKey):
        return ""
    if not 2 <= len(body.options) <= len(string.ascii_uppercase):
        return ""
    right = [place for place, option in enumerate(body.options) if key.weights.get(option.id) == 1]
    if len(right) != 1:
        return ""
    prompt = _line(body.passage + body.prompt)
    if _OPTION.match(prompt) or ANSWER.match(prompt):
        prompt = f"– {prompt}"  # or it would be read as an option
    letters = string.ascii_uppercase
    options = [f"{letter}. {_line(option.html)}" for letter, option in zip(letters, body.options, strict=False)]
    return "\n".join([prompt, *options, f"ANSWER: {letters[right[0]]}", ""])


def _line(html: str) -> str:
    return " ".join(fragments.plain(fragments.export_html(html)).split())
