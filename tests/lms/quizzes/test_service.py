"""Verbs of quizzes: starting, handing in, closing, marking, releasing; many at once on both databases."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from datetime import timedelta
from fractions import Fraction
from typing import Any

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from lms.app import load_models
from lms.base import audit, clock, db
from lms.base.errors import Conflict, Forbidden, Invalid, NotFound
from lms.base.permissions import Actor
from lms.gradebook.models import Mark
from lms.quizzes.domain.states import Counts, HandedInBy, QuizState, ReleasePolicy
from lms.quizzes.models import Attempt, AttemptScore, Form, Quiz, Release, ResponseCurrent, Submission
from lms.quizzes.service import building, closing, marking, releasing, reviewing, taking
from question_bank import api as bank
from tests import factories as people
from tests.factories import NOON, World
from tests.lms.quizzes import factories
from tests.lms.quizzes.factories import DEVICE
from tests.postgres import postgres_server, postgres_url
from tests.question_bank.items import samples

__all__ = ["postgres_server", "postgres_url"]
LATER = NOON + timedelta(minutes=30)


class Values(dict[str, list[str]]):
    """A form as werkzeug gives it."""

    def getlist(self, key: str) -> list[str]:
        return self.get(key, [])


def handed_in(session: Session, world: World, quiz: Quiz, fields: dict[str, str], who: str = "pupil") -> Attempt:
    attempt = factories.begun(session, world, quiz, who)
    actor = world.actor(session, who)
    values = Values({name: [value] for name, value in fields.items()})
    taking.save_plain(session, actor, attempt.uid, values, device=DEVICE, at=LATER)
    taking.hand_in(session, actor, attempt.uid, at=LATER)
    return attempt


def test_forms_are_frozen_without_keys(session: Session, world: World) -> None:
    quiz = factories.draft(session, world, shuffle_questions=True, shuffle_options=True, form_count=4)
    quiz.seed = 7  # another one might give all forms the same order by chance
    building.publish(session, world.actor(session, "teacher"), quiz.uid, at=NOON)
    forms = session.scalars(select(Form).where(Form.quiz_id == quiz.id)).all()
    assert [form.code for form in forms] == ["101", "102", "103", "104"]
    assert len({str([slot["version"] for slot in form.document]) for form in forms}) > 1
    for form in forms:
        assert {slot["version"] for slot in form.document} == {slot["version"] for slot in forms[0].document}
        text = str(form.document)
        for secret in ("weights", "accepted", "truths", "Mở bài", "hằng đẳng thức", "Ha Noi"):
            assert secret not in text
    orders = {str(bank.decode_body(slot["body"]).options) for form in forms for slot in form.document[:1]}
    assert len(orders) > 1


def test_a_quiz_without_chance_has_one_form(session: Session, world: World) -> None:
    quiz = factories.published(session, world)
    assert session.scalar(select(func.count()).select_from(Form).where(Form.quiz_id == quiz.id)) == 1


def test_a_draw_takes_other_questions_for_each_form(session: Session, world: World) -> None:
    drafts = [samples.choice(f"<p>Câu {number}</p>") for number in range(12)]
    factories.questions(session, world, drafts)
    quiz = factories.draft(session, world, [samples.essay()], form_count=6)
    teacher = world.actor(session, "teacher")
    rule = bank.DrawRule(subject_id=world.maths.id, count=3, types=(bank.ItemType.SINGLE_CHOICE,))
    building.add_draw(session, teacher, quiz.uid, rule, Fraction(1, 4))
    with pytest.raises(Invalid):
        building.add_draw(session, teacher, quiz.uid, bank.DrawRule(world.maths.id, count=99), Fraction(1))
    building.publish(session, teacher, quiz.uid, at=NOON)
    forms = session.scalars(select(Form).where(Form.quiz_id == quiz.id)).all()
    assert all(len(form.document) == 4 for form in forms)
    assert len({frozenset(slot["version"] for slot in form.document) for form in forms}) > 1


def test_a_foreign_question_cannot_be_put_in(session: Session, world: World) -> None:
    quiz = factories.draft(session, world, [samples.essay()])
    with pytest.raises(NotFound):
        building.add_questions(session, world.actor(session, "teacher"), quiz.uid, ["no-such-version"])
    with pytest.raises(NotFound):
        building.add_questions(session, world.actor(session, "outsider"), quiz.uid, [])


@pytest.mark.parametrize("what", ["opens_at", "nothing chosen", "over"])
def test_what_keeps_a_quiz_from_being_published(session: Session, world: World, what: str) -> None:
    teacher = world.actor(session, "teacher")
    if what == "opens_at":
        quiz = factories.draft(session, world, [samples.essay()], opens_at=None)
    else:
        quiz = factories.draft(session, world, [samples.essay()])
    if what == "nothing chosen":
        building.remove_slot(session, teacher, quiz.uid, quiz.slots[0].uid)
    at = NOON + timedelta(days=1) if what == "over" else NOON
    with pytest.raises(Invalid):
        building.publish(session, teacher, quiz.uid, at=at)
    assert quiz.state == QuizState.DRAFT


def test_right_answers_earn_everything_and_the_essay_waits(session: Session, world: World) -> None:
    quiz = factories.published(session, world)
    fields = {
        "q1-choice": "b",
        "q3-t-s": "true",
        "q5-text": "Hà Nội",
        "q6-text": "2,5",
        "q7-p-l1": "r2",
        "q7-p-l2": "r1",
        "q8-o-o1": "2",
        "q8-o-o2": "1",
        "q8-o-o3": "3",
        "q9-g-g1": "Hà Nội",
        "q9-g-g2": "c1",
        "q10-text": "Em thích bài thơ này.",
        **{f"q4-t-{name}": value for name, value in zip("abcd", ("true", "false", "true", "false"), strict=True)},
    }
    attempt = handed_in(session, world, quiz, fields)
    score = session.get_one(AttemptScore, (quiz.current_run_id, attempt.id))
    assert (score.points, score.worth, score.waiting) == (Fraction(8), Fraction(10), 1)
    responses = session.scalars(select(ResponseCurrent).where(ResponseCurrent.attempt_id == attempt.id)).all()
    assert len(responses) == 9


def test_cluster_is_marked_by_the_stepped_scale(session: Session, world: World) -> None:
    quiz = factories.published(session, world, [samples.cluster()])
    attempt = handed_in(session, world, quiz, {"q1-t-a": "true", "q1-t-b": "false", "q1-t-c": "false"})
    assert session.get_one(AttemptScore, (quiz.current_run_id, attempt.id)).points == Fraction(1, 4)


def test_results_reach_the_gradebook_when_they_are_released(session: Session, world: World) -> None:
    quiz = factories.published(session, world, [samples.choice(), samples.essay()], column_semester=1, column_key="gk")
    attempt = handed_in(session, world, quiz, {"q1-choice": "b", "q2-text": "Bài làm"})
    teacher = world.actor(session, "teacher")
    with pytest.raises(Conflict):
        releasing.release(session, teacher, quiz.uid, at=LATER)
    releasing.end_now(session, teacher, quiz.uid, at=LATER)
    releasing.release(session, teacher, quiz.uid, at=LATER)
    assert session.scalars(select(Mark)).all() == []  # the essay still waits
    with pytest.raises(Invalid):
        marking.give_points(session, teacher, quiz.uid, attempt.uid, 2, points=Fraction(2), at=LATER)
    marking.give_points(session, teacher, quiz.uid, attempt.uid, 2, points=Fraction(1, 2), comment="Tốt", at=LATER)
    mark = session.scalars(select(Mark)).one()
    assert (mark.pupil_id, mark.column_key, mark.value) == (world.pupil.id, "gk", Fraction(15, 2))
    assert session.scalars(select(Release)).one().released_by_id == world.teacher.id


def test_results_go_out_by_themselves_after_the_hand_in(session: Session, world: World) -> None:
    quiz = factories.published(
        session,
        world,
        [samples.choice()],
        release_policy=ReleasePolicy.AFTER_HAND_IN,
        column_semester=1,
        column_key="tx1",
        show_key=True,
    )
    attempt = handed_in(session, world, quiz, {"q1-choice": "b"})
    review = reviewing.own_review(session, world.actor(session, "pupil"), attempt.uid, at=LATER)
    assert str(review.mark) == "10.0"
    assert not review.shown.key
    assert session.scalars(select(Mark)).one().value == 10


def test_the_attempt_that_counts_goes_to_the_gradebook(session: Session, world: World) -> None:
    quiz = factories.published(
        session,
        world,
        [samples.choice(), samples.true_false()],
        attempts_allowed=3,
        counts=Counts.BEST,
        release_policy=ReleasePolicy.AFTER_HAND_IN,
        column_semester=1,
        column_key="tx1",
    )
    for fields in ({"q1-choice": "b"}, {"q1-choice": "b", "q2-t-s": "true"}, {"q1-choice": "a"}):
        handed_in(session, world, quiz, fields)
    assert session.scalars(select(Mark)).one().value == 10
    with pytest.raises(Conflict):
        factories.begun(session, world, quiz)


def test_the_server_closes_what_is_overdue_and_nothing_else(session: Session, world: World) -> None:
    quiz = factories.published(session, world, [samples.choice()])
    first = factories.begun(session, world, quiz, "pupil", at=NOON)
    second = factories.begun(session, world, quiz, "classmate", at=NOON + timedelta(minutes=10))
    at = first.accept_until_at + timedelta(seconds=1)
    assert closing.list_due(session, at=at) == [first.id]
    assert closing.close_due(session, [first.id, second.id], at=at) == 1
    assert closing.close_due(session, [first.id, second.id], at=at) == 0
    assert session.get_one(Submission, first.id).handed_in_by == HandedInBy.SERVER
    assert session.get(Submission, second.id) is None
    assert closing.close_over(session, at=at + timedelta(days=1)) == []  # someone still works
    assert closing.close_due(session, [second.id], at=at + timedelta(days=1)) == 1
    assert closing.close_over(session, at=at + timedelta(days=1)) == [quiz]
    assert quiz.state == QuizState.CLOSED


def test_what_the_gradebook_refuses_stops_no_hand_in(session: Session, world: World) -> None:
    quiz = factories.published(
        session,
        world,
        [samples.choice()],
        release_policy=ReleasePolicy.AFTER_HAND_IN,
        column_semester=1,
        column_key="zz",  # no gradebook has such a column
    )
    attempt = handed_in(session, world, quiz, {"q1-choice": "b"})
    assert session.get_one(Submission, attempt.id).receipt
    assert session.scalars(select(Mark)).all() == []


def test_only_teachers_of_the_class_mark_and_release(session: Session, world: World) -> None:
    quiz = factories.published(session, world, [samples.essay()])
    attempt = handed_in(session, world, quiz, {"q1-text": "Bài"})
    for who, refusal in (("pupil", Forbidden), ("leader", Forbidden), ("colleague", NotFound), ("outsider", NotFound)):
        actor = world.actor(session, who)
        with pytest.raises(refusal):
            marking.give_points(session, actor, quiz.uid, attempt.uid, 1, points=Fraction(1), at=LATER)
        with pytest.raises(refusal):
            releasing.release(session, actor, quiz.uid, at=LATER)


def test_what_was_done_is_in_the_audit_log(session: Session, world: World) -> None:
    quiz = factories.published(session, world, [samples.choice()])
    handed_in(session, world, quiz, {"q1-choice": "b"})
    releasing.end_now(session, world.actor(session, "teacher"), quiz.uid, at=LATER)
    kinds = [entry.kind for entry in session.info["audit"]]
    for kind in ("quiz.created", "quiz.published", "attempt.handed_in", "quiz.closed"):
        assert kind in kinds


class Many:
    """A published quiz in a database of its own, and a pupil who does one thing fifty times at once."""

    def __init__(self) -> None:
        with db.transaction() as session:
            self.world = people.make_world(session)
            quiz = factories.published(session, self.world, [samples.choice()], at=clock.now())
            self.quiz_uid, self.quiz_id = quiz.uid, quiz.id
            self.pupil = self.world.actor(session, "pupil")

    def at_once(self, act: Callable[[Session, Actor], Any], times: int = 50) -> list[Any]:
        results: list[Any] = []
        barrier = threading.Barrier(times)

        def work() -> None:
            barrier.wait()
            try:
                with db.transaction() as session:
                    results.append(act(session, self.pupil))
            except Exception as error:
                results.append(error)

        threads = [threading.Thread(target=work) for _ in range(times)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        return results


@pytest.fixture(params=["sqlite", "postgresql"])
def many(request: pytest.FixtureRequest, tmp_path: Any) -> Iterator[Many]:
    url = request.getfixturevalue("postgres_url") if request.param == "postgresql" else f"sqlite:///{tmp_path}/m.db"
    load_models()
    engine = db.connect(url)
    db.Base.metadata.create_all(engine)
    yield Many()
    engine.dispose()


def test_fifty_starts_at_once_make_one_attempt(many: Many) -> None:
    uids = many.at_once(
        lambda session, pupil: taking.begin(session, pupil, many.quiz_uid, device=DEVICE, at=clock.now()).attempt.uid
    )
    assert len(set(uids)) == 1, uids
    with db.transaction() as session:
        assert len(session.scalars(select(Attempt)).all()) == 1


def test_fifty_hand_ins_at_once_make_one_submission(many: Many) -> None:
    with db.transaction() as session:
        uid = taking.begin(session, many.pupil, many.quiz_uid, device=DEVICE, at=clock.now()).attempt.uid
    receipts = many.at_once(lambda session, pupil: taking.hand_in(session, pupil, uid, at=clock.now()).receipt)
    assert len(set(receipts)) == 1, receipts
    with db.transaction() as session:
        assert len(session.scalars(select(Submission)).all()) == 1
        assert len(session.scalars(select(AttemptScore)).all()) == 1
        assert audit.verify(session, many.world.school.id).holds
