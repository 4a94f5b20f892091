"""When pages were left: the right moment, seen by the right people, forgotten in time, and nothing else with it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from flask.testing import FlaskClient
from sqlalchemy import delete, select, update
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from lms.base import clock, db
from lms.base.errors import NotFound
from lms.quizzes import jobs
from lms.quizzes.domain.departures import Departure, departures
from lms.quizzes.models import Attempt, AttemptEvent
from lms.quizzes.service import taking, watching
from lms.quizzes.service.departures import own_departures
from tests.factories import World
from tests.lms.quizzes import factories
from tests.lms.quizzes.test_hot import Place, answer, place
from tests.postgres import postgres_server, postgres_url
from tests.question_bank.items import samples

__all__ = ["place", "postgres_server", "postgres_url"]
SignIn = Callable[[str], FlaskClient]
BEGAN = datetime(2026, 11, 25, 7, 0, 0, tzinfo=UTC)  # 14:00:00 in Việt Nam
BACK = 193_000  # milliseconds: 3 minutes 13 seconds


def at(**more: int) -> datetime:
    return BEGAN + timedelta(**more)


def test_the_moment_is_the_servers_and_not_that_of_the_delivery() -> None:
    """Told an hour later, since the network was away."""
    assert departures(BEGAN, [(BACK, 8_000, at(hours=1))]) == [Departure(at(minutes=3, seconds=5), 8)]


def test_a_page_cannot_come_back_after_the_server_heard_of_it() -> None:
    told = [(999_999_999, 8_000, at(minutes=5)), (60_000, 2_400, at(minutes=1))]
    assert departures(BEGAN, told) == [
        Departure(at(seconds=57, milliseconds=600), 2),
        Departure(at(minutes=4, seconds=52), 8),
    ]


def left(session: Session, attempt: Attempt, heard_at: datetime, seq: int = BACK) -> AttemptEvent:
    event = AttemptEvent(
        school_id=attempt.school_id,
        attempt_id=attempt.id,
        client_id="tab",
        client_seq=seq,
        kind="left",
        payload="8000",
        client_mono_ms=1,
        server_at=heard_at,
    )
    session.add(event)
    session.flush()
    return event


def test_teacher_and_pupil_read_the_same_line(world: World, signed_in: SignIn) -> None:
    with db.transaction() as session:
        quiz = factories.published(session, world, [samples.choice()], at=BEGAN)
        attempt = factories.begun(session, world, quiz, at=BEGAN)
        left(session, attempt, at(minutes=4))
        taking.hand_in(session, world.actor(session, "pupil"), attempt.uid, at=at(minutes=5))
        uid, quiz_uid = attempt.uid, quiz.uid
    line = "rời trang 14:03:05, 8 giây"
    teacher, pupil = signed_in("teacher"), signed_in("pupil")
    assert line in pupil.get(f"/exam/{uid}/departures").text
    assert f"/exam/{uid}/departures" in pupil.get(f"/exam/{uid}/review").text
    assert line in teacher.get(f"/quizzes/{quiz_uid}/attempts/{uid}").text
    board = teacher.get(f"/quizzes/{quiz_uid}/board").text
    assert "rời trang 1 lần, 8 giây" in board
    assert "14:03:05" in board
    for who in ("classmate", "parent", "teacher"):
        assert signed_in(who).get(f"/exam/{uid}/departures").status_code == 404
    parents = signed_in("parent").get(f"/children/{world.pupil.uid}/quizzes/{uid}").text
    assert "departures" not in parents


def test_pupils_are_told_before_the_start(world: World, signed_in: SignIn) -> None:
    with db.transaction() as session:
        quiz = factories.published(session, world, at=clock.now()).uid
    assert "rời trang làm bài" in signed_in("pupil").get(f"/quizzes/{quiz}").text


def test_who_else_reads_nothing(session: Session, world: World) -> None:
    quiz = factories.published(session, world, [samples.choice()], at=BEGAN)
    attempt = factories.begun(session, world, quiz, at=BEGAN)
    left(session, attempt, at(minutes=4))
    assert own_departures(session, world.actor(session, "pupil"), attempt.uid)[1]
    for who in ("classmate", "teacher", "outsider"):
        with pytest.raises(NotFound):
            own_departures(session, world.actor(session, who), attempt.uid)
    [row] = [row for row in watching.board(session, world.actor(session, "teacher"), quiz.uid).rows if row.left]
    assert (row.left_seconds, row.left_last) == (8, at(minutes=3, seconds=5))


def test_the_job_forgets_after_ninety_days_and_only_that(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(jobs, "FORGOTTEN_AT_ONCE", 1)
    now = clock.now()
    with db.transaction() as session:
        quiz = factories.published(session, world, [samples.choice()], at=now)
        attempt = factories.begun(session, world, quiz, at=now)
        for seq, days in ((1, 91), (2, 90), (3, 89), (4, 0)):
            left(session, attempt, now - timedelta(days=days, minutes=1), seq)
        old = left(session, attempt, now - timedelta(days=400), 5)
        session.execute(delete(AttemptEvent).where(AttemptEvent.id == old.id))
        session.add(
            AttemptEvent(
                school_id=attempt.school_id,
                attempt_id=attempt.id,
                client_id="tab",
                client_seq=6,
                slot=1,
                payload="{}",
                client_mono_ms=1,
                server_at=now - timedelta(days=400),
            )
        )
    jobs.forget_departures()
    with db.open_session(writes=False) as session:
        assert session.scalars(select(AttemptEvent.client_seq).order_by(AttemptEvent.client_seq)).all() == [3, 4, 6]


def test_the_database_lets_no_answer_go_with_it(place: Place) -> None:
    """On both databases: facts may be deleted and not changed, answers neither, not even in one statement."""
    place.send(answer(1))
    with place.engine.begin() as connection:
        row = connection.execute(select(AttemptEvent.__table__)).mappings().one()
        fact = {**row, "id": row["id"] + 1, "client_seq": 77, "kind": "left", "slot": None, "payload": "8000"}
        connection.execute(AttemptEvent.__table__.insert().values(**fact))
    for statement in (
        update(AttemptEvent).where(AttemptEvent.kind == "left").values(payload="1"),
        delete(AttemptEvent),
    ):
        with pytest.raises(DBAPIError, match="append-only"), place.engine.begin() as connection:
            connection.execute(statement)
    with place.engine.begin() as connection:
        connection.execute(delete(AttemptEvent).where(AttemptEvent.kind == "left"))
    assert [row.client_seq for row in place.rows()] == [1]
