"""Going up, second chances and titles."""

from decimal import Decimal

from lms.gradebook.domain.circular22 import VERSIONS, Level
from lms.gradebook.domain.levels import Results
from lms.gradebook.domain.year import Promotion, Title, find_year, with_retests

RULES = VERSIONS[0]


def results(*marks: str, failed: bool = False) -> Results:
    return Results({str(place): Decimal(mark) for place, mark in enumerate(marks)}, {"GDTC": not failed})


BEST = results(*["9.0"] * 6, "6.5", "6.5")


def test_titles_ask_for_both_levels_and_six_nines() -> None:
    assert find_year(BEST, Level.GOOD, 0, RULES).title is Title.EXCELLENT
    assert find_year(results(*["9.0"] * 5, "8.9", "8.0"), Level.GOOD, 0, RULES).title is Title.GOOD
    assert find_year(BEST, Level.FAIR, 0, RULES).title is None
    assert find_year(results(*["7.0"] * 8), Level.GOOD, 0, RULES).title is None


def test_promotion_asks_for_conduct_learning_and_presence() -> None:
    passing, failing = results(*["5.0"] * 8), results(*["4.0"] * 8)
    assert find_year(passing, Level.REACHED, 45, RULES).promotion is Promotion.UP
    assert find_year(passing, Level.REACHED, 46, RULES).promotion is Promotion.REPEAT
    assert find_year(failing, Level.GOOD, 0, RULES).promotion is Promotion.SECOND_CHANCE
    assert find_year(passing, Level.NOT_REACHED, 0, RULES).promotion is Promotion.SECOND_CHANCE


def test_a_retest_takes_the_place_of_the_years_result() -> None:
    before = results("3.0", "3.0", *["5.0"] * 6, failed=True)
    after = with_retests(before, {"0": Decimal("5.0"), "1": Decimal("6.0")}, {"GDTC": True})
    assert find_year(before, Level.GOOD, 0, RULES).promotion is Promotion.SECOND_CHANCE
    assert find_year(after, Level.GOOD, 0, RULES).promotion is Promotion.UP
    assert before.scored["0"] == Decimal("3.0")
