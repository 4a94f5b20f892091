"""Modal feedback of an item: of a choice by its identifier, of the question by the names that our writer gives."""

from __future__ import annotations

from lxml import etree

from question_bank.formats import fragments
from question_bank.formats.qti.source import Source
from question_bank.items.domain import ItemBody, ItemNotes

GENERAL, SOLUTION, HINT = "general", "solution", "hint-"


def read(source: Source, root: etree._Element, body: ItemBody) -> tuple[ItemNotes, int]:
    """Return the notes of a question, and how many feedbacks have no place here."""
    parts = {option.id for option in body.options} | {gap.id for gap in body.gaps}
    said = dict(source.said)
    whole: dict[str, str] = {}
    hints: list[str] = []
    unsaid = 0
    for one in root.iterchildren("modalFeedback"):
        name = one.get("identifier") or ""
        inside = one.find("contentBody")
        html = source.html(inside if inside is not None else one)
        part = source.ours.get(name, name)
        if fragments.is_empty(html):
            continue
        if name in (GENERAL, SOLUTION):
            whole[name] = whole.get(name, "") + html
        elif name.startswith(HINT):
            hints.append(html)
        elif part in parts or (name in ("true", "false") and not parts):
            said[part] = said.get(part, "") + html
        else:
            unsaid += 1
    return ItemNotes(whole.get(SOLUTION, ""), whole.get(GENERAL, ""), said, tuple(hints)), unsaid
