"""Word's formulas: every structure of the standard, and LaTeX that can be drawn."""

from __future__ import annotations

import pytest
from lxml import etree

from bench.papers.wordml import NAMESPACES, math
from lms.base.maths import MathsError, to_mathml
from question_bank.formats.docx import omml


def latex(inner: str) -> str:
    return omml.latex(etree.fromstring(f"<m:oMath {NAMESPACES}>{inner}</m:oMath>"))


def part(name: str, inner: str) -> str:
    return f"<m:{name}>{inner}</m:{name}>"


def structure(name: str, properties: str = "", **parts: str) -> str:
    inner = "".join(part(one, text if text.startswith("<") else math(text)) for one, text in parts.items())
    return f"<m:{name}><m:{name}Pr>{properties}</m:{name}Pr>{inner}</m:{name}>"


def delimited(*inner: str, left: str = "(", right: str = ")") -> str:
    cells = "".join(part("e", one if one.startswith("<") else math(one)) for one in inner)
    return f'<m:d><m:dPr><m:begChr m:val="{left}"/><m:endChr m:val="{right}"/></m:dPr>{cells}</m:d>'


ROWS = part("e", math("x+y=1")) + part("e", math("x-y=2"))
CELLS = "".join(part("mr", part("e", math(a)) + part("e", math(b))) for a, b in ("12", "34"))
PLAIN = '<m:r><m:rPr><m:sty m:val="p"/></m:rPr><m:t>{}</m:t></m:r>'

CASES = [
    (structure("f", num="1", den="2"), r"\frac{1}{2}"),
    (structure("f", '<m:type m:val="lin"/>', num="a", den="b"), "a/b"),
    (structure("rad", '<m:degHide m:val="1"/>', deg="", e="x"), r"\sqrt{x}"),
    (structure("rad", deg="3", e="x"), r"\sqrt[3]{x}"),
    (structure("sSup", e="x", sup="2"), "x^{2}"),
    (structure("sSub", e="u", sub="n+1"), "u_{n+1}"),
    (structure("sSubSup", e="x", sub="1", sup="2"), "x_{1}^{2}"),
    (structure("sPre", sub="6", sup="12", e="C"), "{}_{6}^{12}C"),
    (structure("sSup", e=delimited("x+1"), sup="2"), r"{\left( x+1 \right)}^{2}"),
    (structure("nary", '<m:chr m:val="∑"/>', sub="i=1", sup="n", e="i"), r"\sum_{i=1}^{n} i"),
    (structure("nary", sub="0", sup="1", e="xdx"), r"\int_{0}^{1} xdx"),
    (delimited("a", left="|", right="|"), r"\left| a \right|"),
    (
        delimited(f"<m:eqArr>{ROWS}</m:eqArr>", left="{", right=""),
        r"\left\{ \begin{array}{l}x+y=1 \\ x-y=2\end{array} \right.",
    ),
    (structure("func", fName=PLAIN.format("sin"), e="x"), r"\sin{x}"),
    (structure("func", fName=structure("limLow", e=PLAIN.format("lim"), lim="x→0"), e="f"), r"\lim_{x\to0} {f}"),
    (structure("acc", '<m:chr m:val="&#x20D7;"/>', e="a"), r"\vec{a}"),
    (structure("acc", '<m:chr m:val="&#x20D7;"/>', e="AB"), r"\overrightarrow{AB}"),
    (structure("acc", e="ABC"), r"\widehat{ABC}"),
    (structure("bar", '<m:pos m:val="top"/>', e="z"), r"\overline{z}"),
    (structure("groupChr", e="a+b"), r"\underbrace{a+b}"),
    (f"<m:m>{CELLS}</m:m>", r"\begin{matrix}1 & 2 \\ 3 & 4\end{matrix}"),
    (structure("borderBox", e="x"), r"\boxed{x}"),
    (structure("box", e="x"), "x"),
    (structure("phant", '<m:show m:val="0"/>', e="x"), r"\phantom{x}"),
    (math("α≤β∈ℝ∖{0}"), r"\alpha\le\beta\in\mathbb{R}\setminus\{0\}"),
    (math("𝑥+𝐴"), "x+A"),
    (math("90°"), r"90^{\circ}"),
    ('<m:r><m:rPr><m:nor/></m:rPr><m:t>vận tốc</m:t></m:r>', r"\text{vận tốc}"),
    ('<m:r><m:rPr><m:scr m:val="double-struck"/></m:rPr><m:t>R</m:t></m:r>', r"\mathbb{R}"),
]  # fmt: skip


@pytest.mark.parametrize(("inner", "wanted"), CASES)
def test_structures(inner: str, wanted: str) -> None:
    got = latex(inner)
    assert got.replace(" ", "") == wanted.replace(" ", "")


@pytest.mark.parametrize("inner", [inner for inner, _ in CASES])
def test_every_formula_can_be_drawn(inner: str) -> None:
    try:
        to_mathml("x")
    except MathsError:
        pytest.skip("the engine of formulas is not installed")
    assert to_mathml(latex(inner)).startswith("<math")


def test_every_sign_can_be_drawn() -> None:
    from question_bank.formats.docx.omml_symbols import ACCENTS, CHARACTERS, LARGE

    try:
        to_mathml("x")
    except MathsError:
        pytest.skip("the engine of formulas is not installed")
    bad = []
    for sign in CHARACTERS:
        source = latex(math(f"a{sign}b"))
        try:
            to_mathml(source)
        except MathsError as error:
            bad.append((sign, source, error.reason))
    for sign in ACCENTS:
        to_mathml(latex(structure("acc", f'<m:chr m:val="{sign}"/>', e="ab")))
    for sign in LARGE:
        to_mathml(latex(structure("nary", f'<m:chr m:val="{sign}"/>', sub="1", sup="2", e="x")))
    assert not bad


def test_what_is_not_known_gives_its_content() -> None:
    assert latex(f"<m:newThing><m:e>{math('x')}</m:e></m:newThing>") == "x"
    assert latex("") == ""
