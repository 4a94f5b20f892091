"""What user HTML may hold, and how anything else is brought into it or left out."""

from __future__ import annotations

import re

import nh3
from lxml import etree, html
from lxml.html import HtmlElement

from lms.base.richtext.simple import is_simple
from lms.base.text import nfc

TAGS = frozenset(
    "p br h2 h3 h4 b strong i em u s sub sup ul ol li blockquote pre code table caption thead tbody tr th td img a "
    "span div figure figcaption hr".split()
)
BLOCKS = frozenset(
    "p h2 h3 h4 ul ol li blockquote pre table caption thead tbody tr th td div figure figcaption hr".split()
)
ASSET = re.compile(r"asset:([0-9a-f]{64})\Z")
_RENAMED = {
    "h1": "h2",
    "h5": "h4",
    "h6": "h4",
    "del": "s",
    "strike": "s",
    "ins": "u",
    "section": "div",
    "article": "div",
    "center": "div",
    "tt": "code",
}
_DROPPED_WITH_CONTENT = {"script", "style", "template", "title", "svg", "math", "iframe", "object", "noscript"}
_ATTRIBUTES: dict[str, set[str]] = {
    "*": set(),
    "a": {"href"},
    "img": {"src", "alt", "width", "height"},
    "th": {"colspan", "rowspan"},
    "td": {"colspan", "rowspan"},
    "ol": {"start"},
    "span": {"data-gap"},
}
_CLASSES = {"span": {"tex", "gap"}, "div": {"tex"}}
_DEEPEST = 60  # levels of elements
_PASSES = 4  # two parsers repair misnested HTML differently; what they agree on is kept, mostly after the second
_NUMBER = re.compile(r"[1-9][0-9]{0,3}\Z")
_GAP = re.compile(r"[A-Za-z0-9_-]{1,40}\Z")
_SHAPE = {
    ("a", "href"): re.compile(r"(?:https?://[^/\s]|mailto:)\S*\Z", re.IGNORECASE),
    ("img", "src"): ASSET,
    ("img", "width"): _NUMBER,
    ("img", "height"): _NUMBER,
    ("ol", "start"): _NUMBER,
    ("td", "colspan"): re.compile(r"[1-9][0-9]?\Z"),
    ("td", "rowspan"): re.compile(r"[1-9][0-9]?\Z"),
    ("th", "colspan"): re.compile(r"[1-9][0-9]?\Z"),
    ("th", "rowspan"): re.compile(r"[1-9][0-9]?\Z"),
    ("span", "data-gap"): _GAP,
}


def _attribute(tag: str, name: str, value: str) -> str | None:
    shape = _SHAPE.get((tag, name))
    return value if shape is None or shape.match(value) else None


def _cleaner(tags: frozenset[str]) -> nh3.Cleaner:
    return nh3.Cleaner(
        tags=set(tags),
        clean_content_tags=_DROPPED_WITH_CONTENT,
        attributes=_ATTRIBUTES,
        allowed_classes=_CLASSES,
        attribute_filter=_attribute,
        url_schemes={"http", "https", "mailto", "asset"},
        link_rel="noopener noreferrer",
    )


_FIRST = _cleaner(TAGS | _RENAMED.keys())
_LAST = _cleaner(TAGS)


def parse(markup: str) -> HtmlElement:
    """Return a fragment as the children of one `<div>`."""
    parser = html.HTMLParser(encoding="utf-8", no_network=True, huge_tree=True)
    root = html.document_fromstring(f"<html><body><div>{markup}</div></body></html>".encode(), parser=parser)
    body = root.find("body")
    assert body is not None
    holder = html.Element("div")
    first, *others = list(body)
    holder.text = first.text
    holder.extend(list(first))
    holder.extend(others)  # what a stray closing tag put outside
    return holder


def inner_html(root: HtmlElement) -> str:
    """Return the children of an element as HTML."""
    markup = etree.tostring(root, encoding="unicode", method="html", with_tail=False)
    return markup[markup.index(">") + 1 : markup.rindex("</")]


def final(markup: str) -> str:
    """Return markup without anything outside the vocabulary; the last thing done to text that is kept or shown."""
    return _LAST.clean(markup)


def _flat_text(element: HtmlElement) -> str:
    for line_break in element.iter("br"):
        line_break.tail = " " + (line_break.tail or "")
    return "".join(str(piece) for piece in element.itertext())


def _empty_of_children(element: HtmlElement, text: str | None) -> None:
    for child in list(element):
        element.remove(child)
    element.text = text


def _fit_span(element: HtmlElement) -> None:
    """Make a span a formula or a gap; any other is only its content."""
    classes = str(element.get("class", "")).split()
    if "tex" in classes and (latex := _flat_text(element).strip()):
        element.attrib.clear()
        element.set("class", "tex")
        _empty_of_children(element, latex)
    elif "gap" in classes and (gap := element.get("data-gap")):
        element.attrib.clear()
        element.set("class", "gap")
        element.set("data-gap", gap)
        _empty_of_children(element, None)
    else:
        element.drop_tag()


def _fit_division(element: HtmlElement) -> None:
    """Make a `<div>` a display formula or a paragraph; one that holds blocks is only its content."""
    if "tex" in str(element.get("class", "")).split() and (latex := _flat_text(element).strip()):
        _empty_of_children(element, latex)
    elif any(child.tag in BLOCKS for child in element.iterdescendants()):
        element.drop_tag()
    else:
        element.tag = "p"
        element.attrib.clear()


def _flatten(root: HtmlElement) -> None:
    """Take the tags off what is nested deeper than any text needs, so that later walks stay shallow."""
    level = [root]
    for _ in range(_DEEPEST):
        level = [child for element in level for child in element]
    for element in level:
        for deeper in list(element.iterdescendants()):
            deeper.drop_tag()


def _fitted(markup: str) -> str:
    if "<" not in markup and "&" not in markup:
        return final(markup)
    root = parse(_FIRST.clean(markup))
    _flatten(root)
    for element in list(root.iterdescendants()):
        if not isinstance(element.tag, str) or element.getparent() is None:
            continue
        element.tag = _RENAMED.get(element.tag, element.tag)
        if element.tag == "span":
            _fit_span(element)
        elif element.tag == "div":
            _fit_division(element)
        elif element.tag == "img" and not element.get("src"):
            element.drop_tree()
    return nfc(final(inner_html(root)))


def clean(markup: str) -> str:
    """Return user HTML in the vocabulary and NFC, safe to store and to show; what does not fit is left out.

    Unknown elements leave their text; scripts, styles and embedded things leave nothing; a picture that is not one of
    our assets goes. Cleaning twice changes nothing.

    >>> clean('<p onclick="x()">a &lt; b <font>c</font><script>x()</script></p>')
    '<p>a &lt; b c</p>'
    """
    kept = nfc(markup)
    if is_simple(kept):
        return kept
    for _ in range(_PASSES):
        before, kept = kept, _fitted(kept)
        if kept == before:
            break
    return kept
