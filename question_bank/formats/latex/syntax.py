r"""The little of TeX's grammar that is needed: comments, balanced braces, commands with their arguments."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

DEPTH = 100
_COMMENT = re.compile(r"(?<!\\)((?:\\\\)*)%[^\n]*(?:\n[ \t]*)?")
_BEGIN = re.compile(r"\\begin\s*\{(?P<name>ex|bt|vd)\}")


@dataclass(frozen=True, slots=True)
class Block:
    """One environment `ex`, `bt` or `vd`; `head` is what stands in the comments of its first line."""

    name: str
    body: str
    head: str
    closed: bool


def without_comments(text: str) -> str:
    r"""Return a text without comments; an escaped `\%` stays.

    >>> without_comments("a% note\n b \\% c")
    'ab \\% c'
    """
    return _COMMENT.sub(lambda match: match[1], text)


def blocks(text: str) -> Iterator[Block]:
    """Yield the questions of a file; one whose end is missing goes as far as the next one."""
    starts = [match for match in _BEGIN.finditer(text) if not _commented(text, match.start())]
    for place, start in enumerate(starts):
        limit = starts[place + 1].start() if place + 1 < len(starts) else len(text)
        end = text.find(f"\\end{{{start['name']}}}", start.end(), limit)
        body = text[start.end() : end if end >= 0 else limit]
        first = body.partition("\n")[0]
        yield Block(start["name"], body, first if "%" in first else "", end >= 0)


def _commented(text: str, at: int) -> bool:
    line = text[text.rfind("\n", 0, at) + 1 : at]
    return re.search(r"(?<!\\)%", line) is not None


def group(text: str, at: int) -> tuple[str, int] | None:
    """Return the inside of the braces that open at or after *at* (white space apart), and where they end."""
    while at < len(text) and text[at].isspace():
        at += 1
    if at >= len(text) or text[at] != "{":
        return None
    depth, start = 0, at + 1
    while at < len(text):
        char = text[at]
        if char == "\\":
            at += 2
            continue
        if char == "{":
            depth += 1
        elif char == "}":
            depth -= 1
            if depth == 0:
                return text[start:at], at + 1
        at += 1
    return None


def optional(text: str, at: int) -> int:
    """Return where optional arguments in brackets end that begin at *at*, *at* itself where there are none."""
    while True:
        match = re.compile(r"\s*\[[^\[\]]{0,200}\]").match(text, at)
        if not match:
            return at
        at = match.end()


def arguments(text: str, at: int, limit: int) -> tuple[list[str], int]:
    """Return up to *limit* arguments in braces from *at*, and where they end."""
    found: list[str] = []
    at = optional(text, at)
    while len(found) < limit and (one := group(text, at)) is not None:
        found.append(one[0])
        at = one[1]
    return found, at
