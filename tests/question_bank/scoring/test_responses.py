"""What is let in at the door."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lms.base.errors import Invalid
from question_bank.items.domain import Gap, ItemBody, ItemType, Option
from question_bank.scoring.responses import (
    ESSAY_LIMIT,
    SHORT_LIMIT,
    ResponseNotFitting,
    check_response,
    is_answered,
)

OPTIONS = tuple(Option(name, name) for name in "abc")
BODIES = {
    kind: ItemBody(
        kind, "?", options=OPTIONS, targets=(Option("x", "x"),), gaps=(Gap("g1"), Gap("g2", choices=OPTIONS))
    )
    for kind in ItemType
}


@pytest.mark.parametrize(
    ("kind", "sent", "kept"),
    [
        (ItemType.SINGLE_CHOICE, {"choice": "a"}, {"choice": "a"}),
        (ItemType.SINGLE_CHOICE, {"choice": None}, {"choice": None}),
        (ItemType.SINGLE_CHOICE, {"choice": ""}, {"choice": None}),
        (ItemType.MULTIPLE_CHOICE, {"choices": ["c", "a"]}, {"choices": ["c", "a"]}),
        (ItemType.TRUE_FALSE, {"truths": {"s": False}}, {"truths": {"s": False}}),
        (ItemType.CLUSTER, {"truths": {"a": True, "b": None}}, {"truths": {"a": True, "b": None}}),
        (ItemType.SHORT_TEXT, {"text": "Toa\u0301n"}, {"text": "Toán"}),
        (ItemType.SHORT_NUMBER, {"text": "\u22122.5"}, {"text": "\u22122.5"}),
        (ItemType.MATCHING, {"pairs": {"a": "x", "b": None, "c": ""}}, {"pairs": {"a": "x"}}),
        (ItemType.ORDERING, {"order": ["b", "a"]}, {"order": ["b", "a"]}),
        (ItemType.GAP_FILL, {"gaps": {"g1": "một", "g2": "b"}}, {"gaps": {"g1": "một", "g2": "b"}}),
        (ItemType.GAP_FILL, {"gaps": {"g1": "", "g2": None}}, {"gaps": {}}),
        (ItemType.ESSAY, {"text": "a\x00b\nc"}, {"text": "ab\nc"}),
        (ItemType.DESCRIPTION, {}, {}),
        (ItemType.SINGLE_CHOICE, {}, {}),
    ],
)
def test_what_is_kept(kind, sent, kept):
    assert check_response(BODIES[kind], sent) == kept
    assert check_response(BODIES[kind], kept) == kept
    json.dumps(kept)


@pytest.mark.parametrize(
    ("kind", "sent"),
    [
        (ItemType.SINGLE_CHOICE, None),
        (ItemType.SINGLE_CHOICE, []),
        (ItemType.SINGLE_CHOICE, "a"),
        (ItemType.SINGLE_CHOICE, {"choice": "z"}),
        (ItemType.SINGLE_CHOICE, {"choice": 1}),
        (ItemType.SINGLE_CHOICE, {"choice": ["a"]}),
        (ItemType.SINGLE_CHOICE, {"choices": ["a"]}),
        (ItemType.SINGLE_CHOICE, {"choice": "a", "score": 1}),
        (ItemType.MULTIPLE_CHOICE, {"choices": "a"}),
        (ItemType.MULTIPLE_CHOICE, {"choices": ["a", "a"]}),
        (ItemType.MULTIPLE_CHOICE, {"choices": ["a", None]}),
        (ItemType.MULTIPLE_CHOICE, {"choices": ["a"] * 100_000}),
        (ItemType.TRUE_FALSE, {"truths": {"a": True}}),
        (ItemType.TRUE_FALSE, {"truths": {"s": 1}}),
        (ItemType.TRUE_FALSE, {"truths": {"s": "true"}}),
        (ItemType.CLUSTER, {"truths": {"s": True}}),
        (ItemType.CLUSTER, {"truths": [True, False]}),
        (ItemType.SHORT_TEXT, {"text": 5}),
        (ItemType.SHORT_TEXT, {"text": "x" * (SHORT_LIMIT + 1)}),
        (ItemType.MATCHING, {"pairs": {"a": "a"}}),
        (ItemType.MATCHING, {"pairs": {"x": "x"}}),
        (ItemType.MATCHING, {"pairs": {"a": {"x": 1}}}),
        (ItemType.ORDERING, {"order": ["a", "a"]}),
        (ItemType.ORDERING, {"order": ["a", "z"]}),
        (ItemType.GAP_FILL, {"gaps": {"g9": "x"}}),
        (ItemType.GAP_FILL, {"gaps": {"g2": "không có"}}),
        (ItemType.GAP_FILL, {"gaps": {"g1": "x" * (SHORT_LIMIT + 1)}}),
        (ItemType.GAP_FILL, {"gaps": {"g1": 5}}),
        (ItemType.ESSAY, {"text": "x" * (ESSAY_LIMIT + 1)}),
        (ItemType.DESCRIPTION, {"text": "x"}),
    ],
)
def test_what_is_refused(kind, sent):
    with pytest.raises(ResponseNotFitting) as caught:
        check_response(BODIES[kind], sent)
    assert isinstance(caught.value, Invalid)
    assert str(caught.value)


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.sampled_from(["a", "x", "", "g1"]),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.sampled_from(["a", "s", "g1", "g2"]), inner),
    max_leaves=6,
)


@given(
    st.sampled_from(ItemType),
    st.dictionaries(st.sampled_from(["choice", "choices", "truths", "text", "pairs", "order", "gaps"]), json_values),
)
def test_anything_sent_is_kept_clean_or_refused(kind, sent):
    try:
        kept = check_response(BODIES[kind], sent)
    except ResponseNotFitting:
        return
    assert check_response(BODIES[kind], kept) == kept
    assert is_answered(kept) in {True, False}
