r"""Files of the class `ex_test` → drafts."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from lms.base.errors import Invalid
from lms.base.i18n_marks import N_
from question_bank.formats import drafting, fragments, problems
from question_bank.formats.latex.prose import Prose
from question_bank.formats.latex.syntax import Block, arguments, blocks, group, optional, without_comments
from question_bank.formats.reading import Reading
from question_bank.items.domain import (
    ChoiceKey,
    EssayKey,
    ItemBody,
    ItemDraft,
    ItemKey,
    ItemNotes,
    ItemType,
    Problem,
    TextKey,
    TruthKey,
)

QUESTION_LIMIT = 5_000
_COMMANDS = re.compile(
    r"\\(?P<name>choiceTFt?|choicew|choice|shortans|loigiai|immini|imminiL|haicot|motcot|boncot)(?![a-zA-Z])"
)
_TRUE = re.compile(r"\\True(?![a-zA-Z])\s*")
_ID = re.compile(r"\[(\d[A-Z]\d[A-Z]\d-\d{1,2})\]")  # ID6: class, subject, chapter, level, lesson, kind
_LEVEL = {"N": "NB", "H": "TH", "V": "VD", "C": "VDC", "Y": "NB", "B": "TH", "K": "VD", "G": "VDC"}


@dataclass(slots=True)
class _Parts:
    prompt: list[str] = field(default_factory=list)
    options: list[str] = field(default_factory=list)
    judged: bool = False
    answer: str | None = None
    solution: list[str] = field(default_factory=list)


def is_exam(text: str) -> bool:
    """Tell whether a text is LaTeX with questions of the class."""
    return re.search(r"\\begin\s*\{(?:ex|bt|vd)\}", text) is not None


def read(data: bytes, filename: str = "") -> Reading:
    """Return the questions of a LaTeX file.

    Raises:
        Invalid: the file is empty, no text, or holds no question.
        TooLarge: it is over the limit for text files.
    """
    text, warnings = drafting.decode(data)
    text = fragments.tidy(text.replace("\r\n", "\n").replace("\r", "\n"))
    drafts = tuple(
        _draft(block, place) for place, block in zip(range(1, QUESTION_LIMIT + 1), blocks(text), strict=False)
    )
    if not drafts:
        raise Invalid.at("file", N_("Không thấy câu hỏi nào. Mỗi câu cần nằm giữa \\begin{ex} và \\end{ex}."))
    return Reading("latex", drafts, len(drafts), {}, (), warnings)


def _draft(block: Block, place: int) -> ItemDraft:
    parts = _parted(without_comments(block.body))
    prose = Prose()
    prompt = "".join(prose.html(piece) for piece in parts.prompt)
    options = [prose.inline(_TRUE.sub("", one)) for one in parts.options]
    kind, key, found = _key(parts, len(options))
    if not block.closed:
        found.append(problems.broken(f"\\end{{{block.name}}}"))
    if fragments.is_empty(prompt):
        found.append(problems.empty_prompt())
    if kind in (ItemType.SINGLE_CHOICE, ItemType.CLUSTER):
        found += [problems.empty_option(chr(65 + n)) for n, html in enumerate(options) if fragments.is_empty(html)]
    solution = "".join(prose.html(piece) for piece in parts.solution)
    if prose.drawings:
        found.append(problems.drawing_source())
    found += [problems.missing_picture(name) for name in prose.pictures[:10]]
    if prose.unknown:
        found.append(problems.unknown_commands(", ".join(f"\\{name}" for name in prose.unknown[:8])))
    codes = tuple(dict.fromkeys(_ID.findall(block.head)))
    return ItemDraft(
        ItemBody(kind, prompt, drafting.options(options)),
        None if any(problem.blocking for problem in found) and kind is not ItemType.ESSAY else key,
        ItemNotes(solution=solution),
        number=f"Câu {place}",
        level=_LEVEL.get(codes[0][3], "") if codes else "",
        codes=codes,
        source=block.body.strip()[:4000],
        problems=tuple(found),
    )


def _parted(body: str) -> _Parts:
    r"""Part a question into its prompt, what follows `\choice` and its kin, and its solution."""
    parts = _Parts()
    at = optional(body, 0)
    while match := _COMMANDS.search(body, at):
        parts.prompt.append(body[at : match.start()])
        name = match["name"]
        if name in ("immini", "imminiL"):
            # A text beside a picture; the options may stand in the text.
            inner, at = arguments(body, match.end(), 2)
            inside = _parted("\n\n".join(inner))
            parts.prompt += inside.prompt
            parts.options += inside.options
            parts.judged |= inside.judged
            parts.answer = inside.answer if parts.answer is None else parts.answer
            parts.solution += inside.solution
        elif name.startswith("choice"):
            given, at = arguments(body, match.end(), 8)
            parts.options += given
            parts.judged |= name.startswith("choiceTF")
        elif name == "shortans":
            given, at = arguments(body, match.end(), 1)
            parts.answer = given[0] if given else ""
        elif name == "loigiai":
            inner_of = group(body, optional(body, match.end()))
            if inner_of is None:
                parts.solution.append(body[match.end() :])
                at = len(body)
            else:
                parts.solution.append(inner_of[0])
                at = inner_of[1]
        else:
            at = match.end()
    parts.prompt.append(body[at:])
    return parts


def _key(parts: _Parts, count: int) -> tuple[ItemType, ItemKey | None, list[Problem]]:
    """Return the type, the key and what keeps the question from having one."""
    if not parts.options:
        return _short(parts.answer) if parts.answer is not None else (ItemType.ESSAY, EssayKey(), [])
    right = [n for n, one in enumerate(parts.options) if _TRUE.search(one)]
    kind = ItemType.CLUSTER if parts.judged else ItemType.SINGLE_CHOICE
    found: list[Problem] = [problems.too_few_options()] if count < 2 else []
    if not right:
        return kind, None, [*found, problems.no_key()]
    if parts.judged:
        return kind, TruthKey({drafting.option_id(n): n in right for n in range(count)}), found
    if len(right) > 1:
        return kind, None, [*found, problems.several_keys(", ".join(chr(65 + n) for n in right))]
    return kind, ChoiceKey({drafting.option_id(right[0]): drafting.share("100")}), found


def _short(answer: str) -> tuple[ItemType, ItemKey | None, list[Problem]]:
    bare = drafting.typed_answer(answer)
    key, problem = drafting.short_key(bare) if bare else (None, problems.no_key())
    kind = ItemType.SHORT_TEXT if isinstance(key, TextKey) else ItemType.SHORT_NUMBER
    return kind, key, [problem] if problem else []
