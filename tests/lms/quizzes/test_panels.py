"""Marking without names and in two independent rounds: who sees what, what counts, who decides."""

from __future__ import annotations

import re
from datetime import timedelta
from fractions import Fraction

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.datastructures import MultiDict

from lms.base import clock, db
from lms.base.errors import Conflict, Forbidden, Invalid, NotFound
from lms.quizzes.domain.rounds import Round, SettledBy, settled
from lms.quizzes.domain.states import ReleasePolicy
from lms.quizzes.models import AttemptScore, EssayMark, ItemScore, MarkGiven, MarkingRules, Quiz, TeacherComment
from lms.quizzes.service import marking, panels, releasing, reopening, reviewing, taking
from lms.quizzes.service.panels import MarkingWish
from lms.quizzes.service.sheets import Desk, Opened, open_sheet
from tests.factories import World
from tests.lms.quizzes import factories
from tests.lms.quizzes.test_marking import LATER, SignIn, desk_of, essays, version_of


@pytest.mark.parametrize(
    ("first", "second", "by", "want"),
    [
        ("1", "1/2", SettledBy.MEAN, "3/4"),
        ("1/3", "1/2", SettledBy.MEAN, "5/12"),
        ("1/3", "1/2", SettledBy.FIRST, "1/3"),
        ("1/3", "1/2", SettledBy.HIGHER, "1/2"),
        ("0", "501/1000", SettledBy.MEAN, None),
    ],
)
def test_two_marks_are_settled_exactly(first: str, second: str, by: SettledBy, want: str | None) -> None:
    found = settled(Fraction(first), Fraction(second), Fraction(1, 2), by)
    assert found == (None if want is None else Fraction(want))


def planned(session: Session, world: World, **wish: object) -> Quiz:
    quiz = essays(session, world)
    panels.save_plan(session, world.actor(session, "teacher"), quiz.uid, MarkingWish(**wish))  # type: ignore[arg-type]
    return quiz


def two_rounds(session: Session, world: World, **wish: object) -> Quiz:
    return planned(session, world, second_marker=world.colleague.uid, tolerance=Fraction(1, 4), **wish)


def give(
    session: Session, world: World, who: str, quiz: Quiz, points: str, *, place: int = 0, comment: str = ""
) -> None:
    actor = world.actor(session, who)
    desk = desk_of(session, actor, quiz)
    sheet = desk.sheets[0]
    seen = open_sheet(session, desk, sheet).seen
    marking.mark_sheet(
        session,
        actor,
        quiz.uid,
        version_of(quiz),
        sheet.uid,
        points=Fraction(points),
        comment=comment,
        seen=seen,
        at=LATER,
    )


def opened(session: Session, world: World, who: str, quiz: Quiz) -> tuple[Desk, Opened]:
    desk = desk_of(session, world.actor(session, who), quiz)
    return desk, open_sheet(session, desk, desk.sheets[0])


def counted(session: Session) -> list[Fraction]:
    return [mark.points for mark in session.scalars(select(EssayMark))]


def test_neither_round_sees_the_other(session: Session, world: World) -> None:
    quiz = two_rounds(session, world)
    give(session, world, "teacher", quiz, "1", comment="Lời của vòng một.")
    desk, sheet = opened(session, world, "colleague", quiz)
    assert (desk.panel.round, desk.waiting, desk.sheets[0].points) == (Round.SECOND, 2, None)
    assert (sheet.comment, sheet.history, sheet.others, sheet.seen) == ("", [], [], 0)
    assert counted(session) == []
    give(session, world, "colleague", quiz, "3/4", comment="Lời của vòng hai.")
    desk, sheet = opened(session, world, "teacher", quiz)
    assert (desk.sheets[0].points, sheet.comment, len(sheet.history)) == (1, "Lời của vòng một.", 1)
    assert session.scalars(select(TeacherComment.text)).all() == ["Lời của vòng một."]


def test_two_marks_near_each_other_count_as_their_rule_says(session: Session, world: World) -> None:
    quiz = two_rounds(session, world)
    give(session, world, "teacher", quiz, "1")
    give(session, world, "teacher", quiz, "9/10")  # until the other has spoken one may think again
    give(session, world, "colleague", quiz, "3/4")
    assert counted(session) == [Fraction(33, 40)]
    score = session.scalars(select(ItemScore).where(ItemScore.points.is_not(None))).one()
    assert score.points == Fraction(33, 40)
    assert session.scalars(select(AttemptScore.waiting).where(AttemptScore.attempt_id == score.attempt_id)).one() == 0
    for who in ("teacher", "colleague"):
        with pytest.raises(Conflict):
            give(session, world, who, quiz, "1/2")
    with pytest.raises(NotFound):  # nothing lies before who decides
        desk_of(session, world.actor(session, "subject_head"), quiz)


def test_a_third_person_decides_what_is_too_far_apart(session: Session, world: World) -> None:
    quiz = two_rounds(session, world)
    give(session, world, "teacher", quiz, "1", comment="Đủ ý.")
    give(session, world, "colleague", quiz, "1/2", comment="Thiếu dẫn chứng.")
    assert counted(session) == []
    desk, sheet = opened(session, world, "subject_head", quiz)
    assert [one.apart for one in desk.sheets] == [(1, Fraction(1, 2))]
    assert {(one.round, one.comment) for one in sheet.others} == {(1, "Đủ ý."), (2, "Thiếu dẫn chứng.")}
    give(session, world, "subject_head", quiz, "3/5")
    assert counted(session) == [Fraction(3, 5)]
    give(session, world, "subject_head", quiz, "7/10", comment="Thống nhất 0,7.")
    assert counted(session) == [Fraction(7, 10)]
    assert session.scalars(select(TeacherComment.text)).all() == ["Thống nhất 0,7."]
    rounds = session.scalars(select(MarkGiven.round).order_by(MarkGiven.id)).all()
    assert rounds == [Round.FIRST, Round.SECOND, Round.DECISION, Round.DECISION]


def test_who_was_named_decides_and_the_head_no_longer(session: Session, world: World) -> None:
    quiz = two_rounds(session, world, adjudicator=world.it_teacher.uid)
    give(session, world, "teacher", quiz, "1")
    give(session, world, "colleague", quiz, "0")
    with pytest.raises(Forbidden):
        desk_of(session, world.actor(session, "subject_head"), quiz)
    give(session, world, "it_teacher", quiz, "1/2")
    assert counted(session) == [Fraction(1, 2)]


def test_an_answer_written_anew_is_marked_anew_in_both_rounds(session: Session, world: World) -> None:
    quiz, pupil = two_rounds(session, world), world.actor(session, "pupil")
    for who in ("teacher", "colleague"):
        give(session, world, who, quiz, "1")
    attempt = desk_of(session, world.actor(session, "teacher"), quiz).sheets[0].attempt_uid
    anew = LATER + timedelta(minutes=1)
    teacher = world.actor(session, "teacher")
    reopening.reopen(session, teacher, quiz.uid, attempt, minutes=5, reason="Bấm nhầm", at=anew)
    written = MultiDict({"q1-text": "Bài khác hẳn."})
    taking.save_plain(session, pupil, attempt, written, device=factories.DEVICE, at=anew)
    taking.hand_in(session, pupil, attempt, at=anew)
    for who in ("teacher", "colleague"):
        sheet = desk_of(session, world.actor(session, who), quiz).sheets[0]
        assert (sheet.points, sheet.closed) == (None, False)
    score = session.scalars(select(ItemScore).where(ItemScore.attempt_id == sheet.attempt_id)).one()
    assert score.points is None


def test_no_way_leads_around_the_second_round(session: Session, world: World) -> None:
    quiz, teacher = two_rounds(session, world), world.actor(session, "teacher")
    sheet = desk_of(session, teacher, quiz).sheets[0]
    with pytest.raises(Conflict):
        marking.give_points(session, teacher, quiz.uid, sheet.attempt_uid, sheet.slot, points=Fraction(1), at=LATER)


def test_the_rounds_are_fixed_once_somebody_has_marked(session: Session, world: World) -> None:
    quiz, teacher = two_rounds(session, world), world.actor(session, "teacher")
    give(session, world, "teacher", quiz, "1")
    with pytest.raises(Conflict):
        panels.save_plan(session, teacher, quiz.uid, MarkingWish())
    same = MarkingWish(second_marker=world.colleague.uid, tolerance=Fraction(1, 4), adjudicator=world.it_teacher.uid)
    assert panels.save_plan(session, teacher, quiz.uid, same).adjudicator_id == world.it_teacher.id


@pytest.mark.parametrize(
    ("second", "decides"), [("teacher", ""), ("pupil", ""), ("outsider", ""), ("colleague", "colleague")]
)
def test_not_everybody_can_be_named(session: Session, world: World, second: str, decides: str) -> None:
    names = {"second_marker": getattr(world, second).uid, "adjudicator": getattr(world, decides).uid if decides else ""}
    with pytest.raises(Invalid):
        planned(session, world, **names)


def test_a_draft_is_shown_to_no_second_marker(session: Session, world: World) -> None:
    quiz = two_rounds(session, world)
    quiz.state = "draft"
    with pytest.raises(NotFound):
        panels.join_panel(session, world.actor(session, "colleague"), quiz.uid)
    assert panels.list_asked(session, world.actor(session, "colleague")) == []


def test_numbers_follow_no_list(session: Session, world: World) -> None:
    quiz, orders = planned(session, world, anonymous=True), set()
    rules = session.scalars(select(MarkingRules)).one()
    for secret in "abcdefgh":
        rules.secret = secret
        desk = desk_of(session, world.actor(session, "teacher"), quiz)
        assert [sheet.number for sheet in desk.sheets] == [1, 2]
        assert {sheet.name for sheet in desk.sheets} == {""}
        orders.add(tuple(sheet.attempt_id for sheet in desk.sheets))
    assert len(orders) == 2


def test_names_come_back_with_the_release(session: Session, world: World) -> None:
    quiz, teacher = planned(session, world, anonymous=True), world.actor(session, "teacher")
    attempt = desk_of(session, teacher, quiz).sheets[0].attempt_uid
    give(session, world, "teacher", quiz, "1")
    acts = [one for one in session.info["audit"] if one.kind in {"attempt.marked", "quiz.sheet_marked"}]
    assert [(one.kind, one.subject_uid) for one in acts] == [("quiz.sheet_marked", quiz.uid)]
    assert attempt not in str([one.detail for one in acts])
    with pytest.raises(Conflict):
        reviewing.teacher_review(session, teacher, quiz.uid, attempt, at=LATER)
    releasing.end_now(session, teacher, quiz.uid, at=LATER)
    releasing.release(session, teacher, quiz.uid, at=LATER)
    assert {sheet.name for sheet in desk_of(session, teacher, quiz).sheets} == {"Nguyễn Minh Anh", "Trần Gia Bình"}
    assert reviewing.teacher_review(session, teacher, quiz.uid, attempt, at=LATER).points == 1


def test_names_stay_hidden_only_where_a_person_releases(session: Session, world: World) -> None:
    quiz = essays(session, world, release_policy=ReleasePolicy.AFTER_HAND_IN)
    with pytest.raises(Invalid):
        panels.save_plan(session, world.actor(session, "teacher"), quiz.uid, MarkingWish(anonymous=True))


def test_no_page_of_marking_names_a_pupil(app: Flask, world: World, signed_in: SignIn) -> None:
    with db.transaction() as session:
        quiz = essays(session, world, clock.now())
        uid, desk = quiz.uid, f"/quizzes/{quiz.uid}/marking/{version_of(quiz)}"
        attempts = [sheet.attempt_uid for sheet in desk_of(session, world.actor(session, "teacher"), quiz).sheets]
    teacher = signed_in("teacher")
    rules = {"anonymous": "y", "tolerance": "0,5", "settled_by": "mean"}
    assert teacher.post(f"/quizzes/{uid}/marking-rules", data=rules).status_code == 303
    page = teacher.get(desk).text
    assert "Bài số 1" in page
    sheet = re.search(r'name="sheet" value="([0-9a-f]+)"', page)
    assert sheet
    saved = teacher.post(desk, data={"sheet": sheet[1], "seen": "0", "points": "1", "comment": "Gọn."})
    texts = [page, saved.location, teacher.get(saved.location).text, teacher.get(f"/quizzes/{uid}/marking").text]
    people = (world.pupil, world.classmate)
    for secret in (*attempts, *(one.uid for one in people), *(one.full_name for one in people)):
        assert not [text for text in texts if secret in text]
    for attempt in attempts:
        assert teacher.get(f"/quizzes/{uid}/attempts/{attempt}").status_code == 409
    table = teacher.get(f"/quizzes/{uid}/results").text
    assert table.count("chờ chấm</span>") == 2  # nothing tells which of them has been marked
    assert "10,0" not in table
    assert teacher.post(f"/quizzes/{uid}/end", data={"confirm": "kết thúc"}).status_code == 303
    assert teacher.post(f"/quizzes/{uid}/release").status_code == 303
    assert "10,0" in teacher.get(f"/quizzes/{uid}/results").text


def test_two_teachers_mark_and_the_head_decides(app: Flask, world: World, signed_in: SignIn) -> None:
    with db.transaction() as session:
        quiz = essays(session, world, clock.now())
        uid, desk = quiz.uid, f"/quizzes/{quiz.uid}/marking/{version_of(quiz)}"
    teacher, colleague, head = signed_in("teacher"), signed_in("colleague"), signed_in("subject_head")
    rules = {"second_marker": world.colleague.uid, "tolerance": "0,25", "settled_by": "mean"}
    assert colleague.get(desk).status_code == 404
    assert teacher.post(f"/quizzes/{uid}/marking-rules", data={**rules, "tolerance": "x"}).status_code == 422
    assert teacher.post(f"/quizzes/{uid}/marking-rules", data=rules).status_code == 303
    assert "Kiểm tra 45 phút" in colleague.get("/marking").text
    sheet = re.search(r'name="sheet" value="([0-9a-f]+)"', teacher.get(desk).text)
    assert sheet
    for client, points in ((teacher, "1"), (colleague, "0,5")):
        form = {"sheet": sheet[1], "seen": "0", "points": points, "comment": f"Cho {points}."}
        assert client.post(desk, data=form).status_code == 303
    assert "Vòng hai" in colleague.get(f"{desk}?sheet={sheet[1]}").text
    assert "Cho 1." not in colleague.get(f"{desk}?sheet={sheet[1]}").text
    page = head.get(desk).text
    assert "Cho 1." in page
    assert "Cho 0,5." in page
    decided = head.post(desk, data={"sheet": sheet[1], "seen": "0", "points": "0,75", "comment": ""})
    assert decided.status_code == 303
    with db.transaction() as session:
        assert counted(session) == [Fraction(3, 4)]
