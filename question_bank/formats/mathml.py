"""MathML → LaTeX: the TeX that stands beside a formula, else its presentation, for the mathematics of schools."""

from __future__ import annotations

import re
from collections.abc import Mapping
from types import MappingProxyType

from lxml import etree

DEEPEST = 40

_SIGNS: Mapping[str, str] = MappingProxyType(
    {
        "×": r"\times", "÷": r"\div", "·": r"\cdot", "⋅": r"\cdot", "±": r"\pm", "∓": r"\mp", "−": "-", "≤": r"\le",
        "≥": r"\ge", "≠": r"\ne", "≈": r"\approx", "≡": r"\equiv", "∼": r"\sim", "∈": r"\in", "∉": r"\notin",
        "⊂": r"\subset", "⊆": r"\subseteq", "∪": r"\cup", "∩": r"\cap", "∅": r"\emptyset", "∀": r"\forall",
        "∃": r"\exists", "∞": r"\infty", "→": r"\to", "←": r"\leftarrow", "↔": r"\leftrightarrow",
        "⇒": r"\Rightarrow", "⇔": r"\Leftrightarrow", "∑": r"\sum", "∏": r"\prod", "∫": r"\int", "∂": r"\partial",
        "∇": r"\nabla", "√": r"\surd", "°": r"^\circ", "∘": r"\circ", "′": "'", "″": "''", "∠": r"\angle",
        "⊥": r"\perp", "∥": r"\parallel", "△": r"\triangle", "…": r"\ldots", "⋯": r"\cdots", "ℝ": r"\mathbb{R}",
        "ℕ": r"\mathbb{N}", "ℤ": r"\mathbb{Z}", "ℚ": r"\mathbb{Q}", "ℂ": r"\mathbb{C}", "α": r"\alpha", "β": r"\beta",
        "γ": r"\gamma", "δ": r"\delta", "Δ": r"\Delta", "∆": r"\Delta", "ε": r"\varepsilon", "θ": r"\theta",
        "λ": r"\lambda", "μ": r"\mu", "µ": r"\mu", "π": r"\pi", "ρ": r"\rho", "σ": r"\sigma", "Σ": r"\Sigma",
        "τ": r"\tau", "φ": r"\varphi", "ω": r"\omega", "Ω": r"\Omega", "{": r"\{", "}": r"\}", "%": r"\%", "&": r"\&",
        "#": r"\#", "$": r"\$", "_": r"\_", "\\": r"\backslash", "\u2061": "", "\u2062": "", "\u2063": "",
        "\u2064": "", "\xa0": r"\ ",
    }
)  # fmt: skip
_FUNCTIONS = frozenset(
    "sin cos tan cot sec csc arcsin arccos arctan sinh cosh tanh log ln lg exp lim max min gcd det deg".split()
)
_OVER = {
    "→": r"\vec", "¯": r"\overline", "‾": r"\overline", "_": r"\overline", "^": r"\widehat", "ˆ": r"\widehat",
    "~": r"\tilde", "˜": r"\tilde", "˙": r"\dot", "⏞": r"\overbrace", "⌢": r"\overset{\frown}",
}  # fmt: skip
_LARGE = frozenset(("∑", "∏", "∫", "lim", "max", "min", "⋃", "⋂"))
_NAMES = {"mi", "mn", "mo", "mtext", "ms"}
_KNOWN = _NAMES | {
    "math", "mrow", "mstyle", "mpadded", "semantics", "mspace", "mfrac", "msqrt", "mroot", "msup", "msub", "msubsup",
    "mover", "munder", "munderover", "mfenced", "mtable", "mtr", "mtd", "annotation", "annotation-xml",
}  # fmt: skip


def latex(math: etree._Element) -> str:
    """Return a formula as LaTeX, "" where it shows nothing or is nested beyond all measure."""
    for one in math.iter("annotation"):
        if "tex" in (one.get("encoding") or "").lower() and (one.text or "").strip():
            return (one.text or "").strip()
    try:
        return re.sub(r" {2,}", " ", _row(math, 0)).strip()
    except RecursionError:
        return ""


def replace(math: etree._Element) -> bool:
    """Put the LaTeX of a formula in its place, as fragments show it; tell whether that says all of it."""
    parent, text = math.getparent(), latex(math)
    if parent is None or not text:
        return False
    whole = _is_whole(math)
    formula = etree.Element("span", {"class": "tex"})
    formula.text, formula.tail = text, math.tail
    parent.replace(math, formula)
    return whole


def _is_whole(math: etree._Element) -> bool:
    """Tell whether every element of a formula has a counterpart here."""
    if any("tex" in (one.get("encoding") or "").lower() for one in math.iter("annotation")):
        return True
    return all(str(one.tag) in _KNOWN for one in math.iter() if isinstance(one.tag, str))


def _children(element: etree._Element) -> list[etree._Element]:
    return [one for one in element if isinstance(one.tag, str) and one.tag not in ("annotation", "annotation-xml")]


def _row(element: etree._Element, depth: int) -> str:
    if depth > DEEPEST:
        raise RecursionError
    return "".join(_one(child, depth + 1) for child in _children(element))


def _one(element: etree._Element, depth: int) -> str:
    if depth > DEEPEST:
        raise RecursionError
    tag, inside = str(element.tag), _children(element)
    if tag in _NAMES:
        return _word(element)
    if tag == "mspace":
        return r"\ "
    wanted = _COUNT.get(tag)
    if wanted is not None and len(inside) != wanted:
        return _row(element, depth)
    parts = [_one(child, depth + 1) for child in inside]
    match tag:
        case "mfrac":
            return rf"\frac{{{parts[0].strip()}}}{{{parts[1].strip()}}}"
        case "mroot":
            return rf"\sqrt[{parts[1].strip()}]{{{parts[0].strip()}}}"
        case "msqrt":
            return rf"\sqrt{{{''.join(parts).strip()}}}"
        case "msup" | "msub":
            sign = "^" if tag == "msup" else "_"
            return f"{_base(parts[0])}{sign}{{{_prime(parts[1])}}}"
        case "msubsup":
            return f"{_base(parts[0])}_{{{parts[1].strip()}}}^{{{_prime(parts[2])}}}"
        case "mover" | "munder":
            return _beside(tag, inside, parts)
        case "munderover":
            return f"{parts[0].strip()}_{{{parts[1].strip()}}}^{{{parts[2].strip()}}}"
        case "mfenced":
            between = (element.get("separators") or ",")[:1]
            left, right = element.get("open") or "(", element.get("close") or ")"
            return rf"\left{_fence(left)}{between.join(part.strip() for part in parts)}\right{_fence(right)}"
        case "mtable":
            rows = [" & ".join(_row(cell, depth + 2).strip() for cell in _children(row)) for row in inside]
            return r"\begin{matrix}" + r" \\ ".join(rows) + r"\end{matrix}"
    return "".join(parts)


_COUNT = {"mfrac": 2, "mroot": 2, "msup": 2, "msub": 2, "msubsup": 3, "mover": 2, "munder": 2, "munderover": 3}


def _word(element: etree._Element) -> str:
    text = "".join(str(part) for part in element.itertext()).strip()
    if not text:
        return ""
    if element.tag in ("mtext", "ms"):
        words = re.sub(r"[{}\\]", "", text)
        return rf"\text{{{words}}}"
    if text in _FUNCTIONS:
        return rf"\{text} "
    if element.tag == "mi" and len(text) > 1 and text.isalpha() and text.isascii():
        return rf"\mathrm{{{text}}}"
    signs = "".join(_sign(char) for char in text)
    return f" {signs.strip()} " if element.tag == "mo" and text in "+-−=<>≤≥≠≈×÷⇒⇔→∈±" else signs


def _sign(char: str) -> str:
    found = _SIGNS.get(char)
    if found is None:
        return char
    return f"{found} " if found[-1:].isalpha() and found.startswith("\\") else found


def _base(text: str) -> str:
    text = text.strip()
    plain = len(text) <= 1 or (text.startswith("\\") and text[1:].isalpha()) or text.isdigit() or not text
    return text if plain else f"{{{text}}}" if not re.fullmatch(r"\\\w+\{[^{}]*\}|[)\]]", text) else text


def _prime(text: str) -> str:
    return {"'": r"\prime", "''": r"\prime\prime"}.get(text.strip(), text.strip())


def _beside(tag: str, inside: list[etree._Element], parts: list[str]) -> str:
    first = "".join(str(part) for part in inside[0].itertext()).strip()
    sign = "".join(str(part) for part in inside[1].itertext()).strip()
    if tag == "mover" and sign in _OVER:
        name = _OVER[sign]
        if sign == "→" and len(first) > 1:
            name = r"\overrightarrow"
        return f"{name}{{{parts[0].strip()}}}"
    if tag == "munder" and first not in _LARGE:
        return rf"\underset{{{parts[1].strip()}}}{{{parts[0].strip()}}}"
    if tag == "mover" and first not in _LARGE:
        return rf"\overset{{{parts[1].strip()}}}{{{parts[0].strip()}}}"
    return f"{parts[0].strip()}{'_' if tag == 'munder' else '^'}{{{parts[1].strip()}}}"


def _fence(sign: str) -> str:
    return {"{": r"\{", "}": r"\}", "": "."}.get(sign, sign)
