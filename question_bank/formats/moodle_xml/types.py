"""One function a question type: a `question` element → body, key, notes and problems."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from fractions import Fraction
from types import MappingProxyType
from typing import TYPE_CHECKING

from lxml import etree

from question_bank.formats import drafting, fragments, problems, xml
from question_bank.formats.moodle_xml import calculated, cloze
from question_bank.items.domain import (
    AcceptedNumber,
    AcceptedText,
    ChoiceKey,
    EssayKey,
    Gap,
    GapKey,
    ItemBody,
    ItemKey,
    ItemNotes,
    ItemType,
    NumberKey,
    Option,
    OrderKey,
    Problem,
    TextKey,
    TruthKey,
)

if TYPE_CHECKING:
    from question_bank.formats.moodle_xml.reading import Source

GAP_MARK = re.compile(r"\[\[(\d{1,4})\]\]")


@dataclass(frozen=True, slots=True)
class Content:
    """What a question holds apart from what all questions share."""

    body: ItemBody
    key: ItemKey | None
    notes: ItemNotes = field(default_factory=ItemNotes)
    problems: tuple[Problem, ...] = ()


def prompt(source: Source) -> str:
    """Return the words of the question."""
    return source.rich(source.element.find("questiontext"), block=True)


def answers(source: Source) -> list[tuple[etree._Element, Fraction]]:
    """Return the answers with the share each is worth."""
    return [(answer, _share(answer.get("fraction") or "0")) for answer in source.element.iterchildren("answer")]


def _share(percent: str) -> Fraction:
    written = drafting.number(percent)
    return drafting.share(written) if written is not None else Fraction(0)


def said(source: Source, given: Sequence[tuple[str, etree._Element]]) -> dict[str, str]:
    """Return the feedback to each answer by the name given."""
    found = {name: source.rich(answer.find("feedback")) for name, answer in given}
    return {name: html for name, html in found.items() if not fragments.is_empty(html)}


def choice(source: Source) -> Content:
    """Read a choice of one or of several."""
    given = answers(source)
    several = not source.flag("single", True)
    options = drafting.options([source.rich(answer) for answer, _ in given])
    ids = [option.id for option in options]
    weights = {ident: share for ident, (_, share) in zip(ids, given, strict=True) if share}
    found: list[Problem] = []
    key: ChoiceKey | None = ChoiceKey(weights)
    if not any(share > 0 for share in weights.values()):
        key = None
        found.append(problems.no_key())
    if len(options) < 2:
        found.append(problems.too_few_options())
    found += [problems.empty_option(option.id.upper()) for option in options if fragments.is_empty(option.html)]
    kind = ItemType.MULTIPLE_CHOICE if several else ItemType.SINGLE_CHOICE
    body = ItemBody(kind, prompt(source), options, shuffle=source.flag("shuffleanswers", True))
    feedback = said(source, [(ident, answer) for ident, (answer, _) in zip(ids, given, strict=True)])
    return Content(body, key, ItemNotes(per_option=feedback), tuple(found))


def true_false(source: Source) -> Content:
    """Read a lone statement."""
    body = ItemBody(ItemType.TRUE_FALSE, prompt(source))
    given = {xml.text_of(answer, "text").strip().lower(): (answer, share) for answer, share in answers(source)}
    right = [word for word, (_, share) in given.items() if share == 1]
    feedback = said(source, [(word, answer) for word, (answer, _) in given.items() if word in ("true", "false")])
    notes = ItemNotes(per_option=feedback)
    if len(right) != 1 or right[0] not in ("true", "false"):
        problem = problems.several_keys("Đúng, Sai") if len(right) > 1 else problems.no_key()
        return Content(body, None, notes, (problem,))
    return Content(body, TruthKey({"s": right[0] == "true"}), notes)


def short(source: Source) -> Content:
    """Read a typed answer."""
    exact = source.flag("usecase", False)
    given = [(fragments.tidy(xml.text_of(answer, "text")).strip(), answer, share) for answer, share in answers(source)]
    accepted = tuple(AcceptedText(text, share, exact) for text, _, share in given if text and share > 0)
    notes = ItemNotes(per_option=said(source, [(text, answer) for text, answer, _ in given]))
    body = ItemBody(ItemType.SHORT_TEXT, prompt(source))
    if not accepted:
        return Content(body, None, notes, (problems.no_key(),))
    unlike = drafting.texts_out_of_order([AcceptedText(text, share, exact) for text, _, share in given])
    return Content(body, TextKey(accepted), notes, (problems.first_match(),) if unlike else ())


def numerical(source: Source) -> Content:
    """Read a typed number; answers in other units are not carried and said so."""
    accepted: list[AcceptedNumber] = []
    found: list[Problem] = []
    names: list[tuple[str, etree._Element]] = []
    for answer, share in answers(source):
        text = xml.text_of(answer, "text").strip()
        value = drafting.number(text)
        around = drafting.number(xml.text_of(answer, "tolerance").strip() or "0")
        names.append((value or text, answer))
        if text == "*" and share > 0:
            found.append(problems.any_number())
        if share <= 0 or text == "*":
            continue
        if value is None or around is None:
            found.append(problems.unreadable_number(text))
        else:
            accepted.append(AcceptedNumber(value, around.lstrip("-"), share))
    units = [xml.text_of(unit, "unit_name").strip() for unit in source.element.iterfind("units/unit")]
    if any(units):
        found.append(problems.units_dropped(", ".join(unit for unit in units if unit)))
    blocked = any(problem.blocking for problem in found)
    if not accepted and not blocked:
        found.append(problems.no_key())
    if drafting.numbers_out_of_order(accepted):
        found.append(problems.first_match())
    key = NumberKey(tuple(accepted)) if accepted and not blocked else None
    notes = ItemNotes(per_option=said(source, names))
    return Content(ItemBody(ItemType.SHORT_NUMBER, prompt(source)), key, notes, tuple(found))


def matching(source: Source) -> Content:
    """Read pairs; those that we wrote from a cluster become a cluster again."""
    pairs = [(source.rich(sub), _right_side(source, sub)) for sub in source.element.iterchildren("subquestion")]
    tags = [xml.text_of(tag, "text").strip() for tag in source.element.iterfind("tags/tag")]
    if drafting.CLUSTER_TAG in tags and all(right in ("Đúng", "Sai") for _, right in pairs):
        options = drafting.options([left for left, _ in pairs])
        truths = {option.id: right == "Đúng" for option, (_, right) in zip(options, pairs, strict=True)}
        shuffle = source.flag("shuffleanswers", True)
        return Content(ItemBody(ItemType.CLUSTER, prompt(source), options, shuffle=shuffle), TruthKey(truths))
    body, key, found = drafting.matching(prompt(source), pairs)
    return Content(body, key, problems=tuple(found))


def _right_side(source: Source, sub: etree._Element) -> str:
    """Return what a left side is matched with: plain text, but HTML in drag-and-drop matching, which says so."""
    side = sub.find("answer")
    if side is not None and side.get("format"):
        return source.rich(side)
    return fragments.inline(fragments.tidy(xml.text_of(side, "text")).strip()) if side is not None else ""


def essay(source: Source) -> Content:
    """Read an essay; what the marker should look for is its rubric."""
    rubric = source.rich(source.element.find("graderinfo"), block=True)
    return Content(ItemBody(ItemType.ESSAY, prompt(source)), EssayKey("" if fragments.is_empty(rubric) else rubric))


def description(source: Source) -> Content:
    """Read a text without an answer."""
    return Content(ItemBody(ItemType.DESCRIPTION, prompt(source)), None)


def ordering(source: Source) -> Content | None:
    """Read things to put in order; the file lists them in the right one."""
    right = [source.rich(answer) for answer, _ in answers(source)]
    ids = [drafting.option_id(place) for place in range(len(right))]
    # The ids follow an order that tells nothing: that of the words.
    by_words = sorted(range(len(right)), key=lambda place: (fragments.plain(right[place]), place))
    names = {place: ids[rank] for rank, place in enumerate(by_words)}
    options = tuple(Option(names[place], right[place]) for place in by_words)
    body = ItemBody(ItemType.ORDERING, prompt(source), options)
    if len(options) < 2:
        return Content(body, None, problems=(problems.too_few_options(),))
    return Content(body, OrderKey(tuple(names[place] for place in range(len(right)))))


def gaps_from_list(source: Source) -> Content:
    """Read gaps `[[1]]` that are filled from one list of words (select missing words, drag into text)."""
    words: dict[int, tuple[str, str]] = {}
    for place, box in enumerate([*source.element.iterchildren("selectoption", "dragbox")]):
        group = xml.text_of(box, "group").strip() or "1"
        words[place + 1] = (group, source.rich(box, default="html"))
    gaps: list[Gap] = []
    key: dict[str, tuple[AcceptedText, ...]] = {}
    unknown: list[str] = []

    def gap(number: int) -> str:
        name = f"g{len(gaps) + 1}"
        if number not in words:
            unknown.append(f"[[{number}]]")
            return f"[[{number}]]"
        group = words[number][0]
        gaps.append(Gap(name, tuple(Option(f"c{n}", html) for n, (of, html) in words.items() if of == group)))
        key[name] = (AcceptedText(f"c{number}"),)
        return gap_mark(name)

    html = source.rich(source.element.find("questiontext"), block=True, place=placer(gap))
    body = ItemBody(ItemType.GAP_FILL, html, gaps=tuple(gaps), shuffle=source.flag("shuffleanswers", False))
    found = (problems.half_key(", ".join(unknown)),) if unknown else () if gaps else (problems.no_key(),)
    return Content(body, GapKey(key) if gaps and not unknown else None, problems=found)


def embedded(source: Source) -> Content | None:
    """Read a cloze text; one that asks for several ticks in a gap is not carried."""
    element = source.element.find("questiontext")
    text, blanks = cloze.fields(xml.text_of(element, "text"))
    if element is None or any(blank.kind == "several" for blank in blanks):
        return None
    gaps: list[Gap] = []
    key: dict[str, tuple[AcceptedText, ...]] = {}
    found: list[Problem] = []
    feedback: dict[str, str] = {}
    for place, blank in enumerate(blanks):
        name = f"g{place + 1}"
        if blank.kind == "choice":
            html = [fragments.unwrap(fragments.import_html(answer.text, source.shelf)) for answer in blank.answers]
            gaps.append(Gap(name, tuple(Option(f"c{n + 1}", words) for n, words in enumerate(html))))
            texts = [f"c{n + 1}" for n in range(len(html))]
        else:
            gaps.append(Gap(name))
            texts = [answer.text for answer in blank.answers]
        if blank.kind == "number":
            if any(":" in words for words in texts):
                found.append(problems.tolerance_dropped(name))
            texts = [words.partition(":")[0].strip() for words in texts]
        key[name] = tuple(
            AcceptedText(words, _share(answer.percent), blank.kind == "exact_text")
            for words, answer in zip(texts, blank.answers, strict=True)
            if _share(answer.percent) > 0
        )
        said_here = [
            fragments.import_html(answer.feedback, source.shelf) for answer in blank.answers if answer.feedback
        ]
        if said_here:
            feedback[name] = "<br>".join(dict.fromkeys(said_here))
    unkeyed = [name for name, accepted in key.items() if not accepted]
    if unkeyed:
        found.append(problems.half_key(", ".join(unkeyed)))
    if not gaps:
        found.append(problems.no_key())
    if len({blank.weight for blank in blanks}) > 1:
        found.append(problems.weights_dropped())
    html_text = source.rich(element, block=True, place=placer(lambda n: gap_mark(f"g{n}")), words=text)
    picked = [blank.shuffled for blank in blanks if blank.kind == "choice"]
    body = ItemBody(ItemType.GAP_FILL, html_text, gaps=tuple(gaps), shuffle=all(picked))
    whole = GapKey(key) if gaps and not unkeyed else None
    return Content(body, whole, ItemNotes(per_option=feedback), tuple(found))


def gap_mark(name: str) -> str:
    """Return the place of a gap in a prompt."""
    return f'<span class="gap" data-gap="{name}"></span>'


def placer(gap: Callable[[int], str]) -> fragments.Replace:
    """Return what turns a stretch of text into HTML with gaps where `[[n]]` stands."""

    def place(text: str) -> str:
        parts: list[str] = []
        at = 0
        for match in GAP_MARK.finditer(text):
            parts.append(fragments.inline_keeping_spaces(text[at : match.start()]))
            parts.append(gap(int(match[1])))
            at = match.end()
        parts.append(fragments.inline_keeping_spaces(text[at:]))
        return "".join(parts)

    return place


def calculated_number(source: Source) -> Content | None:
    """Read a number that is worked out from variables; without numbers for them it is not carried."""
    variables = calculated.variables(source.element)
    if variables is None:
        return None
    given = answers(source)
    key, found = calculated.accepted(given)
    notes = ItemNotes(per_option=said(source, [(one.value, answer) for one, answer in _paid(key, given)]))
    return Content(ItemBody(ItemType.SHORT_NUMBER, prompt(source), variables=variables), key, notes, tuple(found))


def _paid(
    key: ItemKey | None, given: Sequence[tuple[etree._Element, Fraction]]
) -> list[tuple[AcceptedNumber, etree._Element]]:
    """Return the accepted numbers with their answers; nothing where some answer gave none."""
    paid = [answer for answer, share in given if share > 0 and xml.text_of(answer, "text").strip() != "*"]
    accepted = key.accepted if isinstance(key, NumberKey) else ()
    return list(zip(accepted, paid, strict=True)) if len(accepted) == len(paid) else []


def calculated_choice(source: Source) -> Content | None:
    """Read a choice whose options are worked out from variables."""
    variables = calculated.variables(source.element)
    if variables is None:
        return None
    content = choice(source)
    powers = calculated.powers(content.body.options)
    options = calculated.worked_out(content.body.options, answers(source))
    body = replace(content.body, options=options, variables=variables)
    return replace(content, body=body, key=None if powers else content.key, problems=(*content.problems, *powers))


READERS: Mapping[str, Callable[[Source], Content | None]] = MappingProxyType(
    {
        "multichoice": choice,
        "truefalse": true_false,
        "shortanswer": short,
        "numerical": numerical,
        "matching": matching,
        "match": matching,
        "ddmatch": matching,
        "essay": essay,
        "description": description,
        "gapselect": gaps_from_list,
        "ddwtos": gaps_from_list,
        "cloze": embedded,
        "multianswer": embedded,
        "ordering": ordering,
        "calculated": calculated_number,
        "calculatedsimple": calculated_number,
        "calculatedmulti": calculated_choice,
    }
)
