"""Formulas as Office Math (ECMA-376 Part 1, 22.1), so that Word can edit them."""

from __future__ import annotations

from collections.abc import Iterable

from lxml import etree

from lms.base.documents.formulas import (
    Accent,
    Fenced,
    Fraction,
    Framed,
    Function,
    Grid,
    Hidden,
    Large,
    Limits,
    Node,
    Root,
    Row,
    Scripts,
    Space,
    Token,
    parse,
)

M = "http://schemas.openxmlformats.org/officeDocument/2006/math"
W = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
_XML_SPACE = "{http://www.w3.org/XML/1998/namespace}space"
_SPACES = ((0.9, "\u2003"), (0.4, "\u2002"), (0.1, "\u2009"))  # at least so many ems → em, en, thin space
_ARROWS = frozenset("→←↔⇒⇐⇔⇌⇄")
_BRACES = frozenset("⏞⏟")
_SIGNS = {"∣": "|"}


def office_math(latex: str) -> etree._Element:
    """Return a formula as an `m:oMath`.

    Raises:
        MathsError: it cannot be read; print its source.
    """
    root = etree.Element(_m("oMath"), nsmap={"m": M, "w": W})
    root.extend(_nodes(parse(latex)))
    return root


def _m(name: str) -> str:
    return f"{{{M}}}{name}"


def _make(name: str, *children: etree._Element | None) -> etree._Element:
    element = etree.Element(_m(name))
    element.extend([child for child in children if child is not None])
    return element


def _value(name: str, value: str) -> etree._Element:
    return etree.Element(_m(name), {_m("val"): value})


def _properties(holder: str, **values: str) -> etree._Element:
    return _make(holder, *(_value(name, value) for name, value in values.items()))


def _holder(name: str, row: Row) -> etree._Element:
    return _make(name, *_nodes(row))


def _nodes(row: Row) -> Iterable[etree._Element]:
    found: list[etree._Element] = []
    for node in row.nodes:
        found.append(_node(node))
        if isinstance(node, Token) and node.kind == "words" and node.text != node.text.rstrip():
            found.append(_plain(" "))  # the space behind words is one of the formula
    return found


def _node(node: Node) -> etree._Element:
    match node:
        case Token():
            return _run(node)
        case Space(width=width):
            return _plain(next((sign for least, sign in _SPACES if width >= least), "\u2009"))
        case Row():
            return _make("box", _holder("e", node))
        case Fraction(top=top, bottom=bottom, bar=bar):
            kind = None if bar else _properties("fPr", type="noBar")
            return _make("f", kind, _holder("num", top), _holder("den", bottom))
        case Root(base=base, degree=degree):
            hidden = None if degree.nodes else _properties("radPr", degHide="1")
            return _make("rad", hidden, _holder("deg", degree), _holder("e", base))
        case Scripts():
            return _scripts(node)
        case Limits():
            return _limits(node)
        case Accent():
            return _accent(node)
        case Fenced(left=left, right=right, base=base):
            ends = {"begChr": _SIGNS.get(left, left), "endChr": _SIGNS.get(right, right)}
            return _make("d", _properties("dPr", **ends), _holder("e", base))
        case Grid():
            return _grid(node)
        case Function(name=name, argument=argument):
            return _make("func", _holder("fName", name), _holder("e", argument))
        case Large():
            return _large(node)
        case Framed(base=base, struck=struck, twice=twice):
            return _make("borderBox", _strikes(twice) if struck else None, _holder("e", base))
        case Hidden(base=base):
            return _make("phant", _properties("phantPr", show="0"), _holder("e", base))


def _run(token: Token) -> etree._Element:
    if token.kind == "words":
        return _plain(token.text.rstrip() or " ", bold=token.bold)
    style = "b" if token.bold and token.upright else "bi" if token.bold else "p" if _is_upright(token) else ""
    run = etree.Element(_m("r"))
    if style and not (token.kind == "number" and style == "p"):
        run.append(_properties("rPr", sty=style))
    run.append(_text(token.text))
    return run


def _is_upright(token: Token) -> bool:
    return token.kind == "letter" and (token.upright or len(token.text) > 1)


def _plain(text: str, *, bold: bool = False) -> etree._Element:
    run = etree.Element(_m("r"))
    properties = _make("rPr", etree.Element(_m("nor")))
    if bold:
        properties.append(_value("sty", "b"))
    run.append(properties)
    run.append(_text(text))
    return run


def _text(text: str) -> etree._Element:
    element = etree.Element(_m("t"))
    element.text = text
    if text != text.strip():
        element.set(_XML_SPACE, "preserve")
    return element


def _scripts(node: Scripts) -> etree._Element:
    sub, sup = _holder("sub", node.sub), _holder("sup", node.sup)
    if node.before:
        return _make("sPre", sub, sup, _holder("e", node.base))
    base = _holder("e", node.base)
    if node.sub.nodes and node.sup.nodes:
        return _make("sSubSup", base, sub, sup)
    if not node.sub.nodes and not node.sup.nodes:
        return _make("box", base)
    return _make("sSub", base, sub) if node.sub.nodes else _make("sSup", base, sup)


def _limits(node: Limits) -> etree._Element:
    made = node.base
    element: etree._Element | None = None
    for name, row in (("limLow", node.under), ("limUpp", node.over)):
        if row.nodes:
            base = _holder("e", made) if element is None else _make("e", element)
            element = _make(name, base, _holder("lim", row))
    assert element is not None
    return element


def _accent(node: Accent) -> etree._Element:
    base = _holder("e", node.base)
    if node.sign == "\u0305":
        if not node.wide:
            return _make("acc", _properties("accPr", chr="\u0305"), base)
        return _make("bar", _properties("barPr", pos="bot" if node.under else "top"), base)
    if node.sign in _BRACES or (node.under and node.sign in _ARROWS):
        where = "bot" if node.under else "top"
        return _make("groupChr", _properties("groupChrPr", chr=node.sign, pos=where), base)
    return _make("acc", _properties("accPr", chr="\u20d7" if node.sign == "→" else node.sign), base)


def _grid(node: Grid) -> etree._Element:
    if set(node.aligns) <= {"left"} and len(node.aligns) == 1:
        return _lines(node)
    if node.aligns[:2] == ("right", "left"):
        return _lines(node)  # what is aligned at a relation reads as whole lines
    made = _make("m")
    for row in node.rows:
        made.append(_make("mr", *(_holder("e", cell) for cell in row)))
    return made


def _lines(node: Grid) -> etree._Element:
    return _make("eqArr", *(_make("e", *(part for cell in row for part in _nodes(cell))) for row in node.rows))


def _large(node: Large) -> etree._Element:
    values = {"chr": node.sign, "limLoc": "undOvr" if node.limits else "subSup"}
    if not node.low.nodes:
        values["subHide"] = "1"
    if not node.high.nodes:
        values["supHide"] = "1"
    return _make(
        "nary",
        _properties("naryPr", **values),
        _holder("sub", node.low),
        _holder("sup", node.high),
        _holder("e", node.operand),
    )


def _strikes(twice: bool) -> etree._Element:
    hidden = {"hideTop": "1", "hideBot": "1", "hideLeft": "1", "hideRight": "1", "strikeBLTR": "1"}
    return _properties("borderBoxPr", **hidden, **({"strikeTLBR": "1"} if twice else {}))
