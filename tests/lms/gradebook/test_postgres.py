"""The gradebook on PostgreSQL: the same day as on SQLite, and two people opening one gradebook at once."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from decimal import Decimal
from fractions import Fraction

import pytest
from sqlalchemy import func, select

from lms.app import load_models
from lms.base import audit, db
from lms.gradebook import service
from lms.gradebook.models import Gradebook
from lms.gradebook.service import Change, QuizMark
from tests.factories import NOON, World, make_world

pytestmark = pytest.mark.postgres


@pytest.fixture
def world(postgres_url: str) -> Iterator[World]:
    load_models()
    engine = db.connect(postgres_url)
    db.Base.metadata.create_all(engine)
    with db.transaction() as session:
        made = make_world(session)
    yield made
    engine.dispose()


def receive(world: World, points: str) -> service.Received:
    with db.transaction() as session:
        return service.receive_quiz_marks(
            session,
            None,
            class_id=world.class_8a2.id,
            subject_id=world.maths.id,
            semester=1,
            column_key="gk",
            quiz_uid="quiz",
            marks=[QuizMark(world.pupil.id, Fraction(points), Fraction(10))],
            at=NOON,
        )


def test_a_semester_on_postgresql(world: World) -> None:
    uid = receive(world, "6.35").book_uid
    typed = {(world.pupil.uid, key): Change("8", "") for key in ("tx1", "tx2", "tx3", "tx4", "ck")}
    with db.transaction() as session:
        teacher = world.actor(session, "teacher")
        assert service.save_grid(session, teacher, uid, typed, at=NOON).marks == 5
        service.publish(session, teacher, uid, ["tx1", "tx2", "tx3", "tx4", "gk", "ck"], at=NOON)
    with db.transaction() as session:
        (own,) = service.own_marks(session, world.actor(session, "pupil"), world.semester)
        assert own.result.average == Decimal("7.6")
        (line,) = service.list_gradebooks(session, world.actor(session, "leader"), world.semester)
        assert line.filled == 6
        assert b"PK" in service.export_xlsx(session, world.actor(session, "teacher"), uid).data
    with db.transaction() as session:
        assert audit.verify(session, world.school.id).holds


def test_two_at_once_open_one_gradebook(world: World) -> None:
    together = threading.Barrier(2, timeout=120)
    books: list[str] = []

    def open_it() -> None:
        together.wait()
        with db.transaction() as session:
            teacher = world.actor(session, "teacher")
            terms = (world.class_8a2.uid, world.maths.uid, world.semester.uid)
            books.append(service.open_gradebook(session, teacher, *terms, at=NOON).uid)

    threads = [threading.Thread(target=open_it) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with db.open_session(writes=False) as session:
        assert session.scalar(select(func.count()).select_from(Gradebook)) == 1
    assert len(set(books)) == 1
    assert len(books) == 2
