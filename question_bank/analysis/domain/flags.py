"""What should be looked at in a question, by its figures; with how many papers it rests on, and whether chance will do.

A distractor that beats the key and one that fewer than 5 % chose are of the bank's rules; the other limits stand with
their reasons in docs/decisions/0065-flags-say-what-chance-can-do.md. A finding is `sure` when it would be rare by
chance (5 %); others are worth a look, and say so.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction

from question_bank.analysis.domain.chance import RARE, at_most, correlation_bounds, outnumbers
from question_bank.analysis.domain.classical import ItemFigures
from question_bank.analysis.domain.distractors import Choices, OptionFigures

FEWEST = 10  # papers; of fewer nothing is said
EASY, HARD = Fraction(95, 100), Fraction(20, 100)
DEAD = Fraction(5, 100)
WEAK = 10.0  # of the discrimination
LEFT_BLANK = Fraction(20, 100)


class Flag(StrEnum):
    """What was found, the gravest first."""

    KEY_DOUBTFUL = "key_doubtful"  # of the strongest group more chose a wrong option than the key
    BETTER_CHOOSERS = "better_choosers"  # those who chose a wrong option did better elsewhere than those of the key
    NEGATIVE = "negative"  # weaker papers earn more
    LURE_AHEAD = "lure_ahead"  # of all papers more chose a wrong option than the key
    GUESSED = "guessed"  # no better than blind choice
    HARD = "hard"
    WEAK = "weak"  # strong and weak papers earn nearly the same
    LEFT_BLANK = "left_blank"
    EASY = "easy"
    DEAD = "dead"  # a wrong option that hardly anybody chose
    FEW = "few"  # too few papers to say anything


GRAVE = frozenset({Flag.KEY_DOUBTFUL, Flag.BETTER_CHOOSERS, Flag.NEGATIVE, Flag.LURE_AHEAD})
_RANKS = {flag: place for place, flag in enumerate(Flag)}


@dataclass(frozen=True, slots=True)
class Finding:
    """A flag with its numbers: the count of the option that it names against that of the key, of so many papers."""

    flag: Flag
    option: str = ""
    count: int = 0
    against: int = 0
    of: int = 0
    sure: bool = True

    @property
    def urgency(self) -> tuple[bool, bool, int]:
        """Sorts findings: grave and sure ones first."""
        return self.flag not in GRAVE, not self.sure, _RANKS[self.flag]


CALM = (True, True, len(_RANKS))  # sorts what has no findings last


def urgency_of(findings: Sequence[Finding]) -> tuple[bool, bool, int]:
    """Sorts questions by the gravest of their findings."""
    return min((one.urgency for one in findings), default=CALM)


def findings_of(figures: ItemFigures, choices: Choices | None = None, blanks: int = 0) -> tuple[Finding, ...]:
    """All that should be looked at, the gravest first; *choices* where the question has options to choose."""
    if figures.papers < FEWEST:
        return (Finding(Flag.FEW, of=figures.papers),)
    found = [*_of_options(choices), *_of_discrimination(figures), *_of_facility(figures, choices)]
    if Fraction(blanks, figures.papers) >= LEFT_BLANK:
        found.append(Finding(Flag.LEFT_BLANK, count=blanks, of=figures.papers))
    return tuple(sorted(found, key=lambda one: one.urgency))


def _of_options(choices: Choices | None) -> Iterator[Finding]:
    if choices is None or choices.key is None:
        return
    for option in choices.options:
        if not option.right:
            yield from _of_lure(option, choices.key, choices)


def _of_lure(lure: OptionFigures, key: OptionFigures, choices: Choices) -> Iterator[Finding]:
    told = _among_strong(lure, key, choices)
    if told is not None:
        yield told
    ahead = outnumbers(lure.count, key.count)
    if lure.count > key.count and (told is None or (ahead and not told.sure)):
        yield Finding(Flag.LURE_AHEAD, lure.option, lure.count, key.count, choices.papers, ahead)
    if lure.share < DEAD:
        sure = at_most(lure.count, choices.papers, DEAD) <= RARE
        yield Finding(Flag.DEAD, lure.option, lure.count, key.count, choices.papers, sure)


def _among_strong(lure: OptionFigures, key: OptionFigures, choices: Choices) -> Finding | None:
    """Whether those who are strong in the rest were drawn to a wrong option."""
    if lure.strongest > key.strongest:
        sure = outnumbers(lure.strongest, key.strongest)
        return Finding(Flag.KEY_DOUBTFUL, lure.option, lure.strongest, key.strongest, choices.sizes[-1], sure)
    if _better(lure, key):
        return Finding(Flag.BETTER_CHOOSERS, lure.option, lure.count, key.count, choices.papers, _surely(lure, choices))
    return None


def _better(lure: OptionFigures, key: OptionFigures) -> bool:
    """Whether enough chose it, and those did better in the rest than those who chose the key."""
    if lure.rest is None or key.rest is None:
        return False
    return lure.share >= DEAD and lure.count > 1 and lure.rest > key.rest


def _surely(option: OptionFigures, choices: Choices) -> bool:
    bounds = None if option.biserial is None else correlation_bounds(option.biserial / 100, choices.papers)
    return bounds is not None and bounds[0] > 0


def _of_discrimination(figures: ItemFigures) -> Iterator[Finding]:
    if figures.discrimination is None:
        return
    bounds = correlation_bounds(figures.discrimination / 100, figures.papers)
    upper = 100.0 if bounds is None else 100 * bounds[1]
    if figures.discrimination < 0:
        yield Finding(Flag.NEGATIVE, of=figures.papers, sure=upper < 0)
    elif figures.discrimination < WEAK and figures.facility < EASY:
        yield Finding(Flag.WEAK, of=figures.papers, sure=upper < WEAK)


def _of_facility(figures: ItemFigures, choices: Choices | None) -> Iterator[Finding]:
    options = choices.options if choices is not None else ()
    single = len(options) > 1 and sum(one.right for one in options) == 1
    blind = Fraction(1, len(options)) if single else None
    if blind is not None and figures.facility <= blind:
        yield Finding(Flag.GUESSED, of=figures.papers)
    elif figures.facility < HARD:
        yield Finding(Flag.HARD, of=figures.papers)
    elif figures.facility > EASY:
        yield Finding(Flag.EASY, of=figures.papers)


def is_grave(findings: Iterable[Finding]) -> bool:
    """Say whether a question should be looked at before its marks are let out."""
    return any(one.flag in GRAVE and one.sure for one in findings)
