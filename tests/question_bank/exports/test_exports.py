"""Questions leave the bank: by a filter or chosen, with the loss said before, and come back as they were."""

from __future__ import annotations

import io
import re
from collections.abc import Callable
from dataclasses import replace

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from lms.base import db
from lms.base.audit import AuditEntry
from lms.base.clock import now
from lms.base.errors import Forbidden, Invalid
from question_bank.exports import service
from question_bank.formats.detect import read_any
from question_bank.formats.writers import WRITERS
from question_bank.items.models import ItemVersion
from question_bank.items.search.wanted import Wanted
from question_bank.items.service import labelling, reviewing, writing
from question_bank.items.tagging import Tags
from tests.factories import NOON, World
from tests.question_bank.items import samples

SignedIn = Callable[[str], FlaskClient]
SAID = Tags(
    8, "Đa thức", "TH", ("T8.1",), labels=("thực tế",), taken_from="Đề thi thử", year=2025,
    category="Toán 8/Chương I", any_textbook=True,
)  # fmt: skip


@pytest.fixture
def bank(world: World) -> list[str]:
    """One question of each kind with everything said about it; the uids of their versions."""
    with db.transaction() as session:
        teacher = world.actor(session, "teacher")
        drafts = [(make(), replace(SAID, external_id=make.__name__)) for make in samples.ALL]
        items = writing.new_items(session, teacher, world.maths.id, drafts, at=NOON)
        return [item.versions[0].uid for item in items]


def test_what_leaves_comes_back_as_it_was(signed_in: SignedIn, world: World, bank: list[str]) -> None:
    teacher = signed_in("teacher")
    sent = teacher.post("/bank/export?format=moodle_xml")
    assert sent.headers["Content-Disposition"].startswith("attachment")
    back = {"subject": world.maths.uid, "file": (io.BytesIO(sent.data), "ra.xml")}
    answer = teacher.post("/bank/import", data=back, content_type="multipart/form-data")
    page = teacher.get(answer.headers["Location"]).text
    # Nothing is new: what differs is only what the page of the export named, the solution of one question.
    assert "9 câu đã có trong ngân hàng, không thêm lại." in page
    assert "1 câu đã có trong ngân hàng nhưng tệp này sửa khác đi" in page
    with db.transaction() as session:
        kept = [labelling.tags_of(one) for one in session.scalars(select(ItemVersion).order_by(ItemVersion.id))]
        [entry] = session.scalars(select(AuditEntry).where(AuditEntry.kind == "item.exported")).all()
    assert '"questions": 10' in str(entry.detail).replace("'", '"')
    again = read_any(sent.data, "ra.xml").drafts
    for before, draft in zip(kept, again, strict=True):
        after = Tags.of_draft(draft)
        assert replace(after, level=after.level or before.level) == replace(before, points=after.points)


def test_the_page_says_what_would_be_lost_before_the_file(signed_in: SignedIn, bank: list[str]) -> None:
    teacher = signed_in("teacher")
    page = teacher.get("/bank/export?format=gift").text
    assert "10 câu, kèm đáp án" in page
    assert "Tệp GIFT không giữ được hết" in page
    assert re.search(r"Câu không ghi được vào tệp này.*?2 câu", page, re.S)
    assert "Tệp Moodle XML giữ được tất cả" in teacher.get("/bank/export?format=moodle_xml&type=cluster").text
    assert teacher.get("/bank/export?format=wordstar").status_code == 404
    assert "Không có câu nào để xuất" in teacher.get("/bank/export?q=khongcocaunao").text
    assert teacher.post("/bank/export?format=gift&q=khongcocaunao").status_code == 422


def test_chosen_questions_leave_alone(signed_in: SignedIn, bank: list[str]) -> None:
    teacher = signed_in("teacher")
    answer = teacher.post("/bank/export/chosen?level=TH", data={"chosen": bank[:3]})
    page = teacher.get(answer.headers["Location"]).text
    assert "3 câu, kèm đáp án" in page
    [action] = re.findall(r'action="(/bank/export\?[^"]+)"', page)
    sent = teacher.post(action.replace("&amp;", "&"))
    assert len(read_any(sent.data, "x.xml").drafts) == 3


def test_only_what_a_person_may_read_leaves(signed_in: SignedIn, world: World, bank: list[str]) -> None:
    with db.transaction() as session:
        head = world.actor(session, "subject_head")
        writing.submit(session, world.actor(session, "teacher"), bank[:1], at=now())
        reviewing.approve(session, head, bank[:1], at=now())
        colleague = world.actor(session, "colleague")
        assert len(service.choose(session, colleague, Wanted(), bank).drafts) == 1
        assert len(service.choose(session, colleague, Wanted()).drafts) == 1
        for person in ("it_teacher", "outsider"):
            with pytest.raises(Invalid):
                service.choose(session, world.actor(session, person), Wanted(), bank)
        for person in ("pupil", "parent", "admin"):
            with pytest.raises(Forbidden):
                service.choose(session, world.actor(session, person), Wanted(), bank)


def test_one_version_of_a_question_leaves_and_too_many_are_refused(
    world: World, bank: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    with db.transaction() as session:
        teacher = world.actor(session, "teacher")
        version = session.scalars(select(ItemVersion).where(ItemVersion.uid == bank[0])).one()
        writing.new_version(session, teacher, version.item.uid, samples.choice("<p>Mới?</p>"), at=NOON)
        drafts = service.choose(session, teacher, Wanted()).drafts
        assert len(drafts) == 10
        assert drafts[0].body.prompt == "<p>Mới?</p>"
        monkeypatch.setattr(service, "MOST", 9)
        with pytest.raises(Invalid):
            service.choose(session, teacher, Wanted())


def test_each_format_writes_all_that_it_knows(world: World, bank: list[str]) -> None:
    with db.transaction() as session:
        teacher = world.actor(session, "teacher")
        chosen = service.choose(session, teacher, Wanted())
        sent = [(writer, service.take_out(session, teacher, writer, chosen, "ra")) for writer in WRITERS.values()]
    for writer, written in sent:
        assert written.name == f"ra.{writer.ending}"
        lost = next((one.count for one in service.losses_of(writer, chosen) if one.what == "question"), 0)
        assert len(read_any(written.data, written.name).drafts) == len(chosen.drafts) - lost, writer.name
