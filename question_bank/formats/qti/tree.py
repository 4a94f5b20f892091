"""QTI 2.1, 2.2 and 3.0 as one tree: names without namespace, `qti-response-if` as `responseIf`."""

from __future__ import annotations

import re

from lxml import etree

from question_bank.formats import xml

MATHS = "http://www.w3.org/1998/Math/MathML"
_DASH = re.compile(r"-(.)")


def parse(data: bytes) -> etree._Element:
    """Return the root of an item with the names of QTI 2.

    Raises:
        Invalid: no well-formed XML, or it holds a document type.
        TooLarge: over the limit.
    """
    root = xml.parse(data)
    for element in root.iter():
        if not isinstance(element.tag, str):
            continue
        name = etree.QName(element)
        local = name.localname
        third = local.startswith("qti-")
        element.tag = _camel(local[4:]) if third else local
        if third:
            for key in [str(key) for key in element.attrib if "-" in str(key) and not str(key).startswith("data-")]:
                element.attrib[_camel(key)] = element.attrib.pop(key)
    return root


def _camel(name: str) -> str:
    return _DASH.sub(lambda match: match[1].upper(), name)


def words(element: etree._Element) -> str:
    """Return the text of an element without the white space around it."""
    return xml.text_of(element).strip()
