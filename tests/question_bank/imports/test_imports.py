"""An import through HTTP: upload, preview, mend, tag, save, submit, take back."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from werkzeug.test import TestResponse

from lms.base import db, richtext
from lms.base.clock import now
from question_bank.imports.models import ImportBatch
from question_bank.imports.service import reading
from question_bank.items.codec import decode_draft, decode_key
from question_bank.items.domain import ChoiceKey, ItemType
from question_bank.items.models import Item, ItemVersion
from question_bank.items.service import labelling, reviewing, writing
from question_bank.items.tagging import Tags
from tests.factories import World

SignedIn = Callable[[str], FlaskClient]
GIFT = """
$CATEGORY: Toán 8/Đa thức

::Bậc:: Bậc của đa thức \\(3x^2y\\) là {~1 ~2 =3 ~4}

::Thiếu khoá:: Số nào chẵn? {~1 ~2 ~3}

Số 2 là số nguyên tố. {TRUE}

Tính 5 \\: 2. {#2.5:0.01}

Thủ đô của Việt Nam? {=Hà Nội =Ha Noi}

Nối cho đúng. {=Sông Hồng -> Hà Nội =Sông Hương -> Huế =Sông Hậu -> Cần Thơ}

Nêu cảm nghĩ. {}
"""
QTI = """<assessmentItem xmlns="http://www.imsglobal.org/xsd/imsqti_v2p2" identifier="q1" title="Thủ đô">
<responseDeclaration identifier="RESPONSE" cardinality="single" baseType="identifier">
<correctResponse><value>Y</value></correctResponse></responseDeclaration>
<outcomeDeclaration identifier="SCORE" cardinality="single" baseType="float"/>
<itemBody><choiceInteraction responseIdentifier="RESPONSE"><prompt>Thủ đô của Việt Nam?</prompt>
<simpleChoice identifier="X">Huế</simpleChoice><simpleChoice identifier="Y">Hà Nội</simpleChoice>
</choiceInteraction></itemBody>
<responseProcessing template="http://www.imsglobal.org/question/qti_v2p2/rptemplates/match_correct"/>
</assessmentItem>"""


def upload(client: FlaskClient, world: World, data: bytes, name: str, **form: str) -> TestResponse:
    given = {"subject": world.maths.uid, "grade": "8", **form, "file": (io.BytesIO(data), name)}
    return client.post("/bank/import", data=given, content_type="multipart/form-data")


def brought(client: FlaskClient, world: World, data: bytes = GIFT.encode(), name: str = "de.gift") -> str:
    """The uid of an import that was read."""
    answer = upload(client, world, data, name)
    assert answer.status_code == 303, answer.text
    return answer.headers["Location"].rsplit("/", 1)[1]


def drafts(uid: str) -> list[str]:
    with db.transaction() as session:
        batch = session.scalars(select(ImportBatch).where(ImportBatch.uid == uid)).one()
        return [row.uid for row in batch.drafts]


def count_items() -> int:
    with db.transaction() as session:
        return len(session.scalars(select(Item)).all())


def test_nothing_is_saved_until_said_so(signed_in: SignedIn, world: World) -> None:
    teacher = signed_in("teacher")
    assert "Nhập câu hỏi từ tệp" in teacher.get("/bank/import").text
    uid = brought(teacher, world)
    page = teacher.get(f"/bank/import/{uid}").text
    assert "Đọc được 7 câu." in page
    assert "6 câu sẵn sàng." in page
    assert "1 câu cần xem." in page
    assert "<math" in page
    assert "style=" not in page
    assert count_items() == 0
    assert "de.gift" in teacher.get("/bank/import").text


def test_the_journey_of_a_file(signed_in: SignedIn, world: World) -> None:
    teacher, head = signed_in("teacher"), signed_in("subject_head")
    uid = brought(teacher, world)
    here = f"/bank/import/{uid}"
    asks = drafts(uid)[1]
    # The key is chosen on the card itself.
    assert "Chưa chọn đủ đáp án" in teacher.post(f"{here}/{asks}/key", data={}).text
    assert teacher.post(f"{here}/{asks}/key", data={f"{asks}-choice": "b", f"{asks}-choices": "b"}).status_code == 303
    assert "7 câu sẵn sàng." in teacher.get(here).text
    # All are tagged in one sweep.
    sweep = {"chosen": drafts(uid), "topic": "Đa thức nhiều biến", "level": "TH"}
    assert teacher.post(f"{here}/tag", data=sweep).status_code == 303
    assert teacher.get(here).text.count("Đa thức nhiều biến") >= 7
    # Saved, and saved only once.
    saved = teacher.post(f"{here}/save", follow_redirects=True)
    assert "Đã lưu 7 câu vào ngân hàng." in saved.text
    assert teacher.post(f"{here}/save").status_code == 409
    with db.transaction() as session:
        versions = session.scalars(select(ItemVersion)).all()
        assert {(one.state, one.grade, one.level, one.topic) for one in versions} == {
            ("draft", 8, "TH", "Đa thức nhiều biến")
        }
    # What is saved is no longer edited here.
    assert teacher.post(f"{here}/tag", data=sweep).status_code == 409
    assert teacher.get(f"{here}/{asks}/edit").status_code == 409
    # Taken back, and saved again.
    assert "Đã rút 7 câu" in teacher.post(f"{here}/undo", follow_redirects=True).text
    assert count_items() == 0
    assert teacher.post(f"{here}/undo").status_code == 409
    teacher.post(f"{here}/save")
    assert "Đã gửi duyệt 7 câu" in teacher.post(f"{here}/submit", follow_redirects=True).text
    assert teacher.post(f"{here}/submit").status_code == 409
    assert "7 câu đang chờ" in head.get("/bank/review").text
    with db.transaction() as session:
        waiting = reviewing.queue_uids(session, world.actor(session, "subject_head"))
        reviewing.approve(session, world.actor(session, "subject_head"), waiting[:1], at=now())
    # What the head has decided about stays, and says why; the rest goes.
    asked = teacher.get(f"{here}/undo").text
    assert "6 câu sẽ ra khỏi ngân hàng" in asked
    assert "tổ trưởng đã xem xét" in asked
    assert count_items() == 7
    taken = teacher.post(f"{here}/undo", follow_redirects=True).text
    assert "Đã rút 6 câu" in taken
    assert "1 câu ở lại ngân hàng" in taken
    assert count_items() == 1
    assert "Không còn câu nào rút lại được" in teacher.get(f"{here}/undo").text
    assert teacher.post(f"{here}/undo").status_code == 409
    assert teacher.post(f"{here}/discard").status_code == 303
    assert teacher.get(here).status_code == 404
    assert count_items() == 1


def test_a_question_with_a_problem_stays_out_and_is_named(signed_in: SignedIn, world: World) -> None:
    teacher = signed_in("teacher")
    uid = brought(teacher, world)
    page = teacher.post(f"/bank/import/{uid}/save", follow_redirects=True).text
    assert "Đã lưu 6 câu vào ngân hàng." in page
    assert "1 câu chưa lưu vì còn cần sửa: câu 2." in page
    assert count_items() == 6


def test_what_was_changed_or_lost_stands_above_the_questions(signed_in: SignedIn, world: World) -> None:
    teacher = signed_in("teacher")
    uid = brought(teacher, world, "// soạn vội\nThủ đô là {=Hà Nội}, phải không?\n".encode())
    page = teacher.get(f"/bank/import/{uid}").text
    assert "gift:missing_word" in page
    assert "gift:comment" in page


def test_a_package_of_qti_goes_the_same_way(signed_in: SignedIn, world: World) -> None:
    package = io.BytesIO()
    with zipfile.ZipFile(package, "w") as file:
        file.writestr("items/q1.xml", QTI)
    teacher = signed_in("teacher")
    uid = brought(teacher, world, package.getvalue(), "goi.zip")
    page = teacher.get(f"/bank/import/{uid}").text
    assert "Thủ đô của Việt Nam?" in page
    assert "QTI" in page
    assert "Đã lưu 1 câu" in teacher.post(f"/bank/import/{uid}/save", follow_redirects=True).text
    with db.transaction() as session:
        key = decode_key(ItemType.SINGLE_CHOICE, session.scalars(select(ItemVersion)).one().key_json)
    assert key == ChoiceKey({"b": Fraction(1)})
    assert upload(teacher, world, package.getvalue()[:60], "goi.zip").status_code == 422


def test_one_is_shown_while_it_is_mended(signed_in: SignedIn, world: World) -> None:
    teacher = signed_in("teacher")
    uid = brought(teacher, world)
    path = f"/bank/import/{uid}/{drafts(uid)[1]}/edit"
    typed = {
        "text-0": "1",
        "text-1": "\\(x<1\\)",
        "prompt": "Số nào chẵn, khác 0?",
        "topic": "Số học",
        "act": "preview",
    }
    part = teacher.post(path, data=typed, headers={"X-Gieo-Part": "preview"}).text
    assert "Số nào chẵn, khác 0?" in part
    assert "<math" in part
    assert "<html" not in part
    whole = teacher.post(path, data=typed).text
    assert "Số nào chẵn, khác 0?" in whole
    assert 'value="Số học"' in whole
    assert "Số nào chẵn, khác 0?" not in teacher.get(path).text


def test_one_is_mended_in_a_form(signed_in: SignedIn, world: World) -> None:
    teacher = signed_in("teacher")
    uid = brought(teacher, world)
    path = f"/bank/import/{uid}/{drafts(uid)[1]}/edit"
    page = teacher.get(path).text
    assert "Chưa thấy đáp án" in page
    options = {
        "text-0": "1",
        "text-1": "2",
        "text-2": "3",
        "text-3": "\\(x<1\\)",
        "prompt": "Số nào chẵn, lớn hơn 1?",
    }
    half = teacher.post(path, data=options, follow_redirects=True)
    assert "vẫn còn chỗ cần xem" in half.text
    whole = teacher.post(path, data={**options, "right": ["1", "3"], "type": "multiple_choice", "topic": "Số học"})
    assert whole.status_code == 303
    shown = teacher.get(f"/bank/import/{uid}?show=ready").text
    assert "Số nào chẵn, lớn hơn 1?" in shown
    assert "Số học" in shown
    assert teacher.post(path, data={**options, "grade": "x"}).status_code == 422


def test_questions_are_left_out_and_taken_in_again(signed_in: SignedIn, world: World) -> None:
    teacher = signed_in("teacher")
    uid = brought(teacher, world)
    first = drafts(uid)[0]
    here = f"/bank/import/{uid}"
    teacher.post(f"{here}/leave-out", data={"chosen": first, "out": "y"})
    assert "Bậc của đa thức" in teacher.get(f"{here}?show=left_out").text
    assert "5 câu sẵn sàng" in teacher.get(here).text
    teacher.post(f"{here}/leave-out", data={"chosen": first, "out": "n"})
    assert "6 câu sẵn sàng" in teacher.get(here).text
    assert "Bạn chưa chọn câu nào" in teacher.post(f"{here}/leave-out").text


def test_doubles_are_seen_and_kept_only_when_asked(signed_in: SignedIn, world: World) -> None:
    teacher = signed_in("teacher")
    teacher.post(f"/bank/import/{brought(teacher, world)}/save")
    twice = GIFT + "\nThủ đô  của Việt nam? {=Hà Nội}\n\nSố 3 chẵn? {FALSE}\n\nsố 3 CHẴN? {FALSE}\n"
    uid = brought(teacher, world, twice.encode())
    page = teacher.get(f"/bank/import/{uid}").text
    assert page.count("Đã có trong ngân hàng") == 6
    assert page.count("Khác câu đã có") == 1  # reads the same, but takes one answer only
    assert "Lặp lại câu 9" in page
    assert "1 câu sẵn sàng" in page
    teacher.post(f"/bank/import/{uid}/save")
    assert count_items() == 7
    teacher.post(f"/bank/import/{uid}/save", data={"keep_doubles": "y"})
    assert count_items() == 7 + 8
    # A colleague does not learn of drafts that are not theirs to see.
    theirs = brought(signed_in("colleague"), world)
    assert "Đã có trong ngân hàng" not in signed_in("colleague").get(f"/bank/import/{theirs}").text


def stems(uid: str) -> list[str]:
    """The prompts of an import in their order."""
    with db.transaction() as session:
        batch = session.scalars(select(ImportBatch).where(ImportBatch.uid == uid)).one()
        assert [row.position for row in batch.drafts] == list(range(1, len(batch.drafts) + 1))
        return [richtext.to_plain(decode_draft(row.draft_json).body.prompt) for row in batch.drafts]


def test_questions_are_merged_split_and_moved(signed_in: SignedIn, world: World) -> None:
    teacher = signed_in("teacher")
    uid = brought(teacher, world, "Cho tam giác. {}\n\nTính góc A. {=30 ~60}\n\nBa? {TRUE}\n\nBốn? {=4}\n".encode())
    here = f"/bank/import/{uid}"
    first, second, third, fourth = drafts(uid)
    assert "từ hai câu trở lên" in teacher.post(f"{here}/merge", data={"chosen": first}).text
    refused = teacher.post(f"{here}/merge", data={"chosen": [second, fourth]})
    assert refused.status_code == 422
    assert "khác loại" in refused.text
    answer = teacher.post(f"{here}/merge", data={"chosen": [second, first]})
    assert answer.headers["Location"].endswith(f"#q-{first}")
    assert stems(uid) == ["Cho tam giác.\nTính góc A.", "Ba?", "Bốn?"]
    assert "3 câu sẵn sàng." in teacher.get(here).text
    # Split where it was joined: the first half asks for its answer again.
    page = teacher.get(f"{here}/{first}/split").text
    assert "Tách từ đây" in page
    assert "Không tách câu được" in teacher.post(f"{here}/{first}/split", data={"at": "9"}).text
    assert teacher.post(f"{here}/{first}/split", data={"at": "1"}).status_code == 303
    assert stems(uid) == ["Cho tam giác.", "Tính góc A.", "Ba?", "Bốn?"]
    assert "1 câu cần xem." in teacher.get(here).text
    # A place up or down, and not past the ends.
    teacher.post(f"{here}/move", data={"up": fourth})
    teacher.post(f"{here}/move", data={"down": first})
    teacher.post(f"{here}/move", data={"up": drafts(uid)[0]})
    assert stems(uid) == ["Tính góc A.", "Cho tam giác.", "Bốn?", "Ba?"]
    assert f'name="up" value="{third}"' in teacher.get(here).text
    # What is in the bank stays as it is.
    teacher.post(f"{here}/save")
    assert teacher.post(f"{here}/merge", data={"chosen": [third, fourth]}).status_code == 409
    assert teacher.post(f"{here}/{third}/split", data={"at": "1"}).status_code == 409
    assert teacher.post(f"{here}/move", data={"up": third}).status_code == 409


def versions_of(path: str) -> list[tuple[int, str]]:
    """The versions of a question by its page's path: number and state."""
    with db.transaction() as session:
        item = session.scalars(select(Item).where(Item.uid == path.rsplit("/", 1)[1])).one()
        return [(one.number, one.state) for one in item.versions]


def test_the_same_file_twice_changes_nothing(signed_in: SignedIn, world: World) -> None:
    teacher = signed_in("teacher")
    first = brought(teacher, world)
    teacher.post(f"/bank/import/{first}/save")
    again = brought(teacher, world, name="ten khac.gift")
    page = teacher.get(f"/bank/import/{again}").text
    assert "Tệp này đã được đọc lúc" in page
    assert f"/bank/import/{first}" in page
    assert "6 câu đã có trong ngân hàng, không thêm lại." in page
    assert teacher.post(f"/bank/import/{again}/save").status_code == 409
    assert count_items() == 6
    # What was mended by hand before it was saved is known again all the same, once it is mended the same way.
    asks = drafts(again)[1]
    teacher.post(f"/bank/import/{again}/{asks}/key", data={f"{asks}-choice": "b", f"{asks}-choices": "b"})
    assert "1 câu sẵn sàng." in teacher.get(f"/bank/import/{again}").text


def named(*lines: str) -> bytes:
    return "\n\n".join(
        f"// [id:{name}]\n{words}" for name, _, words in (line.partition(" ") for line in lines)
    ).encode()


def test_what_the_file_changed_becomes_the_next_version(signed_in: SignedIn, world: World) -> None:
    teacher = signed_in("teacher")
    first = brought(teacher, world, named("a Một? {=1 ~2}", "b Hai? {TRUE}", "c Ba? {=3}"))
    teacher.post(f"/bank/import/{first}/save")
    changed = named("a Một? {=1 ~2}", "b Số hai? {TRUE}", "c Ba? {=ba}", "d Bốn? {=4}")
    uid = brought(teacher, world, changed)
    here = f"/bank/import/{uid}"
    page = teacher.get(here).text
    assert "1 câu đã có trong ngân hàng, không thêm lại." in page
    assert "2 câu đã có trong ngân hàng nhưng tệp này sửa khác đi" in page
    older = re.findall(r'class="badge info" href="(/bank/[^"]+)">Bản sửa của câu đã có', page)
    assert len(older) == 2
    saved = teacher.post(f"{here}/save", data={"renew": "y"}, follow_redirects=True).text
    assert "Đã lưu 3 câu" in saved
    assert "2 câu thành bản mới của câu đã có: câu 2, 3." in saved
    assert count_items() == 4
    assert [versions_of(path) for path in older] == [[(1, "retired"), (2, "draft")]] * 2
    assert "Đã gửi duyệt 3 câu" in teacher.post(f"{here}/submit", follow_redirects=True).text
    # The drafts before them are out of use, so the new versions stay.
    asked = teacher.get(f"{here}/undo").text
    assert "1 câu sẽ ra khỏi ngân hàng" in asked
    assert "2 câu ở lại" in asked
    teacher.post(f"{here}/undo")
    assert count_items() == 3
    # The very file again: nothing is newer any more.
    page = teacher.get(f"/bank/import/{brought(teacher, world, changed)}").text
    assert "3 câu đã có trong ngân hàng, không thêm lại." in page
    assert "sửa khác đi" not in page


def test_a_new_version_of_an_approved_question_goes_back_alone(signed_in: SignedIn, world: World) -> None:
    teacher = signed_in("teacher")
    teacher.post(f"/bank/import/{brought(teacher, world, named('a Một? {=1 ~2}'))}/save")
    with db.transaction() as session:
        version = session.scalars(select(ItemVersion)).one()
        writing.submit(session, world.actor(session, "teacher"), [version.uid], at=now())
        reviewing.approve(session, world.actor(session, "subject_head"), [version.uid], at=now())
    # The same words with another key: never a double in silence.
    uid = brought(teacher, world, "Một? {~1 =2}".encode())
    page = teacher.get(f"/bank/import/{uid}").text
    [older] = re.findall(r'class="badge info" href="(/bank/[^"]+)"', page)
    teacher.post(f"/bank/import/{uid}/save")
    assert versions_of(older) == [(1, "approved"), (2, "draft")]
    assert "1 bản mới của câu đã có từ trước" in teacher.get(f"/bank/import/{uid}/undo").text
    teacher.post(f"/bank/import/{uid}/undo")
    assert versions_of(older) == [(1, "approved")]
    # Asked for, it is a question of its own.
    teacher.post(f"/bank/import/{uid}/save", data={"renew": "n"})
    assert versions_of(older) == [(1, "approved")]
    assert count_items() == 2
    # To a colleague it is a double that differs, theirs to keep only when they say so.
    theirs = brought(signed_in("colleague"), world, "Một? {~1 =2}".encode())
    assert "Khác câu đã có" in signed_in("colleague").get(f"/bank/import/{theirs}").text
    assert signed_in("colleague").post(f"/bank/import/{theirs}/save").status_code == 409


@pytest.mark.parametrize("person", ["colleague", "subject_head", "leader", "admin", "pupil", "outsider"])
def test_an_import_is_its_teachers_alone(signed_in: SignedIn, world: World, person: str) -> None:
    uid = brought(signed_in("teacher"), world)
    row = drafts(uid)[1]
    client = signed_in(person)
    here = f"/bank/import/{uid}"
    assert client.get(here).status_code == 404
    assert client.get(f"{here}/{row}/edit").status_code == 404
    assert client.get(f"{here}/undo").status_code == 404
    for act in (
        "tag",
        "leave-out",
        "merge",
        "move",
        "save",
        "submit",
        "undo",
        "discard",
        f"{row}/key",
        f"{row}/edit",
        f"{row}/split",
    ):
        assert client.post(f"{here}/{act}", data={"chosen": row}).status_code == 404, act
    assert count_items() == 0


def test_only_members_of_the_group_bring_files_in(signed_in: SignedIn, world: World) -> None:
    assert upload(signed_in("pupil"), world, GIFT.encode(), "de.gift").status_code == 403
    assert upload(signed_in("leader"), world, GIFT.encode(), "de.gift").status_code == 403
    assert upload(signed_in("it_teacher"), world, GIFT.encode(), "de.gift").status_code == 403
    assert upload(signed_in("outsider"), world, GIFT.encode(), "de.gift").status_code in {403, 404}
    assert upload(signed_in("teacher"), world, GIFT.encode(), "de.gift", subject="x").status_code == 404
    assert signed_in("pupil").get("/bank/import").status_code == 403


@pytest.mark.parametrize(
    ("data", "name"),
    [
        (b"", "de.gift"),
        (b"   \n ", "de.gift"),
        (b"MZ\x90\x00\x03" * 50, "de.docx"),
        (b"PK\x03\x04" + b"\x00" * 40, "de.docx"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\x00" * 512, "de.docx"),
        (b"%PDF-1.4 hello", "de.pdf"),
        (b"%PDF-1.4 hello", "de.docx"),
        (b"\x00\x01\x02\x03" * 99, "de.txt"),
        (b"<quiz><question type='multichoice'>", "de.xml"),
        (
            b'<?xml version="1.0"?><!DOCTYPE q [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;&a;">]><quiz>&b;</quiz>',
            "de.xml",
        ),
        (b'<?xml version="1.0"?><!DOCTYPE q SYSTEM "file:///etc/passwd"><quiz/>', "de.xml"),
        ("chỉ có chữ, không có câu hỏi nào cả".encode(), "de.docx"),
    ],
)
def test_a_bad_file_is_answered_with_a_sentence(signed_in: SignedIn, world: World, data: bytes, name: str) -> None:
    teacher = signed_in("teacher")
    answer = upload(teacher, world, data, name)
    assert answer.status_code in {413, 422}, answer.status_code
    [said, *_] = re.findall(r'class="error"[^>]*>(.*?)</span></span>', answer.text) + re.findall(
        r'role="alert">(.*?)</div>', answer.text
    )
    assert re.search(r"\w+ \w+ \w+", re.sub("<[^>]+>", " ", said))
    with db.transaction() as session:
        assert session.scalars(select(ImportBatch)).all() == []


def test_a_file_over_the_limit_is_refused(signed_in: SignedIn, world: World) -> None:
    answer = upload(signed_in("teacher"), world, b"x" * (51 << 20), "de.gift")
    answer.request.environ["wsgi.input"].close()  # the test client keeps large bodies in a file
    assert answer.status_code == 413
    assert "50 MB" in answer.text


def test_no_file_chosen(signed_in: SignedIn, world: World) -> None:
    form = {"subject": world.maths.uid}
    answer = signed_in("teacher").post("/bank/import", data=form, content_type="multipart/form-data")
    assert answer.status_code == 422


def test_markup_of_a_hostile_question_is_harmless(signed_in: SignedIn, world: World) -> None:
    teacher = signed_in("teacher")
    evil = b"[html]<img src=x onerror=alert(1)><script>alert(2)</script><b onclick=x()>Hi</b> {=<i>a</i> ~b}"
    page = teacher.get(f"/bank/import/{brought(teacher, world, evil)}").text
    body = page[page.index("<main") :]
    body = re.sub(r"<pre[^>]*>.*?</pre>", "", body, flags=re.S)
    assert "onerror=alert" not in body
    assert "<script>alert" not in body
    assert "onclick" not in body


def test_pictures_of_an_import_are_its_teachers(signed_in: SignedIn, world: World) -> None:
    import base64

    from tests.question_bank.items.test_service import PIXEL

    source = f'[html]<p>Hình <img alt="h" src="data:image/png;base64,{base64.b64encode(PIXEL).decode()}"></p> {{=a ~b}}'
    for mark in "=":
        source = source.replace(mark + '"', "\\" + mark + '"')
    teacher = signed_in("teacher")
    uid = brought(teacher, world, source.replace("data:", "data\\:").encode())
    page = teacher.get(f"/bank/import/{uid}").text
    [address] = re.findall(r'src="(/bank/import/assets/[0-9a-f]{64})"', page)
    assert teacher.get(address).headers["Content-Type"] == "image/png"
    assert signed_in("colleague").get(address).status_code == 404
    teacher.post(f"/bank/import/{uid}/save")
    assert teacher.get(address.replace("/import", "")).status_code == 200


REAL = (
    "6-vn-exams/LinhDangDev+Bank_Question_Cloud/template/ĐỀ THI TEST.docx",
    "6-vn-exams/LinhDangDev+Bank_Question_Cloud/template/TOT NGHIEP.docx",
    "6-vn-exams/LinhDangDev+Bank_Question_Cloud/template/Test_CauHoiDon.docx",
    "6-vn-exams/LinhDangDev+Bank_Question_Cloud/sample_word_files/basic_questions_sample.docx",
    "6-vn-exams/LinhDangDev+Bank_Question_Cloud/sample_word_files/fill_blank_sample.docx",
    "6-vn-exams/LinhDangDev+Bank_Question_Cloud/sample_word_files/group_questions_sample.docx",
    "6-vn-exams/LinhDangDev+Bank_Question_Cloud/sample_word_files/mixed_questions_sample.docx",
    "1-moodle-gift/winmagpantay+dps/question/format/gift/examples.txt",
    "1-moodle-gift/winmagpantay+dps/question/format/xml/tests/fixtures/multichoice.xml",
)


@pytest.mark.parametrize("path", REAL)
def test_real_files_go_all_the_way(signed_in: SignedIn, world: World, inputs: Path, path: str) -> None:
    file = inputs / path
    teacher = signed_in("teacher")
    uid = brought(teacher, world, file.read_bytes(), file.name)
    assert teacher.get(f"/bank/import/{uid}").status_code == 200
    with db.transaction() as session:
        actor = world.actor(session, "teacher")
        read = reading.get_import(session, actor, uid)
        ready = read.count("ready")
    for row in drafts(uid)[:12]:
        assert teacher.get(f"/bank/import/{uid}/{row}/edit").status_code == 200
    if ready:
        assert f"Đã lưu {ready} câu" in teacher.post(f"/bank/import/{uid}/save", follow_redirects=True).text
        assert teacher.get("/bank").status_code == 200
        assert teacher.post(f"/bank/import/{uid}/submit").status_code == 303
        assert signed_in("subject_head").get("/bank/review").status_code == 200


SAID = """
$CATEGORY: $course$/top/Toán 8/Chương I/Đa thức

// [id:T8-17] [tag:Thực tế] [tag:VD] [tag:source:Đề thi thử Sở Hà Nội] [tag:year:2025] [tag:textbook-independent]
Bậc của \\(3x^2y\\) là {~1 ~2 =3 ~4}

Số 2 là số nguyên tố. {TRUE}
"""


def test_what_the_file_says_of_a_question_is_kept(signed_in: SignedIn, world: World) -> None:
    teacher = signed_in("teacher")
    uid = brought(teacher, world, SAID.encode(), "de-thi.gift")
    here = f"/bank/import/{uid}"
    assert "Thực tế" in teacher.get(here).text
    # A sweep adds words and leaves what it does not name.
    sweep = {"chosen": drafts(uid), "added": "Ôn tập; thực tế", "any_textbook": "y"}
    assert teacher.post(f"{here}/tag", data=sweep).status_code == 303
    refused = teacher.post(f"{here}/tag", data={"chosen": drafts(uid), "year": "hai nghìn"})
    assert refused.status_code == 422
    assert "Năm là một số" in refused.text
    teacher.post(f"{here}/save")
    with db.transaction() as session:
        first, second = (
            labelling.tags_of(one) for one in session.scalars(select(ItemVersion).order_by(ItemVersion.id))
        )
        item_uid = session.scalars(select(Item.uid).order_by(Item.id)).first()
        version_uid = session.scalars(select(ItemVersion.uid).order_by(ItemVersion.id)).first()
    assert first == Tags(
        8, "Đa thức", "VD", (), Fraction(1), ("Ôn tập", "thực tế"), taken_from="Đề thi thử Sở Hà Nội", year=2025,
        category="Toán 8/Chương I/Đa thức", any_textbook=True, external_id="T8-17",
    )  # fmt: skip
    assert (second.taken_from, second.year, second.labels, second.external_id) == (
        "de-thi", 0, ("Ôn tập", "thực tế"), "",
    )  # fmt: skip
    # It stands on the question's page, and is said anew there.
    page = teacher.get(f"/bank/{item_uid}").text
    for word in ("Đề thi thử Sở Hà Nội", "Toán 8/Chương I/Đa thức", "T8-17", "Dùng được với mọi bộ sách"):
        assert word in page
    form = {"version": version_uid, "grade": "9", "labels": "một, hai", "taken_from": "SGK", "year": "x"}
    refused = teacher.post(f"/bank/{item_uid}/tags", data=form)
    assert refused.status_code == 422
    assert 'value="một, hai"' in refused.text
    assert teacher.post(f"/bank/{item_uid}/tags", data={**form, "year": ""}).status_code == 303
    with db.transaction() as session:
        version = session.scalars(select(ItemVersion).where(ItemVersion.uid == version_uid)).one()
        said = labelling.tags_of(version)
    assert (said.grade, said.labels, said.taken_from, said.year, said.external_id) == (
        9, ("hai", "một"), "SGK", 0, "",
    )  # fmt: skip


def test_the_template_of_a_workbook_is_offered_and_comes_in(world: World, signed_in: SignedIn) -> None:
    client = signed_in("teacher")
    assert "/bank/import/template.xlsx" in client.get("/bank/import").text
    answer = client.get("/bank/import/template.xlsx")
    assert "attachment" in answer.headers["Content-Disposition"]
    page = client.get(f"/bank/import/{brought(client, world, answer.data, 'mau.xlsx')}").text
    assert "Excel" in page
    assert "Thủ đô của Việt Nam là gì?" in page
