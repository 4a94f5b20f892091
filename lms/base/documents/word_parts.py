"""The fixed parts of a Word file: content types, relations, styles, section and foot of the page."""

from __future__ import annotations

from collections.abc import Iterable
from xml.sax.saxutils import escape

_HEAD = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>'
_W = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
_R = 'xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"'
_M = 'xmlns:m="http://schemas.openxmlformats.org/officeDocument/2006/math"'
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"
_WORD = "application/vnd.openxmlformats-officedocument.wordprocessingml"
FONT = "Times New Roman"

RELATIONS = (
    f'{_HEAD}<Relationships xmlns="{_PACKAGE}/relationships">'
    f'<Relationship Id="rId1" Type="{_OFFICE}/officeDocument" Target="word/document.xml"/>'
    f'<Relationship Id="rId2" Type="{_PACKAGE}/relationships/metadata/core-properties" Target="docProps/core.xml"/>'
    "</Relationships>"
).encode()
SETTINGS = (
    f'{_HEAD}<w:settings {_W} {_M}><w:defaultTabStop w:val="720"/>'
    '<m:mathPr><m:mathFont m:val="Cambria Math"/></m:mathPr></w:settings>'
).encode()
RULED = (
    "<w:tblBorders>"
    + "".join(
        f'<w:{side} w:val="single" w:sz="4" w:space="0" w:color="000000"/>'
        for side in ("top", "left", "bottom", "right", "insideH", "insideV")
    )
    + "</w:tblBorders>"
)


def content_types(feet: int) -> bytes:
    """Return what kind each part is."""
    defaults = (("rels", "application/vnd.openxmlformats-package.relationships+xml"), ("xml", "application/xml"))
    pictures = tuple((ending, f"image/{ending}") for ending in ("png", "jpeg", "gif", "bmp"))
    named = "".join(f'<Default Extension="{ending}" ContentType="{kind}"/>' for ending, kind in defaults + pictures)
    parts = [("word/document.xml", f"{_WORD}.document.main+xml"), ("word/styles.xml", f"{_WORD}.styles+xml")]
    parts += [("word/settings.xml", f"{_WORD}.settings+xml")]
    parts += [("docProps/core.xml", "application/vnd.openxmlformats-package.core-properties+xml")]
    parts += [(f"word/footer{number}.xml", f"{_WORD}.footer+xml") for number in range(1, feet + 1)]
    known = "".join(f'<Override PartName="/{name}" ContentType="{kind}"/>' for name, kind in parts)
    return f'{_HEAD}<Types xmlns="{_PACKAGE}/content-types">{named}{known}</Types>'.encode()


def core(title: str) -> bytes:
    """Return the properties of the file."""
    return (
        f'{_HEAD}<cp:coreProperties xmlns:cp="{_PACKAGE}/metadata/core-properties" '
        f'xmlns:dc="http://purl.org/dc/elements/1.1/"><dc:title>{escape(title)}</dc:title></cp:coreProperties>'
    ).encode()


def document(body: str) -> bytes:
    """Return the main part."""
    return f"{_HEAD}<w:document {_W} {_R} {_M}><w:body>{body}</w:body></w:document>".encode()


def styles(size: float) -> bytes:
    """Return the one style of the paper."""
    fonts = f'<w:rFonts w:ascii="{FONT}" w:hAnsi="{FONT}" w:cs="{FONT}" w:eastAsia="{FONT}"/>'
    return (
        f"{_HEAD}<w:styles {_W}><w:docDefaults><w:rPrDefault><w:rPr>{fonts}"
        f'<w:sz w:val="{round(size * 2)}"/><w:lang w:val="vi-VN"/></w:rPr></w:rPrDefault>'
        '<w:pPrDefault><w:pPr><w:spacing w:before="40" w:after="0" w:line="259" w:lineRule="auto"/></w:pPr>'
        '</w:pPrDefault></w:docDefaults><w:style w:type="paragraph" w:default="1" w:styleId="Normal">'
        '<w:name w:val="Normal"/></w:style></w:styles>'
    ).encode()


def relations(media: Iterable[tuple[str, str]], feet: int) -> bytes:
    """Return what the main part refers to."""
    made = [("rIdS", "styles", "styles.xml"), ("rIdT", "settings", "settings.xml")]
    made += [(f"rIdF{number}", "footer", f"footer{number}.xml") for number in range(1, feet + 1)]
    made += [(relation, "image", f"media/{name}") for relation, name in media]
    rows = "".join(f'<Relationship Id="{one}" Type="{_OFFICE}/{kind}" Target="{to}"/>' for one, kind, to in made)
    return f'{_HEAD}<Relationships xmlns="{_PACKAGE}/relationships">{rows}</Relationships>'.encode()


def section(foot: int, *, landscape: bool) -> str:
    """Return the properties of a section of A4 pages that are counted from 1."""
    size = 'w:w="16838" w:h="11906" w:orient="landscape"' if landscape else 'w:w="11906" w:h="16838"'
    side = 992 if landscape else 1134
    return (
        f'<w:sectPr><w:footerReference w:type="default" r:id="rIdF{foot}"/><w:pgSz {size}/>'
        f'<w:pgMar w:top="1020" w:right="{side}" w:bottom="1020" w:left="{side}" w:header="510" w:footer="510" '
        'w:gutter="0"/>'
        '<w:pgNumType w:start="1"/></w:sectPr>'
    )


def _field(name: str) -> str:
    return f'<w:fldSimple w:instr=" {name} "><w:r><w:t>1</w:t></w:r></w:fldSimple>'


def footer(words: str, page_word: str, *, alone: bool) -> bytes:
    """Return the foot of the page: its words, and the page out of the pages of its section.

    A section that stands alone counts the pages of the document, which office programs besides Word know too.
    """
    start = f"{words} · " if words else ""
    text = f'<w:r><w:t xml:space="preserve">{escape(start + page_word)} </w:t></w:r>'
    return (
        f'{_HEAD}<w:ftr {_W}><w:p><w:pPr><w:jc w:val="right"/></w:pPr>{text}{_field("PAGE")}'
        f"<w:r><w:t>/</w:t></w:r>{_field('NUMPAGES' if alone else 'SECTIONPAGES')}</w:p></w:ftr>"
    ).encode()


def dotted_line(width: int) -> str:
    """Return a line to write on."""
    return (
        f'<w:p><w:pPr><w:tabs><w:tab w:val="right" w:leader="dot" w:pos="{width}"/></w:tabs></w:pPr>'
        "<w:r><w:tab/></w:r></w:p>"
    )


def drawing(relation: str, number: int, width: int, height: int, alt: str) -> str:
    """Return a picture in the line; sizes in EMU, `alt` quoted for XML."""
    a, pic = (f"http://schemas.openxmlformats.org/drawingml/2006/{name}" for name in ("main", "picture"))
    wp = "http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing"
    extent = f'cx="{width}" cy="{height}"'
    return (
        f'<w:r><w:drawing><wp:inline xmlns:wp="{wp}" distT="0" distB="0" distL="0" distR="0"><wp:extent {extent}/>'
        f'<wp:docPr id="{number}" name="Picture {number}" descr={alt}/><a:graphic xmlns:a="{a}">'
        f'<a:graphicData uri="{pic}"><pic:pic xmlns:pic="{pic}"><pic:nvPicPr><pic:cNvPr id="{number}" '
        f'name="Picture {number}"/><pic:cNvPicPr/></pic:nvPicPr><pic:blipFill><a:blip r:embed="{relation}"/>'
        "<a:stretch><a:fillRect/></a:stretch></pic:blipFill><pic:spPr><a:xfrm>"
        f'<a:off x="0" y="0"/><a:ext {extent}/></a:xfrm><a:prstGeom prst="rect"><a:avLst/></a:prstGeom></pic:spPr>'
        "</pic:pic></a:graphicData></a:graphic></wp:inline></w:drawing></w:r>"
    )
