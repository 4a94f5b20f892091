"""Moodle XML files → drafts: the file, its categories and what all questions share."""

from __future__ import annotations

import base64
import binascii
from dataclasses import replace
from decimal import Decimal, InvalidOperation
from fractions import Fraction

from lxml import etree

from lms.base.errors import Invalid
from lms.base.i18n_marks import N_
from question_bank.formats import fragments, markdown, problems, tag_words, xml
from question_bank.formats.gift.syntax import category_path
from question_bank.formats.moodle_xml import types
from question_bank.formats.moodle_xml.rest import Rest
from question_bank.formats.reading import Reading
from question_bank.items.domain import ItemDraft


def read(data: bytes, filename: str = "") -> Reading:
    """Return the questions of a Moodle XML file.

    Raises:
        Invalid: the file is broken, holds a document type, or is no quiz.
        TooLarge: it is over the limit.
    """
    root = xml.parse(data, huge=True)
    if root.tag != "quiz":
        raise Invalid.at("file", N_("Đây không phải tệp câu hỏi Moodle XML (thiếu thẻ “quiz”)."))
    shelf = fragments.Shelf()
    drafts: list[ItemDraft] = []
    rest = Rest()
    category, found = "", 0
    for element in root.iterchildren("question"):
        kind = (element.get("type") or "").strip().lower()
        if kind == "category":
            category = category_path(fragments.tidy(xml.text_of(element, "category/text")))
            rest.category(element)
            continue
        found += 1
        draft = _draft(Source(element, shelf), kind)
        if draft is None:
            rest.whole(kind)
            continue
        rest.question(element, kind)
        drafts.append(replace(draft, category=category))
    changed, lost = rest.told()
    return Reading("moodle_xml", tuple(drafts), found, shelf.assets, lost, changed=changed)


def _draft(source: Source, kind: str) -> ItemDraft | None:
    reader = types.READERS.get(kind)
    content = reader(source) if reader else None
    if content is None:
        return None
    element, shelf = source.element, source.shelf
    notes = content.notes
    feedback = source.rich(element.find("generalfeedback"), block=True)
    if not fragments.is_empty(feedback):
        notes = replace(notes, feedback=feedback)
    hints = [source.rich(hint, block=True) for hint in element.iterchildren("hint")]
    notes = replace(notes, hints=tuple(hint for hint in hints if not fragments.is_empty(hint)))
    tags = [fragments.tidy(xml.text_of(tag, "text")).strip() for tag in element.iterfind("tags/tag")]
    found = list(content.problems)
    if fragments.is_empty(content.body.prompt):
        found.append(problems.empty_prompt())
    found += [problems.missing_picture(name) for name in shelf.missing]
    found += [problems.file_left_out(name) for name in shelf.left_out]
    shelf.missing.clear()
    shelf.left_out.clear()
    draft = ItemDraft(
        content.body,
        content.key,
        notes,
        title=" ".join(fragments.tidy(xml.text_of(element, "name/text")).split()),
        points=_points(xml.text_of(element, "defaultgrade")),
        external_id=fragments.tidy(xml.text_of(element, "idnumber")).strip(),
        source=fragments.plain(content.body.prompt)[:2000],
        problems=tuple(found),
    )
    return tag_words.with_tags(draft, tags)


def _points(text: str) -> Fraction | None:
    try:
        value = Decimal(text.strip())
    except InvalidOperation:
        return None
    return Fraction(value) if value.is_finite() and abs(value) < 10_000 and value != 0 else None


class Source:
    """One `question` element with the pictures found so far."""

    def __init__(self, element: etree._Element, shelf: fragments.Shelf) -> None:
        self.element = element
        self.shelf = shelf

    def text(self, path: str) -> str:
        """Return plain text at a path."""
        return fragments.tidy(xml.text_of(self.element, path)).strip()

    def flag(self, path: str, default: bool) -> bool:
        """Return a yes or no, in any of the spellings that Moodle has used."""
        value = self.text(path).lower()
        return value in ("1", "true", "yes") if value else default

    def rich(
        self, element: etree._Element | None, *, block: bool = False, place: fragments.Replace | None = None,
        words: str | None = None, default: str = "html",
    ) -> str:  # fmt: skip
        """Return a formatted text (with its embedded files) as a fragment; `words` replaces its text."""
        if element is None:
            return ""
        text = fragments.tidy(words if words is not None else xml.text_of(element, "text")).strip()
        form = (element.get("format") or default).strip()
        if form == "plain_text":
            html = fragments.paragraphs(text) if block else fragments.inline(text)
        elif form == "markdown":
            html = markdown.to_html(text)
        else:
            if form == "moodle_auto_format":
                text = text.replace("\r\n", "\n").replace("\n", "<br>")
            html = fragments.import_html(text, self.shelf, _files(element), place)
        if place is not None and form in ("plain_text", "markdown"):
            html = place_in(html, place)
        html += self.old_picture(element)
        if block:
            return html if html.startswith(("<p>", "<ul>", "<ol>", "<table>")) or not html else f"<p>{html}</p>"
        return fragments.unwrap(html)

    def old_picture(self, element: etree._Element) -> str:
        """Return the picture that exports before Moodle 2 put beside the text."""
        if element.tag != "questiontext" or not (data := _decoded(xml.text_of(self.element, "image_base64"))):
            return ""
        name = xml.text_of(self.element, "image").rpartition("/")[2]
        return f'<p><img src="{self.shelf.put(data, name)}" alt=""></p>'


def place_in(html: str, place: fragments.Replace) -> str:
    """Put gaps into a fragment that is finished otherwise."""
    return types.GAP_MARK.sub(lambda match: place(match[0]), html)


def _files(element: etree._Element) -> dict[str, bytes]:
    files: dict[str, bytes] = {}
    for file in element.iterchildren("file"):
        if (file.get("encoding") or "base64") == "base64" and (data := _decoded(xml.text_of(file))):
            path = (file.get("path") or "/").strip("/")
            name = file.get("name") or ""
            files[f"{path}/{name}" if path else name] = data
    return files


def _decoded(text: str) -> bytes:
    try:
        return base64.b64decode("".join(text.split()), validate=True)
    except (binascii.Error, ValueError):
        return b""
