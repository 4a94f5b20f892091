"""The door of a quiz: who may come in with which words, and from where a test may go on."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select

from lms.base import clock, db, ratelimit
from lms.base.errors import Invalid
from lms.quizzes.domain.admission import NOT_PLACED, OUTSIDE, Guard, NotAdmitted, Place, Visit, new_code, same_text
from lms.quizzes.hot import checking, saving
from lms.quizzes.models import Attempt, AttemptEvent, Sitting
from lms.quizzes.service import admission, building, sittings, taking
from lms.school import service as school
from tests.factories import World
from tests.lms.quizzes import factories
from tests.lms.quizzes.test_views import send, start

SignIn = Callable[[str], FlaskClient]
ROOM = {"REMOTE_ADDR": "10.1.1.20"}
HOME = {"REMOTE_ADDR": "203.0.113.9"}
ANNA, BINH, CUONG = 1, 2, 3


@pytest.fixture(autouse=True)
def _fresh(app: Flask) -> Any:
    checking.forget()
    ratelimit.configure()
    yield
    saving.stop()


# What the rules say, without anything around them


@pytest.mark.parametrize(
    ("given", "kept", "same"),
    [
        ("Hoa Phượng", "Hoa Phượng", True),
        (" Hoa Phượng\n", "Hoa Phượng", True),
        ("Hoa Phu\u031bo\u031b\u0323ng", "Hoa Phượng", True),  # another keyboard's way to write the same letters
        ("hoa phượng", "Hoa Phượng", False),
        ("Hoa Phuong", "Hoa Phượng", False),
        ("Hoa  Phượng", "Hoa Phượng", False),
        ("0e1234", "0e5678", False),  # equal as numbers, where a language is loose
        ("1.0", "1", False),
        ("0123", "123", False),
        ("", "x", False),
    ],
)
def test_words_are_compared_exactly(given: str, kept: str, same: bool) -> None:
    assert same_text(given, kept) is same


def test_a_guard_without_rules_asks_nothing() -> None:
    guard = Guard()
    assert guard.idle
    guard.check_words(ANNA, Visit())
    guard.check_visit(ANNA, Visit())


def test_a_password_and_a_code_are_both_asked() -> None:
    guard = Guard(password="phượng", asks_code=True, places=(Place("111111"),))
    guard.check_words(ANNA, Visit(password="phượng", code="111111"))
    for password, code, field in (("", "111111", "password"), ("phượng", "111112", "code"), ("phượng", "", "code")):
        with pytest.raises(Invalid) as problem:
            guard.check_words(ANNA, Visit(password=password, code=code))
        assert list(problem.value.fields) == [field]


def test_each_pupil_goes_by_their_own_sittings() -> None:
    first = Place("111111", ("10.1.1.0/24",), frozenset({ANNA}))
    second = Place("222222", ("10.1.2.0/24",), frozenset({BINH}))
    guard = Guard(asks_code=True, asks_network=True, places=(first, second))
    guard.check_words(ANNA, Visit("10.1.1.9", code="111111"))
    guard.check_visit(ANNA, Visit("10.1.1.9"))
    with pytest.raises(Invalid):
        guard.check_words(ANNA, Visit("10.1.1.9", code="222222"))
    with pytest.raises(NotAdmitted, match=OUTSIDE):
        guard.check_visit(ANNA, Visit("10.1.2.9"))
    with pytest.raises(NotAdmitted, match=NOT_PLACED):
        guard.check_visit(CUONG, Visit("10.1.1.9"))
    with pytest.raises(NotAdmitted, match=NOT_PLACED):
        guard.check_words(CUONG, Visit("10.1.1.9", code="111111"))


def test_whoever_is_not_named_goes_by_the_sittings_that_name_nobody() -> None:
    guard = Guard(
        asks_network=True,
        places=(
            Place("1", ("10.1.1.0/24",), frozenset({ANNA})),
            Place("2", ("10.1.2.0/24",)),
            Place("3", ("10.1.3.0/24",)),
        ),
    )
    for address in ("10.1.2.9", "10.1.3.9"):
        guard.check_visit(BINH, Visit(address))
        with pytest.raises(NotAdmitted):
            guard.check_visit(ANNA, Visit(address))


def test_who_was_let_in_by_hand_passes_everything() -> None:
    guard = Guard(password="x", asks_code=True, asks_network=True, places=(), let_in=frozenset({ANNA}))
    guard.check_words(ANNA, Visit())
    guard.check_visit(ANNA, Visit())
    with pytest.raises(NotAdmitted):
        guard.check_visit(BINH, Visit())


@pytest.mark.parametrize(
    ("guard", "fine"),
    [
        (Guard(password="x"), True),
        (Guard(asks_code=True), False),
        (Guard(asks_code=True, places=(Place("1"),)), True),
        (Guard(asks_network=True, places=(Place("1"),)), False),
        (Guard(asks_network=True, places=(Place("1", ()),)), False),
        (Guard(asks_network=True, places=(Place("1", ("10.0.0.0/8",)), Place("2", ()))), False),
        (Guard(asks_network=True, places=(Place("1", ("10.0.0.0/8",)),)), True),
    ],
)
def test_a_door_that_lets_nobody_in_is_found_out(guard: Guard, fine: bool) -> None:
    assert (guard.problem() == "") is fine


def test_codes_are_six_digits_and_differ() -> None:
    codes = {new_code() for _ in range(50)}
    assert all(len(code) == 6 and code.isdigit() for code in codes)
    assert len(codes) > 45


# A school that uses them


def give(world: World, rules: admission.Rules, *, networks: str = "10.1.1.0/24", **changes: Any) -> str:
    """Publish a quiz of 8A2 that is written in one room; returns its uid."""
    at = clock.now()
    with db.transaction() as session:
        teacher = world.actor(session, "teacher")
        room = school.add_room(session, world.actor(session, "admin"), "Phòng Tin 1", networks)
        quiz = factories.draft(session, world, at=at, **changes)
        sittings.add_sitting(session, teacher, quiz.uid, sittings.Wanted(room=room.uid), at=at)
        admission.save_rules(session, teacher, quiz.uid, rules, at=at)
        return building.publish(session, teacher, quiz.uid, at=at).uid


def code_of(quiz: str) -> str:
    with db.open_session(writes=False) as session:
        return session.scalars(select(Sitting)).one().code


def count(table: type) -> int:
    with db.open_session(writes=False) as session:
        return session.scalar(select(func.count()).select_from(table)) or 0


def test_a_pupil_types_the_code_and_the_password(app: Flask, world: World, signed_in: SignIn) -> None:
    quiz = give(world, admission.Rules(password="Lá Bàng", code_required=True))
    pupil = signed_in("pupil")
    page = pupil.get(f"/quizzes/{quiz}").text
    assert "Mã phòng" in page
    assert "Phòng Tin 1" in page
    assert code_of(quiz) not in page
    assert "Lá Bàng" not in page

    wrong = pupil.post(f"/quizzes/{quiz}/start", data={"code": "000000", "password": "Lá Bàng"})
    assert wrong.status_code == 422
    assert "Mã phòng chưa đúng" in wrong.text
    assert code_of(quiz) not in wrong.text
    wrong = pupil.post(f"/quizzes/{quiz}/start", data={"code": code_of(quiz), "password": "lá bàng"})
    assert wrong.status_code == 422
    assert "Mật khẩu chưa đúng" in wrong.text
    assert count(Attempt) == 0

    right = pupil.post(f"/quizzes/{quiz}/start", data={"code": code_of(quiz), "password": " Lá Bàng "})
    assert right.status_code == 201
    assert pupil.get(right.location).status_code == 200
    assert pupil.post(f"/quizzes/{quiz}/start").location == right.location  # inside already: no word is asked again


def test_guessing_is_slowed_for_the_pupil_and_for_nobody_else(app: Flask, world: World, signed_in: SignIn) -> None:
    quiz = give(world, admission.Rules(code_required=True))
    pupil, classmate = signed_in("pupil"), signed_in("classmate")
    tries = [pupil.post(f"/quizzes/{quiz}/start", data={"code": f"{n:06}"}).status_code for n in range(12)]
    assert tries == [422] * 10 + [429] * 2
    held = pupil.post(f"/quizzes/{quiz}/start", data={"code": code_of(quiz)})
    assert held.status_code == 429  # the right one too, or guessing would only have to go on
    assert int(held.headers["Retry-After"]) > 0
    assert classmate.post(f"/quizzes/{quiz}/start", data={"code": code_of(quiz)}).status_code == 201


def test_every_request_of_a_test_is_from_the_room(app: Flask, world: World, signed_in: SignIn) -> None:
    quiz = give(world, admission.Rules(network_required=True))
    pupil = signed_in("pupil")
    outside = pupil.get(f"/quizzes/{quiz}", environ_overrides=HOME)
    assert OUTSIDE in outside.text
    assert "Bắt đầu làm bài" not in outside.text
    refused = pupil.post(f"/quizzes/{quiz}/start", environ_overrides=HOME)
    assert refused.status_code == 403
    assert OUTSIDE in refused.text
    assert count(Attempt) == 0

    inside = pupil.post(f"/quizzes/{quiz}/start", environ_overrides=ROOM)
    assert inside.status_code == 201
    uid = inside.location.rpartition("/")[2]
    page = pupil.get(inside.location, environ_overrides=ROOM)
    token = page.text.partition('data-token="')[2].partition('"')[0]
    head = {"X-Exam-Token": token}
    events = {"tab": "t", "events": [{"seq": 1, "slot": 1, "response": {"choice": "b"}, "mono": 1}]}
    requests: tuple[tuple[str, str, dict[str, Any]], ...] = (
        ("GET", "", {}),
        ("POST", "/events", {"json": events, "headers": head}),
        ("GET", "/pulse", {"headers": head}),
        ("POST", "/save", {"data": {"q1-choice": "b"}}),
        ("POST", "/save", {"data": {"q1-choice": "b", "act": "hand_in"}}),
        ("POST", "/take-over", {}),
        ("POST", "/finish", {"headers": head}),
    )
    for method, tail, more in requests:
        answer = pupil.open(f"/exam/{uid}{tail}", method=method, environ_overrides=HOME, **more)
        assert answer.status_code == 403, tail
    assert count(AttemptEvent) == 0
    refused = pupil.post(f"/exam/{uid}/events", json=events, headers=head, environ_overrides=HOME)
    assert refused.json["kind"] == "NotAdmitted"
    assert refused.json["title"] == OUTSIDE

    kept = pupil.post(f"/exam/{uid}/events", json=events, headers=head, environ_overrides=ROOM)
    assert kept.json["saved"] == [[1, "applied"]]  # what was refused outside is taken inside
    assert pupil.post(f"/exam/{uid}/finish", headers=head, environ_overrides=ROOM).status_code == 200
    # What is handed in has no door any more.
    assert pupil.get(f"/exam/{uid}/receipt", environ_overrides=HOME).status_code == 200
    assert pupil.post(f"/exam/{uid}/finish", headers=head, environ_overrides=HOME).status_code == 200


def test_a_room_is_known_behind_proxies_and_the_last_word_is_theirs(
    app: Flask, world: World, signed_in: SignIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    from dataclasses import replace

    from lms.app import create_app

    quiz = give(world, admission.Rules(network_required=True))
    cookies = signed_in("pupil").get_cookie("gieo")
    assert cookies is not None
    behind = create_app(replace(app.config["GIEO"], trusted_proxies=1))
    behind.config["WTF_CSRF_ENABLED"] = False
    pupil = behind.test_client()
    pupil.set_cookie("gieo", cookies.value)
    start_it = f"/quizzes/{quiz}/start"
    proxy = {"environ_overrides": {"REMOTE_ADDR": "127.0.0.1"}}
    # The pupil wrote the room's address into the header; the proxy added where the pupil really is.
    forged = pupil.post(start_it, headers={"X-Forwarded-For": "10.1.1.20, 203.0.113.9"}, **proxy)
    assert forged.status_code == 403
    begun = pupil.post(start_it, headers={"X-Forwarded-For": "203.0.113.9, 10.1.1.20"}, **proxy)
    assert begun.status_code == 201
    page = pupil.get(begun.location, headers={"X-Forwarded-For": "10.1.1.20"}, **proxy)
    token = page.text.partition('data-token="')[2].partition('"')[0]
    events = {"tab": "t", "events": [{"seq": 1, "slot": 1, "response": {"choice": "b"}, "mono": 1}]}
    for seen, status in (("10.1.1.20", 200), ("203.0.113.9", 403)):  # on the short way too
        head = {"X-Exam-Token": token, "X-Forwarded-For": seen}
        assert pupil.post(f"{begun.location}/events", json=events, headers=head, **proxy).status_code == status
    behind.extensions["gieo_engine"].dispose()


def test_pictures_of_a_running_test_stay_in_the_room(app: Flask, world: World, signed_in: SignIn) -> None:
    quiz = give(world, admission.Rules(network_required=True))
    with db.transaction() as session:
        begun = taking.begin(
            session,
            world.actor(session, "pupil"),
            quiz,
            device=factories.DEVICE,
            at=clock.now(),
            visit=Visit("10.1.1.7"),
        )
        assert begun.page is not None
        form, pupil = begun.page.form.uid, world.actor(session, "pupil")
    with db.open_session(writes=False) as session, pytest.MonkeyPatch.context() as patch:
        patch.setattr(admission.reading, "find_picture", lambda *_of: "image/png")
        assert admission.find_picture(session, pupil, form, "0" * 64, Visit("10.1.1.7"), at=clock.now()) == "image/png"
        with pytest.raises(NotAdmitted):
            admission.find_picture(session, pupil, form, "0" * 64, Visit("203.0.113.9"), at=clock.now())
        teacher = world.actor(session, "teacher")
        assert (
            admission.find_picture(session, teacher, form, "0" * 64, Visit("203.0.113.9"), at=clock.now())
            == "image/png"
        )


def test_rules_that_change_are_in_force_at_once_here(app: Flask, world: World, signed_in: SignIn) -> None:
    quiz = give(world, admission.Rules(network_required=True))
    pupil, teacher = signed_in("pupil"), signed_in("teacher")
    assert pupil.post(f"/quizzes/{quiz}/start", environ_overrides=HOME).status_code == 403
    assert teacher.post(f"/quizzes/{quiz}/door", data={"password": "mới"}).status_code == 303
    uid, token = start_with(pupil, quiz, {"password": "mới"})
    assert send(pupil, uid, token, {1: {"choice": "b"}}).status_code == 200


def start_with(client: FlaskClient, quiz: str, words: dict[str, str]) -> tuple[str, str]:
    begun = client.post(f"/quizzes/{quiz}/start", data=words)
    assert begun.status_code == 201
    return begun.location.rpartition("/")[2], client.get(begun.location).text.partition('data-token="')[2].partition(
        '"'
    )[0]


def test_another_process_learns_of_a_change_within_seconds(
    app: Flask, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    with db.transaction() as session:
        quiz = factories.published(session, world, at=clock.now())
    assert admission.guard_of(None, quiz.id) is None
    with db.transaction() as session:  # by another process: nobody here is told
        session.add(admission.Admission(quiz_id=quiz.id, school_id=quiz.school_id, password="x"))
    assert admission.guard_of(None, quiz.id) is None
    later = admission.time.monotonic() + admission.FRESH_SECONDS
    monkeypatch.setattr(admission.time, "monotonic", lambda: later)
    guard = admission.guard_of(None, quiz.id)
    assert guard is not None
    assert guard.password == "x"


def test_a_quiz_without_rules_reads_none_for_each_answer(app: Flask, world: World, signed_in: SignIn) -> None:
    with db.transaction() as session:
        quiz = factories.published(session, world, at=clock.now()).uid
    pupil = signed_in("pupil")
    uid, token = start(pupil, quiz)
    send(pupil, uid, token, {1: {"choice": "b"}})
    asked = []
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(admission, "read_guard", lambda *of: asked.append(of))
        patch.setattr(admission.time, "monotonic", lambda frozen=admission.time.monotonic(): frozen)
        for place in range(5):
            assert send(pupil, uid, token, {1: {"choice": "a"}}, first=10 + place).status_code == 200
    assert asked == []


# The teacher's pages


def test_a_teacher_sets_the_door_and_the_sittings(app: Flask, world: World, signed_in: SignIn) -> None:
    with db.transaction() as session:
        quiz = factories.draft(session, world, at=clock.now()).uid
        room = school.add_room(session, world.actor(session, "admin"), "Phòng Tin 2", "").uid
    teacher = signed_in("teacher")
    assert "Vào phòng thi" in teacher.get(f"/quizzes/{quiz}/settings").text
    page = f"/quizzes/{quiz}/door"
    assert teacher.get(page).status_code == 200
    assert teacher.post(page, data={"password": "x" * 101}).status_code == 422
    assert teacher.post(page, data={"code_required": "y", "network_required": "y"}).status_code == 303

    listed = teacher.get(f"/quizzes/{quiz}/sittings").text  # one sitting of the whole class was made
    assert "cả lớp" in listed
    assert "có ca chưa chọn phòng" in listed
    refused = teacher.post(f"/quizzes/{quiz}/publish")
    assert refused.status_code == 422
    assert "có ca chưa chọn phòng" in refused.text

    with db.open_session(writes=False) as session:
        sitting = session.scalars(select(Sitting)).one().uid
    form = {"room": room, "invigilators": world.colleague.uid, "pupils": world.pupil.uid}
    assert teacher.post(f"/sittings/{sitting}/edit", data=form).status_code == 303
    listed = teacher.get(f"/quizzes/{quiz}/sittings").text
    assert "Trần Văn Đức" in listed
    assert "chưa khai dải mạng" in listed
    assert "Các em chưa có phòng" in listed
    assert "Trần Gia Bình" in listed
    assert "Trần Văn Đức" in teacher.get(f"/sittings/{sitting}/edit").text

    twice = teacher.post(f"/quizzes/{quiz}/sittings", data={"pupils": world.pupil.uid})
    assert twice.status_code == 422
    assert "đã được xếp vào ca khác" in twice.text
    assert teacher.post(f"/quizzes/{quiz}/sittings", data={"pupils": world.classmate.uid}).status_code == 303
    assert teacher.post(f"/sittings/{sitting}/edit", data={"act": "remove"}).status_code == 303
    assert count(Sitting) == 1


@pytest.mark.parametrize("field", ["room", "invigilators", "pupils"])
def test_nothing_of_elsewhere_comes_into_a_sitting(app: Flask, world: World, signed_in: SignIn, field: str) -> None:
    with db.transaction() as session:
        quiz = factories.draft(session, world, at=clock.now()).uid
        theirs = school.add_room(session, world.actor(session, "admin"), "Phòng cũ", "")
        school.close_room(session, world.actor(session, "admin"), theirs.uid, at=clock.now())
    strangers = {"room": theirs.uid, "invigilators": world.outsider.uid, "pupils": world.other_pupil.uid}
    answer = signed_in("teacher").post(f"/quizzes/{quiz}/sittings", data={field: strangers[field]})
    assert answer.status_code == 404
    assert count(Sitting) == 0


def test_a_running_quiz_is_never_shut_by_mistake(app: Flask, world: World, signed_in: SignIn) -> None:
    quiz = give(world, admission.Rules(network_required=True))
    teacher = signed_in("teacher")
    with db.open_session(writes=False) as session:
        sitting = session.scalars(select(Sitting)).one().uid
    assert teacher.post(f"/sittings/{sitting}/edit", data={}).status_code == 422  # no room
    assert teacher.post(f"/sittings/{sitting}/edit", data={"act": "remove"}).status_code == 422
    assert count(Sitting) == 1
    teacher.post(f"/quizzes/{quiz}/end", data={"confirm": "kết thúc"})
    assert teacher.post(f"/quizzes/{quiz}/door", data={}).status_code == 409
    assert teacher.post(f"/sittings/{sitting}/edit", data={"act": "remove"}).status_code == 409
    assert teacher.post(f"/quizzes/{quiz}/sittings", data={}).status_code == 409
