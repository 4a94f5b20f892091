"""From scores to the mark: the vectors of the national format, and rounding once."""

from decimal import Decimal
from fractions import Fraction

import pytest

from lms.base.marks import HUNDREDTH, WHOLE
from question_bank.items.domain import ChoiceKey, ItemBody, ItemType, Option, TruthKey
from question_bank.scoring.marking import score
from question_bank.scoring.paper import Marked, VoidPolicy, mark_of, total_of

FOUR = tuple(Option(name, name) for name in "abcd")
CHOICE = ItemBody(ItemType.SINGLE_CHOICE, "?", options=FOUR)
CLUSTER = ItemBody(ItemType.CLUSTER, "?", options=FOUR)
CHOICE_KEY = ChoiceKey({"a": Fraction(1)})
CLUSTER_KEY = TruthKey(dict.fromkeys("abcd", True))


def choices(right, count, worth):
    return [
        Marked(Fraction(worth), score(CHOICE, CHOICE_KEY, {"choice": "a" if place < right else "b"}).fraction)
        for place in range(count)
    ]


def clusters(*rights):
    return [
        Marked(
            Fraction(1),
            score(
                CLUSTER, CLUSTER_KEY, {"truths": {name: place < right for place, name in enumerate("abcd")}}
            ).fraction,
        )
        for right in rights
    ]


@pytest.mark.parametrize(
    ("paper", "mark"),
    [
        (choices(10, 12, "1/4") + clusters(4, 3, 2, 1) + choices(4, 6, "1/2"), "6.35"),  # Toán
        (choices(15, 18, "1/4") + clusters(4, 4, 3, 0) + choices(3, 6, "1/4"), "7.00"),  # Vật lí
    ],
)
def test_the_national_format(paper, mark):
    total = total_of(paper)
    assert total.worth == 10
    assert mark_of(total.points, total.worth, HUNDREDTH) == Decimal(mark)
    assert str(mark_of(total.points, total.worth, HUNDREDTH)) == mark


def test_two_of_four_in_every_cluster():
    assert total_of(clusters(2, 2, 2, 2)).points == 1


@pytest.mark.parametrize(
    ("points", "worth", "mark"),
    [("7.25", "10", "7.3"), ("36.25", "50", "7.3"), ("1", "3", "3.3"), ("20", "20", "10.0"), ("0", "10", "0.0")],
)
def test_a_test_of_any_worth_becomes_a_mark_out_of_ten(points, worth, mark):
    assert str(mark_of(Fraction(points), Fraction(worth))) == mark


def test_primary_schools_give_whole_marks():
    assert mark_of(Fraction(17, 2), Fraction(10), WHOLE) == 9


def test_void_questions():
    rest = [Marked(Fraction(1), Fraction(1)), Marked(Fraction(1), Fraction(0))]
    void = Marked(Fraction(2), Fraction(0), VoidPolicy.FULL_CREDIT)
    dropped = Marked(Fraction(2), Fraction(1), VoidPolicy.DROP)
    assert total_of([*rest, void]).points == 3
    assert total_of([*rest, void]).worth == 4
    assert (total_of([*rest, dropped]).points, total_of([*rest, dropped]).worth) == (1, 2)
    assert mark_of(Fraction(0), Fraction(0)) == 0
