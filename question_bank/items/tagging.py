"""What is said about a question beside its content: grade, topic, level, requirements, worth."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

from lms.base.errors import Invalid
from lms.base.i18n_marks import N_
from question_bank.items.domain import LEVELS

MAX_GRADE = 12


@dataclass(frozen=True, slots=True)
class Tags:
    """What is said about a question; None leaves it as it is (for a new question: nothing).

    `outcomes` are codes or uids of requirements, `level` a code of `LEVELS` or of the source.
    """

    grade: int | None = None
    topic: str | None = None
    level: str | None = None
    outcomes: tuple[str, ...] | None = None
    points: Fraction | None = None

    def check(self) -> None:
        """Refuse what cannot be.

        Raises:
            Invalid: at the field.
        """
        if self.grade is not None and not 1 <= self.grade <= MAX_GRADE:
            raise Invalid.at("grade", N_("Khối lớp từ 1 đến 12."))
        if self.level and self.level not in LEVELS:
            raise Invalid.at("level", N_("Không có mức độ này."))
        if self.topic is not None and len(self.topic) > 200:
            raise Invalid.at("topic", N_("Chủ đề dài tối đa 200 kí tự."))
        if self.outcomes is not None and any(not 0 < len(code) <= 120 for code in self.outcomes):
            raise Invalid.at("outcomes", N_("Mã yêu cầu cần đạt dài tối đa 120 kí tự."))
        if self.points is not None and not 0 < self.points <= 1000:
            raise Invalid.at("points", N_("Điểm của câu phải lớn hơn 0."))
