"""How a run looks after defaults, paragraph style, character style and its own settings (ECMA-376 §17.7.2)."""

from __future__ import annotations

from dataclasses import replace

from lxml import etree

from question_bank.formats.docx.lines import PLAIN, Style
from question_bank.formats.docx.package import W

_OFF = {"0", "false", "off", "none"}
DEPTH = 20


def w(name: str) -> str:
    """Return a name of WordprocessingML."""
    return f"{{{W}}}{name}"


def value(element: etree._Element | None, name: str = "val") -> str:
    """Return an attribute of WordprocessingML, "" where there is none."""
    return (element.get(w(name)) or "") if element is not None else ""


class Styles:
    """The styles of a document."""

    def __init__(self, tree: etree._Element | None) -> None:
        """Take the tree of styles.xml; without one everything is plain."""
        self._by_id: dict[str, etree._Element] = {}
        self.default = PLAIN
        self.default_paragraph = ""
        self._seen: dict[str, Style] = {}
        if tree is None:
            return
        for style in tree.iterchildren(w("style")):
            ident = value(style, "styleId")
            self._by_id[ident] = style
            if value(style, "type") == "paragraph" and value(style, "default") in ("1", "true"):
                self.default_paragraph = ident
        self.default = applied(PLAIN, tree.find(f"{w('docDefaults')}/{w('rPrDefault')}/{w('rPr')}"))

    def look(self, ident: str, base: Style) -> Style:
        """Return *base* under a named style."""
        for style in reversed(self.chain(ident)):
            base = applied(base, style.find(w("rPr")))
        return base

    def run(self, base: Style, properties: etree._Element | None) -> Style:
        """Return *base* with what the `w:rPr` of a run or of a paragraph's mark says, its named style first."""
        if properties is None:
            return base
        named = value(properties.find(w("rStyle")))
        return applied(self.look(named, base) if named else base, properties)

    def paragraph(self, ident: str) -> Style:
        """Return how plain text in a paragraph of a style looks."""
        name = ident or self.default_paragraph
        if name not in self._seen:
            self._seen[name] = self.look(name, self.default)
        return self._seen[name]

    def chain(self, ident: str) -> list[etree._Element]:
        """Return a style and those it is based on, nearest first."""
        found: list[etree._Element] = []
        while ident in self._by_id and len(found) < DEPTH:
            style = self._by_id[ident]
            if style in found:
                break
            found.append(style)
            ident = value(style.find(w("basedOn")))
        return found


def applied(base: Style, properties: etree._Element | None) -> Style:
    """Return *base* with what a `w:rPr` says."""
    if properties is None:
        return base
    changes: dict[str, bool | str] = {}
    for child in properties:
        if not isinstance(child.tag, str):
            continue
        name = child.tag.rpartition("}")[2]
        val = value(child)
        if name == "b":
            changes["bold"] = val not in _OFF
        elif name == "i":
            changes["italic"] = val not in _OFF
        elif name in ("strike", "dstrike"):
            changes["strike"] = val not in _OFF
        elif name == "u":
            changes["underline"] = val not in ("none", "0")
        elif name == "rFonts":
            changes["font"] = value(child, "ascii") or value(child, "hAnsi") or base.font
        elif name == "vertAlign":
            changes["script"] = {"subscript": "sub", "superscript": "sup"}.get(val, "")
        elif name == "color":
            changes["color"] = color(val)
        elif name == "highlight":
            changes["shade"] = "" if val in ("none", "white") else val
        elif name == "shd":
            fill = value(child, "fill").lower()
            changes.setdefault("shade", "" if fill in ("", "auto", "ffffff") else fill)
    return replace(base, **changes) if changes else base  # type: ignore[arg-type]  # the names above are Style's


def color(code: str) -> str:
    """Return a text colour, "" for black, grey near black, white and automatic."""
    code = code.lower()
    if len(code) != 6 or any(digit not in "0123456789abcdef" for digit in code):
        return "" if code in ("", "auto") else code
    red, green, blue = (int(code[place : place + 2], 16) for place in (0, 2, 4))
    grey = max(red, green, blue) - min(red, green, blue) < 24
    return "" if grey or max(red, green, blue) < 72 else code
