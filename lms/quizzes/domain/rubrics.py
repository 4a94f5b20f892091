"""Marking by criteria: each has levels with points, the best levels sum up to what the question is worth."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from lms.base.errors import Invalid
from lms.base.i18n_marks import N_

MOST_CRITERIA = 12
MOST_LEVELS = 9  # each has a digit of the keyboard
LONGEST_NAME = 120
FINEST = 10_000  # points have at most four decimals, as they are typed
LONGEST_WORDS = 300
_LEVEL = re.compile(r"(\d{1,3}(?:[.,]\d{1,4})?)\s*(?:đ(?:iểm)?\b)?\s*[:.)–-]*\s*(.*)")
_WORTH = re.compile(r"\s*[:(–-]*\s*(\d{1,3}(?:[.,]\d{1,4})?)\s*(?:đ(?:iểm)?|points?|marks?)\b\s*[).;]*", re.I)
_PLAIN_HALVES = frozenset({1, 2, 4})


@dataclass(frozen=True, slots=True)
class Level:
    """How well a criterion is met: its points and what that looks like."""

    points: Fraction
    words: str = ""


@dataclass(frozen=True, slots=True)
class Criterion:
    """One thing that is looked at; its levels go from the fewest points to the most."""

    name: str
    levels: tuple[Level, ...]

    @property
    def most(self) -> Fraction:
        return self.levels[-1].points


@dataclass(frozen=True, slots=True)
class Rubric:
    """The criteria by which an answer is marked."""

    criteria: tuple[Criterion, ...]

    @property
    def total(self) -> Fraction:
        return sum((criterion.most for criterion in self.criteria), Fraction(0))

    def document(self) -> list[dict[str, Any]]:
        """As it is stored."""
        return [
            {"name": one.name, "levels": [{"points": str(at.points), "words": at.words} for at in one.levels]}
            for one in self.criteria
        ]

    def points_of(self, chosen: Sequence[int | None], worth: Fraction) -> Fraction:
        """What an answer earns whose criteria are met at these levels, exact; a question worth more is scaled.

        >>> half = Rubric((Criterion("Ý", (Level(Fraction(0)), Level(Fraction(1, 2)), Level(Fraction(1)))),))
        >>> half.points_of([1], Fraction(1))
        Fraction(1, 2)

        Raises:
            Invalid: a criterion has no level yet.
        """
        return sum((level.points for level in self._levels(chosen)), Fraction(0)) * worth / self.total

    def said(self, chosen: Sequence[int | None]) -> list[dict[str, Any]]:
        """What was chosen, to be kept with the mark and read without the rubric.

        Raises:
            Invalid: as `points_of`.
        """
        return [
            {
                "at": at,
                "name": one.name,
                "words": level.words,
                "points": str(level.points),
                "most": str(one.most),
            }
            for one, at, level in zip(self.criteria, chosen, self._levels(chosen), strict=True)
        ]

    def _levels(self, chosen: Sequence[int | None]) -> list[Level]:
        if len(chosen) != len(self.criteria):
            raise Invalid.at("levels", N_("Thang tiêu chí vừa đổi. Hãy tải lại trang."))
        levels = []
        for one, at in zip(self.criteria, chosen, strict=True):
            if at is None or not 0 <= at < len(one.levels):
                raise Invalid.at("levels", N_("Hãy chọn mức cho tiêu chí “%(name)s”."), name=one.name)
            levels.append(one.levels[at])
        return levels


def stored(document: Sequence[Mapping[str, Any]]) -> Rubric:
    """The rubric of `Rubric.document`."""
    return Rubric(
        tuple(
            Criterion(one["name"], tuple(Level(Fraction(at["points"]), at["words"]) for at in one["levels"]))
            for one in document
        )
    )


def _number(text: str) -> Fraction:
    return Fraction(text.replace(",", "."))


def typed_criterion(name: str, lines: str) -> Criterion:
    """A criterion as typed: its name, and a level a line that begins with its points. A level of 0 is always there.

    >>> [str(level.points) for level in typed_criterion("Mở bài", "0,5 Nêu rõ vấn đề").levels]
    ['0', '1/2']

    Raises:
        Invalid: no name, a line without points, two levels of the same points, too many levels, none above 0.
    """
    name = " ".join(name.split())[:LONGEST_NAME]
    if not name:
        raise Invalid.at("name", N_("Hãy ghi tên tiêu chí."))
    levels: dict[Fraction, Level] = {}
    for line in filter(None, map(str.strip, lines.splitlines())):
        found = _LEVEL.fullmatch(line)
        if found is None:
            raise Invalid.at("levels", N_("Dòng “%(line)s” chưa bắt đầu bằng số điểm."), line=line[:60])
        points = _number(found[1])
        if points in levels:
            raise Invalid.at("levels", N_("Hai mức cùng %(points)s điểm."), points=found[1])
        levels[points] = Level(points, found[2].strip()[:LONGEST_WORDS])
    levels.setdefault(Fraction(0), Level(Fraction(0)))
    if len(levels) > MOST_LEVELS or len(levels) < 2:
        raise Invalid.at("levels", N_("Mỗi tiêu chí có từ 2 đến %(most)s mức, kể cả mức 0."), most=MOST_LEVELS)
    return Criterion(name, tuple(levels[points] for points in sorted(levels)))


def suggested(guide: str, worth: Fraction) -> Rubric | None:
    r"""Criteria out of the marking guide of a question: its lines that name points, brought to what it is worth.

    >>> found = suggested("Mở bài: 0,5 điểm\nThân bài (1,5đ)\nChữ đẹp", Fraction(2))
    >>> [(one.name, str(one.most)) for one in found.criteria]
    [('Mở bài', '1/2'), ('Thân bài', '3/2')]
    """
    named = []
    for line in guide.splitlines():
        found = _WORTH.search(line)
        name = " ".join(_WORTH.sub(" ", line).split()).strip(" -–•:;.")[:LONGEST_NAME]
        if found and name and _number(found[1]) > 0:
            named.append((name, _number(found[1])))
    if not 0 < len(named) <= MOST_CRITERIA:
        return None
    scale = worth / sum((most for _name, most in named), Fraction(0))
    if any(FINEST % (most * scale).denominator for _name, most in named):
        return None  # thirds of a point are nobody's scale
    return Rubric(tuple(Criterion(name, _steps(most * scale)) for name, most in named))


def _steps(most: Fraction) -> tuple[Level, ...]:
    half = most / 2
    between = (Level(half),) if half.denominator in _PLAIN_HALVES else ()
    return (Level(Fraction(0)), *between, Level(most))
