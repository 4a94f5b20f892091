"""Whether a question can be used as it stands: what is missing, said in the teacher's words; codes are stable."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from decimal import Decimal, InvalidOperation

from lms.base.i18n_marks import N_
from lms.base.richtext import to_plain
from question_bank.items import parameters
from question_bank.items.domain import (
    ChoiceKey,
    GapKey,
    ItemBody,
    ItemKey,
    ItemNotes,
    ItemType,
    NumberKey,
    OrderKey,
    PairKey,
    Problem,
    TextKey,
    TruthKey,
)

MAX_OPTIONS = 20
_CHOICES = frozenset({ItemType.SINGLE_CHOICE, ItemType.MULTIPLE_CHOICE})
_LEAST: Mapping[ItemType, int] = {
    ItemType.SINGLE_CHOICE: 2,
    ItemType.MULTIPLE_CHOICE: 2,
    ItemType.CLUSTER: 1,
    ItemType.MATCHING: 1,
    ItemType.ORDERING: 2,
}


def problems_in(body: ItemBody, key: ItemKey | None) -> tuple[Problem, ...]:
    """Say what keeps a question out of the bank; nothing when it is whole."""
    if parameters.is_template(body):
        if said := parameters.problems_of(body, key):
            return tuple(Problem("template", one.text, one.params, blocking=True) for one in said)
        body, key, _ = parameters.drawn(body, key, ItemNotes(), "check/0")
    return (*_body_problems(body), *_key_problems(body, key))


def is_empty(html: str) -> bool:
    """Say whether a text shows nothing: no words, no picture, no formula, no gap."""
    return not to_plain(html).strip() and "<img" not in html and 'class="gap"' not in html


def _blocking(code: str, message: str, **params: str | int) -> Problem:
    return Problem(code, message, params, blocking=True)


def _body_problems(body: ItemBody) -> Iterator[Problem]:
    if is_empty(body.prompt) and is_empty(body.passage) and not body.options:
        yield _blocking("empty_prompt", N_("Câu hỏi chưa có nội dung."))
    if len(body.options) < _LEAST.get(body.type, 0):
        yield _blocking("too_few_options", N_("Câu hỏi này cần thêm phương án."))
    if len(body.options) > MAX_OPTIONS or len(body.targets) > MAX_OPTIONS:
        yield _blocking("too_many_options", N_("Câu hỏi chỉ được có tối đa %(most)s phương án."), most=MAX_OPTIONS)
    if body.type == ItemType.MATCHING and len(body.targets) < 2:
        yield _blocking("too_few_options", N_("Câu nối cột cần ít nhất hai ý ở cột phải."))
    for place, option in enumerate((*body.options, *body.targets)):
        if is_empty(option.html):
            yield _blocking("empty_option", N_("Phương án thứ %(place)s chưa có nội dung."), place=place + 1)
    ids = [option.id for option in (*body.options, *body.targets)] + [gap.id for gap in body.gaps]
    if len(ids) != len(set(ids)) or any(not one for one in ids):
        yield _blocking("same_ids", N_("Hai phương án mang cùng một mã. Hãy nhập lại câu này."))
    if body.type == ItemType.GAP_FILL:
        missing = [gap.id for gap in body.gaps if f'data-gap="{gap.id}"' not in body.prompt]
        if missing or not body.gaps:
            yield _blocking("no_gap", N_("Câu điền khuyết chưa có chỗ trống. Viết chỗ trống là [[đáp án]]."))


def _key_problems(body: ItemBody, key: ItemKey | None) -> Iterator[Problem]:
    if body.type in {ItemType.DESCRIPTION, ItemType.ESSAY}:
        return
    no_key = _blocking("no_key", N_("Chưa có đáp án. Hãy chọn đáp án đúng."))
    options = {option.id for option in body.options}
    match key:
        case None:
            yield no_key
        case ChoiceKey(weights):
            right = [name for name, weight in weights.items() if weight > 0]
            if not right:
                yield no_key
            if not set(weights) <= options:
                yield _blocking("unknown_key", N_("Đáp án chỉ vào một phương án không có trong câu hỏi."))
            if body.type == ItemType.SINGLE_CHOICE and right and max(weights.values()) != 1:
                yield _blocking("no_full_mark", N_("Chưa có phương án nào được trọn điểm."))
        case TruthKey(truths):
            expected = options if body.type == ItemType.CLUSTER else {"s"}
            if set(truths) != expected:
                yield _blocking("half_key", N_("Còn ý chưa rõ đúng hay sai. Hãy chọn cho từng ý."))
        case TextKey(accepted):
            if not any(one.text.strip() for one in accepted):
                yield no_key
        case NumberKey(accepted):
            if not accepted:
                yield no_key
            if not all(_is_number(one.value) and _is_number(one.tolerance) for one in accepted):
                yield _blocking("unreadable_number", N_("Có đáp án không phải là một số."))
        case PairKey(pairs):
            targets = {target.id for target in body.targets}
            if set(pairs) != options or not set(pairs.values()) <= targets:
                yield _blocking("half_key", N_("Còn ý chưa được nối. Hãy nối đủ các ý ở cột trái."))
        case OrderKey(order):
            if set(order) != options or len(order) != len(options):
                yield _blocking("half_key", N_("Thứ tự đúng chưa đủ các ý."))
        case GapKey(gaps):
            if any(not gaps.get(gap.id) for gap in body.gaps):
                yield _blocking("half_key", N_("Còn chỗ trống chưa có đáp án."))


def _is_number(text: str) -> bool:
    try:
        return Decimal(text).is_finite()
    except InvalidOperation:
        return False
