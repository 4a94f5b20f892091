"""Rubrics and kept comments: exact sums, one scale for all, one click."""

from __future__ import annotations

import re
from fractions import Fraction

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from lms.base import db
from lms.base.errors import Conflict, Forbidden, Invalid, NotFound
from lms.quizzes.domain.rubrics import Criterion, Level, Rubric, stored, suggested, typed_criterion
from lms.quizzes.models import Attempt, EssayMark, MarkGiven, Quiz
from lms.quizzes.service import comment_bank, marking
from lms.quizzes.service.rubrics import find_rubric, open_rubric, save_rubric
from lms.quizzes.service.sheets import open_sheet
from tests.factories import NOON, World
from tests.lms.quizzes.test_marking import LATER, SignIn, desk_of, essays, in_use, version_of

TWO = (
    Criterion("Nội dung", (Level(Fraction(0)), Level(Fraction(1, 4), "Thiếu ý"), Level(Fraction(3, 5), "Đủ ý"))),
    Criterion("Diễn đạt", (Level(Fraction(0), "Khó hiểu"), Level(Fraction(2, 5), "Trôi chảy"))),
)


def test_points_of_levels_are_exact() -> None:
    rubric = Rubric(TWO)
    assert rubric.total == 1
    assert rubric.points_of([1, 1], Fraction(1)) == Fraction(13, 20)
    assert rubric.points_of([1, 1], Fraction(3)) == Fraction(39, 20)
    assert stored(rubric.document()) == rubric


@pytest.mark.parametrize("chosen", [[], [1], [None, 1], [1, 2], [-1, 0]])
def test_every_criterion_needs_a_level_of_its_own(chosen: list[int | None]) -> None:
    with pytest.raises(Invalid):
        Rubric(TWO).points_of(chosen, Fraction(1))


def test_levels_are_typed_a_line_each() -> None:
    found = typed_criterion("  Mở  bài ", "0,5 đ: Nêu rõ\n0,25 - Có nêu\n")
    assert found == Criterion(
        "Mở bài", (Level(Fraction(0)), Level(Fraction(1, 4), "Có nêu"), Level(Fraction(1, 2), "Nêu rõ"))
    )


@pytest.mark.parametrize(
    ("name", "lines"),
    [("", "1 Tốt"), ("Ý", "Tốt"), ("Ý", "1 Tốt\n1,0 Khá"), ("Ý", ""), ("Ý", "\n".join(map(str, range(1, 11))))],
)
def test_what_is_no_criterion_is_refused(name: str, lines: str) -> None:
    with pytest.raises(Invalid):
        typed_criterion(name, lines)


@pytest.mark.parametrize(
    ("guide", "worth", "most"),
    [
        ("Mở bài: 0,5 điểm\nThân bài: 1,5 điểm", "1", ["1/4", "3/4"]),
        ("- Nêu đúng khái niệm (1 đ).", "1/2", ["1/2"]),
        ("Ý một 1 điểm\nÝ hai 2 điểm", "1", None),  # thirds
        ("Bài đăng năm 2018, đủ ý.", "1", None),
    ],
)
def test_a_guide_suggests_criteria(guide: str, worth: str, most: list[str] | None) -> None:
    found = suggested(guide, Fraction(worth))
    assert (None if found is None else [str(one.most) for one in found.criteria]) == most


def with_rubric(session: Session, world: World) -> Quiz:
    quiz = essays(session, world)
    save_rubric(session, world.actor(session, "teacher"), quiz.uid, version_of(quiz), TWO, at=NOON)
    return quiz


def test_a_mark_by_levels_keeps_what_was_chosen(session: Session, world: World) -> None:
    quiz, teacher = with_rubric(session, world), world.actor(session, "teacher")
    sheet = desk_of(session, teacher, quiz).sheets[0]
    marking.mark_sheet(session, teacher, quiz.uid, version_of(quiz), sheet.uid, levels=[2, 0], seen=0, at=LATER)
    assert session.scalars(select(EssayMark)).one().points == Fraction(3, 5)
    kept = session.scalars(select(MarkGiven)).one().levels
    assert kept is not None
    assert [(one["name"], one["words"], one["points"], one["most"]) for one in kept] == [
        ("Nội dung", "Đủ ý", "3/5", "3/5"),
        ("Diễn đạt", "Khó hiểu", "0", "2/5"),
    ]
    assert open_sheet(session, desk_of(session, teacher, quiz), sheet).chosen == [2, 0]


def test_points_alone_do_not_pass_by_a_rubric(session: Session, world: World) -> None:
    quiz, teacher = with_rubric(session, world), world.actor(session, "teacher")
    sheet = desk_of(session, teacher, quiz).sheets[0]
    with pytest.raises(Invalid):
        marking.mark_sheet(
            session, teacher, quiz.uid, version_of(quiz), sheet.uid, points=Fraction(1), seen=0, at=LATER
        )
    with pytest.raises(Invalid):
        marking.give_points(session, teacher, quiz.uid, sheet.attempt_uid, sheet.slot, points=Fraction(1), at=LATER)


def test_the_scale_is_fixed_by_the_first_mark(session: Session, world: World) -> None:
    quiz, teacher = with_rubric(session, world), world.actor(session, "teacher")
    version = version_of(quiz)
    assert not open_rubric(session, teacher, quiz.uid, version).fixed
    sheet = desk_of(session, teacher, quiz).sheets[0]
    marking.mark_sheet(session, teacher, quiz.uid, version, sheet.uid, levels=[2, 0], seen=0, at=LATER)
    assert open_rubric(session, teacher, quiz.uid, version).fixed
    with pytest.raises(Conflict):
        save_rubric(session, teacher, quiz.uid, version, [], at=LATER)
    assert find_rubric(session, quiz, version) == Rubric(TWO)


def test_the_best_levels_sum_up_to_the_worth(session: Session, world: World) -> None:
    quiz, teacher = essays(session, world), world.actor(session, "teacher")
    with pytest.raises(Invalid, match="0,6"):
        save_rubric(session, teacher, quiz.uid, version_of(quiz), TWO[:1], at=NOON)
    assert find_rubric(session, quiz, version_of(quiz)) is None


def test_others_have_no_say_in_the_scale(session: Session, world: World) -> None:
    quiz = essays(session, world)
    for who, refusal in (("pupil", Forbidden), ("subject_head", Forbidden), ("colleague", NotFound)):
        with pytest.raises(refusal):
            save_rubric(session, world.actor(session, who), quiz.uid, version_of(quiz), TWO, at=NOON)
    with pytest.raises(NotFound):
        open_rubric(session, world.actor(session, "teacher"), quiz.uid, "0" * 36)


def test_comments_are_kept_once_and_are_ones_own(session: Session, world: World) -> None:
    quiz, teacher = essays(session, world), world.actor(session, "teacher")
    first = comment_bank.save_comment(session, teacher, quiz.uid, " Dẫn chứng tốt. ", at=NOON)
    assert comment_bank.save_comment(session, teacher, quiz.uid, "Dẫn chứng tốt.", at=NOON) is first
    comment_bank.save_comment(session, teacher, quiz.uid, "Bài gọn.", at=NOON)
    assert [one.text for one in comment_bank.list_comments(session, teacher, quiz)] == ["Bài gọn.", "Dẫn chứng tốt."]
    assert comment_bank.list_comments(session, world.actor(session, "colleague"), quiz) == []
    comment_bank.drop_comment(session, teacher, quiz.uid, first.uid)
    with pytest.raises(NotFound):
        comment_bank.get_comment(session, teacher, quiz.uid, first.uid)
    with pytest.raises(Invalid):
        comment_bank.save_comment(session, teacher, quiz.uid, " ", at=NOON)


def test_a_rubric_is_written_and_marked_by(app: Flask, world: World, signed_in: SignIn) -> None:
    desk, quiz, (first, second) = in_use(world)
    teacher = signed_in("teacher")
    page = teacher.get(f"{desk}/rubric").text
    assert "Gợi ý từ hướng dẫn chấm." in page
    assert 'value="Mở bài"' in page
    wrong = teacher.post(f"{desk}/rubric", data={"name-0": "Mở bài", "levels-0": "tốt", "name-1": "Thân bài"})
    assert wrong.status_code == 422
    assert "chưa bắt đầu bằng số điểm" in wrong.text
    form = {"name-0": "Mở bài", "levels-0": "0,25 Có\n0 Không", "name-3": "Thân bài", "levels-3": "0,75 Đủ"}
    assert teacher.post(f"{desk}/rubric", data=form).status_code == 303
    assert "chấm theo 2 tiêu chí" in teacher.get(f"/quizzes/{quiz}/marking").text
    levels = {"sheet": first, "seen": "0", "criteria": "2", "level-0": "1"}
    unfinished = teacher.post(desk, data={**levels, "comment": "Lời vừa gõ."})
    assert unfinished.status_code == 422
    assert "Hãy chọn mức cho tiêu chí “Thân bài”." in unfinished.text
    assert len(re.findall(r'name="level-0" value="1"[^>]* checked', unfinished.text)) == 1
    saved = teacher.post(desk, data={**levels, "level-1": "1"})
    assert f"sheet={second}" in saved.location
    assert "1 điểm" in teacher.get(f"{desk}?sheet={first}").text
    assert teacher.post(f"{desk}/rubric", data=form).status_code == 409
    assert "thang không đổi được nữa" in teacher.get(f"{desk}/rubric").text


def test_a_comment_is_kept_and_used_without_scripts(app: Flask, world: World, signed_in: SignIn) -> None:
    desk, quiz, (first, _second) = in_use(world)
    teacher = signed_in("teacher")
    form = {"sheet": first, "seen": "0", "points": "0,5", "comment": "Dẫn chứng gần gũi."}
    kept = teacher.post(f"{desk}/comments", data=form)
    assert kept.status_code == 200
    assert 'value="0,5"' in kept.text
    with db.transaction() as session:
        actor = world.actor(session, "teacher")
        found = session.scalars(select(Quiz).where(Quiz.uid == quiz)).one()
        uid = comment_bank.list_comments(session, actor, found)[0].uid
        assert session.scalars(select(MarkGiven)).all() == []
    used = teacher.post(f"{desk}/comments", data={**form, "comment": "Mở bài hay.", "use": uid})
    assert "Mở bài hay.\nDẫn chứng gần gũi.</textarea>" in used.text
    assert teacher.post(f"{desk}/comments", data={**form, "drop": uid}).text.count("Dẫn chứng gần gũi.") == 1
    assert teacher.post(f"{desk}/comments", data={**form, "comment": " "}).status_code == 422


def test_the_page_of_an_attempt_leads_to_the_sheet(app: Flask, world: World, signed_in: SignIn) -> None:
    desk, quiz, (first, _second) = in_use(world)
    with db.transaction() as session:
        found = session.scalars(select(Quiz).where(Quiz.uid == quiz)).one()
        attempt = session.scalars(select(Attempt.uid).where(Attempt.quiz_id == found.id).order_by(Attempt.id)).first()
    teacher = signed_in("teacher")
    assert f"{attempt}/slots/1" in teacher.get(f"/quizzes/{quiz}/attempts/{attempt}").text
    with db.transaction() as session:
        found = session.scalars(select(Quiz).where(Quiz.uid == quiz)).one()
        save_rubric(session, world.actor(session, "teacher"), quiz, version_of(found), TWO, at=found.created_at)
    page = teacher.get(f"/quizzes/{quiz}/attempts/{attempt}").text
    assert f"{attempt}/slots/1" not in page  # points alone would be refused there
    assert f'href="{desk}?sheet={first}"' in page
    assert f'name="sheet" value="{first}"' in teacher.get(f"{desk}?sheet={first}").text
