from __future__ import annotations

import io
import re
from collections.abc import Callable

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import event, func, select
from werkzeug.test import TestResponse

from lms.base import db
from lms.base.clock import now
from question_bank.items import previewing
from question_bank.items.domain import ItemDraft, ItemState
from question_bank.items.models import Item, ItemVersion
from question_bank.items.service import reviewing, writing
from tests.factories import World
from tests.question_bank.items import samples
from tests.question_bank.items.test_service import PIXEL

SignedIn = Callable[[str], FlaskClient]
CHOICE = {"prompt": "Tính \\(1+1\\)", "text-0": "1", "text-1": "2", "right": "1", "grade": "8", "points": "0,25"}


def put(world: World, state: ItemState = ItemState.DRAFT, make: object = samples.choice) -> tuple[str, str]:
    """A question of the teacher in a state; returns the uids of item and version."""
    with db.transaction() as session:
        teacher, head = world.actor(session, "teacher"), world.actor(session, "subject_head")
        item = writing.new_item(session, teacher, world.maths.id, make(), at=now())  # type: ignore[operator]
        uids = item.uid, item.versions[0].uid
        if state is not ItemState.DRAFT:
            writing.submit(session, teacher, [uids[1]], at=now())
        if state is ItemState.APPROVED:
            reviewing.approve(session, head, [uids[1]], at=now())
        if state is ItemState.CHANGES_REQUESTED:
            reviewing.request_changes(session, head, uids[1], "Sửa đơn vị.", at=now())
    return uids


def state_of(version_uid: str) -> str:
    with db.transaction() as session:
        return session.scalars(select(ItemVersion.state).where(ItemVersion.uid == version_uid)).one()


@pytest.mark.parametrize("make", samples.ALL)
def test_every_kind_has_its_pages(signed_in: SignedIn, world: World, make: object) -> None:
    item_uid, version_uid = put(world, ItemState.SUBMITTED, make)
    teacher, head = signed_in("teacher"), signed_in("subject_head")
    for client, path in (
        (teacher, "/bank"),
        (teacher, f"/bank/{item_uid}"),
        (head, "/bank/review"),
        (head, f"/bank/review/{version_uid}"),
        (head, f"/bank/{item_uid}"),
    ):
        answer = client.get(path)
        assert answer.status_code == 200, path
        assert "style=" not in answer.text
        assert "onclick" not in answer.text
    draft_uid, _ = put(world, ItemState.DRAFT, make)
    assert teacher.get(f"/bank/{draft_uid}/edit").status_code == 200


def test_an_empty_bank_says_what_to_do_and_filters_stay_in_the_address(signed_in: SignedIn, world: World) -> None:
    teacher = signed_in("teacher")
    assert "Chưa có câu hỏi nào" in teacher.get("/bank").text
    put(world)
    page = teacher.get("/bank?type=single_choice&q=phan+tich").text
    assert "1 câu" in page
    assert 'value="phan tich"' in page
    assert "Không có câu nào khớp" in teacher.get("/bank?q=xyz").text
    assert teacher.get("/bank?type=nope&grade=x&page=999&subject=1&state=2").status_code == 200


@pytest.mark.parametrize("person", ["pupil", "parent", "admin"])
def test_the_bank_is_closed_to_others(signed_in: SignedIn, world: World, person: str) -> None:
    item_uid, version_uid = put(world, ItemState.APPROVED)
    client = signed_in(person)
    assert client.get("/bank").status_code == 403
    assert client.get("/bank/new").status_code == 403
    assert client.get(f"/bank/{item_uid}").status_code == 404
    assert client.get(f"/bank/review/{version_uid}").status_code == 404


@pytest.mark.parametrize("person", ["colleague", "it_teacher", "leader", "outsider"])
def test_a_draft_is_its_authors_alone(signed_in: SignedIn, world: World, person: str) -> None:
    item_uid, version_uid = put(world)
    client = signed_in(person)
    assert client.get(f"/bank/{item_uid}").status_code == 404
    assert client.get(f"/bank/{item_uid}/edit").status_code == 404
    for path, form in (
        (f"/bank/{item_uid}/retire", {"version": version_uid}),
        (f"/bank/{item_uid}/comment", {"version": version_uid, "comment": "?"}),
        ("/bank/submit", {"chosen": version_uid}),
        ("/bank/tag", {"chosen": version_uid, "topic": "x"}),
        (f"/bank/review/{version_uid}/approve", {}),
        (f"/bank/review/{version_uid}/return", {"comment": "?"}),
        ("/bank/review/approve", {"chosen": version_uid}),
    ):
        assert client.post(path, data=form).status_code == 404, path
    assert state_of(version_uid) == "draft"


def new_question(
    client: FlaskClient, world: World, headers: dict[str, str] | None = None, **form: object
) -> TestResponse:
    path = f"/bank/new?type=single_choice&subject={world.maths.uid}"
    return client.post(path, data={**CHOICE, **form}, content_type="multipart/form-data", headers=headers)


def test_a_question_is_written_in_a_plain_form(signed_in: SignedIn, world: World) -> None:
    teacher = signed_in("teacher")
    assert "Loại câu hỏi" in teacher.get("/bank/new").text
    assert teacher.get(f"/bank/new?type=gap_fill&subject={world.maths.uid}").status_code == 200
    answer = new_question(teacher, world, act="save", pictures=(io.BytesIO(PIXEL), "tam giác.png"))
    assert answer.status_code == 303
    with db.transaction() as session:
        [version] = session.scalars(select(ItemVersion))
        assert (version.state, version.grade, float(version.points)) == ("draft", 8, 0.25)
        [asset] = version.assets
        sha256, item_uid = asset.sha256, version.item.uid
    assert teacher.get(f"/bank/assets/{sha256}").headers["Content-Type"] == "image/png"
    assert signed_in("colleague").get(f"/bank/assets/{sha256}").status_code == 404
    form = teacher.get(f"/bank/{item_uid}/edit").text
    assert "[hình 1]" in form
    assert f"/bank/assets/{sha256}" in form


def test_a_preview_saves_nothing_and_a_bad_form_keeps_what_was_typed(signed_in: SignedIn, world: World) -> None:
    teacher = signed_in("teacher")
    answer = new_question(teacher, world, act="preview")
    assert "Học sinh sẽ thấy" in answer.text
    for form, said in (
        ({"right": ""}, "Chưa có đáp án"),
        ({"points": "nhiều"}, "lớn hơn 0"),
        ({"grade": "99"}, "1 đến 12"),
        ({"prompt": "", "text-0": "", "text-1": ""}, "chưa có nội dung"),
    ):
        answer = new_question(teacher, world, act="save", **form)
        assert answer.status_code == 422
        assert said in answer.text
    assert "Tính \\(1+1\\)" in new_question(teacher, world, act="save", right="").text
    bad = new_question(teacher, world, act="save", pictures=(io.BytesIO(b"<svg onload=alert(1)>"), "x.png"))
    assert bad.status_code == 422
    with db.transaction() as session:
        assert session.scalars(select(Item)).all() == []


PART = {"X-Gieo-Part": "preview"}


def test_a_script_gets_the_preview_alone(signed_in: SignedIn, world: World) -> None:
    teacher = signed_in("teacher")
    part = new_question(teacher, world, headers=PART, act="preview", right="").text
    assert part.count("<math") == 1
    assert "Chưa có đáp án" in part
    assert "<html" not in part
    assert "<form" not in part
    item_uid, _ = put(world)
    form = {**CHOICE, "act": "preview", "prompt": "Câu mới"}
    answer = teacher.post(f"/bank/{item_uid}/edit", data=form, content_type="multipart/form-data", headers=PART)
    assert "Câu mới" in answer.text
    assert "<html" not in answer.text
    for person, wanted in (("colleague", 404), ("pupil", 404)):
        answer = signed_in(person).post(
            f"/bank/{item_uid}/edit", data=form, content_type="multipart/form-data", headers=PART
        )
        assert answer.status_code == wanted


def test_a_preview_holds_up_no_writer(signed_in: SignedIn, world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    teacher = signed_in("teacher")
    free = []

    def drawn(draft: ItemDraft, _endpoint: str) -> tuple[None, tuple[()]]:
        with db.transaction() as session:  # another writer comes in while the question is drawn
            free.append(session.scalar(select(func.count(Item.id))))
        return None, ()

    monkeypatch.setattr(previewing, "previewed", drawn)
    assert new_question(teacher, world, headers=PART, act="preview").status_code == 200
    assert free == [0]


def test_a_refused_form_keeps_the_labels_that_were_typed(signed_in: SignedIn, world: World) -> None:
    page = new_question(signed_in("teacher"), world, act="save", points="nhiều", topic="Đa thức", level="know").text
    assert 'value="nhiều"' in page
    assert 'value="Đa thức"' in page
    assert re.search(r'<option value="8"\s+selected', page)


def test_an_unknown_kind_or_subject_is_not_found(signed_in: SignedIn, world: World) -> None:
    teacher = signed_in("teacher")
    form = {"data": CHOICE, "content_type": "multipart/form-data"}
    assert teacher.post(f"/bank/new?type=nope&subject={world.maths.uid}", **form).status_code == 404
    assert teacher.post("/bank/new?type=essay&subject=nope", **form).status_code == 404
    assert teacher.get("/bank/new?type=nope").status_code == 200


def test_only_the_group_adds(signed_in: SignedIn, world: World) -> None:
    assert new_question(signed_in("it_teacher"), world, act="save").status_code == 403
    assert new_question(signed_in("pupil"), world, act="save").status_code == 403
    assert new_question(signed_in("outsider"), world, act="save").status_code == 404


def test_a_new_version_is_written_and_submitted(signed_in: SignedIn, world: World) -> None:
    item_uid, version_uid = put(world, ItemState.CHANGES_REQUESTED)
    teacher = signed_in("teacher")
    assert "Sửa đơn vị." in teacher.get(f"/bank/{item_uid}").text
    path = f"/bank/{item_uid}/edit"
    answer = teacher.post(path, data={**CHOICE, "act": "submit"}, content_type="multipart/form-data")
    assert answer.status_code == 303
    assert state_of(version_uid) == "retired"
    again = teacher.post(path, data={**CHOICE, "act": "save"}, content_type="multipart/form-data")
    assert again.status_code == 409
    assert "Bản 2" in teacher.get(f"/bank/{item_uid}").text


def test_many_are_tagged_and_submitted_from_the_list(signed_in: SignedIn, world: World) -> None:
    uids = [put(world, make=make)[1] for make in samples.ALL[:3]]
    teacher = signed_in("teacher")
    answer = teacher.post("/bank/tag?q=a", data={"chosen": uids, "topic": "Đa thức", "level": "VD", "grade": "8"})
    assert answer.headers["Location"].endswith("/bank?q=a")
    assert "3 câu" in teacher.get("/bank?grade=8&topic=Đa+thức").text
    assert teacher.post("/bank/tag", data={"chosen": uids, "level": "rất khó"}).status_code == 422
    assert "Bạn chưa chọn câu nào" in teacher.post("/bank/submit").text
    assert teacher.post("/bank/submit", data={"chosen": uids}).status_code == 303
    assert teacher.post("/bank/submit", data={"chosen": uids}).status_code == 409


def test_the_head_sends_one_back_and_approves_the_rest(signed_in: SignedIn, world: World) -> None:
    uids = [put(world, ItemState.SUBMITTED, make)[1] for make in samples.ALL[:4]]
    head = signed_in("subject_head")
    first = head.get(f"/bank/review/{uids[0]}").text
    assert "Duyệt câu 1 trên 4" in first
    assert f"/bank/review/{uids[1]}" in first
    assert "Hãy ghi điều cần sửa" in head.post(f"/bank/review/{uids[0]}/return", data={"comment": " "}).text
    answer = head.post(f"/bank/review/{uids[0]}/return", data={"comment": "Thiếu đơn vị."})
    assert answer.headers["Location"].endswith(uids[1])
    answer = head.post(f"/bank/review/{uids[1]}/approve")
    assert answer.headers["Location"].endswith(uids[2])
    assert head.post("/bank/review/approve", data={"chosen": uids[2:], "even_found": "y"}).status_code == 303
    assert [state_of(uid) for uid in uids] == ["changes_requested", "approved", "approved", "approved"]
    assert "Không còn câu nào chờ duyệt" in head.get("/bank/review").text
    assert head.post(f"/bank/review/{uids[1]}/approve").status_code == 409
    assert head.post(f"/bank/review/{uids[1]}/return", data={"comment": "?"}).status_code == 409
    assert "không còn chờ duyệt" in head.get(f"/bank/review/{uids[1]}").text


def test_many_at_once_come_into_use_only_where_nothing_was_found(signed_in: SignedIn, world: World) -> None:
    whole, bare = (put(world, ItemState.SUBMITTED, make)[1] for make in (samples.choice, samples.essay))
    head = signed_in("subject_head")
    queue = head.get("/bank/review").text
    assert queue.count("Chưa chọn mức độ.") == 1
    page = head.post("/bank/review/approve", data={"chosen": [whole, bare]}, follow_redirects=True).text
    assert "Đã duyệt 1 câu." in page
    assert "1 câu còn điều cần xem nên chưa duyệt" in page
    assert [state_of(uid) for uid in (whole, bare)] == ["approved", "submitted"]
    page = head.post("/bank/review/approve", data={"chosen": bare, "even_found": "y"}, follow_redirects=True).text
    assert "Đã duyệt 1 câu." in page
    assert state_of(bare) == "approved"


def test_author_and_head_are_told_of_what_was_found(signed_in: SignedIn, world: World) -> None:
    (first, one), (second, other) = put(world), put(world)
    teacher, head = signed_in("teacher"), signed_in("subject_head")
    page = teacher.post("/bank/submit", data={"chosen": [one, other]}, follow_redirects=True).text
    assert "2 câu có điều nên xem lại" in page  # each reads as the other does
    assert f"/bank/{second}" in teacher.get(f"/bank/{first}").text
    page = head.get(f"/bank/review/{one}").text
    assert "Trùng với câu khác" in page
    assert f"/bank/{second}" in page
    assert f"/bank/{first}" in head.get(f"/bank/review/{other}").text


def test_the_head_may_say_something_and_decide_later(signed_in: SignedIn, world: World) -> None:
    _, uid = put(world, ItemState.SUBMITTED)
    head = signed_in("subject_head")
    assert head.post(f"/bank/review/{uid}/comment", data={"comment": " "}).status_code == 422
    answer = head.post(f"/bank/review/{uid}/comment", data={"comment": "Để tôi hỏi tổ."}, follow_redirects=True)
    assert "Để tôi hỏi tổ." in answer.text
    assert state_of(uid) == "submitted"
    assert signed_in("teacher").post(f"/bank/review/{uid}/comment", data={"comment": "Vâng."}).status_code == 403


def test_the_author_does_not_review(signed_in: SignedIn, world: World) -> None:
    _, version_uid = put(world, ItemState.SUBMITTED)
    teacher = signed_in("teacher")
    assert teacher.get(f"/bank/review/{version_uid}").status_code == 403
    assert teacher.post(f"/bank/review/{version_uid}/approve").status_code == 403
    assert teacher.post("/bank/review/approve", data={"chosen": version_uid}).status_code == 403
    assert "Không còn câu nào" in teacher.get("/bank/review").text


def test_author_and_head_talk_and_the_head_retires(signed_in: SignedIn, world: World) -> None:
    item_uid, version_uid = put(world, ItemState.SUBMITTED)
    teacher, head = signed_in("teacher"), signed_in("subject_head")
    said = {"version": version_uid, "comment": "Em đã sửa hình ạ. <script>alert(1)</script>"}
    assert teacher.post(f"/bank/{item_uid}/comment", data=said).status_code == 303
    page = head.get(f"/bank/{item_uid}").text
    assert "Em đã sửa hình ạ. &lt;script&gt;" in page
    assert teacher.post(f"/bank/{item_uid}/comment", data={"version": version_uid}).status_code == 422
    assert head.post(f"/bank/{item_uid}/retire", data={"version": version_uid}).status_code == 403
    head.post(f"/bank/review/{version_uid}/approve")
    assert teacher.post(f"/bank/{item_uid}/retire", data={"version": version_uid}).status_code == 403
    assert head.post(f"/bank/{item_uid}/retire", data={"version": version_uid}).status_code == 303
    assert head.post(f"/bank/{item_uid}/retire", data={"version": version_uid}).status_code == 409


def test_a_list_costs_the_same_however_long_it_is(app: Flask, signed_in: SignedIn, world: World) -> None:
    teacher = signed_in("teacher")
    sent: list[str] = []
    engine = app.extensions["gieo_engine"]
    event.listen(engine, "before_cursor_execute", lambda *args: sent.append(args[2]))
    costs = []
    for count in (2, 15):
        for _ in range(count):
            put(world)
        sent.clear()
        assert teacher.get("/bank").status_code == 200
        costs.append(len(sent))
    assert costs[0] == costs[1]


def test_versions_are_compared_for_author_and_head(signed_in: SignedIn, world: World) -> None:
    item_uid, _ = put(world, ItemState.APPROVED)
    teacher, head = signed_in("teacher"), signed_in("subject_head")
    assert teacher.get(f"/bank/{item_uid}/compare").status_code == 404  # there is one version only
    form = {**CHOICE, "prompt": "Phân tích \\(x^2-9\\) thành nhân tử, ta được", "act": "submit"}
    teacher.post(f"/bank/{item_uid}/edit", data=form, content_type="multipart/form-data")
    page = teacher.get(f"/bank/{item_uid}/compare").text
    assert page.count("<math") == 2
    assert "<ins> <math" in page
    assert "<del>TH</del>" not in page
    assert teacher.get(f"/bank/{item_uid}/compare?from=1&to=2").status_code == 200
    assert teacher.get(f"/bank/{item_uid}/compare?from=9&to=2").status_code == 404
    with db.transaction() as session:
        newest = session.scalars(select(ItemVersion.uid).where(ItemVersion.number == 2)).one()
    assert "Khác bản 1 đã duyệt" in head.get(f"/bank/review/{newest}").text
    assert signed_in("colleague").get(f"/bank/{item_uid}/compare").status_code == 404  # sees the approved one only
