"""The tree of an equation as LaTeX, for what schools write; anything else makes it unreadable."""

from __future__ import annotations

import re
from collections.abc import Sequence

from question_bank.formats.docx import omml_symbols as symbols
from question_bank.formats.docx.mathtype.compound import Broken, stream
from question_bank.formats.docx.mathtype.mtef import Char, Line, Matrix, Pile, Template, Thing, Unreadable, tree

HEADER = 28  # bytes before the equation in the stream "Equation Native"
TEXT, FUNCTION, VECTOR, TEXT_FAR_EAST = 1, 2, 7, 12  # of MathType's styles

_SPACES = {
    0xEF00: "", 0xEF01: "", 0xEF02: "\\,", 0xEF03: "\\:", 0xEF04: "\\;", 0xEF05: "\\quad ", 0xEF06: "",
    0xEF07: "", 0xEF08: "\\,", 0xEF20: "",
}  # fmt: skip
_MARKS = {
    2: "\\dot", 3: "\\ddot", 4: "\\dddot", 8: "\\tilde", 9: "\\hat", 11: "\\vec", 12: "\\overleftarrow",
    13: "\\overleftrightarrow", 14: "\\vec", 15: "\\overleftarrow", 17: "\\bar", 19: "\\overset{\\frown}",
    20: "\\overset{\\smile}", 10: "\\not", 16: "\\cancel",
}  # fmt: skip
_PRIMES = {5: "'", 6: "''", 18: "'''"}
_FENCES = {
    0: ("\\langle", "\\rangle"), 1: ("(", ")"), 2: ("\\{", "\\}"), 3: ("[", "]"), 4: ("|", "|"),
    5: ("\\|", "\\|"), 6: ("\\lfloor", "\\rfloor"), 7: ("\\lceil", "\\rceil"),
}  # fmt: skip
_SIDES = ("(", ")", "[", "]")
_LARGE = {16: "\\sum", 17: "\\prod", 18: "\\coprod", 19: "\\bigcup", 20: "\\bigcap"}
_INTEGRALS = {1: "\\int", 2: "\\iint", 3: "\\iiint", 5: "\\oint"}
LOWER, UPPER, AS_SUM = 0x10, 0x20, 0x40


def equation(data: bytes) -> str | None:
    """Return the LaTeX of an OLE object of MathType, None where it cannot be read whole."""
    try:
        native = stream(data, "Equation Native")
        if native is None or len(native) <= HEADER:
            return None
        latex = _row(tree(native[HEADER:]))
    except (Broken, Unreadable):
        return None
    return re.sub(r"\s+", " ", latex).strip() or None


def _row(things: Sequence[Thing]) -> str:
    """Return things in a row; names of functions are gathered, a script hangs on what stands before it."""
    parts: list[str] = []
    place = 0
    while place < len(things):
        thing = things[place]
        if isinstance(thing, Char) and thing.typeface in (TEXT, TEXT_FAR_EAST, FUNCTION) and not thing.marks:
            end = place
            run: list[str] = []
            while end < len(things):
                one = things[end]
                if not isinstance(one, Char) or one.typeface != thing.typeface or one.marks:
                    break
                run.append(_letter(one))
                end += 1
            parts.append(_words("".join(run), thing.typeface))
            place = end
            continue
        if isinstance(thing, Template) and thing.selector in (27, 28, 29):
            script = _script(thing)
            if thing.variation & 1:
                parts.append("{}" + script)
            else:
                base = parts.pop() if parts else "{}"
                if not re.fullmatch(r"\S|\\[a-zA-Z]+ ?|.*[)}\]]", base.strip(), re.S) or not base.strip():
                    base = f"{{{base}}}"
                parts.append(base.rstrip() + script)
        else:
            parts.append(_one(thing))
        place += 1
    return "".join(parts)


def _letter(char: Char) -> str:
    if char.code in _SPACES:
        return " " if _SPACES[char.code] else ""
    return chr(char.code)


def _words(text: str, typeface: int) -> str:
    bare = text.strip()
    if typeface == FUNCTION:
        if bare in symbols.FUNCTIONS:
            return f"\\{symbols.FUNCTIONS[bare]} "
        return f"\\mathrm{{{bare}}}" if re.fullmatch(r"[A-Za-z]+", bare) else "".join(_sign(ord(char)) for char in bare)
    if not bare:
        return "\\ " if text else ""
    if not any(char.isalpha() for char in bare):
        return "".join(_sign(ord(char)) for char in text)
    escaped = re.sub(r"([#$%&_{}])", r"\\\1", text.replace("\\", "/").replace("^", " "))
    return f"\\text{{{escaped}}}"


def _one(thing: Thing) -> str:
    if isinstance(thing, Char):
        return _char(thing)
    if isinstance(thing, Line):
        return _row(thing.things)
    if isinstance(thing, Pile):
        rows = [_row(line.things).strip() for line in thing.lines]
        return rows[0] if len(rows) == 1 else "\\begin{array}{l}" + " \\\\ ".join(rows) + "\\end{array}"
    if isinstance(thing, Matrix):
        cells = [_row(cell.things).strip() for cell in thing.cells]
        rows = [" & ".join(cells[at : at + thing.columns]) for at in range(0, len(cells), thing.columns)]
        return "\\begin{matrix}" + " \\\\ ".join(rows) + "\\end{matrix}"
    return _template(thing)


def _char(char: Char) -> str:
    sign = _sign(char.code)
    if char.typeface == VECTOR:
        sign = f"\\boldsymbol{{{sign.strip()}}}"
    for mark in char.marks:
        if mark in _PRIMES:
            sign = sign.rstrip() + _PRIMES[mark]
        elif mark in _MARKS:
            command = _MARKS[mark]
            sign = f"{command}{sign}" if command == "\\not" else f"{command}{{{sign.strip()}}}"
        else:
            raise Unreadable(f"embellishment {mark}")
    return sign


def _sign(code: int) -> str:
    if code in _SPACES:
        return _SPACES[code]
    if 0xE000 <= code <= 0xF8FF or code < 0x20:
        raise Unreadable(f"character {code:x}")
    char = chr(code)
    known = symbols.CHARACTERS.get(char)
    if known is not None:
        return known + " " if known.startswith("\\") and known[-1].isalpha() else known
    return " " if char.isspace() else char


def _slot(template: Template, place: int) -> str:
    if place >= len(template.slots):
        return ""
    slot = template.slots[place]
    return "" if isinstance(slot, Line) and slot.empty else _one(slot).strip()


def _script(template: Template) -> str:
    below, above = _slot(template, 0), _slot(template, 1)
    if template.selector == 28 and not above:
        below, above = "", below
    return (f"_{{{below}}}" if below else "") + (f"^{{{above}}}" if above else "")


def _limits(template: Template, sign: str, joint: str = "") -> str:
    lower = _slot(template, 1) if template.variation & LOWER else ""
    upper = _slot(template, 2) if template.variation & UPPER else ""
    scripts = (f"_{{{lower}}}" if lower else "") + (f"^{{{upper}}}" if upper else "")
    return f"{sign}{joint if scripts else ''}{scripts} {_slot(template, 0)}"


def _template(template: Template) -> str:
    selector, variation = template.selector, template.variation
    first, second = _slot(template, 0), _slot(template, 1)
    if selector in _FENCES:
        left, right = _FENCES[selector]
        return f"\\left{left if variation & 1 else '.'} {first} \\right{right if variation & 2 else '.'} "
    if selector == 9:
        return f"\\left{_SIDES[variation & 3]} {first} \\right{_SIDES[variation >> 4 & 3]} "
    if selector == 10:
        return f"\\sqrt[{second}]{{{first}}}" if second else f"\\sqrt{{{first}}}"
    if selector == 11:
        return f"{{{first}}}/{{{second}}}" if variation & 2 else f"\\frac{{{first}}}{{{second}}}"
    if selector in (12, 13):
        return f"\\{'underline' if selector == 12 else 'overline'}{{{first}}}"
    if selector == 14:
        return _arrow(template)
    if selector == 15 and variation & 0x0F in _INTEGRALS:
        return _limits(template, _INTEGRALS[variation & 0x0F], "\\limits" if variation & AS_SUM else "")
    if selector in _LARGE:
        return _limits(template, _LARGE[selector], "" if variation & AS_SUM else "\\nolimits")
    if selector == 23:
        return _limit(template)
    if selector == 24:
        brace, side = ("overbrace", "^") if variation & 1 else ("underbrace", "_")
        return f"\\{brace}{{{first}}}" + (f"{side}{{{second}}}" if second else "")
    if selector == 31 and not variation & 0x0C:
        command = {1: "overleftarrow", 3: "overleftrightarrow"}.get(variation & 3, "overrightarrow")
        return f"\\{'vec' if len(first) == 1 and command == 'overrightarrow' else command}{{{first}}}"
    over = {32: "widetilde", 33: "widehat", 34: "overset{\\frown}"}.get(selector)
    if over:
        return f"\\{over}{{{first}}}"
    if selector == 36:
        return f"\\cancel{{{first}}}"
    if selector == 37:
        return f"\\boxed{{{first}}}"
    raise Unreadable(f"template {selector}")


def _arrow(template: Template) -> str:
    variation = template.variation
    if variation & 0x03 == 2:
        sign = "\\rightleftharpoons"
    elif variation & 0x03 == 1:
        sign = "\\rightleftarrows"
    else:
        sign = "\\xleftarrow" if variation & 0x10 else "\\xrightarrow"
    above, below = (_slot(template, place) for place in (0, 1))
    if not sign.startswith("\\x"):
        return f"\\overset{{{above}}}{{\\underset{{{below}}}{{{sign}}}}}"
    return f"{sign}{f'[{below}]' if below else ''}{{{above}}}"


def _limit(template: Template) -> str:
    base, lower, upper = (_slot(template, place) for place in range(3))
    name = base.strip()
    if name.lstrip("\\") in symbols.WITH_LIMITS:
        return f"{name}" + (f"_{{{lower}}}" if lower else "") + (f"^{{{upper}}}" if upper else "") + " "
    if lower:
        name = f"\\underset{{{lower}}}{{{name}}}"
    return f"\\overset{{{upper}}}{{{name}}} " if upper else f"{name} "
