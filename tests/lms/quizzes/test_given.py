"""What counts of a finished attempt, read in one row, is what the rows say, on both databases."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from sqlalchemy import select

from lms.app import load_models
from lms.base import clock, db
from lms.quizzes.models import ItemScore, ResponseCurrent
from lms.quizzes.service.given import Scored, responses_of, scores_of
from tests import factories as people
from tests.lms.quizzes import factories
from tests.postgres import postgres_server, postgres_url

__all__ = ["postgres_server", "postgres_url"]
ESSAY = 10
LINES = 'Dòng một,\n"dòng hai" \\n và dấu  cách\n\n\u2028hết'


@pytest.fixture(params=["sqlite", "postgresql"])
def database(request: pytest.FixtureRequest, tmp_path: Any) -> Iterator[None]:
    url = request.getfixturevalue("postgres_url") if request.param == "postgresql" else f"sqlite:///{tmp_path}/g.db"
    load_models()
    engine = db.connect(url)
    db.Base.metadata.create_all(engine)
    yield
    engine.dispose()


@pytest.mark.usefixtures("database")
def test_rows_come_as_lines_and_back() -> None:
    at = clock.now()
    with db.transaction() as session:
        world = people.make_world(session)
        quiz = factories.published(session, world, at=at)
        blank = factories.begun(session, world, quiz, "classmate", at=at)
        attempt = factories.answered(
            session, world, quiz, "pupil", at, q1_choice="b", q6_text="2,5", **{f"q{ESSAY}_text": LINES}
        )
        run = quiz.current_run_id or 0
        rows = session.scalars(select(ResponseCurrent).where(ResponseCurrent.attempt_id == attempt.id))
        responses = responses_of(session, attempt.id)
        assert responses == {row.slot: row.response for row in rows}
        assert responses[ESSAY] == {"text": LINES.strip()}
        scores = scores_of(session, attempt.id, run)
        kept = session.scalars(select(ItemScore).where(ItemScore.attempt_id == attempt.id, ItemScore.run_id == run))
        assert scores == {row.slot: Scored(row.points, row.worth) for row in kept}
        assert scores[ESSAY].points is None  # a person has to say
        assert responses_of(session, blank.id) == scores_of(session, blank.id, run) == {}
        assert scores_of(session, attempt.id, None) == {}
