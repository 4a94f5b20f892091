"""Drafts → Moodle XML."""

from __future__ import annotations

import base64
import re
from collections.abc import Iterable, Mapping
from fractions import Fraction

from lxml import etree

from question_bank.formats import drafting, fragments, tag_words
from question_bank.formats.moodle_xml import calculated
from question_bank.formats.reading import Asset
from question_bank.items.domain import (
    ChoiceKey,
    GapKey,
    ItemDraft,
    ItemType,
    NumberKey,
    OrderKey,
    PairKey,
    TextKey,
    TruthKey,
)

TYPES: Mapping[ItemType, str] = {
    ItemType.SINGLE_CHOICE: "multichoice",
    ItemType.MULTIPLE_CHOICE: "multichoice",
    ItemType.TRUE_FALSE: "truefalse",
    ItemType.CLUSTER: "matching",
    ItemType.SHORT_TEXT: "shortanswer",
    ItemType.SHORT_NUMBER: "numerical",
    ItemType.MATCHING: "matching",
    ItemType.ORDERING: "ordering",
    ItemType.GAP_FILL: "cloze",
    ItemType.ESSAY: "essay",
    ItemType.DESCRIPTION: "description",
}
_EXTENSIONS = {
    "image/png": "png",
    "image/jpeg": "jpg",
    "image/gif": "gif",
    "image/webp": "webp",
    "image/svg+xml": "svg",
}
_GAP = re.compile(r'<span class="gap" data-gap="([^"]+)"></span>')


def write(drafts: Iterable[ItemDraft], assets: Mapping[str, Asset] | None = None) -> bytes:
    """Return the questions as a Moodle XML file with their pictures inside.

    A true/false cluster goes out as a matching with a tag by which it comes back. Questions that need a key and have
    none are left out, since Moodle refuses them.
    """
    writer = _Writer(assets or {})
    quiz = etree.Element("quiz")
    category = ""
    for draft in drafts:
        if draft.category != category:
            category = draft.category
            question = etree.SubElement(quiz, "question", type="category")
            writer.text(etree.SubElement(question, "category"), f"$course$/top/{category}".rstrip("/"))
        if _fits(draft):
            writer.question(quiz, draft)
    etree.indent(quiz)
    return etree.tostring(quiz, encoding="UTF-8", xml_declaration=True)


def _fits(draft: ItemDraft) -> bool:
    """Tell whether Moodle has a type for a question, and the key that it needs."""
    if draft.body.variables:
        return bool(calculated.kind_of(draft))
    return draft.key is not None or draft.body.type is ItemType.DESCRIPTION


class _Writer:
    def __init__(self, assets: Mapping[str, Asset]) -> None:
        self.assets = assets

    def text(self, parent: etree._Element, words: str) -> None:
        etree.SubElement(parent, "text").text = fragments.tidy(words)

    def value(self, parent: etree._Element, name: str, words: str) -> None:
        etree.SubElement(parent, name).text = words

    def html(self, parent: etree._Element, fragment: str) -> None:
        """Put a fragment into an element, with the pictures it shows."""
        used: dict[str, str] = {}

        def picture(sha256: str) -> str:
            asset = self.assets.get(sha256)
            if asset is None:
                return f"asset:{sha256}"
            used[sha256] = f"{sha256[:16]}.{_EXTENSIONS.get(asset.media_type, 'bin')}"
            return f"@@PLUGINFILE@@/{used[sha256]}"

        parent.set("format", "html")
        self.text(parent, fragments.export_html(fragment, picture))
        for sha256, name in used.items():
            file = etree.SubElement(parent, "file", name=name, path="/", encoding="base64")
            file.text = base64.b64encode(self.assets[sha256].data).decode()

    def question(self, quiz: etree._Element, draft: ItemDraft) -> None:
        body = draft.body
        kind = calculated.kind_of(draft) if body.variables else TYPES[body.type]
        question = etree.SubElement(quiz, "question", type=kind)
        name = draft.title or draft.number or fragments.plain(body.prompt)[:60] or "?"
        self.text(etree.SubElement(question, "name"), name)
        prompt = body.passage + (self.cloze(draft) if body.type is ItemType.GAP_FILL else body.prompt)
        self.html(etree.SubElement(question, "questiontext"), prompt)
        self.html(etree.SubElement(question, "generalfeedback"), draft.notes.feedback + draft.notes.solution)
        points = draft.points if draft.points is not None else Fraction(body.type is not ItemType.DESCRIPTION)
        self.value(question, "defaultgrade", f"{float(points):.7f}")
        if draft.external_id:
            self.value(question, "idnumber", draft.external_id)
        self.key(question, draft)
        if body.variables:
            calculated.write_datasets(question, body)
        for hint in draft.notes.hints:
            self.html(etree.SubElement(question, "hint"), hint)
        if tags := tag_words.tags_of(draft):
            holder = etree.SubElement(question, "tags")
            for tag in tags:
                self.text(etree.SubElement(holder, "tag"), tag)

    def answer(self, question: etree._Element, share: Fraction, words: str, said: str, *, html: bool) -> etree._Element:
        answer = etree.SubElement(question, "answer", fraction=drafting.percent(share), format="moodle_auto_format")
        if html:
            self.html(answer, words)
        else:
            self.text(answer, words)
        self.html(etree.SubElement(answer, "feedback"), said)
        return answer

    def key(self, question: etree._Element, draft: ItemDraft) -> None:
        body, key, said = draft.body, draft.key, draft.notes.per_option
        shuffle = "true" if body.shuffle else "false"
        if isinstance(key, ChoiceKey):
            self.value(question, "single", "true" if body.type is ItemType.SINGLE_CHOICE else "false")
            self.value(question, "shuffleanswers", shuffle)
            self.value(question, "answernumbering", "ABCD")
            for option in body.options:
                share = key.weights.get(option.id, Fraction(0))
                self.answer(question, share, option.html, said.get(option.id, ""), html=True)
        elif isinstance(key, TruthKey) and body.type is ItemType.TRUE_FALSE:
            for word, holds in (("true", True), ("false", False)):
                self.answer(question, Fraction(key.truths["s"] is holds), word, said.get(word, ""), html=False)
        elif isinstance(key, TruthKey):
            pairs = [(option.html, "Đúng" if key.truths[option.id] else "Sai") for option in body.options]
            self.pairs(question, pairs, shuffle)
        elif isinstance(key, PairKey):
            words = {target.id: fragments.plain(target.html) for target in body.targets}
            pairs = [(option.html, words[key.pairs[option.id]]) for option in body.options]
            pairs += [("", words[target.id]) for target in body.targets if target.id not in key.pairs.values()]
            self.pairs(question, pairs, shuffle)
        elif isinstance(key, OrderKey):
            by_id = {option.id: option.html for option in body.options}
            for ident in key.order:
                self.answer(question, Fraction(1, 100), by_id[ident], "", html=True)
        else:
            self.typed(question, draft)

    def pairs(self, question: etree._Element, pairs: list[tuple[str, str]], shuffle: str) -> None:
        self.value(question, "shuffleanswers", shuffle)
        for left, right in pairs:
            sub = etree.SubElement(question, "subquestion")
            self.html(sub, left)
            self.text(etree.SubElement(sub, "answer"), right)

    def typed(self, question: etree._Element, draft: ItemDraft) -> None:
        key, said = draft.key, draft.notes.per_option
        if isinstance(key, TextKey):
            self.value(question, "usecase", str(int(any(one.case_sensitive for one in key.accepted))))
            for one in key.accepted:
                self.answer(question, one.share, one.text, said.get(one.text, ""), html=False)
            self.wrong(question, {one.text for one in key.accepted}, said)
        elif isinstance(key, NumberKey):
            for number in key.accepted:
                answer = self.answer(question, number.share, number.value, said.get(number.value, ""), html=False)
                if draft.body.variables:
                    calculated.write_number(answer, number)
                else:
                    self.value(answer, "tolerance", number.tolerance)
            self.wrong(question, {number.value for number in key.accepted}, said)
        elif draft.body.type is ItemType.ESSAY:
            self.value(question, "responseformat", "editor")
            self.html(etree.SubElement(question, "graderinfo"), getattr(key, "rubric", ""))

    def wrong(self, question: etree._Element, right: set[str], said: Mapping[str, str]) -> None:
        for text, html in said.items():
            if text not in right:
                self.answer(question, Fraction(0), text, html, html=False)

    def cloze(self, draft: ItemDraft) -> str:
        """Return the prompt with its gaps in Moodle's own little language."""
        gaps = {gap.id: gap for gap in draft.body.gaps}
        key = draft.key

        def field(match: re.Match[str]) -> str:
            gap = gaps.get(match[1])
            if gap is None or not isinstance(key, GapKey):
                return "_____"
            accepted = {one.text: one.share for one in key.gaps[gap.id]}
            if gap.choices:
                parts = [_weight(accepted.get(one.id, Fraction(0))) + _escaped(one.html) for one in gap.choices]
                return f"{{1:MULTICHOICE{'_S' if draft.body.shuffle else ''}:" + "~".join(parts) + "}"
            exact = any(one.case_sensitive for one in key.gaps[gap.id])
            parts = [_weight(share) + _escaped(text) for text, share in accepted.items()]
            return f"{{1:SHORTANSWER{'_C' if exact else ''}:" + "~".join(parts) + "}"

        return _GAP.sub(field, draft.body.prompt)


def _weight(share: Fraction) -> str:
    return "=" if share == 1 else f"%{drafting.percent(share)}%" if share else ""


def _escaped(text: str) -> str:
    return re.sub(r'([~#}\\"/=])', r"\\\1", text)
