"""Fifty at once, at the last moment, forged or again: over HTTP, on SQLite and on PostgreSQL, and logged."""

from __future__ import annotations

import json
import re
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from structlog.testing import capture_logs
from werkzeug.test import TestResponse

from lms.app import create_app
from lms.base import clock, db
from lms.base.audit import AuditEntry
from lms.base.config import Settings
from lms.gradebook.models import MarkChange
from lms.quizzes import jobs
from lms.quizzes.domain.states import EventKind, ReleasePolicy
from lms.quizzes.hot import checking, saving
from lms.quizzes.models import Attempt, AttemptEvent, ResponseCurrent, Submission
from tests.conftest import sign_in
from tests.factories import World, make_world
from tests.lms.quizzes import factories
from tests.lms.quizzes.test_practising import given

TOKEN = re.compile(r'data-token="([^"]+)"')
CROWD = 50


class Campus:
    """The small school served over HTTP."""

    def __init__(self, app: Flask, world: World) -> None:
        self.app = app
        self.world = world
        with db.transaction() as session:
            self.quiz = factories.published(
                session,
                world,
                at=clock.now(),
                column_semester=1,
                column_key="gk",
                release_policy=ReleasePolicy.AFTER_HAND_IN,
            ).uid

    def client(self, who: str = "pupil") -> FlaskClient:
        return sign_in(self.app, getattr(self.world, who))

    def begin(self, who: str = "pupil") -> Page:
        """A pupil's page of the running test."""
        client = self.client(who)
        started = client.post(f"/quizzes/{self.quiz}/start")
        found = TOKEN.search(client.get(started.location).text)
        assert found
        return Page(client, started.location.rpartition("/")[2], found[1])

    def all(self, model: Any, *conditions: Any) -> list[Any]:
        with db.open_session(writes=False) as session:
            return list(session.scalars(select(model).where(*conditions)))

    def crowd(self, act: Callable[[FlaskClient], TestResponse]) -> list[TestResponse]:
        """What fifty browsers of one pupil get that do the same at the same moment."""
        clients = [self.client() for _ in range(CROWD)]
        together = threading.Barrier(CROWD)
        got: list[TestResponse] = []

        def one(client: FlaskClient) -> None:
            together.wait()
            got.append(act(client))

        threads = [threading.Thread(target=one, args=(client,)) for client in clients]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert len(got) == CROWD
        return got


class Page:
    """The page of a running test in somebody's browser."""

    def __init__(self, client: FlaskClient, uid: str, token: str) -> None:
        self.client = client
        self.uid = uid
        self.token = token

    def send(self, seq: int, option: str = "b", slot: int = 1, uid: str = "", token: str = "") -> TestResponse:
        event = {"seq": seq, "slot": slot, "response": {"choice": option}, "mono": seq}
        return self.client.post(
            f"/exam/{uid or self.uid}/events",
            data=json.dumps({"tab": "t", "events": [event]}),
            headers={"X-Exam-Token": token or self.token},
        )

    def finish(self, token: str = "") -> TestResponse:
        return self.client.post(f"/exam/{self.uid}/finish", headers={"X-Exam-Token": token or self.token})


@pytest.fixture(params=["sqlite", "postgresql"])
def campus(request: pytest.FixtureRequest, settings: Settings, tmp_path: Path) -> Iterator[Campus]:
    if request.param == "postgresql":
        settings = replace(settings, database_url=request.getfixturevalue("postgres_url"))
    app = create_app(settings)
    app.config["WTF_CSRF_ENABLED"] = False
    app.testing = True
    engine = app.extensions["gieo_engine"]
    db.Base.metadata.create_all(engine)
    checking.forget()
    with db.transaction() as session:
        world = make_world(session)
    yield Campus(app, world)
    saving.stop()
    engine.dispose()


def test_fifty_starts_at_once_begin_one_attempt(campus: Campus) -> None:
    got = campus.crowd(lambda client: client.post(f"/quizzes/{campus.quiz}/start"))
    assert sorted(one.status_code for one in got) == [201] + [303] * 49
    assert {one.location for one in got} == {got[0].location}
    assert len(campus.all(Attempt)) == 1


def test_fifty_times_the_same_try_of_a_practice_is_one(campus: Campus) -> None:
    with db.transaction() as session:
        practice = given(session, campus.world, at=clock.now()).uid
    round_of = campus.client().post(f"/quizzes/{practice}/start").location
    answer = {"q1-choice": "a", "try": "1", "act": "check"}
    got = campus.crowd(lambda client: client.post(f"{round_of}/practice/1", data=answer))
    assert {one.status_code for one in got} == {303}
    assert [event.kind for event in campus.all(AttemptEvent)] == [EventKind.TRY]


def test_fifty_hand_ins_at_once_are_one(campus: Campus) -> None:
    page = campus.begin()
    page.send(1)
    path, headers = f"/exam/{page.uid}/finish", {"X-Exam-Token": page.token}
    got = campus.crowd(lambda client: client.post(path, headers=headers))
    assert {one.status_code for one in got} == {200}
    assert len({one.json["receipt"] for one in got}) == 1
    assert len(campus.all(Submission)) == 1
    assert len(campus.all(AuditEntry, AuditEntry.kind == "attempt.handed_in")) == 1
    assert len(campus.all(MarkChange)) <= 1  # an essay waits: no mark yet, and never two


def test_a_hand_in_by_button_and_by_script_at_once_is_one(campus: Campus) -> None:
    page = campus.begin()
    form = {"q1-choice": "b", "act": "hand_in"}
    turn = iter(range(CROWD))

    def act(client: FlaskClient) -> TestResponse:
        if next(turn) % 2:
            return page.finish()
        return client.post(f"/exam/{page.uid}/finish", headers={"X-Exam-Token": page.token}, data=form)

    assert {one.status_code for one in campus.crowd(act)} == {200}
    assert len(campus.all(Submission)) == 1


def racing_answers(page: Page, stop: threading.Event) -> tuple[list[threading.Thread], dict[int, str]]:
    """Two tabs that answer without a pause until told to stop; what each was told, by number."""
    told: dict[int, str] = {}

    def work(first: int) -> None:
        seq = first
        while not stop.is_set():
            for number, standing in page.send(seq, "abcd"[seq // 2 % 4]).json["saved"]:
                told[number] = standing
            seq += 2

    threads = [threading.Thread(target=work, args=(first,)) for first in (1, 2)]
    for thread in threads:
        thread.start()
    return threads, told


def check_what_counts(campus: Campus, told: dict[int, str]) -> None:
    """What was acknowledged is stored as it was said, and of the applied the newest is what counts."""
    events = campus.all(AttemptEvent)
    assert {event.client_seq: event.standing for event in events} == told
    applied = [event for event in events if event.standing == "applied"]
    newest = max(applied, key=lambda event: event.client_seq)
    assert [kept.response for kept in campus.all(ResponseCurrent)] == [json.loads(newest.payload)]


def test_answers_around_the_hand_in_either_count_or_are_late(campus: Campus) -> None:
    page = campus.begin()
    stop = threading.Event()
    threads, told = racing_answers(page, stop)
    while len(told) < 10:
        time.sleep(0.01)
    assert page.finish().status_code == 200
    known = len(told)
    while len(told) < known + 5:
        time.sleep(0.01)
    stop.set()
    for thread in threads:
        thread.join()
    assert set(told.values()) == {"applied", "late"}
    check_what_counts(campus, told)


@pytest.mark.parametrize("grace", [0.0, 0.3])
def test_answers_around_the_end_either_count_or_are_late(campus: Campus, grace: float) -> None:
    """The end is deadline and grace; the job closes in the middle of it."""
    page = campus.begin()
    end = clock.now() + timedelta(seconds=0.8)
    with db.transaction() as session:
        attempt = session.scalars(select(Attempt)).one()
        attempt.deadline_at, attempt.accept_until_at = end - timedelta(seconds=grace), end
    stop = threading.Event()
    threads, told = racing_answers(page, stop)
    while "late" not in told.values():
        time.sleep(0.005)
    while not campus.all(Submission):  # the job goes past an attempt that a save holds just then
        jobs.close_due()
    stop.set()
    for thread in threads:
        thread.join()
    for event in campus.all(AttemptEvent):
        assert (event.standing == "applied") == (event.server_at <= end)
    check_what_counts(campus, told)
    assert campus.all(Submission)[0].handed_in_by == "server"


def test_what_is_sent_again_after_the_hand_in_changes_nothing(campus: Campus) -> None:
    page = campus.begin()
    assert page.send(5, "c").json["saved"] == [[5, "applied"]]
    receipt = page.finish().json["receipt"]
    assert page.send(5, "c").json["saved"] == [[5, "applied"]]
    assert page.send(5, "d").json["saved"] == [[5, "applied"]]  # the same number again is the same event
    assert page.send(6, "d").json["saved"] == [[6, "late"]]
    assert page.finish().json["receipt"] == receipt
    assert page.client.post(f"/quizzes/{campus.quiz}/start").status_code == 409
    assert page.client.post(f"/exam/{page.uid}/take-over").status_code == 303
    assert [kept.response for kept in campus.all(ResponseCurrent)] == [{"choice": "c"}]
    assert [event.payload for event in campus.all(AttemptEvent, AttemptEvent.client_seq == 5)] == ['{"choice":"c"}']
    assert {one.state for one in campus.all(Attempt)} == {"handed_in"}


def test_another_pupils_attempt_is_refused_and_logged(campus: Campus) -> None:
    mine, theirs = campus.begin("pupil"), campus.begin("classmate")
    other = "01890000-0000-7000-8000-000000000000"
    with capture_logs() as logs:
        assert theirs.send(1, uid=mine.uid).status_code == 403
        assert mine.send(1, token=theirs.token).status_code == 403
        assert mine.send(1, uid=other).status_code == 403
        assert mine.send(1, token=mine.token.replace(".", "1.", 1)).status_code == 403
        assert mine.finish(token=theirs.token).status_code == 403
        for path in ("", "/receipt", "/review"):
            assert theirs.client.get(f"/exam/{mine.uid}{path}").status_code == 404
        for path in ("/save", "/take-over"):
            assert theirs.client.post(f"/exam/{mine.uid}{path}", data={"q1-choice": "a"}).status_code == 404
    refused = [(line["attempt"], line["status"]) for line in logs if line["event"] == "exam.save_refused"]
    assert refused == [(mine.uid, 403), (mine.uid, 403), (other, 403), (mine.uid, 403)]
    denied = [(line["kind"], line["endpoint"]) for line in logs if line["event"] == "denied"]
    assert denied == [
        ("Forbidden", "quizzes.finish"),
        *(("NotFound", f"quizzes.{name}") for name in ("exam", "receipt", "review", "save", "take_over")),
    ]
    assert campus.all(AttemptEvent) == []
    assert campus.all(Submission) == []
    assert mine.send(1).json["saved"] == [[1, "applied"]]


def test_forged_slots_and_options_are_refused_and_logged(campus: Campus) -> None:
    page = campus.begin()
    with capture_logs() as logs:
        assert page.send(1, slot=99).status_code == 422
        assert page.send(2, slot=0).status_code == 422
        assert page.send(3, slot=-1).status_code == 422
        assert page.send(4, option="e").json["refused"] == [4]
        assert page.send(5, option="' OR 1=1 --").status_code == 422
        assert page.client.post(f"/exam/{page.uid}/save", data={"q1-choice": "e"}).status_code == 422
    refused = [line for line in logs if line["event"] == "exam.events_refused"]
    assert [(line["attempt"], line["user"]) for line in refused] == [(page.uid, campus.world.pupil.id)] * 5
    assert campus.all(AttemptEvent) == []
