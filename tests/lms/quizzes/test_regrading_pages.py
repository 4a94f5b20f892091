"""The pages for marking again: propose, look, agree; what pupils are told of it."""

from __future__ import annotations

import re
from collections.abc import Callable

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from lms.base import clock, db
from lms.base.audit import AuditEntry
from lms.quizzes.service import releasing
from tests.factories import World
from tests.lms.quizzes import factories
from tests.question_bank.items import samples

SignIn = Callable[[str], FlaskClient]


def test_from_a_faulty_key_to_a_new_mark(app: Flask, world: World, signed_in: SignIn) -> None:
    now = clock.now()
    with db.transaction() as session:
        drafts = [samples.choice(), samples.choice("<p>Câu hai</p>")]
        quiz = factories.published(session, world, drafts, at=now, show_key=True)
        attempt = factories.answered(session, world, quiz, "pupil", at=now, q1_choice="a", q2_choice="c")
        teacher = world.actor(session, "teacher")
        releasing.end_now(session, teacher, quiz.uid, at=now)
        releasing.release(session, teacher, quiz.uid, at=now)
        uid, attempt_uid, version = quiz.uid, attempt.uid, str(attempt.form.document[0]["version"])
    teaching, head, pupil = signed_in("teacher"), signed_in("subject_head"), signed_in("pupil")
    review = f"/exam/{attempt_uid}/review"
    assert "0,0" in pupil.get(review).text

    path = f"/quizzes/{uid}/regrades"
    assert "Chưa có lần chấm lại nào" in teaching.get(path).text
    assert version in teaching.get(f"{path}/new").text
    form = f"{path}/new/{version}"
    assert teaching.get(form).status_code == 200
    assert "Hãy chọn cách chấm lại." in teaching.post(form, data={"reason": "Sai"}).text
    unanswered = teaching.post(form, data={"policy": "several", "reason": "Sai"})
    assert unanswered.status_code == 422
    assert "câu trả lời này là đáp án mới" in unanswered.text
    said = {"policy": "several", "reason": "Có hai cách hiểu", "key-choice": "a"}
    proposed = teaching.post(form, data=said)
    assert proposed.status_code == 303
    mine = teaching.get(proposed.location).text
    assert "Có hai cách hiểu" in mine
    assert "5,0" in mine
    assert "Duyệt, cho điểm mới" not in mine
    assert "0,0" in pupil.get(review).text

    assert teaching.post(proposed.location, data={"act": "agree"}).status_code == 403
    assert "Duyệt, cho điểm mới" in head.get(proposed.location).text
    assert head.post(proposed.location, data={"act": "agree"}).status_code == 303
    assert head.post(proposed.location, data={"act": "agree"}).status_code == 409
    told = pupil.get(review).text
    assert "5,0" in told
    assert "có thêm đáp án được chấp nhận" in told
    now_in_force, before = re.findall(rf"/quizzes/{uid}/runs/[0-9a-f-]+", head.get(path).text)
    assert "0,0" in teaching.get(before).text
    assert "không có hiệu lực" in teaching.get(before).text
    assert "đang có hiệu lực" in teaching.get(now_in_force).text
    with db.transaction() as session:
        acts = session.scalars(select(AuditEntry).where(AuditEntry.kind.like("quiz.regrade%")).order_by(AuditEntry.seq))
        assert [(act.kind, act.detail["up"], act.detail["down"]) for act in acts] == [
            ("quiz.regrade_proposed", 1, 0),
            ("quiz.regraded", 1, 0),
        ]

    again = teaching.post(form, data={"policy": "drop", "reason": "Đề sai"})
    assert teaching.post(f"/quizzes/{uid}/attempts/{attempt_uid}/slots/2", data={"points": "1"}).status_code == 303
    assert "Kết quả chấm thử đã cũ." in head.get(again.location).text
    assert teaching.post(f"{again.location}/again").status_code == 303
    assert head.post(again.location, data={"act": "agree"}).status_code == 303
    told = pupil.get(review).text
    assert "được bỏ khỏi bài" in told
    assert "10,0" in told


def test_an_essay_can_only_be_voided(app: Flask, world: World, signed_in: SignIn) -> None:
    now = clock.now()
    with db.transaction() as session:
        quiz = factories.published(session, world, [samples.essay()], at=now)
        attempt = factories.answered(session, world, quiz, "pupil", at=now, q1_text="Bài văn")
        releasing.end_now(session, world.actor(session, "teacher"), quiz.uid, at=now)
        uid, version = quiz.uid, str(attempt.form.document[0]["version"])
    page = signed_in("teacher").get(f"/quizzes/{uid}/regrades/new/{version}").text
    assert "Mọi học sinh được trọn điểm" in page
    assert "Đáp án bị sai" not in page
