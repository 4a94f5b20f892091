"""Formulas of authors: the grammar, exact results, and everything that is refused."""

from __future__ import annotations

import math
from contextlib import suppress
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from question_bank.items.formulas import FUNCTIONS, FormulaError, evaluate, names_in, parse

VALUES = {"a": Fraction(3), "b": Fraction(4), "cạnh": Fraction(5, 2)}


@pytest.mark.parametrize(
    ("formula", "exact"),
    [
        ("0.1 + 0.2", "3/10"),
        ("2 + 3 * 4 - 6 / 4", "25/2"),
        ("-2^2", "-4"),
        ("2^-1", "1/2"),
        ("2 ** 3 ** 2", "512"),
        ("({a} + {b}) * { cạnh }", "35/2"),
        ("a*b", "12"),
        ("10 − 4 × 2 ÷ 8", "9"),
        ("sqrt({a}*{a} + {b}*{b})", "5"),
        ("sqrt(9/4)", "3/2"),
        ("pow(8, 2)", "64"),
        ("round(2.5) + round(-2.5) + round(1.005, 2)", "101/100"),
        ("floor(-1.5) + ceil(-1.5)", "-3"),
        ("-7 % 3", "-1"),
        ("fmod(7.5, 2)", "3/2"),
        ("max(1, {a}, {b}) - min(2, 3)", "2"),
        ("{a} > {b} ? 1 : 2", "2"),
        ("{a} < {b} && !({a} == 3) || {b} >= 4", "1"),
        ("1.5e-3", "3/2000"),
        (".5 + 5.", "11/2"),
        ("bindec(101) + decbin(5) + octdec(17) + decoct(8)", "131"),
        ("SQRT(4)", "2"),
        ("--1", "1"),
    ],
)
def test_worked_out_exactly(formula: str, exact: str) -> None:
    assert evaluate(parse(formula), VALUES) == Fraction(exact)


@pytest.mark.parametrize(
    ("formula", "near"),
    [
        ("pi()", math.pi),
        ("sin(deg2rad(30))", 0.5),
        ("log(exp(2))", 2.0),
        ("log(8, 2)", 3.0),
        ("atan2(1, 1)", math.pi / 4),
        ("2^0.5", math.sqrt(2)),
        ("log10(1000) + expm1(0) + log1p(0)", 3.0),
    ],
)
def test_worked_out_nearly(formula: str, near: float) -> None:
    assert math.isclose(float(evaluate(parse(formula), {})), near, rel_tol=1e-12)


@pytest.mark.parametrize(
    "formula",
    [
        "", "  ", "1 +", "* 2", "(1", "1)", "1 2", "sqrt()", "sqrt(1, 2)", "pi(1)", "eval(1)", "__import__(1)", "a.b",
        "a[0]", "'x'", "{a", "a = 1", "1 ? 2", "@", "\\frac{a}{b}", "1,5", "lambda: 1", "x if y else z", "1;2",
        "(" * 60 + "1" + ")" * 60, "-" * 300 + "1", "+".join(["1"] * 400), "2^" * 60 + "2", "1+" * 600 + "1",
        "1 ? " * 60 + "1",
    ],
)  # fmt: skip
def test_what_is_no_formula_is_refused_with_a_sentence(formula: str) -> None:
    with pytest.raises(FormulaError) as caught:
        parse(formula)
    assert str(caught.value.message)


@pytest.mark.parametrize(
    "formula",
    ["1/0", "1 % 0", "fmod(1, 0)", "sqrt(-1)", "log(0)", "asin(2)", "0^-1", "(-8)^0.5", "9^9^9", "10^1001",
     "exp(99999)", "pow(10, 999) * pow(10, 999)", "round(1, 999)", "bindec(2)", "decbin(-1)", "{z}", "tan(1e999)"],
)  # fmt: skip
def test_what_has_no_value_is_refused_with_a_sentence(formula: str) -> None:
    with pytest.raises(FormulaError) as caught:
        evaluate(parse(formula), VALUES)
    assert str(caught.value.message)


def test_long_fractions_stay_small() -> None:
    value = Fraction(1, 3)
    node = parse("{x} * {x} + {x} / 7")
    for _ in range(30):
        value = evaluate(node, {"x": value})
    assert value.denominator.bit_length() < 4000


def test_the_names_that_are_asked_for() -> None:
    assert names_in(parse("{a} + max(b, pi()) ? {c} : 1")) == {"a", "b", "c"}


@given(
    st.lists(
        st.sampled_from(["1", "2.5", "{a}", "b", "(", ")", "+", "-", "*", "/", "^", "**", "%", "?", ":", ",", "<", "==",
                         "!", "&&", "9e99", *FUNCTIONS, "sqrt(", "pow("]),
        max_size=25,
    )
)  # fmt: skip
def test_any_text_is_worked_out_or_refused(pieces: list[str]) -> None:
    with suppress(FormulaError):
        assert isinstance(evaluate(parse(" ".join(pieces)), VALUES), Fraction)
