r"""LaTeX typed as text: formulas between `$…$`, `$$…$$`, `\(…\)`, `\[…\]`; barer LaTeX is only noticed."""

from __future__ import annotations

import re

from question_bank.formats.docx.lines import Line, Thing
from question_bank.formats.fragments import tex

# A dollar may be money: between single ones stand either no spaces at the ends, or signs that only LaTeX has.
_TEX = re.compile(
    r"\\\((?P<round>(?:(?!\\[()])[^\n\ufffc])+)\\\)|\\\[(?P<square>(?:(?!\\[\[\]])[^\n\ufffc])+)\\\]|"
    r"\$\$(?P<double>[^$\n\ufffc]+)\$\$|(?<![\\\w$])\$(?=[^\s$])(?P<single>[^$\n\ufffc]{1,400})(?<=[^\s\\])\$(?![\d$])|"
    r"(?<![\\$])\$(?P<signs>[^$\n\ufffc\\^_]{0,200}(?:\\[a-zA-Z{]|[\^_][{\w])[^$\n\ufffc]{0,400})(?<!\\)\$(?!\$)"
)
_BARE = re.compile(
    r"\\[a-zA-Z]+\s*[{\[^_(]|[\w)\]}]\s*[\^_]\{|(?<![\w^])[A-Za-z\d)\]]\^[-+(]?\w|"
    r"\\(?:[dtc]?frac|sqrt|log|ln|sin|cos|tan|cot|pi|alpha|beta|gamma|[dD]elta|omega|lambda|int|sum|lim|vec|infty|forall|exists|"
    r"overrightarrow|widehat|in|notin|subset|cup|cap|leq?|geq?|neq?|times|cdot|div|pm|to|Rightarrow|Leftrightarrow|left|right|"
    r"mathbb|mathrm|text|begin|end|circ|angle|perp|parallel|triangle|Omega)(?![a-zA-Z])"
)


def with_formulas(line: Line) -> Line:
    """Return a line with typed LaTeX between its signs as formulas."""
    if "$" not in line.text and "\\" not in line.text:
        return line
    for match in reversed(list(_TEX.finditer(line.text))):
        formula = match["round"] or match["square"] or match["double"] or match["single"] or match["signs"]
        if not formula.strip():
            continue
        after = line.cut(match.end())
        look = line.styles[match.start()]
        label = line.label
        line = line.cut(0, match.start())
        line.put(Thing("formula", tex(formula)), look)
        line.join(after)
        line.label = label
    return line


def is_bare(text: str) -> bool:
    r"""Tell whether a text holds LaTeX without its signs: `x^{4}`, `\log_{2}`, `\dfrac{1}{2}`.

    >>> [is_bare(text) for text in (r"x^{4}", r"\\dfrac{1}{2}", "x^2 + 1", "snake_case", r"C:\\Windows\\Temp")]
    [True, True, True, False, False]
    """
    return bool(_BARE.search(text))
