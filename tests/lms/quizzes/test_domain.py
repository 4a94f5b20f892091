"""Rules of quizzes that need no database."""

from __future__ import annotations

import random
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lms.base.errors import Conflict
from lms.quizzes.domain.answers import Event, project
from lms.quizzes.domain.forms import Choice, OptionPlace, form_code, order_options, order_questions
from lms.quizzes.domain.receipts import receipt_of
from lms.quizzes.domain.results import ReleaseRules, counting, is_released, on_ten
from lms.quizzes.domain.states import AttemptState, Counts, QuizState, ReleasePolicy, Standing, move
from lms.quizzes.domain.switches import shown
from lms.quizzes.domain.timing import Allowance, Window, standing_of

OPENS = datetime(2026, 11, 23, 0, 30, tzinfo=UTC)
WINDOW = Window(OPENS, OPENS + timedelta(hours=2), timedelta(minutes=45), timedelta(seconds=20))
NONE = Allowance()


@pytest.mark.parametrize(
    ("now", "to", "allowed"),
    [
        (QuizState.DRAFT, QuizState.PUBLISHED, True),
        (QuizState.PUBLISHED, QuizState.CLOSED, True),
        (QuizState.DRAFT, QuizState.CLOSED, False),
        (QuizState.PUBLISHED, QuizState.DRAFT, False),
        (QuizState.CLOSED, QuizState.PUBLISHED, True),
        (QuizState.CLOSED, QuizState.DRAFT, False),
        (QuizState.PUBLISHED, QuizState.PUBLISHED, False),
    ],
)
def test_moves(now: QuizState, to: QuizState, allowed: bool) -> None:
    if allowed:
        assert move(now, to) is to
    else:
        with pytest.raises(Conflict):
            move(now, to)


@pytest.mark.parametrize(
    ("minutes", "allowance", "may"),
    [
        (-1, NONE, False),
        (0, NONE, True),
        (119, NONE, True),
        (120, NONE, False),
        (125, Allowance(seconds=600), True),
        (130, Allowance(seconds=600), False),
        (130, Allowance(percent=25), True),
        (132, Allowance(percent=25), False),
    ],
)
def test_when_a_pupil_may_begin(minutes: int, allowance: Allowance, may: bool) -> None:
    at = OPENS + timedelta(minutes=minutes)
    if may:
        WINDOW.check_may_begin(allowance, at)
    else:
        with pytest.raises(Conflict):
            WINDOW.check_may_begin(allowance, at)


@pytest.mark.parametrize(
    ("begun", "allowance", "ends"),
    [
        (0, NONE, 45),
        (100, NONE, 120),
        (0, Allowance(seconds=300), 50),
        (0, Allowance(percent=20), 54),
        (0, Allowance(percent=20, seconds=60), 55),
        (100, Allowance(seconds=300), 125),
        (110, Allowance(percent=100), 165),
    ],
)
def test_deadlines_in_minutes_after_the_opening(begun: int, allowance: Allowance, ends: int) -> None:
    deadline = WINDOW.deadline(allowance, OPENS + timedelta(minutes=begun))
    assert deadline == OPENS + timedelta(minutes=ends)


def test_without_a_duration_the_window_is_the_deadline() -> None:
    window = Window(OPENS, OPENS + timedelta(hours=2), None)
    assert window.deadline(NONE, OPENS + timedelta(minutes=5)) == OPENS + timedelta(hours=2)
    assert window.deadline(Allowance(percent=50), OPENS) == OPENS + timedelta(hours=3)


@pytest.mark.parametrize(
    ("state", "same_device", "seconds", "standing"),
    [
        (AttemptState.OPEN, True, 0, Standing.APPLIED),
        (AttemptState.OPEN, True, 0.001, Standing.LATE),
        (AttemptState.OPEN, True, -60, Standing.APPLIED),
        (AttemptState.OPEN, False, -60, Standing.OTHER_DEVICE),
        (AttemptState.OPEN, False, 1, Standing.LATE),
        (AttemptState.HANDED_IN, True, -60, Standing.LATE),
    ],
)
def test_what_becomes_of_an_event(state: AttemptState, same_device: bool, seconds: float, standing: Standing) -> None:
    assert standing_of(state, same_device, OPENS, OPENS + timedelta(seconds=seconds)) is standing


def event(id: int, slot: int, seq: int, standing: Standing = Standing.APPLIED) -> Event:
    return Event(id, slot, seq, standing, {"choice": f"{id}"})


def test_the_latest_by_the_client_counts_however_it_arrived() -> None:
    events = [event(1, 1, 100), event(2, 1, 300), event(3, 1, 200), event(4, 2, 50)]
    assert {slot: one.id for slot, one in project(events).items()} == {1: 2, 2: 4}


def test_what_was_not_applied_does_not_count() -> None:
    events = [event(1, 1, 100), event(2, 1, 300, Standing.LATE), event(3, 1, 400, Standing.OTHER_DEVICE)]
    assert project(events)[1].id == 1


@given(st.permutations([event(number, number % 3, number * 7 % 50) for number in range(12)]))
def test_the_projection_does_not_depend_on_the_order_of_reading(events: list[Event]) -> None:
    assert project(events) == project(sorted(events, key=lambda one: one.id))


def test_forms_keep_passages_together_and_lose_nothing() -> None:
    questions = [Choice(number, "p" if number in {2, 3, 4} else "") for number in range(10)]
    for seed in range(20):
        keys = [one.key for one in order_questions(questions, random.Random(seed))]
        assert sorted(keys) == list(range(10))
        start = keys.index(2)
        assert keys[start : start + 3] == [2, 3, 4]


def test_fixed_options_stay_in_their_places() -> None:
    options = [OptionPlace("a"), OptionPlace("b"), OptionPlace("c"), OptionPlace("d", fixed=True)]
    orders = {tuple(order_options(options, random.Random(seed))) for seed in range(60)}
    assert {order[3] for order in orders} == {"d"}
    assert len(orders) == 6


def test_codes_of_forms() -> None:
    assert [form_code(index) for index in (0, 3, 23)] == ["101", "104", "124"]


def test_the_receipt_stands_for_these_answers_only() -> None:
    one = receipt_of("uid", {1: {"choice": "a"}, 2: {"text": "Hà Nội"}})
    assert one == receipt_of("uid", {2: {"text": "Hà Nội"}, 1: {"choice": "a"}})
    assert one != receipt_of("uid", {1: {"choice": "b"}, 2: {"text": "Hà Nội"}})
    assert one != receipt_of("other", {1: {"choice": "a"}, 2: {"text": "Hà Nội"}})
    assert len(one) == 11
    assert one[5] == "-"


@pytest.mark.parametrize(
    ("policy", "state", "by_hand", "out"),
    [
        (ReleasePolicy.AFTER_HAND_IN, QuizState.PUBLISHED, False, True),
        (ReleasePolicy.AFTER_CLOSE, QuizState.PUBLISHED, False, False),
        (ReleasePolicy.AFTER_CLOSE, QuizState.CLOSED, False, True),
        (ReleasePolicy.BY_HAND, QuizState.CLOSED, False, False),
        (ReleasePolicy.BY_HAND, QuizState.CLOSED, True, True),
    ],
)
def test_when_results_are_out(policy: ReleasePolicy, state: QuizState, by_hand: bool, out: bool) -> None:
    assert is_released(policy, state, OPENS if by_hand else None) is out
    seen = shown(
        ReleaseRules(policy, marks=True, key=True, comments=False), (), state, OPENS if by_hand else None, OPENS
    )
    assert seen.marks is out
    assert not seen.comments


def test_the_key_waits_until_nobody_can_take_the_quiz() -> None:
    rules = ReleaseRules(ReleasePolicy.AFTER_HAND_IN, key=True)
    assert not shown(rules, (), QuizState.PUBLISHED, None, OPENS).key
    assert shown(rules, (), QuizState.CLOSED, None, OPENS).key


@dataclass(frozen=True)
class Scored:
    number: int
    points: Fraction
    worth: Fraction = Fraction(10)


@pytest.mark.parametrize(("counts", "number"), [(Counts.BEST, 2), (Counts.FIRST, 1), (Counts.LAST, 3)])
def test_which_attempt_counts(counts: Counts, number: int) -> None:
    attempts = [Scored(3, Fraction(9)), Scored(1, Fraction(4)), Scored(2, Fraction(9))]
    assert counting(attempts, counts).number == number


def test_the_best_attempt_is_the_one_of_the_best_mark() -> None:
    """A dropped question left the first paper at 8 points: 7 of 8 is more than 8 of 10."""
    attempts = [Scored(1, Fraction(7), Fraction(8)), Scored(2, Fraction(8), Fraction(10))]
    assert counting(attempts, Counts.BEST).number == 1


def test_the_scale_of_ten_is_exact() -> None:
    assert on_ten(Fraction(1, 4), Fraction(3)) == Fraction(5, 6)
    assert on_ten(Fraction(0), Fraction(0)) == 0
