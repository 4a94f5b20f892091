"""What a reader gathers on its way through a file: questions, what is lost, what is changed, files that are shown."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from types import MappingProxyType

from lms.base.i18n_marks import N_
from question_bank.formats import fragments
from question_bank.formats.reading import Changed, NotCarried, Reading
from question_bank.items.domain import ItemDraft

Picture = Callable[[str], str]  # an address in a file → one of the shelf, or nothing

WHY_OTHER = N_("Dạng câu hỏi này chưa có dạng tương ứng.")
# What a question says of itself by the code of a problem, told of the whole file too.
_CHANGES: Mapping[str, str] = MappingProxyType(
    {
        "all_or_nothing": N_("Câu chỉ cho điểm khi đúng hết nay tính điểm từng phần, trừ khi bài kiểm tra đặt khác."),
        "open_range": N_("Khoảng đáp số không tính đầu mút nay tính cả đầu mút."),
        "spelling_dropped": N_("Đáp án cho phép viết sai vài chữ cái nay phải viết đúng."),
    }
)


@dataclass(slots=True)
class Collector:
    """The questions of a file while it is read.

    `lost` counts questions by what they are, `beside` what is lost of questions that are read or of the file around
    them; each by its machine name.
    """

    shelf: fragments.Shelf = field(default_factory=fragments.Shelf)
    drafts: list[ItemDraft] = field(default_factory=list)
    lost: Counter[str] = field(default_factory=Counter)
    beside: Counter[str] = field(default_factory=Counter)

    @property
    def found(self) -> int:
        """How many questions the file holds as far as it was read."""
        return len(self.drafts) + self.lost.total()

    def take(self, draft: ItemDraft, category: str = "") -> None:
        """Keep a question, in a category where the file has some and the question names none itself."""
        self.drafts.append(replace(draft, category=category) if category and not draft.category else draft)

    def lose(self, what: str) -> None:
        """Count a question that is not carried; what it named of pictures is forgotten with it."""
        self.shelf.missing.clear()
        self.shelf.left_out.clear()
        self.lost[what] += 1

    def reading(self, name: str, why: Mapping[str, str]) -> Reading:
        """Return all that was gathered; `why` holds the Vietnamese sentences by machine name."""
        changed = Counter(one.code for draft in self.drafts for one in draft.problems if one.code in _CHANGES)
        return Reading(
            name,
            tuple(self.drafts),
            self.found,
            self.shelf.assets,
            tuple(
                NotCarried(what, count, why.get(what, WHY_OTHER))
                for what, count in (*self.lost.items(), *self.beside.items())
            ),
            changed=tuple(Changed(f"qti:{code}", count, _CHANGES[code]) for code, count in changed.items()),
        )
