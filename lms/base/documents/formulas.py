r"""LaTeX → a tree of what a formula says, for writers of other notations.

Temml says much by spacing tricks that only a browser understands (empty bases, hidden struts). Here they are put back
to what is meant: `H_2O` is a letter with an index, `{}_{92}^{235}U` a letter with scripts before it, `\ce{A ->[t] B}`
an arrow with a label.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TypeAlias

from lxml import etree

from lms.base.maths import MathsError, to_structure

_PARSER = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False)
_LARGE = frozenset("∑∏∐∫∬∭∮⋃⋂⋁⋀⨁⨂⨀⨄")
_ENDS_OPERAND = frozenset("=<>≤≥⩽⩾≠≈≡≃≅∼→⇒⇔⟹⟺⟶,;+−")
_APPLY = "\u2061"
_INVISIBLE = re.compile("[\u2061-\u2064\u200b]")
_PRIMES = {"′": "′", "″": "′′", "‴": "′′′"}
_DEEPEST = 60
_COMBINING = {"ˆ": "\u0302", "˜": "\u0303", "~": "\u0303", "^": "\u0302", "‾": "\u0305", "¯": "\u0305", "⌢": "\u0311"}


@dataclass(frozen=True, slots=True)
class Token:
    """A sign, a letter, a number or words; `kind` is "letter", "number", "sign" or "words"."""

    kind: str
    text: str
    upright: bool = False
    bold: bool = False


@dataclass(frozen=True, slots=True)
class Space:
    """Empty space, in ems."""

    width: float


@dataclass(frozen=True, slots=True)
class Row:
    """Nodes one after the other."""

    nodes: tuple[Node, ...] = ()


@dataclass(frozen=True, slots=True)
class Fraction:
    """One over the other; without `bar` as in a binomial."""

    top: Row
    bottom: Row
    bar: bool = True


@dataclass(frozen=True, slots=True)
class Root:
    """A root with its degree, empty for a square root."""

    base: Row
    degree: Row


@dataclass(frozen=True, slots=True)
class Scripts:
    """A base with an index and a power, either of which may be empty; `before` sets them before it."""

    base: Row
    sub: Row
    sup: Row
    before: bool = False


@dataclass(frozen=True, slots=True)
class Limits:
    """A base with something right under and right above it."""

    base: Row
    under: Row
    over: Row


@dataclass(frozen=True, slots=True)
class Accent:
    """A sign over (or under) a base; `wide` covers all of it."""

    base: Row
    sign: str
    wide: bool = False
    under: bool = False


@dataclass(frozen=True, slots=True)
class Fenced:
    """Brackets that grow with what they hold; an empty one is not drawn."""

    left: str
    right: str
    base: Row


@dataclass(frozen=True, slots=True)
class Grid:
    """Rows of cells with the alignment of each column: "left", "center" or "right"."""

    rows: tuple[tuple[Row, ...], ...]
    aligns: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Function:
    """A named function and what it is taken of."""

    name: Row
    argument: Row


@dataclass(frozen=True, slots=True)
class Large:
    """A sum or an integral with its bounds and what it runs over; `limits` sets the bounds under and above."""

    sign: str
    low: Row
    high: Row
    limits: bool
    operand: Row


@dataclass(frozen=True, slots=True)
class Framed:
    """A base in a frame, or struck through."""

    base: Row
    struck: bool = False
    twice: bool = False


@dataclass(frozen=True, slots=True)
class Hidden:
    """What takes room and is not drawn."""

    base: Row


Node: TypeAlias = (
    "Token | Space | Row | Fraction | Root | Scripts | Limits | Accent | Fenced | Grid | Function | Large | Framed"
    " | Hidden"
)
NOTHING = Row()


def parse(latex: str) -> Row:
    """Read a formula.

    Raises:
        MathsError: it cannot be read; print the source.
    """
    try:
        root = etree.fromstring(to_structure(latex).encode(), _PARSER)
    except etree.XMLSyntaxError as problem:
        raise MathsError(latex, "not well-formed") from problem
    return _row(list(root), 0)


def plain_text(node: Node) -> str:
    """Return the signs of a formula one after the other."""
    match node:
        case Token(text=text):
            return text
        case Row(nodes=nodes):
            return "".join(plain_text(one) for one in nodes)
        case _:
            return "\ufffc"


def _children(element: etree._Element) -> list[etree._Element]:
    return [child for child in element if isinstance(child.tag, str)]


def _name(element: etree._Element) -> str:
    return str(element.tag).rpartition("}")[2]


def _as_row(element: etree._Element, depth: int) -> Row:
    return _row([element], depth)


def _row(elements: Sequence[etree._Element], depth: int) -> Row:
    """Read elements that stand beside each other."""
    return Row(tuple(_operands(_functions(_rehung(_flat(elements, depth))))))


def _flat(elements: Sequence[etree._Element], depth: int) -> list[Node]:
    """Read elements one by one; a group without brackets gives its parts to the row it stands in."""
    if depth > _DEEPEST:
        raise MathsError("", "nested too deep")
    found: list[Node] = []
    for element in elements:
        node = _one(element, depth + 1)
        if isinstance(node, Row):
            found += node.nodes
        elif node is not None:
            found.append(node)
    return found


def _one(element: etree._Element, depth: int) -> Node | None:
    children = _children(element)
    match _name(element):
        case "mi" | "mn" | "mo" | "mtext" | "ms":
            return _token(element, children, depth)
        case "mspace":
            return _space(element)
        case "mfrac":
            thin = (element.get("linethickness") or "1").startswith("0")
            return Fraction(_as_row(children[0], depth), _as_row(children[1], depth), bar=not thin)
        case "msqrt":
            return Root(_row(children, depth), NOTHING)
        case "mroot":
            return Root(_as_row(children[0], depth), _as_row(children[1], depth))
        case "msub":
            return _Hanging.of(children, depth, sub=1)
        case "msup":
            return _Hanging.of(children, depth, sup=1)
        case "msubsup":
            return _Hanging.of(children, depth, sub=1, sup=2)
        case "munder":
            return _limits(children, depth, under=1)
        case "mover":
            return _limits(children, depth, over=1)
        case "munderover":
            return _limits(children, depth, under=1, over=2)
        case "mtable":
            return _grid(element, depth)
        case "menclose":
            return _enclosed(element, children, depth)
        case "mphantom":
            return Hidden(_row(children, depth))
        case "mpadded":
            return None if element.get("width") == "0.1px" and _absolute(element) is None else _isotope(element, depth)
        case _:
            return _group(element, children, depth)


def _absolute(element: etree._Element) -> etree._Element | None:
    return next((one for one in element.iter(etree.Element) if "absolute" in (one.get("style") or "")), None)


def _isotope(element: etree._Element, depth: int) -> Node:
    """Read the digits of an isotope: mhchem hides them in a strut and shows them right-aligned over it."""
    shown = _absolute(element)
    return _as_row(shown, depth) if shown is not None else _row(_children(element), depth)


def _token(element: etree._Element, children: Sequence[etree._Element], depth: int) -> Node | None:
    if children:  # Temml puts letters inside an <mo> to set its spacing
        return _row(children, depth)
    text = element.text or ""
    name = _name(element)
    if name == "mo":
        text = _INVISIBLE.sub("", text) if text != _APPLY else text
        return Token("sign", text) if text else None
    if name == "mtext" and text and not text.strip(" \u00a0"):
        return Space(0.25 * len(text))
    plain = unicodedata.normalize("NFKC", text) if any(0x1D400 <= ord(sign) <= 0x1D7FF for sign in text) else text
    styles = {word for sign in text for word in unicodedata.name(sign, "").split()[1:3]} if plain != text else set()
    if plain != text and not styles & {"BOLD", "ITALIC"}:
        plain = text  # double-struck, script and Gothic letters are letters of their own
    upright = element.get("mathvariant") == "normal" or (plain != text and "ITALIC" not in styles)
    kind = {"mi": "letter", "mn": "number"}.get(name, "words")
    if kind == "letter" and len(plain) == 1 and not plain.isalpha():
        kind = "sign"
    return Token(kind, plain, upright=upright, bold="BOLD" in styles) if plain else None


def _space(element: etree._Element) -> Node | None:
    found = re.fullmatch(r"(-?[\d.]+)em", element.get("width") or "")
    width = float(found[1]) if found else 0.0
    return Space(width) if width > 0 else None


def _group(element: etree._Element, children: Sequence[etree._Element], depth: int) -> Node:
    style = element.get("style") or ""
    if "border" in style:
        return Framed(_row(children, depth))
    if len(children) >= 2 and _is_fence(children[0]) and _is_fence(children[-1]):
        inside = _row(children[1:-1], depth)
        return Fenced(children[0].text or "", children[-1].text or "", inside)
    return Row(tuple(_flat(children, depth)))


def _is_fence(element: etree._Element) -> bool:
    return element.get("fence") == "true" and element.get("stretchy") != "false" and _name(element) == "mo"


def _enclosed(element: etree._Element, children: Sequence[etree._Element], depth: int) -> Node:
    notation = element.get("notation") or ""
    base = _row([child for child in children if "tml-" not in (child.get("class") or "")], depth)
    if "strike" in notation:
        return Framed(base, struck=True, twice=notation.count("strike") > 1)
    if notation in {"top", "bottom"}:
        return Accent(base, "\u0305", wide=True, under=notation == "bottom")
    return Framed(base) if notation == "box" else base


def _grid(element: etree._Element, depth: int) -> Grid:
    rows: list[tuple[Row, ...]] = []
    aligns: list[str] = []
    for line in _children(element):
        cells = _children(line)
        rows.append(tuple(_row(_children(one), depth) for one in cells))
        if len(cells) > len(aligns):
            classes = [one.get("class") or "" for one in cells]
            aligns = ["left" if "left" in name else "right" if "right" in name else "center" for name in classes]
    wide = len(aligns)
    full = [row + (NOTHING,) * (wide - len(row)) for row in rows]
    used = [place for place in range(wide) if any(row[place].nodes for row in full)]
    return Grid(tuple(tuple(row[place] for place in used) for row in full), tuple(aligns[place] for place in used))


def _limits(children: Sequence[etree._Element], depth: int, *, under: int = 0, over: int = 0) -> Node:
    base, low, high = (
        Row(tuple(_flat(children[:1], depth))),
        _as_row(children[under], depth) if under else NOTHING,
        _as_row(children[over], depth) if over else NOTHING,
    )
    plain = [node for node in base.nodes if node != Token("sign", _APPLY) and not isinstance(node, Space)]
    base = Row(tuple(_operands(_functions(_rehung(plain)))))
    low, high = _unstrutted(low), _unstrutted(high)
    mark = children[-1]
    if len(children) == 2 and _name(mark) == "mo" and (mark.text or "").strip():
        sign = (mark.text or "").strip()
        wide = mark.get("stretchy") == "true" or sign == "⌢"
        # A stretched sign and a small accent; anything else is a limit or a label.
        if wide or "acc" in (mark.get("class") or "") or "vec" in (mark.get("class") or ""):
            return Accent(base, _COMBINING.get(sign, sign), wide=wide, under=bool(under))
    if not low.nodes and not high.nodes:
        return base
    return Limits(base, low, high)


def _unstrutted(row: Row) -> Row:
    r"""Take off the margins around the label of \xrightarrow, and the strut that holds the arrow open."""
    nodes = row.nodes
    if len(nodes) == 1 and isinstance(nodes[0], Limits | Accent):
        nodes = nodes[0].base.nodes
    kept = list(nodes)
    while kept and isinstance(kept[0], Space):
        kept.pop(0)
    while kept and isinstance(kept[-1], Space):
        kept.pop()
    return Row(tuple(kept))


@dataclass(frozen=True, slots=True)
class _Hanging:
    """Scripts as Temml wrote them, before it is known what an empty base means."""

    base: Row
    sub: Row
    sup: Row

    @classmethod
    def of(cls, children: Sequence[etree._Element], depth: int, *, sub: int = 0, sup: int = 0) -> Scripts | None:
        base = _as_row(children[0], depth)
        low = _as_row(children[sub], depth) if sub else NOTHING
        high = _primes(_as_row(children[sup], depth)) if sup else NOTHING
        if not _drawn(low) and not _drawn(high):
            return None if not _drawn(base) else Scripts(base, NOTHING, NOTHING)
        kept = Row(tuple(node for node in base.nodes if not isinstance(node, Space)))
        return Scripts(kept, low if _drawn(low) else NOTHING, high if _drawn(high) else NOTHING)


def _drawn(row: Row) -> bool:
    return any(not isinstance(node, Hidden | Space) for node in row.nodes)


def _primes(row: Row) -> Row:
    """Join the primes of f″ into one sign each."""
    nodes = [
        Token("sign", _PRIMES.get(node.text, node.text)) if isinstance(node, Token) and node.text in _PRIMES else node
        for node in row.nodes
    ]
    return Row(tuple(nodes))


def _rehung(nodes: Sequence[Node]) -> list[Node]:
    """Hang scripts with an empty base on what they belong to."""
    found: list[Node] = []
    place = 0
    while place < len(nodes):
        node = nodes[place]
        place += 1
        if not isinstance(node, Scripts) or node.base.nodes or node.before:
            found.append(node)
            continue
        after = nodes[place] if place < len(nodes) else None
        before = found[-1] if found else None
        both = bool(node.sub.nodes and node.sup.nodes)
        if isinstance(after, Token) and after.kind in {"letter", "words"} and (both or not _carries(before)):
            found.append(Scripts(Row((after,)), node.sub, node.sup, before=True))
            place += 1
        elif isinstance(before, Scripts) and not before.before and _fit(before, node):
            sub, sup = (before.sub if before.sub.nodes else node.sub), (before.sup if before.sup.nodes else node.sup)
            found[-1] = Scripts(before.base, sub, sup)
        elif before is not None and _carries(before):
            found[-1] = Scripts(Row((before,)), node.sub, node.sup)
        else:
            found.append(node)
    return found


def _fit(before: Scripts, node: Scripts) -> bool:
    return not (before.sub.nodes and node.sub.nodes) and not (before.sup.nodes and node.sup.nodes)


def _carries(node: Node | None) -> bool:
    """Tell whether a script may hang on a node."""
    if isinstance(node, Token):
        return node.kind != "sign" or node.text in ")]}|"
    return node is not None and not isinstance(node, Space)


def _functions(nodes: Sequence[Node]) -> list[Node]:
    """Join each function's name with what it is taken of; read from the end, so that sin of log x finds its log."""
    rest: list[Node] = []
    applied = False
    for node in reversed(nodes):
        if node == Token("sign", _APPLY):
            applied = True
        elif applied or _is_name(node):
            while rest and isinstance(rest[0], Space):
                rest.pop(0)
            length = _argument(rest)
            rest[:length] = [Function(Row((_named(node),)), Row(tuple(rest[:length])))]
            applied = False
        else:
            rest.insert(0, node)
    return rest


def _argument(rest: Sequence[Node]) -> int:
    """Say how many nodes a function is taken of: a bracket to its end, one node, or none."""
    if not rest or _ends(rest[0]):
        return 0
    depth = 0
    for place, node in enumerate(rest):
        text = node.text if isinstance(node, Token) else ""
        depth += (text in {"(", "["}) - (text in {")", "]"})
        if depth <= 0:
            return place + 1
    return 1


def _is_name(node: Node) -> bool:
    """Tell a limit over a named sign, whose mark of application Temml leaves out."""
    return (
        isinstance(node, Limits) and len(node.base.nodes) == 1 and plain_text(node.base) in {"lim", "max", "min", "sup"}
    )


def _named(node: Node) -> Node:
    return replace(node, upright=True) if isinstance(node, Token) else node


def _ends(node: Node) -> bool:
    return isinstance(node, Token) and node.kind == "sign" and node.text in _ENDS_OPERAND | {")", "]", "}"}


def _operands(nodes: Sequence[Node]) -> list[Node]:
    """Give each sum and integral what it runs over: all up to a relation, a sum of its own level, or a bracket."""
    if len(nodes) == 1:  # a bare sign: the base of its bounds
        return list(nodes)
    found: list[Node] = []
    place = 0
    while place < len(nodes):
        bounds = _bounds(nodes[place])
        place += 1
        if bounds is None:
            found.append(nodes[place - 1])
            continue
        start = place
        while place < len(nodes) and not _ends(nodes[place]):
            place += 1
        operand = Row(tuple(_operands(nodes[start:place])))
        found.append(replace(bounds, operand=operand))
    return found


def _bounds(node: Node) -> Large | None:
    match node:
        case Token(text=sign) if sign and sign in _LARGE:
            return Large(sign, NOTHING, NOTHING, False, NOTHING)
        case Scripts(base=base, sub=low, sup=high) if plain_text(base) in _LARGE:
            return Large(plain_text(base), low, high, False, NOTHING)
        case Limits(base=base, under=low, over=high) if plain_text(base) in _LARGE:
            return Large(plain_text(base), low, high, True, NOTHING)
    return None
