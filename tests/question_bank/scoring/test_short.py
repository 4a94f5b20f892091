"""Short answers: spelling, wildcards, figures."""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from question_bank.items.domain import AcceptedNumber, AcceptedText
from question_bank.scoring import short_number, short_text
from question_bank.scoring.short_number import in_national_format, number_of


@pytest.mark.parametrize(
    ("accepted", "typed"),
    [
        ("Hoà Bình", "hòa bình"),
        ("Thái Bình Dương", "thái\u00a0bình  dương\n"),
        ("don't", "don’t"),
        ("*", "gì cũng được"),
        ("a*c", "abc"),
        ("a*c", "ac"),
        ("*b*", "abc"),
        ("a*b*c", "aXbYbc"),
        (r"2\*3", "2*3"),
        (r"\**", "*x"),
        ("Đ", "đ"),
        ("ab*ba", "abba"),
    ],
)
def test_texts_that_count(accepted, typed):
    assert short_text.matches(AcceptedText(accepted), typed)


@pytest.mark.parametrize(
    ("accepted", "typed"),
    [
        ("má", "ma"),
        ("my", "mi"),
        ("a*c", "abcd"),
        ("ab*ba", "aba"),
        (r"2\*3", "2x3"),
        ("*", ""),
        ("*", "   "),
        ("a.c", "abc"),
        ("[ab]", "a"),
        ("", ""),
    ],
)
def test_texts_that_do_not(accepted, typed):
    assert not short_text.matches(AcceptedText(accepted), typed)


def test_case_counts_when_asked():
    assert not short_text.matches(AcceptedText("CO", case_sensitive=True), "Co")
    assert short_text.matches(AcceptedText("C*", case_sensitive=True), "Co")


def test_no_pattern_is_slow():
    assert not short_text.matches(AcceptedText("*a" * 2000 + "b"), "a" * 4000)


@given(st.lists(st.text(alphabet="abđ", max_size=4), min_size=1, max_size=5), st.text(alphabet="abđ", max_size=3))
def test_a_pattern_matches_whatever_fills_its_stars(runs, filler):
    text = filler.join(runs)
    if text:
        assert short_text.matches(AcceptedText("*".join(runs)), text)


@pytest.mark.parametrize(
    ("accepted", "typed", "counts"),
    [
        (AcceptedNumber("2"), "2,0", True),
        (AcceptedNumber("2"), "2.0", True),
        (AcceptedNumber("2"), "02", True),
        (AcceptedNumber("2"), "+2", True),
        (AcceptedNumber("-1.5"), "\u22121,5", True),
        (AcceptedNumber("-1,5"), "-1.5", True),
        (AcceptedNumber("0.5"), ",5", True),
        (AcceptedNumber("2"), "2,", True),
        (AcceptedNumber("2.0", exact_form=True), "2,0", True),
        (AcceptedNumber("2.0", exact_form=True), "2", False),
        (AcceptedNumber("2"), "-2", False),
        (AcceptedNumber("0.3"), "0,30000000000000001", False),
        (AcceptedNumber("9.8", "0.1"), "9,9", True),
        (AcceptedNumber("9.8", "0.1"), "9,7", True),
        (AcceptedNumber("9.8", "0.1"), "9,91", False),
        (AcceptedNumber("1.5e-3"), "0,0015", True),
        (AcceptedNumber("1000"), "1 000", True),
        (AcceptedNumber("1"), "1,2,3", False),
        (AcceptedNumber("1"), "1/1", False),
        (AcceptedNumber("1"), "1 cm", False),
        (AcceptedNumber("1"), "\u0661", False),
        (AcceptedNumber("không rõ"), "1", False),
        (AcceptedNumber("1", tolerance="x"), "1", False),
        (AcceptedNumber("1"), "", False),
        (AcceptedNumber("1e99"), "1" + "0" * 99, False),
    ],
)
def test_numbers(accepted, typed, counts):
    assert short_number.matches(accepted, typed) is counts


@pytest.mark.parametrize("text", ["9" * 5000, "1e999999999", "-", "", ",", "0x10", "NaN", "Infinity", "1_000"])
def test_what_is_no_number(text):
    assert number_of(text) is None


@pytest.mark.parametrize(
    ("text", "fits"),
    [("-1,5", True), ("0,25", True), ("1.25", True), ("\u22122", True), ("12345", False), ("+2", False), ("", False)],
)
def test_the_four_boxes(text, fits):
    assert in_national_format(text) is fits


@given(st.decimals(min_value=-999, max_value=999, places=2))
def test_every_decimal_reads_as_itself(value):
    figures = format(value, "f")
    assert number_of(figures) == number_of(figures.replace(".", ",")) == Fraction(value)
