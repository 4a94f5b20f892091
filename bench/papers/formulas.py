"""School formulas in Office MathML with the LaTeX that says the same."""

from __future__ import annotations

import random
from dataclasses import dataclass

from bench.papers.wordml import math


@dataclass(frozen=True)
class Formula:
    """A formula twice: inside an `m:oMath`, and as LaTeX without needless spaces."""

    omml: str
    latex: str

    def __add__(self, other: Formula) -> Formula:
        gap = " " if self.latex[-1:].isalpha() and "\\" in self.latex and other.latex[:1].isalpha() else ""
        return Formula(self.omml + other.omml, self.latex + gap + other.latex)


def sign(text: str, latex: str = "") -> Formula:
    """Return letters, digits or a sign."""
    return Formula(math(text), latex or text)


def fraction(top: Formula, bottom: Formula) -> Formula:
    return Formula(
        f"<m:f><m:num>{top.omml}</m:num><m:den>{bottom.omml}</m:den></m:f>", f"\\frac{{{top.latex}}}{{{bottom.latex}}}"
    )


def root(inside: Formula, degree: Formula | None = None) -> Formula:
    hidden = '<m:radPr><m:degHide m:val="1"/></m:radPr>' if degree is None else ""
    return Formula(
        f"<m:rad>{hidden}<m:deg>{degree.omml if degree else ''}</m:deg><m:e>{inside.omml}</m:e></m:rad>",
        f"\\sqrt{f'[{degree.latex}]' if degree else ''}{{{inside.latex}}}",
    )


def power(base: Formula, exponent: Formula) -> Formula:
    return Formula(
        f"<m:sSup><m:e>{base.omml}</m:e><m:sup>{exponent.omml}</m:sup></m:sSup>", f"{base.latex}^{{{exponent.latex}}}"
    )


def index(base: Formula, below: Formula) -> Formula:
    return Formula(
        f"<m:sSub><m:e>{base.omml}</m:e><m:sub>{below.omml}</m:sub></m:sSub>", f"{base.latex}_{{{below.latex}}}"
    )


def function(name: str, of: Formula) -> Formula:
    return Formula(
        f'<m:func><m:fName><m:r><m:rPr><m:sty m:val="p"/></m:rPr><m:t>{name}</m:t></m:r></m:fName>'
        f"<m:e>{of.omml}</m:e></m:func>",
        f"\\{name}{{{of.latex}}}",
    )


def accent(code: str, command: str, over: Formula) -> Formula:
    return Formula(
        f'<m:acc><m:accPr><m:chr m:val="{code}"/></m:accPr><m:e>{over.omml}</m:e></m:acc>',
        f"\\{command}{{{over.latex}}}",
    )


def fenced(left: str, inside: Formula, right: str, latex: tuple[str, str]) -> Formula:
    return Formula(
        f'<m:d><m:dPr><m:begChr m:val="{left}"/><m:endChr m:val="{right}"/></m:dPr><m:e>{inside.omml}</m:e></m:d>',
        f"\\left{latex[0]}{inside.latex}\\right{latex[1]}",
    )


def integral(low: Formula, high: Formula, of: Formula) -> Formula:
    return Formula(
        f'<m:nary><m:naryPr><m:chr m:val="∫"/></m:naryPr><m:sub>{low.omml}</m:sub><m:sup>{high.omml}</m:sup>'
        f"<m:e>{of.omml}</m:e></m:nary>",
        f"\\int_{{{low.latex}}}^{{{high.latex}}}{of.latex}",
    )


def limit(variable: Formula, of: Formula) -> Formula:
    return Formula(
        '<m:func><m:fName><m:limLow><m:e><m:r><m:rPr><m:sty m:val="p"/></m:rPr><m:t>lim</m:t></m:r></m:e>'
        f"<m:lim>{variable.omml}</m:lim></m:limLow></m:fName><m:e>{of.omml}</m:e></m:func>",
        f"\\lim_{{{variable.latex}}}{{{of.latex}}}",
    )


def system(*rows: Formula) -> Formula:
    cells = "".join(f"<m:e>{row.omml}</m:e>" for row in rows)
    body = "\\\\".join(row.latex for row in rows)
    return Formula(
        f'<m:d><m:dPr><m:begChr m:val="{{"/><m:endChr m:val=""/></m:dPr><m:e><m:eqArr>{cells}</m:eqArr></m:e></m:d>',
        f"\\left\\{{\\begin{{array}}{{l}}{body}\\end{{array}}\\right.",
    )


def drawn(dice: random.Random) -> Formula:
    """Return a formula as a school paper has them."""
    n, k = sign(str(dice.randint(2, 97))), sign(str(dice.randint(2, 9)))
    x = sign(dice.choice("xyzt"))
    shapes = (
        lambda: fraction(x + sign("+") + k, n),
        lambda: power(x, k) + sign("-") + n,
        lambda: index(sign("u"), n) + sign("=") + k,
        lambda: root(n + x),
        lambda: root(n, sign("3")),
        lambda: function("log", n) + sign("+") + k,
        lambda: index(sign("log", "\\log"), k) + n,
        lambda: function("sin", x) + sign("≤", "\\le") + k,
        lambda: accent("\u20d7", "overrightarrow", sign("AB")) + sign("=") + n,
        lambda: accent("\u20d7", "vec", sign("n")) + sign("=") + fenced("(", k + sign(";") + n, ")", ("(", ")")),
        lambda: accent("\u0302", "widehat", sign("ABC")) + sign("=") + n + sign("°", "^{\\circ}"),
        lambda: integral(sign("0"), k, power(x, n) + sign("d") + x),
        lambda: limit(x + sign("→", "\\to") + k, fraction(n, x)),
        lambda: system(x + sign("+") + k + sign("=") + n, x + sign("-") + sign("1") + sign("=") + k),
        lambda: fenced("|", x + sign("-") + n, "|", ("|", "|")),
        lambda: sign("π", "\\pi") + power(sign("r"), sign("2")) + sign("=") + n,
        lambda: x + sign("∈", "\\in") + fenced("[", k + sign(";") + n, "]", ("[", "]")),
    )
    return dice.choice(shapes)()
