"""Heads of matrices that schools begin with, by the document that set them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from types import MappingProxyType

from lms.base.i18n_marks import N_
from question_bank.assembly.domain.specification import Part, PartKind, Specification, blank_row
from question_bank.competencies.domain import LEVEL_SCHEMES

_FIRST_ROWS = 4


@dataclass(frozen=True, slots=True)
class Template:
    """An empty matrix to begin with: its head, how long the paper takes, where the head comes from."""

    code: str
    name: str
    source: str
    scheme: str
    parts: tuple[Part, ...]
    minutes: int
    grades: range

    def begin(self) -> Specification:
        """Return an empty matrix with this head."""
        levels = len(LEVEL_SCHEMES[self.scheme].levels)
        return Specification(self.scheme, self.parts, (blank_row(len(self.parts), levels),) * _FIRST_ROWS)


def _part(kind: PartKind, worth: str, goal: int, levels: int = 3) -> Part:
    return Part(kind, (Fraction(worth),) * levels, Fraction(goal))


_7991 = N_("Công văn 7991/BGDĐT-GDTrH (2024)")
_764 = N_("Quyết định 764/QĐ-BGDĐT (2024)")
_SECONDARY, _UPPER = range(6, 13), range(10, 13)
_CHOICE = _part(PartKind.CHOICE, "1/4", 3)
TEMPLATES: Mapping[str, Template] = MappingProxyType(
    {
        template.code: template
        for template in (
            Template(
                "periodic",
                N_("Kiểm tra định kì: trắc nghiệm 3, đúng – sai 2, trả lời ngắn 2, tự luận 3 điểm"),
                _7991,
                "three",
                (
                    _CHOICE,
                    _part(PartKind.TRUTHS, "1", 2),
                    _part(PartKind.SHORT, "1/2", 2),
                    _part(PartKind.ESSAY, "1", 3),
                ),
                90,
                _SECONDARY,
            ),
            Template(
                "periodic_objective",
                N_("Kiểm tra định kì không tự luận: trắc nghiệm 3, đúng – sai 4, trả lời ngắn 3 điểm"),
                _7991,
                "three",
                (_CHOICE, _part(PartKind.TRUTHS, "1", 4), _part(PartKind.SHORT, "1/2", 3)),
                90,
                _SECONDARY,
            ),
            Template(
                "national_maths",
                N_("Định dạng thi tốt nghiệp từ 2025, Toán: 12 + 4 + 6 câu"),
                _764,
                "three",
                (_CHOICE, _part(PartKind.TRUTHS, "1", 4), _part(PartKind.SHORT, "1/2", 3)),
                90,
                _UPPER,
            ),
            Template(
                "national_sciences",
                N_("Định dạng thi tốt nghiệp từ 2025, Vật lí, Hoá học, Sinh học, Địa lí: 18 + 4 + 6 câu"),
                _764,
                "three",
                (
                    Part(PartKind.CHOICE, (Fraction(1, 4),) * 3, Fraction(9, 2)),
                    _part(PartKind.TRUTHS, "1", 4),
                    Part(PartKind.SHORT, (Fraction(1, 4),) * 3, Fraction(3, 2)),
                ),
                50,
                _UPPER,
            ),
            Template(
                "national_others",
                N_("Định dạng thi tốt nghiệp từ 2025, Lịch sử, Tin học, Công nghệ, KT&PL: 24 + 4 câu"),
                _764,
                "three",
                (_part(PartKind.CHOICE, "1/4", 6), _part(PartKind.TRUTHS, "1", 4)),
                50,
                _UPPER,
            ),
            Template(
                "primary",
                N_("Tiểu học, ba mức"),
                N_("Thông tư 27/2020/TT-BGDĐT, Điều 7"),
                "primary",
                (
                    _part(PartKind.CHOICE, "1/2", 0),
                    _part(PartKind.SHORT, "1/2", 0),
                    _part(PartKind.PAIRS, "1", 0),
                    _part(PartKind.ESSAY, "1", 0),
                ),
                40,
                range(1, 6),
            ),
            Template(
                "four_levels",
                N_("Bốn mức nhận biết – thông hiểu – vận dụng – vận dụng cao: trắc nghiệm 7, tự luận 3 điểm"),
                N_("Công văn 5512/BGDĐT-GDTrH (2020)"),
                "four",
                (_part(PartKind.CHOICE, "1/4", 7, 4), _part(PartKind.ESSAY, "1", 3, 4)),
                90,
                _SECONDARY,
            ),
        )
    }
)
