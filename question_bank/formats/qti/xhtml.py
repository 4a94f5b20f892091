"""Fragments of ours as elements of a QTI item: XHTML, formulas as MathML with their LaTeX beside, pictures by name."""

from __future__ import annotations

from collections.abc import Callable

from lxml import etree
from lxml import html as lxml_html

from lms.base.maths import MathsError, to_mathml
from question_bank.formats import fragments
from question_bank.formats.qti.tree import MATHS

Picture = Callable[[str], str]  # sha256 → the name of the file in the package


def fill(
    parent: etree._Element, fragment: str, picture: Picture, gap: Callable[[str], etree._Element] | None = None
) -> None:
    """Append what a fragment shows to an element; `gap` makes what stands for a gap of a gap-fill text."""
    if not fragment:
        return
    root = lxml_html.fragment_fromstring(fragment, create_parent="div")
    _copy(root, parent, picture, gap)


def _copy(
    source: etree._Element, target: etree._Element, picture: Picture, gap: Callable[[str], etree._Element] | None
) -> None:
    _say(target, source.text)
    for child in source:
        if not isinstance(child.tag, str):
            continue
        name, classes = str(child.tag), (child.get("class") or "").split()
        if "gap" in classes and gap is not None:
            target.append(gap(child.get("data-gap") or ""))
        elif "tex" in classes:
            made = _formula("".join(str(text) for text in child.itertext()))
            if isinstance(made, str):
                _say(target, made)
            else:
                target.append(made)
        elif name == "img":
            target.append(_image(child, picture))
        else:
            made = etree.SubElement(target, name)
            for key in ("href", "colspan", "rowspan"):
                if value := child.get(key):
                    made.set(key, value)
            if name == "table" and child.find("tbody") is None:
                made = etree.SubElement(made, "tbody")
            _copy(child, made, picture, gap)
        _say(target, child.tail)


def _say(target: etree._Element, text: str | None) -> None:
    if not text:
        return
    text = fragments.tidy(text)
    if len(target):
        target[-1].tail = (target[-1].tail or "") + text
    else:
        target.text = (target.text or "") + text


def _image(source: etree._Element, picture: Picture) -> etree._Element:
    made = etree.Element("img", alt=source.get("alt") or "")
    made.set("src", picture((source.get("src") or "").removeprefix("asset:")))
    for key in ("width", "height"):
        if value := source.get(key):
            made.set(key, value)
    return made


def _formula(latex: str) -> etree._Element | str:
    try:
        drawn = etree.fromstring(to_mathml(latex))
    except (MathsError, etree.XMLSyntaxError):
        return rf"\({latex}\)"
    for one in drawn.iter():
        if isinstance(one.tag, str):
            one.tag = f"{{{MATHS}}}{etree.QName(one).localname}"
            for key in list(one.attrib):
                if key in ("class", "style"):
                    del one.attrib[key]
    math = etree.Element(f"{{{MATHS}}}math")
    semantics = etree.SubElement(math, f"{{{MATHS}}}semantics")
    row = etree.SubElement(semantics, f"{{{MATHS}}}mrow")
    row.extend(list(drawn))
    note = etree.SubElement(semantics, f"{{{MATHS}}}annotation", encoding="application/x-tex")
    note.text = fragments.tidy(latex)
    return math
