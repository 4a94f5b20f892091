"""A question as the fields of a plain form, and back.

One form a type, without scripts: options stand in rows `text-<n>`, the right ones are named by `right`, statements by
`truth-<n>`, the other side of a pair by `other-<n>`; `id-<n>` keeps an option's id over an edit.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal, InvalidOperation
from fractions import Fraction
from typing import Protocol, TypeAlias

from lms.base.errors import Invalid
from lms.base.i18n_marks import N_
from lms.base.text import nfc
from question_bank.items.domain import (
    AcceptedNumber,
    AcceptedText,
    ChoiceKey,
    EssayKey,
    Gap,
    GapKey,
    ItemBody,
    ItemDraft,
    ItemKey,
    ItemNotes,
    ItemType,
    NumberKey,
    Option,
    OrderKey,
    PairKey,
    TextKey,
    TruthKey,
)
from question_bank.items.tagging import Tags, tidy_words
from question_bank.items.typed_text import from_typed, images_in, to_typed, unwrapped

LEAST_ROWS = {
    ItemType.SINGLE_CHOICE: 4,
    ItemType.MULTIPLE_CHOICE: 5,
    ItemType.CLUSTER: 4,
    ItemType.MATCHING: 4,
    ItemType.ORDERING: 4,
}
MOST_ROWS = 12
_LONE = ("true", "false")  # the choices of a lone statement, as feedback names them
_SPARE = 1  # empty rows after the last


Read: TypeAlias = Callable[[str], str]  # the first value of a field


class Values(Protocol):
    """A form as werkzeug gives it."""

    def getlist(self, key: str) -> Sequence[str]: ...


@dataclass(frozen=True, slots=True)
class Row:
    """A line of options: `right` for choices, `truth` for statements, `other` for the other side of a pair."""

    number: int
    id: str = ""
    text: str = ""
    right: bool = False
    truth: bool | None = None
    other: str = ""
    fixed: bool = False
    said: str = ""  # to whoever chose it


@dataclass(frozen=True, slots=True)
class Fields:
    """What the form shows; `images` are the pictures that `[hình 1]` … stand for."""

    type: ItemType
    prompt: str = ""
    passage: str = ""
    rows: tuple[Row, ...] = ()
    distractors: str = ""
    accepted: str = ""
    rubric: str = ""
    solution: str = ""
    feedback: str = ""
    hints: tuple[str, ...] = ()  # with an empty one behind them
    said: Mapping[str, str] = field(default_factory=dict)  # to the choices of a lone statement, "true" and "false"
    shuffle: bool = True
    truth: str = ""  # "true" or "false" for a lone statement
    images: tuple[str, ...] = ()


def blank(kind: ItemType) -> ItemDraft:
    """A question with nothing in it."""
    return ItemDraft(ItemBody(kind, ""), None)


def _texts(draft: ItemDraft) -> list[str]:
    body = draft.body
    texts = [body.passage, body.prompt, *(option.html for option in (*body.options, *body.targets))]
    notes = draft.notes
    texts += [notes.solution, notes.feedback, *notes.per_option.values(), *notes.hints]
    return texts + ([draft.key.rubric] if isinstance(draft.key, EssayKey) else [])


def fields_of(draft: ItemDraft) -> Fields:
    """Return a question as its form shows it."""
    body, key = draft.body, draft.key
    images = images_in(_texts(draft))
    return Fields(
        type=body.type,
        prompt=to_typed(body.prompt, images, lambda name: _gap_words(body, key, name)),
        passage=to_typed(body.passage, images),
        rows=tuple(_rows(draft, images)),
        distractors="\n".join(to_typed(one.html, images) for one in _unpaired(body, key)),
        accepted="\n".join(_accepted_lines(key)),
        rubric=to_typed(key.rubric, images) if isinstance(key, EssayKey) else "",
        solution=to_typed(draft.notes.solution, images),
        feedback=to_typed(draft.notes.feedback, images),
        hints=tuple(to_typed(hint, images) for hint in (*draft.notes.hints, "")),
        said={name: to_typed(draft.notes.per_option.get(name, ""), images) for name in _LONE},
        shuffle=body.shuffle,
        truth=str(key.truths.get("s")).lower() if isinstance(key, TruthKey) and "s" in key.truths else "",
        images=images,
    )


def _rows(draft: ItemDraft, images: Sequence[str]) -> Iterator[Row]:
    body, key = draft.body, draft.key
    least = LEAST_ROWS.get(body.type)
    if least is None:
        return
    options = list(body.options)
    if isinstance(key, OrderKey):
        places = {name: place for place, name in enumerate(key.order)}
        options.sort(key=lambda option: places.get(option.id, len(places)))
    weights = key.weights if isinstance(key, ChoiceKey) else {}
    truths = key.truths if isinstance(key, TruthKey) else {}
    pairs = key.pairs if isinstance(key, PairKey) else {}
    targets = {target.id: target.html for target in body.targets}
    for number in range(max(least, min(len(options) + _SPARE, MOST_ROWS), len(options))):
        if number >= len(options):
            yield Row(number)
            continue
        option = options[number]
        yield Row(
            number,
            option.id,
            to_typed(option.html, images),
            weights.get(option.id, Fraction(0)) > 0,
            truths.get(option.id),
            to_typed(targets.get(pairs.get(option.id, ""), ""), images),
            option.fixed,
            to_typed(draft.notes.per_option.get(option.id, ""), images),
        )


def _unpaired(body: ItemBody, key: ItemKey | None) -> list[Option]:
    """The targets that fit nothing; without a key all of them."""
    paired = set(key.pairs.values()) if isinstance(key, PairKey) else set()
    return [target for target in body.targets if target.id not in paired]


def _accepted_lines(key: ItemKey | None) -> Iterator[str]:
    if isinstance(key, TextKey):
        for text in key.accepted:
            yield text.text + _percent(text.share)
    if isinstance(key, NumberKey):
        for number in key.accepted:
            tolerance = f" ± {number.tolerance}" if number.tolerance.strip("0.") else ""
            written = f"{number.value}{tolerance}"
            # In a formula of a template a comma parts arguments.
            yield (written if "{" in written else written.replace(".", ",")) + _percent(number.share)


def _percent(share: Fraction) -> str:
    return "" if share == 1 else f" = {share.numerator * 100 // share.denominator}%"


def _gap_words(body: ItemBody, key: ItemKey | None, name: str) -> str:
    gap = next((one for one in body.gaps if one.id == name), Gap(name))
    accepted = key.gaps.get(name, ()) if isinstance(key, GapKey) else ()
    if not gap.choices:
        return "|".join(one.text for one in accepted)
    right = {one.text for one in accepted}
    ordered = sorted(gap.choices, key=lambda choice: choice.id not in right)
    return "=" + "|".join(to_typed(choice.html) for choice in ordered)


def draft_from_form(values: Values, base: ItemDraft) -> ItemDraft:
    """Return the question that a form says, *base* being the one that it was filled from.

    What the form does not show (penalties, feedback to typed answers, the source) is taken over from *base* where it
    still fits. A form that is half filled gives a draft that is not whole; `checking.problems_in` says so.
    """

    def one(name: str) -> str:
        found = values.getlist(name)
        return nfc(found[0]).strip() if found else ""

    images = images_in(_texts(base))
    kind = base.body.type
    gaps = _Gaps(base)
    prompt = from_typed(one("prompt"), images, gaps.name if kind is ItemType.GAP_FILL else None)
    rows = list(_typed_rows(one, base, images))
    options = tuple(option for option, _ in rows)
    targets, key = _targets_and_key(kind, rows, values, one, base, images, gaps)
    if kind is ItemType.ORDERING and {o.id for o in options} == {o.id for o in base.body.options}:
        texts = {option.id: option for option in options}
        options = tuple(texts[option.id] for option in base.body.options)  # the order of the page tells nothing
    elif kind is ItemType.ORDERING:
        options = tuple(sorted(options, key=lambda option: option.html))
    body = replace(
        base.body,
        prompt=prompt,
        passage=from_typed(one("passage"), images),
        options=options,
        targets=targets,
        gaps=tuple(gaps.made),
        shuffle=bool(one("shuffle")),
    )
    notes = ItemNotes(
        from_typed(one("solution"), images),
        from_typed(one("feedback"), images),
        _feedback_by_answer(values, base, rows, images),
        tuple(from_typed(hint, images) for hint in map(nfc, values.getlist("hint")) if hint.strip()),
    )
    return replace(base, body=body, key=key, notes=notes)


def _feedback_by_answer(
    values: Values, base: ItemDraft, rows: Sequence[tuple[Option, int]], images: Sequence[str]
) -> dict[str, str]:
    """What is said to each choice; to typed answers and gaps what was said before, which no form shows."""
    match base.body.type:
        case ItemType.SINGLE_CHOICE | ItemType.MULTIPLE_CHOICE:
            fields = {option.id: f"said-{number}" for option, number in rows}
        case ItemType.TRUE_FALSE:
            fields = {name: f"said-{name}" for name in _LONE}
        case _:
            return dict(base.notes.per_option)
    typed = {name: from_typed(_first(values, field_name), images) for name, field_name in fields.items()}
    return {name: html for name, html in typed.items() if html}


def _typed_rows(read: Read, base: ItemDraft, images: Sequence[str]) -> Iterator[tuple[Option, int]]:
    """The options of the rows that hold something, each with the number of its row."""
    if base.body.type not in LEAST_ROWS:
        return
    known = {option.id for option in base.body.options}
    fresh = (name for name in _names() if name not in known)
    taken: set[str] = set()
    for number in range(max(MOST_ROWS, len(base.body.options)) + _SPARE):
        text = read(f"text-{number}")
        if not text:
            continue
        name = read(f"id-{number}")
        if name not in known or name in taken:
            name = next(fresh)
        taken.add(name)
        yield Option(name, unwrapped(from_typed(text, images)), bool(read(f"fixed-{number}"))), number


def _names() -> Iterator[str]:
    yield from "abcdefghijklmnopqrstuvwxyz"
    yield from (f"o{number}" for number in range(27, 200))


class _Gaps:
    """The gaps of a prompt as they are met, with the key that stands in their brackets."""

    def __init__(self, base: ItemDraft) -> None:
        self.made: list[Gap] = []
        self.key: dict[str, tuple[AcceptedText, ...]] = {}
        before = base.key.gaps if isinstance(base.key, GapKey) else {}
        self._known = {text.text: text for accepted in before.values() for text in accepted}

    def name(self, words: str) -> str:
        name = f"g{len(self.made) + 1}"
        parts = [part.strip() for part in words.removeprefix("=").split("|") if part.strip()]
        if not words.startswith("="):
            self.made.append(Gap(name))
            self.key[name] = tuple(self._known.get(part, AcceptedText(part)) for part in parts)
            return name
        # In the order of the alphabet, so that the place of a choice tells nothing.
        choices = tuple(
            Option(f"{name}c{place}", unwrapped(from_typed(text))) for place, text in enumerate(sorted(set(parts)), 1)
        )
        self.made.append(Gap(name, choices))
        right = sorted(set(parts)).index(parts[0]) + 1 if parts else 0
        self.key[name] = (AcceptedText(f"{name}c{right}"),) if right else ()
        return name


def _targets_and_key(
    kind: ItemType,
    rows: Sequence[tuple[Option, int]],
    values: Values,
    read: Read,
    base: ItemDraft,
    images: Sequence[str],
    gaps: _Gaps,
) -> tuple[tuple[Option, ...], ItemKey | None]:
    match kind:
        case ItemType.SINGLE_CHOICE | ItemType.MULTIPLE_CHOICE:
            chosen = set(values.getlist("right"))
            return (), _choice_key([option.id for option, number in rows if str(number) in chosen], base.key, rows)
        case ItemType.TRUE_FALSE:
            truth = _TRUTHS.get(read("truth"))
            return (), None if truth is None else TruthKey({"s": truth})
        case ItemType.CLUSTER:
            given = {option.id: _TRUTHS.get(read(f"truth-{number}")) for option, number in rows}
            truths = {name: truth for name, truth in given.items() if truth is not None}
            return (), TruthKey(truths) if truths else None
        case ItemType.SHORT_TEXT:
            accepted = tuple(_text_line(line, base.key) for line in read("accepted").splitlines() if line.strip())
            return (), TextKey(accepted) if accepted else None
        case ItemType.SHORT_NUMBER:
            numbers = tuple(_number_line(line, base.key) for line in read("accepted").splitlines() if line.strip())
            return (), NumberKey(numbers) if numbers else None
        case ItemType.MATCHING:
            return _pairs(rows, read, images)
        case ItemType.ORDERING:
            return (), OrderKey(tuple(option.id for option, _ in rows)) if rows else None
        case ItemType.GAP_FILL:
            return (), GapKey(gaps.key) if gaps.key else None
        case ItemType.ESSAY:
            return (), EssayKey(from_typed(read("rubric"), images))
        case _:
            return (), None


_TRUTHS: Mapping[str, bool] = {"true": True, "false": False}


def _choice_key(right: list[str], before: ItemKey | None, rows: Sequence[tuple[Option, int]]) -> ChoiceKey | None:
    if not right:
        return None
    ids = {option.id for option, _ in rows}
    if isinstance(before, ChoiceKey):
        kept = {name for name, weight in before.weights.items() if weight > 0}
        if kept == set(right):  # nothing was changed: partial weights and penalties stay
            return ChoiceKey({name: weight for name, weight in before.weights.items() if name in ids})
    return ChoiceKey({name: Fraction(1, len(right)) for name in right})


def _shared(line: str) -> tuple[str, Fraction]:
    """Part "Hà Nội = 50%" into the answer and its share."""
    text, sign, share = line.rpartition("=")
    number = share.strip().removesuffix("%").strip()
    if sign and share.strip().endswith("%") and number.isascii() and number.isdigit() and 0 < int(number) <= 100:
        return text.strip(), Fraction(int(number), 100)
    return line.strip(), Fraction(1)


def _text_line(line: str, before: ItemKey | None) -> AcceptedText:
    text, share = _shared(line)
    known = before.accepted if isinstance(before, TextKey) else ()
    return AcceptedText(text, share, any(one.text == text and one.case_sensitive for one in known))


def _number_line(line: str, before: ItemKey | None) -> AcceptedNumber:
    text, share = _shared(line)
    value, _, tolerance = text.replace("+-", "±").partition("±")
    known = before.accepted if isinstance(before, NumberKey) else ()
    value = _decimal(value)
    exact = any(one.value == value and one.exact_form for one in known)
    return AcceptedNumber(value, _decimal(tolerance) if tolerance.strip() else "0", share, exact)


def _decimal(text: str) -> str:
    """Return a number with a point; what is no number comes back as it is, to be refused with its own words."""
    tidy = "".join(text.split()).replace("−", "-").replace(",", ".")
    try:
        return tidy if Decimal(tidy).is_finite() else text.strip()
    except InvalidOperation:
        return text.strip()


def _pairs(
    rows: Sequence[tuple[Option, int]], read: Read, images: Sequence[str]
) -> tuple[tuple[Option, ...], PairKey | None]:
    """The right side in the order of its words, so that its place tells nothing; equal words are one target."""
    others = {option.id: unwrapped(from_typed(read(f"other-{number}"), images)) for option, number in rows}
    extra = [unwrapped(from_typed(line, images)) for line in read("distractors").splitlines() if line.strip()]
    words = sorted({html for html in [*others.values(), *extra] if html})
    ids = {html: f"r{place}" for place, html in enumerate(words, 1)}
    pairs = {name: ids[html] for name, html in others.items() if html}
    return tuple(Option(ids[html], html) for html in words), PairKey(pairs) if pairs else None


TAG_FIELDS = (
    "grade", "level", "topic", "outcomes", "labels", "taken_from", "year", "category", "any_textbook", "external_id"
)  # fmt: skip


def tags_from_form(values: Values, *, sweep: bool = False) -> Tags:
    """Return the tags that a form says; in a *sweep* over many questions an empty field leaves each as it is.

    Raises:
        Invalid: the grade, the year or the points are no numbers.
    """
    grade, year, points = (_first(values, name) for name in ("grade", "year", "points"))
    if grade and not _is_number(grade, 2):
        raise Invalid.at("grade", N_("Khối lớp từ 1 đến 12."))
    if year and not _is_number(year, 4):
        raise Invalid.at("year", N_("Năm là một số từ 1900 đến 2100."))
    return replace(_plain_tags(values, sweep=sweep), points=_points(points) if points else None)


def typed_tags(values: Values) -> tuple[Tags, str]:
    """Return the tags of a form as far as they can be read, and the points as typed: to show a refused form again."""
    try:
        return tags_from_form(values), _first(values, "points")
    except Invalid:
        return _plain_tags(values), _first(values, "points")


def _plain_tags(values: Values, *, sweep: bool = False) -> Tags:
    """The tags of a form without the points; a number that is none is passed over."""

    def said(name: str) -> str | None:
        return _first(values, name) or (None if sweep else "")

    grade, year = _first(values, "grade"), _first(values, "year")
    outcomes = tuple(nfc(code).strip() for code in values.getlist("outcomes") if code.strip())
    return Tags(
        grade=int(grade) if _is_number(grade, 2) else None if sweep else 0,
        topic=said("topic"),
        level=said("level"),
        outcomes=outcomes if outcomes or not sweep else None,
        labels=None if sweep else _words(_first(values, "labels")),
        added=_words(_first(values, "added")),
        taken_from=said("taken_from"),
        year=int(year) if _is_number(year, 4) else None if sweep else 0,
        category=said("category"),
        any_textbook=_YES_OR_NO.get(_first(values, "any_textbook")) if sweep else bool(_first(values, "any_textbook")),
        external_id=said("external_id"),
    )


_YES_OR_NO: Mapping[str, bool] = {"y": True, "n": False}


def _is_number(text: str, digits: int) -> bool:
    return text.isascii() and text.isdigit() and len(text) <= digits


def _words(text: str) -> tuple[str, ...]:
    """The words of a line, parted by commas or semicolons."""
    return tidy_words(tuple(re.split(r"[,;]", text)))


def _first(values: Values, name: str) -> str:
    found = values.getlist(name)
    return nfc(found[0]).strip() if found else ""


def _points(text: str) -> Fraction:
    try:
        value = Decimal(_decimal(text))
    except InvalidOperation:
        value = Decimal(0)
    if not Decimal("0.001") <= value <= 1000:
        raise Invalid.at("points", N_("Điểm của câu là một số lớn hơn 0, ví dụ 0,25."))
    return Fraction(value)
