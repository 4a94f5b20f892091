"""Word's formulas as LaTeX, construct by construct, with pandoc as oracle.

Each construct of the written list goes into one Word document, a paragraph each. Ours is what `docx.omml` makes of it,
the oracle's what pandoc (a Debian package) reads from the same file. The two are *same* when they draw the same tree
(MathML of Temml, without spaces, groups and attributes). Where they differ the table `EXPLAINED` says why; a difference
without a reason, a reason without a difference, or LaTeX of ours that cannot be drawn, fails.
"""

from __future__ import annotations

import argparse
import json
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from lxml import etree

from bench.outcome import Outcome
from bench.papers.wordml import NAMESPACES, STYLES, docx, formula, math, paragraph
from lms.base.maths import MathsError, to_mathml
from question_bank.formats.docx import omml

GOALS = "every construct drawn; same tree as pandoc's or a difference that the table explains"
PANDOC = "pandoc is not installed, so there is no oracle: apt-get install pandoc"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Take --quick, which is the full size here."""
    parser.add_argument("--quick", action="store_true", help="the same: one document holds all constructs")


def plain(text: str) -> str:
    """Return upright letters, as Word writes names of functions."""
    return f'<m:r><m:rPr><m:sty m:val="p"/></m:rPr><m:t>{text}</m:t></m:r>'


def words(text: str) -> str:
    """Return ordinary text inside a formula."""
    return f'<m:r><m:rPr><m:nor/></m:rPr><m:t xml:space="preserve">{text}</m:t></m:r>'


def part(name: str, inner: str) -> str:
    return f"<m:{name}>{inner if inner.startswith('<') or not inner else math(inner)}</m:{name}>"


def of(name: str, properties: str = "", **parts: str) -> str:
    """Return a structure with its properties and its parts; a part is text or ready XML."""
    set_ = "".join(f'<m:{key} m:val="{value}"/>' for key, value in (one.split("=", 1) for one in properties.split()))
    return f"<m:{name}><m:{name}Pr>{set_}</m:{name}Pr>{''.join(part(*one) for one in parts.items())}</m:{name}>"


def fenced(left: str, right: str, *cells: str, between: str = "|") -> str:
    sides = f'<m:begChr m:val="{left}"/><m:sepChr m:val="{between}"/><m:endChr m:val="{right}"/>'
    return f"<m:d><m:dPr>{sides}</m:dPr>{''.join(part('e', cell) for cell in cells)}</m:d>"


def matrix(*rows: str) -> str:
    cells = ["".join(part("e", cell) for cell in row.split()) for row in rows]
    return f"<m:m>{''.join(f'<m:mr>{row}</m:mr>' for row in cells)}</m:m>"


def array(*rows: str) -> str:
    return f"<m:eqArr>{''.join(part('e', row) for row in rows)}</m:eqArr>"


def accented(code: str, over: str) -> str:
    return of("acc", f"chr={code}", e=over)


def limit(name: str, below: str) -> str:
    return of("limLow", e=plain(name), lim=below)


CONSTRUCTS: dict[str, str] = {
    "fraction": of("f", num="a+b", den="c"),
    "fraction in a fraction": of("f", num="1", den=math("1+") + of("f", num="1", den="x")),
    "linear fraction": of("f", "type=lin", num="a", den="b"),
    "skewed fraction": of("f", "type=skw", num="a", den="b"),
    "fraction without a bar": of("f", "type=noBar", num="n", den="k"),
    "square root": of("rad", "degHide=1", deg="", e="x+1"),
    "cube root": of("rad", deg="3", e="x"),
    "root in a root": of("rad", "degHide=1", deg="", e=math("2+") + of("rad", "degHide=1", deg="", e="3")),
    "superscript": of("sSup", e="x", sup="2n"),
    "subscript": of("sSub", e="u", sub="n+1"),
    "both scripts": of("sSubSup", e="x", sub="i", sup="2"),
    "scripts before": of("sPre", sub="6", sup="12", e="C"),
    "script on a bracket": of("sSup", e=fenced("(", ")", "x+1"), sup="3"),
    "script on a script": of("sSup", e="e", sup=of("sSup", e="x", sup="2")),
    "sum with limits": of("nary", "chr=∑ limLoc=undOvr", sub="i=1", sup="n", e="i"),
    "product": of("nary", "chr=∏ limLoc=undOvr", sub="k=1", sup="n", e="k"),
    "union": of("nary", "chr=⋃ limLoc=undOvr", sub="i", sup="", e="A"),
    "integral": of("nary", "limLoc=subSup", sub="0", sup="1", e="xdx"),
    "integral without limits": of("nary", "limLoc=subSup subHide=1 supHide=1", sub="", sup="", e="xdx"),
    "double integral": of("nary", "chr=∬ limLoc=subSup supHide=1", sub="D", sup="", e="dxdy"),
    "contour integral": of("nary", "chr=∮ limLoc=subSup supHide=1", sub="C", sup="", e="F"),
    "limit": of("func", fName=limit("lim", "x→0"), e="f"),
    "limit of a fraction": of("func", fName=limit("lim", "n→+∞"), e=of("f", num="1", den="n")),
    "maximum over a set": of("func", fName=limit("max", "[0;1]"), e="f"),
    "sine": of("func", fName=plain("sin"), e="x"),
    "sine squared": of("func", fName=of("sSup", e=plain("sin"), sup="2"), e="x"),
    "logarithm to a base": of("func", fName=of("sSub", e=plain("log"), sub="2"), e="8"),
    "cotangent": of("func", fName=plain("cot"), e="x"),
    "tangent as tg": of("func", fName=plain("tg"), e="x"),
    "parentheses": fenced("(", ")", "a+b"),
    "brackets": fenced("[", "]", "a"),
    "braces": fenced("{", "}", "1;2;3"),
    "absolute value": fenced("|", "|", "x"),
    "norm": fenced("‖", "‖", "v"),
    "floor": fenced("⌊", "⌋", "x"),
    "ceiling": fenced("⌈", "⌉", "x"),
    "half-open interval": fenced("[", ")", "a;b"),
    "open interval the French way": fenced("]", "[", "a;b"),
    "set with a condition": fenced("{", "}", "x∈ℝ", "x>0"),
    "system of equations": fenced("{", "", array("x+y=1", "x-y=2")),
    "either of two": fenced("[", "", array("x=1", "x=2")),
    "aligned system": fenced("{", "", array("x&=1", "y&=2")),
    "equation array": array("a=b", "c=d"),
    "matrix": fenced("(", ")", matrix("1 2", "3 4")),
    "determinant": fenced("|", "|", matrix("a b", "c d")),
    "bare matrix": matrix("1 0", "0 1"),
    "hat on a letter": accented("\u0302", "A"),
    "angle": accented("\u0302", "ABC"),
    "tilde": accented("\u0303", "x"),
    "dot": accented("\u0307", "x"),
    "two dots": accented("\u0308", "x"),
    "vector of a letter": accented("\u20d7", "a"),
    "vector of two points": accented("\u20d7", "AB"),
    "mean": accented("\u0305", "x"),
    "arc": accented("\u0311", "AB"),
    "bar above": of("bar", "pos=top", e="abc"),
    "bar below": of("bar", "pos=bot", e="x"),
    "brace below": of("groupChr", "chr=⏟ pos=bot vertJc=top", e="a+b"),
    "brace below with words": of("limLow", e=of("groupChr", "chr=⏟ pos=bot vertJc=top", e="a+a"), lim="n"),
    "brace above": of("groupChr", "chr=⏞ pos=top vertJc=bot", e="a+b"),
    "reaction with a condition above": of("groupChr", "chr=→ pos=bot vertJc=top", e=words("t°")),
    "reaction as a limit": of("limUpp", e=math("→"), lim="xt"),
    "chemistry": math("2") + of("sSub", e=plain("H"), sub="2") + math("+") + of("sSub", e=plain("O"), sub="2")
    + math("→2") + of("sSub", e=plain("H"), sub="2") + plain("O"),
    "ion": of("sSubSup", e=plain("SO"), sub="4", sup="2-"),
    "equilibrium": math("A⇌B"),
    "boxed": of("borderBox", e="x=1"),
    "struck out": of("borderBox", "hideTop=1 hideBot=1 hideLeft=1 hideRight=1 strikeBLTR=1", e="x"),
    "box": of("box", e="a=b"),
    "phantom": of("phant", "show=0", e="x"),
    "shown phantom": of("phant", "show=1", e="x"),
    "greek": math("αβγδεθλμπρσφω"),
    "capital greek": math("ΓΔΘΛΠΣΦΨΩ"),
    "relations": math("a≤b≥c≠d≈e≡f"),
    "sets": math("x∈A∉B⊂C⊆D∪E∩F∖G∅"),
    "logic": math("∀x∃y⇒⇔"),
    "numbers of sets": math("ℕ⊂ℤ⊂ℚ⊂ℝ"),
    "geometry": math("AB⊥CD∥EF∠ABC△ABC"),
    "degrees": math("90°"),
    "signs of operations": math("a×b÷c±d∓e·f"),
    "infinity and primes": math("f′″∞"),
    "words in a formula": math("v=") + words("vận tốc"),
    "double-struck letter": '<m:r><m:rPr><m:scr m:val="double-struck"/></m:rPr><m:t>R</m:t></m:r>',
    "bold letter": '<m:r><m:rPr><m:sty m:val="b"/></m:rPr><m:t>A</m:t></m:r>',
    "mathematical alphabet": math("𝑥+𝐀"),
    "percent and braces": math("50%{a}"),
    "binomial": fenced("(", ")", of("f", "type=noBar", num="n", den="k")),
    "name typed without its style": math("log") + math("x"),
}  # fmt: skip

# What differs from pandoc, and why ours stays as it is.
EXPLAINED: dict[str, str] = {
    "linear fraction": "Word draws a/b on the line, pandoc stacks it",
    "union": "pandoc writes an empty upper limit",
    "integral without limits": "pandoc writes empty limits, which push the sign apart",
    "double integral": "pandoc writes an empty upper limit",
    "contour integral": "pandoc writes an empty upper limit",
    "tangent as tg": "tg is tan in the textbooks since 2018; pandoc slants it as t·g",
    "aligned system": "the & of an equation array aligns, pandoc shows it",
    "hat on a letter": "over one letter a narrow hat is drawn, as Word does",
    "tilde": "over one letter a narrow tilde is drawn, as Word does",
    "mean": "over one letter a short bar is drawn, as Word does",
    "arc": "pandoc leaves a bare combining sign, which no font of ours draws over two letters",
    "brace below": "pandoc puts the words over an empty brace",
    "brace below with words": "pandoc puts the words over an empty brace",
    "struck out": "Word strikes through without a box, pandoc boxes without a stroke",
    "shown phantom": "a phantom with show=1 is seen, pandoc hides it",
    "degrees": "the same sign, pandoc hangs it on an empty group",
}


def run(options: argparse.Namespace) -> Outcome:
    """Compare every construct."""
    if shutil.which("pandoc") is None:
        return Outcome({"pandoc": None}, False, PANDOC)
    theirs = list(_by_pandoc())
    rows, faults = [], []
    same = 0
    for (name, inner), oracle in zip(CONSTRUCTS.items(), theirs, strict=True):
        ours = omml.latex(etree.fromstring(f"<m:oMath {NAMESPACES}>{inner}</m:oMath>"))
        drawn, wanted = shape(ours), shape(oracle)
        equal = drawn is not None and drawn == wanted
        same += equal
        why = EXPLAINED.get(name, "")
        verdict = "same" if equal else f"explained: {why}" if why and drawn is not None else "DIFFERS"
        if verdict == "DIFFERS" or (equal and why):
            faults.append(name)
        rows.append(f"{name:<34} {verdict}" + ("" if equal else f"\n    ours   {ours}\n    pandoc {oracle}"))
    figures = {
        "constructs": len(CONSTRUCTS), "same": same, "faults": faults,
        "explained": sum("explained" in row for row in rows),
    }  # fmt: skip
    return Outcome(figures, not faults, "\n".join(rows))


def _by_pandoc() -> Iterator[str]:
    """Yield pandoc's LaTeX of each construct, "" where it reads none."""
    body = (paragraph(f"{place}:", formula(inner)) for place, inner in enumerate(CONSTRUCTS.values()))
    data = docx(*body, parts={"word/styles.xml": STYLES})
    data = docx(*(paragraph(f"{place}:", formula(inner)) for place, inner in enumerate(CONSTRUCTS.values())))
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "formulas.docx"
        path.write_bytes(data)
        asked = ["pandoc", "-f", "docx", "-t", "json", str(path)]
        done = subprocess.run(asked, stdout=subprocess.PIPE, check=True, timeout=300)
    for block in json.loads(done.stdout)["blocks"]:
        yield " ".join(_formulas(block))


def _formulas(node: Any) -> Iterator[str]:
    if isinstance(node, dict):
        if node.get("t") == "Math":
            yield node["c"][1]
        else:
            yield from _formulas(node.get("c"))
    elif isinstance(node, list):
        for one in node:
            yield from _formulas(one)


FLAT = {"math", "mrow", "mstyle", "mpadded", "semantics", "mi", "mo", "mn", "mtext"}
SAME = str.maketrans({"−": "-", "∕": "/", "ˉ": "¯", "‾": "¯", "\u20d7": "→", "∣": "|", "⟂": "⊥", "ϵ": "ε", "φ": "ϕ"})


def shape(latex: str) -> str | None:
    """Return what LaTeX draws as one line: text, and structures as name(part,part); None when it cannot be drawn."""
    try:
        root = etree.fromstring(to_mathml(latex.strip().removesuffix("\\")).replace("&nbsp;", " ").encode())
    except (MathsError, etree.XMLSyntaxError):
        return None
    return _shape(root)


def _shape(element: etree._Element) -> str:
    name = etree.QName(element).localname
    if name in ("annotation", "mspace"):
        return ""
    inner = [_shape(child) for child in element]
    text = "".join((element.text or "").split()).translate(SAME).replace("\u2061", "").replace("\u200b", "")
    if name in FLAT:
        return text + "".join(inner)
    return f"{name}({','.join(inner)})"
