"""The library through HTTP: a deck's way from a teacher's disk into a colleague's search, and all the wrong turns."""

from __future__ import annotations

import io
import re
from collections.abc import Callable, Iterator

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import event, select

from lms.base import audit, db
from materials import api
from materials.catalogue.models import Edition
from materials.search import index
from materials.search.jobs import heal_index
from materials.search.service import is_whole
from question_bank.api import install_shipped
from tests.factories import NOON, World
from tests.materials.samples import DECK, TITLE, in_state

SignedIn = Callable[[str], FlaskClient]


def made(world: World, state: str, **said: object) -> str:
    with db.transaction() as session:
        return in_state(session, world, state, **said).uid  # type: ignore[arg-type]


def send(
    client: FlaskClient, data: bytes = DECK, name: str = "Bai_5.pptx", path: str = "/library/deposit"
) -> tuple[int, str]:
    answer = client.post(path, data={"files": (io.BytesIO(data), name)})
    return answer.status_code, answer.headers.get("Location", answer.text)


def form(world: World, **more: object) -> dict[str, object]:
    return {
        "title": "Bài 5. Cân đĩa", "summary": "Sáu ví dụ.", "kind": "slides", "subject": world.maths.uid,
        "grades": ["8"], "licence": "CC-BY-4.0", "rights": "own", "act": "next", **more,
    }  # fmt: skip


def state_of(uid: str) -> str:
    with db.transaction() as session:
        return session.scalars(select(Edition.state).where(Edition.uid == uid)).one()


def marked(page: str) -> list[str]:
    return re.findall(r"<mark>(.*?)</mark>", page)


def test_from_the_disk_of_one_teacher_to_the_search_of_another(signed_in: SignedIn, world: World) -> None:
    with db.transaction() as session:
        install_shipped(session, world.school.id, at=NOON)
    teacher, head, colleague = signed_in("teacher"), signed_in("subject_head"), signed_in("colleague")
    status, where = send(teacher)
    assert status == 303
    uid = where.split("/")[2]
    page = teacher.get(where).text
    assert TITLE in page  # drafted from the first slide
    assert "Toán" in page
    assert teacher.post(where, data=form(world, act="save", title=TITLE)).status_code == 303
    page = teacher.get(where).text
    assert "Giải được phương trình bậc nhất một ẩn" in page  # the outcomes of grade 8 are offered now
    chosen = form(world, title=TITLE, outcomes=["TOAN8.SĐ.6.2"])
    assert teacher.post(where, data=chosen).location == f"/library/{uid}/review"
    assert "Đủ thông tin" in teacher.get(f"/library/{uid}/review").text
    assert teacher.post(f"/library/{uid}/submit").status_code == 303
    assert colleague.get("/library?q=phuong+trinh").text.count("<article") == 0

    assert TITLE in head.get("/library/review").text
    assert head.get(f"/library/{uid}/review").status_code == 200
    returned = head.post(f"/library/{uid}/request-changes", data={"note": "Thêm ví dụ về cân đĩa."})
    assert returned.location == "/library/review"
    assert "Thêm ví dụ về cân đĩa." in teacher.get(f"/library/{uid}/review").text
    assert teacher.post(f"/library/{uid}/submit", data={"note": "Đã thêm."}).status_code == 303
    assert head.post(f"/library/{uid}/approve").location == "/library/review"

    page = colleague.get("/library?q=phuong+trinh+bac+nhat").text
    assert page.count("<article") == 1
    assert "Phương trình bậc nhất" in marked(page)
    assert colleague.get("/library?q=chuyển+vế").text.count("<article") == 1  # words of the second slide
    assert colleague.get(f"/library/{uid}").status_code == 200
    with db.transaction() as session:
        edition = api.put_into_class(
            session, world.actor(session, "colleague"), uid, class_id=world.class_8a1.id, place="activity-1", at=NOON
        )
        assert edition.title == TITLE
        kinds = set(session.scalars(select(audit.AuditEntry.kind)))
    assert {"material.deposited", "material.submitted", "material.changes_requested", "material.approved"} <= kinds
    assert signed_in("other_pupil").get("/library?q=phuong+trinh").text.count("<article") == 1
    assert signed_in("pupil").get("/library?q=phuong+trinh").text.count("<article") == 0
    with db.transaction() as session:
        api.take_out_of_class(session, world.actor(session, "colleague"), place="activity-1")
    assert signed_in("other_pupil").get("/library").text.count("<article") == 0


def test_a_new_edition_waits_while_the_old_one_stays_live(signed_in: SignedIn, world: World) -> None:
    old = made(world, "approved")
    teacher, head = signed_in("teacher"), signed_in("subject_head")
    new = teacher.post(f"/library/{old}/new-edition").location.split("/")[2]
    assert teacher.post(f"/library/{old}/new-edition").status_code == 409
    assert teacher.post(f"/library/{new}/describe", data=form(world, title="Phương trình, bản mới")).status_code == 303
    assert teacher.post(f"/library/{new}/submit").status_code == 303
    assert f"/library/{old}" in head.get("/library?q=phuong+trinh").text
    assert head.post(f"/library/{new}/approve").status_code == 303
    page = head.get("/library?q=phuong+trinh").text
    assert f'"/library/{new}"' in page
    assert f'"/library/{old}"' not in page
    assert state_of(old) == "superseded"
    assert "Đây không phải bản đang dùng" in head.get(f"/library/{old}").text


def test_withdrawing_takes_it_out_of_the_search_at_once(signed_in: SignedIn, world: World) -> None:
    uid = made(world, "approved")
    head, colleague = signed_in("subject_head"), signed_in("colleague")
    assert head.post(f"/library/{uid}/withdraw", data={"note": ""}).status_code == 422
    assert head.post(f"/library/{uid}/withdraw", data={"note": "Sai kiến thức."}).status_code == 303
    assert colleague.get("/library?q=phuong+trinh").text.count("<article") == 0
    assert colleague.get(f"/library/{uid}").status_code == 404
    assert head.get(f"/library/{uid}").status_code == 200


def test_what_the_index_still_holds_is_not_shown(signed_in: SignedIn, world: World) -> None:
    uid = made(world, "approved")
    with db.transaction() as session:
        session.scalars(select(Edition).where(Edition.uid == uid)).one().state = "withdrawn"  # the index lags behind
    assert TITLE not in signed_in("colleague").get("/library?q=phuong+trinh").text


WRITES = (
    "submit",
    "take-back",
    "approve",
    "request-changes",
    "withdraw",
    "comment",
    "describe",
    "new-edition",
    "delete",
)
STATES = ("draft", "submitted", "changes_requested", "approved", "superseded", "withdrawn")
ALLOWED = {
    ("teacher", "submit"): {"draft", "changes_requested"},
    ("teacher", "take-back"): {"submitted"},
    ("teacher", "describe"): {"draft", "changes_requested"},
    ("teacher", "delete"): {"draft", "changes_requested"},
    ("teacher", "comment"): set(STATES),
    ("teacher", "new-edition"): {"approved", "withdrawn"},  # a superseded one is followed below
    ("subject_head", "approve"): {"submitted"},
    ("subject_head", "request-changes"): {"submitted"},
    ("subject_head", "withdraw"): {"approved", "superseded"},
    ("subject_head", "comment"): set(STATES) - {"draft"},
}


@pytest.mark.parametrize("state", STATES)
def test_each_act_by_each_person_in_each_state(signed_in: SignedIn, world: World, state: str) -> None:
    for persona in ("teacher", "subject_head", "colleague", "leader", "pupil", "outsider"):
        client = signed_in(persona)
        uid = made(world, state)
        for act in WRITES:
            data = form(world) if act == "describe" else {"note": "Vì sao."}
            status = client.post(f"/library/{uid}/{act}", data=data).status_code
            allowed = ALLOWED.get((persona, act), set())
            if (persona, act, state) == ("teacher", "new-edition", "superseded"):
                allowed = {"superseded"}
            if state in allowed:
                assert status == 303, (persona, act, state, status)
                uid = made(world, state)
            else:
                assert status in {403, 404, 409}, (persona, act, state, status)
                assert state_of(uid) == state


def test_strangers_do_not_learn_that_it_exists(signed_in: SignedIn, world: World) -> None:
    for state in ("draft", "submitted", "approved"):
        uid = made(world, state)
        for persona in ("outsider", "pupil", "admin"):
            client = signed_in(persona)
            paths = (f"/library/{uid}", f"/library/{uid}/review", f"/library/{uid}/preview", f"/library/{uid}/describe")
            assert {client.get(path).status_code for path in paths} == {404}, (state, persona)


def test_files_come_as_downloads_with_their_names(signed_in: SignedIn, world: World) -> None:
    uid = made(world, "approved")
    client = signed_in("colleague")
    where = re.findall(r'href="(/library/[^"]+/files/[^"?]+)"', client.get(f"/library/{uid}").text)[0]
    answer = client.get(where + "?open=y")  # asked to open, but a deck may not be shown in place
    assert answer.data == DECK
    assert answer.headers["Content-Disposition"].startswith("attachment")
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert client.get(where, headers={"Range": "bytes=0-3"}).status_code == 206
    assert signed_in("pupil").get(where).status_code == 404


def test_a_file_of_another_edition_is_not_reached_through_ones_own(signed_in: SignedIn, world: World) -> None:
    hidden, own = made(world, "draft"), made(world, "draft", author="colleague")
    with db.transaction() as session:
        file = session.scalars(select(Edition).where(Edition.uid == hidden)).one().files[0].uid
    assert signed_in("colleague").get(f"/library/{own}/files/{file}").status_code == 404
    assert signed_in("colleague").post(f"/library/{own}/files/{file}/delete").status_code == 404


@pytest.mark.parametrize(
    ("data", "name", "sentence"),
    [
        (DECK[:200], "cat-ngang.pptx", "bị hỏng"),
        (b"MZ" + b"\0" * 50, "virus.exe", "không thuộc loại nhận ở đây"),
        (b"%PDF-1.7 x", "gia-vo.pptx", "không phải là tệp .pptx"),
    ],
)
def test_bad_files_are_answered_on_the_form(
    signed_in: SignedIn, world: World, data: bytes, name: str, sentence: str
) -> None:
    status, page = send(signed_in("teacher"), data, name)
    assert status == 422
    assert sentence in page
    assert "Bạn chưa đóng góp" in signed_in("teacher").get("/library/mine").text


def test_depositing_is_for_teachers(signed_in: SignedIn, world: World) -> None:
    for persona in ("leader", "admin", "pupil", "parent"):
        assert send(signed_in(persona))[0] == 403
        assert signed_in(persona).get("/library/deposit").status_code == 403
    assert signed_in("admin").get("/library").status_code == 403


def test_the_checks_hold_an_unready_edition_back(signed_in: SignedIn, world: World) -> None:
    client = signed_in("teacher")
    uid = send(client)[1].split("/")[2]
    refused = client.post(f"/library/{uid}/submit")
    assert refused.status_code == 422
    assert "Chưa chọn giấy phép." in refused.text
    assert state_of(uid) == "draft"
    wrong = client.post(f"/library/{uid}/describe", data=form(world, title=" ", licence="GPL", grades=["8"]))
    assert wrong.status_code == 422
    assert "Hãy điền tên học liệu." in wrong.text
    assert "Sáu ví dụ." in wrong.text  # what was typed is still there


def test_others_work_needs_its_source(signed_in: SignedIn, world: World) -> None:
    client = signed_in("teacher")
    uid = made(world, "draft", rights="permitted", licence="ARR")
    page = client.post(f"/library/{uid}/submit").text
    assert "cần ghi tên tác giả và nguồn" in page
    assert "Giấy phép này không cho đưa tác phẩm của người khác vào kho." in page


def test_adding_and_removing_files(signed_in: SignedIn, world: World) -> None:
    client, uid = signed_in("teacher"), made(world, "draft")
    assert send(client, b"Noi dung phieu", "phieu.txt", f"/library/{uid}/files")[0] == 422
    assert send(client, b"%PDF-1.4\n%%EOF", "phieu.pdf", f"/library/{uid}/files")[0] == 303
    page = client.get(f"/library/{uid}/describe").text
    assert "phieu.pdf" in page
    for action in re.findall(r'action="(/library/[^"]+/files/[^"]+/delete)"', page):
        assert client.post(action).status_code == 303
    assert "Chưa có tệp nào." in client.get(f"/library/{uid}/review").text
    approved = made(world, "approved")
    assert send(client, path=f"/library/{approved}/files")[0] == 409


@pytest.fixture
def shelf(world: World) -> None:
    with db.transaction() as session:
        for number in range(15):
            in_state(
                session, world, "approved", title=f"Hàm số bậc nhất {number}", kind="video" if number % 3 else "slides",
                grades=("8",) if number % 2 else ("8", "9"), data=DECK + bytes([number]),
            )  # fmt: skip


@pytest.fixture
def queries(app: Flask) -> Iterator[list[str]]:
    seen: list[str] = []

    def note(_c: object, _k: object, statement: str, *_more: object) -> None:
        if statement.startswith("SELECT"):
            seen.append(statement)

    engine = app.extensions["gieo_engine"]
    event.listen(engine, "before_cursor_execute", note)
    yield seen
    event.remove(engine, "before_cursor_execute", note)


def test_facets_pages_and_query_counts(signed_in: SignedIn, world: World, shelf: None, queries: list[str]) -> None:
    client = signed_in("colleague")
    queries.clear()
    page = client.get("/library?q=ham+so").text
    full = len(queries)
    assert page.count("<article") == 12
    assert "15 kết quả" in page
    assert "q=ham+so&amp;page=2" in page
    counts = {label: int(count) for label, count in re.findall(r'>([^<>]+?) <span class="quiet">(\d+)</span>', page)}
    assert counts == {"Lớp 8": 15, "Lớp 9": 8, "Bài trình chiếu": 5, "Video": 10}  # what narrows
    queries.clear()
    page = client.get("/library?q=ham+so&grade=9&kind=slides&page=1").text
    assert page.count("<article") == 3
    assert "3 kết quả" in page
    assert len(queries) <= full  # as many queries for three hits as for twelve, at most
    assert client.get("/library?q=ham+so&page=2").text.count("<article") == 3
    assert "Thử bỏ bớt lựa chọn" in client.get("/library?q=ham+so&grade=1").text
    assert client.get("/library?q=ham+so&page=99999999&grade=%00").status_code == 200


def test_lists_do_not_ask_once_a_row(signed_in: SignedIn, world: World, shelf: None, queries: list[str]) -> None:
    client = signed_in("teacher")
    queries.clear()
    client.get("/library/mine")
    assert len(queries) <= 14


def test_empty_library(signed_in: SignedIn, world: World) -> None:
    assert "Đóng góp học liệu đầu tiên" in signed_in("teacher").get("/library").text
    assert "Học liệu mà giáo viên đưa vào lớp" in signed_in("pupil").get("/library").text
    assert "Không có học liệu nào chờ duyệt" in signed_in("subject_head").get("/library/review").text
    assert signed_in("teacher").get("/library/review").status_code == 403
    assert "Thử ít chữ hơn" in signed_in("teacher").get("/library?q=xyz").text


def test_rebuild_from_the_database(signed_in: SignedIn, world: World, shelf: None) -> None:
    with index.current().writing() as batch:
        batch.clear()
    assert "Hàm số" not in signed_in("colleague").get("/library?q=ham+so").text
    with db.open_session(writes=False) as session:
        assert api.rebuild(session) == 15
    assert "15 kết quả" in signed_in("colleague").get("/library?q=ham+so").text


def test_a_lost_index_heals_itself(signed_in: SignedIn, world: World) -> None:
    made(world, "approved")
    with index.current().writing() as batch:
        batch.clear()
    heal_index()
    assert signed_in("colleague").get("/library?q=phuong+trinh").text.count("<article") == 1
    with db.open_session(writes=False) as session:
        assert is_whole(session)
