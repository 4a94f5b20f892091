"""Word documents made by hand: the least XML and zip that Word itself would open."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Mapping, Sequence
from xml.sax.saxutils import escape

NAMESPACES = (
    'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main" '
    'xmlns:m="http://schemas.openxmlformats.org/officeDocument/2006/math" '
    'xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships" '
    'xmlns:wp="http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing" '
    'xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main" '
    'xmlns:pic="http://schemas.openxmlformats.org/drawingml/2006/picture" '
    'xmlns:v="urn:schemas-microsoft-com:vml" xmlns:o="urn:schemas-microsoft-com:office:office" '
    'xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006"'
)
LOOKS = {
    "u": '<w:u w:val="single"/>',
    "b": "<w:b/>",
    "i": "<w:i/>",
    "red": '<w:color w:val="FF0000"/>',
    "blue": '<w:color w:val="0000FF"/>',
    "yellow": '<w:highlight w:val="yellow"/>',
    "shaded": '<w:shd w:val="clear" w:color="auto" w:fill="FFFF00"/>',
    "styled": '<w:rStyle w:val="RightAnswer"/>',
    "sub": '<w:vertAlign w:val="subscript"/>',
    "sup": '<w:vertAlign w:val="superscript"/>',
}


OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006"
STYLES = (
    f"<w:styles {NAMESPACES}>"
    '<w:style w:type="paragraph" w:default="1" w:styleId="Normal"><w:name w:val="Normal"/></w:style>'
    '<w:style w:type="character" w:styleId="RightAnswer"><w:name w:val="Right answer"/><w:rPr><w:u w:val="single"/>'
    "</w:rPr></w:style></w:styles>"
)


def run(text: str, *looks: str) -> str:
    """Return a run; tabs and newlines become Word's own."""
    properties = "".join(LOOKS[look] for look in looks)
    inner = ""
    for place, line in enumerate(text.split("\n")):
        inner += "<w:br/>" if place else ""
        for column, word in enumerate(line.split("\t")):
            inner += "<w:tab/>" if column else ""
            inner += f'<w:t xml:space="preserve">{escape(word)}</w:t>' if word else ""
    return f"<w:r><w:rPr>{properties}</w:rPr>{inner}</w:r>"


def paragraph(*pieces: str, numbered: tuple[int, int] | None = None, mark: str = "") -> str:
    """Return a paragraph of runs; text that is no XML yet becomes a plain run."""
    inner = "".join(piece if piece.startswith("<") else run(piece) for piece in pieces)
    number = f'<w:numPr><w:ilvl w:val="{numbered[1]}"/><w:numId w:val="{numbered[0]}"/></w:numPr>' if numbered else ""
    look = f"<w:rPr>{LOOKS[mark]}</w:rPr>" if mark else ""
    return f"<w:p><w:pPr>{number}{look}</w:pPr>{inner}</w:p>"


def table(rows: Sequence[Sequence[str]]) -> str:
    """Return a table; a cell is text or ready paragraphs."""
    out = ""
    for row in rows:
        cells = "".join(
            f"<w:tc>{cell if cell.startswith('<w:') else paragraph(*([cell] if cell else []))}</w:tc>" for cell in row
        )
        out += f"<w:tr>{cells}</w:tr>"
    return f"<w:tbl>{out}</w:tbl>"


def formula(inner: str) -> str:
    """Return an Office MathML formula."""
    return f"<m:oMath>{inner}</m:oMath>"


def math(text: str) -> str:
    """Return a run of a formula."""
    return f"<m:r><m:t>{escape(text)}</m:t></m:r>"


def picture(relation: str, alt: str = "") -> str:
    """Return a run with an inline picture."""
    return (
        f'<w:r><w:drawing><wp:inline><wp:extent cx="952500" cy="476250"/><wp:docPr id="1" name="p" descr="{alt}"/>'
        f'<a:graphic><a:graphicData uri="x"><pic:pic><pic:blipFill><a:blip r:embed="{relation}"/></pic:blipFill>'
        "</pic:pic></a:graphicData></a:graphic></wp:inline></w:drawing></w:r>"
    )


def old_equation(relation: str) -> str:
    """Return a run with a MathType object and its preview."""
    return (
        f'<w:r><w:object><v:shape style="width:30pt;height:15pt"><v:imagedata r:id="{relation}"/></v:shape>'
        '<o:OLEObject Type="Embed" ProgID="Equation.DSMT4" r:id="rId99"/></w:object></w:r>'
    )


def numbering(*lists: Sequence[tuple[str, str]]) -> str:
    """Return numbering.xml with lists 1, 2, …, a list being (format, text) by level."""
    out = ""
    for place, levels in enumerate(lists):
        inner = "".join(
            f'<w:lvl w:ilvl="{at}"><w:start w:val="1"/><w:numFmt w:val="{form}"/><w:lvlText w:val="{text}"/></w:lvl>'
            for at, (form, text) in enumerate(levels)
        )
        out += f'<w:abstractNum w:abstractNumId="{place}">{inner}</w:abstractNum>'
    out += "".join(
        f'<w:num w:numId="{place + 1}"><w:abstractNumId w:val="{place}"/></w:num>' for place in range(len(lists))
    )
    return f"<w:numbering {NAMESPACES}>{out}</w:numbering>"


def docx(*body: str, parts: Mapping[str, bytes | str] | None = None, media: Mapping[str, bytes] | None = None) -> bytes:
    """Return a document; `media` maps relation ids to pictures, `parts` adds or replaces whole parts."""
    relations = "".join(
        f'<Relationship Id="{ident}" Type="x/image" Target="media/{ident}.png"/>' for ident in (media or {})
    )
    files: dict[str, bytes | str] = {
        "[Content_Types].xml": '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"/>',
        "_rels/.rels": (
            '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
            f'<Relationship Id="r" Type="{OFFICE}/relationships/officeDocument" Target="word/document.xml"/>'
            "</Relationships>"
        ),
        "word/_rels/document.xml.rels": (
            '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
            f"{relations}</Relationships>"
        ),
        "word/document.xml": f"<w:document {NAMESPACES}><w:body>{''.join(body)}</w:body></w:document>",
        **{f"word/media/{ident}.png": data for ident, data in (media or {}).items()},
        **(parts or {}),
    }
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as file:
        for name, data in files.items():
            file.writestr(name, data)
    return out.getvalue()
