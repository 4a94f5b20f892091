"""What a question is: its body, its key and what is said about it afterwards.

Three parts, kept apart on purpose: the **body** is what pupils see, the **key** says what is right, and the
**notes** (solution, feedback, rubric) are shown after release. Whatever is sent to a pupil during a test is made
from the body alone, so a key cannot leak by forgetting to remove it.

All prose is an HTML fragment in the vocabulary of `lms.base.richtext`: paragraphs, lists, tables, emphasis,
sub- and superscripts, `<span class="tex">LaTeX</span>` for a formula, `<img src="asset:SHA256" alt="…">` for a
picture, and, in a gap-fill prompt, `<span class="gap" data-gap="g1"></span>` where a gap stands.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from fractions import Fraction
from types import MappingProxyType
from typing import TypeAlias

from lms.base.i18n_marks import N_

NOTHING: Mapping[str, str] = MappingProxyType({})


class ItemType(StrEnum):
    """The kinds of question, by their names in the product's glossary."""

    SINGLE_CHOICE = "single_choice"  # một đáp án đúng
    MULTIPLE_CHOICE = "multiple_choice"  # nhiều đáp án đúng
    TRUE_FALSE = "true_false"  # đúng/sai, one statement (the prompt)
    CLUSTER = "cluster"  # đúng/sai, statements a–d, stepped scale
    SHORT_TEXT = "short_text"  # trả lời ngắn, chữ
    SHORT_NUMBER = "short_number"  # trả lời ngắn, số
    MATCHING = "matching"  # nối cột
    ORDERING = "ordering"  # sắp xếp
    GAP_FILL = "gap_fill"  # điền khuyết
    ESSAY = "essay"  # tự luận
    DESCRIPTION = "description"  # a text to read, no answer


class ItemState(StrEnum):
    """Where an item version stands on its way into use."""

    DRAFT = "draft"
    SUBMITTED = "submitted"
    CHANGES_REQUESTED = "changes_requested"
    APPROVED = "approved"
    RETIRED = "retired"


@dataclass(frozen=True, slots=True)
class Option:
    """One thing to choose, to judge, to match or to order; answers name its `id`, never its place."""

    id: str
    html: str
    fixed: bool = False  # stays in its place when options are shuffled ("Cả A và B")


@dataclass(frozen=True, slots=True)
class Gap:
    """A blank in a gap-fill prompt: typed when `choices` is empty, else picked from them."""

    id: str
    choices: tuple[Option, ...] = ()


@dataclass(frozen=True, slots=True)
class Variable:
    """A number that changes from draw to draw: a decimal string from `low` to `high` in steps, or one of `values`."""

    name: str
    low: str = "1"
    high: str = "10"
    step: str = "1"
    values: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ItemBody:
    """What a pupil sees.

    `options` holds the options of a choice, the statements of a cluster, the left side of a matching or the things
    to order (in an order that tells nothing). `targets` holds the right side of a matching; there may be more targets
    than options. A true/false question has neither: its statement is the prompt. A body with `variables` is a
    template, from which questions are drawn (`question_bank.items.parameters`); no pupil ever sees it.
    """

    type: ItemType
    prompt: str
    options: tuple[Option, ...] = ()
    targets: tuple[Option, ...] = ()
    gaps: tuple[Gap, ...] = ()
    passage: str = ""  # shared text that stands before the prompt
    passage_id: str = ""  # questions with the same passage stay together
    shuffle: bool = True
    variables: tuple[Variable, ...] = ()


@dataclass(frozen=True, slots=True)
class AcceptedText:
    """A text that counts, and for how much of the question; `*` stands for any run of characters."""

    text: str
    share: Fraction = Fraction(1)
    case_sensitive: bool = False


@dataclass(frozen=True, slots=True)
class AcceptedNumber:
    """A number that counts: `value` as a decimal string, right within ± `tolerance` (inclusive).

    `exact_form` asks for the very digits written in `value` (2,0 is then not 2).
    """

    value: str
    tolerance: str = "0"
    share: Fraction = Fraction(1)
    exact_form: bool = False


@dataclass(frozen=True, slots=True)
class ChoiceKey:
    """Share of the worth per option id: 1 for the right one, a fraction for several, negative for a penalty.

    Options that are not named weigh nothing.
    """

    weights: Mapping[str, Fraction]


@dataclass(frozen=True, slots=True)
class TruthKey:
    """Whether each statement holds; a lone true/false question uses the statement id `s`."""

    truths: Mapping[str, bool]


@dataclass(frozen=True, slots=True)
class TextKey:
    accepted: tuple[AcceptedText, ...]


@dataclass(frozen=True, slots=True)
class NumberKey:
    accepted: tuple[AcceptedNumber, ...]


@dataclass(frozen=True, slots=True)
class PairKey:
    """Option id → target id."""

    pairs: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class OrderKey:
    """The option ids in the right order."""

    order: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class GapKey:
    """What counts in each gap; for a gap with choices the text is the id of the choice."""

    gaps: Mapping[str, tuple[AcceptedText, ...]]


@dataclass(frozen=True, slots=True)
class EssayKey:
    """An essay is marked by a person; `rubric` (HTML) helps them."""

    rubric: str = ""


ItemKey: TypeAlias = ChoiceKey | TruthKey | TextKey | NumberKey | PairKey | OrderKey | GapKey | EssayKey

KEY_OF: Mapping[ItemType, type[ItemKey] | None] = MappingProxyType(
    {
        ItemType.SINGLE_CHOICE: ChoiceKey,
        ItemType.MULTIPLE_CHOICE: ChoiceKey,
        ItemType.TRUE_FALSE: TruthKey,
        ItemType.CLUSTER: TruthKey,
        ItemType.SHORT_TEXT: TextKey,
        ItemType.SHORT_NUMBER: NumberKey,
        ItemType.MATCHING: PairKey,
        ItemType.ORDERING: OrderKey,
        ItemType.GAP_FILL: GapKey,
        ItemType.ESSAY: EssayKey,
        ItemType.DESCRIPTION: None,
    }
)


@dataclass(frozen=True, slots=True)
class ItemNotes:
    """What is said about a question later: the solution, general feedback, and feedback per option or gap id.

    `hints` are for a practice, where a pupil asks for one after the other; a test shows none.
    """

    solution: str = ""
    feedback: str = ""
    per_option: Mapping[str, str] = field(default_factory=dict)
    hints: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Problem:
    """Something a person should look at, said in Vietnamese beside the question.

    `blocking` problems (no key, two keys, a missing option) keep the question out of the bank until mended; the
    others are warnings. `code` is stable and machine-readable; `message` is a Vietnamese msgid with %(name)s places.
    """

    code: str
    message: str
    params: Mapping[str, str | int] = field(default_factory=dict)
    blocking: bool = False


@dataclass(frozen=True, slots=True)
class ItemDraft:
    """A question as read from a file or typed in a form, before it is saved.

    `key` is None when the source states no key, or two that disagree: a key is never guessed.
    """

    body: ItemBody
    key: ItemKey | None
    notes: ItemNotes = ItemNotes()
    title: str = ""
    number: str = ""  # as printed in the source: "Câu 12"
    part: str = ""  # "PHẦN II"
    category: str = ""  # category path of the source, "a/b/c"
    level: str = ""  # level code as found: NB, TH, VD, VDC …
    codes: tuple[str, ...] = ()  # outcome codes as found: CLO1 …
    tags: tuple[str, ...] = ()
    points: Fraction | None = None  # default worth stated by the source
    external_id: str = ""  # what the source itself calls it by
    source: str = ""  # the source's own words (plain text), for the preview
    grade: int | None = None
    topic: str = ""
    taken_from: str = ""  # name of the book, paper or file
    year: int | None = None
    any_textbook: bool = False  # asks nothing that only one series of textbooks teaches
    problems: tuple[Problem, ...] = ()

    @property
    def blocked(self) -> bool:
        """Whether some problem must be mended before the question can be saved."""
        return any(problem.blocking for problem in self.problems)


LEVELS: Mapping[str, str] = MappingProxyType(
    {"NB": N_("Nhận biết"), "TH": N_("Thông hiểu"), "VD": N_("Vận dụng"), "VDC": N_("Vận dụng cao")}
)

TYPE_NAMES: Mapping[ItemType, str] = MappingProxyType(
    {
        ItemType.SINGLE_CHOICE: N_("Một đáp án"),
        ItemType.MULTIPLE_CHOICE: N_("Nhiều đáp án"),
        ItemType.TRUE_FALSE: N_("Đúng/Sai"),
        ItemType.CLUSTER: N_("Đúng/Sai bốn ý"),
        ItemType.SHORT_TEXT: N_("Trả lời ngắn (chữ)"),
        ItemType.SHORT_NUMBER: N_("Trả lời ngắn (số)"),
        ItemType.MATCHING: N_("Nối cột"),
        ItemType.ORDERING: N_("Sắp xếp"),
        ItemType.GAP_FILL: N_("Điền khuyết"),
        ItemType.ESSAY: N_("Tự luận"),
        ItemType.DESCRIPTION: N_("Đoạn dẫn"),
    }
)

STATE_NAMES: Mapping[ItemState, str] = MappingProxyType(
    {
        ItemState.DRAFT: N_("Bản nháp"),
        ItemState.SUBMITTED: N_("Chờ duyệt"),
        ItemState.CHANGES_REQUESTED: N_("Cần sửa"),
        ItemState.APPROVED: N_("Đã duyệt"),
        ItemState.RETIRED: N_("Thôi dùng"),
    }
)


_WAYS: Mapping[ItemState, frozenset[ItemState]] = MappingProxyType(
    {
        ItemState.DRAFT: frozenset({ItemState.SUBMITTED, ItemState.RETIRED}),
        ItemState.SUBMITTED: frozenset({ItemState.CHANGES_REQUESTED, ItemState.APPROVED}),
        ItemState.CHANGES_REQUESTED: frozenset({ItemState.SUBMITTED, ItemState.RETIRED}),
        ItemState.APPROVED: frozenset({ItemState.RETIRED}),
        ItemState.RETIRED: frozenset(),
    }
)


def next_state(state: ItemState) -> frozenset[ItemState]:
    """Return the states that a version can go to from *state*."""
    return _WAYS[state]


@dataclass(frozen=True, slots=True)
class BankItem:
    """One version of a question as the rest of the product sees it; a value, safe to keep beyond the session.

    `level`, `topic` and `title` may be empty, `grade` None; `outcomes` are the codes or uids of the requirements it
    is aligned to.
    """

    item_uid: str
    version_uid: str
    version_no: int
    body: ItemBody
    key: ItemKey | None
    notes: ItemNotes
    subject_id: int
    grade: int | None
    level: str
    topic: str
    outcomes: tuple[str, ...]
    title: str
    points: Fraction
    state: ItemState

    @property
    def type(self) -> ItemType:
        """The kind of question."""
        return self.body.type


@dataclass(frozen=True, slots=True)
class ItemFilter:
    """What a list of questions is narrowed to; what is empty narrows nothing.

    `text` is looked for without accents in prompt, options and title.
    """

    subject_id: int | None = None
    grade: int | None = None
    types: tuple[ItemType, ...] = ()
    level: str = ""
    topic: str = ""
    outcome: str = ""
    state: ItemState | None = None
    text: str = ""
    owner_id: int | None = None


@dataclass(frozen=True, slots=True)
class DrawRule:
    """Which questions a random draw takes, and how many; what is empty narrows nothing."""

    subject_id: int
    count: int = 1
    grade: int | None = None
    types: tuple[ItemType, ...] = ()
    level: str = ""
    topic: str = ""
    outcome: str = ""
