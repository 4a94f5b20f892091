"""The grammar of GIFT: lines → questions → the pieces of an answer block, with escapes kept apart."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

# While a question is taken apart its escaped characters are code points that no text may hold (Unicode 23.7).
_ESCAPED = {
    "\\": "\ufdd0", ":": "\ufdd1", "#": "\ufdd2", "=": "\ufdd3", "{": "\ufdd4", "}": "\ufdd5", "~": "\ufdd6",
    "n": "\ufdd7",
}  # fmt: skip
_MEANT = {mark: ("\n" if sign == "n" else sign) for sign, mark in _ESCAPED.items()}
_NONCHARACTERS = re.compile("[\ufdd0-\ufdef]")
_ESCAPE = re.compile(r"\\([\\:#={}~n])")
_TAG = re.compile(r"""<[a-zA-Z][^<>{}]*?=\s*["'][^<>{}]*>|&\#x?[0-9a-fA-F]{1,6};""")
_LABEL = re.compile(r"\[(id|tag):\s*((?:\\.|[^\]\\])+)\]", re.I)
_HEADING = re.compile(r"question:\s*\d+\s+name:")  # what Moodle's export puts before each question
_FORMAT = re.compile(r"^\s*\[(html|moodle|plain|markdown)\]", re.I)
_WEIGHT = re.compile(r"^\s*%(-?\d{1,3}(?:\.\d{1,10})?)%")


@dataclass(frozen=True, slots=True)
class Question:
    """One question as it stands: its text with escapes hidden, and what stood around it."""

    text: str
    raw: str
    category: str
    external_id: str
    tags: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Words:
    """A piece of text and the format it is in: html, moodle, plain or markdown."""

    text: str
    format: str


@dataclass(frozen=True, slots=True)
class Answer:
    """One answer of a block: `sign` is "=" or "~", `weight` the percentage where one is written."""

    sign: str
    weight: str | None
    words: Words
    feedback: Words | None


@dataclass(frozen=True, slots=True)
class Parts:
    """A question taken apart; `block` is None when it has no braces."""

    title: str
    before: str
    block: str | None
    after: str
    format: str
    general_feedback: str


def questions(text: str) -> Iterator[Question]:
    """Yield the questions of a file in order."""
    category, external_id = "", ""
    tags: list[str] = []
    lines: list[str] = []
    depth = 0

    def finished() -> Question | None:
        nonlocal lines, external_id, tags, depth
        raw = "\n".join(lines).strip()
        question = None
        if raw:
            question = Question(hide("\n".join(lines)).strip(), raw, category, external_id, tuple(tags))
            external_id, tags = "", []
        lines, depth = [], 0
        return question

    for line in re.split(r"\r\n|\r|\n", _NONCHARACTERS.sub("", text).replace("\ufeff", "")):
        stripped = line.strip()
        if stripped.startswith("//"):
            for kind, value in _LABEL.findall(stripped):
                value = re.sub(r"\\(.)", r"\1", value).strip()
                if kind.lower() == "id":
                    external_id = value
                elif value:
                    tags.append(value)
            continue
        if stripped.upper().startswith("$CATEGORY:") and depth <= 0:
            if question := finished():
                yield question
            category = category_path(shown(hide(stripped.partition(":")[2])))
            continue
        # An unclosed brace ends where, after a blank line, another question opens.
        after_blank = depth > 0 and bool(lines) and not lines[-1].strip()
        ends = not stripped if depth <= 0 else after_blank and "{" in hide(line)
        starts = stripped.startswith("::") and (depth <= 0 or after_blank)
        if (ends or starts) and (question := finished()):
            yield question
        if stripped or depth > 0:
            hidden = hide(line)
            lines.append(line)
            depth += hidden.count("{") - hidden.count("}")
    if question := finished():
        yield question


def count_comments(text: str) -> int:
    """Count the comment lines that say something of their author's: no labels, none of Moodle's own headings."""
    lines = (line.strip().removeprefix("//").strip() for line in text.splitlines() if line.lstrip().startswith("//"))
    return sum(1 for line in lines if line.strip("/-=* ") and not _LABEL.search(line) and not _HEADING.match(line))


def category_path(source: str) -> str:
    """Return a category path without Moodle's context and its root: "$course$/top/A/B" → "A/B"."""
    path = source.strip().strip("/")
    path = re.sub(r"^\$\w+\$/?", "", path)
    return re.sub(r"^top(/|$)", "", path).strip("/")


def hide(text: str) -> str:
    """Replace escapes by their stand-ins, and the control characters inside tags and entities as well."""
    text = _ESCAPE.sub(lambda match: _ESCAPED[match[1]], text)

    def inside(match: re.Match[str]) -> str:
        return re.sub(r"[#=~:]", lambda sign: _ESCAPED[sign[0]], match[0])

    return _TAG.sub(inside, text)


def shown(text: str) -> str:
    """Return the text that the stand-ins mean."""
    return re.sub("[\ufdd0-\ufdd7]", lambda match: _MEANT[match[0]], text)


def parts(text: str) -> Parts:
    """Take a question apart into title, words before and after the braces, and the block between them."""
    title = ""
    text = text.strip()
    if text.startswith("::") and (end := text.find("::", 2)) > 0:
        title, text = shown(text[2:end]).strip(), text[end + 2 :].strip()
    words = take_format(text, "moodle")
    text = words.text
    start, end = text.find("{"), text.rfind("}")
    if start < 0 or end < start:
        return Parts(title, text, None, "", words.format, "")
    block, mark, general = text[start + 1 : end].partition("####")
    return Parts(
        title, text[:start].rstrip(), block.strip(), text[end + 1 :].strip(), words.format, general if mark else ""
    )


def take_format(text: str, default: str) -> Words:
    """Read the `[format]` in front of a text."""
    if match := _FORMAT.match(text):
        return Words(text[match.end() :].strip(), match[1].lower())
    return Words(text.strip(), default)


def answers(block: str, default: str, signs: str = "=~") -> list[Answer]:
    """Return the answers of a block; text in front of the first sign counts as an answer without a sign."""
    found: list[Answer] = []
    for piece in re.split(rf"(?=[{signs}])", block):
        if not piece.strip():
            continue
        sign = piece[0] if piece[0] in signs else ""
        body = piece[len(sign) :]
        weight = None
        if match := _WEIGHT.match(body):
            weight, body = match[1], body[match.end() :]
        text, mark, feedback = body.partition("#")
        words = take_format(text, default)
        found.append(Answer(sign, weight, words, take_format(feedback, words.format) if mark else None))
    return found
