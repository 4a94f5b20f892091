"""Formulas as typst's mathematics, from the tree of what a formula says (`formulas`)."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

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

_APPLY = "\u2061"
_ACCENTS: Mapping[str, str] = MappingProxyType(
    {
        "\u0302": "hat", "\u0303": "tilde", "\u0305": "macron", "\u0306": "breve", "\u0307": "dot", "\u0308": "diaer",
        "\u0300": "grave", "\u0301": "acute", "˙": "dot", "¨": "diaer", "´": "acute", "`": "grave", "ˇ": "caron",
        "˘": "breve", "→": "arrow", "⃗": "arrow", "←": "arrow.l", "↔": "arrow.l.r", "⃡": "arrow.l.r",
    }
)  # fmt: skip
_OVER = {"\u0305": "overline", "⏞": "overbrace", "⏠": "overparen", "⎴": "overbracket", "\u0311": "overparen"}
_UNDER = {"\u0305": "underline", "⏟": "underbrace", "⏡": "underparen", "⎵": "underbracket"}


def typst_maths(latex: str) -> str:
    """Return a formula as the inside of `$…$`.

    Raises:
        MathsError: it cannot be read; print the source.
    """
    return _write(parse(latex))


def quoted(text: str) -> str:
    r"""Return a text as a string of typst, in which nothing means anything.

    >>> quoted('a"b')
    '"a\\\\"b"'
    """
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", " ") + '"'


def _write(node: Node) -> str:
    match node:
        case Row(nodes=nodes):
            return " ".join(filter(None, map(_write, nodes)))
        case Token():
            return _token(node)
        case Space(width=width):
            return f"#h({width:.3f}em)"
        case Fraction(top=top, bottom=bottom, bar=True):
            return f"frac({_part(top)}, {_part(bottom)})"
        case Fraction(top=top, bottom=bottom):
            return f"vec(delim: #none, {_part(top)}, {_part(bottom)})"
        case Root(base=base, degree=degree):
            return f"root({_part(degree)}, {_part(base)})" if degree.nodes else f"sqrt({_part(base)})"
        case Scripts(base=base, sub=sub, sup=sup, before=before):
            low, high = ("bl", "tl") if before else ("b", "t")
            return _attached(f"scripts({_part(base)})" if not before else _part(base), low, sub, high, sup)
        case Limits(base=base, under=under, over=over):
            return _attached(f"limits({_part(base)})", "b", under, "t", over)
        case Accent():
            return _accent(node)
        case Fenced(left=left, right=right, base=base):
            return f"lr({_sign(left) if left else ''} {_write(base)} {_sign(right) if right else ''})"
        case Grid(rows=rows, aligns=aligns):
            align = f"#{aligns[0]}" if aligns and len(set(aligns)) == 1 else "#center"
            lines = "; ".join(", ".join(_part(cell) for cell in row) for row in rows)
            return f"display(mat(delim: #none, align: {align}, {lines}))"
        case Function(name=name, argument=argument):
            return f"{_operator(name)} {_write(argument)}"
        case Large(sign=sign, low=low, high=high, limits=limits, operand=operand):
            large = f"{'limits' if limits else 'scripts'}({_sign(sign)})"
            return f"{_attached(large, 'b', low, 't', high)} {_write(operand)}"
        case Framed(base=base, struck=True, twice=twice):
            return f"cancel({_part(base)}{', cross: #true' if twice else ''})"
        case Framed(base=base):
            return f"#box(stroke: 0.5pt, inset: 2pt, $ {_write(base)} $)"
        case Hidden(base=base):
            return f"#hide($ {_write(base)} $)"


def _operator(name: Row) -> str:
    """The name of a function, set off from what it is taken of."""
    match name.nodes:
        case (Token(text=text),):
            return f"op({quoted(text)})"
        case (Scripts(base=Row(nodes=(Token(text=text),)), sub=sub, sup=sup, before=False),):
            return _attached(f"scripts(op({quoted(text)}))", "b", sub, "t", sup)
        case (Limits(base=Row(nodes=(Token(text=text),)), under=under, over=over),):
            return _attached(f"op({quoted(text)}, limits: #true)", "b", under, "t", over)
        case _:
            return _write(name)


def _part(row: Row) -> str:
    """An argument of a function; an empty one is said so."""
    return _write(row) or '""'


def _attached(base: str, low: str, sub: Row, high: str, sup: Row) -> str:
    pieces = [f"{low}: {_part(sub)}"] if sub.nodes else []
    pieces += [f"{high}: {_part(sup)}"] if sup.nodes else []
    return f"attach({', '.join([base, *pieces])})" if pieces else base


def _accent(accent: Accent) -> str:
    base = _part(accent.base)
    wide = (_UNDER if accent.under else _OVER).get(accent.sign)
    if accent.under:
        return f"{wide or 'underline'}({base})"
    if wide and (accent.wide or accent.sign not in _ACCENTS):
        return f"{wide}({base})"
    known = _ACCENTS.get(accent.sign)
    return f"accent({base}, {known})" if known else f"attach(limits({base}), t: {_sign(accent.sign)})"


def _token(token: Token) -> str:
    text = token.text
    if text == _APPLY:
        return ""
    if token.kind == "sign":
        return " ".join(map(_sign, text))
    if token.kind == "letter" and len(text) == 1:
        made = text if text.isalpha() else _sign(text)
        made = f"upright({made})" if token.upright else made
    else:
        made = quoted(text)
    return f"bold({made})" if token.bold else made


def _sign(text: str) -> str:
    """A sign as itself; what means something to typst is escaped."""
    return "".join(f"\\{one}" if one.isascii() and not one.isalnum() and one != " " else one for one in text)
