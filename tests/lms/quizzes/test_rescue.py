"""Rescue files: sealed to the school, bound to the attempt, taken once, and nothing else in their place."""

from __future__ import annotations

import io
import json
from base64 import b64decode, b64encode
from collections.abc import Callable, Iterator
from datetime import timedelta
from hashlib import sha512
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from nacl.public import Box, PrivateKey, PublicKey
from sqlalchemy import select

from lms.base import clock, db
from lms.base.audit import AuditEntry
from lms.quizzes.hot import checking, saving, tokens
from lms.quizzes.models import Attempt, AttemptEvent
from lms.quizzes.service import rescue_files, sittings
from lms.quizzes.service.leases import take_over
from lms.quizzes.views import rescue
from tests.factories import World
from tests.lms.quizzes import factories

SignIn = Callable[[str], FlaskClient]
SECRET = "test-secret"
EVENTS = [
    {"tab": "one", "seq": 5, "slot": 1, "kind": "answer", "response": {"choice": "a"}, "mono": 5},
    {"tab": "two", "seq": 9, "slot": 1, "kind": "answer", "response": {"choice": "b"}, "mono": 9},
    {"tab": "two", "seq": 12, "slot": None, "kind": "left", "response": 1800, "mono": 12},
]


@pytest.fixture(autouse=True)
def _fresh(app: Flask) -> Iterator[None]:
    checking.forget()
    yield
    saving.stop()


@pytest.fixture
def attempt(app: Flask, world: World) -> Attempt:
    """A running attempt of the pupil."""
    with db.transaction() as session:
        quiz = factories.published(session, world, at=clock.now())
        return factories.begun(session, world, quiz, at=clock.now())


def contents(attempt: Attempt, events: object = EVENTS, /, **changes: Any) -> dict[str, Any]:
    ticket = tokens.Ticket(attempt.id, attempt.form_id, attempt.pupil_id, attempt.school_id, attempt.device)
    return {
        "attempt": attempt.uid,
        "token": tokens.issue(SECRET, attempt.uid, ticket),
        "events": events,
        **changes,
    }


def sealed(words: object, school: str) -> dict[str, str]:
    """What the page's script makes of its answers."""
    mine = PrivateKey.generate()
    theirs = b64decode(school)
    nonce = sha512(bytes(mine.public_key) + theirs).digest()[:24]
    text = words if isinstance(words, bytes) else json.dumps(words).encode()
    box = Box(mine, PublicKey(theirs)).encrypt(text, nonce).ciphertext
    return {
        "gieo": "rescue-1",
        "school": school,
        "sender": b64encode(bytes(mine.public_key)).decode(),
        "box": b64encode(box).decode(),
    }


def file_of(attempt: Attempt, events: object = EVENTS, **changes: Any) -> bytes:
    school = rescue_files.public_key(SECRET, attempt.school_id)
    return json.dumps(sealed(contents(attempt, events, **changes), school)).encode()


def bring(client: FlaskClient, *files: bytes) -> Any:
    data = {"file": [(io.BytesIO(one), f"cuu-bai-{place}.gieo") for place, one in enumerate(files)]}
    return client.post("/rescue", data=data)


def said(client: FlaskClient) -> str:
    return client.get("/rescue").text


def stored() -> list[tuple[str, int, str]]:
    with db.open_session(writes=False) as session:
        rows = session.execute(
            select(AttemptEvent.client_id, AttemptEvent.client_seq, AttemptEvent.standing).order_by(AttemptEvent.id)
        )
        return [(client_id.rpartition(".")[2], seq, standing) for client_id, seq, standing in rows]


ALL_APPLIED = [("one", 5, "applied"), ("two", 9, "applied"), ("two", 12, "applied")]


@pytest.mark.parametrize("who", ["pupil", "teacher", "leader"])
def test_a_file_is_taken_once(attempt: Attempt, signed_in: SignIn, who: str) -> None:
    client, file = signed_in(who), file_of(attempt)
    assert bring(client, file).status_code == 303
    assert stored() == ALL_APPLIED
    assert "Đã nhận 3 câu trả lời" in said(client)
    assert bring(client, file).status_code == 303
    assert stored() == ALL_APPLIED
    assert "không có gì mới" in said(client)
    with db.open_session(writes=False) as session:
        acts = session.scalars(select(AuditEntry).where(AuditEntry.kind == "attempt.rescued").order_by(AuditEntry.id))
        assert [one.detail["events"] for one in acts] == [3, 0]


def test_what_the_network_brought_meanwhile_is_not_doubled(attempt: Attempt, signed_in: SignIn) -> None:
    pupil = signed_in("pupil")
    token = contents(attempt)["token"]
    event = {name: EVENTS[1][name] for name in ("seq", "slot", "response", "mono", "kind")}
    sent = pupil.post(
        f"/exam/{attempt.uid}/events", json={"tab": "two", "events": [event]}, headers={"X-Exam-Token": token}
    )
    assert sent.json["saved"] == [[9, "applied"]]
    bring(pupil, file_of(attempt))
    assert sorted(stored()) == ALL_APPLIED
    assert "Đã nhận 2 câu trả lời" in said(pupil)


def test_after_the_hand_in_it_is_kept_and_waits_for_a_word(attempt: Attempt, signed_in: SignIn) -> None:
    teacher = signed_in("teacher")
    with db.transaction() as session:
        running = session.get_one(Attempt, attempt.id)
        running.deadline_at = running.accept_until_at = clock.now() - timedelta(seconds=1)
    bring(teacher, file_of(attempt))
    assert {standing for _tab, _seq, standing in stored()} == {"late"}
    assert "3 câu đến sau giờ" in said(teacher)


def test_the_file_of_a_replaced_device_does_not_count(attempt: Attempt, world: World, signed_in: SignIn) -> None:
    file = file_of(attempt)
    with db.transaction() as session:
        take_over(session, world.actor(session, "pupil"), attempt.uid, device=factories.OTHER_DEVICE)
    bring(signed_in("pupil"), file)
    assert {standing for _tab, _seq, standing in stored()} == {"other_device"}


def test_the_invigilator_of_the_room_may_bring_it_and_no_other_colleague(
    attempt: Attempt, world: World, signed_in: SignIn
) -> None:
    file = file_of(attempt)
    refused = bring(signed_in("colleague"), file)
    assert refused.status_code == 422
    assert "bài của người khác" in refused.text
    with db.transaction() as session:
        sittings.add_sitting(
            session,
            world.actor(session, "teacher"),
            session.get_one(Attempt, attempt.id).quiz.uid,
            sittings.Wanted(invigilators=[world.colleague.uid]),
            at=clock.now(),
        )
    assert bring(signed_in("colleague"), file).status_code == 303
    assert stored() == ALL_APPLIED


@pytest.mark.parametrize("who", ["classmate", "other_pupil", "parent", "subject_head", "admin"])
def test_nobody_else_brings_it(attempt: Attempt, signed_in: SignIn, who: str) -> None:
    refused = bring(signed_in(who), file_of(attempt))
    assert refused.status_code == 422
    assert "bài của người khác" in refused.text
    assert stored() == []


def test_another_school_cannot_open_it(attempt: Attempt, signed_in: SignIn) -> None:
    refused = bring(signed_in("outsider"), file_of(attempt))
    assert refused.status_code == 422
    assert "trường khác" in refused.text
    assert stored() == []


def hostile(attempt: Attempt) -> dict[str, tuple[bytes, str]]:
    """Files that are none, and the words that each gets."""
    school = rescue_files.public_key(SECRET, attempt.school_id)
    good = sealed(contents(attempt), school)
    box = bytearray(b64decode(good["box"]))
    box[40] ^= 1

    def pack(words: object) -> bytes:
        return json.dumps(sealed(words, school)).encode()

    def changed(**parts: str) -> bytes:
        return json.dumps({**good, **parts}).encode()

    deep = b'{"attempt":"a","token":"b","events":' + b"[" * 50_000
    stranger = sealed(contents(attempt), b64encode(bytes(PrivateKey.generate().public_key)).decode())
    return {
        "torn": (json.dumps(good).encode()[:-30], "chưa chép hết"),
        "no JSON": (b"\x00\xff\xfe PK", "chưa chép hết"),
        "too deep": (b"[" * 100_000, "chưa chép hết"),
        "another kind": (changed(gieo="rescue-9"), "chưa chép hết"),
        "a field more": (changed(extra="x"), "chưa chép hết"),
        "no base 64": (changed(box="***"), "chưa chép hết"),
        "sealed to a stranger": (json.dumps(stranger).encode(), "trường khác"),
        "a bit turned": (changed(box=b64encode(bytes(box)).decode()), "đã bị sửa"),
        "another sender": (changed(sender=b64encode(b"1" * 32).decode()), "đã bị sửa"),
        "a sender of no length": (changed(sender=""), "đã bị sửa"),
        "an empty box": (changed(box=""), "đã bị sửa"),
        "sealed nonsense": (pack(b"{"), "chưa chép hết"),
        "sealed too deep": (pack(deep), "chưa chép hết"),
        "a forged ticket": (pack(contents(attempt, token="1.1.1.1.device-of-pupil-1." + "A" * 43)), "không do trang"),
        "no ticket": (pack(contents(attempt, token="")), "không do trang"),
        "another attempt": (pack(contents(attempt, attempt="0" * 36)), "không do trang"),
        "nothing in it": (pack(contents(attempt, [])), "không có câu trả lời"),
        "no such slot": (pack(contents(attempt, [{**EVENTS[0], "slot": 99}])), "không có câu trả lời"),
        "no such option": (
            pack(contents(attempt, [{**EVENTS[0], "response": {"choice": "z"}}])),
            "không có câu trả lời",
        ),
        "a tab with a path": (pack(contents(attempt, [{**EVENTS[0], "tab": "../x"}])), "không có câu trả lời"),
        "a negative number": (pack(contents(attempt, [{**EVENTS[0], "seq": -1}])), "không có câu trả lời"),
    }


def test_what_is_no_such_file_is_refused_in_words(attempt: Attempt, signed_in: SignIn) -> None:
    teacher = signed_in("teacher")
    for name, (file, words) in hostile(attempt).items():
        refused = bring(teacher, file)
        assert refused.status_code == 422, name
        assert words in refused.text, name
    assert stored() == []


def test_a_file_over_the_limit_is_refused(attempt: Attempt, signed_in: SignIn, monkeypatch: pytest.MonkeyPatch) -> None:
    teacher = signed_in("teacher")
    with monkeypatch.context() as changed:
        changed.setattr(rescue, "MOST_BYTES", 100)
        assert bring(teacher, file_of(attempt)).status_code == 413
    monkeypatch.setattr(rescue_files, "MOST_EVENTS", 2)
    assert bring(teacher, file_of(attempt)).status_code == 422
    assert bring(teacher).status_code == 422
    assert stored() == []


def test_one_bad_file_does_not_hold_up_the_others(attempt: Attempt, signed_in: SignIn) -> None:
    teacher = signed_in("teacher")
    assert bring(teacher, b"torn", file_of(attempt)).status_code == 303
    assert stored() == ALL_APPLIED
    page = said(teacher)
    assert "Đã nhận 3 câu trả lời" in page
    assert "cuu-bai-0.gieo: Tệp bị hỏng" in page


def test_each_school_has_its_own_key() -> None:
    keys = {rescue_files.public_key(secret, school) for secret in ("a", "b") for school in (1, 2)}
    assert len(keys) == 4
    assert all(len(b64decode(key)) == 32 for key in keys)
