"""What of questions a format does not bring back, found by writing each of them and reading it again.

No writer says of itself what it can: a list written by hand is wrong as soon as the writer or its reader changes.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

from lms.base import richtext
from lms.base.errors import AppError
from lms.base.i18n_marks import N_
from question_bank.formats.detect import READERS
from question_bank.formats.reading import Asset
from question_bank.formats.writers import Writer
from question_bank.items.comparing import sense_of, words_in
from question_bank.items.domain import EssayKey, ItemBody, ItemDraft, ItemType
from question_bank.items.presenting import asset_hashes, pictures_in

SAID: Mapping[str, str] = MappingProxyType(
    {
        "question": N_("Câu không ghi được vào tệp này: loại câu không có ở định dạng ấy, hoặc câu chưa có đáp án."),
        "type": N_("Câu thành loại câu khác."),
        "variables": N_("Câu mẫu mất các biến: tệp chỉ có lời của câu mẫu."),
        "words": N_("Chữ của câu dẫn hoặc phương án bị đổi."),
        "look": N_("Cách trình bày (đoạn, in đậm, bảng, công thức) bị đổi."),
        "pictures": N_("Hình trong câu bị mất."),
        "key": N_("Đáp án hoặc mức điểm của phương án bị đổi."),
        "rubric": N_("Hướng dẫn chấm bị mất."),
        "passage": N_("Đoạn dẫn chung thành một phần của câu dẫn; các câu không còn đi cùng nhau."),
        "order": N_("Việc giữ nguyên thứ tự phương án bị mất."),
        "solution": N_("Lời giải không còn tách riêng, hoặc bị mất."),
        "feedback": N_("Nhận xét chung bị đổi hoặc mất."),
        "per_option": N_("Nhận xét cho từng lựa chọn bị mất."),
        "hints": N_("Gợi ý bị mất."),
        "points": N_("Điểm của câu bị mất."),
        "level": N_("Mức độ bị mất."),
        "topic": N_("Chủ đề bị mất."),
        "grade": N_("Khối lớp bị mất."),
        "codes": N_("Yêu cầu cần đạt bị mất."),
        "tags": N_("Từ khoá bị mất."),
        "category": N_("Danh mục bị mất."),
        "external_id": N_("Mã ở nguồn bị mất."),
        "taken_from": N_("Tên nguồn bị mất."),
        "year": N_("Năm bị mất."),
        "any_textbook": N_("Ghi chú “dùng được với mọi bộ sách” bị mất."),
    }
)
_SAID_OF = (
    "level",
    "grade",
    "codes",
    "tags",
    "category",
    "external_id",
    "taken_from",
    "year",
    "any_textbook",
)
_MERGED = {"look": "words", "solution": "question", "feedback": "solution"}  # what need not be said beside another


@dataclass(frozen=True, slots=True)
class Loss:
    """Something that does not come back: a key of `SAID`, and of how many questions."""

    what: str
    count: int

    @property
    def said(self) -> str:
        """What is lost, as a Vietnamese msgid."""
        return SAID[self.what]


def losses(writer: Writer, drafts: Sequence[ItemDraft], assets: Mapping[str, Asset]) -> tuple[Loss, ...]:
    """Return what of the questions would not come back from a file of this format, the weightiest first."""
    counted: Counter[str] = Counter()
    for draft in drafts:
        counted.update(lost_of(writer, draft, assets))
    return tuple(Loss(what, counted[what]) for what in SAID if counted[what])


def lost_of(writer: Writer, draft: ItemDraft, assets: Mapping[str, Asset]) -> frozenset[str]:
    """Return which keys of `SAID` do not come back of one question."""
    reader = next(reader for reader in READERS if reader.name == (writer.reader or writer.name))
    try:
        read = reader.read(writer.write([draft], assets), f"x.{writer.ending}").drafts
    except AppError:  # nothing in the file that its reader would take for a question
        read = ()
    if len(read) != 1:
        return frozenset({"question"})
    before, after = _parts(draft), _parts(read[0])
    lost = {name for name, value in before.items() if value not in _NOTHING and after[name] != value}
    return frozenset(name for name in lost if _MERGED.get(name) not in lost)


_NOTHING: tuple[object, ...] = (None, "", (), False, frozenset())


def _parts(draft: ItemDraft) -> dict[str, object]:
    """The draft as values that are equal when nothing is lost; ids of options count for nothing."""
    body, notes = draft.body, draft.notes
    texts = _texts(body)
    places = {option.id: place for place, option in enumerate(body.options)}
    return {
        "type": body.type,
        "variables": body.variables,
        "words": tuple(words_in(html) for html in texts),
        "look": tuple(_shown(html) for html in texts),
        "pictures": asset_hashes(body) | pictures_in((notes.solution, notes.feedback, *notes.per_option.values())),
        "key": None if isinstance(draft.key, EssayKey) else _hashable(sense_of(body, draft.key)),
        "rubric": _shown(draft.key.rubric) if isinstance(draft.key, EssayKey) else "",
        "passage": words_in(body.passage),
        "order": () if body.shuffle and not any(one.fixed for one in body.options) else _order(body),
        "solution": _shown(notes.solution),
        "feedback": _shown(notes.feedback),
        "per_option": frozenset((places.get(name, name), _shown(html)) for name, html in notes.per_option.items()),
        "hints": tuple(_shown(hint) for hint in notes.hints),
        "points": 1 if draft.points is None else draft.points,  # what a question is worth of which nobody says it
        "topic": draft.topic or draft.category.rpartition("/")[2],
        **{name: frozenset(value) if isinstance(value := getattr(draft, name), tuple) else value for name in _SAID_OF},
    }


def _texts(body: ItemBody) -> list[str]:
    """Everything that is read in a question, in an order that its page does not choose."""
    options = [option.html for option in body.options]
    if body.type is ItemType.ORDERING:
        options.sort(key=words_in)
    targets = sorted((target.html for target in body.targets), key=words_in)
    choices = [choice.html for gap in body.gaps for choice in gap.choices]
    return [_ungapped(body.passage + body.prompt, body), *options, *targets, *choices]


def _shown(html: str) -> str:
    """A fragment as it is shown; a lone paragraph shows as its words do."""
    clean = richtext.clean(html)
    inside = clean.removeprefix("<p>").removesuffix("</p>")
    return inside if clean == f"<p>{inside}</p>" and "<p>" not in inside else clean


def _ungapped(html: str, body: ItemBody) -> str:
    """The prompt with its gaps called by their places."""
    for place, gap in enumerate(body.gaps, 1):
        html = html.replace(f'data-gap="{gap.id}"', f'data-gap="place-{place}"')
    return html


def _order(body: ItemBody) -> tuple[object, ...]:
    return (body.shuffle, *(option.fixed for option in body.options))


def _hashable(sense: object) -> object:
    """The sense of a key as something that can be compared with nothing."""
    return repr(sorted(map(repr, sense))) if isinstance(sense, set) else sense or None
