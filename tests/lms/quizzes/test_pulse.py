"""How running attempts hear of what is decided: soon, from memory, on both databases; and what a pause does to time."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

import msgspec
import pytest
from sqlalchemy import Engine, event

from lms.base import clock, db
from lms.base.errors import Forbidden, NotFound
from lms.quizzes.domain.admission import Visit
from lms.quizzes.domain.flow import ask_after
from lms.quizzes.hot import checking, endpoint, pulse, tokens
from lms.quizzes.models import Attempt
from lms.quizzes.service import closing, flow
from tests.lms.quizzes.factories import OTHER_DEVICE
from tests.lms.quizzes.test_hot import SECRET, Place, answer, place
from tests.postgres import postgres_server, postgres_url

__all__ = ["place", "postgres_server", "postgres_url"]


class Hands:
    """A clock that is turned by hand."""

    def __init__(self) -> None:
        self.at = 100.0

    def __call__(self) -> float:
        return self.at


def tell(place: Place) -> None:
    with db.transaction() as session:
        flow.tell_running(session, session.get_one(Attempt, place.attempt_id).quiz)


def quiz_of(place: Place) -> int:
    return checking.paper(place.form_id).quiz_id


@contextmanager
def reads(engine: Engine) -> Iterator[list[str]]:
    seen: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        seen.append(statement)

    event.listen(engine, "before_cursor_execute", note)
    yield seen
    event.remove(engine, "before_cursor_execute", note)


def test_a_bulletin_is_known_after_a_second(place: Place) -> None:
    hands = Hands()
    assert pulse.news(quiz_of(place), hands).bulletin == 0
    tell(place)
    tell(place)
    assert pulse.news(quiz_of(place), hands).bulletin == 0
    hands.at += pulse.FRESH_SECONDS
    assert pulse.news(quiz_of(place), hands).bulletin == 2


def test_however_many_ask_the_database_is_read_once_a_second(place: Place) -> None:
    hands, quiz_id = Hands(), quiz_of(place)
    pulse.news(quiz_id, hands)
    with reads(place.engine) as seen:
        for _ in range(500):
            hands.at += 0.01
            pulse.news(quiz_id, hands)
    looked = [statement for statement in seen if "quiz_flow" in statement]
    assert len(looked) in {4, 5}  # five seconds; hundredths do not add up exactly


def test_a_quiz_for_which_nobody_asks_is_forgotten(place: Place) -> None:
    hands, quiz_id = Hands(), quiz_of(place)
    pulse.news(quiz_id, hands)
    hands.at += pulse.FORGOTTEN_SECONDS + 1
    pulse.news(quiz_id + 1, hands)
    assert quiz_id not in pulse._known[place.engine].bulletins


def test_pages_ask_less_often_the_more_there_are() -> None:
    waits = [ask_after(running) for running in (0, 500, 2_800, 5_000, 10_000)]
    assert waits[0] == waits[2] == timedelta(seconds=3.5)
    assert waits == sorted(waits)
    assert ask_after(10_000) == timedelta(seconds=12.5)


def ask(place: Place, known: str, token: str | None = None) -> tuple[int, Any]:
    token = tokens.issue(SECRET, "uid-1", place.ticket()) if token is None else token
    status, ask_ms, body = endpoint.take_pulse(SECRET, "uid-1", token, known, Visit)
    assert ask_ms == 3500
    return status, msgspec.json.decode(body) if body else None


def test_a_page_that_knows_the_bulletin_gets_an_empty_answer(place: Place) -> None:
    assert ask(place, "0") == (204, None)


@pytest.mark.parametrize("known", ["", "7", "x" * 5000])
def test_a_page_that_does_not_is_told_how_its_attempt_stands(place: Place, known: str) -> None:
    status, reply = ask(place, known)
    assert status == 200
    assert reply["bulletin"] == 0
    assert reply["state"] == "open"
    assert not reply["paused"]
    assert 44 * 60_000 < reply["remaining_ms"] <= 45 * 60_000
    assert reply["saved"] == []


def test_a_pulse_needs_the_token_of_its_attempt(place: Place) -> None:
    for token in ("", tokens.issue(SECRET, "uid-2", place.ticket())):
        with pytest.raises(Forbidden):
            ask(place, "0", token)
    gone = place.ticket()._replace(form_id=999)
    with pytest.raises(NotFound):
        ask(place, "0", tokens.issue(SECRET, "uid-1", gone))


def test_a_device_that_was_replaced_learns_it_by_the_pulse(place: Place) -> None:
    place.change(device=OTHER_DEVICE)
    _status, reply = ask(place, "")
    assert not reply["here"]


def test_while_the_clock_stands_time_does_not_run_out(place: Place) -> None:
    now = clock.now()
    place.change(
        paused_at=now - timedelta(minutes=30),
        deadline_at=now - timedelta(minutes=20),
        accept_until_at=now - timedelta(minutes=19),
    )
    stored = place.send(answer(10))
    assert stored.saved == [(10, "applied")]
    _status, reply = ask(place, "")
    assert reply["paused"]
    assert reply["remaining_ms"] == 10 * 60_000
    with db.transaction() as session:
        attempt = session.get_one(Attempt, place.attempt_id)
        assert not closing.needs_closing(attempt, clock.now())
        assert closing.list_due(session, at=clock.now()) == []
        assert closing.close_due(session, [attempt.id], at=clock.now()) == 0


def test_what_came_after_the_end_stays_late_in_a_pause(place: Place) -> None:
    now = clock.now()
    place.change(paused_at=now, deadline_at=now - timedelta(minutes=2), accept_until_at=now - timedelta(minutes=1))
    assert place.send(answer(10)).saved == [(10, "late")]
