"""The way through a test: steps, sections with their own time, no way back, enforced where answers are stored."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from lms.base import clock, db
from lms.base.errors import Conflict, Forbidden, Invalid
from lms.quizzes.domain.flow import (
    FREELY,
    Navigation,
    Place,
    Rules,
    Section,
    decode_rules,
    encode_rules,
    first_place,
    place_by_slot,
    place_by_time,
    section_length,
    steps_of,
)
from lms.quizzes.domain.timing import Allowance
from lms.quizzes.hot import checking, saving
from lms.quizzes.hot.storing import Arrival
from lms.quizzes.hot.wire import SentEvent
from lms.quizzes.models import AttemptEvent, Form, Quiz
from lms.quizzes.service import building, closing, pausing, taking
from lms.quizzes.service.extra_time import give_extra_time
from lms.quizzes.service.going import SectionWish, change_flow
from tests.factories import NOON, World
from tests.lms.quizzes import factories
from tests.lms.quizzes.factories import DEVICE
from tests.lms.quizzes.test_hot import Place as Somewhere
from tests.lms.quizzes.test_hot import place
from tests.lms.quizzes.test_running import Values
from tests.postgres import postgres_server, postgres_url
from tests.question_bank.items import samples

__all__ = ["place", "postgres_server", "postgres_url"]
MINUTE = timedelta(minutes=1)
FORWARD = Rules(Navigation.ONE_BY_ONE, False, tuple(range(1, 11)))
PARTS = Rules(
    steps=tuple(range(1, 11)), sections=(Section("Đọc", 1, 4, 600), Section("Viết", 5, 7, 300), Section("Nói", 8, 10))
)


def length(section: Section) -> timedelta | None:
    return section_length(section)


def test_rules_that_are_as_usual_take_no_room() -> None:
    assert encode_rules(FREELY) == {}
    assert decode_rules({}) is FREELY
    for rules in (FORWARD, PARTS):
        assert decode_rules(encode_rules(rules)) == rules
    assert not FREELY.forward_only
    assert FORWARD.forward_only
    assert PARTS.forward_only


def test_a_step_is_a_question_with_what_belongs_to_it() -> None:
    def slot(number: int, label: str = "x", passage: str = "") -> dict[str, Any]:
        return {"number": number, "label": label, "passage": passage}

    poem = [slot(4, passage="p"), slot(5, passage="p"), slot(6, passage="q")]
    document = [slot(1), slot(2, ""), slot(3), *poem, slot(7)]
    assert steps_of(document) == (1, 2, 4, 6, 7)
    assert steps_of([slot(1, ""), slot(2, ""), slot(3)]) == (1,)


def test_the_floor_is_what_can_still_be_answered() -> None:
    by_twos = Rules(Navigation.ONE_BY_ONE, False, (1, 3, 5))
    assert [by_twos.floor(slot) for slot in range(1, 7)] == [1, 1, 3, 3, 5, 5]
    assert [PARTS.floor(slot) for slot in (1, 4, 5, 7, 8, 10)] == [1, 1, 5, 5, 8, 8]
    assert FREELY.floor(9) == 1
    assert [by_twos.next_floor(slot) for slot in (1, 3, 5)] == [3, 5, None]
    assert [PARTS.next_floor(slot) for slot in (1, 5, 8)] == [5, 8, None]


def test_sections_follow_one_another_by_the_clock() -> None:
    start = first_place(PARTS, Allowance(), NOON)
    assert start == Place(1, NOON + 10 * MINUTE)
    assert place_by_time(PARTS, start, length, NOON + 9 * MINUTE) == start
    assert place_by_time(PARTS, start, length, NOON + 10 * MINUTE) == Place(5, NOON + 15 * MINUTE)
    assert place_by_time(PARTS, start, length, NOON + 99 * MINUTE) == Place(8, None)
    timed = Rules(sections=PARTS.sections[:2])
    assert place_by_time(timed, start, length, NOON + 99 * MINUTE) == Place(8)  # behind the last


def test_a_section_handed_on_early_gives_the_next_its_whole_time() -> None:
    start = first_place(PARTS, Allowance(), NOON)
    assert place_by_slot(PARTS, start, 6, length, NOON + 2 * MINUTE) == Place(5, NOON + 7 * MINUTE)
    assert place_by_slot(PARTS, start, 6, length, NOON + 11 * MINUTE) == Place(5, NOON + 15 * MINUTE)
    assert place_by_slot(PARTS, start, 3, length, NOON) == start


def test_extra_time_of_sections() -> None:
    assert section_length(PARTS.sections[1], 20) == timedelta(seconds=360)
    assert section_length(PARTS.sections[2], 20) is None
    assert first_place(PARTS, Allowance(50, 60), NOON).section_ends_at == NOON + 16 * MINUTE
    assert first_place(FREELY, Allowance(50, 60), NOON) == Place()


def rule(place: Somewhere, rules: Rules) -> None:
    with db.transaction() as session:
        session.execute(update(Form).where(Form.id == place.form_id).values(rules=encode_rules(rules)))
    checking.forget()


def send(place: Somewhere, *events: SentEvent) -> Any:
    good, refused = checking.check(place.form_id, events)
    assert not refused
    form = checking.paper(place.form_id)
    return saving.save(Arrival(place.ticket(), f"{DEVICE}.t", good, form.rules))


def at_slot(seq: int, slot: int) -> SentEvent:
    return SentEvent(seq=seq, slot=slot, response=factories.RIGHT[slot])


def reached(seq: int, slot: int) -> SentEvent:
    return SentEvent(seq=seq, response=slot, kind="reached")


def test_what_was_left_behind_is_kept_and_does_not_count(place: Somewhere) -> None:
    rule(place, FORWARD)
    stored = send(place, at_slot(1, 1), reached(2, 2), at_slot(3, 1), at_slot(4, 2))
    assert stored.saved == [(1, "applied"), (2, "applied"), (3, "passed"), (4, "applied")]
    assert stored.place.reached == 2
    assert send(place, at_slot(5, 1)).saved == [(5, "passed")]
    assert send(place, at_slot(6, 4)).place.reached == 4  # working on a question is being there
    assert send(place, at_slot(7, 3), reached(8, 2)).saved == [(7, "passed"), (8, "passed")]
    assert send(place).place.reached == 4


def test_an_answer_sent_again_keeps_its_first_standing(place: Somewhere) -> None:
    rule(place, FORWARD)
    send(place, at_slot(1, 1), reached(2, 5))
    assert sorted(send(place, at_slot(1, 1), reached(2, 5)).saved) == [(1, "applied"), (2, "applied")]
    assert len(place.rows()) == 2


def test_a_quiz_without_such_rules_goes_both_ways(place: Somewhere) -> None:
    stored = send(place, at_slot(1, 5), reached(2, 6), at_slot(3, 1))
    assert [standing for _seq, standing in stored.saved] == ["applied"] * 3


def test_the_time_of_a_section_is_the_servers(place: Somewhere) -> None:
    rule(place, PARTS)
    now = clock.now()
    place.change(reached=1, section_ends_at=now - timedelta(seconds=5))
    stored = send(place, at_slot(1, 1))  # inside the grace of twenty seconds
    assert stored.saved == [(1, "applied")]
    assert stored.place.reached == 5  # but the page goes on
    place.change(section_ends_at=now - timedelta(seconds=30))
    assert send(place, at_slot(2, 1), at_slot(3, 5)).saved == [(2, "passed"), (3, "applied")]
    found = send(place)
    assert found.place.reached == 5
    assert now + timedelta(seconds=269) <= found.place.section_ends_at <= now + timedelta(seconds=271)


def test_no_section_runs_out_while_the_clock_stands(place: Somewhere) -> None:
    rule(place, PARTS)
    now = clock.now()
    place.change(reached=1, section_ends_at=now - MINUTE, paused_at=now - 2 * MINUTE)
    stored = send(place, at_slot(1, 1))
    assert stored.saved == [(1, "applied")]
    assert stored.place.reached == 1


def given(session: Session, world: World, *, sections: Any = (), way_back: bool = True, **changes: Any) -> Quiz:
    drafts = [samples.choice("<p>Một</p>"), samples.choice("<p>Hai</p>"), samples.essay()]
    quiz = factories.draft(session, world, drafts, **changes)
    navigation = Navigation.FREE if way_back else Navigation.ONE_BY_ONE
    teacher = world.actor(session, "teacher")
    change_flow(session, teacher, quiz.uid, navigation=navigation, way_back=way_back, sections=sections)
    return building.publish(session, teacher, quiz.uid, at=NOON)


def save(session: Session, world: World, uid: str, at: Any = NOON, go_on: bool = False, **fields: str) -> list[str]:
    values = Values({name.replace("_", "-"): [value] for name, value in fields.items()})
    taking.save_plain(session, world.actor(session, "pupil"), uid, values, device=DEVICE, at=at, go_on=go_on)
    return list(session.scalars(select(AttemptEvent.standing).order_by(AttemptEvent.id)))


def test_the_plain_form_goes_forward_only(session: Session, world: World) -> None:
    quiz = given(session, world, way_back=False)
    attempt = factories.begun(session, world, quiz)
    assert save(session, world, attempt.uid, q1_choice="a", go_on=True) == ["applied", "applied"]
    assert attempt.reached == 2
    assert save(session, world, attempt.uid, q1_choice="b") == ["applied", "applied", "passed"]
    assert save(session, world, attempt.uid, q3_text="Bài")[3:] == ["applied"]
    assert save(session, world, attempt.uid, q2_choice="b", q3_text="Bài")[4:] == ["passed"]
    closing.close_attempt(session, attempt, closing.HandedInBy.PUPIL, at=NOON)
    page = taking.exam_page(session, world.actor(session, "pupil"), attempt.uid, device=DEVICE, at=NOON)
    assert page.answers == {1: {"choice": "a"}, 3: {"text": "Bài"}}


def test_sections_of_a_plan_are_frozen_and_timed(session: Session, world: World) -> None:
    wishes = [SectionWish("Trắc nghiệm", 1, 10), SectionWish("Tự luận", 3, 20)]
    quiz = given(session, world, sections=wishes, shuffle_questions=True, form_count=3)
    for form in session.scalars(select(Form).where(Form.quiz_id == quiz.id)):
        sections = decode_rules(form.rules).sections
        assert [(one.title, one.first, one.last, one.seconds) for one in sections] == [
            ("Trắc nghiệm", 1, 2, 600),
            ("Tự luận", 3, 3, 1200),
        ]
    attempt = factories.begun(session, world, quiz)
    assert attempt.section_ends_at == NOON + 10 * MINUTE
    teacher = world.actor(session, "teacher")
    give_extra_time(session, teacher, quiz.uid, None, minutes=3, percent=50, reason="x", at=NOON)
    assert attempt.section_ends_at == NOON + 18 * MINUTE
    pausing.pause(session, teacher, quiz.uid, None, reason="x", at=NOON + MINUTE)
    pausing.resume(session, teacher, quiz.uid, None, at=NOON + 2 * MINUTE)
    assert attempt.section_ends_at == NOON + 19 * MINUTE
    pupil = world.actor(session, "pupil")
    later = NOON + 20 * MINUTE
    page = taking.exam_page(session, pupil, attempt.uid, device=DEVICE, at=later)
    assert (page.place.reached, page.section_left) == (3, 29 * MINUTE)
    assert save(session, world, attempt.uid, later, q1_choice="a", q3_text="Bài") == ["passed", "applied"]


@pytest.mark.parametrize(
    "wishes",
    [
        [SectionWish("", 1)],
        [SectionWish("A", 2)],
        [SectionWish("A", 1), SectionWish("B", 1)],
        [SectionWish("A", 1), SectionWish("B", 9)],
        [SectionWish("A", 1, 0)],
        [SectionWish("A", 1, 30), SectionWish("B", 2, 30)],
    ],
)
def test_sections_that_cannot_be(session: Session, world: World, wishes: list[SectionWish]) -> None:
    with pytest.raises(Invalid):
        given(session, world, sections=wishes)


def test_a_section_behind_the_end_of_a_shortened_plan(session: Session, world: World) -> None:
    quiz = factories.draft(session, world, [samples.choice(), samples.essay()])
    teacher = world.actor(session, "teacher")
    wishes = [SectionWish("A", 1), SectionWish("B", 2)]
    change_flow(session, teacher, quiz.uid, navigation=Navigation.FREE, way_back=True, sections=wishes)
    building.remove_slot(session, teacher, quiz.uid, quiz.slots[1].uid)
    session.refresh(quiz, ["slots"])
    with pytest.raises(Invalid, match="chỉ có 1 mục"):
        building.publish(session, teacher, quiz.uid, at=NOON)


def test_only_the_teacher_of_a_draft_sets_the_way(session: Session, world: World) -> None:
    quiz = given(session, world)
    for who, error in (("teacher", Conflict), ("leader", Forbidden)):
        with pytest.raises(error):
            change_flow(session, world.actor(session, who), quiz.uid, navigation=Navigation.FREE, way_back=True)
