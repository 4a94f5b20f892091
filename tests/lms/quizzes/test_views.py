"""Pages of quizzes over HTTP: they work, they refuse the wrong person, they refuse the wrong state."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta
from fractions import Fraction
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from lms.base import clock, db
from lms.quizzes import jobs
from lms.quizzes.domain.sheets import sheet_uid
from lms.quizzes.domain.states import ReleasePolicy
from lms.quizzes.hot import checking, saving
from lms.quizzes.models import Accommodation, Attempt, AttemptEvent, Quiz, Submission
from lms.quizzes.service import closing
from tests.factories import World
from tests.lms.quizzes import factories

SignIn = Callable[[str], FlaskClient]
TOKEN = re.compile(r'data-token="([^"]+)"')


@pytest.fixture(autouse=True)
def _fresh(app: Flask) -> Any:
    checking.forget()
    yield
    saving.stop()


def give(world: World, **changes: Any) -> str:
    """Publish a quiz of every kind of question and return its uid."""
    with db.transaction() as session:
        return factories.published(session, world, at=clock.now(), **changes).uid


def start(client: FlaskClient, quiz: str) -> tuple[str, str]:
    """Begin an attempt; returns its uid and the token of its page."""
    response = client.post(f"/quizzes/{quiz}/start")
    assert response.status_code == 201
    found = TOKEN.search(response.text)
    assert found
    return response.location.rpartition("/")[2], found[1]


def send(client: FlaskClient, uid: str, token: str, answers: dict[int, Any], first: int = 1) -> Any:
    events = [
        {"seq": first + place, "slot": slot, "response": response, "mono": 1}
        for place, (slot, response) in enumerate(answers.items())
    ]
    return client.post(f"/exam/{uid}/events", json={"tab": "t", "events": events}, headers={"X-Exam-Token": token})


def test_a_whole_quiz(app: Flask, world: World, signed_in: SignIn) -> None:
    quiz = give(world, column_semester=1, column_key="gk", show_key=True)
    pupil, teacher, parent = signed_in("pupil"), signed_in("teacher"), signed_in("parent")

    assert "Bắt đầu làm bài" in pupil.get(f"/quizzes/{quiz}").text
    uid, token = start(pupil, quiz)
    reply = send(pupil, uid, token, factories.RIGHT)
    assert reply.status_code == 200
    assert reply.json["saved"] == [[seq, "applied"] for seq in range(1, 10)]
    assert reply.json["state"] == "open"
    assert 44 * 60_000 < reply.json["remaining_ms"] <= 45 * 60_000

    board = teacher.get(f"/quizzes/{quiz}/board")
    assert board.status_code == 200
    assert "9/10" in board.text

    page = pupil.get(f"/exam/{uid}").text  # a reload brings everything back
    assert 'value="b" data-part="choice" data-id="b" checked' in page
    assert "Đã lưu 9 câu" in page

    send(pupil, uid, token, {10: {"text": "Bài văn của em."}}, first=100)
    done = pupil.post(f"/exam/{uid}/finish", headers={"X-Exam-Token": token})
    assert done.status_code == 200
    receipt = done.json["receipt"]
    assert receipt in pupil.get(f"/exam/{uid}/receipt").text
    assert pupil.get(f"/exam/{uid}").location.endswith("/receipt")

    review = pupil.get(f"/exam/{uid}/review").text
    assert "Kết quả chưa công bố" in review

    assert teacher.post(f"/quizzes/{quiz}/end", data={"confirm": "kết thúc"}).status_code == 303
    tasks = teacher.get(f"/quizzes/{quiz}/marking").text
    marking = re.search(rf"/quizzes/{quiz}/marking/[0-9a-f-]+", tasks)
    assert marking
    assert "Bài văn của em." in teacher.get(marking[0]).text
    sheet = {"sheet": sheet_uid("", uid, 10), "seen": "0"}
    bad = teacher.post(marking[0], data={**sheet, "points": "1,5", "comment": ""})
    assert bad.status_code == 422
    good = teacher.post(marking[0], data={**sheet, "points": "0,5", "comment": "Khá lắm."})
    assert good.status_code == 303

    assert teacher.post(f"/quizzes/{quiz}/release").status_code == 303
    results = teacher.get(f"/quizzes/{quiz}/results").text
    assert "9,5" in results
    assert receipt in results
    assert teacher.get(f"/quizzes/{quiz}/attempts/{uid}").status_code == 200

    review = pupil.get(f"/exam/{uid}/review").text
    assert "9,5" in review
    assert "Khá lắm." in review
    assert "Dùng hằng đẳng thức." in review
    child = parent.get(f"/children/{world.pupil.uid}/quizzes").text
    assert uid in child
    seen = parent.get(f"/children/{world.pupil.uid}/quizzes/{uid}").text
    assert "9,5" in seen
    assert "Khá lắm." in seen


def test_a_teacher_builds_a_quiz(app: Flask, world: World, signed_in: SignIn) -> None:
    with db.transaction() as session:
        items = [item.version_uid for item in factories.questions(session, world)]
    teacher = signed_in("teacher")
    course = world.course.uid
    assert teacher.get(f"/courses/{course}/quizzes/new").status_code == 200
    rules = {
        "title": "Giữa học kì I",
        "opens_at": "2026-11-01T07:30",
        "closes_at": "2099-01-01T09:00",
        "minutes": "45",
        "counts": "best",
        "release_policy": "by_hand",
        "column": "1:gk",
        "shuffle_questions": "y",
        "shuffle_options": "y",
        "form_count": "3",
        "show_marks": "y",
    }
    refused = teacher.post(f"/courses/{course}/quizzes/new", data={**rules, "title": " ", "minutes": "0x"})
    assert refused.status_code == 422
    assert "Hãy đặt tên cho bài kiểm tra." in refused.text
    too_long = teacher.post(f"/courses/{course}/quizzes/new", data=rules)
    assert too_long.status_code == 422
    rules["closes_at"] = "2027-01-01T09:00"
    made = teacher.post(f"/courses/{course}/quizzes/new", data=rules)
    assert made.status_code == 303, made.text
    quiz = made.location.split("/")[2]
    bank_page = teacher.get(f"/quizzes/{quiz}/questions?type=single_choice")
    assert bank_page.status_code == 200
    assert "1 câu phù hợp" in bank_page.text
    chosen = teacher.post(f"/quizzes/{quiz}/questions", data={"version": items[3:], "worth": "0,5"})
    assert chosen.status_code == 303
    drawn = teacher.post(f"/quizzes/{quiz}/draws", data={"type": "single_choice", "count": "1", "worth": "0,25"})
    assert drawn.status_code == 303
    too_many = teacher.post(f"/quizzes/{quiz}/draws", data={"type": "single_choice", "count": "5", "worth": "0,25"})
    assert too_many.status_code == 422
    assert "Ngân hàng chỉ có 1 câu phù hợp." in too_many.text
    plan = teacher.get(f"/quizzes/{quiz}/edit").text
    assert "Rút ngẫu nhiên 1 câu" in plan
    assert teacher.get(f"/quizzes/{quiz}/settings").status_code == 200
    slot = re.search(rf"/quizzes/{quiz}/slots/([0-9a-f-]+)", plan)
    assert slot
    assert teacher.post(slot[0], data={"act": "worth", "worth": "1"}).status_code == 303
    assert teacher.post(slot[0], data={"act": "down"}).status_code == 303
    assert teacher.get(f"/quizzes/{quiz}/preview").status_code == 200
    published = teacher.post(f"/quizzes/{quiz}/publish")
    assert published.status_code == 303, published.text
    assert teacher.get(f"/quizzes/{quiz}/preview?form=102").status_code == 200
    assert teacher.post(f"/quizzes/{quiz}/publish").status_code == 409
    assert teacher.get(f"/quizzes/{quiz}/edit").status_code == 409
    line = signed_in("pupil").get(f"/courses/{course}").text
    assert "Giữa học kì I" in line


def test_without_javascript_the_form_saves_and_hands_in(app: Flask, world: World, signed_in: SignIn) -> None:
    quiz = give(world)
    pupil = signed_in("pupil")
    uid, _token = start(pupil, quiz)
    fields = {"q1-choice": "b", "q4-t-a": "true", "q4-t-b": "false", "q5-text": "Hà Nội", "act": "save"}
    assert pupil.post(f"/exam/{uid}/save", data=fields).status_code == 303
    assert "Đã lưu 3 câu" in pupil.get(f"/exam/{uid}").text
    assert pupil.post(f"/exam/{uid}/save", data={**fields, "q1-choice": "zz"}).status_code == 422
    handed = pupil.post(f"/exam/{uid}/save", data={**fields, "q1-choice": "c", "act": "hand_in"})
    assert handed.location.endswith("/receipt")
    with db.transaction() as session:
        assert session.scalars(select(Submission)).one().handed_in_by == "pupil"
        changes = session.scalars(select(AttemptEvent.slot).order_by(AttemptEvent.id)).all()
    assert changes == [1, 4, 5, 1]


def test_a_kept_page_holds_nothing_of_the_pupil_before(app: Flask, world: World, signed_in: SignIn) -> None:
    quiz = give(world, form_count=1)
    clients = {who: signed_in(who) for who in ("pupil", "classmate")}
    uids = {who: start(client, quiz)[0] for who, client in clients.items()}
    names = {"pupil": world.pupil.full_name, "classmate": world.classmate.full_name}
    own = {"pupil": set(), "classmate": set()}
    for who, client in [*clients.items(), *clients.items()]:
        page = client.get(f"/exam/{uids[who]}").text
        token, csrf = TOKEN.search(page), re.search(r'name="csrf_token" value="([^"]+)"', page)
        assert token
        assert csrf
        assert names[who] in page
        assert page.count(uids[who]) == 2  # the page itself, and where its plain form goes
        own[who] |= {token[1], uids[who], names[who]}
        for other in own[{"pupil": "classmate", "classmate": "pupil"}[who]]:
            assert other not in page


def test_a_page_opened_again_shows_the_answers(app: Flask, world: World, signed_in: SignIn) -> None:
    quiz = give(world)
    pupil, classmate = signed_in("pupil"), signed_in("classmate")
    uid, token = start(pupil, quiz)
    other, _token = start(classmate, quiz)
    send(pupil, uid, token, {1: {"choice": "b"}, 5: {"text": "Hà <Nội>"}})
    page = pupil.get(f"/exam/{uid}").text
    assert re.search(r'name="q1-choice" value="b"[^>]* checked', page)
    assert 'value="Hà &lt;Nội&gt;"' in page
    assert page.count('class="done"') == 2
    assert "Đã lưu 2 câu" in page
    assert "maths-" in page or "<math" not in page
    untouched = classmate.get(f"/exam/{other}").text
    assert " checked" not in untouched
    assert "Nội&gt;" not in untouched
    assert "Đã lưu 0 câu" in untouched


def test_a_notice_is_shown_once_and_to_its_pupil_only(app: Flask, world: World, signed_in: SignIn) -> None:
    quiz = give(world)
    pupil, classmate = signed_in("pupil"), signed_in("classmate")
    uid, _token = start(pupil, quiz)
    other, _token = start(classmate, quiz)
    pupil.post(f"/exam/{uid}/save", data={"q1-choice": "c"})
    assert "Đã lưu bài làm." in pupil.get(f"/exam/{uid}").text
    assert "Đã lưu bài làm." not in pupil.get(f"/exam/{uid}").text
    assert "Đã lưu bài làm." not in classmate.get(f"/exam/{other}").text


def test_the_server_hands_in_at_the_deadline(app: Flask, world: World, signed_in: SignIn) -> None:
    quiz = give(world, release_policy=ReleasePolicy.AFTER_CLOSE)
    pupil = signed_in("pupil")
    uid, token = start(pupil, quiz)
    send(pupil, uid, token, {1: {"choice": "b"}})
    over(uid)
    jobs.close_due()
    with db.transaction() as session:
        assert session.scalars(select(Submission)).one().handed_in_by == "server"
    late = send(pupil, uid, token, {2: {"choices": ["a"]}}, first=50)
    assert late.json["saved"] == [[50, "late"]]
    assert late.json["state"] == "handed_in"
    assert pupil.get(f"/exam/{uid}/review").status_code == 200


def test_one_attempt_that_cannot_be_closed_holds_up_no_other(
    app: Flask, world: World, signed_in: SignIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    quiz = give(world)
    broken, _token = start(signed_in("pupil"), quiz)
    sound, _token = start(signed_in("classmate"), quiz)
    over(broken)
    over(sound)
    receipt_of = closing.receipt_of

    def fail_for_one(attempt_uid: str, answers: Any) -> str:
        if attempt_uid == broken:
            raise RuntimeError("this one is damaged")
        return receipt_of(attempt_uid, answers)

    with monkeypatch.context() as patched:
        patched.setattr(closing, "receipt_of", fail_for_one)
        jobs.close_due()
    with db.transaction() as session:
        states = dict(session.execute(select(Attempt.uid, Attempt.state)).all())
    assert states == {broken: "open", sound: "handed_in"}
    jobs.close_due()
    with db.transaction() as session:
        assert len(session.scalars(select(Submission)).all()) == 2


def over(uid: str) -> None:
    """Let the time of an attempt and its quiz be over."""
    with db.transaction() as session:
        attempt = session.scalars(select(Attempt).where(Attempt.uid == uid)).one()
        attempt.deadline_at = clock.now() - timedelta(minutes=2)
        attempt.accept_until_at = clock.now() - timedelta(minutes=1)
        attempt.quiz.closes_at = clock.now() - timedelta(minutes=1)


def test_looking_at_an_overdue_attempt_hands_it_in(app: Flask, world: World, signed_in: SignIn) -> None:
    quiz = give(world)
    pupil = signed_in("pupil")
    uid, _token = start(pupil, quiz)
    over(uid)
    assert pupil.get(f"/exam/{uid}").location.endswith("/receipt")
    assert "Hết giờ, bài của em đã được nộp." in pupil.get(f"/exam/{uid}/receipt").text


def test_a_second_device_takes_over_and_the_first_is_kept_aside(app: Flask, world: World, signed_in: SignIn) -> None:
    quiz = give(world)
    first, second = signed_in("pupil"), signed_in("pupil")
    uid, token = start(first, quiz)
    assert second.post(f"/quizzes/{quiz}/start").location.endswith(uid)
    assert "trên một máy khác" in second.get(f"/exam/{uid}").text
    assert second.post(f"/exam/{uid}/take-over").status_code == 303
    assert TOKEN.search(second.get(f"/exam/{uid}").text)
    kept = send(first, uid, token, {1: {"choice": "a"}})
    assert kept.json["saved"] == [[1, "other_device"]]
    assert kept.json["here"] is False
    assert first.post(f"/exam/{uid}/save", data={"q1-choice": "a"}).status_code == 409


def test_forged_requests_are_refused(app: Flask, world: World, signed_in: SignIn) -> None:
    quiz = give(world)
    pupil, classmate = signed_in("pupil"), signed_in("classmate")
    uid, token = start(pupil, quiz)
    other_uid, other_token = start(classmate, quiz)
    assert send(classmate, uid, other_token, {1: {"choice": "a"}}).status_code == 403
    assert send(classmate, uid, "", {1: {"choice": "a"}}).status_code == 403
    assert classmate.post(f"/exam/{uid}/finish", headers={"X-Exam-Token": other_token}).status_code == 403
    for path in ("", "/receipt", "/review"):
        assert classmate.get(f"/exam/{uid}{path}").status_code == 404
    for path in ("/save", "/take-over"):
        assert classmate.post(f"/exam/{uid}{path}").status_code == 404
    forged = send(pupil, uid, token, {99: {"choice": "a"}})
    assert forged.status_code == 422
    assert forged.json == {**forged.json, "saved": [], "refused": [1]}
    mixed = send(pupil, uid, token, {1: {"choice": "a"}, 2: {"choices": ["nope"]}}, first=5)
    assert mixed.status_code == 200
    assert mixed.json["saved"] == [[5, "applied"]]
    assert mixed.json["refused"] == [6]
    garbage = pupil.post(f"/exam/{uid}/events", data=b"{", headers={"X-Exam-Token": token})
    assert garbage.status_code == 422
    huge = pupil.post(f"/exam/{uid}/events", data=b" " * 600_000, headers={"X-Exam-Token": token})
    assert huge.status_code == 413
    assert other_uid != uid


def test_handing_in_twice_gives_one_submission_and_one_receipt(app: Flask, world: World, signed_in: SignIn) -> None:
    quiz = give(world)
    pupil = signed_in("pupil")
    uid, token = start(pupil, quiz)
    receipts = {pupil.post(f"/exam/{uid}/finish", headers={"X-Exam-Token": token}).json["receipt"] for _ in range(3)}
    pupil.post(f"/exam/{uid}/save", data={"q1-choice": "b", "act": "hand_in"})
    assert len(receipts) == 1
    with db.transaction() as session:
        assert len(session.scalars(select(Submission)).all()) == 1
    assert pupil.post(f"/quizzes/{quiz}/start").status_code == 409


STAFF_PAGES = ("/board", "/results", "/marking", "/preview", "/edit", "/settings", "/questions")


@pytest.mark.parametrize("path", STAFF_PAGES)
def test_pupils_and_strangers_do_not_see_the_teachers_pages(
    app: Flask, world: World, signed_in: SignIn, path: str
) -> None:
    quiz = give(world)
    assert signed_in("pupil").get(f"/quizzes/{quiz}{path}").status_code == 403
    for persona in ("other_pupil", "outsider", "outsider_pupil", "it_teacher", "admin"):
        assert signed_in(persona).get(f"/quizzes/{quiz}{path}").status_code == 404, persona


def test_acts_of_teachers_are_refused_to_others(app: Flask, world: World, signed_in: SignIn) -> None:
    quiz = give(world)
    pupil = signed_in("pupil")
    uid, _token = start(pupil, quiz)
    acts = {
        "extra-time": {"pupil": world.pupil.uid, "minutes": "10", "reason": "x"},
        "end": {"confirm": "kết thúc"},
        "release": {},
        "publish": {},
        "draws": {"count": "1", "worth": "1"},
        f"attempts/{uid}/slots/1": {"points": "1"},
    }
    for path, data in acts.items():
        assert pupil.post(f"/quizzes/{quiz}/{path}", data=data).status_code == 403, path
        assert signed_in("leader").post(f"/quizzes/{quiz}/{path}", data=data).status_code == 403, path
        assert signed_in("outsider").post(f"/quizzes/{quiz}/{path}", data=data).status_code == 404, path


def test_acts_of_teachers_need_the_right_state(app: Flask, world: World, signed_in: SignIn) -> None:
    quiz = give(world)
    teacher = signed_in("teacher")
    uid, _token = start(signed_in("pupil"), quiz)
    assert teacher.post(f"/quizzes/{quiz}/release").status_code == 409
    assert teacher.post(f"/quizzes/{quiz}/attempts/{uid}/slots/1", data={"points": "1"}).status_code == 409
    assert teacher.get(f"/quizzes/{quiz}/attempts/{uid}").status_code == 404
    assert teacher.post(f"/quizzes/{quiz}/end", data={"confirm": ""}).status_code == 422
    assert teacher.post(f"/quizzes/{quiz}/end", data={"confirm": "kết thúc"}).status_code == 303
    assert teacher.post(f"/quizzes/{quiz}/end", data={"confirm": "kết thúc"}).status_code == 409
    assert teacher.post(f"/quizzes/{quiz}/extra-time", data={"minutes": "5", "reason": "x"}).status_code == 409
    assert teacher.post(f"/quizzes/{quiz}/release").status_code == 303
    assert teacher.post(f"/quizzes/{quiz}/release").status_code == 409


def test_extra_time_reaches_a_running_attempt(app: Flask, world: World, signed_in: SignIn) -> None:
    quiz = give(world)
    pupil = signed_in("pupil")
    uid, token = start(pupil, quiz)
    before = send(pupil, uid, token, {}).json["remaining_ms"]
    given = signed_in("teacher").post(
        f"/quizzes/{quiz}/extra-time", data={"pupil": world.pupil.uid, "minutes": "10", "reason": "Mất điện"}
    )
    assert given.status_code == 303
    after = send(pupil, uid, token, {}).json["remaining_ms"]
    assert 9 * 60_000 < after - before <= 10 * 60_000
    refused = signed_in("teacher").post(
        f"/quizzes/{quiz}/extra-time", data={"pupil": world.pupil.uid, "minutes": "10", "reason": ""}
    )
    assert refused.status_code == 422
    foreign = signed_in("teacher").post(
        f"/quizzes/{quiz}/extra-time", data={"pupil": world.other_pupil.uid, "minutes": "10", "reason": "x"}
    )
    assert foreign.status_code == 404


SECRETS = re.compile(r"Dùng hằng đẳng thức|Sai dấu|Mở bài 1 điểm|2\.5|weights|accepted|Ha Noi", re.I)


def test_no_key_in_anything_a_pupil_gets_before_release(app: Flask, world: World, signed_in: SignIn) -> None:
    """The sample of every kind: solutions, feedback, rubric, accepted answers are all in `SECRETS`."""
    quiz = give(world, show_key=True, release_policy=ReleasePolicy.AFTER_HAND_IN)
    pupil = signed_in("pupil")
    answers = {slot: value for slot, value in factories.RIGHT.items() if slot not in {5, 6, 9}}
    pages = [pupil.get(f"/quizzes/{quiz}").text]
    uid, token = start(pupil, quiz)
    pages.append(pupil.get(f"/exam/{uid}").text)
    pages.append(send(pupil, uid, token, answers).text)
    pages.append(pupil.get(f"/exam/{uid}").text)
    pages.append(pupil.post(f"/exam/{uid}/finish", headers={"X-Exam-Token": token}).text)
    pages += [pupil.get(f"/exam/{uid}/{path}").text for path in ("receipt", "review")]
    pages.append(pupil.get(f"/quizzes/{quiz}").text)
    for page in pages:
        found = SECRETS.search(page)
        assert found is None, page[max(0, found.start() - 200) : found.end() + 50]
    assert "Đáp án" not in pages[-2]
    assert "Điểm" in pages[-2] or "điểm" in pages[-2]


def test_kept_reviews_show_each_pupil_their_own_and_no_key_too_early(
    app: Flask, world: World, signed_in: SignIn
) -> None:
    quiz = give(world, form_count=1, show_key=True, release_policy=ReleasePolicy.AFTER_HAND_IN)
    clients = {who: signed_in(who) for who in ("pupil", "classmate")}
    answers = {
        "pupil": {1: {"choice": "b"}, 10: {"text": "Bài của An"}},
        "classmate": {1: {"choice": "b"}, 10: {"text": "Bài của Bình"}},
    }
    uids = {}
    for who, client in clients.items():
        uids[who], token = start(client, quiz)
        send(client, uids[who], token, answers[who])
        client.post(f"/exam/{uids[who]}/finish", headers={"X-Exam-Token": token})
    for _ in range(2):  # drawn, then as kept
        for who, client in clients.items():
            page = client.get(f"/exam/{uids[who]}/review").text
            assert answers[who][10]["text"] in page
            assert answers["classmate" if who == "pupil" else "pupil"][10]["text"] not in page
            assert "Đáp án" not in page  # a classmate may still be working
    assert signed_in("teacher").post(f"/quizzes/{quiz}/end", data={"confirm": "kết thúc"}).status_code == 303
    assert all("Đáp án" in client.get(f"/exam/{uids[who]}/review").text for who, client in clients.items())
    with db.transaction() as session:
        session.scalars(select(Quiz)).one().show_key = False
    assert all("Đáp án" not in client.get(f"/exam/{uids[who]}/review").text for who, client in clients.items())


def test_kept_start_pages_and_receipts_show_each_pupil_their_own(app: Flask, world: World, signed_in: SignIn) -> None:
    quiz = give(world)
    with db.transaction() as session:
        given = session.scalars(select(Quiz)).one()
        extra = Accommodation(school_id=given.school_id, quiz_id=given.id, pupil_id=world.classmate.id, percent=25)
        extra.reason, extra.given_by_id, extra.given_at = "theo hồ sơ", world.teacher.id, clock.now()
        session.add(extra)
    clients = {who: signed_in(who) for who in ("pupil", "classmate")}
    csrf = re.compile(r'name="csrf_token" value="([^"]+)"')
    tokens = set()
    for _ in range(2):  # drawn, then as kept
        for who, client in clients.items():
            page = client.get(f"/quizzes/{quiz}").text
            assert [one for one in clients if getattr(world, one).full_name in page] == [who]
            assert ("Em được thêm giờ" in page) is (who == "classmate")
            assert len(set(csrf.findall(page))) == 1
            tokens.add((who, csrf.findall(page)[0].split(".")[0]))
    assert len(tokens) == 2  # each browser its own, and always the same
    receipts = {}
    for who, client in clients.items():
        uid, token = start(client, quiz)
        send(client, uid, token, {1: {"choice": "b"}} if who == "pupil" else factories.RIGHT)
        receipts[who] = client.post(f"/exam/{uid}/finish", headers={"X-Exam-Token": token}).json["receipt"]
        assert "Em được thêm giờ" not in client.get(f"/exam/{uid}/receipt").text
        page = client.get(f"/exam/{uid}/receipt").text
        assert receipts[who] in page
        assert ("1 trong 10 câu" if who == "pupil" else "9 trong 10 câu") in page
    assert receipts["pupil"] not in clients["classmate"].get(f"/exam/{uid}/receipt").text


def test_a_draft_is_nobodys_but_its_teachers(app: Flask, world: World, signed_in: SignIn) -> None:
    with db.transaction() as session:
        quiz = factories.draft(session, world, at=clock.now()).uid
    assert signed_in("teacher").get(f"/quizzes/{quiz}").location.endswith("/edit")
    for persona in ("pupil", "parent", "leader", "subject_head", "colleague"):
        assert signed_in(persona).get(f"/quizzes/{quiz}").status_code == 404, persona
    assert signed_in("pupil").post(f"/quizzes/{quiz}/start").status_code == 404


def test_who_else_is_led_where(app: Flask, world: World, signed_in: SignIn) -> None:
    quiz = give(world)
    assert signed_in("leader").get(f"/quizzes/{quiz}").location.endswith("/board")
    assert signed_in("subject_head").get(f"/quizzes/{quiz}").location.endswith("/results")
    assert signed_in("subject_head").get(f"/quizzes/{quiz}/results").status_code == 200
    assert signed_in("parent").get(f"/quizzes/{quiz}").status_code == 303
    assert signed_in("parent").get(f"/children/{world.classmate.uid}/quizzes").status_code == 404


def test_worth_is_exact(app: Flask, world: World) -> None:
    with db.transaction() as session:
        quiz = session.scalars(select(Quiz).where(Quiz.uid == give_in(session, world))).one()
        assert {slot.worth for slot in quiz.slots} == {Fraction(1)}


def give_in(session: Any, world: World) -> str:
    return factories.published(session, world, at=clock.now()).uid


def test_the_page_asks_whether_something_was_decided(app: Flask, world: World, signed_in: SignIn) -> None:
    pupil = signed_in("pupil")
    uid, token = start(pupil, give(world))
    known = {"X-Exam-Token": token, "X-Exam-Bulletin": "0"}
    quiet = pupil.get(f"/exam/{uid}/pulse", headers=known)
    assert (quiet.status_code, quiet.data, quiet.headers["X-Exam-Ask"]) == (204, b"", "3500")
    told = pupil.get(f"/exam/{uid}/pulse", headers={"X-Exam-Token": token})
    assert told.json["state"] == "open"
    assert told.headers["Cache-Control"] == "no-store"
    refused = pupil.get(f"/exam/{uid}/pulse", headers={"X-Exam-Token": "x"})
    assert (refused.status_code, refused.headers["X-Exam-Ask"]) == (403, "10000")
    assert pupil.post(f"/exam/{uid}/pulse", headers=known).status_code == 405
