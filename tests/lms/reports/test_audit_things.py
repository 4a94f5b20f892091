"""The log in words: names are looked up when it is read, in few questions, and only those that the reader may know."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from lms.base import audit, clock, db
from lms.base.ids import new_uid
from lms.base.paging import PageRequest
from lms.courses import service as courses
from lms.gradebook import service as gradebook
from lms.quizzes.models import Pause
from lms.quizzes.service import pausing
from lms.reports.audit_log import Filters, LogLine, list_acts
from lms.reports.audit_things import Thing
from lms.school import service as school
from question_bank import api as bank
from tests.factories import NOON, World
from tests.lms.quizzes import factories as quizzes
from tests.materials.samples import deposited
from tests.question_bank.items import samples

SignedIn = Callable[[str], FlaskClient]


def note(session: Session, world: World, kind: str, subject_uid: str, who: str = "teacher", **detail: Any) -> None:
    audit.record(session, world.actor(session, who), kind, subject_uid, **detail)


def read(world: World, who: str = "leader", **wanted: Any) -> list[LogLine]:
    with db.open_session(writes=False) as session:
        return list(list_acts(session, world.actor(session, who), Filters(**wanted), PageRequest()).rows)


def told(world: World, kind: str, who: str = "leader") -> tuple[str, tuple[str, ...]]:
    """What the newest act of a kind was done to, and its details."""
    line = read(world, who, kind=kind)[0]
    return line.thing, line.details


def test_people_classes_and_subjects_have_their_names(app: object, world: World) -> None:
    with db.transaction() as session:
        admin = world.actor(session, "admin")
        school.set_roles(session, admin, world.colleague.uid, ["teacher", "librarian"], at=NOON)
        school.assign_class(session, admin, world.class_8a2.uid, {world.maths.uid: world.colleague.uid})
        school.assign_class(session, admin, world.class_8a1.uid, {world.maths.uid: ""})
        school.save_group(
            session,
            admin,
            world.maths_group.uid,
            name="Toán",
            members=[world.colleague.uid],
            heads=[world.teacher.uid],
            subjects=[world.maths.uid],
        )
    assert told(world, "account.roles_set") == (world.colleague.full_name, ("vai trò: Thư viện, Giáo viên",))
    assert told(world, "group.saved") == ("Toán", ("số thành viên: 2", f"tổ trưởng: {world.teacher.full_name}"))
    taken, given = read(world, kind="assignment.set")
    assert (given.thing, given.details) == ("8A2", ("môn: Toán", f"giáo viên: {world.colleague.full_name}"))
    assert (taken.thing, taken.details) == ("8A1", ("môn: Toán", "giáo viên: không có"))
    assert given.who == world.admin.full_name


def test_marks_name_some_pupils_and_count_the_rest(app: object, world: World) -> None:
    people = [world.pupil, world.classmate, world.other_pupil]
    with db.transaction() as session:
        teacher = world.actor(session, "teacher")
        book = gradebook.open_gradebook(
            session, teacher, world.class_8a2.uid, world.maths.uid, world.semester.uid, at=NOON
        )
        cells = [[one.id, column] for one in people for column in ("tx1", "gk")]
        note(session, world, "gradebook.marks_typed", book.uid, cells=[*cells, [world.parent.id, "gk"]], comments=[])
        note(session, world, "gradebook.published", book.uid, columns=["tx1", "ck"])
    names = ", ".join(one.full_name for one in people)
    thing, details = told(world, "gradebook.marks_typed")
    assert thing == "Toán 8A2, học kì 1"
    assert details == (f"điểm của: {names}, và 1 nữa (ĐĐGtx 1, ĐĐGgk)",)
    assert told(world, "gradebook.published")[1] == ("cột: ĐĐGtx 1, ĐĐGck",)


def test_a_quiz_goes_by_its_title_once_the_class_has_it(app: object, world: World) -> None:
    with db.transaction() as session:
        draft = quizzes.draft(session, world, at=clock.now())
        published = quizzes.published(session, world, at=clock.now(), title="Kiểm tra chương 2")
        attempt = quizzes.begun(session, world, published, at=clock.now())
        note(session, world, "quiz.changed", draft.uid)
        note(session, world, "attempt.handed_in", attempt.uid, quiz=published.uid, by="server")
    hidden, shown = "bài kiểm tra đang soạn (Toán 8A2)", "Kiểm tra 45 phút (Toán 8A2)"
    assert [told(world, "quiz.changed", who)[0] for who in ("leader", "admin", "teacher")] == [hidden, hidden, shown]
    thing, details = told(world, "attempt.handed_in", "admin")
    assert thing == f"{world.pupil.full_name} – Kiểm tra chương 2 (Toán 8A2)"
    assert details == ("bài kiểm tra: Kiểm tra chương 2 (Toán 8A2)", "cách nộp: hết giờ, máy chủ nộp")


def test_no_question_and_no_closed_material_is_told(app: object, world: World) -> None:
    with db.transaction() as session:
        [item] = quizzes.questions(session, world, [samples.choice()])
        teacher = world.actor(session, "teacher")
        edition = deposited(session, teacher, world, title="Giáo án mật")
        note(session, world, "item.tagged", item.item_uid, version=item.version_uid)
        note(session, world, "material.deposited", edition.uid, files=2)
    for who in ("leader", "admin", "teacher"):
        assert told(world, "item.tagged", who) == ("Toán", ())
    assert told(world, "material.deposited", "teacher") == ("Giáo án mật", ("số tệp: 2",))
    for who in ("leader", "admin"):
        assert told(world, "material.deposited", who)[0] == ""


def test_what_is_gone_and_what_is_another_schools_has_no_name(app: object, world: World) -> None:
    with db.transaction() as session:
        note(session, world, "lesson.saved", new_uid())
        note(session, world, "class.homeroom_set", world.class_8a1.uid, teacher=world.outsider.uid)
    assert told(world, "lesson.saved") == ("", ())
    assert told(world, "class.homeroom_set") == ("8A1", ("giáo viên: không còn tên",))


def test_a_detail_of_unknown_shape_stands_as_it_was_written(app: object, world: World) -> None:
    with db.transaction() as session:
        note(session, world, "quiz.closed", new_uid(), by="moon", cells={"a": 1}, roles=7, column="xx", never=3)
    details = told(world, "quiz.closed")[1]
    assert details == ("by: moon", "cells: {'a': 1}", "roles: 7", "column: xx", "never: 3")


def test_the_page_shows_names_and_no_raw_words(signed_in: SignedIn, world: World) -> None:
    with db.transaction() as session:
        note(session, world, "parent.linked", world.pupil.uid, "admin", parent=world.parent.uid)
        note(session, world, "lesson.saved", new_uid())
    page = signed_in("leader").get("/reports/acts").text.partition("<table")[2]
    assert f">{world.pupil.full_name}</a>" in page
    assert f"phụ huynh: {world.parent.full_name}" in page
    assert "parent" not in page.replace("/reports", "")
    assert "mã " in page


def everything(session: Session, world: World) -> None:
    """An act about each kind of thing, with all that details may name."""
    admin, teacher = world.actor(session, "admin"), world.actor(session, "teacher")
    quiz = quizzes.published(session, world, at=clock.now())
    attempt = quizzes.begun(session, world, quiz, at=clock.now())
    lesson = courses.new_lesson(session, teacher, world.section.uid, "Phân thức", at=NOON)
    room = school.add_room(session, admin, f"Phòng {new_uid()[-6:]}", "10.1.1.0/24")
    book = gradebook.open_gradebook(session, teacher, world.class_8a2.uid, world.maths.uid, world.semester.uid, at=NOON)
    [item] = quizzes.questions(session, world, [samples.choice()])
    edition = deposited(session, teacher, world)
    edition.state = "submitted"  # so that the leader may see it
    framework = bank.install_shipped(session, world.school.id, at=NOON)
    for kind, uid in (
        ("account.enabled", world.pupil.uid),
        ("school.led", world.school.uid),
        ("year.begun", world.year.uid),
        ("course.section_renamed", world.section.uid),
        ("room.changed", room.uid),
        ("staff.uploaded", new_uid()),
        ("lesson.saved", lesson.uid),
        ("attempt.marked", attempt.uid),
        ("item.tagged", item.item_uid),
        ("import.read", new_uid()),
        ("specification.created", new_uid()),
        ("material.renewed", edition.uid),
        ("sitting.changed", new_uid()),
        ("framework.imported", framework[0].uid if framework else new_uid()),
        ("course.activity_hidden", new_uid()),
    ):
        note(session, world, kind, uid)
    note(session, world, "class.homeroom_set", world.class_8a1.uid, teacher=world.teacher.uid)
    note(session, world, "group.saved", world.maths_group.uid, heads=[world.subject_head.uid])
    note(session, world, "assignment.set", world.class_8a2.uid, subject="toan")
    note(session, world, "lesson.file_attached", lesson.uid, file=new_uid(), course=world.course.uid)
    note(session, world, "quiz.paused", quiz.uid, pause=new_uid())
    note(session, world, "attempt.reopened", attempt.uid, reopening=new_uid())
    note(session, world, "gradebook.workbook_filled", book.uid, workbook=new_uid(), quiz=quiz.uid)


def test_a_reason_is_read_from_its_own_table(app: object, world: World) -> None:
    """What the log itself holds names the pause only, so that the words can be deleted."""
    with db.transaction() as session:
        quiz = quizzes.published(session, world)
        pausing.pause(session, world.actor(session, "teacher"), quiz.uid, None, reason="Mất điện cả dãy nhà", at=NOON)
    with db.transaction() as session:
        entry = session.scalars(select(audit.AuditEntry).where(audit.AuditEntry.kind == "quiz.paused")).one()
        assert "Mất điện" not in str(entry.detail)
    assert told(world, "quiz.paused")[1] == ("cả lớp", "lí do: “Mất điện cả dãy nhà”")
    with db.transaction() as session:
        session.execute(update(Pause).values(reason=""))
    assert told(world, "quiz.paused")[1] == ("cả lớp",)


@pytest.mark.parametrize("times", [1, 2])
def test_a_page_of_everything_asks_once_for_each_kind_of_thing(
    signed_in: SignedIn, world: World, queries: list[str], times: int
) -> None:
    for _time in range(times):
        with db.transaction() as session:
            everything(session, world)
    with db.open_session(writes=False) as session:
        leader = world.actor(session, "leader")
        queries.clear()
        lines = list_acts(session, leader, Filters(), PageRequest(1, 100)).rows
    assert len(lines) > 20 * times
    assert len(queries) == 2 + len(Thing)  # how many, which, and one for each kind
