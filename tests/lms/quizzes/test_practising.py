"""Practice: tries are stored once and answered at once, hints come one by one, rounds end in marks and topics."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from fractions import Fraction
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.datastructures import MultiDict

from lms.base import clock, db
from lms.base.errors import Conflict, Invalid, NotFound
from lms.quizzes.domain.behaviours import Behaviour, Penalty
from lms.quizzes.domain.states import AttemptState, EventKind
from lms.quizzes.models import Attempt, AttemptEvent, AttemptScore, Quiz
from lms.quizzes.service import behaving, building, practising, taking
from question_bank import api as bank
from tests.factories import NOON, World
from tests.lms.quizzes import factories
from tests.question_bank.items import samples

SignIn = Callable[[str], FlaskClient]
WRONG, RIGHT = MultiDict({"q1-choice": "a"}), MultiDict({"q1-choice": "b"})


def hinted() -> bank.ItemDraft:
    """A choice (b is right) with two hints, a solution, and words for who chooses a."""
    draft = samples.choice()
    return replace(
        draft, notes=replace(draft.notes, hints=("<p>Nhớ lại hiệu hai bình phương.</p>", "<p>Số 4 là 2².</p>"))
    )


def given(
    session: Session,
    world: World,
    behaviour: Behaviour = Behaviour.INTERACTIVE,
    drafts: Sequence[bank.ItemDraft] = (),
    at: Any = NOON,
    **choices: Any,
) -> Quiz:
    """A practice that the class can do."""
    teacher = world.actor(session, "teacher")
    quiz = factories.draft(session, world, list(drafts) or [hinted(), samples.short_text()], at, opens_at=None)
    behaving.change_behaviour(session, teacher, quiz.uid, behaviour, **choices)
    return building.publish(session, teacher, quiz.uid, at=at)


class Pupil:
    """Somebody who practises."""

    def __init__(self, session: Session, world: World, quiz: Quiz, who: str = "pupil") -> None:
        self._session, self._actor = session, world.actor(session, who)
        self.attempt = factories.begun(session, world, quiz, who)

    def tries(self, values: Any, number: int, slot: int = 1) -> practising.Practised:
        practising.check_answer(self._session, self._actor, self.attempt.uid, slot, values, number=number, at=NOON)
        return self.round.question(slot)

    def asks(self, number: int, slot: int = 1) -> practising.Practised:
        practising.ask_hint(self._session, self._actor, self.attempt.uid, slot, number=number, at=NOON)
        return self.round.question(slot)

    def ends(self) -> practising.Round:
        practising.end_round(self._session, self._actor, self.attempt.uid, at=NOON)
        self._session.expire_all()
        return self.round

    @property
    def round(self) -> practising.Round:
        return practising.get_round(self._session, self._actor, self.attempt.uid, at=NOON)

    @property
    def events(self) -> list[AttemptEvent]:
        found = select(AttemptEvent).where(AttemptEvent.attempt_id == self.attempt.id).order_by(AttemptEvent.id)
        return list(self._session.scalars(found))


def test_a_wrong_try_leaves_others_and_a_right_one_settles_with_its_penalty(session: Session, world: World) -> None:
    pupil = Pupil(session, world, given(session, world))
    first = pupil.tries(WRONG, 1)
    assert (first.settled, first.tries_left, first.points) == (False, 2, Fraction(0))
    second = pupil.tries(RIGHT, 2)
    assert (second.settled, second.tries_left, second.points) == (True, 0, Fraction(2, 3))


def test_the_last_try_settles_even_when_it_is_wrong(session: Session, world: World) -> None:
    pupil = Pupil(session, world, given(session, world, tries=2))
    pupil.tries(WRONG, 1)
    assert pupil.tries(MultiDict({"q1-choice": "c"}), 2).settled
    with pytest.raises(Conflict):
        pupil.tries(RIGHT, 3)


def test_with_immediate_feedback_one_try_is_all(session: Session, world: World) -> None:
    pupil = Pupil(session, world, given(session, world, Behaviour.IMMEDIATE))
    assert pupil.tries(WRONG, 1).settled
    with pytest.raises(Conflict):
        pupil.tries(RIGHT, 2)


def test_a_try_that_comes_again_counts_once_and_changes_nothing(session: Session, world: World) -> None:
    pupil = Pupil(session, world, given(session, world))
    pupil.tries(WRONG, 1)
    again = pupil.tries(RIGHT, 1)
    assert (len(again.outcomes), again.response) == (1, {"choice": "a"})
    assert [event.kind for event in pupil.events] == [EventKind.TRY]


def test_a_try_may_not_jump_ahead(session: Session, world: World) -> None:
    pupil = Pupil(session, world, given(session, world))
    with pytest.raises(Conflict):
        pupil.tries(WRONG, 2)


def test_nothing_answered_is_no_try(session: Session, world: World) -> None:
    pupil = Pupil(session, world, given(session, world))
    with pytest.raises(Invalid):
        pupil.tries(MultiDict(), 1)
    assert pupil.events == []


def test_hints_open_with_wrong_tries_and_are_noted_once(session: Session, world: World) -> None:
    pupil = Pupil(session, world, given(session, world))
    with pytest.raises(Conflict):
        pupil.asks(1)
    pupil.tries(WRONG, 1)
    assert pupil.asks(1).hints == 1
    assert pupil.asks(1).hints == 1
    with pytest.raises(Conflict):
        pupil.asks(2)
    pupil.tries(WRONG, 2)
    assert pupil.asks(2).hints == 2
    assert [event.kind for event in pupil.events] == [EventKind.TRY, EventKind.HINT, EventKind.TRY, EventKind.HINT]


def test_before_the_only_try_hints_come_one_by_one(session: Session, world: World) -> None:
    pupil = Pupil(session, world, given(session, world, Behaviour.IMMEDIATE))
    with pytest.raises(Conflict):
        pupil.asks(2)
    assert pupil.asks(1).hints == 1
    assert pupil.asks(2).hints == 2
    with pytest.raises(Conflict):
        pupil.asks(3)


def test_what_may_be_read_grows_with_the_tries(session: Session, world: World) -> None:
    pupil = Pupil(session, world, given(session, world))
    assert practising.said_of(pupil.round.question(1)) == []
    assert practising.said_of(pupil.tries(WRONG, 1)) == ["<p>Sai dấu.</p>"]
    assert practising.said_of(pupil.asks(1)) == ["<p>Nhớ lại hiệu hai bình phương.</p>", "<p>Sai dấu.</p>"]


def test_an_ended_round_is_marked_with_penalties_and_untried_questions_earn_nothing(
    session: Session, world: World
) -> None:
    pupil = Pupil(session, world, given(session, world, penalty=Penalty.QUARTER))
    pupil.tries(WRONG, 1)
    pupil.tries(RIGHT, 2)
    ended = pupil.ends()
    total = session.scalars(select(AttemptScore).where(AttemptScore.attempt_id == pupil.attempt.id)).one()
    assert (total.points, total.worth, total.waiting) == (Fraction(3, 4), Fraction(2), 0)
    assert (ended.points, ended.worth) == (total.points, total.worth)
    assert [one.settled for one in ended.to_answer] == [True, False]
    with pytest.raises(Conflict):
        pupil.tries(MultiDict({"q2-text": "Hà Nội"}), 1, slot=2)
    assert pupil.ends().over


def test_another_round_can_always_be_begun_and_two_at_once_are_one(session: Session, world: World) -> None:
    quiz = given(session, world)
    first = Pupil(session, world, quiz)
    assert Pupil(session, world, quiz).attempt.uid == first.attempt.uid
    first.ends()
    assert quiz.attempts_allowed == 1
    second = Pupil(session, world, quiz)
    assert second.attempt.number == 2


def test_an_essay_is_done_when_written_and_waits_for_nobody(session: Session, world: World) -> None:
    quiz = given(session, world, drafts=[hinted(), samples.essay()])
    pupil = Pupil(session, world, quiz)
    assert pupil.tries(MultiDict({"q2-text": "Bài văn của em."}), 1, slot=2).settled
    pupil.ends()
    total = session.scalars(select(AttemptScore).where(AttemptScore.attempt_id == pupil.attempt.id)).one()
    assert (total.worth, total.waiting) == (Fraction(1), 0)


def test_nobody_sees_or_does_anothers_round_and_a_test_is_no_practice(session: Session, world: World) -> None:
    quiz = given(session, world)
    mine = Pupil(session, world, quiz)
    classmate = world.actor(session, "classmate")
    with pytest.raises(NotFound):
        practising.get_round(session, classmate, mine.attempt.uid, at=NOON)
    with pytest.raises(NotFound):
        practising.check_answer(session, classmate, mine.attempt.uid, 1, RIGHT, number=1, at=NOON)
    test = factories.begun(session, world, factories.published(session, world))
    pupil = world.actor(session, "pupil")
    with pytest.raises(NotFound):
        practising.get_round(session, pupil, test.uid, at=NOON)
    with pytest.raises(NotFound):
        practising.check_answer(session, pupil, test.uid, 1, RIGHT, number=1, at=NOON)
    with pytest.raises(NotFound):
        taking.save_plain(session, pupil, mine.attempt.uid, RIGHT, device=factories.DEVICE, at=NOON)


def published(world: World, behaviour: Behaviour = Behaviour.INTERACTIVE) -> str:
    with db.transaction() as session:
        return given(session, world, behaviour, at=clock.now()).uid


def test_a_round_by_plain_forms(app: Flask, world: World, signed_in: SignIn) -> None:
    client, quiz = signed_in("pupil"), published(world)
    assert "bao nhiêu lượt cũng được" in client.get(f"/quizzes/{quiz}").text
    started = client.post(f"/quizzes/{quiz}/start")
    page = client.get(started.location, follow_redirects=True)
    here = page.request.path
    assert here.endswith("/practice")
    for word in ("Dùng hằng đẳng thức", "Sai dấu", "Nhớ lại hiệu"):
        assert word not in page.text

    checked = client.post(f"{here}/1", data={"q1-choice": "a", "try": "1", "act": "check"})
    assert (checked.status_code, checked.location) == (303, f"{here}#q1")
    page = client.get(here)
    assert "Sai dấu" in page.text
    assert "Gợi ý 1/2" in page.text
    assert "Dùng hằng đẳng thức" not in page.text
    client.post(f"{here}/1", data={"hint": "1", "act": "hint"})
    assert "Nhớ lại hiệu" in client.get(here).text

    client.post(f"{here}/1", data={"q1-choice": "b", "try": "2", "act": "check"})
    page = client.get(here)
    assert "Dùng hằng đẳng thức" in page.text
    assert client.post(f"{here}/end").status_code == 303
    over = client.get(here).text
    assert "Nên luyện lại" in over
    assert "Hà Nội" not in over  # the key of a question that was not tried
    assert "Các lượt đã làm" in client.get(f"/quizzes/{quiz}").text


def test_a_script_gets_the_question_alone(app: Flask, world: World, signed_in: SignIn) -> None:
    client, quiz = signed_in("pupil"), published(world, Behaviour.IMMEDIATE)
    here = client.get(client.post(f"/quizzes/{quiz}/start").location, follow_redirects=True).request.path
    script = {"X-Gieo-Part": "question"}
    empty = client.post(f"{here}/1", data={"try": "1"}, headers=script)
    assert empty.status_code == 422
    assert "Em hãy trả lời" in empty.text
    part = client.post(f"{here}/1", data={"q1-choice": "b", "try": "1"}, headers=script)
    assert part.status_code == 200
    assert "Dùng hằng đẳng thức" in part.text
    assert "<html" not in part.text
    assert 'id="q2"' not in part.text


def test_the_page_of_a_test_leads_to_a_round_of_practice(app: Flask, world: World, signed_in: SignIn) -> None:
    client, quiz = signed_in("pupil"), published(world)
    attempt = client.post(f"/quizzes/{quiz}/start").location
    assert client.get(attempt).location == f"{attempt}/practice"
    assert client.post(f"{attempt}/save", data={"q1-choice": "b", "act": "save"}).status_code == 404
    assert client.get(f"{attempt.replace('/exam/', '/exam/0')}/practice").status_code == 404


def test_a_teacher_makes_a_draft_a_practice_and_gives_it_without_times(
    app: Flask, world: World, signed_in: SignIn
) -> None:
    with db.transaction() as session:
        quiz = factories.draft(session, world, opens_at=None, closes_at=None).uid
    teacher = signed_in("teacher")
    assert "Hãy đặt giờ mở" in teacher.get(f"/quizzes/{quiz}/edit").text
    refused = teacher.post(f"/quizzes/{quiz}/behaviour", data={"behaviour": "interactive", "tries": "9"})
    assert refused.status_code == 422
    typed = {"behaviour": "interactive", "tries": "2", "penalty": "half"}
    assert teacher.post(f"/quizzes/{quiz}/behaviour", data=typed).status_code == 303
    assert "Luyện tập, mỗi câu nhiều lần" in teacher.get(f"/quizzes/{quiz}/edit").text
    assert teacher.post(f"/quizzes/{quiz}/publish").status_code == 303
    assert "Luyện tập" in signed_in("pupil").get(f"/quizzes/{quiz}").text


def test_a_practice_is_nothing_that_has_to_be_done_today(app: Flask, world: World, signed_in: SignIn) -> None:
    with db.transaction() as session:
        title = given(session, world, at=clock.now()).title
    assert title not in signed_in("pupil").get("/").text


def test_a_round_that_was_left_is_ended_with_the_practice(app: Flask, world: World, signed_in: SignIn) -> None:
    client, quiz = signed_in("pupil"), published(world)
    here = client.get(client.post(f"/quizzes/{quiz}/start").location, follow_redirects=True).request.path
    client.post(f"{here}/1", data={"q1-choice": "b", "try": "1"})
    with db.transaction() as session:
        attempt = session.scalars(select(Attempt)).one()
        attempt.deadline_at = attempt.accept_until_at = clock.now()
    assert "Nên luyện lại" in client.get(here, follow_redirects=True).text
    with db.transaction() as session:
        assert session.scalars(select(Attempt.state)).one() == AttemptState.HANDED_IN
