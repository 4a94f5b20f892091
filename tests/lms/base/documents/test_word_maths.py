"""Formulas in Word: what our own reader of Word's formulas finds in them again."""

from __future__ import annotations

import pytest
from lxml import etree

from lms.base.documents import word_maths
from lms.base.maths import MathsError
from question_bank.formats.docx.omml import latex

AS_READ = [  # formulas as the reader of Word papers writes them; printed and read once more they are the same
    r"\frac{1}{2}+2x^{2}",
    r"\sqrt[3]{\frac{x+1}{x-1}}+\sqrt{2}",
    r"f\left( x \right)=\left[ 1;2 \right)",
    r"\lim_{x\to0}{\frac{\sin{x}}{x}}=1",
    r"\int_{0}^{1} xdx",
    r"\sum_{k=0}^{n} C_{n}^{k}",
    r"\overrightarrow{AB}+\vec{a}+\overline{abc}+\bar{x}",
    r"\left\{ \begin{array}{l}x+y=1 \\ x-y=2\end{array} \right.",
    r"\left( \begin{matrix}1 & 2 \\ 3 & 4\end{matrix} \right)",
    r"{}_{92}^{235}U",
    r"\forall x\in\mathbb{R}",
    r"\text{khi}\ x>0",
    r"\log_{2}{8}=3",
    r"\underbrace{a+b}_{n}+\boxed{x}+\cancel{6}",
    r"d\perp d^{\prime}",
]
TYPED = [  # as people type them, and as they come back: the same to the eye
    (r"x^2", "x^{2}"),
    (r"\sin x", r"\sin{x}"),
    (r"\dfrac12", r"\frac{1}{2}"),
    (r"2{,}5", "2,5"),
    (r"\int\limits_0^1 x\,dx", r"\int\limits_{0}^{1} x\ dx"),
    (r"\heva{&x=1\\&y=2}", r"\left\{ \begin{array}{l}x=1 \\ y=2\end{array} \right."),
    (r"\ce{2H2 + O2 -> 2H2O}", r"2\ H_{2}+O_{2}\ \to\ 2\ H_{2}O"),
    (r"\ce{SO4^2-}", r"\mathrm{SO}_{4}^{2-}"),
    (r"\ce{^{14}_{6}C}", r"{}_{6}^{14}C"),
    (r"\ce{A ->[t^o] B}", r"A\ \overset{t^{o}}{\to}\ B"),
]


def test_a_formula_of_a_word_paper_comes_back_letter_by_letter() -> None:
    assert [latex(word_maths.office_math(formula)) for formula in AS_READ] == AS_READ


@pytest.mark.parametrize(("typed", "read"), TYPED)
def test_a_typed_formula_comes_back_as_word_says_it(typed: str, read: str) -> None:
    found = latex(word_maths.office_math(typed))

    assert found == read
    assert latex(word_maths.office_math(found)) == read


def test_no_structure_is_left_with_an_empty_base_where_word_would_show_a_dotted_box() -> None:
    made = word_maths.office_math(r"\sin x+\sum_{i=1}^{n}i+\ce{H2O}+\sqrt{2}")

    assert [one for one in made.iter(f"{{{word_maths.M}}}e") if not len(one)] == []


def test_a_formula_that_is_none_says_so() -> None:
    with pytest.raises(MathsError):
        word_maths.office_math(r"\frac{1")


def test_words_keep_the_space_behind_them() -> None:
    text = etree.tostring(word_maths.office_math(r"\text{khi } x"), encoding="unicode", method="text")

    assert text == "khi x"
