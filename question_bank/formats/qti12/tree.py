"""QTI 1.2 as a tree: names without namespace, fields of metadata, the parts of an item in their order."""

from __future__ import annotations

from collections.abc import Iterator

from lxml import etree

from question_bank.formats import xml

RESPONSES = frozenset({"response_lid", "response_str", "response_num", "response_xy", "response_grp"})


def parse(data: bytes) -> etree._Element:
    """Return the root element with names that hold no namespace.

    Raises:
        Invalid: no well-formed XML, or it declares entities.
        TooLarge: over the limit.
    """
    root = xml.parse(data, cut_doctype=True)
    for element in root.iter():
        if isinstance(element.tag, str):
            element.tag = etree.QName(element).localname
    return root


def fields(element: etree._Element) -> dict[str, str]:
    """Return what the metadata of an item or assessment says, by its label."""
    found: dict[str, str] = {}
    for place in element.iterchildren("itemmetadata", "qtimetadata"):
        for one in place.iter("qtimetadatafield"):
            label = xml.text_of(one, "fieldlabel").strip()
            found.setdefault(label.lower(), xml.text_of(one, "fieldentry").strip())
        for tag in ("bbmd_questiontype", "qmd_itemtype"):
            found.setdefault(tag, xml.text_of(place, tag).strip())
    return found


def children(element: etree._Element) -> list[etree._Element]:
    """Return the elements directly below one, without comments."""
    return [one for one in element if isinstance(one.tag, str)]


def responses(presentation: etree._Element) -> Iterator[etree._Element]:
    """Yield what asks for a response, in the order of the item."""
    return (one for one in presentation.iter() if one.tag in RESPONSES)


def is_yes(value: str | None) -> bool:
    """Tell whether an attribute says yes."""
    return (value or "").lower() in ("yes", "true")
