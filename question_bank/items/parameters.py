"""Questions with numbers that change: a template with variables, and the questions drawn from it.

A question whose body has `variables` is a template. Its texts hold `{a}` where the value of the variable `a` stands and
`{=a*b}` or `{=a*b;2}` where the value of a formula stands (with two places after the point; `;3s` asks for three
significant figures). The same holds for the values and tolerances of a number's key and for the texts of a text's key,
so a template can be of any kind: a short number, a choice with worked-out options, a cluster of statements.

`drawn(body, key, notes, seed)` gives a question without variables, which is marked, shown and printed like any other.
The same seed gives the same numbers on every machine and in every year; quizzes and all others see a version as its
own uid draws it (`ItemVersion.to_value`, and the cards). Other seeds give its siblings: a preview shows
`example(draft, f"{uid}/{n}")` for n from 0 to 9. Numbers for which a formula has no value, or that make two options
read the same, are passed over. `problems_of(body, key, notes)` says what keeps a template from being drawn;
`items.checking` asks it.

In prose a value is written with a decimal comma, in a formula as `2{,}5`, in a key with a point.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from decimal import ROUND_HALF_UP, Context, Decimal, InvalidOperation
from fractions import Fraction
from functools import lru_cache
from html import unescape

from lms.base.errors import Message
from lms.base.i18n_marks import N_
from question_bank.items.domain import (
    AcceptedNumber,
    AcceptedText,
    EssayKey,
    Gap,
    GapKey,
    ItemBody,
    ItemDraft,
    ItemKey,
    ItemNotes,
    NumberKey,
    Option,
    TextKey,
    Variable,
)
from question_bank.items.formulas import NAME, FormulaError, Node, evaluate, names_in, parse, rounded

TRIES = 500  # draws until one fits
TRIED_AT_CHECK = 10  # draws that must come out before a template is taken, each in
TRIES_AT_CHECK = 20  # tries: what passes this will never fail with `TRIES`
VARIABLES_AT_MOST = 30
VALUES_AT_MOST = 10**9
DIGITS = 12  # significant figures of a value that has no end

Values = Mapping[str, Fraction]

_PLACE = re.compile(
    r"\{(?:=(?P<formula>(?:&(?:lt|gt|amp);|[^{};]|\{[^{}]*\}){1,1000})(?:;(?P<form>\s*\d{1,2}s?\s*))?"
    r"|(?P<name>[^\W\d]\w{0,30}))\}"
)
_TEX = re.compile(r'<(span|div) class="tex">[^<]*</\1>')
_TAG = re.compile(r"<[^<>]*>")


class NoDraw(FormulaError):
    """No numbers were found for which the whole question can be worked out; `reason` says what kept the last ones."""

    def __init__(self, reason: Message) -> None:
        super().__init__(N_("Không chọn được số nào vừa với câu hỏi. Hãy xem lại khoảng của các biến."))
        self.reason = reason


_ALIKE = Message(N_("Các phương án luôn trùng nhau."))


def is_template(body: ItemBody) -> bool:
    """Whether a question must be drawn before it is shown or marked."""
    return bool(body.variables)


def drawn(
    body: ItemBody, key: ItemKey | None, notes: ItemNotes, seed: str, *, tries: int = TRIES
) -> tuple[ItemBody, ItemKey | None, ItemNotes]:
    """Return the question that a seed gives; one without variables as it is.

    Raises:
        NoDraw: no numbers fit; `problems_of` would have told.
        FormulaError: a formula or a range cannot be read.
    """
    if not is_template(body):
        return body, key, notes
    failed = _ALIKE
    for attempt in range(tries):
        values = values_for(body.variables, f"{seed}#{attempt}" if attempt else seed)
        try:
            question = _filled(body, key, notes, values)
        except FormulaError as error:
            failed = error.message
            continue
        if _distinct(question[0]):
            return question
        failed = _ALIKE
    raise NoDraw(failed)


def example(draft: ItemDraft, seed: str = "") -> ItemDraft:
    """Return a draft as its draw for a seed, for a page; one that cannot be drawn as it stands."""
    try:
        body, key, notes = drawn(draft.body, draft.key, draft.notes, seed)
    except FormulaError:
        return draft
    return replace(draft, body=body, key=key, notes=notes)


def values_for(variables: tuple[Variable, ...], seed: str) -> dict[str, Fraction]:
    """Return the value that each variable has for a seed.

    Variables that list their values share the place in their lists, as the sets of a Moodle question do.

    Raises:
        FormulaError: a range or a listed value cannot be read.
    """
    rows = min((len(one.values) for one in variables if one.values), default=0)
    row = _number_below(rows, seed, "") if rows else 0
    return {one.name: _value(one, row, seed) for one in variables}


def _value(variable: Variable, row: int, seed: str) -> Fraction:
    if variable.values:
        return _read(variable, variable.values[row])
    low, high, step = (_read(variable, text) for text in (variable.low, variable.high, variable.step))
    if step <= 0 or high < low or (high - low) / step >= VALUES_AT_MOST:
        raise FormulaError(N_("Biến “%(name)s”: cần số nhỏ nhất ≤ số lớn nhất và bước lớn hơn 0."), name=variable.name)
    return low + step * _number_below(int((high - low) / step) + 1, seed, variable.name)


def _read(variable: Variable, text: str) -> Fraction:
    try:
        value = Decimal(text.strip().replace(",", "."))
        if value.is_finite() and abs(value.adjusted()) <= 60:
            return Fraction(value)
    except InvalidOperation:
        pass
    raise FormulaError(N_("Biến “%(name)s”: “%(text)s” không phải là một số."), name=variable.name, text=text[:40])


def _number_below(limit: int, seed: str, name: str) -> int:
    """Return an even choice of 0 … limit-1 that no library and no year changes."""
    digest = hashlib.sha256(f"{seed}\n{name}".encode()).digest()
    return int.from_bytes(digest, "big") % limit


def _distinct(body: ItemBody) -> bool:
    return all(
        len({option.html for option in options}) == len(options)
        for options in (body.options, body.targets, *(gap.choices for gap in body.gaps))
    )


def _filled(
    body: ItemBody, key: ItemKey | None, notes: ItemNotes, values: Values
) -> tuple[ItemBody, ItemKey | None, ItemNotes]:
    def html(text: str) -> str:
        return _in_html(text, values)

    def options(those: tuple[Option, ...]) -> tuple[Option, ...]:
        return tuple(replace(one, html=html(one.html)) for one in those)

    filled = replace(
        body,
        prompt=html(body.prompt),
        passage=html(body.passage),
        options=options(body.options),
        targets=options(body.targets),
        gaps=tuple(Gap(gap.id, options(gap.choices)) for gap in body.gaps),
        variables=(),
    )
    said = ItemNotes(
        html(notes.solution),
        html(notes.feedback),
        {name: html(text) for name, text in notes.per_option.items()},
        tuple(html(hint) for hint in notes.hints),
    )
    return filled, _filled_key(key, values), said


def _filled_key(key: ItemKey | None, values: Values) -> ItemKey | None:
    def texts(accepted: tuple[AcceptedText, ...]) -> tuple[AcceptedText, ...]:
        return tuple(replace(one, text=_substituted(one.text, values, _with_comma)) for one in accepted)

    match key:
        case NumberKey(accepted):
            return NumberKey(tuple(_filled_number(one, values) for one in accepted))
        case TextKey(accepted):
            return TextKey(texts(accepted))
        case GapKey(gaps):
            return GapKey({name: texts(accepted) for name, accepted in gaps.items()})
        case EssayKey(rubric):
            return EssayKey(_in_html(rubric, values))
        case _:
            return key


def _filled_number(number: AcceptedNumber, values: Values) -> AcceptedNumber:
    return replace(
        number,
        value=_substituted(number.value, values, str),
        tolerance=_substituted(number.tolerance, values, str).lstrip("-"),
    )


def _in_html(text: str, values: Values) -> str:
    """Fill prose and formulas of a text; tags stay as they are."""
    if "{" not in text:
        return text
    parts: list[str] = []
    at = 0
    for found in _TEX.finditer(text):
        parts += [_in_prose(text[at : found.start()], values), _in_tex(found[0], values)]
        at = found.end()
    return "".join([*parts, _in_prose(text[at:], values)])


def _in_prose(text: str, values: Values) -> str:
    parts: list[str] = []
    at = 0
    for tag in _TAG.finditer(text):
        parts += [_substituted(text[at : tag.start()], values, _with_comma), tag[0]]
        at = tag.end()
    return "".join([*parts, _substituted(text[at:], values, _with_comma)])


def _in_tex(text: str, values: Values) -> str:
    # The braces stay: \frac{a}{b} and x^{a} are the same place in LaTeX.
    return _substituted(text, values, lambda figures: "{" + figures.replace(".", "{,}") + "}")


def _with_comma(figures: str) -> str:
    return figures.replace(".", ",")


def _substituted(text: str, values: Values, write: Callable[[str], str]) -> str:
    def put(found: re.Match[str]) -> str:
        if found["formula"] is None:
            return write(figures(values[found["name"]])) if found["name"] in values else found[0]
        return write(figures(evaluate(_parsed(unescape(found["formula"])), values), (found["form"] or "").strip()))

    return _PLACE.sub(put, text) if "{" in text else text


@lru_cache(maxsize=512)
def _parsed(text: str) -> Node:
    return parse(text)


def figures(number: Fraction, form: str = "") -> str:
    """Write a number with a point: with `form` "2" two places, with "3s" three significant figures, else whole.

    >>> figures(Fraction(5, 2)), figures(Fraction(1, 3)), figures(Fraction(2, 3), "2"), figures(Fraction(12345), "2s")
    ('2.5', '0.333333333333', '0.67', '12000')
    """
    if form.endswith("s") or not form:
        digits = int(form[:-1] or 1) if form else DIGITS
        context = Context(prec=max(1, min(digits, 60)), rounding=ROUND_HALF_UP)
        value = context.divide(Decimal(number.numerator), Decimal(number.denominator)) if number else Decimal(0)
        text = format(value, "f")
        return text if form or "." not in text else text.rstrip("0").rstrip(".")
    places = int(form)
    return format(Decimal(int(rounded(number, places) * 10**places)).scaleb(-places, Context(prec=2000)), "f")


def problems_of(body: ItemBody, key: ItemKey | None, notes: ItemNotes = ItemNotes()) -> tuple[Message, ...]:
    """Say what keeps a template from being drawn; nothing when it is whole."""
    names = [one.name for one in body.variables]
    if len(names) > VARIABLES_AT_MOST or len(set(names)) != len(names):
        return (Message(N_("Mỗi biến cần một tên riêng, tối đa %(most)s biến."), {"most": VARIABLES_AT_MOST}),)
    if wrong := [name for name in names if not NAME.fullmatch(name)]:
        return (Message(N_("Tên biến “%(name)s” chỉ được có chữ, số và dấu gạch dưới."), {"name": wrong[0][:40]}),)
    for formula in _formulas(body, key, notes):
        try:
            unknown = sorted(names_in(parse(formula)) - set(names))
        except FormulaError as error:
            return (Message(N_("Chưa dùng được công thức “%(formula)s”."), {"formula": formula[:80]}), error.message)
        if unknown:
            params: dict[str, str | int] = {"formula": formula[:80], "name": unknown[0]}
            return (Message(N_("Công thức “%(formula)s” dùng biến “%(name)s” chưa khai báo."), params),)
    try:
        for number in range(TRIED_AT_CHECK):
            drawn(body, key, notes, f"check/{number}", tries=TRIES_AT_CHECK)
    except NoDraw as error:
        return (error.message, error.reason)
    except FormulaError as error:
        return (error.message,)
    return ()


def _formulas(body: ItemBody, key: ItemKey | None, notes: ItemNotes) -> Iterator[str]:
    texts = [body.prompt, body.passage, notes.solution, notes.feedback, *notes.per_option.values(), *notes.hints]
    texts += [one.html for one in (*body.options, *body.targets, *(one for gap in body.gaps for one in gap.choices))]
    match key:
        case NumberKey(accepted):
            texts += [text for one in accepted for text in (one.value, one.tolerance)]
        case TextKey(accepted):
            texts += [one.text for one in accepted]
        case GapKey(gaps):
            texts += [one.text for accepted in gaps.values() for one in accepted]
        case _:
            pass
    for text in texts:
        for found in _PLACE.finditer(text):
            if found["formula"] is not None:
                yield unescape(found["formula"])
