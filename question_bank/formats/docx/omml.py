"""Word's formulas (Office MathML, ECMA-376 §22.1) → LaTeX.

`latex(element)` walks an `m:oMath`; every structure of the standard has its line in `_STRUCTURES`. What is not known
gives its content, so that nothing disappears.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Mapping

from lxml import etree

from question_bank.formats.docx import omml_symbols as symbols

M = "http://schemas.openxmlformats.org/officeDocument/2006/math"
DEPTH = 80
_W_T = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}t"
_W_SYM = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}sym"
_W_DEL = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}del"


def m(name: str) -> str:
    """Return a name of Office MathML."""
    return f"{{{M}}}{name}"


def latex(element: etree._Element) -> str:
    """Return a formula as LaTeX for the line, without delimiters."""
    return _joined(_row(element, 0)).strip()


def _joined(text: str) -> str:
    r"""Drop spaces that only kept commands from running into letters; `\ ` is a space of the formula."""
    text = re.sub(r"\s+", " ", text)
    return re.sub(r"(\\[a-zA-Z]+) (?=[^a-zA-Z\s])", r"\1", re.sub(r"(?<!\\) (?=[{}^_)\],.;])", "", text))


def _row(element: etree._Element | None, depth: int) -> str:
    """Return the children of an element one after the other."""
    if element is None:
        return ""
    if depth > DEPTH:
        return _escaped("".join(str(text) for text in element.itertext()))
    return "".join(_one(child, depth + 1) for child in element)


def _one(element: etree._Element, depth: int) -> str:
    if not isinstance(element.tag, str) or element.tag == _W_DEL:
        return ""
    namespace, _, name = element.tag.rpartition("}")
    if namespace != "{" + M:
        # Insertions, bookmarks, smart tags: what matters is inside.
        return _row(element, depth)
    if name.endswith("Pr"):
        return ""
    structure = _STRUCTURES.get(name)
    return structure(element, depth) if structure else _row(element, depth)


def _part(element: etree._Element, name: str, depth: int) -> str:
    return _row(element.find(m(name)), depth).strip()


def _braced(text: str) -> str:
    return "{" + text.strip() + "}"


def _property(element: etree._Element, holder: str, name: str, default: str = "") -> str:
    found = element.find(f"{m(holder)}/{m(name)}")
    return found.get(m("val"), "1") if found is not None else default


def _on(value: str) -> bool:
    return value in ("1", "on", "true")


def _run(element: etree._Element, depth: int) -> str:
    parts: list[str] = []
    for child in element:
        if child.tag in (m("t"), _W_T):
            parts.append(child.text or "")
        elif child.tag == _W_SYM:
            parts.append(symbols.from_font(child))
    text = "".join(parts)
    properties = element.find(m("rPr"))
    if properties is None:
        return _text(text)
    if properties.find(m("nor")) is not None:
        return _upright(text)
    script = _property(element, "rPr", "scr")
    style = _property(element, "rPr", "sty")
    command = symbols.ALPHABETS.get(script, "")
    if command and text.strip():
        return f"{command}{{{_text(text).strip()}}}"
    if style in ("b", "bi") and text.strip():
        return f"\\boldsymbol{{{_text(text).strip()}}}"
    if style == "p" and re.fullmatch(r"[A-Za-z]{2,}", text.strip()):
        return _function_name(text.strip())
    return _text(text)


def _upright(text: str) -> str:
    """Return ordinary text inside a formula: a known function, symbols, or words."""
    bare = text.strip()
    if not bare:
        return "\\ " if text else ""
    if not re.search(r"[^\W\d_]", bare):
        return _text(text)
    if bare in symbols.FUNCTIONS:
        return _function_name(bare)
    if len(bare) == 1 and bare in symbols.CHARACTERS:
        return _text(text)
    return f"\\text{{{_escaped_text(text)}}}"


def _function_name(name: str) -> str:
    return f"\\{symbols.FUNCTIONS[name]} " if name in symbols.FUNCTIONS else f"\\mathrm{{{name}}}"


def _text(text: str) -> str:
    """Return math text: every character by its command, Vietnamese words as text."""
    out: list[str] = []
    for word in re.findall(r"[^\W\d_]{2,}|.", unicodedata.normalize("NFC", text), re.S):
        if len(word) > 1 and any(
            ord(char) > 0x7F and unicodedata.category(char) in ("Ll", "Lu") and char not in symbols.CHARACTERS
            for char in word
        ):
            out.append(f"\\text{{{word}}}")
        elif word in symbols.FUNCTIONS:
            out.append(_function_name(word))
        else:
            out.append("".join(_character(char) for char in word))
    return "".join(out)


def _character(char: str) -> str:
    known = symbols.CHARACTERS.get(char)
    if known is not None:
        return known + " " if known.startswith("\\") and known[-1].isalpha() else known
    plain = unicodedata.normalize("NFKC", char)
    if plain != char and len(plain) == 1 and 0x1D400 <= ord(char) <= 0x1D7FF:
        return _character(plain)
    if char.isspace():
        return " "
    if unicodedata.category(char) in ("Ll", "Lu") and ord(char) > 0x7F:
        return f"\\text{{{char}}}"
    return "" if unicodedata.category(char) in ("Cf", "Cc") else char


def _escaped(text: str) -> str:
    return "".join(_character(char) for char in text)


def _escaped_text(text: str) -> str:
    return re.sub(r"([#$%&_{}])", r"\\\1", text.replace("\\", "/").replace("^", " "))


def _fraction(element: etree._Element, depth: int) -> str:
    top, bottom = _part(element, "num", depth), _part(element, "den", depth)
    kind = _property(element, "fPr", "type", "bar")
    if kind == "lin":
        return f"{_group(top)}/{_group(bottom)}"
    if kind == "noBar":
        return f"\\genfrac{{}}{{}}{{0pt}}{{}}{{{top}}}{{{bottom}}}"
    return f"\\frac{{{top}}}{{{bottom}}}"


def _group(text: str) -> str:
    return text if len(text) == 1 or re.fullmatch(r"\d+|\\[a-zA-Z]+", text) else _braced(text)


def _radical(element: etree._Element, depth: int) -> str:
    degree, base = _part(element, "deg", depth), _part(element, "e", depth)
    hidden = _on(_property(element, "radPr", "degHide", "0"))
    return f"\\sqrt[{degree}]{{{base}}}" if degree and not hidden else f"\\sqrt{{{base}}}"


def _superscript(element: etree._Element, depth: int) -> str:
    return _base(_part(element, "e", depth)) + "^" + _braced(_part(element, "sup", depth))


def _subscript(element: etree._Element, depth: int) -> str:
    return _base(_part(element, "e", depth)) + "_" + _braced(_part(element, "sub", depth))


def _both(element: etree._Element, depth: int) -> str:
    base = _base(_part(element, "e", depth))
    return f"{base}_{_braced(_part(element, 'sub', depth))}^{_braced(_part(element, 'sup', depth))}"


def _before(element: etree._Element, depth: int) -> str:
    sub, sup = _part(element, "sub", depth), _part(element, "sup", depth)
    return f"{{}}_{_braced(sub)}^{_braced(sup)}{_base(_part(element, 'e', depth))}"


def _base(text: str) -> str:
    """Return what a script hangs on, in braces unless it is one sign."""
    if len(text) == 1 or re.fullmatch(r"\\[a-zA-Z]+|\\(?:mathbb|mathrm|mathcal)\{\w+\}", text):
        return text
    return _braced(text)


def _nary(element: etree._Element, depth: int) -> str:
    sign = _property(element, "naryPr", "chr", "∫")
    command = symbols.LARGE.get(sign) or symbols.CHARACTERS.get(sign, sign)
    limits = "\\limits" if _property(element, "naryPr", "limLoc") == "undOvr" and command.startswith("\\int") else ""
    sub, sup = _part(element, "sub", depth), _part(element, "sup", depth)
    low = f"_{_braced(sub)}" if sub and not _on(_property(element, "naryPr", "subHide", "0")) else ""
    high = f"^{_braced(sup)}" if sup and not _on(_property(element, "naryPr", "supHide", "0")) else ""
    return f"{command}{limits}{low}{high} {_part(element, 'e', depth)}"


def _delimited(element: etree._Element, depth: int) -> str:
    left = _property(element, "dPr", "begChr", "(")
    right = _property(element, "dPr", "endChr", ")")
    middle = _property(element, "dPr", "sepChr", "|")
    inside = [_row(child, depth).strip() for child in element.iterchildren(m("e"))]
    joint = f" \\middle{symbols.fence(middle)} " if middle in "|∣‖/" and middle else f" {_escaped(middle)} "
    return f"\\left{symbols.fence(left)} {joint.join(inside)} \\right{symbols.fence(right)}"


def _function(element: etree._Element, depth: int) -> str:
    name = _part(element, "fName", depth)
    name = re.sub(r"\\(?:text|mathrm)\{\s*([A-Za-z]+)\s*\}", lambda match: _function_name(match[1]).strip(), name)
    plain = re.match(r"([A-Za-z]{2,})(.*)$", name, re.S)
    if plain and plain[1] in symbols.FUNCTIONS:
        name = f"\\{symbols.FUNCTIONS[plain[1]]}{plain[2]}"
    return f"{name} {_braced(_part(element, 'e', depth))}" if name else _part(element, "e", depth)


def _limit(mark: str) -> Callable[[etree._Element, int], str]:
    def limit(element: etree._Element, depth: int) -> str:
        base, at = _part(element, "e", depth), _part(element, "lim", depth)
        name = re.sub(r"^\\(?:text|mathrm)\{\s*([A-Za-z]+)\s*\}$", r"\1", base)
        if name in symbols.FUNCTIONS:
            base = f"\\{symbols.FUNCTIONS[name]}"
        if base.lstrip("\\") in symbols.WITH_LIMITS:
            return f"{base}{mark}{_braced(at)}"
        if base in ("\\underbrace", "\\overbrace") or base.startswith(("\\underbrace{", "\\overbrace{")):
            return f"{base}{mark}{_braced(at)}"
        return f"\\{'underset' if mark == '_' else 'overset'}{_braced(at)}{_braced(base)}"

    return limit


def _accent(element: etree._Element, depth: int) -> str:
    sign = _property(element, "accPr", "chr", "\u0302")
    base = _part(element, "e", depth)
    wide = len(re.sub(r"\\[a-zA-Z]+|[{}\s]", "x", base)) > 1
    narrow, broad = symbols.ACCENTS.get(sign, ("\\hat", "\\widehat"))
    return f"{broad if wide else narrow}{{{base}}}"


def _bar(element: etree._Element, depth: int) -> str:
    above = _property(element, "barPr", "pos", "bot") == "top"
    return f"\\{'overline' if above else 'underline'}{{{_part(element, 'e', depth)}}}"


def _group_sign(element: etree._Element, depth: int) -> str:
    sign = _property(element, "groupChrPr", "chr", "⏟")
    above = _property(element, "groupChrPr", "pos", "bot") == "top"
    base = _part(element, "e", depth)
    command = symbols.GROUP_SIGNS.get((sign, above))
    if command:
        return f"{command}{{{base}}}"
    arrow = symbols.CHARACTERS.get(sign, sign)
    # A sign with text over or under it: an arrow of a reaction.
    if symbols.is_arrow(sign):
        return f"\\{'underset' if above else 'overset'}{{{base}}}{{{arrow}}}"
    return f"\\{'overset' if above else 'underset'}{{{arrow}}}{{{base}}}"


def _matrix(element: etree._Element, depth: int) -> str:
    rows = [
        " & ".join(_row(cell, depth).strip() for cell in row.iterchildren(m("e")))
        for row in element.iterchildren(m("mr"))
    ]
    return "\\begin{matrix}" + " \\\\ ".join(rows) + "\\end{matrix}"


def _equations(element: etree._Element, depth: int) -> str:
    # An & in such a row is no sign but the place where the rows align.
    rows = [_row(child, depth).strip().replace("\\&", "&") for child in element.iterchildren(m("e"))]
    if len(rows) == 1:
        return rows[0]
    if any("&" in row for row in rows):
        return "\\begin{aligned}" + " \\\\ ".join(rows) + "\\end{aligned}"
    return "\\begin{array}{l}" + " \\\\ ".join(rows) + "\\end{array}"


def _box(element: etree._Element, depth: int) -> str:
    return _row(element.find(m("e")), depth)


def _border(element: etree._Element, depth: int) -> str:
    base = _part(element, "e", depth)
    struck = [
        name
        for name in ("strikeBLTR", "strikeTLBR", "strikeH", "strikeV")
        if _on(_property(element, "borderBoxPr", name, "0"))
    ]
    if struck:
        return f"\\{'xcancel' if len(struck) > 1 else 'cancel'}{{{base}}}"
    return f"\\boxed{{{base}}}"


def _phantom(element: etree._Element, depth: int) -> str:
    shown = _property(element, "phantPr", "show", "1")
    base = _part(element, "e", depth)
    return base if _on(shown) else f"\\phantom{{{base}}}"


def _paragraph(element: etree._Element, depth: int) -> str:
    return " \\\\ ".join(_row(child, depth).strip() for child in element.iterchildren(m("oMath")))


_STRUCTURES: Mapping[str, Callable[[etree._Element, int], str]] = {
    "r": _run,
    "f": _fraction,
    "rad": _radical,
    "sSup": _superscript,
    "sSub": _subscript,
    "sSubSup": _both,
    "sPre": _before,
    "nary": _nary,
    "d": _delimited,
    "func": _function,
    "limLow": _limit("_"),
    "limUpp": _limit("^"),
    "acc": _accent,
    "bar": _bar,
    "groupChr": _group_sign,
    "m": _matrix,
    "eqArr": _equations,
    "box": _box,
    "borderBox": _border,
    "phant": _phantom,
    "oMathPara": _paragraph,
}
