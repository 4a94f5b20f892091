"""Patterns of QTI (regular expressions of XML Schema), run only where they cannot run away.

The ways in which a pattern may be tried on a text are counted beforehand; one with too many, or with a repetition in
a repetition, raises `Unprocessable`.
"""

from __future__ import annotations

import re

from question_bank.formats.qti.values import Unprocessable

LONGEST_PATTERN = 200
LONGEST_TEXT = 200
MOST_WAYS = 10**7  # a fifth of a second for three repetitions without an end

_PART = re.compile(
    r"\\(?P<escape>.)|\[(?P<set>\^?(?:\\.|[^\]\\\[])+)\]|(?P<open>\((?:\?:)?)|(?P<close>\))|(?P<bar>\|)"
    r"|(?P<many>[*+]|\{\d{1,3},\})|(?P<few>\?|\{\d{1,2}(?:,\d{1,2})?\})|(?P<plain>[^\\\[\](){}*+?|])",
    re.S,
)
_ESCAPES = frozenset(r"\|.?*+(){}-[]^$/,:;dDsSwWnrt ")


def fits(pattern: str, text: str, *, case_sensitive: bool = True) -> bool:
    """Tell whether the whole of a text fits a pattern.

    Raises:
        Unprocessable: the pattern is too bold, or not understood.
    """
    if len(pattern) > LONGEST_PATTERN or len(text) > LONGEST_TEXT:
        raise Unprocessable("patternMatch")
    try:
        compiled = re.compile(_translated(pattern), 0 if case_sensitive else re.I)
    except (re.error, OverflowError, RecursionError) as error:
        raise Unprocessable("patternMatch") from error
    return compiled.fullmatch(text) is not None


def _translated(pattern: str) -> str:
    """Return the pattern for Python: every part known, `^` and `$` plain signs as in XML Schema."""
    at, ways = 0, 1
    parts: list[str] = []
    inside: list[bool] = []  # for each open group: whether something repeats or branches in it
    closed_bold = False  # whether the part before is a group in which something repeats or branches
    while at < len(pattern):
        found = _PART.match(pattern, at)
        if found is None:
            raise Unprocessable("patternMatch")
        at, kind = found.end(), found.lastgroup
        repeats = kind in ("many", "few")
        if kind == "escape" and found["escape"] not in _ESCAPES:
            raise Unprocessable("patternMatch")
        if repeats and closed_bold and found[0] != "?":
            raise Unprocessable("patternMatch")
        ways *= _ways(kind, found[0])
        if (repeats or kind == "bar") and inside:
            inside[-1] = True
        closed_bold = False
        if kind == "open":
            inside.append(False)
        elif kind == "close":
            if not inside:
                raise Unprocessable("patternMatch")
            closed_bold = inside.pop()
            if closed_bold and inside:
                inside[-1] = True
        parts.append("(?:" if kind == "open" else re.escape(found[0]) if found[0] in "^$" else found[0])
    if ways > MOST_WAYS or inside:
        raise Unprocessable("patternMatch")
    return "".join(parts)


def _ways(kind: str | None, part: str) -> int:
    """Return how many ways a part may be tried in."""
    if kind == "many":
        return LONGEST_TEXT
    if kind == "bar" or part == "?":
        return 2
    if kind == "few":
        low, _, high = part[1:-1].partition(",")
        return max(int(high or low) - int(low) + 1, 1)
    return 1
