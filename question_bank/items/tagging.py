"""What is said about a question beside its content: where it belongs, what it asks for, where it comes from."""

from __future__ import annotations

from dataclasses import dataclass, fields, replace
from fractions import Fraction

from lms.base.errors import Invalid
from lms.base.i18n_marks import N_
from lms.base.text import nfc
from question_bank.items.domain import LEVELS, ItemDraft

MAX_GRADE = 12
MAX_LABELS = 30
LONGEST_LABEL = 120
YEARS = range(1900, 2101)


@dataclass(frozen=True, slots=True)
class Tags:
    """What is said about a question; None leaves it as it is (for a new question: nothing).

    `outcomes` are codes or uids of requirements, `level` a code of `LEVELS` or of the source. `labels` are free words;
    `added` are words that join those it has. A `grade` or `year` of 0 is none known.
    """

    grade: int | None = None
    topic: str | None = None
    level: str | None = None
    outcomes: tuple[str, ...] | None = None
    points: Fraction | None = None
    labels: tuple[str, ...] | None = None
    added: tuple[str, ...] = ()
    taken_from: str | None = None
    year: int | None = None
    category: str | None = None
    any_textbook: bool | None = None
    external_id: str | None = None

    @classmethod
    def of_draft(cls, draft: ItemDraft) -> Tags:
        """What the source of a draft says; a topic that it does not name is the last step of its category."""
        category = category_path(draft.category)
        return cls(
            draft.grade if draft.grade and 1 <= draft.grade <= MAX_GRADE else None,
            nfc(draft.topic or category.rpartition("/")[2]).strip()[:200],
            draft.level if draft.level in LEVELS else "",
            tuple(code for code in draft.codes if 0 < len(code) <= 120),
            draft.points if draft.points and 0 < draft.points <= 1000 else None,
            tidy_words(draft.tags)[:MAX_LABELS],
            taken_from=nfc(draft.taken_from).strip()[:200],
            year=draft.year if draft.year in YEARS else None,
            category=category,
            any_textbook=draft.any_textbook,
            external_id=nfc(draft.external_id).strip()[:200],
        )

    def over(self, below: Tags) -> Tags:
        """Return what is said here, and for the rest what is said *below*."""
        said = {
            field.name: getattr(below if getattr(self, field.name) is None else self, field.name)
            for field in fields(self)
        }
        return Tags(**said)

    def tidied(self) -> Tags:
        """Return the same with its words as they are kept: NFC, no blanks around them, each once.

        Raises:
            Invalid: at the field; see `check`.
        """
        self.check()

        def tidy(words: str | None) -> str | None:
            return None if words is None else nfc(words).strip()

        codes = None if self.outcomes is None else tuple(dict.fromkeys(nfc(code).strip() for code in self.outcomes))
        return replace(
            self,
            topic=tidy(self.topic),
            outcomes=codes,
            taken_from=tidy(self.taken_from),
            category=None if self.category is None else category_path(self.category),
            external_id=tidy(self.external_id),
        )

    def check(self) -> None:
        """Refuse what cannot be.

        Raises:
            Invalid: at the field.
        """
        if self.grade and not 1 <= self.grade <= MAX_GRADE:
            raise Invalid.at("grade", N_("Khối lớp từ 1 đến 12."))
        if self.level and self.level not in LEVELS:
            raise Invalid.at("level", N_("Không có mức độ này."))
        if self.topic is not None and len(self.topic) > 200:
            raise Invalid.at("topic", N_("Chủ đề dài tối đa 200 kí tự."))
        if self.outcomes is not None and any(not 0 < len(code) <= 120 for code in self.outcomes):
            raise Invalid.at("outcomes", N_("Mã yêu cầu cần đạt dài tối đa 120 kí tự."))
        if self.points is not None and not 0 < self.points <= 1000:
            raise Invalid.at("points", N_("Điểm của câu phải lớn hơn 0."))
        words = (*(self.labels or ()), *self.added)
        if len(words) > MAX_LABELS or any(len(word) > LONGEST_LABEL for word in words):
            raise Invalid.at("labels", N_("Tối đa 30 từ khoá, mỗi từ khoá dài tối đa 120 kí tự."))
        if self.year and self.year not in YEARS:
            raise Invalid.at("year", N_("Năm là một số từ 1900 đến 2100."))
        if self.taken_from is not None and len(self.taken_from) > 200:
            raise Invalid.at("taken_from", N_("Tên nguồn dài tối đa 200 kí tự."))
        if self.category is not None and len(self.category) > 500:
            raise Invalid.at("category", N_("Đường dẫn danh mục dài tối đa 500 kí tự."))
        if self.external_id is not None and len(self.external_id) > 200:
            raise Invalid.at("external_id", N_("Mã ở nguồn dài tối đa 200 kí tự."))


def category_path(path: str) -> str:
    """Return a category path tidied: NFC, no blanks around its steps, no empty steps, at most 500 characters.

    A step may hold a slash of its own, written twice as Moodle does.

    >>> category_path(" Toán 8 / Đa thức//đơn thức /")
    'Toán 8/Đa thức//đơn thức'
    """
    steps = (step.strip() for step in nfc(path).replace("//", "\x00").split("/"))
    return "/".join(step for step in steps if step).replace("\x00", "//")[:500]


def tidy_words(words: tuple[str, ...]) -> tuple[str, ...]:
    """Return free words tidied, each once, none empty or too long."""
    tidy = (" ".join(nfc(word).split())[:LONGEST_LABEL].strip() for word in words)
    return tuple(dict.fromkeys(word for word in tidy if word))
