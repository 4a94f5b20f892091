"""Drafts → GIFT."""

from __future__ import annotations

import base64
import re
from collections.abc import Iterable, Mapping
from fractions import Fraction
from html import unescape

from question_bank.formats import drafting, fragments, tag_words
from question_bank.formats.reading import Asset
from question_bank.items.domain import (
    AcceptedNumber,
    ChoiceKey,
    ItemDraft,
    ItemType,
    NumberKey,
    PairKey,
    TextKey,
    TruthKey,
)

WRITES = frozenset(ItemType) - {ItemType.ORDERING, ItemType.GAP_FILL}

_CONTROL = re.compile(r"([\\~=#{}:])")


def write(drafts: Iterable[ItemDraft], assets: Mapping[str, Asset] | None = None) -> bytes:
    """Return the questions as a GIFT file in UTF-8; pictures travel inside it.

    A true/false cluster goes out as a matching with a tag by which it comes back. Questions of a kind that GIFT does
    not know (`WRITES` says which it does), with variables, or without a key, leave a comment in their place.
    """
    writer = _Writer(assets or {})
    return "".join(writer.question(draft) for draft in drafts).encode()


def escaped(text: str) -> str:
    """Return text with GIFT's own characters escaped."""
    return _CONTROL.sub(r"\\\1", text).replace("\r", "").replace("\n", "\\n")


class _Writer:
    def __init__(self, assets: Mapping[str, Asset]) -> None:
        self.assets = assets
        self.category = ""

    def question(self, draft: ItemDraft) -> str:
        category: list[str] = []
        if draft.category != self.category:
            self.category = draft.category
            category = [f"$CATEGORY: $course$/top/{escaped(draft.category)}".rstrip("/"), ""]
        lines = [*category]
        labels = [f"[id:{label(draft.external_id)}]"] if draft.external_id else []
        labels += [f"[tag:{label(tag)}]" for tag in tag_words.tags_of(draft)]
        if labels:
            lines.append("// " + " ".join(labels))
        block = self.block(draft)
        if block is None:
            name = " ".join((draft.title or fragments.plain(draft.body.prompt)).split())[:80]
            return "\n".join([*category, f"// ({draft.body.type}) {name}", "", ""])
        title = f"::{escaped(' '.join(draft.title.split()))}::" if draft.title else ""
        prompt = draft.body.passage + draft.body.prompt if draft.body.passage else draft.body.prompt
        lines.append(f"{title}{self.html(prompt)}{block}")
        return "\n".join(lines) + "\n\n"

    def html(self, fragment: str) -> str:
        """Return a fragment marked as HTML with its control characters escaped."""
        return "[html]" + escaped(fragments.export_html(fragment, self.picture))

    def text(self, fragment: str) -> str:
        """Return a fragment, as bare text where it holds no markup."""
        if "<" in fragment or "&" in fragment:
            return self.html(fragment)
        return "[plain]" + escaped(fragment)

    def picture(self, sha256: str) -> str:
        asset = self.assets.get(sha256)
        if asset is None:
            return f"asset:{sha256}"
        return f"data:{asset.media_type};base64,{base64.b64encode(asset.data).decode()}"

    def said(self, draft: ItemDraft, name: str) -> str:
        html = draft.notes.per_option.get(name, "")
        return "#" + self.html(html) if html else ""

    def general(self, draft: ItemDraft) -> str:
        html = draft.notes.feedback + draft.notes.solution
        return "\n\t####" + self.html(html) if html else ""

    def block(self, draft: ItemDraft) -> str | None:
        body, key = draft.body, draft.key
        if body.variables:
            return None
        if body.type is ItemType.DESCRIPTION:
            return ""
        if body.type is ItemType.ESSAY:
            return "{" + self.general(draft) + "}"
        if key is None or body.type not in WRITES:
            return None
        lines: list[str] = []
        if isinstance(key, ChoiceKey):
            lines = self.choice(draft, key)
        elif isinstance(key, TruthKey) and body.type is ItemType.TRUE_FALSE:
            holds = key.truths["s"]
            wrong, right = (self.said(draft, name) for name in (("false", "true") if holds else ("true", "false")))
            said = (wrong or "#") + right if right else wrong
            return "{" + ("TRUE" if holds else "FALSE") + said + self.general(draft) + "}"
        elif isinstance(key, TruthKey):
            lines = [
                f"={self.text(option.html)} -> {'Đúng' if key.truths[option.id] else 'Sai'}" for option in body.options
            ]
        elif isinstance(key, PairKey):
            lines = self.pairs(draft, key)
        elif isinstance(key, TextKey):
            lines = [
                f"={weight(one.share)}[plain]{escaped(one.text)}{self.said(draft, one.text)}" for one in key.accepted
            ]
            lines += self.wrong(draft, {one.text for one in key.accepted})
        elif isinstance(key, NumberKey):
            lines = [f"={weight(one.share)}{number(one)}{self.said(draft, one.value)}" for one in key.accepted]
            lines += self.wrong(draft, {one.value for one in key.accepted})
            return "{#\n\t" + "\n\t".join(lines) + self.general(draft) + "\n}"
        return "{\n\t" + "\n\t".join(lines) + self.general(draft) + "\n}"

    def choice(self, draft: ItemDraft, key: ChoiceKey) -> list[str]:
        single = draft.body.type is ItemType.SINGLE_CHOICE
        lines: list[str] = []
        for option in draft.body.options:
            share = key.weights.get(option.id, Fraction(0))
            mark = "=" if single and share == 1 else "~" + (f"%{drafting.percent(share)}%" if share else "")
            lines.append(mark + self.text(option.html) + self.said(draft, option.id))
        return lines

    def wrong(self, draft: ItemDraft, right: set[str]) -> list[str]:
        """Return what is said to answers that count for nothing."""
        return [f"=%0%{escaped(text)}{self.said(draft, text)}" for text in draft.notes.per_option if text not in right]

    def pairs(self, draft: ItemDraft, key: PairKey) -> list[str]:
        words = {target.id: escaped(unescape(fragments.plain(target.html))) for target in draft.body.targets}
        lines = [f"={self.text(option.html)} -> {words[key.pairs[option.id]]}" for option in draft.body.options]
        used = set(key.pairs.values())
        return lines + [f"= -> {words[target.id]}" for target in draft.body.targets if target.id not in used]


def weight(share: Fraction) -> str:
    """Return the weight in front of an answer, nothing for a full one."""
    return "" if share == 1 else f"%{drafting.percent(share)}%"


def number(accepted: AcceptedNumber) -> str:
    """Return a number with its tolerance, as GIFT writes it."""
    return f"{accepted.value}:{accepted.tolerance}"


def label(text: str) -> str:
    """Return a value for a `[tag:…]` comment."""
    return re.sub(r"([\\\]])", r"\\\1", " ".join(text.split()))
