"""What the paper says is right, from all its places: found once, found alike, or reported."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field

from question_bank.formats import drafting, problems
from question_bank.formats.docx import marks
from question_bank.formats.docx.answers import Section, Stated, judged, spoken, stated
from question_bank.formats.docx.choices import Parsed
from question_bank.formats.docx.lines import Line
from question_bank.formats.drafting import share
from question_bank.items.domain import (
    ChoiceKey,
    ItemKey,
    Problem,
    TruthKey,
)


@dataclass(slots=True)
class Verdict:
    """The key of a question, or what keeps it from having one."""

    key: ItemKey | None = None
    problems: list[Problem] = field(default_factory=list)


def assign(questions: Sequence[Parsed], section: Section) -> tuple[dict[int, list[Stated]], dict[int, list[Line]]]:
    """Return the answers and the solutions behind the paper by the place of their question.

    An answer goes to the question of its part and number; without a part, to the only question with that number that
    such an answer can be for.
    """
    by_number: dict[int, list[int]] = defaultdict(list)
    for place, question in enumerate(questions):
        if question.raw.number is not None:
            by_number[question.raw.number].append(place)
    found: dict[int, list[Stated]] = defaultdict(list)
    for part, number, answer in section.answers:
        places = [
            place for place in by_number.get(number, []) if not part or questions[place].raw.part.id in (part, "")
        ]
        if len(places) > 1:
            places = [place for place in places if _fits(questions[place], answer)]
        if len(places) == 1:
            found[places[0]].append(answer)
    solutions: dict[int, list[Line]] = {}
    for (part, number), lines in section.solutions.items():
        places = [
            place for place in by_number.get(number, []) if not part or questions[place].raw.part.id in (part, "")
        ]
        if len(places) == 1:
            solutions[places[0]] = lines
            truths = judged(lines)
            if truths is not None and questions[places[0]].kind == "cluster":
                found[places[0]].append(truths)
    return found, solutions


def _fits(question: Parsed, answer: Stated) -> bool:
    if answer.truths is not None:
        return question.kind == "cluster"
    if answer.letters:
        return question.kind == "choice"
    return question.kind in ("short", "essay")


def judge(question: Parsed, used: marks.Usage, behind: Sequence[Stated]) -> Verdict:
    """Return the key of a question from its marks, its own words and the answers behind the paper."""
    said = [*question.stated, *behind]
    if question.kind == "choice":
        return _choice(question, used, said)
    if question.kind == "cluster":
        return _cluster(question, used, said)
    return _short(question, used, said)


def _choice(question: Parsed, used: marks.Usage, said: Sequence[Stated]) -> Verdict:
    letters = [choice.letter for choice in question.choices]
    sets = marks.marked(question, used)
    foreign = [one for one in said if not one.letters or not set(one.letters) <= set(letters)]
    named = [_by_text(question, one) if one.value else None for one in foreign]
    if foreign and not all(named):
        return Verdict(None, [problems.unknown_key(str(foreign[0]))])
    sets += [{name} for name in named if name]
    sets += [set(one.letters) for one in said if one.letters]
    if not sets:
        shared = marks.several(question)
        return Verdict(None, [problems.several_keys(", ".join(sorted(shared))) if shared else problems.no_key()])
    if any(one != sets[0] for one in sets):
        other = next(one for one in sets if one != sets[0])
        return Verdict(None, [problems.keys_disagree(", ".join(sorted(sets[0])), ", ".join(sorted(other)))])
    if len(sets[0]) > 1:
        return Verdict(None, [problems.several_keys(", ".join(sorted(sets[0])))])
    if question.doubtful:
        return Verdict(None, [problems.no_key()])
    place = letters.index(next(iter(sets[0])))
    return Verdict(ChoiceKey({drafting.option_id(place): share("100")}))


def _by_text(question: Parsed, answer: Stated) -> str | None:
    """Return the letter of the only option that reads as the answer does."""
    wanted = _squeezed(answer.value)
    alike = [
        one.letter for one in question.choices if _squeezed(" ".join(spoken(line) for line in one.lines)) == wanted
    ]
    return alike[0] if wanted and len(alike) == 1 else None


def _squeezed(text: str) -> str:
    return "".join(text.split()).rstrip(".;").lower()


def _cluster(question: Parsed, used: marks.Usage, said: Sequence[Stated]) -> Verdict:
    names = [choice.letter.lower() for choice in question.choices]
    found = marks.truths(question, used)
    told = {choice.letter.lower(): choice.truth for choice in question.choices if choice.truth is not None}
    if told:
        found.append({name: bool(holds) for name, holds in told.items()})
    for one in said:
        if one.truths is not None:
            found.append(dict(one.truths))
        elif one.letters:
            # "Đáp án: a, c" names the true statements.
            found.append({name: name in one.letters.lower() for name in names})
    if any(set(one) - set(names) for one in found) or any(one.value for one in said):
        return Verdict(None, [problems.unknown_key(next((str(one) for one in said), "?"))])
    merged: dict[str, bool] = {}
    for mapping in found:
        for name, holds in mapping.items():
            if merged.setdefault(name, holds) is not holds:
                return Verdict(None, [problems.keys_disagree(f"{name}-Đ", f"{name}-S")])
    missing = [name for name in names if name not in merged]
    if question.doubtful or missing:
        return Verdict(None, [problems.half_key(", ".join(f"{name})" for name in missing or names))])
    return Verdict(TruthKey({drafting.option_id(place): merged[name] for place, name in enumerate(names)}))


def _short(question: Parsed, used: marks.Usage, said: Sequence[Stated]) -> Verdict:
    values = [drafting.typed_answer(one.value or str(one)) for one in said]
    if question.choices and (own := stated(" ".join(spoken(line) for line in question.choices[0].lines))):
        values.append(drafting.typed_answer(own.value or str(own)))
    if not values:
        return Verdict(None, [problems.no_key()])
    if any(_squeezed(value) != _squeezed(values[0]) for value in values):
        other = next(value for value in values if _squeezed(value) != _squeezed(values[0]))
        return Verdict(None, [problems.keys_disagree(values[0], other)])
    key, problem = drafting.short_key(values[0])
    return Verdict(key, [problem] if problem else [])
