"""Marking by kind of question, and what holds for every kind."""

import doctest
import importlib
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from question_bank.items.domain import (
    AcceptedNumber,
    AcceptedText,
    ChoiceKey,
    EssayKey,
    Gap,
    GapKey,
    ItemBody,
    ItemType,
    NumberKey,
    Option,
    OrderKey,
    PairKey,
    TextKey,
    TruthKey,
)
from question_bank.scoring.marking import KeyNotFitting, score
from question_bank.scoring.responses import check_response
from question_bank.scoring.schemes import SCHEME_NAMES, SCHEMES, Scheme, SchemeNotFitting
from question_bank.scoring.short_number import NOT_A_NUMBER, NOT_NATIONAL

FOUR = tuple(Option(name, name) for name in "abcd")
TARGETS = tuple(Option(name, name) for name in ("x", "y", "z"))


def body(kind, **parts):
    return ItemBody(type=kind, prompt="<p>?</p>", **parts)


SINGLE = body(ItemType.SINGLE_CHOICE, options=FOUR)
SEVERAL = body(ItemType.MULTIPLE_CHOICE, options=FOUR)
LONE = body(ItemType.TRUE_FALSE)
CLUSTER = body(ItemType.CLUSTER, options=FOUR)
TEXT = body(ItemType.SHORT_TEXT)
NUMBER = body(ItemType.SHORT_NUMBER)
MATCHING = body(ItemType.MATCHING, options=FOUR[:2], targets=TARGETS)
ORDERING = body(ItemType.ORDERING, options=FOUR)
GAPS = body(ItemType.GAP_FILL, gaps=(Gap("g1"), Gap("g2", choices=FOUR)))
ESSAY = body(ItemType.ESSAY)
DESCRIPTION = body(ItemType.DESCRIPTION)


def weights(**shares):
    return ChoiceKey({name: Fraction(share) for name, share in shares.items()})


CLUSTER_KEY = TruthKey({"a": True, "b": False, "c": True, "d": False})
PAIRS = PairKey({"a": "x", "b": "y"})
ORDER = OrderKey(("a", "b", "c", "d"))
GAP_KEY = GapKey({"g1": (AcceptedText("Hà Nội"), AcceptedText("Hà *", Fraction(1, 2))), "g2": (AcceptedText("b"),)})

CASES = {
    "single": (SINGLE, weights(b="1", c="1/3", d="-1/2")),
    "several": (SEVERAL, weights(a="1/2", b="1/2", c="-1/2")),
    "lone": (LONE, TruthKey({"s": True})),
    "cluster": (CLUSTER, CLUSTER_KEY),
    "text": (TEXT, TextKey((AcceptedText("Đà Nẵng"), AcceptedText("đà*", Fraction(1, 2))))),
    "number": (NUMBER, NumberKey((AcceptedNumber("2.5"), AcceptedNumber("2.6", "0.1", Fraction(1, 2))))),
    "matching": (MATCHING, PAIRS),
    "ordering": (ORDERING, ORDER),
    "gaps": (GAPS, GAP_KEY),
    "essay": (ESSAY, EssayKey()),
}


@pytest.mark.parametrize(
    "module",
    [
        "choice", "gaps", "marking", "matching", "ordering", "outcome", "paper", "responses", "schemes",
        "short_number", "short_text", "truths",
    ],
)  # fmt: skip
def test_the_examples_in_the_docstrings_hold(module):
    assert doctest.testmod(importlib.import_module(f"question_bank.scoring.{module}")).failed == 0


@pytest.mark.parametrize(
    ("case", "response", "scheme", "share"),
    [
        ("single", {"choice": "b"}, None, "1"),
        ("single", {"choice": "c"}, None, "1/3"),
        ("single", {"choice": "c"}, Scheme.ALL_OR_NOTHING, "0"),
        ("single", {"choice": "d"}, None, "0"),
        ("single", {"choice": "a"}, None, "0"),
        ("several", {"choices": ["a", "b"]}, None, "1"),
        ("several", {"choices": ["b", "a"]}, Scheme.ALL_OR_NOTHING, "1"),
        ("several", {"choices": ["a"]}, None, "1/2"),
        ("several", {"choices": ["a"]}, Scheme.ALL_OR_NOTHING, "0"),
        ("several", {"choices": ["a", "c"]}, None, "0"),
        ("several", {"choices": ["a", "d"]}, Scheme.SHARE, "1/2"),
        ("several", {"choices": ["a", "b", "c", "d"]}, Scheme.SHARE, "0"),
        ("several", {"choices": ["a", "b", "d"]}, Scheme.RIGHT_MINUS_WRONG, "1/2"),
        ("several", {"choices": ["c", "d"]}, Scheme.RIGHT_MINUS_WRONG, "0"),
        ("lone", {"truths": {"s": True}}, None, "1"),
        ("lone", {"truths": {"s": False}}, None, "0"),
        ("cluster", {"truths": {"a": True, "b": False, "c": True, "d": False}}, None, "1"),
        ("cluster", {"truths": {"a": True, "b": False, "c": True, "d": True}}, None, "1/2"),
        ("cluster", {"truths": {"a": True, "b": False, "c": None}}, None, "1/4"),
        ("cluster", {"truths": {"a": True, "b": True, "c": False, "d": True}}, None, "1/10"),
        ("cluster", {"truths": {"a": False}}, None, "0"),
        ("cluster", {"truths": {"a": True, "b": False}}, Scheme.SHARE, "1/2"),
        ("cluster", {"truths": {"a": True, "b": False, "c": False}}, Scheme.RIGHT_MINUS_WRONG, "1/4"),
        ("cluster", {"truths": {"a": True, "b": False, "c": True}}, Scheme.ALL_OR_NOTHING, "0"),
        ("text", {"text": " đà   nẵng "}, None, "1"),
        ("text", {"text": "ĐÀ LẠT"}, None, "1/2"),
        ("text", {"text": "ĐÀ LẠT"}, Scheme.ALL_OR_NOTHING, "0"),
        ("text", {"text": "Da Nang"}, None, "0"),
        ("number", {"text": "2,5"}, None, "1"),
        ("number", {"text": "2.50"}, None, "1"),
        ("number", {"text": "2,7"}, None, "1/2"),
        ("number", {"text": "2,71"}, None, "0"),
        ("number", {"text": "hai"}, None, "0"),
        ("matching", {"pairs": {"a": "x", "b": "y"}}, None, "1"),
        ("matching", {"pairs": {"a": "x", "b": "z"}}, None, "1/2"),
        ("matching", {"pairs": {"a": "x", "b": "z"}}, Scheme.RIGHT_MINUS_WRONG, "0"),
        ("matching", {"pairs": {"a": "x"}}, Scheme.RIGHT_MINUS_WRONG, "1/2"),
        ("matching", {"pairs": {"a": "x"}}, Scheme.ALL_OR_NOTHING, "0"),
        ("ordering", {"order": ["a", "b", "c", "d"]}, None, "1"),
        ("ordering", {"order": ["b", "a", "c", "d"]}, None, "1/2"),
        ("ordering", {"order": ["b", "a", "c", "d"]}, Scheme.ALL_OR_NOTHING, "0"),
        ("ordering", {"order": ["b", "c", "d", "a"]}, Scheme.NEIGHBOURS, "2/3"),
        ("ordering", {"order": ["a"]}, None, "1/4"),
        ("gaps", {"gaps": {"g1": "hà nội", "g2": "b"}}, None, "1"),
        ("gaps", {"gaps": {"g1": "Hà Tĩnh", "g2": "b"}}, None, "3/4"),
        ("gaps", {"gaps": {"g2": "c"}}, None, "0"),
        ("gaps", {"gaps": {"g1": "Hà Nội", "g2": "c"}}, Scheme.RIGHT_MINUS_WRONG, "0"),
    ],
)
def test_shares(case, response, scheme, share):
    question, key = CASES[case]
    outcome = score(question, key, check_response(question, response), scheme)
    assert outcome.fraction == Fraction(share)
    assert outcome.answered
    assert outcome.right is (outcome.fraction == 1)


def test_the_parts_are_told():
    outcome = score(CLUSTER, CLUSTER_KEY, {"truths": {"a": True, "b": True}})
    assert outcome.detail == {"a": 1, "b": 0, "c": 0, "d": 0}
    assert score(GAPS, GAP_KEY, {"gaps": {"g1": "Hà Nam", "g2": "b"}}).detail == {"g1": Fraction(1, 2), "g2": 1}


def test_an_essay_waits_for_a_person():
    outcome = score(ESSAY, EssayKey(), {"text": "Bài làm"})
    assert (outcome.needs_marking, outcome.answered, outcome.fraction) == (True, True, 0)
    assert not score(ESSAY, EssayKey(), {"text": " \n"}).needs_marking


def test_a_question_without_a_key_waits_for_a_person():
    assert score(SINGLE, None, {"choice": "a"}).needs_marking


def test_a_description_earns_nothing_and_asks_nothing():
    outcome = score(DESCRIPTION, None, {})
    assert (outcome.answered, outcome.needs_marking, outcome.fraction) == (False, False, 0)


def test_a_key_of_another_kind_is_a_mistake():
    with pytest.raises(KeyNotFitting):
        score(SINGLE, TruthKey({}), {"choice": "a"})
    with pytest.raises(KeyNotFitting):
        score(DESCRIPTION, EssayKey(), {})


def test_a_scheme_of_another_kind_is_a_mistake():
    with pytest.raises(SchemeNotFitting):
        score(SINGLE, weights(a="1"), {"choice": "a"}, Scheme.STEPPED_764)


def test_an_old_response_is_marked_by_a_newer_key():
    assert score(SINGLE, weights(z="1"), {"choice": "gone"}).fraction == 0
    assert score(CLUSTER, CLUSTER_KEY, {"truths": {"gone": True, "a": True}}).fraction == Fraction(1, 10)
    assert score(MATCHING, PAIRS, {"pairs": {"a": "gone", "gone": "x"}}).fraction == 0


def test_a_cluster_of_another_size_shares_equally():
    question = body(ItemType.CLUSTER, options=FOUR[:3])
    key = TruthKey({"a": True, "b": True, "c": True})
    assert score(question, key, {"truths": {"a": True, "b": True}}).fraction == Fraction(2, 3)


@pytest.mark.parametrize(
    ("text", "flags"),
    [
        ("2,5", ()),
        ("-1,5", ()),
        ("12,75", (NOT_NATIONAL,)),
        ("2 cm", (NOT_A_NUMBER, NOT_NATIONAL)),
        ("--", (NOT_A_NUMBER,)),
    ],
)
def test_numbers_outside_the_answer_sheet_are_flagged(text, flags):
    assert score(NUMBER, CASES["number"][1], {"text": text}).flags == flags


@pytest.mark.parametrize("name", CASES)
@pytest.mark.parametrize(
    "blank",
    [None, {}, {"choice": None}, {"choices": []}, {"truths": {"a": None, "s": None}}, {"text": " "}, {"pairs": {}},
     {"order": []}, {"gaps": {"g1": " "}}],
)  # fmt: skip
def test_a_blank_is_unanswered(name, blank):
    question, key = CASES[name]
    outcome = score(question, key, blank)
    assert not outcome.answered
    assert outcome.fraction == 0
    assert not outcome.needs_marking


def test_every_scheme_has_a_name_and_every_kind_a_default():
    assert set(SCHEME_NAMES) == set(Scheme)
    assert set(SCHEMES) == set(ItemType) - {ItemType.ESSAY, ItemType.DESCRIPTION}


names = st.sampled_from("abcdxyz")
texts = st.one_of(st.text(max_size=30), st.sampled_from(["2,5", "-", ",", "1e9", "Hà Nội", "9" * 200, "\u22122.5"]))
loose = st.one_of(
    st.builds(lambda name: {"choice": name}, names),
    st.builds(lambda chosen: {"choices": chosen}, st.lists(names, unique=True)),
    st.builds(lambda truths: {"truths": truths}, st.dictionaries(names, st.sampled_from([True, False, None]))),
    st.builds(lambda text: {"text": text}, texts),
    st.builds(lambda pairs: {"pairs": pairs}, st.dictionaries(names, names)),
    st.builds(lambda order: {"order": order}, st.lists(names, unique=True)),
    st.builds(lambda gaps: {"gaps": gaps}, st.dictionaries(st.sampled_from(["g1", "g2", "g3"]), texts)),
)


@given(st.sampled_from(sorted(CASES)), loose, st.data())
def test_every_score_is_an_exact_share(name, response, data):
    question, key = CASES[name]
    scheme = data.draw(st.sampled_from([None, *SCHEMES.get(question.type, ())]))
    outcome = score(question, key, response, scheme)
    assert isinstance(outcome.fraction, Fraction)
    assert 0 <= outcome.fraction <= 1
    assert all(isinstance(share, Fraction) and 0 <= share <= 1 for share in outcome.detail.values())
    assert outcome.answered or (outcome.fraction == 0 and not outcome.needs_marking)


@given(st.dictionaries(names, st.fractions(-3, 3)), st.lists(names, unique=True))
def test_penalties_never_leave_the_range(shares, chosen):
    for scheme in SCHEMES[ItemType.MULTIPLE_CHOICE]:
        assert 0 <= score(SEVERAL, ChoiceKey(shares), {"choices": chosen}, scheme).fraction <= 1
    for name in chosen:
        assert 0 <= score(SINGLE, ChoiceKey(shares), {"choice": name}).fraction <= 1
