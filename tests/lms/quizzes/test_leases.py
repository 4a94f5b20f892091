"""Who is shut out writes no more by the ticket of an open page; what was acknowledged stays."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from lms.base import audit, clock, db
from lms.base.errors import Forbidden
from lms.base.permissions import Actor
from lms.base.users import User
from lms.quizzes import jobs
from lms.quizzes.domain.leases import NOBODY, check_lease
from lms.quizzes.hot import checking, saving
from lms.quizzes.hot.storing import Arrival, Stored, store
from lms.quizzes.models import Attempt, AttemptEvent, ResponseCurrent, Submission
from lms.quizzes.service import leases
from tests.conftest import sign_in
from tests.factories import World
from tests.lms.quizzes import test_hot
from tests.lms.quizzes.factories import DEVICE
from tests.lms.quizzes.test_hot import Place, answer
from tests.lms.quizzes.test_views import TOKEN, give, over, send, start
from tests.postgres import postgres_server, postgres_url

__all__ = ["place", "postgres_server", "postgres_url"]  # fixtures that live elsewhere
place = test_hot.place
SignIn = Callable[[str], FlaskClient]
Act = Callable[[Flask, World, SignIn], Any]


@pytest.fixture
def running(app: Flask, world: World, signed_in: SignIn) -> Any:
    """A pupil with one acknowledged answer: the client, the quiz, the attempt, the ticket."""
    checking.forget()
    quiz = give(world)
    pupil = signed_in("pupil")
    uid, token = start(pupil, quiz)
    assert send(pupil, uid, token, {1: {"choice": "b"}}).json["saved"] == [[1, "applied"]]
    yield pupil, quiz, uid, token
    saving.stop()


def close_account(app: Flask, world: World, signed_in: SignIn) -> None:
    path = f"/school/people/{world.pupil.uid}/disabled"
    assert signed_in("admin").post(path, data={"disabled": "y"}).status_code == 303


def reset_password(app: Flask, world: World, signed_in: SignIn) -> None:
    path = f"/school/classes/{world.class_8a2.uid}/pupils/{world.pupil.uid}/password"
    assert signed_in("teacher").post(path).status_code == 200


def sign_out_everywhere(app: Flask, world: World, signed_in: SignIn) -> None:
    assert signed_in("pupil").post("/account/sign-out-everywhere").status_code == 303


def again(app: Flask, world: World) -> FlaskClient:
    """A new browser of the pupil, who may sign in and has chosen a password."""
    with db.transaction() as session:
        user = session.get_one(User, world.pupil.id)
        user.disabled_at, user.must_change_password = None, False
    return sign_in(app, user)


@pytest.mark.parametrize("act", [close_account, reset_password, sign_out_everywhere])
def test_the_ticket_of_who_is_shut_out_stores_and_hands_in_nothing(
    app: Flask, world: World, signed_in: SignIn, running: Any, act: Act
) -> None:
    pupil, _quiz, uid, token = running
    act(app, world, signed_in)
    refused = send(pupil, uid, token, {2: {"choices": ["a"]}}, first=50)
    assert refused.status_code == 403
    assert "tải lại trang" in refused.json["title"]
    assert send(pupil, uid, token, {}).status_code == 403  # asking for the time
    assert pupil.post(f"/exam/{uid}/finish", headers={"X-Exam-Token": token}).status_code == 403
    assert pupil.get(f"/exam/{uid}").status_code == 303  # to the sign-in
    with db.transaction() as session:
        assert session.scalars(select(AttemptEvent.client_seq)).all() == [1]
        assert session.scalars(select(Submission)).all() == []


def test_what_was_acknowledged_is_handed_in_at_the_deadline(
    app: Flask, world: World, signed_in: SignIn, running: Any
) -> None:
    pupil, _quiz, uid, token = running
    close_account(app, world, signed_in)
    over(uid)
    jobs.close_due()
    with db.transaction() as session:
        assert session.scalars(select(Submission)).one().handed_in_by == "server"
        assert session.scalars(select(ResponseCurrent.response)).all() == [{"choice": "b"}]
    assert send(pupil, uid, token, {2: {"choices": ["a"]}}, first=50).status_code == 403
    assert pupil.post(f"/exam/{uid}/finish", headers={"X-Exam-Token": token}).status_code == 403


def test_other_pupils_and_other_attempts_keep_their_tickets(
    app: Flask, world: World, signed_in: SignIn, running: Any
) -> None:
    _pupil, quiz, _uid, _token = running
    classmate = signed_in("classmate")
    uid, token = start(classmate, quiz)
    close_account(app, world, signed_in)
    assert send(classmate, uid, token, {1: {"choice": "b"}}).json["saved"] == [[1, "applied"]]


def test_who_may_sign_in_again_goes_on_by_taking_over(
    app: Flask, world: World, signed_in: SignIn, running: Any
) -> None:
    before, quiz, uid, old = running
    close_account(app, world, signed_in)
    pupil = again(app, world)
    assert pupil.post(f"/quizzes/{quiz}/start").location.endswith(uid)
    page = pupil.get(f"/exam/{uid}").text
    assert "đăng xuất khỏi máy đang làm bài" in page
    assert not TOKEN.search(page)
    assert pupil.post(f"/exam/{uid}/save", data={"q1-choice": "c"}).status_code == 409
    assert pupil.post(f"/exam/{uid}/take-over").status_code == 303
    page = pupil.get(f"/exam/{uid}").text
    assert "Đã lưu 1 câu" in page
    ticket = TOKEN.search(page)
    assert ticket
    assert send(pupil, uid, ticket[1], {2: {"choices": ["a"]}}, first=60).json["saved"] == [[60, "applied"]]
    assert send(before, uid, old, {2: {"choices": ["c"]}}, first=70).json["saved"] == [[70, "other_device"]]


def test_a_take_over_that_was_on_its_way_comes_too_late(world: World, session: Any, running: Any) -> None:
    _pupil, _quiz, uid, _token = running
    actor = world.actor(session, "pupil")
    session.get_one(User, world.pupil.id).disabled_at = clock.now()
    with pytest.raises(Forbidden):
        leases.take_over(session, actor, uid, device=DEVICE)


def test_the_log_says_that_the_lease_was_withdrawn(app: Flask, world: World, signed_in: SignIn, running: Any) -> None:
    _pupil, quiz, uid, _token = running
    close_account(app, world, signed_in)
    close_account(app, world, signed_in)  # nothing is left to withdraw
    with db.transaction() as session:
        entry = session.scalars(
            select(audit.AuditEntry).where(audit.AuditEntry.kind == "attempt.lease_withdrawn")
        ).one()
        assert (entry.subject_uid, entry.actor_id, entry.detail) == (uid, world.admin.id, {"quiz": quiz})


def test_a_withdrawn_lease_stores_nothing_until_somebody_takes_over(place: Place) -> None:
    place.send(answer(1))
    with db.transaction() as session:
        user = session.get_one(User, place.pupil_id)
        leases.withdraw_leases(session, Actor(user.id, user.school_id), user)
    with pytest.raises(Forbidden):
        place.send(answer(2))
    with pytest.raises(Forbidden):
        place.send()
    assert [row.client_seq for row in place.rows()] == [1]
    place.change(device=DEVICE)
    assert place.send(answer(2)).saved == [(2, "applied")]


def test_in_a_batch_only_the_withdrawn_lease_is_refused(place: Place) -> None:
    with db.transaction() as session:
        first = session.get_one(Attempt, place.attempt_id)
        columns = {one.key: getattr(first, one.key) for one in Attempt.__table__.c if one.key not in {"id", "uid"}}
        second = Attempt(**columns | {"number": 2, "device": NOBODY})
        session.add(second)
        session.flush()
        withdrawn = second.id
    good, _refused = checking.check(place.form_id, [answer(1)])
    arrivals = [
        Arrival(place.ticket()._replace(attempt_id=attempt_id), f"{DEVICE}.t1", good)
        for attempt_id in (withdrawn, place.attempt_id)
    ]
    with place.engine.begin() as connection:
        refused, stored = store(connection, arrivals)
    assert isinstance(refused, Forbidden)
    assert isinstance(stored, Stored)
    assert stored.saved == [(1, "applied")]
    assert [row.standing for row in place.rows()] == ["applied"]


def test_a_lease_that_nobody_holds_is_good_for_nobody() -> None:
    check_lease(DEVICE)
    with pytest.raises(Forbidden):
        check_lease(NOBODY)
