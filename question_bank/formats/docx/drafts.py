"""Questions of a paper → drafts."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence

from question_bank.formats import drafting, fragments, problems
from question_bank.formats.docx import labels, marks, typed_tex
from question_bank.formats.docx.choices import Parsed
from question_bank.formats.docx.keys import Verdict
from question_bank.formats.docx.lines import Line, flow_html, option_html, plain_text
from question_bank.formats.docx.segments import Passage
from question_bank.items.domain import (
    EssayKey,
    ItemBody,
    ItemDraft,
    ItemKey,
    ItemNotes,
    ItemType,
    NumberKey,
    Problem,
    TextKey,
)

_PLACE_IN_PASSAGE = re.compile(r"[{(]\s*<\s*(\d{1,3})\s*>\s*[})]")


def draft(question: Parsed, verdict: Verdict, solution: Sequence[Line]) -> ItemDraft:
    """Return one question as a draft."""
    raw = question.raw
    passage, passage_id, passage_codes = _passage(raw.passage)
    prompt_lines = _without_trailing_tags(question)
    prompt = flow_html(prompt_lines, without={"bold"} & marks.uniform(prompt_lines))
    found: list[Problem] = []
    if fragments.is_empty(prompt):
        if passage and raw.number is not None:
            named = re.search(rf"\({raw.number}\)", passage)
            prompt = f"<p>({raw.number}) _____</p>" if named else f"<p>{raw.label}</p>"
        else:
            found.append(problems.empty_prompt())
    kind, key = _typed(question, verdict)
    fragments_of = (
        [option_html(lines, without=marks.uniform(lines)) for lines in marks.unmarked(question.choices)]
        if question.kind in ("choice", "cluster")
        else []
    )
    if question.kind == "choice" and len(fragments_of) < 2:
        found.append(problems.too_few_options())
    found += [
        problems.empty_option(choice.letter)
        for choice, html in zip(question.choices, fragments_of, strict=False)
        if fragments.is_empty(html)
    ]
    if question.kind in ("choice", "cluster") and _label_left(question):
        key = None
        found.append(problems.labels_unclear())
    if kind is not ItemType.ESSAY:
        found += verdict.problems
    if question.loose:
        found.append(problems.loose_text())
    all_lines = [
        *question.prompt,
        *(line for choice in question.choices for line in choice.lines),
        *(raw.passage.lines if raw.passage else []),
        *question.solution,
        *solution,
    ]
    found += _problems_of_things(all_lines)
    body = ItemBody(kind, prompt, drafting.options(fragments_of), passage=passage, passage_id=passage_id)
    worked = flow_html([*question.solution, *solution])
    return ItemDraft(
        body,
        None if any(problem.blocking for problem in verdict.problems) and kind is not ItemType.ESSAY else key,
        ItemNotes(solution=worked),
        number=raw.label,
        part=raw.part.name,
        level=raw.tags.level,
        codes=raw.tags.codes or passage_codes,
        points=raw.tags.points,
        source=plain_text(raw.lines)[:4000],
        problems=tuple(found),
    )


def _typed(question: Parsed, verdict: Verdict) -> tuple[ItemType, ItemKey | None]:
    if question.kind == "choice":
        return ItemType.SINGLE_CHOICE, verdict.key
    if question.kind == "cluster":
        return ItemType.CLUSTER, verdict.key
    if isinstance(verdict.key, NumberKey):
        return ItemType.SHORT_NUMBER, verdict.key
    if isinstance(verdict.key, TextKey):
        return ItemType.SHORT_TEXT, verdict.key
    if question.kind == "short":
        return ItemType.SHORT_NUMBER, None
    return ItemType.ESSAY, EssayKey()


def _without_trailing_tags(question: Parsed) -> list[Line]:
    lines = list(question.prompt)
    if lines:
        last = lines[-1]
        end = labels.trailing_tags(labels.norm(last.text), question.raw.tags)
        if end < len(last.text.rstrip()):
            lines[-1] = last.cut(0, end)
    return lines


def _passage(passage: Passage | None) -> tuple[str, str, tuple[str, ...]]:
    """Return the shared text, its id, and the outcome codes that stand in it."""
    if passage is None or not passage.lines:
        return "", "", ()
    tags = labels.Tags()
    lines: list[Line] = []
    for place, line in enumerate(passage.lines):
        shown = line
        if place < 2:
            shown = shown.cut(labels.leading_tags(labels.norm(shown.text), tags))
            shown = shown.cut(0, labels.trailing_tags(labels.norm(shown.text), tags))
        for match in reversed(list(_PLACE_IN_PASSAGE.finditer(shown.text))):
            number = shown.cut(match.start(1), match.end(1))
            before, after = shown.cut(0, match.start()), shown.cut(match.end())
            before.add(f"({number.text})", number.styles[0])
            before.join(after)
            shown = before
        lines.append(shown)
    html = flow_html(lines)
    return html, hashlib.sha256(html.encode()).hexdigest()[:16], tags.codes


def _label_left(question: Parsed) -> bool:
    """Tell whether a further label stands inside an option: one is missing or comes twice."""
    upper = question.kind == "choice" and any(choice.letter for choice in question.choices)
    firsts = [match for line in question.prompt if (match := labels.OPTION.match(labels.norm(line.text).strip()))]
    if upper and {"A", "B"} <= {match["letter"] for match in firsts}:
        return True  # two runs of options: the question after it was not seen
    for choice in question.choices:
        for place, line in enumerate(choice.lines):
            text = labels.norm(line.text)
            for match in labels.OPTION.finditer(text):
                letter = match["letter"] or match["round"]
                if (not letter.isupper() and upper) or match["round"]:
                    continue
                first, before = labels.before(text, match.start())
                if (first and place > 0) or (not first and before.endswith(("\t", "   "))):
                    return True
    return False


def _problems_of_things(lines: Sequence[Line]) -> list[Problem]:
    codes = [thing.problem for line in lines for thing in line.things.values() if thing.problem]
    if any(typed_tex.is_bare(line.text) for line in lines):
        codes.append("bare_latex")
    return [problems.thing(code) for code in dict.fromkeys(codes)]
