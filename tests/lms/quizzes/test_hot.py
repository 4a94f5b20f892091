"""The path of an answer: stored before it is acknowledged, on SQLite and on PostgreSQL alike."""

from __future__ import annotations

import itertools
import threading
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import msgspec
import pytest
from sqlalchemy import Engine, event, insert, select, update
from sqlalchemy.exc import DBAPIError

from lms.app import load_models
from lms.base import clock, db
from lms.base.errors import Forbidden, NotFound, Unavailable
from lms.quizzes.domain.states import AttemptState, Standing
from lms.quizzes.hot import checking, saving, tokens, writer
from lms.quizzes.hot.storing import Arrival, Checked
from lms.quizzes.hot.wire import Batch, SentEvent, decode
from lms.quizzes.models import Absence, Attempt, AttemptEvent
from tests import factories as people
from tests.lms.quizzes import factories
from tests.lms.quizzes.factories import DEVICE, OTHER_DEVICE
from tests.postgres import postgres_server, postgres_url

__all__ = ["postgres_server", "postgres_url"]
TICKET = tokens.Ticket(7, 3, 5, 1, DEVICE)


class Place:
    """A database with one running attempt."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        checking.forget()
        with db.transaction() as session:
            world = people.make_world(session)
            quiz = factories.published(session, world, at=clock.now())
            attempt = factories.begun(session, world, quiz, at=clock.now())
            self.attempt_id, self.form_id, self.pupil_id = attempt.id, attempt.form_id, attempt.pupil_id
            self.school_id = attempt.school_id

    def ticket(self, device: str = DEVICE) -> tokens.Ticket:
        return tokens.Ticket(self.attempt_id, self.form_id, self.pupil_id, self.school_id, device)

    def send(self, *events: SentEvent, device: str = DEVICE, tab: str = "t1") -> Any:
        good, _refused = checking.check(self.form_id, events)
        return saving.save(Arrival(self.ticket(device), f"{device}.{tab}", good))

    def rows(self) -> list[Any]:
        table = AttemptEvent.__table__.c
        with self.engine.connect() as connection:
            return list(
                connection.execute(
                    select(table.client_id, table.client_seq, table.slot, table.payload, table.standing).order_by(
                        table.id
                    )
                )
            )

    def change(self, **values: Any) -> None:
        with db.transaction() as session:
            session.execute(update(Attempt).where(Attempt.id == self.attempt_id).values(**values))


@pytest.fixture(params=["sqlite", "postgresql"])
def place(request: pytest.FixtureRequest, tmp_path: Any) -> Iterator[Place]:
    url = request.getfixturevalue("postgres_url") if request.param == "postgresql" else f"sqlite:///{tmp_path}/a.db"
    load_models()
    engine = db.connect(url)
    db.Base.metadata.create_all(engine)
    yield Place(engine)
    saving.stop()
    engine.dispose()


def answer(seq: int, option: str = "b", slot: int = 1) -> SentEvent:
    return SentEvent(seq=seq, slot=slot, response={"choice": option})


def test_an_answer_is_stored_and_acknowledged(place: Place) -> None:
    stored = place.send(answer(10))
    assert stored.saved == [(10, "applied")]
    assert stored.state == "open"
    assert stored.here
    assert place.rows() == [(f"{DEVICE}.t1", 10, 1, '{"choice":"b"}', "applied")]


def test_the_same_event_again_gets_the_same_answer_and_one_row(place: Place) -> None:
    first = place.send(answer(10))
    again = place.send(answer(10), answer(11, "c"))
    assert first.saved == [(10, "applied")]
    assert sorted(again.saved) == [(10, "applied"), (11, "applied")]
    assert [row.client_seq for row in place.rows()] == [10, 11]


def test_a_save_costs_two_statements(place: Place) -> None:
    place.send(answer(10))
    good, _refused = checking.check(place.form_id, [answer(11)])
    seen: list[str] = []
    event.listen(place.engine, "before_cursor_execute", lambda *args: seen.append(args[2]))
    saving.save(Arrival(place.ticket(), f"{DEVICE}.t1", good))
    assert [sql.split()[0] for sql in seen if sql != "BEGIN IMMEDIATE"] == ["SELECT", "INSERT"], seen


def test_an_event_sent_again_after_the_end_is_acknowledged_as_it_was(place: Place) -> None:
    place.send(answer(10))
    place.change(accept_until_at=clock.now() - timedelta(seconds=1))
    assert place.send(answer(10)).saved == [(10, "applied")]


def test_inside_the_grace_an_answer_counts(place: Place) -> None:
    place.change(deadline_at=clock.now() - timedelta(seconds=5), accept_until_at=clock.now() + timedelta(minutes=30))
    assert place.send(answer(10)).saved == [(10, "applied")]


@pytest.mark.parametrize("why", ["over", "handed in"])
def test_what_comes_too_late_is_kept_and_marked(place: Place, why: str) -> None:
    if why == "over":
        place.change(accept_until_at=clock.now() - timedelta(seconds=1))
    else:
        place.change(state=AttemptState.HANDED_IN)
    assert place.send(answer(10)).saved == [(10, "late")]
    assert [row.standing for row in place.rows()] == ["late"]


def test_the_time_is_read_once_the_lock_is_had(place: Place) -> None:
    """An answer that waited for its attempt over the end is late, whoever held the lock."""
    stored: list[Any] = []
    waiting = threading.Thread(target=lambda: stored.append(place.send(answer(10))))
    end = clock.now() + timedelta(seconds=1)
    place.change(accept_until_at=end)
    with db.transaction() as session:
        session.execute(select(Attempt.id).where(Attempt.id == place.attempt_id).with_for_update()).one()
        waiting.start()
        waiting.join((end - clock.now()).total_seconds() + 0.05)
        assert not stored
        let_go = clock.now()
    waiting.join()
    assert stored[0].saved == [(10, "late")]
    assert stored[0].at >= let_go


def test_a_row_that_points_at_an_attempt_holds_up_no_answer(place: Place) -> None:
    """Who notes an absence meanwhile neither waits for answers nor lets them wait."""
    if place.engine.dialect.name == "sqlite":
        pytest.skip("on SQLite nobody writes beside")
    with place.engine.begin() as connection:
        quiz_id = connection.scalar(select(Attempt.quiz_id).where(Attempt.id == place.attempt_id))
        noted = {"attempt_id": place.attempt_id, "quiz_id": quiz_id, "since_at": clock.now()}
        connection.execute(insert(Absence), [noted])
        assert place.send(answer(10)).saved == [(10, "applied")]


def test_a_device_that_was_replaced_is_kept_and_marked(place: Place) -> None:
    place.change(device=OTHER_DEVICE)
    stored = place.send(answer(10))
    assert stored.saved == [(10, "other_device")]
    assert not stored.here


def test_asking_for_the_time_stores_nothing(place: Place) -> None:
    assert place.send().saved == []
    assert place.rows() == []


def test_an_attempt_that_is_gone(place: Place) -> None:
    gone = Arrival(TICKET._replace(attempt_id=999), "x.t", [Checked(1, 1, "answer", "{}", 0)])
    with pytest.raises(NotFound):
        saving.save(gone)
    assert place.send(answer(1)).saved == [(1, "applied")]


def test_many_at_once_are_all_stored_once(place: Place) -> None:
    acknowledged: list[tuple[str, int]] = []

    def work(tab: str) -> None:
        for seq in (1, 2, 3, 3, 2):
            for stored_seq, _standing in place.send(answer(seq), tab=tab).saved:
                acknowledged.append((tab, stored_seq))

    threads = [threading.Thread(target=work, args=(f"t{number}",)) for number in range(12)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    stored = {(row.client_id.split(".")[1], row.client_seq) for row in place.rows()}
    assert set(acknowledged) == stored == set(itertools.product((f"t{n}" for n in range(12)), (1, 2, 3)))
    assert len(place.rows()) == 36


def test_events_cannot_be_changed_or_removed(place: Place) -> None:
    place.send(answer(1))
    for statement in ("UPDATE quiz_attempt_event SET slot = 2", "DELETE FROM quiz_attempt_event"):
        with pytest.raises(DBAPIError, match="append-only"), place.engine.begin() as connection:
            connection.exec_driver_sql(statement)


@pytest.mark.parametrize(
    "event",
    [
        SentEvent(seq=1, slot=99, response={"choice": "b"}),
        SentEvent(seq=1, slot=None, response={"choice": "b"}),
        SentEvent(seq=1, slot=1, response={"choice": "zzz"}),
        SentEvent(seq=1, slot=1, response={"choice": "b", "points": 10}),
        SentEvent(seq=1, slot=1, response=["b"]),
        SentEvent(seq=1, slot=1, response={"text": "b"}),
        SentEvent(seq=0, slot=1, response={"choice": "b"}),
        SentEvent(seq=2**60, slot=1, response={"choice": "b"}),
        SentEvent(seq=1, slot=1, response={"choice": "b"}, kind="score"),
        SentEvent(seq=1, response="long", kind="left"),
    ],
)
def test_what_cannot_be_an_answer_is_refused(place: Place, event: SentEvent) -> None:
    good, refused = checking.check(place.form_id, [event, answer(5)])
    assert refused == [event.seq]
    assert [one.seq for one in good] == [5]


def test_right_answers_of_every_kind_are_taken(place: Place) -> None:
    events = [SentEvent(seq=slot, slot=slot, response=response) for slot, response in factories.RIGHT.items()]
    _good, refused = checking.check(place.form_id, events)
    assert refused == []


def test_when_the_disk_refuses_nobody_is_told_it_is_saved(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object) -> None:
        raise OSError("database or disk is full")

    with monkeypatch.context() as broken:
        broken.setattr(writer, "store", fail)
        with pytest.raises(Unavailable):
            place.send(answer(1))
    assert place.rows() == []
    assert place.send(answer(1)).saved == [(1, "applied")]


SECRET = "s" * 32


def test_a_token_says_whose_attempt_it_is() -> None:
    assert tokens.read(SECRET, "uid-1", tokens.issue(SECRET, "uid-1", TICKET)) == TICKET


@pytest.mark.parametrize(
    ("secret", "uid", "token"),
    [
        (SECRET, "uid-2", tokens.issue(SECRET, "uid-1", TICKET)),
        ("another", "uid-1", tokens.issue(SECRET, "uid-1", TICKET)),
        (SECRET, "uid-1", tokens.issue(SECRET, "uid-1", TICKET).replace("7.", "8.", 1)),
        (SECRET, "uid-1", tokens.issue(SECRET, "uid-1", TICKET).replace(DEVICE, OTHER_DEVICE)),
        (SECRET, "uid-1", tokens.issue(SECRET, "uid-1", TICKET)[:-1]),
        (SECRET, "uid-1", ""),
        (SECRET, "uid-1", "7.3.5.1." + DEVICE + "." + "A" * 43),
    ],
)
def test_a_token_that_was_not_issued_for_this(secret: str, uid: str, token: str) -> None:
    with pytest.raises(Forbidden):
        tokens.read(secret, uid, token)


@pytest.mark.parametrize(
    "body", [b"", b"[]", b'{"tab":"a"}', b'{"tab":"a","events":[{"seq":"1"}]}', b'{"x":1}', b"\xff"]
)
def test_bodies_that_are_no_batch(body: bytes) -> None:
    with pytest.raises(msgspec.DecodeError):
        decode(body)


def test_a_body_that_is_one() -> None:
    assert decode(b'{"tab":"a","events":[]}') == Batch("a", [])


def test_standings_have_the_names_that_clients_know() -> None:
    assert [standing.value for standing in Standing] == ["applied", "late", "other_device", "passed"]
