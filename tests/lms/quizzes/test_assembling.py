from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from fractions import Fraction

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from lms.base import clock, db
from lms.base.errors import Invalid, NotFound
from lms.base.permissions import Actor
from lms.quizzes.models import Form, Quiz
from lms.quizzes.service import assembling, building
from lms.quizzes.service.assembling import Asked
from question_bank.assembly.domain.specification import Part, PartKind, Row, Specification
from question_bank.assembly.service import specifications
from question_bank.items.domain import ItemDraft
from question_bank.items.service import reviewing, writing
from question_bank.items.tagging import Tags
from tests.factories import World
from tests.question_bank.items import samples

SignedIn = Callable[[str], FlaskClient]
APART = Asked(forms=2, sets=2, months=6)


def fill_bank(
    session: Session, world: World, drafts: dict[str, list[ItemDraft]], *, topic: str = "Đa thức"
) -> list[str]:
    """Put approved questions of levels into the maths bank of grade 8; give their versions."""
    teacher, head, at = world.actor(session, "teacher"), world.actor(session, "subject_head"), clock.now()
    tagged = [(draft, Tags(8, topic, level, (), Fraction(1))) for level, own in drafts.items() for draft in own]
    items = writing.new_items(session, teacher, world.maths.id, tagged, at=at)
    versions = [item.versions[0].uid for item in items]
    writing.submit(session, teacher, versions, at=at)
    reviewing.approve(session, head, versions, at=at)
    return versions


def choices(count: int, word: str) -> list[ItemDraft]:
    """Questions that differ by more than their numbers."""
    letters = "abcdefghijklmnopqrstuvwxyz"
    return [samples.choice(f"<p>Câu hỏi {word} về {letters[n] * 6} trong đa thức</p>") for n in range(count)]


@pytest.fixture
def kept(world: World) -> str:
    """A matrix of three choices and a bank that holds them for two forms."""
    parts = (Part(PartKind.CHOICE, (Fraction(1, 4),) * 3),)
    specification = Specification("three", parts, (Row("Đa thức", "", ((2, 1, 0),), ("",) * 3),))
    with db.transaction() as session:
        fill_bank(session, world, {"NB": choices(4, "biết"), "TH": choices(2, "hiểu")})
        teacher, about = world.actor(session, "teacher"), specifications.About("Giữa học kì I", 8, 45)
        return specifications.begin(session, teacher, world.maths, about, specification, at=clock.now()).uid


def made(session: Session, world: World, kept: str, asked: Asked = APART) -> assembling.Made:
    teacher = world.actor(session, "teacher")
    return assembling.assemble_quiz(session, teacher, kept, world.course.uid, asked, at=clock.now())


def given_out(session: Session, actor: Actor, quiz: Quiz) -> list[list[str]]:
    """Publish; the versions of each form."""
    quiz.opens_at, quiz.closes_at = clock.now(), clock.now() + timedelta(days=1)
    building.publish(session, actor, quiz.uid, at=clock.now())
    forms = session.scalars(select(Form).where(Form.quiz_id == quiz.id).order_by(Form.id))
    return [[slot["version"] for slot in form.document] for form in forms]


def test_each_form_has_questions_of_its_own(session: Session, world: World, kept: str) -> None:
    quiz = made(session, world, kept).quiz
    assert quiz is not None
    assert (quiz.title, quiz.duration_seconds, quiz.form_count, quiz.state) == ("Giữa học kì I", 2700, 2, "draft")
    forms = given_out(session, world.actor(session, "teacher"), quiz)
    assert [len(form) for form in forms] == [3, 3]
    assert set(forms[0]) & set(forms[1]) == set()
    compared = assembling.compare(session, world.actor(session, "teacher"), quiz.uid)
    assert compared.keeps
    assert [form.code for form in compared.forms] == ["101", "102"]
    assert compared.spread.points == 0
    assert round(compared.forms[0].expected.points, 4) == round(0.25 * (0.8 + 0.8 + 0.65), 4)


def test_one_set_of_questions_in_several_orders(session: Session, world: World, kept: str) -> None:
    quiz = made(session, world, kept, Asked(forms=3, sets=1)).quiz
    assert quiz is not None
    forms = given_out(session, world.actor(session, "teacher"), quiz)
    assert len(forms) == 3
    assert len({frozenset(form) for form in forms}) == 1


def test_common_questions_stand_in_every_form(session: Session, world: World, kept: str) -> None:
    quiz = made(session, world, kept, Asked(forms=3, sets=3, common=1, points=Fraction(1))).quiz
    assert quiz is None  # four easy questions do not make three times two, one of them common
    quiz = made(session, world, kept, Asked(forms=2, sets=2, common=1, points=Fraction(1))).quiz
    assert quiz is not None
    forms = given_out(session, world.actor(session, "teacher"), quiz)
    assert len(set(forms[0]) & set(forms[1])) == 1


def test_what_pupils_got_of_late_is_not_taken_again(session: Session, world: World, kept: str) -> None:
    quiz = made(session, world, kept).quiz
    assert quiz is not None
    given_out(session, world.actor(session, "teacher"), quiz)
    again = made(session, world, kept)
    assert again.quiz is None
    assert [(one.missing, one.wanted) for one in again.found.shortages] == [(4, 4), (2, 2)]
    assert made(session, world, kept, Asked(forms=2, sets=2, months=0)).quiz is not None


def test_a_change_by_hand_is_shown_at_its_cell(session: Session, world: World, kept: str) -> None:
    teacher = world.actor(session, "teacher")
    quiz = made(session, world, kept).quiz
    assert quiz is not None
    extra = fill_bank(session, world, {"VD": choices(1, "vận dụng")})
    building.remove_slot(session, teacher, quiz.uid, quiz.slots[0].uid)
    building.add_questions(session, teacher, quiz.uid, extra)
    compared = assembling.compare(session, teacher, quiz.uid)
    assert not compared.keeps
    assert [form.outside for form in compared.forms] == [1, 1]
    [place] = [place for place in compared.specification.places() if compared.amiss(place)]
    assert (place.part, place.level) == (0, 0)
    assert compared.amiss(place) == [("101", 1), ("102", 1)]


def test_a_chosen_question_is_not_added_twice(session: Session, world: World, kept: str) -> None:
    teacher = world.actor(session, "teacher")
    quiz = made(session, world, kept).quiz
    assert quiz is not None
    held = [version for slot in quiz.slots for version in slot.chosen]
    building.add_questions(session, teacher, quiz.uid, held)
    assert len(quiz.slots) == 3


@pytest.mark.parametrize(
    "asked",
    [Asked(forms=0, sets=0), Asked(forms=13, sets=13), Asked(common=-1), Asked(months=37), Asked(points=Fraction(0))],
)
def test_what_cannot_be_asked_is_refused(session: Session, world: World, kept: str, asked: Asked) -> None:
    with pytest.raises(Invalid):
        made(session, world, kept, asked)


def test_a_quiz_made_by_hand_has_no_matrix(session: Session, world: World) -> None:
    teacher = world.actor(session, "teacher")
    quiz = building.create_quiz(
        session, teacher, session.merge(world.course), building.QuizSettings("Bài"), at=clock.now()
    )
    with pytest.raises(NotFound):
        assembling.compare(session, teacher, quiz.uid)


def test_from_the_matrix_to_the_forms_on_pages(signed_in: SignedIn, world: World, kept: str) -> None:
    client = signed_in("teacher")
    assert f"/quizzes/assemble/{kept}" in client.get(f"/bank/specifications/{kept}").text
    place, asked = (
        f"/quizzes/assemble/{kept}",
        {"course": world.course.uid, "forms": "2", "points": "0,2", "months": "6"},
    )
    assert "Ghép đề" in client.get(place).text
    answer = client.post(place, data=asked)
    assert answer.status_code == 303
    page = client.get(answer.headers["Location"]).text
    assert "Mọi mã đề khớp ma trận ở từng ô." in page
    assert "Mã đề 102" in page
    edit = answer.headers["Location"].replace("/matrix", "/edit")
    assert client.get(edit).text.count("mỗi mã đề một câu") == 3
    preview = edit.replace("/edit", "/preview")
    assert client.get(f"{preview}?form=101").text != client.get(f"{preview}?form=102").text


def test_missing_questions_are_named_with_a_way_to_write_them(signed_in: SignedIn, world: World, kept: str) -> None:
    data = {"course": world.course.uid, "forms": "4", "points": "0,2", "months": "0"}
    answer = signed_in("teacher").post(f"/quizzes/assemble/{kept}", data=data)
    assert answer.status_code == 422
    assert "Thiếu 4 câu Biết, Nhiều lựa chọn, chủ đề Đa thức (cần 8)." in answer.text
    assert "Thiếu 2 câu Hiểu, Nhiều lựa chọn, chủ đề Đa thức (cần 4)." in answer.text
    assert f"/bank/new?subject={world.maths.uid}&amp;type=single_choice" in answer.text


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"forms": "bốn"}, "Hãy ghi một số nguyên."),
        ({"forms": "13"}, "Số mã đề từ 1 đến 12."),
        ({"points": "ít"}, "Hãy ghi số điểm, ví dụ 0,2."),
        ({"months": "99"}, "Số tháng từ 0 đến 36."),
    ],
)
def test_a_mistake_in_the_form_is_said(
    signed_in: SignedIn, world: World, kept: str, wrong: dict[str, str], said: str
) -> None:
    data = {"course": world.course.uid, "forms": "2", "points": "0,2", "months": "6"} | wrong
    answer = signed_in("teacher").post(f"/quizzes/assemble/{kept}", data=data)
    assert answer.status_code == 422
    assert said in answer.text
