"""Short ways to write a question down: each gives a draft with its tags, formulas between `$` signs."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction

from lms.base.richtext import from_plain
from question_bank import api as bank

Kind = bank.ItemType
_GAP = re.compile(r"\[\[(.+?)\]\]")


@dataclass(frozen=True, slots=True)
class Place:
    """Where a question belongs: level, topic, and the code of the outcome that it asks for."""

    level: str
    topic: str
    outcome: str


@dataclass(frozen=True, slots=True)
class Asked:
    """A question with its place; `name` is how the rest of the demo finds it, `picture` the drawing it shows."""

    draft: bank.ItemDraft
    place: Place
    name: str = ""
    picture: str = ""

    def named(self, name: str) -> Asked:
        """The same question under a name."""
        return replace(self, name=name)

    def hinted(self, *hints: str) -> Asked:
        """The same question with hints for practice."""
        notes = replace(self.draft.notes, hints=tuple(from_plain(hint) for hint in hints))
        return replace(self, draft=replace(self.draft, notes=notes))

    def drawn(self, picture: str) -> Asked:
        """The same question with a drawing after its prompt."""
        return replace(self, picture=picture)


def _asked(
    place: Place,
    kind: Kind,
    prompt: str,
    key: bank.ItemKey,
    *,
    options: Sequence[bank.Option] = (),
    targets: Sequence[bank.Option] = (),
    gaps: Sequence[bank.Gap] = (),
    why: str = "",
    points: Fraction = Fraction(1),
) -> Asked:
    body = bank.ItemBody(kind, prompt, tuple(options), tuple(targets), tuple(gaps))
    notes = bank.ItemNotes(solution=from_plain(why)) if why else bank.ItemNotes()
    return Asked(bank.ItemDraft(body, key, notes, points=points), place)


def _options(texts: Iterable[str], first: str = "a") -> list[bank.Option]:
    return [bank.Option(chr(ord(first) + number), from_plain(text)) for number, text in enumerate(texts)]


def _turned(texts: Sequence[str], by: str) -> list[str]:
    """The texts in an order that tells nothing, yet the same each time: turned by the length of the prompt."""
    shift = len(by) % len(texts)
    return [*texts[shift:], *texts[:shift]]


def one(place: Place, prompt: str, right: str, *wrong: str, why: str = "") -> Asked:
    """One right option among several."""
    options = _options(_turned((right, *wrong), prompt))
    found = next(option for option in options if option.html == from_plain(right))
    key = bank.ChoiceKey({found.id: Fraction(1)})
    return _asked(place, Kind.SINGLE_CHOICE, from_plain(prompt), key, options=options, why=why)


def several(place: Place, prompt: str, right: Sequence[str], wrong: Sequence[str], *, why: str = "") -> Asked:
    """Several right options; each carries its share."""
    options = _options(_turned((*right, *wrong), prompt))
    wanted = {from_plain(text) for text in right}
    share = Fraction(1, len(right))
    key = bank.ChoiceKey({option.id: share if option.html in wanted else -share for option in options})
    return _asked(place, Kind.MULTIPLE_CHOICE, from_plain(prompt), key, options=options, why=why)


def truth(place: Place, statement: str, holds: bool, *, why: str = "") -> Asked:
    """One statement, right or wrong."""
    return _asked(place, Kind.TRUE_FALSE, from_plain(statement), bank.TruthKey({"s": holds}), why=why)


def four(place: Place, stem: str, statements: Mapping[str, bool], *, why: str = "") -> Asked:
    """Four statements about one thing, each right or wrong."""
    options = _options(statements)
    key = bank.TruthKey({option.id: holds for option, holds in zip(options, statements.values(), strict=True)})
    return _asked(place, Kind.CLUSTER, from_plain(stem), key, options=options, why=why)


def word(place: Place, prompt: str, *accepted: str, why: str = "") -> Asked:
    """A word or two."""
    key = bank.TextKey(tuple(bank.AcceptedText(text) for text in accepted))
    return _asked(place, Kind.SHORT_TEXT, from_plain(prompt), key, why=why)


def number(place: Place, prompt: str, value: str, tolerance: str = "0", *, why: str = "") -> Asked:
    """A number, right within ± tolerance."""
    key = bank.NumberKey((bank.AcceptedNumber(value, tolerance),))
    return _asked(place, Kind.SHORT_NUMBER, from_plain(prompt), key, why=why)


def match(place: Place, prompt: str, pairs: Mapping[str, str], *extra: str, why: str = "") -> Asked:
    """Each thing on the left belongs to one on the right; *extra* ones belong to none."""
    left = _options(pairs)
    right = _options(_turned((*pairs.values(), *extra), prompt), first="p")
    ids = {option.html: option.id for option in right}
    key = bank.PairKey({option.id: ids[from_plain(text)] for option, text in zip(left, pairs.values(), strict=True)})
    return _asked(place, Kind.MATCHING, from_plain(prompt), key, options=left, targets=right, why=why)


def order(place: Place, prompt: str, *steps: str, why: str = "") -> Asked:
    """Steps to put in order, given in the right one."""
    shown = _options([*steps[1::2], *steps[::2]])
    ids = {option.html: option.id for option in shown}
    key = bank.OrderKey(tuple(ids[from_plain(step)] for step in steps))
    return _asked(place, Kind.ORDERING, from_plain(prompt), key, options=shown, why=why)


def gaps(place: Place, prompt: str, *, why: str = "") -> Asked:
    """A text with `[[word|another that counts]]` where a gap stands."""
    accepted = [found[1].split("|") for found in _GAP.finditer(prompt)]
    html = from_plain(prompt)
    for place_of, _words in enumerate(accepted, 1):
        html = _GAP.sub(f'<span class="gap" data-gap="g{place_of}"></span>', html, count=1)
    ids = [f"g{number}" for number in range(1, len(accepted) + 1)]
    key = bank.GapKey(
        {gap: tuple(bank.AcceptedText(text) for text in texts) for gap, texts in zip(ids, accepted, strict=True)}
    )
    return _asked(place, Kind.GAP_FILL, html, key, gaps=[bank.Gap(gap) for gap in ids], why=why)


def essay(place: Place, prompt: str, rubric: str, *, points: int = 2, why: str = "") -> Asked:
    """An answer that a person marks by the rubric."""
    key = bank.EssayKey(from_plain(rubric))
    return _asked(place, Kind.ESSAY, from_plain(prompt), key, why=why, points=Fraction(points))
