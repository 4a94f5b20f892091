"""Averages of a subject, exact until they are rounded once, half up (Circular 22, Article 9.1)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from lms.base.marks import round_half_up
from lms.gradebook.domain.cells import Cell
from lms.gradebook.domain.circular22 import RuleSet
from lms.gradebook.domain.columns import FINAL, MIDTERM, Column, Kind


@dataclass(frozen=True, slots=True)
class SemesterResult:
    """A pupil's semester in one subject.

    `average` (ĐTBmhk) or, in a comment subject, `passed` is there only when nothing is `missing`.
    """

    average: Decimal | None = None
    passed: bool | None = None
    missing: tuple[Column, ...] = ()


def exact_semester_average(regular: Sequence[Decimal], midterm: Decimal, final: Decimal, rules: RuleSet) -> Fraction:
    """Return ĐTBmhk before rounding: (Σ ĐĐGtx + 2 ĐĐGgk + 3 ĐĐGck) / (n + 5)."""
    total = (
        rules.weight_regular * sum(map(Fraction, regular), Fraction(0))
        + rules.weight_midterm * Fraction(midterm)
        + rules.weight_final * Fraction(final)
    )
    return total / (rules.weight_regular * len(regular) + rules.weight_midterm + rules.weight_final)


def semester_average(regular: Sequence[Decimal], midterm: Decimal, final: Decimal, rules: RuleSet) -> Decimal:
    """Return ĐTBmhk; the regular marks are never averaged first.

    >>> from lms.gradebook.domain.circular22 import VERSIONS
    >>> semester_average([Decimal(7)] * 3, Decimal("6.5"), Decimal(8), VERSIONS[0])
    Decimal('7.3')
    """
    return round_half_up(exact_semester_average(regular, midterm, final, rules), rules.step)


def year_average(first: Decimal, second: Decimal, rules: RuleSet) -> Decimal:
    """Return ĐTBmcn = (ĐTBmhkI + 2 ĐTBmhkII) / 3, from the rounded semester averages."""
    total = rules.weight_first_semester * Fraction(first) + rules.weight_second_semester * Fraction(second)
    return round_half_up(total / (rules.weight_first_semester + rules.weight_second_semester), rules.step)


def year_verdict(first: bool | None, second: bool | None) -> bool | None:
    """Return a comment subject's result of the year: that of the second semester."""
    return second


def semester_result(
    cells: Sequence[tuple[Column, Cell]], *, required: int, rules: RuleSet, by_comment: bool = False
) -> SemesterResult:
    """Return a pupil's semester from the cells of its columns.

    *required* is the number of regular marks that the rules ask for; columns beyond it may stay empty. Whatever is
    required and not there is named in `missing`, and then there is no result.
    """
    regular = [(column, cell) for column, cell in cells if column.kind is Kind.REGULAR]
    filled = [cell for _, cell in regular if _is_there(cell, by_comment)]
    empty = [column for column, cell in regular if not _is_there(cell, by_comment)]
    short = max(0, required - len(filled))
    ends = {column.kind: cell for column, cell in cells if column.kind is not Kind.REGULAR}
    missing = [*empty[:short]]
    missing += [Column(Kind.REGULAR, len(regular) + extra) for extra in range(1, short - len(empty) + 1)]
    missing += [end for end in (MIDTERM, FINAL) if not (end.kind in ends and _is_there(ends[end.kind], by_comment))]
    if missing:
        return SemesterResult(missing=tuple(missing))
    everything = [*filled, ends[Kind.MIDTERM], ends[Kind.FINAL]]
    if by_comment:
        return SemesterResult(passed=all(cell.verdict for cell in everything))
    *marks, midterm, final = [cell.counted for cell in everything if cell.counted is not None]
    return SemesterResult(average=semester_average(marks, midterm, final, rules))


def _is_there(cell: Cell, by_comment: bool) -> bool:
    return (cell.verdict if by_comment else cell.counted) is not None
