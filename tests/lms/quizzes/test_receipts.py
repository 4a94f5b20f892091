"""A receipt typed by a teacher: whose paper it is, and whether the answers are still those."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select, update
from sqlalchemy.orm import Session
from werkzeug.datastructures import MultiDict

from lms.base import clock, db
from lms.base.errors import Forbidden, Invalid
from lms.quizzes.domain.receipts import typed_receipt
from lms.quizzes.models import Attempt, AttemptEvent, EventDecision, ResponseCurrent, Submission
from lms.quizzes.service import reopening, taking
from lms.quizzes.service.receipts import Verdict, check_receipt
from tests.factories import NOON, World
from tests.lms.quizzes import factories
from tests.question_bank.items import samples

SignIn = Callable[[str], FlaskClient]


@pytest.fixture
def receipt(session: Session, world: World) -> str:
    """Of a paper with one answer."""
    quiz = factories.published(session, world, [samples.choice()])
    attempt, pupil = factories.begun(session, world, quiz), world.actor(session, "pupil")
    taking.save_plain(session, pupil, attempt.uid, MultiDict({"q1-choice": "b"}), device=factories.DEVICE, at=NOON)
    return taking.hand_in(session, pupil, attempt.uid, at=NOON).receipt


@pytest.mark.parametrize(
    ("typed", "read"),
    [
        ("ABCDE-FGH23", "ABCDE-FGH23"),
        ("  abcdefgh23\n", "ABCDE-FGH23"),
        ("AB CDE – FG H23", "ABCDE-FGH23"),
        ("0BCDE-FGH18", "OBCDE-FGHIB"),
        ("ABCDE-FGH2", ""),
        ("ABCDE-FGH239", ""),
        ("ABCDE-FGH29", ""),
        ("", ""),
        ("Ấ" * 10, ""),
    ],
)
def test_how_people_type_a_receipt(typed: str, read: str) -> None:
    assert typed_receipt(typed) == read


def test_the_paper_of_a_receipt(session: Session, world: World, receipt: str) -> None:
    for who in ("teacher", "subject_head", "leader"):
        found = check_receipt(session, world.actor(session, who), receipt.lower().replace("-", " "))
        assert (found.verdict, found.answers) == (Verdict.SAME, 1)
        assert found.attempt.pupil_id == world.pupil.id


def test_who_is_told_nothing(session: Session, world: World, receipt: str) -> None:
    """A teacher of another class or school hears the same as of a code that nobody has."""
    said = set()
    for who, code in (("colleague", receipt), ("outsider", receipt), ("teacher", "AAAAA-AAAAA")):
        with pytest.raises(Invalid) as refused:
            check_receipt(session, world.actor(session, who), code)
        said.add(str(refused.value.message))
    assert len(said) == 1
    for who in ("pupil", "parent"):
        with pytest.raises(Forbidden):
            check_receipt(session, world.actor(session, who), receipt)


def test_answers_that_were_tampered_with(session: Session, world: World, receipt: str) -> None:
    """The answers that are marked are not what came from the pupil; and a receipt that fits no answer."""
    session.execute(update(ResponseCurrent).values(response={"choice": "a"}))
    assert check_receipt(session, world.actor(session, "teacher"), receipt).verdict is Verdict.CHANGED
    session.execute(update(Submission).values(receipt="AAAAA-AAAAA"))
    assert check_receipt(session, world.actor(session, "teacher"), "AAAAA-AAAAA").verdict is Verdict.CHANGED


def test_answers_that_were_decided_in_after_the_hand_in(session: Session, world: World, receipt: str) -> None:
    attempt = session.scalars(select(Attempt)).one()
    late = AttemptEvent(
        school_id=attempt.school_id,
        attempt_id=attempt.id,
        client_id="late",
        client_seq=10_000_000,
        slot=1,
        payload='{"choice":"a"}',
        client_mono_ms=1,
        standing="late",
        server_at=NOON,
    )
    session.add(late)
    session.flush()
    teacher = world.actor(session, "teacher")
    assert check_receipt(session, teacher, receipt).verdict is Verdict.SAME  # kept apart, it changes nothing
    session.add(
        EventDecision(
            event_id=late.id,
            school_id=attempt.school_id,
            attempt_id=attempt.id,
            counts=True,
            decided_by_id=world.teacher.id,
            decided_at=NOON,
        )
    )
    session.execute(update(ResponseCurrent).values(response={"choice": "a"}, event_id=late.id))
    session.flush()
    assert check_receipt(session, teacher, receipt).verdict is Verdict.ADDED


def test_the_receipt_of_a_hand_in_that_was_replaced(session: Session, world: World, receipt: str) -> None:
    attempt = session.scalars(select(Attempt)).one()
    teacher = world.actor(session, "teacher")
    at = NOON + timedelta(minutes=1)
    reopening.reopen(session, teacher, attempt.quiz.uid, attempt.uid, minutes=5, reason="Bấm nhầm", at=at)
    assert check_receipt(session, teacher, receipt).verdict is Verdict.REPLACED


def test_the_page_says_it(world: World, signed_in: SignIn) -> None:
    with db.transaction() as session:
        quiz = factories.published(session, world, [samples.choice()], at=clock.now())
        attempt = factories.begun(session, world, quiz, at=clock.now())
        code = taking.hand_in(session, world.actor(session, "pupil"), attempt.uid, at=clock.now()).receipt
    teacher = signed_in("teacher")
    assert teacher.get("/receipts").status_code == 200
    page = teacher.post("/receipts", data={"code": code})
    assert "câu trả lời còn nguyên" in page.text
    assert world.pupil.full_name in page.text
    wrong = teacher.post("/receipts", data={"code": "QQQQQ-QQQQQ"})
    assert wrong.status_code == 422
    assert "Không có bài nào" in wrong.text
