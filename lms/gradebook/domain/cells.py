"""What may stand in a cell of the gradebook, and how what a teacher types becomes it.

A blank is never a zero: a cell without a mark says why (Circular 22, Article 7.4), and a zero by rule is set by a
person who gives the reason.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from fractions import Fraction
from typing import TypeAlias

from lms.base.errors import Conflict, Invalid, Message
from lms.base.i18n_marks import N_
from lms.base.marks import round_half_up, with_comma
from lms.base.text import fold
from lms.gradebook.domain.circular22 import RuleSet


class State(StrEnum):
    """Where one pupil's one column stands."""

    NOT_YET = "not_yet"
    MISSING = "missing"
    EXCUSED = "excused"
    MAKE_UP = "make_up"
    ZERO_BY_RULE = "zero_by_rule"
    MARK = "mark"


STATE_NAMES: Mapping[State, str] = {
    State.NOT_YET: N_("chưa có"),
    State.MISSING: N_("vắng không phép"),
    State.EXCUSED: N_("vắng phép"),
    State.MAKE_UP: N_("chờ bù"),
    State.ZERO_BY_RULE: N_("0 theo quy định"),
    State.MARK: N_("có điểm"),
}

# What a teacher types for a state, folded; the first is the one shown in the cell.
STATE_WORDS: Mapping[State, tuple[str, ...]] = {
    State.MISSING: ("v", "vang", "thieu"),
    State.EXCUSED: ("p", "vp", "cp", "phep", "vang phep", "co phep"),
    State.MAKE_UP: ("b", "bu", "cho bu", "kiem tra bu"),
}


@dataclass(frozen=True, slots=True)
class Cell:
    """A state with what belongs to it: a mark, Đạt or not, or the reason for a zero."""

    state: State = State.NOT_YET
    mark: Decimal | None = None
    passed: bool | None = None
    reason: str = ""

    def __post_init__(self) -> None:
        valued = (self.mark is not None) + (self.passed is not None)
        if valued != (self.state is State.MARK):
            raise ValueError("A mark or a verdict stands in a cell of state MARK, and only there.")

    @property
    def counted(self) -> Decimal | None:
        """The number that goes into the average: the mark, 0 for a zero by rule, None for every other state."""
        return Decimal(0) if self.state is State.ZERO_BY_RULE else self.mark

    @property
    def verdict(self) -> bool | None:
        """Đạt (True) or Chưa đạt; not attended without a reason counts as Chưa đạt."""
        return False if self.state is State.ZERO_BY_RULE else self.passed


EMPTY = Cell()


@dataclass(frozen=True, slots=True)
class Doubt:
    """A typed text that most likely means `suggestion`; a person says so before it counts."""

    typed: str
    suggestion: Cell
    question: Message


Typed: TypeAlias = Cell | Doubt

_NUMBER = re.compile(r"(\d+)(?:[.,](\d*))?")


def mark_cell(value: Decimal | Fraction, rules: RuleSet) -> Cell:
    """Return a cell with a mark, rounded once to the rules' step.

    Raises:
        Invalid: the mark lies outside the scale.
    """
    if not 0 <= value <= rules.highest:
        raise Invalid.at("mark", N_("Điểm phải từ 0 đến 10."))
    return Cell(State.MARK, mark=round_half_up(Fraction(value), rules.step))


def mark_of_test(points: Fraction, out_of: Fraction, rules: RuleSet) -> Cell:
    """Return the mark of a test of *out_of* points: 10 × points / out_of, rounded once (Article 5.2).

    Raises:
        Invalid: more points than there are, or a test without points.
    """
    if out_of <= 0:
        raise Invalid.at("mark", N_("Bài không có điểm tối đa, chưa quy đổi được sang thang 10."))
    return mark_cell(Fraction(rules.highest) * points / out_of, rules)


def zero_by_rule(reason: str) -> Cell:
    """Return the zero for an assessment that was not attended, with the reason a person gives.

    Raises:
        Invalid: no reason.
    """
    if not reason.strip():
        raise Invalid.at("reason", N_("Ghi lí do cho điểm 0 theo quy định."))
    return Cell(State.ZERO_BY_RULE, reason=reason.strip())


def read_typed(text: str, rules: RuleSet, *, by_comment: bool = False) -> Typed:
    """Read what a teacher typed into a cell: `8,5`, `8.5`, `Đ`, `CĐ`, `v`, `p`, `b` or nothing.

    A number over ten without a comma is asked back: `85` most likely means 8,5.

    Raises:
        Invalid: not a mark, or finer than the rules allow.
    """
    bare = unicodedata.normalize("NFKC", text).strip()
    if bare in ("", "-", "–", "—"):
        return EMPTY
    word = " ".join(fold(bare).split())
    for state, spellings in STATE_WORDS.items():
        if word in spellings:
            return Cell(state)
    if by_comment:
        return _verdict(word)
    found = _NUMBER.fullmatch(bare)
    if not found:
        raise Invalid.at("mark", N_("“%(typed)s” không phải là điểm. Gõ số như 8,5 hoặc v, p, b."), typed=bare[:20])
    whole, places = found[1], (found[2] or "").rstrip("0")
    if len(places) > 1:
        raise Invalid.at("mark", N_("Điểm chỉ có một chữ số thập phân: “%(typed)s”."), typed=bare[:20])
    if not places and found[2] is None and len(whole) in (2, 3) and whole != "10":
        return _doubt(bare, whole, rules)
    return mark_cell(Decimal(f"{whole}.{places or 0}"), rules)


def _verdict(word: str) -> Cell:
    if word in ("d", "dat"):
        return Cell(State.MARK, passed=True)
    if word in ("cd", "chua dat"):
        return Cell(State.MARK, passed=False)
    raise Invalid.at("mark", N_("Môn này đánh giá bằng nhận xét: gõ Đ (Đạt) hoặc CĐ (Chưa đạt)."))


def _doubt(typed: str, digits: str, rules: RuleSet) -> Doubt:
    meant = Decimal(digits) / 10
    if meant > rules.highest:
        raise Invalid.at("mark", N_("Điểm phải từ 0 đến 10."))
    suggestion = mark_cell(meant, rules)
    return Doubt(
        typed, suggestion, Message(N_("Bạn gõ %(typed)s. Có phải %(meant)s không?"),
                                   {"typed": typed, "meant": with_comma(meant.quantize(Decimal("0.1")))})
    )  # fmt: skip


def shown(cell: Cell) -> str:
    """Return what stands in the cell on paper and in an input: `8,5`, `Đ`, `CĐ`, `v`, `p`, `b`, or nothing.

    Reading it back gives the same cell, but for a zero by rule, which shows as `0`.
    """
    if cell.state is State.MARK:
        if cell.passed is not None:
            return "Đ" if cell.passed else "CĐ"
        return with_comma(cell.mark) if cell.mark is not None else ""
    if cell.state is State.ZERO_BY_RULE:
        return "0"
    return STATE_WORDS[cell.state][0] if cell.state in STATE_WORDS else ""


def may_follow(before: Cell, after: Cell, *, locked: bool) -> None:
    """Go on only where the one cell may take the other's place.

    Raises:
        Conflict: the gradebook is locked.
        Invalid: a zero by rule without its reason.
    """
    if locked and before != after:
        raise Conflict(N_("Sổ điểm đã khoá. Điểm chưa thay đổi; hãy đề nghị ban giám hiệu mở khoá."))
    if after.state is State.ZERO_BY_RULE and not after.reason:
        raise Invalid.at("reason", N_("Ghi lí do cho điểm 0 theo quy định."))
