"""The board of a running test: whose page has fallen silent, and what a look at it costs."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from lms.base import db
from lms.base.permissions import Actor, Role
from lms.quizzes.domain.states import AttemptState
from lms.quizzes.hot.presence import SILENT_SECONDS, Presence
from lms.quizzes.models import Absence, Quiz
from lms.quizzes.service import taking, watching
from lms.school.models import Enrolment
from lms.school.service import load_actor
from tests.factories import NOON, World, make_user
from tests.lms.quizzes import factories
from tests.lms.quizzes.test_hot import Place, place
from tests.lms.quizzes.test_pulse import quiz_of, reads
from tests.postgres import postgres_server, postgres_url

__all__ = ["place", "postgres_server", "postgres_url"]
NOW = NOON.timestamp()
LATER = NOW + SILENT_SECONDS


@pytest.fixture
def presence(place: Place) -> Any:
    made = Presence(db.engine_for(writes=False), db.engine_for(writes=True))
    yield made
    made.stop()


def silent(place: Place) -> list[float]:
    with place.engine.connect() as connection:
        return [at.timestamp() for at in connection.scalars(select(Absence.since_at))]


def test_a_page_that_falls_silent_is_noted_once(place: Place, presence: Presence) -> None:
    presence.seen(place.attempt_id, quiz_of(place), NOW)
    presence.look(LATER - 1)
    assert silent(place) == []
    presence.look(LATER)
    presence.look(LATER + 60)
    assert silent(place) == [NOW]


def test_a_page_that_is_heard_again_is_no_longer_noted(place: Place, presence: Presence) -> None:
    presence.seen(place.attempt_id, quiz_of(place), NOW)
    presence.look(LATER)
    presence.seen(place.attempt_id, quiz_of(place), LATER + 5)
    presence.look(LATER + 6)
    assert silent(place) == []


def test_a_page_that_went_over_to_another_process_is_heard_there(place: Place, presence: Presence) -> None:
    presence.seen(place.attempt_id, quiz_of(place), NOW)
    other = Presence(db.engine_for(writes=False), db.engine_for(writes=True))
    other.seen(place.attempt_id, quiz_of(place), LATER - 1)
    presence.look(LATER)
    assert silent(place) == [NOW]
    other.look(LATER)
    assert silent(place) == []
    other.stop()


def test_who_has_handed_in_may_be_silent(place: Place, presence: Presence) -> None:
    presence.seen(place.attempt_id, quiz_of(place), NOW)
    place.change(state=AttemptState.HANDED_IN)
    presence.look(LATER)
    assert silent(place) == []


def test_while_all_are_heard_nothing_is_written(place: Place, presence: Presence) -> None:
    presence.seen(place.attempt_id, quiz_of(place), NOW)
    with reads(place.engine) as seen:
        presence.look(NOW + 1)
        presence.look(NOW + 2)
    assert {statement.split()[0] for statement in seen} <= {"BEGIN", "SELECT"}


def test_the_board_says_since_when(session: Session, world: World) -> None:
    quiz = factories.published(session, world)
    attempt = factories.begun(session, world, quiz)
    factories.begun(session, world, quiz, "classmate")
    session.add(Absence(attempt_id=attempt.id, quiz_id=quiz.id, since_at=NOON))
    session.flush()
    found = watching.board(session, world.actor(session, "teacher"), quiz.uid)
    assert found.counts == {"not_begun": 0, "working": 1, "silent": 1, "paused": 0, "handed_in": 0}
    assert [row.silent_since for row in found.rows if row.doing is watching.Doing.SILENT] == [NOON]
    attempt.paused_at = NOON
    found = watching.board(session, world.actor(session, "teacher"), quiz.uid)
    assert found.counts["silent"] == 0


def test_a_look_costs_as_much_for_thirty_as_for_two(session: Session, world: World) -> None:
    quiz = factories.published(session, world)
    teacher = world.actor(session, "teacher")
    factories.begun(session, world, quiz)
    few = looked(session, teacher, quiz)
    for number in range(30):
        pupil = make_user(session, session.merge(world.school), f"hs{number}", f"Học sinh {number}", Role.PUPIL)
        learns = {"class_id": quiz.class_id, "pupil_id": pupil.id, "from_on": NOON.date()}
        session.add(Enrolment(school_id=pupil.school_id, **learns))
        session.flush()
        taking.begin(session, load_actor(session, pupil), quiz.uid, device=factories.DEVICE, at=NOON)
    many = looked(session, teacher, quiz)
    assert (few[0], many[0]) == (2, 32)
    assert few[1] == many[1] <= 14


def looked(session: Session, teacher: Actor, quiz: Quiz) -> tuple[int, int]:
    """The rows of the board and how many statements it took."""
    session.flush()
    session.expire_all()
    with reads(session.get_bind()) as seen:  # type: ignore[arg-type]  # an engine
        found = watching.board(session, teacher, quiz.uid)
    return len(found.rows), len(seen)
