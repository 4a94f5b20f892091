"""The named ways in which part of an answer earns part of the worth."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from fractions import Fraction
from types import MappingProxyType

from lms.base.i18n_marks import N_
from question_bank.items.domain import ItemType
from question_bank.scoring.outcome import FULL, NONE, clamped


class Scheme(StrEnum):
    """How parts add up. Which schemes a kind of question knows is in `SCHEMES`."""

    ALL_OR_NOTHING = "all_or_nothing"  # everything right, or nothing
    WEIGHTED = "weighted"  # the shares that the key gives to options and accepted answers, penalties included
    SHARE = "share"  # each right part earns an equal share; a wrong one costs nothing
    STEPPED_764 = "stepped_764"  # Decision 764/QĐ-BGDĐT (2024), Part II: 0,1 – 0,25 – 0,5 – 1
    RIGHT_MINUS_WRONG = "right_minus_wrong"  # a wrong part takes back what a right one earns, down to 0
    NEIGHBOURS = "neighbours"  # ordering: each pair that follows one another as in the key earns a share


SCHEME_NAMES: Mapping[Scheme, str] = MappingProxyType(
    {
        Scheme.ALL_OR_NOTHING: N_("Đúng hết mới có điểm"),
        Scheme.WEIGHTED: N_("Theo tỉ lệ của từng phương án"),
        Scheme.SHARE: N_("Mỗi phần đúng được chia đều điểm"),
        Scheme.STEPPED_764: N_("Thang bậc của Quyết định 764 (0,1 – 0,25 – 0,5 – 1)"),
        Scheme.RIGHT_MINUS_WRONG: N_("Phần sai trừ vào phần đúng"),
        Scheme.NEIGHBOURS: N_("Theo số cặp liền kề đúng thứ tự"),
    }
)

_PARTS = (Scheme.SHARE, Scheme.ALL_OR_NOTHING, Scheme.RIGHT_MINUS_WRONG)
# The first of each row is what applies when a test says nothing.
SCHEMES: Mapping[ItemType, tuple[Scheme, ...]] = MappingProxyType(
    {
        ItemType.SINGLE_CHOICE: (Scheme.WEIGHTED, Scheme.ALL_OR_NOTHING),
        ItemType.MULTIPLE_CHOICE: (Scheme.WEIGHTED, *_PARTS),
        ItemType.TRUE_FALSE: (Scheme.ALL_OR_NOTHING,),
        ItemType.CLUSTER: (Scheme.STEPPED_764, *_PARTS),
        ItemType.SHORT_TEXT: (Scheme.WEIGHTED, Scheme.ALL_OR_NOTHING),
        ItemType.SHORT_NUMBER: (Scheme.WEIGHTED, Scheme.ALL_OR_NOTHING),
        ItemType.MATCHING: _PARTS,
        ItemType.ORDERING: (Scheme.SHARE, Scheme.ALL_OR_NOTHING, Scheme.NEIGHBOURS),
        ItemType.GAP_FILL: _PARTS,
    }
)

# Share of the worth by the number of statements judged rightly, out of four.
STEPPED_SCALE = (NONE, Fraction(1, 10), Fraction(1, 4), Fraction(1, 2), FULL)


class SchemeNotFitting(ValueError):
    """This kind of question is not marked in that way; a mistake of the caller, not of a pupil."""


def scheme_for(item_type: ItemType, wanted: Scheme | None) -> Scheme | None:
    """Return the scheme that applies to a kind of question; None for kinds that no rule marks.

    Raises:
        SchemeNotFitting: *wanted* is not for this kind.
    """
    known = SCHEMES.get(item_type, ())
    if wanted is None:
        return known[0] if known else None
    if wanted not in known:
        raise SchemeNotFitting(f"{wanted} is not a scheme of {item_type}")
    return wanted


def stepped(right: int, parts: int) -> Fraction:
    """Return the share of the worth for statements judged rightly, by Decision 764.

    The decision knows four statements; for any other number each counts the same.

    >>> [str(stepped(right, 4)) for right in range(5)], stepped(1, 3)
    (['0', '1/10', '1/4', '1/2', '1'], Fraction(1, 3))
    """
    return STEPPED_SCALE[right] if parts == 4 else Fraction(right, parts)


def added_up(parts: Mapping[str, Fraction], wrong: int, scheme: Scheme) -> Fraction:
    """Return the share of the worth for parts that each earned 0..1 of themselves.

    Args:
        parts: what each part of the key earned.
        wrong: how many parts were answered and earned nothing (blanks are not wrong).
        scheme: how they add up.

    >>> half = {"a": Fraction(1), "b": Fraction(0)}
    >>> added_up(half, 1, Scheme.SHARE), added_up(half, 1, Scheme.RIGHT_MINUS_WRONG)
    (Fraction(1, 2), Fraction(0, 1))
    >>> added_up(half, 0, Scheme.ALL_OR_NOTHING)
    Fraction(0, 1)
    """
    if not parts:
        return NONE
    earned = sum(parts.values(), start=NONE)
    match scheme:
        case Scheme.ALL_OR_NOTHING:
            return FULL if earned == len(parts) else NONE
        case Scheme.RIGHT_MINUS_WRONG:
            return clamped((earned - wrong) / len(parts))
        case Scheme.STEPPED_764:
            return stepped(sum(part == FULL for part in parts.values()), len(parts))
        case _:
            return clamped(earned / len(parts))
