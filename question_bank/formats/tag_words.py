"""Tags of a file: which of them say something that a question here has a place for.

Formats whose questions carry free tags and no more say the rest in tags too, each with what it is in front:
`source:Đề thi thử 2024`, `year:2024`, `grade:8`, `topic:Đa thức`, `outcome:T8.1`, `textbook-independent`; a level
(NB, TH, VD, VDC) stands alone. What does not fit stays a tag.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import replace

from question_bank.formats.drafting import CLUSTER_TAG
from question_bank.items.domain import LEVELS, ItemDraft, ItemType

ANY_TEXTBOOK = "textbook-independent"
_NAMED = re.compile(r"(source|year|grade|topic|outcome)\s*:\s*(\S.*)", re.I | re.S)
_SHAPES = {"year": re.compile(r"(?:19|20)[0-9]{2}"), "grade": re.compile(r"[1-9]|1[0-2]")}


def with_tags(draft: ItemDraft, tags: Iterable[str]) -> ItemDraft:
    """Return the draft with what the tags of its file say; of two that say the same thing the first counts."""
    one: dict[str, str] = {}
    codes, rest, any_textbook = [], [], False
    for tag in tags:
        found = _NAMED.fullmatch(tag)
        name, value = (found[1].lower(), found[2].strip()) if found else ("", "")
        if tag == CLUSTER_TAG:
            continue
        if tag.upper() in LEVELS and "level" not in one:
            one["level"] = tag.upper()
        elif tag.lower() == ANY_TEXTBOOK:
            any_textbook = True
        elif name == "outcome":
            codes.append(value)
        elif name and name not in one and (name not in _SHAPES or _SHAPES[name].fullmatch(value)):
            one[name] = value
        else:
            rest.append(tag)
    return replace(
        draft,
        level=one.get("level", draft.level),
        tags=(*draft.tags, *rest),
        codes=(*draft.codes, *codes),
        taken_from=one.get("source", draft.taken_from),
        year=int(one["year"]) if "year" in one else draft.year,
        grade=int(one["grade"]) if "grade" in one else draft.grade,
        topic=one.get("topic", draft.topic),
        any_textbook=any_textbook or draft.any_textbook,
    )


def tags_of(draft: ItemDraft) -> list[str]:
    """Return the tags that say of a draft what `with_tags` reads again; a topic that its category names is not said."""
    named = [
        ("topic", draft.topic if draft.topic != draft.category.rpartition("/")[2] else ""),
        ("source", draft.taken_from),
        ("year", str(draft.year or "")),
        ("grade", str(draft.grade or "")),
        *(("outcome", code) for code in draft.codes),
    ]
    return [
        *draft.tags,
        *([draft.level] if draft.level else []),
        *(f"{name}:{value}" for name, value in named if value),
        *([ANY_TEXTBOOK] if draft.any_textbook else []),
        *([CLUSTER_TAG] if draft.body.type is ItemType.CLUSTER else []),
    ]
