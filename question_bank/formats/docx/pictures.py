"""Pictures, old equations and drawn shapes of a document."""

from __future__ import annotations

import re
from dataclasses import replace
from html import escape

from lxml import etree

from question_bank.formats.docx import mathtype
from question_bank.formats.docx.lines import Thing
from question_bank.formats.docx.package import Package
from question_bank.formats.fragments import Shelf, media_type_of, tex, tidy

A = "{http://schemas.openxmlformats.org/drawingml/2006/main}"
WP = "{http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing}"
R = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}"
WPS = "{http://schemas.microsoft.com/office/word/2010/wordprocessingShape}"
V = "{urn:schemas-microsoft-com:vml}"
O = "{urn:schemas-microsoft-com:office:office}"  # noqa: E741 - the prefix that the standard uses
EMU_PER_PIXEL = 9525
SHOWN = ("image/png", "image/jpeg", "image/gif", "image/webp", "image/svg+xml", "image/bmp")
_SIZE = re.compile(r"(width|height)\s*:\s*([\d.]+)(pt|in|px|cm|mm)")
_PIXELS = {"pt": 4 / 3, "in": 96.0, "px": 1.0, "cm": 37.8, "mm": 3.78}


class Pictures:
    """The pictures of one part of a document, put on the shelf as they are met."""

    def __init__(self, package: Package, part: str, shelf: Shelf) -> None:
        self.package = package
        self.relations = package.relations(part)
        self.shelf = shelf

    def drawing(self, element: etree._Element) -> list[Thing]:
        """Return what a `w:drawing` shows."""
        alt = next((one.get("descr") or "" for one in element.iter(f"{WP}docPr")), "")
        extent = next(element.iter(f"{WP}extent"), None)
        width, height = (_pixels(extent.get(name)) if extent is not None else 0 for name in ("cx", "cy"))
        blips = list(element.iter(f"{A}blip"))
        things = [
            self.picture(
                blip.get(f"{R}embed") or blip.get(f"{R}link") or "",
                alt,
                width if len(blips) == 1 else 0,
                height if len(blips) == 1 else 0,
            )
            for blip in blips
        ]
        if things:
            drawn = any(isinstance(one.tag, str) and one.tag == f"{WPS}wsp" for one in element.iter())
            return [_of_group(thing) for thing in things] if drawn else things
        uri = next((data.get("uri") or "" for data in element.iter(f"{A}graphicData")), "")
        if uri.endswith("/chart"):
            return [Thing("shape", "", "chart")]
        if uri.endswith("/diagram"):
            return [Thing("shape", "", "diagram")]
        return [Thing("shape", "", "shape")] if not _only_text(element) else []

    def vml(self, element: etree._Element) -> list[Thing]:
        """Return what a `w:pict` shows."""
        things: list[Thing] = []
        for data in element.iter(f"{V}imagedata"):
            shape = data.getparent()
            width, height = _style_size(shape.get("style") or "") if shape is not None else (0, 0)
            alt = (shape.get("alt") or "") if shape is not None else ""
            things.append(self.picture(data.get(f"{R}id") or data.get(f"{R}pict") or "", alt, width, height))
        if things:
            images = {id(data.getparent()) for data in element.iter(f"{V}imagedata")}
            beside = [one for one in element.iter() if one.tag in _DRAWN - {f"{V}group"} and id(one) not in images]
            return [_of_group(thing) for thing in things] if beside else things
        drawn = [one for one in element.iter() if isinstance(one.tag, str) and one.tag in _DRAWN]
        text = any(one.tag == f"{V}textbox" for one in element.iter())
        # Horizontal rules and word art watermarks are no content.
        return [Thing("shape", "", "shape")] if drawn and not text and element.find(f".//{V}textpath") is None else []

    def embedded(self, element: etree._Element) -> list[Thing]:
        """Return the picture of a `w:object`: an equation of MathType, or another program's object."""
        program = next((ole.get("ProgID") or "" for ole in element.iter(f"{O}OLEObject")), "")
        equation = program.startswith(("Equation", "MathType"))
        if equation and (latex := self._mathtype(element)) is not None:
            return [Thing("formula", tex(latex))]
        return [
            Thing(thing.kind, thing.html, "mathtype" if equation else thing.problem or "object")
            for thing in self.vml(element)
        ] or [Thing("shape", "", "mathtype" if equation else "object")]

    def _mathtype(self, element: etree._Element) -> str | None:
        """Return the LaTeX of a MathType object, None where its stream cannot be read whole."""
        relation = next((ole.get(f"{R}id") or "" for ole in element.iter(f"{O}OLEObject")), "")
        _, path = self.relations.get(relation, ("", ""))
        data = self.package.read(path) if path else None
        return mathtype.equation(data) if data else None

    def picture(self, relation: str, alt: str, width: int, height: int) -> Thing:
        """Return one picture by the id of its relation."""
        kind, path = self.relations.get(relation, ("", ""))
        data = self.package.read(path) if path else None
        if not data:
            self.shelf.missing.append(alt or relation or kind)
            return Thing("picture", escape(f"[{alt}]", quote=False) if alt else "", "missing")
        name = path.rpartition("/")[2]
        media_type = media_type_of(data, name)
        address = self.shelf.put(data, name, media_type)
        size = "".join(f' {one}="{value}"' for one, value in (("width", width), ("height", height)) if 0 < value < 3000)
        html = f'<img src="{address}" alt="{escape(tidy(alt))}"{size}>'
        return Thing("picture", html, "" if media_type in SHOWN else "picture_format")


_DRAWN = {f"{V}{name}" for name in ("shape", "rect", "oval", "line", "polyline", "group", "roundrect", "arc", "curve")}


def _of_group(thing: Thing) -> Thing:
    return replace(thing, problem=thing.problem or "group")


def _only_text(element: etree._Element) -> bool:
    return any(isinstance(one.tag, str) and one.tag.endswith("}txbxContent") for one in element.iter())


def _pixels(emu: str | None) -> int:
    return int(emu) // EMU_PER_PIXEL if emu and emu.isdigit() and len(emu) < 12 else 0


def _style_size(style: str) -> tuple[int, int]:
    found = {
        name: round(float(size) * _PIXELS[unit])
        for name, size, unit in _SIZE.findall(style)
        if size.count(".") < 2 and size != "."
    }
    return found.get("width", 0), found.get("height", 0)
