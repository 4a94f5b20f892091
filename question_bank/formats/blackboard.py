"""Blackboard pools of the old kind: a `.dat` file that holds `POOL` with its questions by class."""

from __future__ import annotations

import re
from collections.abc import Mapping
from fractions import Fraction
from html import escape
from types import MappingProxyType

from lxml import etree

from lms.base.errors import Invalid
from lms.base.i18n_marks import N_
from question_bank.formats import drafting, fragments, problems, xml
from question_bank.formats.collecting import Collector, Picture
from question_bank.formats.qti12.choosing import sides_of
from question_bank.formats.qti12.material import Source, joined
from question_bank.formats.reading import Reading
from question_bank.items.domain import (
    AcceptedText,
    ChoiceKey,
    EssayKey,
    ItemBody,
    ItemDraft,
    ItemKey,
    ItemType,
    Option,
    TextKey,
    TruthKey,
)

NO_ITEMS = N_("Tệp Blackboard này không có câu hỏi nào.")
WHY: Mapping[str, str] = MappingProxyType(
    {
        "blackboard:feedback": N_(
            "Nhận xét chung theo kết quả (đúng, đúng một phần, sai) không mang sang; nhận xét từng phương án thì có."
        )
    }
)
_POOL = re.compile(rb"<(?:POOL|ASSESSMENT)[\s>]")
_PREFIX = "QUESTION_"


def is_pool(data: bytes) -> bool:
    """Tell whether XML starts as a pool."""
    return bool(_POOL.search(data[:2000]))


def read(data: bytes, filename: str = "") -> Reading:
    """Return the questions of a pool; its pictures are elsewhere and named as missing.

    Raises:
        Invalid: broken, hostile, or without a question; says the way out.
        TooLarge: over a limit.
    """
    collector = Collector()
    read_into(collector, xml.parse(data), lambda address: "")
    if not collector.found:
        raise Invalid.at("file", NO_ITEMS)
    return collector.reading("blackboard", WHY)


def read_into(collector: Collector, root: etree._Element, picture: Picture) -> None:
    """Gather the questions of a pool."""
    title = root.find("TITLE")
    category = fragments.tidy(title.get("value") or "").replace("/", " ").strip() if title is not None else ""
    points = {one.get("id"): one.get("points") or "" for one in root.iter("QUESTION")}
    for question in root:
        if not isinstance(question.tag, str) or not question.tag.startswith(_PREFIX) or question.tag == "QUESTIONLIST":
            continue
        kind = question.tag.removeprefix(_PREFIX)
        source = Source(collector.shelf, picture)
        reader = _READERS.get(kind)
        if reader is None:
            collector.lose(f"blackboard:{kind}")
            continue
        body, key = reader(source, question, _html(source, question.find("BODY")))
        for tag in ("FEEDBACK_WHEN_CORRECT", "FEEDBACK_WHEN_INCORRECT"):
            if xml.text_of(question, f"GRADABLE/{tag}").strip():
                collector.beside["blackboard:feedback"] += 1
        collector.take(_draft(source, question, body, key, points.get(question.get("id"), "")), category)


def _draft(source: Source, question: etree._Element, body: ItemBody, key: ItemKey | None, points: str) -> ItemDraft:
    if fragments.is_empty(body.prompt):
        source.problems.append(problems.empty_prompt())
    source.problems += [problems.missing_picture(name) for name in dict.fromkeys(source.shelf.missing)]
    source.shelf.missing.clear()
    if key is None and not any(one.blocking for one in source.problems):
        source.problems.append(problems.no_key())
    worth = drafting.number(points) if len(points) < 20 else None
    return ItemDraft(
        body,
        key,
        points=Fraction(worth) if worth and 0 < Fraction(worth) < 10_000 else None,
        external_id=fragments.tidy(question.get("id") or ""),
        source=fragments.plain(body.prompt)[:2000],
        problems=tuple(source.problems),
    )


def _html(source: Source, holder: etree._Element | None) -> str:
    """Return what a question or an answer shows: its text, as HTML where the flags say so, and its picture."""
    if holder is None:
        return ""
    text = xml.text_of(holder, "TEXT").strip()
    flag = holder.find("FLAGS/ISHTML")
    as_html = flag.get("value") == "true" if flag is not None else fragments.looks_like_html(text)
    html = source.html(text) if as_html else fragments.paragraphs(text)
    for image in holder.iterchildren("IMAGE"):
        html += source.html(f'<img src="{escape(image.get("value") or "")}" alt="">')
    return joined([html])


def _answers(source: Source, question: etree._Element, tag: str = "ANSWER") -> dict[str, str]:
    """Return the answers by id, in the order of their positions."""
    found = list(question.iterchildren(tag))
    if all((one.get("position") or "").isdigit() and len(one.get("position") or "") < 9 for one in found):
        found.sort(key=lambda one: int(one.get("position") or "0"))
    return {one.get("id") or f"?{place}": fragments.unwrap(_html(source, one)) for place, one in enumerate(found)}


def _right(question: etree._Element) -> list[etree._Element]:
    return list(question.iterfind("GRADABLE/CORRECTANSWER"))


def _choice(source: Source, question: etree._Element, prompt: str) -> tuple[ItemBody, ItemKey | None]:
    answers = _answers(source, question)
    ids = {name: drafting.option_id(place) for place, name in enumerate(answers)}
    several = question.tag == "QUESTION_MULTIPLEANSWER"
    options = tuple(Option(ids[name], html) for name, html in answers.items())
    body = ItemBody(ItemType.MULTIPLE_CHOICE if several else ItemType.SINGLE_CHOICE, prompt, options)
    right = list(dict.fromkeys(one.get("answer_id") or "" for one in _right(question)))
    if len(options) < 2:
        source.problems.append(problems.too_few_options())
        return body, None
    if not right or any(one not in ids for one in right):
        return body, None
    if not several and len(right) > 1:
        source.problems.append(problems.several_keys(", ".join(ids[one].upper() for one in right)))
        return body, None
    return body, ChoiceKey({ids[one]: Fraction(1, len(right)) for one in right})


def _truth(source: Source, question: etree._Element, prompt: str) -> tuple[ItemBody, ItemKey | None]:
    sides = sides_of({name: fragments.plain(html) for name, html in _answers(source, question).items()})
    right = [one.get("answer_id") for one in _right(question)]
    if sides is None or len(right) != 1 or right[0] not in sides:
        return ItemBody(ItemType.TRUE_FALSE, prompt), None
    return ItemBody(ItemType.TRUE_FALSE, prompt), TruthKey({"s": right[0] == sides[0]})


def _match(source: Source, question: etree._Element, prompt: str) -> tuple[ItemBody, ItemKey | None]:
    answers, choices = _answers(source, question), _answers(source, question, "CHOICE")
    pairs = {one.get("answer_id"): one.get("choice_id") or "" for one in _right(question)}
    used = set(pairs.values())
    listed = [(html, choices.get(pairs.get(name, ""), "")) for name, html in answers.items()]
    listed += [("", html) for name, html in choices.items() if name not in used]
    body, key, said = drafting.matching(prompt, listed)
    source.problems += said
    return body, key


def _blank(source: Source, question: etree._Element, prompt: str) -> tuple[ItemBody, ItemKey | None]:
    texts = [fragments.plain(html).replace("*", "\\*") for html in _answers(source, question).values()]
    accepted = tuple(AcceptedText(one) for one in dict.fromkeys(texts) if one)
    return ItemBody(ItemType.SHORT_TEXT, prompt), TextKey(accepted) if accepted else None


def _essay(source: Source, question: etree._Element, prompt: str) -> tuple[ItemBody, ItemKey | None]:
    rubric = "".join(_html(source, one) for one in question.iterchildren("ANSWER"))
    return ItemBody(ItemType.ESSAY, prompt), EssayKey("" if fragments.is_empty(rubric) else rubric)


_READERS = {
    "MULTIPLECHOICE": _choice,
    "MULTIPLEANSWER": _choice,
    "TRUEFALSE": _truth,
    "MATCH": _match,
    "FILLINBLANK": _blank,
    "ESSAY": _essay,
}
