"""Gradebooks as verbs: who may, in which state, and what is left behind."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from fractions import Fraction

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from lms.base import audit
from lms.base.errors import Conflict, Forbidden, Invalid, NotFound
from lms.gradebook import service
from lms.gradebook.domain.cells import Cell, State, mark_cell
from lms.gradebook.domain.circular22 import VERSIONS
from lms.gradebook.models import Gradebook, Mark, MarkChange
from lms.gradebook.service import Change, QuizMark
from tests.factories import NOON, World

RULES = VERSIONS[0]
LATER = NOON + timedelta(hours=1)


def opened(session: Session, world: World, semester: int = 1) -> Gradebook:
    term = world.semester if semester == 1 else world.semester2
    teacher = world.actor(session, "teacher")
    return service.open_gradebook(session, teacher, world.class_8a2.uid, world.maths.uid, term.uid, at=NOON)


def fill(session: Session, world: World, book: Gradebook, pupil: str, **marks: str) -> None:
    teacher = world.actor(session, "teacher")
    for key, text in marks.items():
        cell = mark_cell(Decimal(text), RULES)
        service.set_mark(session, teacher, book.uid, getattr(world, pupil).uid, key, cell, at=NOON)


def from_quiz(
    session: Session, world: World, points: str, quiz: str = "quiz-1", column: str = "tx1", by: str = "teacher"
) -> service.Received:
    return service.receive_quiz_marks(
        session,
        world.actor(session, by),
        class_id=world.class_8a2.id,
        subject_id=world.maths.id,
        semester=1,
        column_key=column,
        quiz_uid=quiz,
        marks=[QuizMark(world.pupil.id, Fraction(points), Fraction(10), "attempt")],
        at=LATER,
    )


def cell(session: Session, book: Gradebook, world: World, key: str, pupil: str = "pupil") -> Cell:
    return service.grid_of(session, book).row(getattr(world, pupil).uid).cells[key]


def test_opening_prefills_the_columns_from_the_periods(session: Session, world: World) -> None:
    book = opened(session, world)
    assert (book.required, book.regular, book.by_comment) == (4, 4, False)
    assert opened(session, world) is book


def test_only_the_subjects_teacher_opens_a_gradebook(session: Session, world: World) -> None:
    for persona, error in (
        ("colleague", Forbidden),
        ("leader", Forbidden),
        ("admin", Forbidden),
        ("pupil", Forbidden),
        ("outsider", NotFound),
    ):
        with pytest.raises(error):
            service.open_gradebook(
                session,
                world.actor(session, persona),
                world.class_8a2.uid,
                world.maths.uid,
                world.semester.uid,
                at=NOON,
            )


def test_what_may_be_seen_one_by_one_is_what_the_list_shows(session: Session, world: World) -> None:
    book = opened(session, world)
    for persona, sees in {
        "teacher": True, "leader": True, "subject_head": True, "colleague": False, "it_teacher": False,
        "admin": False, "pupil": False, "parent": False, "outsider": False,
    }.items():  # fmt: skip
        actor = world.actor(session, persona)
        listed = session.scalars(select(Gradebook).where(service.visible_to(actor))).all()
        assert (service.may_see(actor, book) and book.school_id == actor.school_id) is sees, persona
        assert (book in listed) is sees, persona
        if not sees:
            with pytest.raises(NotFound):
                service.get_gradebook(session, actor, book.uid)


def test_a_filled_row_has_its_average_and_its_history(session: Session, world: World) -> None:
    book = opened(session, world)
    fill(session, world, book, "pupil", tx1="8", tx2="9", tx3="7", tx4="8", gk="7.5", ck="8")
    row = service.grid_of(session, book).row(world.pupil.uid)
    assert row.result.average == Decimal("7.9")
    assert [column.key for column in service.grid_of(session, book).row(world.classmate.uid).result.missing] == [
        "tx1", "tx2", "tx3", "tx4", "gk", "ck",
    ]  # fmt: skip
    fill(session, world, book, "pupil", ck="9")
    _, changes = service.history_of(session, world.actor(session, "teacher"), book.uid, world.pupil.uid)
    assert [change.value for change in changes if change.column_key == "ck"] == [9, 8]


def test_a_grid_is_saved_whole_or_not_at_all(session: Session, world: World) -> None:
    book, teacher = opened(session, world), world.actor(session, "teacher")
    one, two = world.pupil.uid, world.classmate.uid
    with pytest.raises(Invalid) as caught:
        service.save_grid(
            session,
            teacher,
            book.uid,
            {(one, "tx1"): Change("8,5", ""), (two, "tx1"): Change("85", ""), (two, "tx2"): Change("x", "")},
            at=NOON,
        )
    assert set(caught.value.fields) == {f"{two}:tx1", f"{two}:tx2"}
    assert caught.value.fields[f"{two}:tx1"][0].params["meant"] == "8,5"
    assert session.scalars(select(Mark)).all() == []
    saved = service.save_grid(
        session,
        teacher,
        book.uid,
        {
            (one, "tx1"): Change("8,5", ""),
            (one, "nx"): Change("Nắm chắc  hằng đẳng thức", ""),
            (two, "tx1"): Change("p", ""),
        },
        at=NOON,
    )
    assert (saved.marks, saved.comments) == (2, 1)
    grid = service.grid_of(session, book)
    assert grid.row(one).comment == "Nắm chắc hằng đẳng thức"
    assert grid.row(two).cells["tx1"] == Cell(State.EXCUSED)


def test_a_stale_page_does_not_wipe_out_what_came_in_meanwhile(session: Session, world: World) -> None:
    book, teacher = opened(session, world), world.actor(session, "teacher")
    from_quiz(session, world, "7")
    untouched = {(world.pupil.uid, "tx1"): Change("", "")}
    assert service.save_grid(session, teacher, book.uid, untouched, at=LATER).marks == 0
    assert cell(session, book, world, "tx1").mark == 7
    with pytest.raises(Invalid, match="xem lại"):
        service.save_grid(session, teacher, book.uid, {(world.pupil.uid, "tx1"): Change("5", "")}, at=LATER)


def test_a_pupil_of_another_class_is_not_in_the_grid(session: Session, world: World) -> None:
    book, teacher = opened(session, world), world.actor(session, "teacher")
    for pupil, key in ((world.other_pupil.uid, "tx1"), (world.outsider_pupil.uid, "tx1"), (world.pupil.uid, "tx5")):
        with pytest.raises(NotFound):
            service.save_grid(session, teacher, book.uid, {(pupil, key): Change("8", "")}, at=NOON)


def test_others_do_not_write(session: Session, world: World) -> None:
    book = opened(session, world)
    for persona, error in (
        ("leader", Forbidden),
        ("subject_head", Forbidden),
        ("colleague", NotFound),
        ("pupil", NotFound),
    ):
        with pytest.raises(error):
            service.save_grid(
                session, world.actor(session, persona), book.uid, {(world.pupil.uid, "tx1"): Change("8", "")}, at=NOON
            )


def test_a_quiz_writes_rounds_once_and_follows_its_regrade(session: Session, world: World) -> None:
    book = opened(session, world)
    assert from_quiz(session, world, "6.35").written == 1
    assert cell(session, book, world, "tx1").mark == Decimal("6.4")
    assert from_quiz(session, world, "6.35").same == 1
    assert from_quiz(session, world, "8").written == 1
    row = service.grid_of(session, book).row(world.pupil.uid)
    assert (row.cells["tx1"].mark, row.sources["tx1"]) == (Decimal("8.0"), "quiz-1")


def test_a_quiz_leaves_what_a_person_or_another_quiz_wrote(session: Session, world: World) -> None:
    book = opened(session, world)
    fill(session, world, book, "pupil", tx1="5")
    assert from_quiz(session, world, "9").kept == (world.pupil.id,)
    assert cell(session, book, world, "tx1").mark == 5
    from_quiz(session, world, "7", column="tx2")
    assert from_quiz(session, world, "9", quiz="quiz-2", column="tx2").kept == (world.pupil.id,)


def test_a_quiz_fills_a_cell_that_waits_for_a_make_up(session: Session, world: World) -> None:
    book, teacher = opened(session, world), world.actor(session, "teacher")
    service.set_mark(session, teacher, book.uid, world.pupil.uid, "tx1", Cell(State.MAKE_UP), at=NOON)
    assert from_quiz(session, world, "7").written == 1
    service.set_zero_by_rule(session, teacher, book.uid, world.pupil.uid, "tx2", "Bỏ kiểm tra bù", at=NOON)
    assert from_quiz(session, world, "7", column="tx2").kept == (world.pupil.id,)


def test_a_pupil_whose_hand_in_releases_is_not_named_as_the_giver(session: Session, world: World) -> None:
    opened(session, world)
    from_quiz(session, world, "7", by="pupil")
    assert session.scalars(select(MarkChange.by_id)).all() == [None]
    from_quiz(session, world, "8")
    assert session.scalars(select(MarkChange.by_id)).all() == [None, world.teacher.id]


def test_bonus_and_deduction_end_at_the_ends_of_the_scale(session: Session, world: World) -> None:
    book = opened(session, world)
    for points, mark in (("12", 10), ("-1", 0)):
        assert from_quiz(session, world, points).written == 1
        assert cell(session, book, world, "tx1").mark == mark


def test_a_quiz_opens_gradebook_and_column(session: Session, world: World) -> None:
    received = from_quiz(session, world, "7", column="tx5")
    book = session.scalars(select(Gradebook)).one()
    assert (received.book_uid, received.written, book.regular) == (book.uid, 1, 5)


def test_columns_open_and_close_within_the_rules(session: Session, world: World) -> None:
    book, teacher = opened(session, world), world.actor(session, "teacher")
    assert service.set_columns(session, teacher, book.uid, 5).regular == 5
    fill(session, world, book, "pupil", tx5="9")
    with pytest.raises(Conflict):
        service.set_columns(session, teacher, book.uid, 4)
    for count in (3, 6):
        with pytest.raises(Invalid):
            service.set_columns(session, teacher, book.uid, count)


def test_pupils_and_parents_see_published_columns_only(session: Session, world: World) -> None:
    book, teacher = opened(session, world), world.actor(session, "teacher")
    fill(session, world, book, "pupil", tx1="8", tx2="9", tx3="7", tx4="8", gk="7.5", ck="8")
    pupil, parent = world.actor(session, "pupil"), world.actor(session, "parent")
    assert service.own_marks(session, pupil, world.semester) == []
    service.publish(session, teacher, book.uid, ["tx1", "gk"], at=NOON)
    (own,) = service.own_marks(session, pupil, world.semester)
    assert [(column.key, cell.mark) for column, cell in own.columns] == [("tx1", 8), ("gk", Decimal("7.5"))]
    assert own.result.average is None
    service.publish(session, teacher, book.uid, ["tx2", "tx3", "tx4", "ck"], at=NOON)
    child, (seen,) = service.marks_of_child(session, parent, world.pupil.uid, world.semester)
    assert (child.id, seen.result.average) == (world.pupil.id, Decimal("7.9"))
    service.withdraw(session, teacher, book.uid, ["ck"])
    assert service.own_marks(session, pupil, world.semester)[0].result.average is None
    with pytest.raises(NotFound):
        service.marks_of_child(session, parent, world.classmate.uid, world.semester)
    with pytest.raises(Forbidden):
        service.own_marks(session, teacher, world.semester)


def test_locking_stops_every_writing_and_two_people_unlock(session: Session, world: World) -> None:
    book, teacher = opened(session, world), world.actor(session, "teacher")
    leader = world.actor(session, "leader")
    with pytest.raises(Forbidden):
        service.lock(session, teacher, book.uid, at=NOON)
    service.lock(session, leader, book.uid, at=NOON)
    with pytest.raises(Conflict):
        service.lock(session, leader, book.uid, at=NOON)
    with pytest.raises(Conflict):
        fill(session, world, book, "pupil", tx1="8")
    assert from_quiz(session, world, "7").kept == (world.pupil.id,)
    with pytest.raises(Conflict):
        service.publish(session, teacher, book.uid, ["tx1"], at=NOON)
    with pytest.raises(Conflict):
        service.unlock(session, leader, book.uid)
    with pytest.raises(Invalid):
        service.ask_unlock(session, teacher, book.uid, "  ")
    service.ask_unlock(session, leader, book.uid, "Nhập nhầm cột giữa kì")
    with pytest.raises(Forbidden, match="không tự mở"):
        service.unlock(session, leader, book.uid)
    service.ask_unlock(session, teacher, book.uid, "Nhập nhầm cột giữa kì")
    with pytest.raises(Forbidden):
        service.unlock(session, teacher, book.uid)
    service.unlock(session, leader, book.uid)
    fill(session, world, book, "pupil", tx1="8")


def test_the_year_is_reckoned_on_the_second_semesters_page(session: Session, world: World) -> None:
    full = {"tx1": "8", "tx2": "8", "tx3": "8", "tx4": "8", "gk": "8", "ck": "8"}
    fill(session, world, opened(session, world), "pupil", **full)
    second = opened(session, world, semester=2)
    fill(session, world, second, "pupil", **{**full, "ck": "10"})
    row = service.grid_of(session, second).row(world.pupil.uid)
    assert (row.result.average, row.year_average) == (Decimal("8.7"), Decimal("8.5"))


def test_every_act_leaves_an_entry_and_the_chain_holds(session: Session, world: World) -> None:
    book, teacher = opened(session, world), world.actor(session, "teacher")
    fill(session, world, book, "pupil", tx1="8")
    from_quiz(session, world, "7", column="tx2")
    service.publish(session, teacher, book.uid, ["tx1"], at=NOON)
    service.export_csv(session, teacher, book.uid)
    service.lock(session, world.actor(session, "leader"), book.uid, at=NOON)
    session.flush()
    audit._chain(session)
    kinds = session.scalars(
        select(audit.AuditEntry.kind).where(audit.AuditEntry.subject_uid == book.uid).order_by(audit.AuditEntry.seq)
    ).all()
    assert list(kinds) == [
        f"gradebook.{kind}"
        for kind in ("opened", "marks_typed", "quiz_marks_received", "published", "exported", "locked")
    ]
    assert audit.verify(session, world.school.id).holds
    assert session.scalars(select(MarkChange)).all()
