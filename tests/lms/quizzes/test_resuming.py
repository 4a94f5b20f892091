"""A code to go on elsewhere: shown once, used once, for ten minutes, and good for one attempt only."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from lms.base import clock, db, ratelimit
from lms.base.audit import AuditEntry
from lms.quizzes.domain.resuming import GOOD_FOR, digest_of, is_good, new_resume_code
from lms.quizzes.hot import checking, saving
from lms.quizzes.models import Attempt, ResumeCode
from lms.quizzes.service import admission, building, resuming, sittings
from lms.school import service as school
from tests.factories import NOON, World
from tests.lms.quizzes import factories
from tests.lms.quizzes.test_admission import HOME, ROOM
from tests.lms.quizzes.test_views import TOKEN, send, start

SignIn = Callable[[str], FlaskClient]
NOT_GOOD = "Mã không đúng, đã dùng hoặc đã hết hạn."
SHOWN = re.compile(r'class="wall-code small">([A-Z2-9-]+)<')


@pytest.fixture(autouse=True)
def _fresh(app: Flask) -> Any:
    checking.forget()
    ratelimit.configure()
    yield
    saving.stop()


def give(world: World, **rules: Any) -> tuple[str, str]:
    """A running quiz of 8A2 that `colleague` invigilates in a room; its uid and that of the sitting."""
    at = clock.now()
    with db.transaction() as session:
        teacher = world.actor(session, "teacher")
        room = school.add_room(session, world.actor(session, "admin"), "Phòng Tin 1", "10.1.1.0/24").uid
        quiz = factories.draft(session, world, at=at)
        wanted = sittings.Wanted(room, [world.colleague.uid])
        sitting = sittings.add_sitting(session, teacher, quiz.uid, wanted, at=at)
        admission.save_rules(session, teacher, quiz.uid, admission.Rules(**rules), at=at)
        building.publish(session, teacher, quiz.uid, at=at)
        return quiz.uid, sitting.uid


def make(client: FlaskClient, world: World, sitting: str) -> str:
    page = client.post(f"/sittings/{sitting}/resume-code", data={"pupil": world.pupil.uid})
    assert page.status_code == 200
    found = SHOWN.search(page.text)
    assert found
    return found[1]


def row() -> ResumeCode:
    with db.open_session(writes=False) as session:
        return session.scalars(select(ResumeCode).order_by(ResumeCode.id.desc())).first()  # type: ignore[return-value]


def test_codes_are_read_out_and_typed_as_people_do() -> None:
    code = new_resume_code()
    assert re.fullmatch(r"[A-HJ-NP-Z2-9]{4}-[A-HJ-NP-Z2-9]{4}", code)
    assert digest_of(code) == digest_of(code.lower().replace("-", " ")) != digest_of(new_resume_code())
    assert code.replace("-", "") not in digest_of(code)


@pytest.mark.parametrize(
    ("used", "after", "good"),
    [
        (False, timedelta(0), True),
        (False, GOOD_FOR - timedelta(seconds=1), True),
        (False, GOOD_FOR, False),
        (True, timedelta(0), False),
    ],
)
def test_a_code_is_good_once_and_for_ten_minutes(used: bool, after: timedelta, good: bool) -> None:
    assert is_good(NOON, NOON if used else None, NOON + after) is good


def test_a_pupil_goes_on_without_signing_in(app: Flask, world: World, signed_in: SignIn) -> None:
    quiz, sitting = give(world)
    pupil, colleague = signed_in("pupil"), signed_in("colleague")
    uid, old_token = start(pupil, quiz)
    send(pupil, uid, old_token, {1: {"choice": "b"}})
    assert "Nguyễn Minh Anh" in colleague.get(f"/sittings/{sitting}").text.partition("resume-pupil")[2]
    code = make(colleague, world, sitting)
    assert code not in colleague.get(f"/sittings/{sitting}").text
    assert code.replace("-", "") not in str(vars(row()))

    machine = app.test_client()
    assert machine.get("/exam/resume").status_code == 200
    used = machine.post("/exam/resume", data={"code": code.lower()})
    assert used.status_code == 303
    assert used.location == f"/exam/{uid}"
    page = machine.get(used.location)
    assert page.status_code == 200
    assert "Nguyễn Minh Anh" in page.text
    assert 'value="b" data-part="choice" data-id="b" checked' in page.text
    token = TOKEN.search(page.text)
    assert token
    assert send(machine, uid, token[1], {2: {"choices": ["a"]}}).json["saved"] == [[1, "applied"]]
    late = send(pupil, uid, old_token, {1: {"choice": "a"}}, first=50)
    assert late.json["saved"] == [[50, "other_device"]]  # the old machine woke up: kept, not applied
    assert late.json["here"] is False

    # The pass opens this attempt and nothing else of the pupil.
    for path in ("/", f"/quizzes/{quiz}", "/marks", "/account", f"/exam/{uid}/review"):
        answer = machine.get(path)
        assert answer.status_code == 303, path
        assert answer.location.startswith("/sign-in"), path
    assert machine.post(f"/quizzes/{quiz}/start").location.startswith("/sign-in")
    assert machine.post(f"/exam/{uid}/save", data={"q1-choice": "a", "act": "hand_in"}).status_code == 303
    assert machine.get(f"/exam/{uid}/receipt").status_code == 200
    with db.open_session(writes=False) as session:
        acts = [(one.kind, one.actor_id) for one in session.scalars(select(AuditEntry).order_by(AuditEntry.seq))]
    assert ("attempt.code_made", world.colleague.id) in acts
    assert ("attempt.code_used", None) in acts


def test_one_sentence_whatever_is_wrong(
    app: Flask, world: World, signed_in: SignIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    quiz, sitting = give(world)
    pupil, colleague = signed_in("pupil"), signed_in("colleague")
    uid, _token = start(pupil, quiz)
    first, second = make(colleague, world, sitting), make(colleague, world, sitting)

    def tried(code: str) -> str:
        machine = app.test_client()
        machine.set_cookie("gieo-device", new_resume_code() * 2)
        answer = machine.post("/exam/resume", data={"code": code})
        assert answer.status_code == 422, code
        assert machine.get(f"/exam/{uid}").location.startswith("/sign-in")
        return re.sub(r"[\w.-]{20,}", "…", answer.text)

    wrong = tried("AAAA-AAAA")
    assert NOT_GOOD in wrong
    assert tried("") == tried("x" * 500) == tried(first) == wrong  # the second ended the first
    later = clock.now() + GOOD_FOR
    with monkeypatch.context() as patch:
        patch.setattr(clock, "now", lambda: later)
        assert tried(second) == wrong
    with db.transaction() as session:
        session.merge(world.pupil).disabled_at = clock.now()
    assert tried(second) == wrong
    with db.transaction() as session:
        session.merge(world.pupil).disabled_at = None
    machine = app.test_client()
    assert machine.post("/exam/resume", data={"code": second}).status_code == 303
    assert tried(second) == wrong
    third = make(colleague, world, sitting)
    assert machine.post(f"/exam/{uid}/save", data={"act": "hand_in"}).status_code == 303
    with db.open_session(writes=False) as session:  # what is handed in goes on nowhere
        assert session.scalars(select(Attempt)).one().state == "handed_in"
    assert tried(third) == wrong


def test_the_rules_of_the_door_hold_for_a_code_too(app: Flask, world: World, signed_in: SignIn) -> None:
    quiz, sitting = give(world, network_required=True)
    pupil, colleague = signed_in("pupil"), signed_in("colleague")
    assert pupil.post(f"/quizzes/{quiz}/start", environ_overrides=ROOM).status_code == 201
    code = make(colleague, world, sitting)
    machine = app.test_client()
    assert machine.post("/exam/resume", data={"code": code}, environ_overrides=HOME).status_code == 403
    assert row().used_at is None  # it stays good for the room
    used = machine.post("/exam/resume", data={"code": code}, environ_overrides=ROOM)
    assert used.status_code == 303
    assert machine.get(used.location, environ_overrides=HOME).status_code == 403
    assert machine.get(used.location, environ_overrides=ROOM).status_code == 200


def test_a_pass_is_of_its_device_and_its_attempt(
    app: Flask, world: World, signed_in: SignIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    quiz, sitting = give(world)
    uid, _token = start(signed_in("pupil"), quiz)
    other, _token = start(signed_in("classmate"), quiz)
    machine = app.test_client()
    machine.post("/exam/resume", data={"code": make(signed_in("colleague"), world, sitting)})
    kept = machine.get_cookie("gieo-pass")
    assert kept is not None
    assert kept.http_only
    assert machine.get(f"/exam/{other}").location.startswith("/sign-in")
    later = clock.now() + timedelta(hours=12)
    with monkeypatch.context() as patch:
        patch.setattr(clock, "now", lambda: later)
        assert machine.get(f"/exam/{uid}").location.startswith("/sign-in")
    head, until, word = kept.value.split(".")
    for forged in (f"{other}.{until}.{word}", f"{head}.{int(until) + 1}.{word}", f"{head}.{until}.{'0' * 64}", "x"):
        machine.set_cookie("gieo-pass", forged)
        for asked in (uid, other):
            assert machine.get(f"/exam/{asked}").location.startswith("/sign-in"), forged
    stranger = app.test_client()
    stranger.set_cookie("gieo-pass", kept.value)
    assert stranger.get(f"/exam/{uid}").location.startswith("/sign-in")


def test_whoever_was_signed_in_there_is_signed_out(app: Flask, world: World, signed_in: SignIn) -> None:
    quiz, sitting = give(world)
    start(signed_in("pupil"), quiz)
    machine = signed_in("classmate")
    used = machine.post("/exam/resume", data={"code": make(signed_in("colleague"), world, sitting)})
    assert machine.get(used.location).status_code == 200
    assert machine.get("/").location.startswith("/sign-in")


def test_guessing_is_slowed_by_device_and_by_address(app: Flask, world: World) -> None:
    machine = app.test_client()
    machine.get("/exam/resume")  # the browser gets its name
    assert [machine.post("/exam/resume", data={"code": "x"}).status_code for _ in range(11)] == [422] * 10 + [429]
    codes = []
    for number in range(60):
        other = app.test_client()
        other.set_cookie("gieo-device", f"another-device-{number:04}")
        codes.append(other.post("/exam/resume", data={"code": "x"}).status_code)
    assert codes.count(429) > 0


@pytest.mark.parametrize(
    ("who", "status"), [("leader", 403), ("it_teacher", 404), ("pupil", 404), ("outsider", 404), ("teacher", 200)]
)
def test_who_makes_a_code(app: Flask, world: World, signed_in: SignIn, who: str, status: int) -> None:
    quiz, sitting = give(world)
    start(signed_in("pupil"), quiz)
    made = signed_in(who).post(f"/sittings/{sitting}/resume-code", data={"pupil": world.pupil.uid})
    assert made.status_code == status


def test_a_code_needs_a_running_attempt(app: Flask, world: World, signed_in: SignIn) -> None:
    quiz, sitting = give(world)
    colleague, act = signed_in("colleague"), f"/sittings/{sitting}/resume-code"
    assert colleague.post(act, data={}).status_code == 422
    assert colleague.post(act, data={"pupil": world.pupil.uid}).status_code == 409  # not begun
    assert colleague.post(act, data={"pupil": world.other_pupil.uid}).status_code == 404
    start(signed_in("pupil"), quiz)
    signed_in("teacher").post(f"/quizzes/{quiz}/end", data={"confirm": "kết thúc"})
    assert colleague.post(act, data={"pupil": world.pupil.uid}).status_code == 409


def test_two_machines_cannot_use_one_code(app: Flask, world: World, signed_in: SignIn) -> None:
    quiz, sitting = give(world)
    start(signed_in("pupil"), quiz)
    code = make(signed_in("colleague"), world, sitting)
    with db.transaction() as session:
        resuming.use_code(session, code, device="machine-number-one", visit=admission.Visit(), at=clock.now())
    with db.transaction() as session, pytest.raises(resuming.Invalid):
        resuming.use_code(session, code, device="machine-number-two", visit=admission.Visit(), at=clock.now())


def test_the_form_needs_its_token(app: Flask, world: World) -> None:
    app.config["WTF_CSRF_ENABLED"] = True
    assert app.test_client().post("/exam/resume", data={"code": "AAAA-AAAA"}).status_code == 403
