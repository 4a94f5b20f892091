"""One item of QTI 2 or 3 while it is read: its fragments, its pictures, the words around an interaction."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from html import escape

from lxml import etree

from question_bank.formats import drafting, fragments, mathml, problems
from question_bank.formats.qti.judging import Judge
from question_bank.items.domain import Option, Problem

_GAP = re.compile("\ue001(\\d+)\ue002")


class Lost(Exception):
    """The item is not carried; the argument names why: an interaction, `template`, `adaptive`, `composite`."""


@dataclass(slots=True)
class Source:
    """One item while it is read; `picture` turns an address of the item into one of the shelf, or into nothing."""

    root: etree._Element
    shelf: fragments.Shelf
    picture: Callable[[str], str]
    judge: Judge
    problems: list[Problem] = field(default_factory=list)
    said: dict[str, str] = field(default_factory=dict)  # feedback by our option
    ours: dict[str, str] = field(default_factory=dict)  # our option by the identifier that the item gives it

    def html(self, element: etree._Element, *, place: fragments.Replace | None = None) -> str:
        """Return what an element holds as a fragment."""
        for image in list(element.iter("img", "object")):
            self.show(image)
        for math in list(element.iter("math")):
            if not mathml.replace(math) and not any(one.code == "maths_flat" for one in self.problems):
                self.problems.append(problems.maths_flat())
        inside = escape(element.text or "", quote=False) + "".join(
            etree.tostring(one, encoding="unicode", method="html") for one in element
        )
        return fragments.import_html(inside, self.shelf, place=place)

    def show(self, image: etree._Element) -> None:
        address = image.get("src") or image.get("data") or ""
        if not address or address.startswith(("asset:", "data:")):
            return
        found = self.picture(address)
        if image.tag == "object" and not (image.get("type") or "image/").startswith("image/"):
            self.shelf.left_out.append(address)
            return
        image.tag = "img"
        image.attrib.pop("data", "")
        image.set("src", found)
        if not found:
            self.shelf.missing.append(address)

    def option(self, element: etree._Element, ident: str) -> Option:
        """Return a choice; the feedback inside it is kept apart."""
        self.ours[element.get("identifier") or ""] = ident
        for said in list(element.iter("feedbackInline")):
            take_out(said)
            self.said[ident] = self.said.get(ident, "") + self.html(said)
        return Option(ident, fragments.unwrap(self.html(element)), fixed=element.get("fixed") == "true")


def take_out(element: etree._Element) -> None:
    """Remove an element and keep the words behind it."""
    put(element, "")


def put(element: etree._Element, text: str) -> None:
    parent, tail = element.getparent(), text + (element.tail or "")
    if parent is None:
        return
    before = element.getprevious()
    if before is not None:
        before.tail = (before.tail or "") + tail
    else:
        parent.text = (parent.text or "") + tail
    parent.remove(element)


def block(html: str) -> str:
    return html if not html or html.startswith(("<p>", "<ul>", "<ol>", "<table>", "<h")) else f"<p>{html}</p>"


def prompt_of(source: Source, body: etree._Element, interaction: etree._Element) -> str:
    """Return the words of the item with the prompt of the interaction in its place."""
    prompt = interaction.find("prompt")
    mark = "\ue0011\ue002"
    asked = block(source.html(prompt)) if prompt is not None else ""
    for one in list(interaction):
        interaction.remove(one)
    put(interaction, mark)
    whole = block(source.html(body, place=fragments.inline_keeping_spaces))
    whole = whole.replace(f"<p>{mark}</p>", mark)
    return whole.replace(mark, asked) if whole != f"<p>{mark}</p>" else asked


def identifiers(elements: list[etree._Element], prefix: str = "") -> dict[str, str]:
    """Return our ids by theirs, in the order of the item.

    Raises:
        Lost: two have the same, so that no key could tell them apart.
    """
    ids = {
        one.get("identifier") or f"?{place}": f"{prefix}{place + 1}" if prefix else drafting.option_id(place)
        for place, one in enumerate(elements)
    }
    if len(ids) != len(elements):
        raise Lost("unreadable")
    return ids


def gapped(html: str) -> str:
    """Return a fragment with gaps where the marks stand."""
    return _GAP.sub(lambda match: f'<span class="gap" data-gap="g{match[1]}"></span>', html)
