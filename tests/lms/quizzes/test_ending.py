"""A grade hands in at the bell: what waits is closed together, and each meets what it would have met alone."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import select, update

from lms.app import load_models
from lms.base import audit, clock, db
from lms.base.errors import AppError, Conflict, Forbidden, NotFound, Unavailable
from lms.base.ids import new_uid
from lms.base.permissions import Actor
from lms.quizzes.domain.leases import NOBODY
from lms.quizzes.hot import ending, saving
from lms.quizzes.models import Attempt, AttemptScore, Submission
from lms.quizzes.service import taking
from lms.quizzes.service.taking import Leaving
from tests import factories as people
from tests.lms.quizzes import factories
from tests.lms.quizzes.factories import DEVICE, OTHER_DEVICE
from tests.postgres import postgres_server, postgres_url

__all__ = ["postgres_server", "postgres_url"]
CROWD = 6


@pytest.fixture(params=["sqlite", "postgresql"])
def leaving(request: pytest.FixtureRequest, tmp_path: Any) -> Iterator[list[Leaving]]:
    """Pages of running attempts of one pupil, all about to hand in."""
    url = request.getfixturevalue("postgres_url") if request.param == "postgresql" else f"sqlite:///{tmp_path}/e.db"
    load_models()
    engine = db.connect(url)
    db.Base.metadata.create_all(engine)
    with db.transaction() as session:
        world = people.make_world(session)
        quiz = factories.published(session, world, at=clock.now(), attempts_allowed=CROWD)
        first = factories.begun(session, world, quiz, at=clock.now())
        session.flush()
        kept = ("school_id", "quiz_id", "form_id", "pupil_id", "state", "started_at", "deadline_at", "accept_until_at")
        values = {name: getattr(first, name) for name in (*kept, "device")}
        others = [Attempt(**values, uid=new_uid(), number=number) for number in range(2, CROWD + 1)]
        session.add_all(others)
        actor = Actor(first.pupil_id, first.school_id)
        pages = [Leaving(actor, one.uid, DEVICE) for one in (first, *others)]
    yield pages
    saving.stop()
    engine.dispose()


def together(pages: Sequence[Leaving]) -> Sequence[Submission | AppError]:
    with db.transaction() as session:
        return taking.hand_in_together(session, pages, at=clock.now())


def all_at_once(pages: Sequence[Leaving]) -> list[str | type[BaseException]]:
    """What each page is told when all ask in the same moment: its receipt, or the kind of refusal."""
    told: dict[int, str | type[BaseException]] = {}

    def ask(place: int, page: Leaving) -> None:
        try:
            told[place] = saving.hand_in(page).receipt
        except AppError as refusal:
            told[place] = type(refusal)

    threads = [threading.Thread(target=ask, args=pair) for pair in enumerate(pages)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return [told[place] for place in range(len(pages))]


def stored() -> dict[str, str]:
    """Receipts by attempt; whatever is handed in is marked once, and the audit chain holds."""
    with db.open_session(writes=False) as session:
        rows = session.execute(
            select(Attempt.uid, Submission.receipt, AttemptScore.attempt_id)
            .join(Submission, Submission.attempt_id == Attempt.id)
            .join(AttemptScore, AttemptScore.attempt_id == Attempt.id)
        ).all()
        handed_in = session.scalars(
            select(audit.AuditEntry.subject_uid).where(audit.AuditEntry.kind == "attempt.handed_in")
        ).all()
        assert sorted(handed_in) == sorted(row.uid for row in rows)
        school_id = session.scalars(select(Attempt.school_id)).first()
        assert school_id is not None
        assert audit.verify(session, school_id).holds
    return {row.uid: row.receipt for row in rows}


def test_everyone_gets_the_own_receipt_once_however_often_asked(leaving: list[Leaving]) -> None:
    told = all_at_once([*leaving, *leaving])
    assert told[:CROWD] == told[CROWD:]
    assert dict(zip([page.uid for page in leaving], told[:CROWD], strict=True)) == stored()
    assert len(stored()) == CROWD


def test_each_meets_what_it_would_have_met_alone(leaving: list[Leaving]) -> None:
    with db.transaction() as session:
        session.execute(update(Attempt).where(Attempt.uid == leaving[1].uid).values(device=NOBODY))
    strange = replace(leaving[3], actor=replace(leaving[3].actor, user_id=leaving[3].actor.user_id + 1))
    met = together([leaving[0], leaving[1], replace(leaving[2], device=OTHER_DEVICE), strange, leaving[0], leaving[4]])
    assert [type(one) for one in met] == [Submission, Forbidden, Conflict, NotFound, Submission, Submission]
    assert met[0] is met[4]
    assert set(stored()) == {leaving[0].uid, leaving[4].uid}


def test_one_that_cannot_be_closed_holds_up_no_other(leaving: list[Leaving], monkeypatch: pytest.MonkeyPatch) -> None:
    original = taking.hand_in_together

    def stumble(session: Any, pages: Sequence[Leaving], *, at: Any) -> Any:
        answers = original(session, pages, at=at)
        if any(page.uid == leaving[2].uid for page in pages):
            raise ValueError("a broken form")
        return answers

    closer = ending.Closer()
    monkeypatch.setattr(taking, "hand_in_together", stumble)
    answers = closer.work(leaving)
    closer.stop()
    assert [type(one) for one in answers] == [Unavailable if place == 2 else Submission for place in range(CROWD)]
    assert set(stored()) == {page.uid for page in leaving if page is not leaving[2]}


def test_nobody_has_a_receipt_of_what_was_not_committed(
    leaving: list[Leaving], monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object, **__: object) -> None:
        raise OSError("database or disk is full")

    with monkeypatch.context() as broken:
        broken.setattr(db.Sessions.class_, "commit", fail)
        assert set(all_at_once(leaving)) == {Unavailable}
    assert stored() == {}
    assert dict(zip([page.uid for page in leaving], all_at_once(leaving), strict=True)) == stored()
