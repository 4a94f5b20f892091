"""The figures of single questions: the page that draws them, the file of all, each form beside the others."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Sequence
from datetime import date
from fractions import Fraction

import pytest
from flask.testing import FlaskClient
from sqlalchemy.orm import Session
from werkzeug.datastructures import MultiDict

from lms.base import db
from lms.base.errors import Conflict, NotFound
from lms.base.permissions import Role
from lms.quizzes.models import Quiz
from lms.quizzes.service import releasing, taking
from lms.quizzes.service.item_statistics import FormShare, ItemStatistics, item_statistics, quiz_statistics
from lms.school.models import Enrolment
from lms.school.service import load_actor
from question_bank.analysis.domain.flags import Flag
from tests.factories import NOON, World, make_user
from tests.lms.quizzes import factories
from tests.question_bank.items import samples

SignIn = Callable[[str], FlaskClient]


def taken(session: Session, world: World, papers: Sequence[Sequence[str]], form_count: int = 1) -> Quiz:
    """A closed quiz of as many choices (the key is b) as each paper has letters; a pupil of 8A2 for each paper."""
    drafts = [samples.choice(f"<p>Câu {number}</p>") for number in range(len(papers[0]))]
    quiz = factories.published(session, world, drafts, form_count=form_count)
    for place, letters in enumerate(papers):
        pupil = make_user(session, world.school, f"hs.{place}", f"Trần Thị Số {place}", Role.PUPIL)
        session.add(
            Enrolment(
                school_id=world.school.id, class_id=world.class_8a2.id, pupil_id=pupil.id, from_on=date(2026, 9, 5)
            )
        )
        session.flush()
        actor = load_actor(session, pupil)
        attempt = taking.begin(session, actor, quiz.uid, device=factories.DEVICE, at=NOON).attempt
        typed = MultiDict({f"q{number}-choice": letter for number, letter in enumerate(letters, 1) if letter != "-"})
        taking.save_plain(session, actor, attempt.uid, typed, device=factories.DEVICE, at=NOON)
        taking.hand_in(session, actor, attempt.uid, at=NOON)
    return releasing.end_now(session, world.actor(session, "teacher"), quiz.uid, at=NOON)


def wrong_key(papers: int) -> list[str]:
    """The first question is answered "b" by the weak and "a" by the strong, who know the other four."""
    weak, strong = papers // 2, papers - papers // 2
    return ["b" + "acac"] * weak + ["a" + "bbbb"] * strong


def test_a_wrong_key_stands_first(session: Session, world: World) -> None:
    quiz = taken(session, world, wrong_key(12))
    found = quiz_statistics(session, world.actor(session, "teacher"), quiz.uid)
    first = found.results.rows[0]
    assert (first.findings[0].flag, first.findings[0].option, first.findings[0].sure) == (Flag.KEY_DOUBTFUL, "a", True)
    assert first.figures.discrimination == pytest.approx(-100)
    assert first.choices is not None
    chosen = {one.option: (one.count, one.rest) for one in first.choices.options}
    assert (chosen["a"], chosen["b"]) == ((6, Fraction(4)), (6, Fraction(0)))


def test_neighbours_follow_the_order_of_the_page(session: Session, world: World) -> None:
    quiz = taken(session, world, wrong_key(10))
    teacher = world.actor(session, "teacher")
    order = [row.item.version_uid for row in quiz_statistics(session, teacher, quiz.uid).results.rows]
    found = [item_statistics(session, teacher, quiz.uid, one) for one in order]
    assert [one.place for one in found] == [1, 2, 3, 4, 5]
    assert [one.after for one in found] == [*order[1:], ""]
    assert [one.before for one in found] == ["", *order[:-1]]
    with pytest.raises(NotFound):
        item_statistics(session, teacher, quiz.uid, quiz.uid)


def test_what_nobody_answered_yet(session: Session, world: World) -> None:
    quiz = factories.published(session, world, [samples.choice()])
    version = str(quiz.slots[0].version_uid)
    with pytest.raises(Conflict, match="chưa có bài nộp"):
        item_statistics(session, world.actor(session, "teacher"), quiz.uid, version)


def test_forms_on_which_a_question_differs() -> None:
    shares = [FormShare(code, "3", 12, Fraction(right, 12)) for code, right in (("101", 0), ("102", 4), ("103", 12))]
    found = ItemStatistics(Quiz(), None, shares, 1, 1, "", "")  # type: ignore[arg-type]
    assert found.unlike == [("101", "103"), ("102", "103")]


def test_a_question_by_form(session: Session, world: World) -> None:
    quiz = taken(session, world, ["bb", "bb", "ba", "aa"], form_count=2)
    found = quiz_statistics(session, world.actor(session, "teacher"), quiz.uid)
    for version, own in found.forms.items():
        assert sum(one.papers for one in own) == 4
        assert sum(one.papers * one.facility for one in own) == sum(found.results.marks[version].values())
        assert {one.label for one in own} <= {"1", "2"}


def test_the_page_says_and_draws_what_is_wrong(world: World, signed_in: SignIn) -> None:
    with db.transaction() as session:
        quiz = taken(session, world, wrong_key(12))
        uid = quiz.uid
        version = quiz_statistics(session, world.actor(session, "teacher"), uid).results.rows[0].item.version_uid
    client = signed_in("teacher")
    results = client.get(f"/quizzes/{uid}/results").text
    assert f"/quizzes/{uid}/results/{version}" in results
    assert "xem lại đáp án" in results
    page = client.get(f"/quizzes/{uid}/results/{version}").text
    assert (
        "Phương án A được học sinh giỏi chọn nhiều hơn đáp án: 4 em so với 0 em" not in page
    )  # six strong are one group
    assert "Phương án A được học sinh giỏi chọn nhiều hơn đáp án: 6 em so với 0 em trong nhóm 6 em khá nhất." in page
    assert 'aria-label="A: thấp 0 %; giữa 0 %; cao 100 %"' in page
    assert f"/quizzes/{uid}/regrades/new/{version}" in page
    assert ' style="' not in page


def test_a_small_group_says_so(world: World, signed_in: SignIn) -> None:
    with db.transaction() as session:
        quiz = taken(session, world, ["bb", "aa"])
        uid, version = quiz.uid, str(quiz.slots[0].version_uid)
    page = signed_in("teacher").get(f"/quizzes/{uid}/results/{version}").text
    assert "Mới có 2 bài, chưa đủ để nói gì về câu này" in page
    assert "chưa đủ để chia nhóm" in page
    assert "giữa 0 %" not in page


def test_the_file_of_all_questions(world: World, signed_in: SignIn) -> None:
    with db.transaction() as session:
        uid = taken(session, world, wrong_key(12)).uid
    answer = signed_in("teacher").get(f"/quizzes/{uid}/results/questions.csv")
    assert answer.headers["Cache-Control"] == "no-store"
    first, *rest = csv.DictReader(io.StringIO(answer.data.decode("utf-8-sig")))
    assert len(rest) == 4
    assert (first["Lời dẫn"], first["Bài làm"], first["Độ khó"], first["Độ phân biệt"]) == (
        "Câu 0", "12", "0.5", "'-100.000000",
    )  # fmt: skip
    assert (first["Đáp án"], first["Chọn A"], first["Chọn B"]) == ("B", "6", "6")
    assert first["Nên xem lại"].startswith("Phương án A được học sinh giỏi chọn nhiều hơn đáp án")


@pytest.mark.parametrize("papers", [2, 4])
def test_more_papers_cost_no_more_questions(world: World, queries: list[str], papers: int) -> None:
    with db.transaction() as session:
        quiz = taken(session, world, ["bb"] * papers)
        uid, version = quiz.uid, str(quiz.slots[0].version_uid)
    with db.open_session(writes=False) as session:
        teacher = world.actor(session, "teacher")
        queries.clear()
        item_statistics(session, teacher, uid, version)
    assert len(queries) == 7
