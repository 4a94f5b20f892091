"""Many attempts closed by one batch come out exactly as each closed for itself, on both databases."""

from __future__ import annotations

import random
from collections.abc import Iterator
from fractions import Fraction
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from lms.app import load_models
from lms.base import audit, clock, db
from lms.quizzes.domain.states import EventKind, HandedInBy, Standing
from lms.quizzes.hot.wire import encode
from lms.quizzes.models import Attempt, AttemptEvent, AttemptScore, EssayMark, ItemScore, ResponseCurrent, Submission
from lms.quizzes.service import closing, scoring
from lms.quizzes.service.frozen import forms_of, get_form
from question_bank import api as bank
from tests import factories as people
from tests.lms.quizzes import factories
from tests.postgres import postgres_server, postgres_url

__all__ = ["postgres_server", "postgres_url"]
PUPILS = 12
SEED = 2026
WRONG: dict[int, Any] = {
    1: {"choice": "a"},
    2: {"choices": ["a"]},
    3: {"truths": {"s": False}},
    4: {"truths": {"a": True, "b": True, "c": None, "d": False}},
    5: {"text": "Huế"},
    6: {"text": "2,4"},
    7: {"pairs": {"l1": "r1", "l2": "r1"}},
    8: {"order": ["o1", "o2", "o3"]},
    9: {"gaps": {"g1": "Huế", "g2": "c1"}},
    10: {"text": 'Viết "một" đoạn\nvăn'},
}


@pytest.fixture(params=["sqlite", "postgresql"])
def attempts(request: pytest.FixtureRequest, tmp_path: Any) -> Iterator[list[int]]:
    """Attempts of many pupils at a quiz of every kind of question, answered at random, some changed, some too late."""
    url = request.getfixturevalue("postgres_url") if request.param == "postgresql" else f"sqlite:///{tmp_path}/c.db"
    load_models()
    engine = db.connect(url)
    db.Base.metadata.create_all(engine)
    with db.transaction() as session:
        world = people.make_world(session)
        quiz = factories.published(
            session, world, at=clock.now(), form_count=4, shuffle_options=True, attempts_allowed=PUPILS
        )
        ids = [_worked(session, world, quiz, random.Random(SEED + place)) for place in range(PUPILS)]
        session.add(
            EssayMark(
                school_id=quiz.school_id,
                attempt_id=ids[0],
                slot=10,
                points=Fraction(1, 3),
                marked_by_id=world.teacher.id,
                marked_at=clock.now(),
            )
        )
    yield ids
    engine.dispose()


def _worked(session: Session, world: people.World, quiz: Any, rng: random.Random) -> int:
    """An attempt of which nobody has handed in yet."""
    number = len(session.scalars(select(Attempt)).all()) + 1
    form = get_form(session, forms_of(session, quiz.id)[number % 4])
    at = clock.now()
    attempt = Attempt(
        school_id=quiz.school_id,
        quiz_id=quiz.id,
        form_id=form.id,
        pupil_id=world.pupil.id,
        number=number,
        started_at=at,
        deadline_at=at,
        accept_until_at=at,
        device=factories.DEVICE,
    )
    session.add(attempt)
    session.flush()
    for seq in range(1, 16):
        slot = rng.randint(1, 10)
        answer = rng.choice([factories.RIGHT.get(slot, {"text": "Bài làm"}), WRONG[slot], {}])
        session.add(
            AttemptEvent(
                school_id=quiz.school_id,
                attempt_id=attempt.id,
                client_id="t",
                client_seq=seq,
                kind=EventKind.ANSWER,
                slot=slot,
                payload=encode(answer).decode(),
                client_mono_ms=0,
                standing=rng.choice([Standing.APPLIED, Standing.APPLIED, Standing.LATE]),
                server_at=at,
            )
        )
    session.flush()
    return attempt.id


def result(session: Session) -> dict[str, Any]:
    """Everything that closing writes, but for the moments."""
    session.expire_all()
    return {
        "responses": {
            (r.attempt_id, r.slot): (r.event_id, r.response) for r in session.scalars(select(ResponseCurrent))
        },
        "submissions": {s.attempt_id: (s.handed_in_by, s.receipt) for s in session.scalars(select(Submission))},
        "points": {
            (i.run_id, i.attempt_id, i.slot): (i.version_uid, i.points, i.worth)
            for i in session.scalars(select(ItemScore))
        },
        "totals": {
            (t.run_id, t.attempt_id): (t.points, t.worth, t.waiting) for t in session.scalars(select(AttemptScore))
        },
        "states": {a.id: a.state for a in session.scalars(select(Attempt))},
    }


def endings(session: Session, ids: list[int]) -> list[closing.Ending]:
    return [closing.Ending(session.get_one(Attempt, attempt_id), HandedInBy.SERVER) for attempt_id in ids]


def test_a_batch_closes_exactly_as_one_by_one(attempts: list[int]) -> None:
    at = clock.now()
    with db.open_session(writes=True) as session:
        for ending in endings(session, attempts):
            closing.close_attempts(session, [ending], at=at)
        alone = result(session)
        session.rollback()
    with db.transaction() as session:
        closing.close_attempts(session, endings(session, attempts), at=at)
        together = result(session)
    assert together == alone
    assert len(alone["submissions"]) == PUPILS
    with db.transaction() as session:
        assert audit.verify(session, session.get_one(Attempt, attempts[0]).school_id).holds


def test_points_are_those_of_the_marking_itself(attempts: list[int]) -> None:
    with db.transaction() as session:
        closing.close_attempts(session, endings(session, attempts), at=clock.now())
        for attempt_id in attempts:
            attempt = session.get_one(Attempt, attempt_id)
            items = scoring.versions_of(session, attempt.form)
            total = Fraction(0)
            for slot in attempt.form.document:
                item = items[slot["version"]]
                kept = session.get(ResponseCurrent, (attempt_id, slot["number"]))
                score = bank.score(item.body, item.key, kept.response if kept else None)
                want = None if score.needs_marking else Fraction(slot["worth"]) * score.fraction
                if (attempt_id, slot["number"]) == (attempts[0], 10):
                    want = Fraction(1, 3)  # a teacher gave it before
                row = session.get_one(ItemScore, (attempt.quiz.current_run_id, attempt_id, slot["number"]))
                assert row.points == want
                total += want or 0
            assert session.get_one(AttemptScore, (attempt.quiz.current_run_id, attempt_id)).points == total


def test_what_is_closed_stays_as_it_is(attempts: list[int]) -> None:
    at = clock.now()
    with db.transaction() as session:
        first = closing.close_attempts(session, endings(session, attempts[:3]), at=at)
        before = result(session)
    with db.transaction() as session:
        again = closing.close_attempts(session, endings(session, attempts[:3]), at=clock.now())
        assert {key: row.receipt for key, row in again.items()} == {key: row.receipt for key, row in first.items()}
        assert result(session) == before
