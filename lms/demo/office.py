"""Small Word, PowerPoint and Excel files for the demo's library (ECMA-376, the parts a program needs to open them)."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Mapping, Sequence
from html import escape

import xlsxwriter

KIND = "http://schemas.openxmlformats.org"
MAIN = {
    "w": f"{KIND}/wordprocessingml/2006/main",
    "p": f"{KIND}/presentationml/2006/main",
    "a": f"{KIND}/drawingml/2006/main",
    "r": f"{KIND}/officeDocument/2006/relationships",
}
OFFICE = "application/vnd.openxmlformats-officedocument"
_HEAD = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>'


def _pack(parts: Mapping[str, str]) -> bytes:
    memory = io.BytesIO()
    with zipfile.ZipFile(memory, "w", zipfile.ZIP_DEFLATED) as pack:
        for name, text in parts.items():
            entry = zipfile.ZipInfo(name, (2026, 11, 2, 8, 0, 0))  # the same bytes each time
            entry.compress_type = zipfile.ZIP_DEFLATED
            pack.writestr(entry, _HEAD + text)
    return memory.getvalue()


def _types(overrides: Mapping[str, str]) -> str:
    lines = "".join(
        f'<Override PartName="/{name}" ContentType="{OFFICE}.{kind}+xml"/>' for name, kind in overrides.items()
    )
    return (
        f'<Types xmlns="{KIND}/package/2006/content-types"><Default Extension="rels" '
        'ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        f'<Default Extension="xml" ContentType="application/xml"/>{lines}</Types>'
    )


def _relations(targets: Mapping[str, tuple[str, str]]) -> str:
    lines = "".join(
        f'<Relationship Id="{name}" Type="{MAIN["r"]}/{kind}" Target="{target}"/>'
        for name, (kind, target) in targets.items()
    )
    return f'<Relationships xmlns="{KIND}/package/2006/relationships">{lines}</Relationships>'


def word_file(title: str, paragraphs: Sequence[str]) -> bytes:
    """A Word document: a bold title and paragraphs."""

    def paragraph(words: str, look: str = "") -> str:
        return f'<w:p><w:r><w:rPr>{look}</w:rPr><w:t xml:space="preserve">{escape(words)}</w:t></w:r></w:p>'

    body = paragraph(title, '<w:b/><w:sz w:val="32"/>') + "".join(paragraph(words) for words in paragraphs)
    return _pack(
        {
            "[Content_Types].xml": _types({"word/document.xml": "wordprocessingml.document.main"}),
            "_rels/.rels": _relations({"rId1": ("officeDocument", "word/document.xml")}),
            "word/document.xml": f'<w:document xmlns:w="{MAIN["w"]}"><w:body>{body}<w:sectPr/></w:body></w:document>',
        }
    )


def slides_file(slides: Sequence[tuple[str, Sequence[str]]]) -> bytes:
    """A presentation: each slide a title and lines."""
    numbers = range(1, len(slides) + 1)
    names = "".join(f' xmlns:{short}="{MAIN[short]}"' for short in "apr")
    listed = "".join(f'<p:sldId id="{255 + number}" r:id="rId{number}"/>' for number in numbers)
    parts = {
        "[Content_Types].xml": _types(
            {
                "ppt/presentation.xml": "presentationml.presentation.main",
                "ppt/slideMasters/slideMaster1.xml": "presentationml.slideMaster",
                "ppt/slideLayouts/slideLayout1.xml": "presentationml.slideLayout",
                "ppt/theme/theme1.xml": "theme",
                **{f"ppt/slides/slide{number}.xml": "presentationml.slide" for number in numbers},
            }
        ),
        "_rels/.rels": _relations({"rId1": ("officeDocument", "ppt/presentation.xml")}),
        "ppt/presentation.xml": f'<p:presentation{names}><p:sldMasterIdLst><p:sldMasterId id="2147483648" r:id="rId0"/>'
        f"</p:sldMasterIdLst><p:sldIdLst>{listed}</p:sldIdLst>"
        '<p:sldSz cx="12192000" cy="6858000"/><p:notesSz cx="6858000" cy="9144000"/></p:presentation>',
        "ppt/_rels/presentation.xml.rels": _relations(
            {
                "rId0": ("slideMaster", "slideMasters/slideMaster1.xml"),
                **{f"rId{number}": ("slide", f"slides/slide{number}.xml") for number in numbers},
            }
        ),
        "ppt/slideMasters/slideMaster1.xml": f"<p:sldMaster{names}><p:cSld>{_tree('')}</p:cSld>"
        '<p:clrMap bg1="lt1" tx1="dk1" bg2="lt2" tx2="dk2" accent1="accent1" accent2="accent2" accent3="accent3" '
        'accent4="accent4" accent5="accent5" accent6="accent6" hlink="hlink" folHlink="folHlink"/><p:sldLayoutIdLst>'
        '<p:sldLayoutId id="2147483649" r:id="rId1"/></p:sldLayoutIdLst></p:sldMaster>',
        "ppt/slideMasters/_rels/slideMaster1.xml.rels": _relations(
            {"rId1": ("slideLayout", "../slideLayouts/slideLayout1.xml"), "rId2": ("theme", "../theme/theme1.xml")}
        ),
        "ppt/slideLayouts/slideLayout1.xml": f"<p:sldLayout{names}><p:cSld>{_tree('')}</p:cSld></p:sldLayout>",
        "ppt/slideLayouts/_rels/slideLayout1.xml.rels": _relations(
            {"rId1": ("slideMaster", "../slideMasters/slideMaster1.xml")}
        ),
        "ppt/theme/theme1.xml": _theme(),
    }
    for number, (title, lines) in zip(numbers, slides, strict=True):
        shapes = _shape(2, "title", 600_000, 1_200_000, [title], 4000) + _shape(
            3, "body", 1_900_000, 4_300_000, lines, 2400
        )
        parts[f"ppt/slides/slide{number}.xml"] = f"<p:sld{names}><p:cSld>{_tree(shapes)}</p:cSld></p:sld>"
        parts[f"ppt/slides/_rels/slide{number}.xml.rels"] = _relations(
            {"rId1": ("slideLayout", "../slideLayouts/slideLayout1.xml")}
        )
    return _pack(parts)


def _tree(shapes: str) -> str:
    return (
        '<p:spTree><p:nvGrpSpPr><p:cNvPr id="1" name=""/><p:cNvGrpSpPr/><p:nvPr/></p:nvGrpSpPr><p:grpSpPr/>'
        f"{shapes}</p:spTree>"
    )


def _shape(number: int, kind: str, top: int, height: int, lines: Sequence[str], size: int) -> str:
    words = "".join(
        f'<a:p><a:r><a:rPr lang="vi-VN" sz="{size}"/><a:t>{escape(line)}</a:t></a:r></a:p>' for line in lines
    )
    return (
        f'<p:sp><p:nvSpPr><p:cNvPr id="{number}" name="{kind}"/><p:cNvSpPr/><p:nvPr><p:ph type="{kind}"/></p:nvPr>'
        f'</p:nvSpPr><p:spPr><a:xfrm><a:off x="800000" y="{top}"/><a:ext cx="10600000" cy="{height}"/></a:xfrm>'
        f'<a:prstGeom prst="rect"><a:avLst/></a:prstGeom></p:spPr><p:txBody><a:bodyPr/>{words}</p:txBody></p:sp>'
    )


def _theme() -> str:
    names = ("dk1", "lt1", "dk2", "lt2", *(f"accent{number}" for number in range(1, 7)), "hlink", "folHlink")
    hues = ("16241C", "FFFFFF", "0B6B3A", "F7F5EE", *("0B6B3A", "C8891A", "1F5FA8", "A83232", "5A4FA0", "3C7A7A"))
    colours = "".join(
        f'<a:{name}><a:srgbClr val="{hue}"/></a:{name}>'
        for name, hue in zip(names, (*hues, "1F5FA8", "5A4FA0"), strict=True)
    )
    font = '<a:latin typeface="Arial"/><a:ea typeface=""/><a:cs typeface=""/>'
    fill = '<a:solidFill><a:schemeClr val="phClr"/></a:solidFill>'
    line = f'<a:ln w="9525">{fill}</a:ln>'
    effect = "<a:effectStyle><a:effectLst/></a:effectStyle>"
    return (
        f'<a:theme xmlns:a="{MAIN["a"]}" name="Gieo"><a:themeElements><a:clrScheme name="Gieo">{colours}</a:clrScheme>'
        f'<a:fontScheme name="Gieo"><a:majorFont>{font}</a:majorFont><a:minorFont>{font}</a:minorFont></a:fontScheme>'
        f'<a:fmtScheme name="Gieo"><a:fillStyleLst>{fill * 3}</a:fillStyleLst><a:lnStyleLst>{line * 3}</a:lnStyleLst>'
        f"<a:effectStyleLst>{effect * 3}</a:effectStyleLst><a:bgFillStyleLst>{fill * 3}</a:bgFillStyleLst>"
        "</a:fmtScheme></a:themeElements></a:theme>"
    )


def sheet_file(name: str, rows: Sequence[Sequence[str | int]]) -> bytes:
    """A workbook with one sheet, the first row in bold."""
    memory = io.BytesIO()
    with xlsxwriter.Workbook(memory, {"in_memory": True}) as book:
        sheet = book.add_worksheet(name)
        bold = book.add_format({"bold": True})
        for place, row in enumerate(rows):
            sheet.write_row(place, 0, row, bold if place == 0 else None)
        sheet.set_column(0, 0, 34)
    return memory.getvalue()
